"""Every weight, share and limit that decides what a brief or a training sheet holds, as frozen values; they decide no answer."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["BriefPolicy", "TrainingPolicy"]


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


@dataclass(frozen=True, slots=True)
class TrainingPolicy:
    """What stands in the sheet of ``kin training-sheet``. Chosen by reading sheets."""

    documents: int = 24
    """Documents that come near the theme, whose sentences may define a term, at most."""
    candidates: int = 12
    """Practices on the theme that are looked at, at most."""
    nearness_of_theme: float = 0.3
    """A document that carries the theme by name is at least so near to it."""
    mentions: int = 2
    """A document that names the theme in so many sentences is on it in part."""
    cosine: float = 0.4
    """Of a sentence of such a document with the theme, where it does not name it."""
    practices: int = 4
    """Practices that questions are asked of, at most."""
    answers: int = 2
    """A practice answers so many, if there is any that does."""
    questions: int = 12
    """Questions with answers, at most."""
    terms: int = 8
    """Terms of the glossary, at most."""
    evidence: BriefPolicy = field(default_factory=lambda: BriefPolicy(quotes=2, min_share=0.9, silences=2))
    """How near documents are, and what of a document answers a question."""
