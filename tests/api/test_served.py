"""The API against a real server on this machine: floods, slow and lying clients, and what is opened for whom."""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.doubles import QUESTION
from tests.page_process import PageProcess, read_all, served_page
from tests.ui.test_entrance import ADDRESSES, Served, make_files, serving

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems have one loopback address only")

PER_MINUTE = 12


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageProcess]:
    """As ``kin serve`` starts it."""
    folder = tmp_path_factory.mktemp("served")
    with served_page(folder, api="on", questions_per_minute=PER_MINUTE, connections_per_client=64) as running:
        yield running


@pytest.fixture(scope="module")
def noting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that notes what it opens and asks for."""
    with serving(tmp_path_factory.mktemp("noting") / "server", "--api") as running:
        yield running


def send(
    port: int, method: str, path: str, body: bytes | None = None, source: str = "127.0.0.1", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30, source_address=(source, 0))
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request(method, path, body, {"content-type": "application/json"} | sent)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def ask(port: int, source: str, question: str = QUESTION) -> tuple[int, dict[str, str], bytes]:
    return send(port, "POST", "/api/v1/ask", json.dumps({"question": question}).encode(), source)


def test_while_one_client_floods_another_is_answered(page: PageProcess) -> None:
    over, statuses, waits = threading.Event(), [], []

    def flood() -> None:
        while not over.is_set():
            status, headers, _ = ask(page.port, "127.0.0.2")
            statuses.append(status)
            if status == 429:
                waits.append(int(headers["retry-after"]))

    threads = [threading.Thread(target=flood) for _ in range(8)]
    for thread in threads:
        thread.start()
    try:
        calm = []
        for _ in range(PER_MINUTE):
            started = time.monotonic()
            status, _, body = ask(page.port, "127.0.0.3")
            calm.append((status, bool(json.loads(body)["citations"]), time.monotonic() - started < 5))
            time.sleep(0.1)
    finally:
        over.set()
        for thread in threads:
            thread.join(20)
    assert calm == [(200, True, True)] * PER_MINUTE
    assert set(statuses) == {200, 429}
    assert statuses.count(200) == PER_MINUTE, "its budget and no more"
    assert all(1 <= wait <= 60 for wait in waits)


def test_what_one_program_asks_the_page_may_no_longer(page: PageProcess) -> None:
    source = "127.0.0.4"
    assert [ask(page.port, source)[0] for _ in range(PER_MINUTE + 1)] == [200] * PER_MINUTE + [429]
    assert send(page.port, "GET", "/compare/comparison.csv?topic=waste", source=source)[0] == 429
    assert send(page.port, "GET", "/", source=source)[0] == 200, "the page itself costs nothing"


def test_headers_that_name_another_client_count_for_nothing(page: PageProcess) -> None:
    source, body = "127.0.0.5", json.dumps({"question": QUESTION}).encode()
    statuses = [
        send(page.port, "POST", "/api/v1/ask", body, source, x_forwarded_for=f"10.0.0.{number}")[0]
        for number in range(PER_MINUTE + 3)
    ]
    assert statuses == [200] * PER_MINUTE + [429] * 3


def test_a_body_of_hidden_length_is_refused_while_it_arrives(page: PageProcess) -> None:
    with page.connect("127.0.0.6") as connection:
        head = f"POST /api/v1/ask HTTP/1.1\r\nHost: 127.0.0.1:{page.port}\r\nContent-Type: application/json\r\n"
        connection.sendall(f"{head}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n".encode())
        try:
            for _ in range(200):
                connection.sendall(b"2000\r\n" + b" " * 0x2000 + b"\r\n")
                time.sleep(0.001)
        except (BrokenPipeError, ConnectionResetError):
            pass
        answer = read_all(connection)
    assert answer.startswith(b"HTTP/1.1 413") or not answer, "refused, or the connection is gone by then"


@pytest.mark.slow
def test_who_sends_too_slowly_is_told_so(page: PageProcess) -> None:
    with page.connect("127.0.0.7", timeout=30) as connection:
        head = f"POST /api/v1/ask HTTP/1.1\r\nHost: 127.0.0.1:{page.port}\r\nContent-Type: application/json\r\n"
        connection.sendall(f"{head}Content-Length: 1000\r\n\r\n".encode())
        started = time.monotonic()
        sender_over = threading.Event()

        def trickle() -> None:
            while not sender_over.wait(1):
                try:
                    connection.sendall(b" ")
                except OSError:
                    return

        thread = threading.Thread(target=trickle)
        thread.start()
        answer = b""
        while b"did not arrive in time" not in answer:  # the head may come before the body
            part = connection.recv(65536)
            assert part, "it is told before the connection ends"
            answer += part
        took = time.monotonic() - started
        sender_over.set()
        thread.join(5)
    assert b" 408 " in answer.splitlines()[0]
    assert 8 < took < 20


def test_a_foreign_name_is_answered_nothing(page: PageProcess) -> None:
    assert send(page.port, "GET", "/v1/models", source="127.0.0.8", host="rebound.example")[0] == 400


def test_the_log_stays_empty(page: PageProcess) -> None:
    lines = [line for line in page.log.read_text().splitlines() if "The page is at" not in line]
    assert lines == []


# Files and addresses


def in_every_field(target: str) -> Iterator[tuple[str, str, Any]]:
    """Requests with ``target`` wherever something is taken, and where nothing is."""
    from urllib.parse import quote

    as_file = {"path": target, "url": target, "meta": {"_type": "gradio.FileData"}}
    for sent in (target, as_file):
        yield "POST", "/api/v1/ask", {"question": sent}
        yield "POST", "/api/v1/ask", {"question": QUESTION, "history": [sent]}
        yield "POST", "/api/v1/ask", {"question": QUESTION, "filters": {"city": sent}}
        yield "POST", "/api/v1/ask", {"question": QUESTION, "file": sent}
        yield "POST", "/api/v1/search", {"query": sent}
        yield "POST", "/api/v1/compare", {"topic": sent, "cities": [sent], "columns": [sent]}
        for content in (sent, [{"type": "text", "text": sent}], [{"type": "image_url", "image_url": {"url": sent}}]):
            yield "POST", "/v1/chat/completions", {"messages": [{"role": "user", "content": content}]}
        yield "POST", "/v1/chat/completions", {"model": sent, "messages": [{"role": "user", "content": QUESTION}]}
    safe = quote(target, safe="")
    for path in ("documents/", "records/", "search?query=", "documents?city=", "openapi.json?url="):
        yield "GET", f"/api/v1/{path}{safe}", None


@pytest.mark.slow
def test_no_file_is_opened_and_no_address_is_asked(noting: Served, tmp_path: Path) -> None:
    targets = [address.format(port=noting.port) for address in ADDRESSES] + make_files(tmp_path / "files")
    send(noting.port, "POST", "/api/v1/ask", json.dumps({"question": QUESTION}).encode())  # libraries are loaded
    before, complaints = noting.noted(), noting.complaints()
    tried = 0
    for target in targets:
        for method, path, body in in_every_field(target):
            status, _, told = send(noting.port, method, path, None if body is None else json.dumps(body).encode())
            assert status in (200, 404, 422), (path, body, told)
            tried += 1
    assert tried > 1000
    assert noting.noted() == before
    assert noting.complaints() == complaints
