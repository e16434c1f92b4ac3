"""Every weight, share and limit that decides what a brief proposes, as one frozen value; it decides no answer."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BriefPolicy"]


@dataclass(frozen=True, slots=True)
class BriefPolicy:
    """What is proposed for ``kin brief``. Chosen by reading briefs."""

    documents: int = 8
    """Documents that evidence is taken from, at most."""
    documents_of_place: int = 2
    """Of these on the same cities, at most, where none are named."""
    near: float = 0.6
    """A document that is so near to the topic bears on it."""
    share_of_nearest: float = 0.9
    """So does one at this share of the nearest, where none is that near."""
    min_nearness: float = 0.5
    """One that is less near never does, unless it is named; of the places that are named, one that is as near."""
    quotes: int = 6
    """Sentences of a section, at most."""
    quotes_of_document: int = 2
    """Of these from one document, at most."""
    document: float = 0.5
    """Weight of a document's nearness for its sentences."""
    heading: float = 0.1
    """What a sentence gains whose field a heading tells."""
    regain_of_pair: float = 0.4
    """What a sentence that leans on the one before it gets back of what it lost for that, where both are quoted."""
    min_score: float = 0.4
    """A sentence with less is no evidence."""
    min_share: float = 0.5
    """A further sentence of a section is at least at this share of the best one."""
    silences: int = 3
    """Sentences that say that something is not known, at most."""
