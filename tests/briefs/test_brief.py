"""A brief as a value: which of its quotes are shown, and quotes taken from elsewhere."""

from __future__ import annotations

import pytest

from kin_assistant.briefs.brief import Brief, BriefSection, OwnText, Quote, Span
from kin_assistant.errors import BriefError
from kin_assistant.types import Citation, Source

CITATION = Citation(
    number=7, passage_id="p", document_id="d", title="Waste in Cebu", cities=("Cebu",), countries=("Philippines",),
    years="2001", heading="Results", page=3, page_label="iii", recognised=True, start=4, end=12, quote="It fell.",
    sources=(Source(title="A report"),), origin="sources", why="It answers.",
)  # fmt: skip


def test_a_citation_is_pinned_with_all_that_it_tells() -> None:
    quote = Quote.of_citation(CITATION, "0" * 64)
    assert quote.document_sha256 == "0" * 64
    assert quote.as_citation(7) == CITATION.model_copy(update={"passage_id": ""})


def test_only_quotes_that_stand_are_cited_and_numbered() -> None:
    quote = Quote.of_citation(CITATION, "0" * 64)
    states = ("exact", "gone", "moved", "altered")
    items = tuple(quote.model_copy(update={"state": state}) for state in states)
    sections = (
        BriefSection(heading="a", items=(items[0], OwnText(text="x"), items[1])),
        BriefSection(heading="b", items=items[2:]),
    )
    brief = Brief(title="t", topic="t", build_id="b", sections=sections)
    assert [quote.state for quote in brief.quotes] == ["exact", "gone", "moved", "altered"]
    assert [citation.number for citation in brief.citations] == [1, 2]


@pytest.mark.parametrize("document_id", ["cebu", "a: b/c-1", "waste:1-2"])
def test_a_span_is_read_as_it_is_written(document_id: str) -> None:
    span = Span(document_id, 4, 12)
    assert Span.parse(str(span)) == span


@pytest.mark.parametrize("words", ["", "cebu", "cebu:4", "cebu:-4-12", ":4-12", "cebu:4-12 ", "cebu:٤-١٢", "x" * 5_000])
def test_what_is_no_span_is_said(words: str) -> None:
    with pytest.raises(BriefError, match="is no place in a document"):
        Span.parse(words)


def test_a_span_holds_what_lies_whole_in_it() -> None:
    span = Span("cebu", 4, 12)
    assert span.holds("cebu", 4, 12) and span.holds("cebu", 5, 6)
    assert not span.holds("cebu", 3, 6) and not span.holds("cebu", 11, 13) and not span.holds("bago", 5, 6)
