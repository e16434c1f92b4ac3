"""The port to a check of written sentences, and what all checks look at.

A check reads a sentence with the quotes that it names and finds a fault or none. The rules in this package are checks; a
network that reads claim and evidence together would be another.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from kin_assistant.types import Citation, DropReason

__all__ = ["SentenceCheck", "evidence_text", "place_of", "without_place"]


class SentenceCheck(Protocol):
    """Looks for one kind of fault."""

    def find_fault(self, sentence: str, cited: Sequence[Citation]) -> DropReason | None:
        """Why ``sentence``, or part of one, is not borne by the quotes ``cited``, at least one; None if it may be."""


def evidence_text(citation: Citation) -> str:
    """What a quote says: its words, behind those that head its list or table."""
    return f"{citation.lead_in.text} {citation.quote}" if citation.lead_in else citation.quote


def place_of(citation: Citation) -> tuple[str, str]:
    """City and country that the quote's document is about; empty, if it is about several or none."""
    if len(citation.cities) > 1 or len(citation.countries) > 1:
        return "", ""
    return "".join(citation.cities), "".join(citation.countries)


def without_place(claim: str, citation: Citation) -> str:
    """``claim`` without "In Surabaya, Indonesia," at its beginning or end, if the quote's document is about that place alone.

    The quote need not name it then. Anywhere else a place is a name like others. Of a document on several cities only the
    quote itself says which one it is about, and what one city does, its country does not.
    """
    city, country = place_of(citation)
    if not city and not country:
        return claim
    place = re.escape(city or country) + (rf"(?:,\s{re.escape(country)})?" if city and country else "")
    opening = re.match(rf"In\s{place},?\s(?=\w)", claim)
    if opening:
        return claim[opening.end() :]
    return re.sub(rf",?\sin\s{place}(?=[.!]?\Z)", "", claim)
