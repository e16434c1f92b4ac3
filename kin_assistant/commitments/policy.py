"""Every limit that decides which later sentences speak of a commitment, as one frozen value; it decides no answer."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CommitmentPolicy"]


@dataclass(frozen=True, slots=True)
class CommitmentPolicy:
    """Chosen by reading commitments of the shipped corpus. It is meant to miss rather than to name what is on something else."""

    min_nearness: float = 0.45
    """A commitment that is so near to the topic is on it, whatever the rest of its document is on."""
    passages: int = 200
    """Passages, the nearest to the topic, in which such commitments are looked for."""
    min_cosine: float = 0.62
    """Two sentences that are so near to each other speak of one thing."""
    min_common: int = 2
    """Words that carry meaning, besides the name of the place, that both have."""
    later: int = 2
    """Later sentences that are shown, at most."""
