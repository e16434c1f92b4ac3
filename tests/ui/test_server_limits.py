"""The served page under hands that mean it ill: large headers, silent connections, many of them, from one address or many.

All by socket against a process of its own, and bounded in size and time.
"""

from __future__ import annotations

import contextlib
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.page_process import PageProcess, read_all, served_page

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="uses /proc and the addresses 127.0.0.0/8")

FILES = 1024
PASSWORD = "correct horse"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageProcess]:
    with served_page(tmp_path_factory.mktemp("page"), files=FILES, curator_password=PASSWORD) as page:
        yield page


def is_served(page: PageProcess, source: str) -> bool:
    try:
        return page.get("/favicon.ico", source=source, timeout=5).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def send_until_refused(connection: socket.socket, part: bytes, most: int) -> int:
    """Bytes that went out before the other end closed."""
    sent = 0
    with contextlib.suppress(OSError):
        while sent < most:
            sent += connection.send(part)
    return sent


def test_a_header_of_300_megabytes_is_refused_at_once_and_holds_nobody_up(page: PageProcess) -> None:
    before = page.resident
    slowest = 0.0
    with page.connect(timeout=30) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: ")
        started = time.perf_counter()
        sent = send_until_refused(connection, b"x" * 1_000_000, 300_000_000)
        took = time.perf_counter() - started
    for number in range(5):
        started = time.perf_counter()
        assert is_served(page, f"127.0.1.{number + 1}")
        slowest = max(slowest, time.perf_counter() - started)
    assert sent < 20_000_000, "what the system holds on the way, and no more"
    assert took < 5
    assert slowest < 5
    assert page.resident - before < 20_000_000


@pytest.mark.parametrize("size", [40_000, 5_000_000])
def test_a_large_header_that_arrives_whole_is_refused_too(page: PageProcess, size: int) -> None:
    many = b"".join(b"X-%d: %s\r\n" % (number, b"y" * 990) for number in range(size // 1000))
    with page.connect() as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(b"GET /favicon.ico HTTP/1.1\r\nHost: 127.0.0.1\r\n" + many + b"\r\n")
        answer = read_all(connection)
    assert answer[:12] in (b"HTTP/1.1 431", b""), "a client that still sends may see the connection end instead"


def test_a_browsers_header_passes(page: PageProcess) -> None:
    cookie = "Cookie: " + "; ".join(f"c{number}={'v' * 200}" for number in range(60))
    assert page.get("/favicon.ico", cookie).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("addresses", [1, 250])
def test_1100_silent_connections_shut_nobody_out(page: PageProcess, addresses: int) -> None:
    with ExitStack() as held:
        for number in range(1100):
            source = f"127.0.2.{number % addresses + 1}"
            with contextlib.suppress(OSError):
                held.enter_context(page.connect(source, timeout=5))
        served = [is_served(page, f"127.0.3.{number + 1}") for number in range(15)]
    assert served == [True] * 15
    logged = page.log.read_text()
    assert "Traceback" not in logged
    assert logged.count("Too many connections") in (0, 1, 2), "a sentence a minute"


@pytest.mark.slow
def test_what_never_becomes_a_request_is_closed(page: PageProcess) -> None:
    """Silence, half a header, a header that drips, half a body."""
    starts = {
        "silent": b"",
        "half a header": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n",
        "dripping header": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ",
        "half a body": b"POST /gradio_api/queue/join HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b'Content-Length: 100\r\n\r\n{"data"',
    }
    with ExitStack() as held:
        connections = {name: held.enter_context(page.connect(f"127.0.4.{i}")) for i, name in enumerate(starts, 1)}
        for name, start in starts.items():
            connections[name].sendall(start)
            connections[name].setblocking(False)
        open_ = dict(connections)
        for _ in range(40):
            time.sleep(1)
            with contextlib.suppress(OSError):
                connections["dripping header"].send(b"x")
            for name in list(open_):
                with contextlib.suppress(BlockingIOError, ConnectionResetError):
                    if open_[name].recv(65536):
                        continue
                    del open_[name]
        assert not open_
    assert "Traceback" not in page.log.read_text()


def log_in(page: PageProcess, password: str, source: str) -> bytes:
    """The status of the answer."""
    with page.connect(source) as connection:
        head = (
            f"POST /corpus/login HTTP/1.1\r\nHost: 127.0.0.1:{page.port}\r\nX-Kin-Request: 1\r\nConnection: close\r\n"
        )
        connection.sendall(f"{head}Content-Length: {len(password)}\r\n\r\n{password}".encode())
        return read_all(connection)[9:12]


def test_guessing_from_120_addresses_does_not_lock_the_curator_out(page: PageProcess) -> None:
    assert {log_in(page, "guess", f"127.0.8.{number + 1}") for number in range(120)} == {b"401"}
    assert log_in(page, PASSWORD, "127.0.9.1") == b"200"


def test_too_few_files_are_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(AssertionError) as caught, served_page(tmp_path, files=128):
        pass
    assert "may open 128 files" in str(caught.value)
