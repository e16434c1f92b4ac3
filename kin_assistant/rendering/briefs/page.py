"""A brief as an HTML page of its own."""

from __future__ import annotations

from typing import NamedTuple

from kin_assistant.briefs.brief import Brief
from kin_assistant.rendering.briefs.layout import MarkedQuote, Reference, lay_out_brief
from kin_assistant.rendering.briefs.wording import (
    ANNEX,
    REFERENCES,
    describe_quote,
    describe_reference,
    describe_source,
    explain_signs,
)
from kin_assistant.rendering.templating import render
from kin_assistant.types import Source

__all__ = ["brief_html"]


class _Source(NamedTuple):
    """A source, and how it is named."""

    source: Source
    words: str


class _Entry(NamedTuple):
    """A quote of the annex, and where it stands."""

    quote: MarkedQuote
    words: str
    sources: list[_Source]


class _Reference(NamedTuple):
    """A document of the list of references, with its quotes for the annex."""

    mark: str
    title: str
    words: str
    entries: list[_Entry]


def brief_html(brief: Brief) -> str:
    """The brief as a whole page that needs no other file; printed, it has a style of its own."""
    laid = lay_out_brief(brief)
    page = render(
        "brief.html",
        "page",
        laid=laid,
        how=explain_signs("a bar", laid),
        references=[_describe(one) for one in laid.references],
        reference_heading=REFERENCES,
        annex_heading=ANNEX,
    )
    return f"{page}\n"


def _describe(reference: Reference) -> _Reference:
    entries = [
        _Entry(
            quote,
            describe_quote(quote.citation),
            [_Source(source, describe_source(source)) for source in quote.citation.sources],
        )
        for quote in reference.quotes
    ]
    words = describe_reference(reference)
    if reference.sources:
        words += f" After {'; '.join(map(describe_source, reference.sources))}."
    return _Reference(reference.mark, reference.title, words, entries)
