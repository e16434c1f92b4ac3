"""Every weight, share and limit that decides what a comparison shows, as one frozen value; it decides no answer."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ComparisonPolicy"]


@dataclass(frozen=True, slots=True)
class ComparisonPolicy:
    """What stands in the table of ``kin compare``. Chosen by reading tables."""

    rows: int = 6
    """Cities that are chosen, where none is named, at most."""
    quotes: int = 2
    """Sentences of a cell, at most."""
    passages: int = 2
    """Best passages of a document whose mean tells how near it is to the topic."""
    share_of_words: float = 0.5
    """Weight of the share of the topic's words in a passage, beside its cosine with the topic."""
    min_nearness: float = 0.5
    """A document that is less near does not bear on the topic."""
    few_cities: int = 3
    """A document on more cities chooses none."""
    document: float = 0.5
    """Weight of a document's nearness for its sentences."""
    heading: float = 0.1
    """What a sentence gains whose field a heading tells."""
    min_score: float = 0.5
    """A sentence with less is no evidence."""
    min_share: float = 0.8
    """A second sentence is at least at this share of the first."""
