"""The Documents tab: passages found in the text, and its list as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from kin_assistant.rendering import documents_csv, hits_html
from kin_assistant.types import DocumentInfo, SearchResult
from kin_assistant.ui.finding import add_finding
from kin_assistant.ui.ratelimit import QUESTION as POINTS
from kin_assistant.ui.ratelimit import RateLimiter
from tests.doubles import AssistantDouble
from tests.hostile.markup import HOSTILE
from tests.ui.test_page import make_callbacks


@pytest.fixture
def assistant() -> AssistantDouble:
    return AssistantDouble()


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Any]:
    from fastapi import FastAPI
    from starlette.testclient import TestClient

    app = FastAPI()
    add_finding(app, make_callbacks(tmp_path)[0], RateLimiter(3 * POINTS))
    with TestClient(app) as opened:
        yield opened


def test_passages_are_shown_word_for_word_with_a_link_into_their_document(
    client: Any, assistant: AssistantDouble
) -> None:
    page = LexborHTMLParser(client.get("/library/search?q=compost&city=Surabaya").text)
    assert [node.text() for node in page.css("h3")] == ["1 passage nearest to “compost”"]
    link = page.css_first("a[data-kin-read]")
    assert link is not None and link.text() == "Household composting in Surabaya"
    assert "start=0&end=40&build=b0123456789&quote=" in str(link.attributes["href"])
    quoted = page.css_first("blockquote")
    text = assistant.document("surabaya-composting").text[:40]
    assert quoted is not None and quoted.text().split() == text.split()


def test_nothing_near_is_said_so(client: Any) -> None:
    assert "No passage is near “x”" in client.get("/library/search?q=x&city=Lahore").text


@pytest.mark.parametrize(
    ("query", "said"),
    [("", "Please write a word"), ("q=%20", "Please write a word"), (f"q={'x' * 501}", "in at most 500 characters")],
)
def test_what_cannot_be_looked_for_is_a_sentence(client: Any, query: str, said: str) -> None:
    answer = client.get(f"/library/search?{query}")
    assert answer.status_code == 400 and said in answer.text


@pytest.mark.parametrize("words", HOSTILE)
def test_what_is_looked_for_is_shown_as_words(tmp_path: Path, words: str) -> None:
    from kin_assistant.types import Filters

    found = make_callbacks(tmp_path)[0].search(f"x {words}", Filters())
    assert not isinstance(found, str)
    page = LexborHTMLParser(str(hits_html(found)))
    assert page.body is not None
    tags = {node.tag for node in page.body.traverse() if node.tag and not node.tag.startswith("-")}
    assert tags <= {"body", "div", "h3", "h4", "article", "a", "p", "blockquote"}


def test_a_passage_that_is_not_in_its_document_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kin_assistant.types import Filters

    search = AssistantDouble.search

    def altered(self: AssistantDouble, query: str, **options: Any) -> SearchResult:
        result = search(self, query, **options)
        return result.model_copy(update={"hits": tuple(hit.model_copy(update={"text": "x"}) for hit in result.hits)})

    monkeypatch.setattr(AssistantDouble, "search", altered)
    found = make_callbacks(tmp_path)[0].search("compost", Filters())
    assert found == "A quote differs from its document, so this answer is not shown. Please ask again."


def test_a_search_costs_as_much_as_a_question_and_a_list_next_to_nothing(client: Any) -> None:
    assert [client.post("/library/documents.csv").status_code for _ in range(10)] == [200] * 10
    assert [client.get("/library/search?q=x").status_code for _ in range(3)] == [200, 200, 429]


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_list_is_a_file_in_the_order_in_which_it_is_shown(client: Any) -> None:
    answer = client.post(
        "/library/documents.csv", data={"id": ["meeting", "nothing", "surabaya-composting", "meeting"]}
    )
    assert answer.headers["content-disposition"] == 'attachment; filename="documents.csv"'
    header, *listed = rows(answer.content)
    assert header == [
        "Title",
        "Cities",
        "Countries",
        "Region",
        "Themes",
        "First year",
        "Last year",
        "Language",
        "Pages",
        "Id",
    ]
    assert [row[-1] for row in listed] == ["meeting", "surabaya-composting"]
    assert listed[1][:7] == [
        "Household composting in Surabaya", "Surabaya", "Indonesia", "South-East Asia", "composting; solid waste", "2001", "2011",
    ]  # fmt: skip


def test_without_a_choice_all_documents_are_in_the_file(client: Any, assistant: AssistantDouble) -> None:
    assert len(rows(client.get("/library/documents.csv").content)) == 1 + len(assistant.documents)


@pytest.mark.parametrize("title", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)"])
def test_a_title_is_no_formula(title: str) -> None:
    info = DocumentInfo(id=title, path="a.md", sha256="0", title=title, cities=(title,))
    _, row = rows(documents_csv([info]).encode())
    assert row[0] == row[1] == row[-1] == f"'{title}"
