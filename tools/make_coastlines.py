"""Write ``kin_assistant/data/coastlines.txt``, a rough outline of the world's land, from Natural Earth.

    npm pack world-atlas@2.0.2 && tar -xzf world-atlas-2.0.2.tgz
    python tools/make_coastlines.py package/land-50m.json [--out kin_assistant/data/coastlines.txt]

Only needed when the outline is to be finer or newer; the file is part of the package. The npm package ``world-atlas`` (ISC)
holds the land of Natural Earth 4.1.0 (public domain) as TopoJSON. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import heapq
import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final, TypedDict

__all__ = ["read_rings", "simplify", "write_coastlines"]

Point = tuple[float, float]
"""Longitude and latitude in degrees."""

HEADER: Final = """\
# Land: Natural Earth 4.1.0, 1:50m (https://www.naturalearthdata.com), public domain, by way of the npm package world-atlas
# 2.0.2; without Antarctica and very small islands, and with fewer points. Coasts alone, no borders.
# Written by tools/make_coastlines.py; do not edit. Each line is a ring: longitude and latitude of its first point in tenths of
# degrees, then the step to each next point.
"""

DETAIL: Final = 0.05
"""Square degrees: a point is left out if the triangle that it makes with its neighbours is smaller."""
SMALLEST: Final = 0.02
"""Square degrees of the smallest island, some 200 km2."""
SOUTHERNMOST: Final = -60.0


class Transform(TypedDict):
    """How the whole numbers of a TopoJSON file become degrees."""

    scale: tuple[float, float]
    translate: tuple[float, float]


class Geometry(TypedDict):
    """A polygon, or several, of numbered arcs; a negative number means the arc backwards."""

    type: str
    arcs: list[list[list[int]]]


class Collection(TypedDict):
    """Geometries."""

    geometries: list[Geometry]


class Topology(TypedDict):
    """The fields of a TopoJSON file that are used here."""

    transform: Transform
    arcs: list[list[tuple[int, int]]]
    objects: dict[str, Collection]


def read_rings(topology: Topology) -> list[list[Point]]:
    """The closed outlines of the land; the last point of each is the first."""
    (across, up), (west, south) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs: list[list[Point]] = []
    for steps in topology["arcs"]:
        x = y = 0
        arc: list[Point] = []
        for step_x, step_y in steps:
            x, y = x + step_x, y + step_y
            arc.append((x * across + west, y * up + south))
        arcs.append(arc)
    rings: list[list[Point]] = []
    for geometry in topology["objects"]["land"]["geometries"]:
        if geometry["type"] != "MultiPolygon":
            raise SystemExit(f"Only a MultiPolygon is read, and this is a {geometry['type']}.")
        for polygon in geometry["arcs"]:
            for numbers in polygon:
                ring: list[Point] = []
                for number in numbers:
                    arc = arcs[number] if number >= 0 else arcs[~number][::-1]
                    ring += arc[1:] if ring else arc
                rings.append(ring)
    return rings


def simplify(ring: Sequence[Point], detail: float = DETAIL) -> list[Point]:
    """The points of a closed ring that matter most (Visvalingam and Whyatt 1993), three at least."""
    points = ring[:-1]
    before = [number - 1 for number in range(len(points))]
    before[0] = len(points) - 1
    after = [*range(1, len(points)), 0]

    def triangle(number: int) -> float:
        return _area((points[before[number]], points[number], points[after[number]]))

    sizes = [triangle(number) for number in range(len(points))]
    queue = [(size, number) for number, size in enumerate(sizes)]
    heapq.heapify(queue)
    left = set(range(len(points)))
    while len(left) > 3 and queue[0][0] < detail:
        size, number = heapq.heappop(queue)
        if number not in left or size != sizes[number]:
            continue  # it has been queued again since
        left.remove(number)
        after[before[number]], before[after[number]] = after[number], before[number]
        for neighbour in (before[number], after[number]):
            sizes[neighbour] = max(size, triangle(neighbour))
            heapq.heappush(queue, (sizes[neighbour], neighbour))
    return [points[number] for number in sorted(left)]


def write_coastlines(rings: Sequence[Sequence[Point]]) -> str:
    """The file, of the rings that are large enough."""
    lines: list[str] = []
    for ring in rings:
        if _area(ring) < SMALLEST or max(latitude for _, latitude in ring) < SOUTHERNMOST:
            continue
        tenths = [(round(10 * longitude), round(10 * latitude)) for longitude, latitude in simplify(ring)]
        tenths = [point for number, point in enumerate(tenths) if point != tenths[number - 1]]
        if len(tenths) < 3:
            continue
        steps = [tenths[0], *((x - from_x, y - from_y) for (from_x, from_y), (x, y) in pairwise(tenths))]
        lines.append(" ".join(f"{x},{y}" for x, y in steps))
    return HEADER + "\n".join(lines) + "\n"


def _area(ring: Sequence[Point]) -> float:
    """In square degrees, by the shoelace formula."""
    return abs(sum(x * to_y - to_x * y for (x, y), (to_x, to_y) in pairwise([*ring, ring[0]]))) / 2


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the coastlines.")
    parser.add_argument("land", type=Path, help="land-50m.json of the npm package world-atlas")
    parser.add_argument("--out", type=Path, default=Path("kin_assistant/data/coastlines.txt"), help="file to write")
    arguments = parser.parse_args()
    topology: Topology = json.loads(arguments.land.read_text(encoding="utf-8"))
    text = write_coastlines(read_rings(topology))
    arguments.out.write_text(text, encoding="ascii", newline="\n")
    print(f"{arguments.out}: {text.count(chr(10))} lines, {len(text)} bytes")


if __name__ == "__main__":
    main()
