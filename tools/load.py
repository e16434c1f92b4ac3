"""Many visitors at once against a page of this machine: ``python -m tools.load [--clients 200] [--seconds 120]``.

A fresh ``kin serve`` is started on a free port. Each visitor has an address of its own (127.0.x.y, so Linux only), opens the
page's stream, asks the questions of the evaluation through the page's own queue, and tries again when told to wait. Printed
are answers a second, how long they took, what was refused and how soon, and the server's memory and open files. The exit code
is 1 if anything but 200, 429 and 503 was seen, if half of those who were refused waited a second or more for it, or if memory
grew by more than a twentieth in the second half of two minutes or more; in less, a server that just began still fills its
caches.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import aiohttp

QUESTIONS = Path("eval/questions")
TOLD_AT_ONCE = (429, 503)
MOST_GROWTH = 0.05
AT_ONCE_SECONDS = 1.0
"""In which half of those who are refused know it."""
GROWTH_SECONDS = 120

_START_SECONDS = 120
_REFUSED_PAUSE = 2.0
"""Seconds until a visitor who was refused tries again, unless the server says when."""
_ANSWER_SECONDS = 180
_ARRIVAL_SECONDS = 5.0
"""In which all visitors arrive."""
_LOOK_SECONDS = 2.0

Visit = tuple[str, ...]
"""Questions that one visitor asks, one after the other."""


@dataclass(frozen=True, slots=True)
class State:
    """What the server's process holds."""

    resident_mb: float
    open_files: int
    processor_seconds: float


@dataclass(slots=True)
class Load:
    """What was seen."""

    seconds: float = 0.0
    answers: list[float] = field(default_factory=list)
    """Seconds from the question to its answer."""
    refusals: list[float] = field(default_factory=list)
    """Seconds from a question to the word that it is refused."""
    faults: int = 0
    """Answers that were a sentence on why there is none."""
    looks: list[float] = field(default_factory=list)
    """Seconds that a bystander waited for the list of documents."""
    statuses: Counter[int] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    """What was no answer of HTTP at all."""
    states: list[State] = field(default_factory=list)
    """At the start, in the middle and at the end."""

    @property
    def growth(self) -> float:
        """Of the memory in the second half, as a share."""
        return self.states[2].resident_mb / self.states[1].resident_mb - 1

    @property
    def processor_seconds(self) -> float:
        """Of the server, whatever else this machine does."""
        return self.states[2].processor_seconds - self.states[0].processor_seconds

    @property
    def problems(self) -> list[str]:
        """Why the exit code is not 0."""
        others = {status: count for status, count in self.statuses.items() if status not in (200, *TOLD_AT_ONCE)}
        found = [f"status {status}: {count} times" for status, count in sorted(others.items())]
        found += [f"{name}: {count} times" for name, count in sorted(self.broken.items())]
        if not self.answers:
            found.append("no question was answered")
        if self.refusals and np.median(self.refusals) >= AT_ONCE_SECONDS:
            found.append(f"half of the refusals took {np.median(self.refusals):.1f} s or more")
        if self.seconds >= GROWTH_SECONDS and self.growth > MOST_GROWTH:
            found.append(f"memory grew by {self.growth:.1%} in the second half")
        return found

    def lines(self) -> Iterator[str]:
        """The report."""
        refused = ", ".join(f"{self.statuses[status]} x {status}" for status in TOLD_AT_ONCE)
        for name, value in (
            ("answers", f"{len(self.answers)} in {self.seconds:.0f} s: {len(self.answers) / self.seconds:.2f}/s"),
            ("time to an answer", _spread(self.answers)),
            ("processor time of an answer", f"{self.processor_seconds / max(len(self.answers), 1):.2f} s"),
            ("answers that were a fault", str(self.faults)),
            ("refused", refused),
            ("time to a refusal", _spread(self.refusals)),
            ("list of documents meanwhile", _spread(self.looks)),
            ("memory, MB", ", ".join(f"{state.resident_mb:.0f}" for state in self.states)),
            ("open files", ", ".join(str(state.open_files) for state in self.states)),
            ("problems", "; ".join(self.problems) or "none"),
        ):
            yield f"{name:<30} {value}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, report, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=200, help="visitors at once (default: 200)")
    parser.add_argument("--seconds", type=float, default=120, help="how long they ask (default: 120)")
    parser.add_argument("--index", type=Path, default=Path("index"), help="a built index (default: index)")
    options = parser.parse_args(arguments)
    print(
        f"{options.clients} visitors for {options.seconds:.0f} s; load of this machine before: {_others():.1f}",
        flush=True,
    )
    with served(options.index) as (process, port):
        load = asyncio.run(measure(port, process.pid, read_visits(QUESTIONS), options.clients, options.seconds))
    print(*load.lines(), sep="\n", flush=True)
    return 1 if load.problems else 0


