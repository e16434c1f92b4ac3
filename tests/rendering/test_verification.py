"""The last look at a brief: only what stands in its document passes, and what is marked is left alone."""

from __future__ import annotations

import pytest

from kin_assistant.errors import KinError
from kin_assistant.rendering import verified_table
from kin_assistant.types import Document
from tests.rendering.briefs.conftest import brief_of, quote_of

DOCUMENT = Document(id="d", path="d.md", sha256="0" * 64, title="t", text="It fell. It rose.")


def look_up(document_id: str) -> Document:
    return {"d": DOCUMENT}[document_id]


def test_a_brief_passes_if_each_quote_stands_where_it_says() -> None:
    brief = brief_of(quote_of("d", "It fell."), quote_of("d", "It rose.", 9))
    assert verified_table(brief, look_up) is brief


@pytest.mark.parametrize(
    "quote",
    [
        quote_of("d", "It fell!"),
        quote_of("d", "It rose."),
        quote_of("d", "It fell.", -17),
        quote_of("elsewhere", "It fell."),
        quote_of("d", "It fell.", lead_in={"start": 9, "end": 12, "text": "No!"}),
    ],
)
def test_a_brief_that_was_not_opened_by_the_library_first_does_not_pass(quote: object) -> None:
    with pytest.raises(KinError, match="differs from its document"):
        verified_table(brief_of(quote), look_up)


def test_what_is_marked_as_no_quote_does_not_stop_the_others() -> None:
    brief = brief_of(quote_of("d", "It fell."), quote_of("gone", "It sank.", state="gone"))
    assert verified_table(brief, look_up) is brief
