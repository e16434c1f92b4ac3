"""The server and its tools, asked in memory by the client of the same package."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from kin_assistant import Assistant
from kin_assistant.errors import KinError
from kin_assistant.mcp_server.server import make_server
from kin_assistant.mcp_server.tools import Call, Told
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

    async def run(call: Call, _: object) -> Told:
        return call.run(assistant)

    async def talk() -> Any:
        async with create_connected_server_and_client_session(make_server(run)) as session:
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
        "make_training_sheet",
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


def test_a_training_sheet_is_made_on_a_theme_that_documents_tell_of(small: Assistant) -> None:
    made = call(small, "make_training_sheet", {"theme": "compost baskets"})
    assert made.structuredContent == small.training_sheet("compost baskets").model_dump(mode="json")
    assert "## Questions" in made.content[0].text
    refused = call(small, "make_training_sheet", {"theme": " "})
    assert refused.isError


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
