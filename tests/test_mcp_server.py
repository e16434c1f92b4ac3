"""The MCP server, asked by the client of the same package: in memory, and over standard input and output."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kin_assistant import Assistant
from kin_assistant.cli import main as cli
from kin_assistant.errors import KinError, ServeError
from kin_assistant.mcp_server import MAX_LINE_BYTES, _split, make_server, serve_stdio
from kin_assistant.rendering import answer_markdown
from tests.conftest import write_corpus
from tests.doubles import QUESTION as DOUBLES_QUESTION
from tests.doubles import AssistantDouble
from tests.form_library import TEXTS
from tests.libraries import Library

SITUATION = "We are a port city with open dumping and too much food waste."
QUESTION = "How did Surabaya start composting?"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    root = tmp_path_factory.mktemp("mcp")
    library = Library(write_corpus(root / "corpus", TEXTS), root / "index")
    library.sync()
    with library.open() as assistant:
        yield assistant


def with_session(assistant: Any, use: Callable[[Any], Awaitable[Any]]) -> Any:
    """What ``use`` makes of a session with a server over ``assistant``."""
    from mcp.shared.memory import create_connected_server_and_client_session

    @contextmanager
    def lent() -> Iterator[Any]:
        yield assistant

    async def talk() -> Any:
        async with create_connected_server_and_client_session(make_server(lent)) as session:
            return await use(session)

    return asyncio.run(talk())


def call(assistant: Any, tool: str, arguments: dict[str, Any]) -> Any:
    return with_session(assistant, lambda session: session.call_tool(tool, arguments))


def test_the_tools_are_described_and_change_nothing(small: Assistant) -> None:
    tools = with_session(small, lambda session: session.list_tools()).tools
    assert [tool.name for tool in tools] == [
        "ask",
        "search",
        "compare",
        "find_peers",
        "list_money",
        "list_commitments",
        "make_package",
        "open_document",
    ]
    for tool in tools:
        assert tool.description.endswith(".")
        assert tool.annotations.readOnlyHint
        assert tool.inputSchema["additionalProperties"] is False
        assert tool.outputSchema["type"] == "object"


def test_an_answer_comes_as_text_and_with_its_quotes(small: Assistant) -> None:
    result = call(small, "ask", {"question": QUESTION})
    assert not result.isError
    assert result.content[0].text == answer_markdown(small.ask(QUESTION))
    assert result.structuredContent["citations"]
    for citation in result.structuredContent["citations"]:
        text = small.document(citation["document_id"]).text
        assert text[citation["start"] : citation["end"]] == citation["quote"]
        assert citation["quote"] in result.content[0].text


def test_history_filters_and_words_count(small: Assistant) -> None:
    asked = {"question": "What did it cost?", "history": [QUESTION], "filters": {"city": "Surabaya"}, "words": 30}
    told = call(small, "ask", asked).structuredContent
    assert told["leans"]
    assert {city for citation in told["citations"] for city in citation["cities"]} == {"Surabaya"}


def test_a_search_and_a_comparison_quote_the_documents(small: Assistant) -> None:
    found = call(small, "search", {"query": "compost baskets", "limit": 2})
    assert len(found.structuredContent["hits"]) == 2
    assert found.structuredContent["hits"][0]["text"] in found.content[0].text
    compared = call(small, "compare", {"topic": "compost baskets", "cities": ["Surabaya", "Cebu"]})
    assert [row["city"] for row in compared.structuredContent["rows"]] == ["Surabaya", "Cebu"]
    assert "| **Surabaya** |" in compared.content[0].text


def test_peers_are_told_with_what_makes_them_alike(small: Assistant) -> None:
    told = call(small, "find_peers", {"situation": SITUATION, "limit": 2})
    assert told.structuredContent == small.peers(SITUATION, limit=2).model_dump(mode="json")
    assert told.structuredContent["peers"]
    for citation in told.structuredContent["citations"]:
        assert citation["quote"] in small.document(citation["document_id"]).text


def test_a_document_is_opened_in_pieces(small: Assistant) -> None:
    document, pieces, start = small.document("surabaya-composting"), "", 0
    while start < len(document.text):
        told = call(small, "open_document", {"document_id": document.id, "start": start, "characters": 300})
        piece = told.structuredContent
        assert piece["text"] in told.content[0].text
        for sentence in piece["sentences"]:
            assert start <= sentence["start"] < sentence["end"] <= piece["end"]
        pieces, start = pieces + piece["text"], piece["end"]
    assert pieces == document.text
    beyond = call(small, "open_document", {"document_id": document.id, "start": 10**9}).structuredContent
    assert (beyond["text"], beyond["start"]) == ("", len(document.text))


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("ask", {}, "The field “question” is missing."),
        ("ask", {"question": ""}, "The question is empty. Please type one."),
        ("ask", {"question": "x" * 2001}, "at most 2,000 are read"),
        ("ask", {"question": ["x"]}, "The field “question” is wrong"),
        ("ask", {"question": QUESTION, "file": "/etc/passwd"}, "There is no field “file”."),
        ("ask", {"question": QUESTION, "filters": {"city": "Atlantis"}}, "No document carries the city"),
        ("search", {"query": "x", "limit": 1000}, "The field “limit” is wrong"),
        ("search", {"question": "x"}, "The field “query” is missing."),
        ("compare", {"topic": "compost", "cities": ["Atlantis"]}, "Atlantis"),
        ("find_peers", {"situation": ""}, "empty"),
        ("find_peers", {"situation": "A port city with dumps.", "limit": 0}, "The field “limit” is wrong"),
        ("open_document", {"document_id": "../../etc/passwd"}, "There is no document “../../etc/passwd”."),
        ("open_document", {"document_id": "surabaya-composting", "start": -1}, "The field “start” is wrong"),
        ("open_document", {"document_id": "surabaya-composting", "characters": 10**6}, "“characters” is wrong"),
        ("run", {"command": "ls"}, "There is no tool “run”."),
    ],
    ids=str,
)
def test_what_cannot_be_done_is_a_sentence(small: Assistant, tool: str, arguments: dict[str, Any], said: str) -> None:
    result = call(small, tool, arguments)
    assert result.isError
    assert result.structuredContent is None
    assert said in result.content[0].text
    assert result.content[0].text.endswith((".", "?"))


def test_a_refusal_is_a_result(small: Assistant) -> None:
    result = call(small, "ask", {"question": "What did Lahore do about penguins?"})
    assert not result.isError
    assert result.structuredContent["abstained"]
    assert "The documents do not say this" in result.content[0].text


def test_an_unforeseen_fault_shows_a_reference_and_logs_the_rest(caplog: pytest.LogCaptureFixture) -> None:
    result = call(AssistantDouble(fault=RuntimeError("secret-key")), "ask", {"question": "canary"})
    assert result.isError
    assert "secret" not in result.content[0].text
    assert result.content[0].text.partition("reference ")[2][:6] in caplog.text
    assert "secret-key" in caplog.text
    assert "canary" not in caplog.text


def test_a_fault_with_a_sentence_is_that_sentence() -> None:
    result = call(AssistantDouble(fault=KinError("The index was moved.")), "ask", {"question": DOUBLES_QUESTION})
    assert result.content[0].text == "The index was moved."


# As a process


_SCRIPT = """
import contextlib, os, sys
from kin_assistant.mcp_server import serve_stdio
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
        assert len(json.loads(line)["result"]["tools"]) == 8
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
from kin_assistant import mcp_server
from kin_assistant.processes.termination import raising_terminated

make_server = mcp_server.make_server

def with_prompts(borrow):
    server = make_server(borrow)

    @server.list_prompts()
    async def list_prompts():
        signal.raise_signal(signal.SIGTERM)
        return []

    return server

mcp_server.make_server = with_prompts
with raising_terminated():
    mcp_server.serve_stdio(None)
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
