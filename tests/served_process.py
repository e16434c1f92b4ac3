"""``kin serve`` in a process of its own, asked as a browser asks it."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

__all__ = ["ServedProcess", "environment_with", "served"]

_REPOSITORY = Path(__file__).resolve().parent.parent
_SECONDS = 180.0


@dataclass
class ServedProcess:
    """The page, from the moment on that it answers."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def get(self, path: str) -> str:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=_SECONDS)
        try:
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def ask(self, question: str) -> str:
        """The conversation as HTML after ``question``, which begins it."""
        session = secrets.token_hex(5)
        function, trigger, fields = self._asking
        data = [question if field == "question" else field for field in fields]
        body = {"data": data, "fn_index": function, "trigger_id": trigger, "session_hash": session}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=_SECONDS)
        try:
            connection.request("POST", "/gradio_api/queue/join", json.dumps(body), {"content-type": "application/json"})
            joined = connection.getresponse()
            assert joined.status == 200, joined.read()
            joined.read()
            connection.request("GET", f"/gradio_api/queue/data?session_hash={session}")
            for line in connection.getresponse():
                message = json.loads(line[5:]) if line.startswith(b"data:") else {}
                if message.get("msg") == "process_completed":
                    return "".join(part for part in message["output"]["data"] if isinstance(part, str))
        finally:
            connection.close()
        raise AssertionError("the answer did not come")

    def stop(self, number: int) -> int:
        """Send it a signal; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(_SECONDS)

    @cached_property
    def _asking(self) -> tuple[int, int, list[Any]]:
        """What asks a typed question: function, what triggers it, and its fields, of which one is "question"."""
        config = json.JSONDecoder().raw_decode(self.get("/").partition("window.gradio_config = ")[2])[0]
        kinds = {component["id"]: component["type"] for component in config["components"]}
        (typed,) = [one["id"] for one in config["components"] if one["props"].get("elem_id") == "kin-question"]
        (asking,) = [one for one in config["dependencies"] if [typed, "submit"] in map(list, one["targets"])]
        empty = {"state": None, "dropdown": []}
        fields = ["question" if field == typed else empty.get(kinds[field], "") for field in asking["inputs"]]
        return asking["id"], typed, fields


def environment_with(**settings: object) -> dict[str, str]:
    """The environment of this process with these variables."""
    return {**os.environ, **{name: str(value) for name, value in settings.items()}}


@contextmanager
def served(
    corpus: Path, index: Path, folder: Path, environment: Mapping[str, str] | None = None
) -> Iterator[ServedProcess]:
    """Serve ``index``; what it writes goes below ``folder``."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = int(taken.getsockname()[1])
    log = folder / "log.txt"
    command = ["serve", "--corpus", str(corpus), "--index", str(index), "--port", str(port)]
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "kin_assistant", *command],
            cwd=_REPOSITORY,
            env={**(environment or os.environ), "KIN_FEEDBACK": str(folder / "feedback")},
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    page = ServedProcess(process, port, log)
    try:
        waited_until = time.monotonic() + _SECONDS
        while True:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < waited_until, log.read_text()
            try:
                page.get("/favicon.ico")
                break
            except OSError:
                time.sleep(0.2)
        yield page
    finally:
        process.kill()
        process.wait(60)
