"""Every weight, share and limit that decides which peers are shown, as one frozen value; it decides no answer."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LikenessPolicy"]


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
