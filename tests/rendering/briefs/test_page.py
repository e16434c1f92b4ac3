"""A brief as a page: whole in one file, without scripts, with marks that lead into the annex."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

from kin_assistant.briefs.brief import Brief, OwnText
from kin_assistant.rendering import brief_html
from kin_assistant.types import Source
from tests.rendering.briefs.conftest import HOSTILE_LINES, LINK, SHOWN, brief_of, quote_of, row_of


def parsed(brief: Brief) -> LexborHTMLParser:
    return LexborHTMLParser(brief_html(brief))


def test_the_page_needs_no_other_file_and_runs_nothing(brief: Brief) -> None:
    html = brief_html(brief)
    assert html.startswith("<!doctype html>")
    assert not re.search(r"<script|<link|<img|<iframe|@import|url\(", html)
    assert "default-src &#39;none&#39;" in html or "default-src 'none'" in html


def test_quotes_stand_in_blockquotes_and_own_text_does_not(brief: Brief) -> None:
    page = parsed(brief)
    quoted = " ".join(node.text() for node in page.css("blockquote"))
    assert all(citation.quote in quoted for citation in brief.citations)
    assert [node.text() for node in page.css("p.own")] == [
        "We looked at two peers.",
        "Both are ports.",
        "The other one:",
    ]
    assert "peers" not in quoted
    assert len(page.css("p.missing")) == 2


def test_each_mark_leads_to_its_quote_in_the_annex(brief: Brief) -> None:
    page = parsed(brief)
    marks = [node.attributes["href"] or "" for node in page.css("a.mark")]
    assert marks == ["#quote-1.1", "#quote-1.2", "#quote-1.3", "#quote-2.1", "#quote-1.1"]
    ids = [node.attributes["id"] for node in page.css("[id]")]
    assert len(ids) == len(set(ids))
    assert {mark[1:] for mark in marks} <= set(ids)


def test_it_is_printed_with_a_style_of_its_own_and_with_addresses(brief: Brief) -> None:
    html = brief_html(brief)
    assert "@media print" in html and "attr(href)" in html
    assert [node.attributes["href"] for node in parsed(brief).css(".annexed li a")] == [LINK]


def test_sections_are_headings_below_one_title(brief: Brief) -> None:
    page = parsed(brief)
    assert [node.text() for node in page.css("h1")] == ["Compost for Lahore"]
    assert [node.text() for node in page.css("h2")] == ["What peers did", "References", "Annex: all quotes"]


def test_hostile_words_stay_words() -> None:
    plain = parsed(brief_of(OwnText(text="a"), quote_of("d", "a."), title="a"))
    expected = [node.tag for node in plain.root.traverse()]
    for words in HOSTILE_LINES:
        brief = brief_of(OwnText(text=words), quote_of("d", f"{words}."), title=words)
        assert [node.tag for node in parsed(brief).root.traverse()] == expected, words


def test_an_address_that_is_not_safe_is_no_link() -> None:
    source = Source(title="t", url="javascript:alert(1)")
    page = parsed(brief_of(quote_of("d", "a.", sources=(source,), origin="sources")))
    assert [node.attributes["href"] for node in page.css("a")] == ["#quote-1.1"]


def test_a_row_stands_in_one_run_with_the_heads_of_its_columns() -> None:
    page = parsed(brief_of(row_of(), row_of("| All | 9 |")))
    assert [node.text() for node in page.css(".quotes blockquote")] == [
        f"{SHOWN}\xa0[1.1]",
        "City · Cost · Paid byAll · 9\xa0[1.2]",
    ]
    assert page.css_first(".annexed blockquote").text() == SHOWN
