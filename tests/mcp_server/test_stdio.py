"""The server over standard input and output, as a process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from kin_assistant.cli import main as cli
from kin_assistant.errors import ServeError
from kin_assistant.mcp_server.stdio import MAX_LINE_BYTES, _split, serve_stdio
from kin_assistant.mcp_server.tools import TOOLS
from tests.doubles import QUESTION as DOUBLES_QUESTION

_SCRIPT = """
import contextlib, os, sys
from kin_assistant.mcp_server.stdio import serve_stdio
from tests.doubles import AssistantDouble

class Talkative(AssistantDouble):
    def ask(self, *given, **named):
        print("printed by Python")
        os.write(1, b"written by native code\\n")
        return super().ask(*given, **named)

serve_stdio(lambda: contextlib.nullcontext(Talkative()))
print("the end")
"""


def message(number: int, method: str, **params: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


BEGINNING = [
    message(
        1, "initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo={"name": "test", "version": "0"}
    ),
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
]


def talk_to(process: subprocess.Popen[bytes], lines: list[object], answers: int) -> list[bytes]:
    """Send ``lines``, read so many answers."""
    assert process.stdin
    assert process.stdout
    for line in lines:
        process.stdin.write(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n")
    process.stdin.flush()
    return [process.stdout.readline() for _ in range(answers)]


def test_nothing_but_the_protocol_is_on_standard_output(repository: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _SCRIPT], cwd=repository,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        asked = message(2, "tools/call", name="ask", arguments={"question": DOUBLES_QUESTION})
        lines = talk_to(process, [*BEGINNING, asked], 2)
        told = json.loads(lines[1])
        assert told["id"] == 2
        assert told["result"]["structuredContent"]["citations"]
        rest, log = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait(10)
    assert process.returncode == 0, "it ends when its input does"
    assert rest == b"the end\n", "afterwards standard output is what it was"
    assert b"printed by Python" in log
    assert b"written by native code" in log
    assert b"Traceback" not in log


def test_lines_that_are_no_protocol_do_not_end_it(repository: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _SCRIPT], cwd=repository,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        bad = [b"x" * (MAX_LINE_BYTES + 1) + b"\n", b"hello\n", b"{\n", b"[" * 50_000 + b"\n", b"\xff\xfe\n", b"\n"]
        first = json.loads(talk_to(process, BEGINNING, 1)[0])
        assert first["result"]["serverInfo"]["name"] == "kin-assistant"
        (line,) = talk_to(process, [*bad, message(7, "tools/list")], 1)
        while json.loads(line).get("id") != 7:  # what it makes of the others
            (line,) = talk_to(process, [], 1)
        assert len(json.loads(line)["result"]["tools"]) == len(TOOLS)
    finally:
        process.kill()
        process.communicate(timeout=10)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_it_while_it_waits(repository: Path, number: int) -> None:
    script = _SCRIPT.replace("serve_stdio(", "from kin_assistant.processes.termination import raising_terminated\n"
        "with raising_terminated(): serve_stdio(")  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-c", script], cwd=repository,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        talk_to(process, BEGINNING, 1)
        process.send_signal(number)
        assert process.wait(20) != 0
    finally:
        process.kill()
        process.communicate(timeout=10)


_SIGNALLED_AT_WORK = """
import signal
from kin_assistant.mcp_server import stdio
from kin_assistant.processes.termination import raising_terminated

make_server = stdio.make_server

def with_prompts(run):
    server = make_server(run)

    @server.list_prompts()
    async def list_prompts():
        signal.raise_signal(signal.SIGTERM)
        return []

    return server

stdio.make_server = with_prompts
with raising_terminated():
    stdio.serve_stdio(None)
"""


def test_a_signal_ends_it_while_it_works(repository: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _SIGNALLED_AT_WORK], cwd=repository,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        talk_to(process, [*BEGINNING, message(2, "prompts/list")], 1)
        assert process.wait(20) == 128 + signal.SIGTERM
    finally:
        process.kill()
        process.communicate(timeout=10)


def test_lines_come_whole_and_those_that_are_too_long_not_at_all(caplog: pytest.LogCaptureFixture) -> None:
    longest = b"y" * MAX_LINE_BYTES
    sent = [b"first", b"", b"x" * (MAX_LINE_BYTES + 1), longest, b"x" * (3 * MAX_LINE_BYTES), b"last"]
    reading, writing = os.pipe()

    def write() -> None:
        with open(writing, "wb") as file:
            file.write(b"\n".join(sent))

    thread = threading.Thread(target=write)
    thread.start()
    with open(reading, "rb") as file:
        assert list(_split(file.fileno())) == [b"first", b"", longest, b"last"]
    thread.join()
    assert caplog.text.count("was left out") == 2


def test_without_the_package_a_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    with pytest.raises(ServeError, match=r'Run: pip install "kin-assistant\[mcp\]"'):
        serve_stdio(lambda: pytest.fail("nothing is asked"))
    assert capfd.readouterr().out == ""


def test_the_command_says_so_before_it_opens_anything(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    assert cli.main(["mcp", "--index", str(tmp_path)]) == cli.FAILED
    told = capfd.readouterr()
    assert told.out == ""
    assert "is not installed" in told.err


def test_without_an_index_the_command_says_so(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert cli.main(["mcp", "--index", str(tmp_path / "none")]) == cli.FAILED
    told = capfd.readouterr()
    assert told.out == ""
    assert "kin sync" in told.err
    assert os.listdir(tmp_path) == []
