"""The README's example of a web server in front, in a real one: each visitor counts for himself, streams are passed on."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.page_process import PageProcess, free_port, served_page

NGINX = shutil.which("nginx") or ""
PASSWORD = "correct horse"

pytestmark = pytest.mark.skipif(not NGINX, reason="nginx is not installed")

AROUND = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    {server}
}}
"""


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[PageProcess]:
    """The page by way of the web server."""
    folder = tmp_path_factory.mktemp("nginx")
    (server,) = re.findall(r"```nginx\n(.*?)```", (repository / "README.md").read_text("utf-8"), re.DOTALL)
    with served_page(folder, curator_password=PASSWORD, trusted_proxies="127.0.0.1") as page:
        port = free_port()
        server = re.sub(r"ssl_certificate\w* \S+;\n", "", server)
        server = server.replace("listen 443 ssl", f"listen 127.0.0.1:{port}").replace(":7860", f":{page.port}")
        (folder / "nginx.conf").write_text(AROUND.format(folder=folder, server=server))
        process = subprocess.Popen([NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")])
        try:
            for _ in range(100):
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    assert process.poll() is None
                    time.sleep(0.1)
            yield replace(page, port=port)
        finally:
            process.terminate()
            process.wait(10)


def log_in(front: PageProcess, source: str, password: str, *headers: str) -> bytes:
    with front.connect(source) as connection:
        lines = [
            "POST /corpus/login HTTP/1.1",
            f"Host: 127.0.0.1:{front.port}",
            f"Origin: http://127.0.0.1:{front.port}",
            "X-Kin-Request: 1",
            f"Content-Length: {len(password)}",
            "Connection: close",
            *headers,
        ]
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n" + password).encode())
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return answer


def test_each_visitor_counts_for_himself_and_invented_addresses_for_nothing(front: PageProcess) -> None:
    invented = [f"X-Forwarded-For: 198.51.100.{number}" for number in range(6)]
    statuses = [log_in(front, "127.0.5.1", "guess", header)[9:12] for header in invented]
    assert statuses == [b"401"] * 5 + [b"429"]
    assert log_in(front, "127.0.5.2", PASSWORD)[9:12] == b"200"


def test_the_page_is_whole(front: PageProcess) -> None:
    head, _, body = front.get("/config", "Accept-Encoding: identity", source="127.0.5.3").partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    config = json.loads(body[body.index(b"{") : body.rindex(b"}") + 1]) if b"chunked" not in head else {}
    assert config.get("root", f"http://127.0.0.1:{front.port}") == f"http://127.0.0.1:{front.port}"


def test_a_stream_is_passed_on_as_it_comes(front: PageProcess) -> None:
    with front.connect("127.0.5.4", timeout=5) as connection:
        connection.sendall(b"GET /gradio_api/heartbeat/abc HTTP/1.1\r\nHost: x\r\n\r\n")
        got = b""
        while b"ALIVE" not in got:
            got += connection.recv(65536)


def test_many_visitors_come_by_one_web_server(front: PageProcess) -> None:
    """More than one client may have; each of them has one."""
    streams = [front.connect(f"127.0.6.{number + 1}") for number in range(100)]
    try:
        for stream in streams:
            stream.sendall(b"GET /gradio_api/heartbeat/abc HTTP/1.1\r\nHost: x\r\n\r\n")
        assert {stream.recv(12) for stream in streams} == {b"HTTP/1.1 200"}
    finally:
        for stream in streams:
            stream.close()


def test_one_visitor_has_so_many_requests_at_once(front: PageProcess) -> None:
    streams = [front.connect("127.0.7.1") for _ in range(70)]
    try:
        for stream in streams:
            stream.sendall(b"GET /gradio_api/heartbeat/abc HTTP/1.1\r\nHost: x\r\n\r\n")
        statuses = [stream.recv(12)[9:] for stream in streams]
        assert (statuses.count(b"200"), statuses.count(b"429")) == (64, 6)
        assert front.get("/favicon.ico", source="127.0.7.2").startswith(b"HTTP/1.1 200")
    finally:
        for stream in streams:
            stream.close()
