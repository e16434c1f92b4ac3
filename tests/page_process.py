"""The page in a process of its own, as ``kin serve`` starts it but over the assistant of the doubles, for tests by socket."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["PageProcess", "free_port", "read_all", "served_page"]

_SCRIPT = """
import json, resource, sys
settings = json.loads(sys.argv[1])
if files := settings.pop("files"):
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
from kin_assistant.settings import Settings
from kin_assistant.ui.server import serve
from tests.doubles import AssistantDouble
serve(AssistantDouble(), Settings(**settings))
"""
_REPOSITORY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class PageProcess:
    """Where it listens, and what it has logged."""

    port: int
    pid: int
    log: Path

    def connect(self, source: str = "127.0.0.1", timeout: float = 10) -> socket.socket:
        """A connection from one of this machine's own addresses."""
        return socket.create_connection(("127.0.0.1", self.port), timeout, (source, 0))

    def get(self, path: str, *headers: str, source: str = "127.0.0.1", timeout: float = 10) -> bytes:
        """The whole answer, with its header."""
        with self.connect(source, timeout) as connection:
            lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Connection: close", *headers, "", ""]
            connection.sendall("\r\n".join(lines).encode())
            return read_all(connection)

    @property
    def resident(self) -> int:
        """Bytes of memory that it holds."""
        pages = Path(f"/proc/{self.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")


def read_all(connection: socket.socket) -> bytes:
    """Until the other end closes, however it does."""
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def served_page(folder: Path, *, files: int = 0, **settings: object) -> Iterator[PageProcess]:
    """The page with ``settings``, allowed to open so many ``files``, from the moment on that it answers."""
    port = free_port()
    chosen = {
        "port": port,
        "corpus": str(folder / "corpus"),
        "index": str(folder / "index"),
        "feedback": str(folder / "feedback"),
        **settings,
        "files": files,
    }
    (folder / "corpus").mkdir(exist_ok=True)
    log = folder / f"log-{port}.txt"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", _SCRIPT, json.dumps(chosen)], cwd=_REPOSITORY, stdout=file, stderr=file
        )
    page = PageProcess(port, process.pid, log)
    try:
        for _ in range(600):
            assert process.poll() is None, log.read_text()
            try:
                page.get("/favicon.ico")
                break
            except OSError:
                time.sleep(0.1)
        yield page
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
