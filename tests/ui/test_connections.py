"""Connections are bounded in number and time, by the clock and not by luck; answers that are being given are left alone."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn

from kin_assistant.errors import ServeError
from kin_assistant.ui import connections as module
from kin_assistant.ui.clients import NO_PROXIES, Proxies
from kin_assistant.ui.connections import ConnectionLimits, Connections, bind_protocol, make_room
from tests.page_process import read_all

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def application(scope: Any, receive: Any, send: Any) -> None:
    """``/stream`` sends a word every tenth of a second, ``/large`` much at once, all else the length of the body."""
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": []}) if scope["path"] == "/early" else None
    size, more = 0, scope["path"] != "/early"
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size, more = size + len(message["body"]), message["more_body"]
    if scope["path"] != "/early":
        await send({"type": "http.response.start", "status": 200, "headers": []})
    if scope["path"] == "/stream":
        for _ in range(25):
            await send({"type": "http.response.body", "body": b"word\n", "more_body": True})
            await asyncio.sleep(0.1)
    body = b"x" * 20_000_000 if scope["path"] == "/large" else str(size).encode()
    await send({"type": "http.response.body", "body": body})


@dataclass(frozen=True)
class Running:
    port: int
    connections: Connections

    def connect(self, source: str = "127.0.0.1") -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), 10, (source, 0))

    def ask(self, source: str = "127.0.0.1", request: bytes = GET) -> bytes:
        with self.connect(source) as connection:
            connection.sendall(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
            return read_all(connection)

    def settle(self, count: int) -> None:
        """Until so many connections are open."""
        assert until(lambda: len(self.connections._open) == count), len(self.connections._open)


def until(true: Callable[[], bool], seconds: float = 10) -> bool:
    ends = time.monotonic() + seconds
    while not true() and time.monotonic() < ends:
        time.sleep(0.01)
    return true()


@contextmanager
def running(proxies: Proxies = NO_PROXIES, **limits: Any) -> Iterator[Running]:
    """A server with ``limits``, short ones unless told otherwise."""
    chosen = {"connections": 20, "connections_per_client": 8, "header_seconds": 1.0, "idle_seconds": 1.0} | limits
    connections = Connections(ConnectionLimits(**chosen), proxies)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        config = uvicorn.Config(
            application,
            http=bind_protocol(connections),
            ws="none",
            log_level="critical",
            lifespan="off",
            h11_max_incomplete_event_size=connections.limits.header_bytes,
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        assert until(lambda: server.started)
        try:
            yield Running(listener.getsockname()[1], connections)
        finally:
            server.should_exit = True
            thread.join(10)
        assert not thread.is_alive()


@pytest.fixture(autouse=True)
def swept_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SWEEP_SECONDS", 0.1)


def seconds_open(connection: socket.socket, drip: bytes = b"", most: float = 10) -> float:
    """How long the other end leaves it open, while ``drip`` is sent ten times a second."""
    began = time.monotonic()
    connection.settimeout(0.1)
    while time.monotonic() - began < most:
        try:
            if drip:
                connection.send(drip)
            if not connection.recv(65536):
                break
        except TimeoutError:
            continue
        except OSError:
            break
    return time.monotonic() - began


@pytest.mark.parametrize(
    ("start", "drip"),
    [
        (b"", b""),
        (b"GET / HTTP/1.1\r\n", b""),
        (b"GET / HTTP/1.1\r\nX: ", b"x"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n", b""),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n\r\n", b"x"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: 90000000\r\n\r\n", b"x" * 10_000),
    ],
    ids=[
        "silent",
        "half a header",
        "dripping header",
        "no body",
        "dripping body",
        "dripping chunks",
        "after the answer",
    ],
)
def test_who_sends_too_slowly_is_given_up(start: bytes, drip: bytes) -> None:
    with running() as server, server.connect() as connection:
        connection.sendall(start)
        assert 0.9 <= seconds_open(connection, drip) < 6
        server.settle(0)


def test_a_body_that_makes_progress_may_take_long() -> None:
    with running() as server, server.connect() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5000\r\n\r\n")
        for _ in range(25):
            connection.sendall(b"x" * 200)
            time.sleep(0.1)
        assert read_all(connection).endswith(b"5000\r\n0\r\n\r\n")


def test_a_stream_outlives_every_deadline() -> None:
    with running() as server:
        began = time.monotonic()
        answer = server.ask(request=b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
        assert answer.count(b"word") == 25
        assert time.monotonic() - began > 2.4


@pytest.mark.parametrize("closing", [b"", b"Connection: close\r\n"])
def test_who_does_not_fetch_an_answer_is_given_up(closing: bytes) -> None:
    with running() as server, server.connect() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n" + closing + b"\r\n")
        server.settle(1)
        server.settle(0)


def test_who_fetches_slowly_gets_everything() -> None:
    with running() as server, server.connect() as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        size = 0
        while part := connection.recv(1_000_000):
            size += len(part)
            time.sleep(0.05)
        assert size > 20_000_000


def test_a_kept_connection_serves_again() -> None:
    with running() as server, server.connect() as connection:
        for _ in range(3):
            time.sleep(0.5)
            connection.sendall(GET)
            assert b"200 OK" in connection.recv(65536)
        server.settle(1)


@pytest.mark.parametrize("size", [31_000, 40_000, 60_000, 500_000])
def test_a_header_is_bounded_however_it_arrives(size: int) -> None:
    with running() as server:
        answer = server.ask(request=b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * size + b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200" if size == 31_000 else b"HTTP/1.1 431") or (
            not answer and size > 99_000
        )
        assert server.ask().startswith(b"HTTP/1.1 200")


def test_nonsense_after_an_answer_has_begun_ends_the_connection_and_nothing_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with running() as server:
        start = b"POST /early HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        with server.connect() as connection:
            connection.sendall(start + b"no chunk\r\n")
            assert seconds_open(connection) < 5
        assert server.ask(request=b"nonsense\r\n\r\n").startswith(b"HTTP/1.1 400")
        assert server.ask().startswith(b"HTTP/1.1 200")
    assert not [record for record in caplog.records if record.exc_info]


def stream(server: Running, held: ExitStack, source: str) -> socket.socket:
    """A connection over which an answer is being given."""
    connection = held.enter_context(server.connect(source))
    connection.sendall(b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
    assert connection.recv(12) in (b"HTTP/1.1 200", b"HTTP/1.1 429", b"HTTP/1.1 503")
    return connection


def test_one_client_has_so_many_connections_and_no_more() -> None:
    with running() as server, ExitStack() as held:
        for _ in range(8):
            stream(server, held, "127.0.0.1")
        assert server.ask().startswith(b"HTTP/1.1 429")
        assert server.ask("127.0.0.2").startswith(b"HTTP/1.1 200")


def test_all_clients_have_so_many_connections_and_no_more() -> None:
    with running() as server, ExitStack() as held:
        for number in range(20):
            stream(server, held, f"127.0.0.{number % 4 + 1}")
        assert server.ask("127.0.0.9").startswith(b"HTTP/1.1 503")


def test_a_web_server_in_front_is_not_one_client() -> None:
    with running(Proxies.parse("127.0.0.1")) as server, ExitStack() as held:
        for _ in range(12):
            stream(server, held, "127.0.0.1")
        assert server.ask().startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("addresses", [1, 100])
def test_silent_connections_make_room_for_those_that_ask(addresses: int, caplog: pytest.LogCaptureFixture) -> None:
    with running(header_seconds=30.0) as server, ExitStack() as held, caplog.at_level(logging.WARNING):
        streaming = stream(server, held, "127.0.0.1")
        for number in range(100):
            held.enter_context(server.connect(f"127.0.0.{number % addresses + 1}"))
            assert len(server.connections._open) <= 20
        assert server.ask("127.0.0.250").startswith(b"HTTP/1.1 200")
        assert server.ask("127.0.0.1").startswith(b"HTTP/1.1 200")
        assert read_all_of_stream(streaming) == 25, "an answer that is being given makes room for nobody"
    (record,) = [record for record in caplog.records if record.name == module.__name__]
    assert "closed to make room" in record.getMessage()


def read_all_of_stream(connection: socket.socket) -> int:
    got = b""
    with contextlib.suppress(TimeoutError):
        while b"0\r\n\r\n" not in got:
            got += connection.recv(65536)
    return got.count(b"word")


def test_counts_come_back_to_nothing() -> None:
    with running() as server:
        for number in range(50):
            with server.connect(f"127.0.0.{number % 5 + 1}") as connection:
                connection.sendall(
                    [b"", GET, b"nonsense\r\n\r\n", b"GET / HT", b"POST / HTTP/1.1\r\nHost: x\r\n"][number % 5]
                )
        server.settle(0)
        assert not server.connections._of_client
        assert not server.connections._waiting
        assert until(lambda: not server.connections._sweeping), "no timer runs for nobody"


def test_the_bound_follows_from_the_files_that_may_be_open(monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")
    endless = resource.RLIM_INFINITY
    made: list[object] = []
    monkeypatch.setattr(resource, "setrlimit", lambda _which, limits: made.append(limits))

    def connections(soft: int, hard: int) -> int:
        monkeypatch.setattr(resource, "getrlimit", lambda _which: (soft, hard))
        try:
            room = make_room()
        except ServeError as error:
            assert "ulimit -n" in str(error)
            return 0
        assert room.connections + room.backlog + 128 <= min(hard if hard != endless else 4096, 4096)
        return room.connections

    assert [connections(files, files) for files in (64, 200, 256, 1024, 100_000)] == [0, 0, 64, 640, 2944]
    assert made == []
    assert connections(1024, 524_288) == connections(1024, endless) == 2944
    assert made == [(4096, 524_288), (4096, endless)], "it allows itself what it may, and no more than it needs"
    assert connections(endless, endless) == connections(50_000, 100_000) == 2944
    assert len(made) == 2, "and never less than it has"
