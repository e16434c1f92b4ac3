"""A map of cities over the outline of the land: what a template draws, in numbers.

The projection is equirectangular with true lengths at the middle of the window. The window is the smallest one around the
cities on the globe, so that the Pacific is not cut where longitudes are counted from.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, NamedTuple

from kin_assistant.places.coastlines import Coast
from kin_assistant.places.gazetteer import Point

__all__ = ["CityMap", "Dot", "Label", "Marker", "draw_map"]

_WIDTH: Final = 1000
"""Units of the drawing, about as many as pixels on a wide screen."""
_MARGIN: Final = 5.0
"""Degrees around the cities."""
_LEAST_WIDTH: Final = 30.0
"""Degrees that are shown, at least: a single city needs a coast that is recognised."""
_FLATTEST, _TALLEST = 2.2, 1.2
"""Width by height of the window."""
_NORTH, _SOUTH = 84.0, -60.0
_GRID: Final = 20
"""Degrees between lines."""
_SIZES: Final = (2, 4, 8)
"""Documents from which on a dot is of the next size."""
_DOT: Final = 7.0
"""Half of the largest dot, which a label keeps off."""
_LETTER: Final = 0.64
"""Width of a letter by the size of the type, on the average in bold."""
_DROP: Final = 0.35
"""How far below the middle of its letters type stands, by its size."""
_WIDE, _NARROW = (13.0, 60), (34.0, 6)
"""The size of the type in units, and the most labels: on a wide screen, and on a narrow one that shrinks the drawing."""


class Marker(NamedTuple):
    """A city to be shown."""

    name: str
    words: str
    """What is said of it."""
    documents: int
    point: Point


class Dot(NamedTuple):
    """A city on the map."""

    x: int
    y: int
    size: int
    """From 1 to 4."""
    name: str
    words: str


class Label(NamedTuple):
    """A name beside its dot."""

    x: int
    y: int
    anchor: str
    """Which end of the name is at ``x``, as SVG says it."""
    text: str


@dataclass(frozen=True, slots=True)
class CityMap:
    """What is drawn, in the units of the drawing."""

    width: int
    height: int
    land: str
    """A path of SVG; what is inside an odd number of its outlines is land."""
    grid: str
    """A path of SVG."""
    dots: tuple[Dot, ...]
    """Those with fewer documents first, so that they lie below."""
    labels: tuple[Label, ...]
    few_labels: tuple[Label, ...]
    """Larger, for a screen on which the drawing is small."""


class _Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: _Box) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


@dataclass(frozen=True, slots=True)
class _Window:
    """The part of the globe that is shown, in degrees; ``east`` may lie beyond 180."""

    west: float
    east: float
    south: float
    north: float

    @property
    def scale(self) -> float:
        """Units for a degree from south to north."""
        return _WIDTH / ((self.east - self.west) * self._shrink)

    @property
    def _shrink(self) -> float:
        """Length of a degree from west to east at the middle, by that of one from south to north."""
        return math.cos(math.radians((self.south + self.north) / 2))

    @property
    def height(self) -> int:
        return round((self.north - self.south) * self.scale)

    def place(self, latitude: float, longitude: float) -> tuple[int, int]:
        return (
            round((longitude - self.west) * self._shrink * self.scale),
            round((self.north - latitude) * self.scale),
        )

    def unrolled(self, longitude: float) -> float:
        """The longitude, counted on past 180 where the window is."""
        return self.west + (longitude - self.west) % 360


def draw_map(markers: Sequence[Marker], coasts: Sequence[Coast]) -> CityMap | None:
    """A map of the cities, those with more documents first; None if there is none."""
    if not markers:
        return None
    window = _window_around([marker.point for marker in markers])
    dots = [
        Dot(
            *window.place(marker.point.latitude, window.unrolled(marker.point.longitude)),
            size=1 + sum(marker.documents >= least for least in _SIZES),
            name=marker.name,
            words=marker.words,
        )
        for marker in markers
    ]
    return CityMap(
        width=_WIDTH,
        height=window.height,
        land="".join(_outlines(window, coasts)),
        grid="".join(_grid_lines(window)),
        dots=tuple(reversed(dots)),
        labels=tuple(_place_labels(dots, window.height, *_WIDE)),
        few_labels=tuple(_place_labels(dots, window.height, *_NARROW)),
    )


def _window_around(points: Sequence[Point]) -> _Window:
    longitudes = sorted({point.longitude % 360 for point in points})
    gaps = [
        ((after - before) % 360 or 360.0, after)
        for before, after in zip(longitudes, [*longitudes[1:], longitudes[0]], strict=True)
    ]
    gap, west = max(gaps)
    width, middle = 360.0 - gap, (west + (360.0 - gap) / 2) % 360
    width = min(max(width + 2 * _MARGIN, _LEAST_WIDTH), 360.0)
    latitudes = [point.latitude for point in points]
    south, north = min(latitudes) - _MARGIN, max(latitudes) + _MARGIN
    height, centre = north - south, (north + south) / 2
    shrink = math.cos(math.radians(centre))
    height = max(height, width * shrink / _FLATTEST)
    width = min(max(width, height * _TALLEST / shrink), 360.0)
    north = min(centre + height / 2, _NORTH)
    south = max(north - height, _SOUTH)
    return _Window(middle - width / 2, middle + width / 2, south, max(north, south + height / 2))


def _outlines(window: _Window, coasts: Sequence[Coast]) -> Iterator[str]:
    """The coasts within the window as pieces of a path, each wherever it is seen: the globe goes on behind 180."""
    for coast in coasts:
        latitudes = [point.latitude for point in coast]
        if max(latitudes) < window.south or min(latitudes) > window.north:
            continue
        longitudes = [point.longitude for point in coast]
        for turn in (-360, 0, 360):
            if max(longitudes) + turn < window.west or min(longitudes) + turn > window.east:
                continue
            placed = [at for at, _ in groupby(window.place(point.latitude, point.longitude + turn) for point in coast)]
            if len(placed) > 2:
                yield "M" + "L".join(f"{x} {y}" for x, y in placed) + "Z"


def _grid_lines(window: _Window) -> Iterator[str]:
    first = math.ceil(window.west / _GRID) * _GRID
    for longitude in range(first, math.floor(window.east) + 1, _GRID):
        yield f"M{window.place(0, longitude)[0]} 0V{window.height}"
    first = math.ceil(window.south / _GRID) * _GRID
    for latitude in range(first, math.floor(window.north) + 1, _GRID):
        yield f"M0 {window.place(latitude, window.west)[1]}H{_WIDTH}"


def _place_labels(dots: Sequence[Dot], height: int, size: float, most: int) -> Iterator[Label]:
    """Names beside their dots, where there is room: the first ones first, and on no dot that is as large or larger."""
    names: list[_Box] = []
    gap = _DOT + size / 4
    for dot in dots:
        length = len(dot.name) * size * _LETTER
        kept_off = [_around(other) for other in dots if other.size >= dot.size] + names
        for anchor, left, middle in (
            ("start", dot.x + gap, dot.y),
            ("end", dot.x - gap - length, dot.y),
            ("middle", dot.x - length / 2, dot.y - gap - size / 2),
            ("middle", dot.x - length / 2, dot.y + gap + size / 2),
        ):
            box = _Box(left, middle - size / 2, left + length, middle + size / 2)
            inside = box.left >= 0 and box.right <= _WIDTH and box.top >= 0 and box.bottom <= height
            if inside and not any(box.meets(other) for other in kept_off):
                names.append(box)
                at = {"start": box.left, "end": box.right, "middle": dot.x}[anchor]
                yield Label(round(at), round(middle + size * _DROP), anchor, dot.name)
                break
        if len(names) == most:
            return


def _around(dot: Dot) -> _Box:
    return _Box(dot.x - _DOT, dot.y - _DOT, dot.x + _DOT, dot.y + _DOT)
