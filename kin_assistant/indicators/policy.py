"""Every weight, share and limit that decides which figures are shown, as one frozen value; it decides no answer."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["IndicatorPolicy"]


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
