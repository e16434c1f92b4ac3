"""A brief by hand, with everything that a brief can hold, for the tests of its formats."""

from __future__ import annotations

import pytest

from kin_assistant.briefs.brief import Brief, BriefSection, OwnText, Quote
from kin_assistant.types import LeadIn, Source
from tests.hostile.markup import HOSTILE

LINK = "https://example.org/report"
HOSTILE_LINES = [" ".join(words.split()) for words in HOSTILE if "\ud800" not in words]
"""Each as one paragraph. A lone surrogate never comes into a brief: neither a document nor JSON can hold one."""


def quote_of(document_id: str, words: str, start: int = 0, **more: object) -> Quote:
    fields = {
        "quote": words, "document_id": document_id, "document_sha256": "0" * 64, "title": f"Waste in {document_id}",
        "cities": ("Cebu",), "years": "2001-2005", "heading": "Results", "start": start, "end": start + len(words),
        **more,
    }  # fmt: skip
    return Quote.model_validate(fields)


HEAD, ROW, SHOWN = "| City | Cost | Paid by |", "| Cebu | 5 pesos | |", "Cebu · Cost: 5 pesos"
"""The head of a table, a row below it, and the row as a brief shows it."""


def row_of(row: str = ROW) -> Quote:
    return quote_of("cebu", row, 60, lead_in=LeadIn(start=20, end=20 + len(HEAD), text=HEAD))


def brief_of(*items: Quote | OwnText, title: str = "Compost for Lahore") -> Brief:
    sections = (BriefSection(heading="What peers did", items=items),)
    return Brief(
        title=title, topic="Compost", build_id="b1", remarks=("All evidence is from elsewhere.",), sections=sections
    )


@pytest.fixture
def brief() -> Brief:
    report = Source(title="A report", publisher="IGES", year=2010, url=LINK)
    return brief_of(
        OwnText(text="We looked at two peers.\n\nBoth are ports."),
        quote_of("cebu", "It fell by half.", sources=(report,), origin="sources", page=3, page_label="iii"),
        quote_of("cebu", "Nobody knows why.", 17, origin="compiler"),
        quote_of("cebu", "A law helped.", 90, lead_in=LeadIn(start=80, end=88, text="Reasons:")),
        OwnText(text="The other one:"),
        quote_of("bago", "Bago gave bins.", state="moved", recognised=True),
        quote_of("bago", "A sentence that nobody wrote.", state="altered"),
        quote_of("bago", "A sentence of last year.", state="gone"),
        quote_of("cebu", "It fell by half."),
    )
