"""Every limit that decides which contributions are shown, as one frozen value; it decides no answer."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ContributionPolicy"]


@dataclass(frozen=True, slots=True)
class ContributionPolicy:
    """Which documents are on a topic. Chosen by reading tables on topics of the documents."""

    near: float = 0.6
    """A document that is so near to the topic bears on it."""
    share_of_nearest: float = 0.85
    """So does one at this share of the nearest, where none is that near."""
    min_nearness: float = 0.5
    """One that is less near never does."""
