"""Build the wheel, install it elsewhere, and use it as somebody would who has no checkout: ``make wheel``.

The wheel must hold every file of the package and both licences. In a fresh environment outside the checkout, with the
locked versions, the commands and the page must work on a small folder of documents.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

__all__ = ["build_wheel", "check_contents", "main"]

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "kin_assistant"
SECONDS = 900
"""Any single step may take so long; alone on two cores, all of them take a third of it."""

DOCUMENTS = {
    "compost.md": (
        "# Composting in Exampleville\n\nIn 2004 the city of Exampleville gave each household a bin for compost."
        " The bins cut the waste that was collected by a third.\n"
    ),
    "buses.md": (
        "# Buses in Sampletown\n\nSampletown bought forty electric buses in 2011."
        " The fare was paid with a card that the transport agency sold.\n"
    ),
}
DEFAULT_TITLE = "Document Assistant"
"""What a page is called whose corpus says nothing of itself (``CorpusProfile.title``)."""
QUESTION = "What did Exampleville give each household?"
QUOTE = "In 2004 the city of Exampleville gave each household a bin for compost."


class WheelError(Exception):
    """The wheel is not what it should be."""


def main() -> int:
    """Build, check, install and use the wheel; return an exit code."""
    try:
        wheel = build_wheel(ROOT / "dist")
        check_contents(wheel)
        with tempfile.TemporaryDirectory(prefix="kin-wheel-") as folder:
            commands = _install(wheel, Path(folder, "environment"))
            _use(commands, Path(folder, "elsewhere"))
    except (WheelError, subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        print(f"FAILED  {error}", file=sys.stderr)
        return 1
    print(f"{wheel.name} works without the checkout.")
    return 0


def build_wheel(folder: Path) -> Path:
    """Build the wheel into ``folder`` with the locked build backend."""
    with _timed("built"):
        for old in folder.glob("*.whl"):
            old.unlink()
        _run([sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)], cwd=ROOT)
    (wheel,) = folder.glob("*.whl")
    return wheel


def check_contents(wheel: Path) -> None:
    """Raise ``WheelError`` unless ``wheel`` holds each file of the package, no other, and the licences."""
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.endswith("/")}
    information = {name for name in names if name.partition("/")[0].endswith(".dist-info")}
    expected = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / PACKAGE).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    if names - information != expected:
        raise WheelError(f"missing or not wanted: {', '.join(sorted((names - information) ^ expected))}")
    for licence in ("LICENSE", "corpus/LICENSE"):
        if not any(name.endswith(f".dist-info/licenses/{licence}") for name in information):
            raise WheelError(f"{licence} is missing")


def _install(wheel: Path, environment: Path) -> Path:
    """Make ``environment`` with the locked packages and ``wheel``, and give the folder of its commands."""
    python = environment / "bin" / "python"
    with _timed("installed"):
        _run([sys.executable, "-m", "venv", str(environment)])
        _run([str(python), str(ROOT / "tools" / "install.py"), "runtime", "--no-project"])
        _run([str(python), "-m", "pip", "-qq", "install", "--no-deps", "--no-index", str(wheel)])
    return python.parent


def _use(commands: Path, folder: Path) -> None:
    """Sync, ask and serve in ``folder``, which has nothing of the checkout."""
    corpus = folder / "corpus"
    corpus.mkdir(parents=True)
    for name, text in DOCUMENTS.items():
        (corpus / name).write_text(text, "utf-8")
    kin = str(commands / "kin")
    without_corpus = subprocess.run(
        [kin, "ask", QUESTION], cwd=folder, env=_environment(), capture_output=True, text=True, timeout=SECONDS
    )
    _check_messages(without_corpus.stderr)
    with _timed("synced"):
        _check_messages(_run([kin, "sync"], cwd=folder))
    with _timed("asked"):
        answer = _run([kin, "ask", QUESTION], cwd=folder)
    if QUOTE not in answer:
        raise WheelError(f"kin ask did not quote the sentence that answers:\n{answer}")
    place = _run([str(commands / "python"), "-c", f"import {PACKAGE}; print({PACKAGE}.__file__)"], cwd=folder)
    if not Path(place.strip()).is_relative_to(commands.parent):
        raise WheelError(f"{PACKAGE} was imported from {place.strip()}")
    with _timed("served"):
        _fetch_page(kin, folder)


def _fetch_page(kin: str, folder: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "serve.log"
    with log.open("w", encoding="utf-8") as output:
        server = subprocess.Popen(
            [kin, "serve", "--port", str(port)], cwd=folder, env=_environment(), stdout=output, stderr=output
        )
        try:
            page = _wait_for(f"http://127.0.0.1:{port}/", server)
            addresses = set(re.findall(r'(?:src|href)="(/[\w./-]+\.(?:js|css|svg))"', page))
            for address in sorted(addresses):
                _fetch(f"http://127.0.0.1:{port}{address}")
        finally:
            server.terminate()
            try:
                server.wait(timeout=30)
            except subprocess.TimeoutExpired:
                server.kill()
    if DEFAULT_TITLE not in page:
        raise WheelError(f"the page is not the assistant's:\n{page[:500]}")
    _check_messages(log.read_text("utf-8"))


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> str:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            return _fetch(address)
        except OSError:  # it does not listen yet, or is still busy with starting
            time.sleep(0.5)
    raise WheelError("kin serve did not answer")


def _fetch(address: str) -> str:
    with urllib.request.urlopen(address, timeout=60) as response:  # noqa: S310 - an address of our own, on this machine
        content: bytes = response.read()
    return content.decode("utf-8")


def _check_messages(text: str) -> None:
    """Nobody without a checkout can follow an advice to run make."""
    found = re.search(r"\bmake (?:clean|run|setup|test)\b.*", text)
    if found:
        raise WheelError(f"a message speaks of make: {found[0]}")


def _environment() -> Mapping[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("KIN_", "PYTHON", "VIRTUAL_ENV"))}


def _run(command: Sequence[str], *, cwd: Path | None = None) -> str:
    with subprocess.Popen(
        command, cwd=cwd, env=_environment(), stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            output, _ = process.communicate(timeout=SECONDS)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)  # pip's children too
            raise
    if process.returncode != 0:
        raise WheelError(f"{' '.join(command)} ended with {process.returncode}:\n{output}")
    return output


@contextmanager
def _timed(what: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    print(f"{what} in {time.monotonic() - started:.0f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