def read_visits(folder: Path) -> list[Visit]:
    """Single questions and whole conversations, mixed but always the same."""
    lines = [
        json.loads(line)
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
        if line.strip()
    ]
    visits = [
        tuple(turn["question"] for turn in line["turns"]) if "turns" in line else (line["question"],) for line in lines
    ]
    random.Random(1).shuffle(visits)  # noqa: S311 (an order, no secret)
    return visits


@contextmanager
def served(index: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A fresh server over ``index``, from the moment on that it answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="kin-load-") as folder:
        log = Path(folder) / "log"
        command = [sys.executable, "-m", "kin_assistant", "serve", "--port", str(port), "--index", str(index)]
        with log.open("wb") as file:
            process = subprocess.Popen(
                command, stdout=file, stderr=file, env={**os.environ, "KIN_FEEDBACK": str(Path(folder) / "feedback")}
            )
        try:
            _await(process, port)
            yield process, port
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(15)
            logged = log.read_text("utf-8", "replace")
            print(f"log of the server              {len(logged):,} characters\n{logged[-2000:].rstrip()}", flush=True)


def _await(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(_START_SECONDS * 5):
        if process.poll() is not None:
            raise SystemExit("the server ended")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server did not begin to listen")


async def measure(port: int, pid: int, visits: Sequence[Visit], clients: int, seconds: float) -> Load:
    """Let ``clients`` visitors ask for ``seconds``."""
    import aiohttp

    load = Load()
    address = f"http://127.0.0.1:{port}"
    async with aiohttp.ClientSession() as session:
        asking = await _find_asking(session, address)
    load.states.append(_state(pid))
    began = time.perf_counter()
    ends = began + seconds
    queue = itertools.cycle(visits)
    tasks = [asyncio.create_task(_visitor(load, address, asking, number, queue, ends)) for number in range(clients)]
    tasks.append(asyncio.create_task(_bystander(load, address, ends)))
    await asyncio.sleep(seconds / 2)
    load.states.append(_state(pid))
    await asyncio.sleep(max(0.0, ends - time.perf_counter()))
    load.seconds = time.perf_counter() - began
    load.states.append(_state(pid))
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return load


async def _find_asking(session: aiohttp.ClientSession, address: str) -> dict[str, int]:
    """Which function the page calls when a question is typed, and by which element."""
    async with session.get(address) as answer:
        page = await answer.text()
    config = json.JSONDecoder().raw_decode(page.partition("window.gradio_config = ")[2])[0]
    box = next(item["id"] for item in config["components"] if item["props"].get("elem_id") == "kin-question")
    asking = next(item for item in config["dependencies"] if [box, "submit"] in item["targets"])
    return {"fn_index": asking["id"], "trigger_id": box}


async def _visitor(
    load: Load, address: str, asking: dict[str, int], number: int, visits: Iterator[Visit], ends: float
) -> None:
    import aiohttp

    chance = random.Random(number)  # noqa: S311 (when to come, no secret)
    source = (f"127.0.{1 + number // 250}.{1 + number % 250}", 0)
    await asyncio.sleep(chance.uniform(0, _ARRIVAL_SECONDS))
    # Not kept for as long as the server keeps it, or a question may be sent just when the server closes.
    connector = aiohttp.TCPConnector(local_addr=source, limit=0, keepalive_timeout=5)
    # A line of the stream holds the whole conversation.
    async with aiohttp.ClientSession(address, connector=connector, read_bufsize=2**23) as session:
        while time.perf_counter() < ends:
            name = f"{number}x{chance.getrandbits(40):x}"
            for question in next(visits):
                await _ask_until_answered(load, session, {**asking, "session_hash": name}, question, chance)


async def _ask_until_answered(
    load: Load, session: aiohttp.ClientSession, fields: dict[str, Any], question: str, chance: random.Random
) -> None:
    import aiohttp

    data: list[object] = [question, [], [], [], "", ""]
    while True:
        began = time.perf_counter()
        pause = _REFUSED_PAUSE
        try:
            async with session.post(
                "/gradio_api/queue/join", json={**fields, "data": data, "event_data": None}
            ) as answer:
                load.statuses[answer.status] += 1
                if answer.status in TOLD_AT_ONCE:
                    load.refusals.append(time.perf_counter() - began)
                told = await answer.json(content_type=None) if answer.status == 200 else {}
                pause = float(answer.headers.get("retry-after", pause))
            if told:
                page = await _fetch_answer(load, session, fields["session_hash"], told["event_id"])
                if page is not None:
                    load.answers.append(time.perf_counter() - began)
                    load.faults += page.rpartition('<article class="kin-turn"')[2].count("kin-fault")
                    return
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            load.broken[type(error).__name__] += 1
        await asyncio.sleep(pause * chance.uniform(0.75, 1.25))


async def _fetch_answer(load: Load, session: aiohttp.ClientSession, name: str, event: str) -> str | None:
    """The conversation as HTML, from the stream of the visitor's events."""
    url = f"/gradio_api/queue/data?session_hash={name}"
    async with session.get(url, timeout=_patience(_ANSWER_SECONDS)) as stream:
        load.statuses[stream.status] += 1
        async for line in stream.content:
            if not line.startswith(b"data:"):
                continue
            told = json.loads(line[5:])
            if told["msg"] == "process_completed" and told["event_id"] == event:
                if not told["success"]:
                    load.broken["process not completed"] += 1
                    return None
                return str(told["output"]["data"][0])
    if stream.status == 200:
        load.broken["stream ended without an answer"] += 1
    return None


async def _bystander(load: Load, address: str, ends: float) -> None:
    """Somebody who asks nothing and looks at the list."""
    import aiohttp

    async with aiohttp.ClientSession(address) as session:
        while time.perf_counter() < ends:
            began = time.perf_counter()
            try:
                async with session.get("/library", timeout=_patience(60)) as answer:
                    load.statuses[answer.status] += 1
                    await answer.read()
                load.looks.append(time.perf_counter() - began)
            except (aiohttp.ClientError, TimeoutError) as error:
                load.broken[f"list: {type(error).__name__}"] += 1
            await asyncio.sleep(_LOOK_SECONDS)


def _patience(seconds: float | None) -> aiohttp.ClientTimeout:
    import aiohttp

    return aiohttp.ClientTimeout(total=seconds)


def _state(pid: int) -> State:
    process = Path(f"/proc/{pid}")
    pages = int((process / "statm").read_text().split()[1])
    user, system = (process / "stat").read_text().rpartition(")")[2].split()[11:13]
    return State(
        resident_mb=pages * os.sysconf("SC_PAGE_SIZE") / 1e6,
        open_files=len(list((process / "fd").iterdir())),
        processor_seconds=(int(user) + int(system)) / os.sysconf("SC_CLK_TCK"),
    )


def _spread(seconds: Sequence[float]) -> str:
    if not seconds:
        return "none"
    half, most = np.quantile(seconds, (0.5, 0.95))
    return f"p50 {half:.2f} s, p95 {most:.2f} s, most {max(seconds):.2f} s ({len(seconds)} times)"


def _others() -> float:
    return os.getloadavg()[0]


if __name__ == "__main__":
    sys.exit(main())
