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
        """Why ``sentence``, or part of one, is not borne by the quotes ``cited``, at least one; None if it may be."""


def evidence_text(citation: Citation) -> str:
    """What a quote says: its words, behind those that head its list or table."""
    return f"{citation.lead_in.text} {citation.quote}" if citation.lead_in else citation.quote


def place_words(citation: Citation, claim: str) -> frozenset[str]:
    """Words of the places that ``claim`` may name though the quote does not, because its document is about no other.

    Of a document on several cities only the quote itself says which one it is about. A country may stand behind its city, and
    not in its place: what one city does, its country does not.
    """
    (city, *others) = citation.cities or ("",)
    named = frozenset(words(city)) if not others else frozenset()
    said = frozenset(words(claim))
    if len(citation.countries) == 1 and (not citation.cities or (named and named <= said)):
        named |= frozenset(words(citation.countries[0]))
    return named
