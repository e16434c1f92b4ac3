"""The README's example of a web server in front, in a real one: each visitor counts for himself, streams are passed on."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.doubles import QUESTION
from tests.page_process import PageProcess, free_port, served_page
from tests.served_process import ServedProcess

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


def test_the_page_is_whole_and_an_answer_comes_through_it(front: PageProcess) -> None:
    page = front.get("/", "Accept-Encoding: identity", source="127.0.5.3")
    assert page.startswith(b"HTTP/1.1 200")
    assert b"window.gradio_config" in page
    assert "Surabaya" in ServedProcess(None, front.port, front.log).ask(QUESTION)
