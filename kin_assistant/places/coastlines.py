"""A rough outline of the world's land, from ``data/coastlines.txt`` (Natural Earth, public domain), without borders."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from kin_assistant.places.gazetteer import Point

__all__ = ["Coast", "read_coastlines"]

Coast = tuple[Point, ...]
"""A closed outline; the last point is joined with the first."""


@cache
def read_coastlines() -> tuple[Coast, ...]:
    """The coasts of continents, islands and large lakes, to about a tenth of a degree; read once."""
    text = files("kin_assistant").joinpath("data/coastlines.txt").read_text("ascii")
    return tuple(_read_coast(line) for line in text.splitlines() if not line.startswith("#"))


def _read_coast(line: str) -> Coast:
    x = y = 0
    points: list[Point] = []
    for step in line.split(" "):
        step_x, _, step_y = step.partition(",")
        x, y = x + int(step_x), y + int(step_y)
        points.append(Point(latitude=y / 10, longitude=x / 10))
    return tuple(points)
