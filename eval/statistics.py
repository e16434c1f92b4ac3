"""Bootstrap intervals for figures that are a sum of gains over a sum of weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from eval.metrics import Observation

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Interval", "compare", "estimate"]

RESAMPLES = 2000
_SEED = 20090619
_LOW, _HIGH = 2.5, 97.5


class Interval(NamedTuple):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


def estimate(observations: Sequence[Observation]) -> Interval | None:
    """The figure over ``observations`` with its 95 % percentile bootstrap interval; None where nothing was weighed."""
    pairs = _pairs(observations)
    if not len(pairs) or not pairs[:, 1].sum():
        return None
    value = float(pairs[:, 0].sum() / pairs[:, 1].sum())
    return _interval(value, _ratios(pairs, _draws(len(pairs))))


def compare(before: Mapping[str, Observation], after: Mapping[str, Observation]) -> Interval | None:
    """After minus before over the questions of both, by a paired bootstrap; None where nothing can be compared."""
    common = sorted(before.keys() & after.keys())
    old, new = _pairs([before[key] for key in common]), _pairs([after[key] for key in common])
    if not common or not old[:, 1].sum() or not new[:, 1].sum():
        return None
    value = float(new[:, 0].sum() / new[:, 1].sum() - old[:, 0].sum() / old[:, 1].sum())
    draws = _draws(len(common))
    return _interval(value, _ratios(new, draws) - _ratios(old, draws))


def _pairs(observations: Sequence[Observation]) -> NDArray[np.float64]:
    return np.asarray(observations, dtype=np.float64).reshape(-1, 2)


@lru_cache(maxsize=16)
def _draws(count: int) -> NDArray[np.float64]:
    """How often each question is drawn in each resample, of shape (resamples, count); the same for the same count."""
    generator = np.random.default_rng(_SEED)
    return generator.multinomial(count, np.full(count, 1 / count), size=RESAMPLES).astype(np.float64)


def _ratios(pairs: NDArray[np.float64], draws: NDArray[np.float64]) -> NDArray[np.float64]:
    sums = draws @ pairs
    with np.errstate(invalid="ignore", divide="ignore"):
        return sums[:, 0] / sums[:, 1]


def _interval(value: float, resampled: NDArray[np.float64]) -> Interval:
    # A resample may weigh nothing, such as one that drew no refusal: it says nothing about the figure.
    valid = resampled[np.isfinite(resampled)]
    if not len(valid):
        return Interval(value, value, value)
    low, high = np.percentile(valid, [_LOW, _HIGH])
    return Interval(value, float(low), float(high))
