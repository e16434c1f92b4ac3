"""Every limit that decides which contributions are shown, as one frozen value; it decides no answer."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ContributionPolicy"]


@dataclass(frozen=True, slots=True)
class ContributionPolicy:
    """Which documents are on a topic. Chosen by reading tables on topics of the documents."""

    share_of_nearest: float = 0.72
    """A document at this share of the nearest bears on the topic; with cities named, any that has as much as the least does."""
    min_nearness: float = 0.5
    """One that is less near never does."""
    documents: int = 12
    """Documents that are looked at on a topic, at most, the nearest."""
