"""The port to a check of written sentences, and what all checks look at.

A check reads a sentence with the quotes that it names and finds a fault or none. The rules in this package are checks; a
network that reads claim and evidence together would be another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from kin_assistant.text.words import words
from kin_assistant.types import Citation, DropReason

__all__ = ["SentenceCheck", "evidence_text", "place_words"]


class SentenceCheck(Protocol):
    """Looks for one kind of fault."""

    def find_fault(self, sentence: str, cited: Sequence[Citation]) -> DropReason | None:
        """Why ``sentence`` is not borne by the quotes ``cited``, of which there is at least one; None if it may be."""


def evidence_text(citation: Citation) -> str:
    """What a quote says: its words, behind those that head its list or table."""
    return f"{citation.lead_in.text} {citation.quote}" if citation.lead_in else citation.quote


def place_words(citation: Citation) -> frozenset[str]:
    """Words of the places that a quote is surely about, without being named in it.

    A document on one city speaks of that one; where it is about several, only the quote itself says which.
    """
    names = citation.cities if len(citation.cities) == 1 else ()
    countries = citation.countries if len(citation.countries) == 1 else ()
    return frozenset(word for name in (*names, *countries) for word in words(name))
