"""Every weight, share and limit that decides what a comparison, a brief, figures or peers show, as frozen values.

They decide no answer, so they are no stages of ``AnswerPolicy``.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BriefPolicy", "ComparisonPolicy", "IndicatorPolicy", "LikenessPolicy"]


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
class IndicatorPolicy:
    """Which figures belong to a topic and to each other. Chosen by reading tables on topics of the documents."""

    share: float = 0.3
    """Weight of the share of the topic's words in a sentence, beside its cosine with the topic."""
    near: float = 0.3
    """What a sentence gains that has all of these words close together."""
    measure: float = 0.2
    """Weight of the share of the topic's words in what a figure measures."""
    small_count: float = 0.2
    """What a figure loses that counts a few things in words."""
    compiled: float = 0.1
    """What one loses that is the compiler's own reading."""
    min_best: float = 0.55
    """If no sentence has as much, the documents do not speak of the topic."""
    min_score: float = 0.45
    """A sentence with less is not on the topic."""
    min_common: float = 0.5
    """Share of all their words that two figures must have in common to be of one series."""
    min_common_of_disputed: float = 0.6
    """And to dispute each other: to say so of two that measure different things would be worse than to miss one."""
    min_cosine: float = 0.6
    """Their sentences are at least this near to each other."""
    tolerance: float = 0.02
    """Values this near to each other, relative to the larger, are one value rounded in two ways."""
    compared: int = 5000
    """Figures, the nearest to the topic, that are compared with each other."""


@dataclass(frozen=True, slots=True)
class LikenessPolicy:
    """Which practices ``kin peers`` shows to a city, and in which order. Chosen by reading what it shows."""

    min_nearness: float = 0.6
    """A document that is less near to the problem is none on it."""
    min_nearness_of_theme: float = 0.3
    """Nor is one that shares its theme and is less near than this."""
    min_best: float = 0.35
    """Nor is one whose best sentence, of those that are quoted, has less by itself."""
    theme: float = 0.15
    """What a document gains that shares a theme with the problem, beside its nearness relative to the nearest."""
    country: float = 0.2
    """What one gains in the same country."""
    region: float = 0.1
    """What one gains in the same region, but in another country."""
    size: float = 0.2
    """What one gains on a city of like size."""
    coast: float = 0.1
    """What one gains on a city that is by the sea, or inland, as that of the situation is."""
    means: float = 0.1
    """What one gains with a sentence that speaks of low cost, where there is little money."""
    size_ratio: float = 2.0
    """Cities of which one has at most so many times the people of the other are of like size."""
    coast_km: float = 25.0
    """A city so near to the sea is on the coast: the outline of the land is rough, and a city is wider than a point."""
    document: float = 0.5
    """Weight of a document's nearness for its sentences."""
    heading: float = 0.1
    """What a sentence gains whose field a heading tells."""
    min_score: float = 0.5
    """A sentence with less is no evidence."""
