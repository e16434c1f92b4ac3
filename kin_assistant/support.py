"""How well the evidence that was found bears an answer, as one number from 0 to 1, and how much is enough."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kin_assistant.evidence import Candidate

__all__ = ["LEAST_SUPPORT", "support_of"]

LEAST_SUPPORT = 0.25
"""A question with less is refused."""

# Logistic functions, fitted as docs/decisions/0006-refusing.md tells: one for evidence that a network has read with the
# question, one for evidence known by its similarity alone.
_READ_ODDS, _READ_COSINE, _READ_COVERAGE, _READ_OFFSET = 0.69, 2.24, -0.74, -1.25
_SENTENCE, _PASSAGE, _COVERAGE, _OFFSET = 11.0, 12.0, 2.0, -10.7
_MOST_ODDS = 8.0
_BEST = 5


def support_of(candidates: Sequence[Candidate], best_cosine: float, weights: Mapping[str, float]) -> float:
    """The support by ``candidates``, best first.

    ``best_cosine`` is that of the nearest passage, ``weights`` are the question's stems with their inverse document
    frequencies.
    """
    if not candidates:
        return 0.0
    best = candidates[:_BEST]
    held = frozenset[str]().union(*(candidate.stems for candidate in best))
    coverage = sum(weight for stem, weight in weights.items() if stem in held) / (sum(weights.values()) or 1.0)
    sentence = max(candidate.cosine for candidate in best)
    alike = _logistic(_SENTENCE * sentence + _PASSAGE * best_cosine + _COVERAGE * coverage + _OFFSET)
    odds = [min(candidate.odds, _MOST_ODDS) for candidate in candidates if candidate.odds is not None]
    if not odds:
        return alike
    # All sentences together: several that may answer are worth one that does.
    total = max(-_MOST_ODDS, math.log(math.fsum(map(math.exp, odds))))
    read = _logistic(_READ_ODDS * total + _READ_COSINE * best_cosine + _READ_COVERAGE * coverage + _READ_OFFSET)
    # The network has read little that is of another field, so the evidence must be alike too.
    return min(read, alike)


def _logistic(strength: float) -> float:
    return 1 / (1 + math.exp(-strength))
