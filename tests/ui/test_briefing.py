"""The Brief tab: a brief whose numbers lead into documents, plain words for what cannot be proposed, and downloads."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from docx import Document
from pypdf import PdfReader
from selectolax.lexbor import LexborHTMLParser

from kin_assistant.briefs.brief import Brief, BriefSection, OwnText, Span
from kin_assistant.briefs.files import brief_json, read_brief
from kin_assistant.briefs.subject import MAX_TITLE
from kin_assistant.errors import KinError
from kin_assistant.ui.briefing import add_briefs, brief_panel, opened_panel, sheet_panel
from kin_assistant.ui.callbacks import Callbacks
from tests.ui.conftest import Serve

TITLE = "Compost baskets for Lahore"
FILES = ("brief.docx", "brief.html", "brief.json", "brief.md", "brief.pdf")


@pytest.fixture
def client(serve: Serve) -> Any:
    return serve(add_briefs, 5)


def shown(callbacks: Callbacks, title: object = TITLE, cities: tuple[str, ...] = ()) -> LexborHTMLParser:
    return LexborHTMLParser(brief_panel(callbacks, title, cities))


def boxes(page: LexborHTMLParser) -> list[str]:
    """What is sent for each quote that is left out."""
    return [node.attributes["value"] or "" for node in page.css("input[type=checkbox][name=without]")]


def address(name: str, title: str = TITLE, **more: list[str]) -> str:
    return f"/brief/{name}?{urlencode({'title': title, **more}, doseq=True)}"


def words_in(content: bytes) -> str:
    """All words of a Word file."""
    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs)


# On the page


def test_each_quote_is_shown_and_its_number_leads_to_it_in_its_document(callbacks: Callbacks) -> None:
    page = shown(callbacks)
    quotes = [node.text() for node in page.css("blockquote .kin-words")]
    links = [node.attributes["href"] or "" for node in page.css("blockquote a.kin-cite[data-kin-read]")]
    found = callbacks.propose(TITLE, [])
    assert not isinstance(found, str)
    assert quotes == [quote.quote for quote in found.quotes]
    for link, quote in zip(links, found.quotes, strict=True):
        assert link.startswith(f"documents/{quote.document_id}?start={quote.start}&end={quote.end}&")


def test_headings_are_in_order_and_every_box_and_button_has_a_name(callbacks: Callbacks) -> None:
    page = shown(callbacks)
    assert [node.text() for node in page.css("h2")] == [TITLE]
    assert [node.text() for node in page.css("h3")][:2] == ["Background", "What peers did"]
    assert [node.text() for node in page.css("h3")][-1] == "References"
    names = [node.text().strip() for node in page.css("label:has(input[type=checkbox])")]
    moves = [" ".join(node.text().split()) for node in page.css("button[data-kin-move]")]
    assert len(moves) == len(set(moves)) == 2 * len(names)
    assert len(names) == len(set(names)) == len(boxes(page))
    assert [node.text() for node in page.css(".kin-downloads button")] == ["Word", "PDF", "HTML", "Markdown", "JSON"]


def test_evidence_is_taken_from_the_chosen_cities_alone_and_so_is_the_download(callbacks: Callbacks) -> None:
    page = shown(callbacks, "Compost", ("Cebu",))
    assert {box.split(":")[0] for box in boxes(page)} == {"cebu-compost"}
    assert [node.attributes["value"] for node in page.css("input[type=hidden][name=city]")] == ["Cebu"]


@pytest.mark.parametrize(
    ("title", "cities", "said"),
    [
        ("", (), "Please write a title"),
        (" \u200b ", (), "Please write a title"),
        (None, (), "Please write a title"),
        (["x"], (), "Please write a title"),
        ("x" * (MAX_TITLE + 1), (), f"in at most {MAX_TITLE} characters"),
        ("x" * 2_000, (), f"in at most {MAX_TITLE} characters"),
        ("penguin breeding", (), "No document is about “penguin breeding”."),
        ("compost", ("Lahore",), "No document is about Lahore"),
        ("compost", tuple(f"City {number}" for number in range(40)), "At most 20 cities"),
        ("Lahore", (), "names a place and no topic"),
    ],
)
def test_what_cannot_be_proposed_is_said(
    callbacks: Callbacks, title: object, cities: tuple[str, ...], said: str
) -> None:
    page = shown(callbacks, title, cities)
    assert said in page.text()
    assert page.css("[role=status] p") and not page.css("form")


def test_markup_in_a_title_is_words_on_the_page_and_in_every_file(callbacks: Callbacks, client: Any) -> None:
    refused = shown(callbacks, '<img src=x onerror="alert(1)"> penguin breeding')
    assert not refused.css("img") and "<img src=x" in refused.text()
    title = 'Compost baskets "><i>'
    page = shown(callbacks, title)
    assert not page.css("i")
    assert [node.text() for node in page.css("h2")] == [title]
    assert [node.attributes["value"] for node in page.css("input[name=title]")] == [title]
    assert not LexborHTMLParser(client.get(address("brief.html", title)).text).css("i")
    assert title in words_in(client.get(address("brief.docx", title)).content)


def test_a_quote_that_is_not_verbatim_is_not_shown(callbacks: Callbacks, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise KinError("A quote differs from its document, so this answer is not shown. Please ask again.")

    monkeypatch.setattr("kin_assistant.ui.callbacks.verified_table", refuse)
    page = shown(callbacks)
    assert "A quote differs from its document" in page.text()
    assert not page.css("blockquote")


# Downloads


def test_the_brief_is_downloaded_in_every_format_with_every_quote(callbacks: Callbacks, client: Any) -> None:
    found = callbacks.propose(TITLE, [])
    assert not isinstance(found, str)
    answers = {name: client.get(address(name)) for name in FILES}
    for name, answer in answers.items():
        assert answer.status_code == 200
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
        assert answer.headers["cache-control"] == "no-store"
    page = LexborHTMLParser(answers["brief.html"].text).text()
    word = words_in(answers["brief.docx"].content)
    for quote in found.quotes:
        assert quote.quote in page and quote.quote in word and quote.quote in answers["brief.md"].text
    pages = PdfReader(io.BytesIO(answers["brief.pdf"].content)).pages
    pdf = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert all(quote.quote in pdf for quote in found.quotes)
    assert read_brief(answers["brief.json"].content, "brief.json") == found


def test_what_is_left_out_stands_in_no_file(callbacks: Callbacks, client: Any) -> None:
    first, *_ = boxes(shown(callbacks))
    found = callbacks.propose(TITLE, [])
    assert not isinstance(found, str)
    span = Span.parse(first)
    gone = [quote for quote in found.quotes if span.holds(quote.document_id, quote.start, quote.end)]
    left = read_brief(client.get(address("brief.json", without=[first])).content, "brief.json")
    assert gone and list(left.quotes) == [quote for quote in found.quotes if quote not in gone]
    for name in ("brief.html", "brief.md"):
        text = LexborHTMLParser(client.get(address(name, without=[first])).text).text()
        assert [quote.quote for quote in found.quotes if quote.quote not in text] == [quote.quote for quote in gone]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "Please write a title"),
        (f"title={'x' * 2_000}", "in at most"),
        ("title=penguin+breeding", "No document is about"),
        ("title=compost&city=Lahore", "No document is about Lahore"),
        ("title=compost+baskets&without=x", "is no place in a document"),
        ("title=compost+baskets&without=surabaya-composting:0-1", "is not among the evidence"),
    ],
)
def test_what_cannot_be_downloaded_is_a_sentence(client: Any, name: str, query: str, said: str) -> None:
    answer = client.get(f"/brief/{name}?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/plain")
    assert said in answer.text and answer.text.endswith(".")


def test_whoever_leaves_everything_out_is_told_so(callbacks: Callbacks, client: Any) -> None:
    answer = client.get(address("brief.docx", without=boxes(shown(callbacks))))
    assert (answer.status_code, answer.text.partition(".")[0]) == (400, "All evidence was left out")


def test_a_download_costs_as_much_as_a_question_and_there_are_no_others(client: Any) -> None:
    statuses = [client.get("/brief/brief.md?title=").status_code for _ in range(6)]
    assert statuses == [400] * 5 + [429]
    assert client.get("/brief/brief.odt").status_code == 404
    assert client.delete("/brief/brief.md").status_code == 405


# Changes


def saved(client: Any, **more: list[str]) -> Brief:
    answer = client.post("/brief/brief.json", data={"title": TITLE, **more})
    assert answer.status_code == 200, answer.text
    return read_brief(answer.content, "brief.json")


def test_own_text_stands_in_its_section_in_every_format_and_is_no_quote(client: Any) -> None:
    own = ["First, <i>our</i> view.\n\nAnd more.", "", "Of results."]
    brief = saved(client, own=own)
    assert [section.items[0].kind for section in brief.sections[:3]] == ["text", "quote", "text"]
    answer = client.post("/brief/brief.html", data={"title": TITLE, "own": own})
    page = LexborHTMLParser(answer.text)
    assert [node.text() for node in page.css("p.own")][:3] == ["First, <i>our</i> view.", "And more.", "Of results."]
    assert not any("our" in node.text() for node in page.css("blockquote"))


def test_quotes_of_a_section_are_downloaded_in_the_order_that_they_were_moved_to(client: Any) -> None:
    brief = saved(client)
    own = OwnText(text="Between them.")
    items = (brief.quotes[0], own, *brief.quotes[1:3])
    content = brief.model_copy(update={"sections": (BriefSection(heading="All", items=items),)}).model_dump_json()
    order = [str(Span(one.document_id, one.start, one.end)) for one in reversed(brief.quotes[:3])]
    answer = client.post("/brief/brief.json", data={"brief": content, "order": order})
    (section,) = read_brief(answer.content, "brief.json").sections
    assert section.items == (brief.quotes[2], own, brief.quotes[1], brief.quotes[0])


def test_a_saved_brief_is_opened_again_with_own_text_to_change(callbacks: Callbacks, client: Any) -> None:
    content = brief_json(saved(client, own=["Ours.", "Theirs."])).decode()
    page = LexborHTMLParser(opened_panel(callbacks, content))
    assert [node.text() for node in page.css("textarea[name=own]")][:2] == ["Ours.", "Theirs."]
    asked = page.css_first("input[name=brief]").attributes["value"] or ""
    answer = client.post("/brief/brief.json", data={"brief": asked, "own": ["New."], "without": boxes(page)[:1]})
    again = read_brief(answer.content, "brief.json")
    assert again.sections[0].items[0] == OwnText(text="New.")
    assert len(again.quotes) < len(read_brief(content.encode(), "").quotes)


def test_a_changed_quote_of_an_opened_brief_is_said_and_is_no_quote(callbacks: Callbacks, client: Any) -> None:
    brief = saved(client)
    first = brief.quotes[0]
    content = brief.model_dump_json().replace(json.dumps(first.quote), json.dumps("Nobody wrote this."))
    page = LexborHTMLParser(opened_panel(callbacks, content))
    assert "Altered: " in page.text()
    assert not any("Nobody wrote this" in node.text() for node in page.css("blockquote"))
    files = client.post("/brief/brief.md", data={"brief": content}).text
    assert "Nobody wrote this" not in files and "is left out: its words were changed" in files


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "Please paste"),
        (None, "Please paste"),
        ("{", "is not whole JSON"),
        ("[]", "not the file of a brief"),
        ('{"format": "kin-brief", "version": 9}', "is a brief of version 9"),
        ('{"format": "kin-brief", "version": 1}', "has a mistake at title"),
    ],
)
def test_a_file_that_cannot_be_opened_is_a_sentence(callbacks: Callbacks, content: object, said: str) -> None:
    page = LexborHTMLParser(opened_panel(callbacks, content))
    assert said in page.text() and not page.css("form")


def test_nothing_is_stored(callbacks: Callbacks, client: Any) -> None:
    before = sorted(Path(callbacks.feedback).rglob("*"))
    brief_panel(callbacks, TITLE, ())
    assert json.loads(client.get(address("brief.json")).content)["title"] == TITLE
    assert sorted(Path(callbacks.feedback).rglob("*")) == before


# A training sheet


def test_a_training_sheet_is_shown_as_an_opened_brief_and_downloaded_as_one(callbacks: Callbacks, client: Any) -> None:
    page = LexborHTMLParser(sheet_panel(callbacks, "Compost"))
    assert [node.text() for node in page.css("h2")] == ["Training sheet: Compost"]
    headings = [node.text() for node in page.css("h3")]
    assert headings[0] == "Questions"
    assert headings[1].startswith("1. What ")
    assert headings[-3:] == ["Glossary", "To discuss: what the documents do not say", "References"]
    (sent,) = [node.attributes["value"] or "" for node in page.css("input[type=hidden][name=brief]")]
    whole = read_brief(sent.encode(), "it")
    answer = client.post("/brief/brief.docx", data={"brief": sent})
    assert answer.status_code == 200
    assert whole.quotes
    assert all(quote.quote in words_in(answer.content) for quote in whole.quotes)
    left = client.post("/brief/brief.md", data={"brief": sent, "without": boxes(page)[0]}).text
    assert whole.quotes[0].quote not in left


@pytest.mark.parametrize(
    ("theme", "said"),
    [
        ("", "Please write a theme"),
        (None, "Please write a theme"),
        ("x" * (MAX_TITLE + 1), f"in at most {MAX_TITLE} characters"),
        ("What is compost?", "A question is for kin ask."),
        ("<b>penguins</b>", "No document tells a practice on"),
    ],
)
def test_what_there_is_no_training_sheet_on_is_said(callbacks: Callbacks, theme: object, said: str) -> None:
    shown = sheet_panel(callbacks, theme)
    assert "No training sheet" in shown
    assert said in LexborHTMLParser(shown).body.text()  # type: ignore[union-attr]
    assert "<b>penguins" not in shown
