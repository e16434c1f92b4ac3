"""A brief as a Word file: real headings and styles, every quote whole, hostile words as text."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from docx import Document
from docx.oxml.ns import qn

from kin_assistant.briefs.brief import Brief, BriefSection, OwnText
from kin_assistant.documents.reading import read_document
from kin_assistant.rendering import brief_docx, plain
from kin_assistant.types import Source
from tests.rendering.briefs.conftest import HOSTILE_LINES, LINK, SHOWN, brief_of, quote_of, row_of

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def opened(brief: Brief) -> WordDocument:
    return Document(io.BytesIO(brief_docx(brief, NOW)))


def lines(document: WordDocument, style: str) -> list[str]:
    return [one.text for one in document.paragraphs if one.style and one.style.name == style]


def test_headings_are_headings(brief: Brief) -> None:
    document = opened(brief)
    assert lines(document, "Title") == ["Compost for Lahore"]
    assert lines(document, "Heading 1") == ["What peers did", "References", "Annex: all quotes"]
    assert lines(document, "Heading 2") == ["1. Waste in cebu", "2. Waste in bago"]


def test_quotes_have_a_style_and_own_text_another(brief: Brief) -> None:
    document = opened(brief)
    quoted = "\n".join(lines(document, "Quote"))
    assert all(citation.quote in quoted for citation in brief.citations)
    assert lines(document, "Body Text") == ["We looked at two peers.", "Both are ports.", "The other one:"]
    assert "peers" not in quoted
    assert len(lines(document, "Missing Quote")) == 2
    assert document.styles["Quote"].element.find(f".//{qn('w:pBdr')}/{qn('w:left')}") is not None


def test_no_word_of_what_is_no_quote_is_in_the_file(brief: Brief) -> None:
    text = "\n".join(one.text for one in opened(brief).paragraphs)
    assert "nobody wrote" not in text and "last year" not in text


def test_each_number_is_a_link_to_a_bookmark_in_the_annex(brief: Brief) -> None:
    body = opened(brief).element.body
    links = [link.get(qn("w:anchor")) for link in body.iter(qn("w:hyperlink")) if link.get(qn("w:anchor"))]
    names = [mark.get(qn("w:name")) for mark in body.iter(qn("w:bookmarkStart"))]
    assert links == ["quote_1_1", "quote_1_2", "quote_1_3", "quote_2_1", "quote_1_1"]
    assert names == ["quote_1_1", "quote_1_2", "quote_1_3", "quote_2_1"]


def test_sources_are_named_and_linked(brief: Brief) -> None:
    document = opened(brief)
    assert lines(document, "List Bullet") == [f'IGES, 2010, "A report", {LINK}']
    targets = {one.target_ref for one in document.part.rels.values() if one.is_external}
    assert targets == {LINK}


def test_an_address_that_is_not_safe_is_no_link() -> None:
    source = Source(title="t", url="file:///etc/passwd")
    document = opened(brief_of(quote_of("d", "a.", sources=(source,), origin="sources")))
    assert not [one for one in document.part.rels.values() if one.is_external]


@pytest.mark.parametrize("words", [*HOSTILE_LINES, "=1+1", "]]>", "<w:p/>", "&amp; &lt;", "C:\\x", "日本語 Đà Nẵng"])
def test_hostile_words_are_text(words: str) -> None:
    brief = brief_of(OwnText(text=words), quote_of("d", f"{words}."), title=words)
    document = opened(brief)
    assert lines(document, "Body Text") == [plain(words)]
    assert lines(document, "Title") == [plain(words)]
    assert lines(document, "Quote") == [f"{plain(words)}.\u00a0[1.1]", f"{plain(words)}."]


def test_what_xml_cannot_hold_is_left_out_and_nothing_else() -> None:
    brief = brief_of(OwnText(text="a\x00b\x08c\ufffed\uffffe\x1b[31mf\u0085g"), quote_of("d", "a\x01b."))
    document = opened(brief)
    assert lines(document, "Body Text") == ["abcdef g"]
    assert lines(document, "Quote")[-1] == "ab."


def test_the_file_names_no_author_and_the_time_it_was_given(brief: Brief) -> None:
    about = opened(brief).core_properties
    assert (about.title, about.author, about.comments) == ("Compost for Lahore", "", "")
    assert about.created == NOW.replace(tzinfo=None) or about.created == NOW


def test_a_title_longer_than_a_property_may_be_costs_no_file() -> None:
    assert lines(opened(brief_of(OwnText(text="x"), title="x" * 1000)), "Title") == ["x" * 1000]


def test_the_file_is_whole_and_can_be_read_by_our_own_reader(brief: Brief) -> None:
    content = brief_docx(brief, NOW)
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    document = read_document("brief.docx", content, "0" * 64).document
    headings = [document.text[one.start : one.end] for one in document.blocks if one.kind == "heading"]
    assert headings[-5:] == [
        "What peers did",
        "References",
        "Annex: all quotes",
        "1. Waste in cebu",
        "2. Waste in bago",
    ]
    assert all(citation.quote in document.text for citation in brief.citations)


def test_a_brief_of_ten_sections_takes_less_than_three_seconds() -> None:
    from time import perf_counter

    quotes = [quote_of(f"d{n % 8}", f"Sentence {n} of a document.", n * 40) for n in range(60)]
    sections = tuple(BriefSection(heading=f"Section {n}", items=tuple(quotes[n * 6 : n * 6 + 6])) for n in range(10))
    brief = brief_of().model_copy(update={"sections": sections})
    brief_docx(brief, NOW)
    started = perf_counter()
    content = brief_docx(brief, NOW)
    assert perf_counter() - started < 3
    text = "\n".join(one.text for one in Document(io.BytesIO(content)).paragraphs)
    assert all(text.count(quote.quote) == 2 for quote in quotes)


def test_a_row_stands_in_one_run_with_the_heads_of_its_columns() -> None:
    document = opened(brief_of(row_of(), row_of("| All | 9 |")))
    assert lines(document, "Quote") == [
        f"{SHOWN}\u00a0[1.1]",
        "City · Cost · Paid by",
        "All · 9\u00a0[1.2]",
        SHOWN,
        "All · 9",
    ]
