"""How far a point is from the sea, by the bundled outline of the land (``coastlines.py``)."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from kin_assistant.places.coastlines import read_coastlines
from kin_assistant.places.gazetteer import Point

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["measure_to_sea"]

_KM_IN_DEGREE: Final = 111.2


@lru_cache(4096)
def measure_to_sea(point: Point) -> float:
    """Kilometres from ``point`` to the nearest coast; 0 where the outline has no land, as on a small island.

    The outline is rough: expect an error of some 10 km. The distance is that on a plane that touches the globe at ``point``.
    """
    starts, ends = _read_segments()
    if not _is_land(point, starts, ends):
        return 0.0
    # East and north of the point, in degrees of latitude.
    scale = np.array([np.cos(np.radians(point.latitude)), 1.0])
    here = np.array([point.longitude, point.latitude])
    first, last = (starts - here) * scale, (ends - here) * scale
    along = last - first
    lengths = np.maximum((along**2).sum(axis=1), 1e-12)
    shares = np.clip(-(first * along).sum(axis=1) / lengths, 0.0, 1.0)
    nearest = first + shares[:, None] * along
    return float(np.sqrt((nearest**2).sum(axis=1)).min() * _KM_IN_DEGREE)


def _is_land(point: Point, starts: NDArray[np.float64], ends: NDArray[np.float64]) -> bool:
    """Whether a ray to the east crosses an odd number of coasts; the shore of an inland sea is one more."""
    crosses = (starts[:, 1] > point.latitude) != (ends[:, 1] > point.latitude)
    first, last = starts[crosses], ends[crosses]
    shares = (point.latitude - first[:, 1]) / (last[:, 1] - first[:, 1])
    crossings = first[:, 0] + shares * (last[:, 0] - first[:, 0])
    return bool(np.count_nonzero(crossings > point.longitude) % 2)


@cache
def _read_segments() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both ends of each stretch of coast, as longitude and latitude; two arrays of shape (stretches, 2)."""
    starts = [(one.longitude, one.latitude) for coast in read_coastlines() for one in coast]
    ends = [(one.longitude, one.latitude) for coast in read_coastlines() for one in (*coast[1:], coast[0])]
    return np.array(starts, np.float64), np.array(ends, np.float64)
