"""The outline of the land is that of this globe, and its script makes small rings of large ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from kin_assistant.places.coastlines import read_coastlines
from kin_assistant.places.gazetteer import Gazetteer
from tools.make_coastlines import Topology, read_rings, simplify, write_coastlines

FILE = Path(__file__).parents[2] / "kin_assistant/data/coastlines.txt"


def is_land(latitude: float, longitude: float) -> bool:
    """Whether an odd number of coasts lie east of there."""
    crossings = 0
    for coast in read_coastlines():
        for one, other in zip(coast, [*coast[1:], coast[0]], strict=True):
            if (one.latitude > latitude) != (other.latitude > latitude):
                share = (latitude - one.latitude) / (other.latitude - one.latitude)
                crossings += longitude < one.longitude + share * (other.longitude - one.longitude)
    return crossings % 2 == 1


@pytest.mark.parametrize(
    ("latitude", "longitude", "land"),
    [
        (23.0, 79.0, True),  # central India
        (33.0, 131.0, True),  # Kyushu
        (-24.0, 134.0, True),  # central Australia
        (47.0, 104.0, True),  # Mongolia
        (15.0, 88.0, False),  # Bay of Bengal
        (0.0, 160.0, False),  # the Pacific
        (42.0, 51.0, False),  # the Caspian Sea, an inland one
    ],
)
def test_land_is_land_and_sea_is_sea(latitude: float, longitude: float, land: bool) -> None:
    assert is_land(latitude, longitude) is land


def test_most_large_cities_far_from_the_sea_are_on_land() -> None:
    gazetteer = Gazetteer.load()
    for name in ("Ulan Bator", "Delhi", "Chongqing", "Almaty", "Kathmandu", "Lahore"):
        number = next(n.place for n in gazetteer.names[name.replace(" ", "").lower()] if n.place in gazetteer.points)
        assert is_land(*gazetteer.points[number or 0]), name


def test_the_file_is_small_and_names_its_source() -> None:
    text = FILE.read_text("ascii")
    assert len(text) < 60_000
    assert "Natural Earth" in text.splitlines()[0]
    assert "public domain" in text.splitlines()[0]


def test_the_outline_is_read_once() -> None:
    assert read_coastlines() is read_coastlines()


# The script that writes it

SQUARE = [(0.0, 0.0), (5.0, 0.001), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0), (0.0, 0.0)]


def test_points_that_make_no_difference_are_left_out() -> None:
    assert simplify(SQUARE) == [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]


def test_a_ring_keeps_three_points() -> None:
    assert len(simplify(SQUARE, detail=10_000)) == 3


def topology(arcs: Sequence[Sequence[tuple[int, int]]], numbers: Sequence[int]) -> Topology:
    geometry = {"type": "MultiPolygon", "arcs": [[list(numbers)]]}
    return {
        "transform": {"scale": (0.5, 0.5), "translate": (100.0, -10.0)},
        "arcs": [list(arc) for arc in arcs],
        "objects": {"land": {"geometries": [geometry]}},  # type: ignore[list-item]
    }


def test_arcs_are_joined_and_taken_backwards_where_they_are_numbered_so() -> None:
    (ring,) = read_rings(topology([[(0, 0), (2, 0), (0, 2)], [(0, 0), (0, 2), (2, 0)]], [0, ~1]))
    assert ring == [(100.0, -10.0), (101.0, -10.0), (101.0, -9.0), (100.0, -9.0), (100.0, -10.0)]


def test_small_islands_and_the_antarctic_are_left_out() -> None:
    island = [(0.0, 0.0), (0.1, 0.0), (0.1, 0.1), (0.0, 0.0)]
    antarctic = [(x, y - 80.0) for x, y in SQUARE]
    lines = [line for line in write_coastlines([SQUARE, island, antarctic]).splitlines() if line[:1] != "#"]
    assert lines == ["0,0 100,0 0,100 -100,0"]
