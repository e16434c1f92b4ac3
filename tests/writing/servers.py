"""Servers on this machine that play a language model's server, well or badly."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["Asked", "Play", "event", "play_server", "raw_server", "send_events"]


@dataclass
class Asked:
    """What a server was sent."""

    bodies: list[dict[str, object]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    address: str = ""

    @property
    def keys(self) -> list[str]:
        """Of the quotes in the last request."""
        return [item["key"] for item in self.data["data"]]

    @property
    def data(self) -> dict[str, list[dict[str, str]]]:
        """What the user's message of the last request holds."""
        return json.loads(self.bodies[-1]["messages"][1]["content"])


class Play(BaseHTTPRequestHandler):
    """One request, for a script to answer."""

    asked: Asked
    script: Callable[[Play], None]
    stop: threading.Event
    """Set when the test is over, for scripts that wait."""

    def do_POST(self) -> None:
        """Keep what was asked and run the script."""
        body = self.rfile.read(int(self.headers["content-length"]))
        self.asked.bodies.append(json.loads(body))
        self.asked.headers.append({name.lower(): value for name, value in self.headers.items()})
        self.asked.paths.append(self.path)
        self.close_connection = True
        with contextlib.suppress(OSError):  # whoever asked has hung up
            type(self).script(self)

    def say(self, status: int, kind: str, body: bytes, **headers: str) -> None:
        """A whole response."""
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def begin(self, kind: str = "text/event-stream") -> None:
        """The head of a response whose body has no end."""
        self.send_response(200)
        self.send_header("content-type", kind)
        self.end_headers()

    def write(self, body: bytes) -> None:
        """A piece of such a body."""
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Nothing."""


def event(text: str | None = None, *, finish: str | None = None) -> bytes:
    """An event of a chat."""
    choice = {"index": 0, "delta": {} if text is None else {"content": text}, "finish_reason": finish}
    return f"data: {json.dumps({'choices': [choice]})}\n\n".encode()


def send_events(play: Play, *texts: str) -> None:
    """A reply that comes in pieces and ends as it should."""
    play.begin()
    for text in texts:
        play.write(event(text))
    play.write(event(finish="stop") + b"data: [DONE]\n\n")


@contextlib.contextmanager
def play_server(script: Callable[[Play], None]) -> Iterator[Asked]:
    """A server that answers every request with ``script``, and what it was asked."""
    asked, stop = Asked(), threading.Event()
    handler = type("Handler", (Play,), {"asked": asked, "script": staticmethod(script), "stop": stop})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = False  # closing waits for them
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    asked.address = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield asked
    finally:
        stop.set()
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def raw_server(said: bytes) -> Iterator[str]:
    """A server that says ``said`` to whoever connects, whatever it is asked, and hangs up; its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(0.05)
    over = threading.Event()

    def run() -> None:
        while not over.is_set():
            with contextlib.suppress(OSError):
                connection, _ = listening.accept()
                with connection:
                    connection.settimeout(1)
                    connection.recv(65_536)
                    connection.sendall(said)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
    finally:
        over.set()
        thread.join()
        listening.close()
