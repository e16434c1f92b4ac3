"""How far cities are from the sea."""

from __future__ import annotations

import pytest

from kin_assistant.places.gazetteer import Gazetteer, Point
from kin_assistant.places.shore import measure_to_sea


def point_of(name: str) -> Point:
    gazetteer = Gazetteer.load()
    number = next(
        entry.place
        for entry in gazetteer.names[name]
        if entry.place is not None and gazetteer.places[entry.place].kind == "city"
    )
    return gazetteer.points[number]


@pytest.mark.parametrize("city", ["surabaya", "jakarta", "dalian", "suva", "colombo", "chennai", "osaka"])
def test_a_city_by_the_sea_is_near_it(city: str) -> None:
    assert measure_to_sea(point_of(city)) <= 25


@pytest.mark.parametrize(
    ("city", "least"), [("kathmandu", 500), ("dhaka", 50), ("bandung", 40), ("wuhan", 400), ("ulaanbaatar", 900)]
)
def test_a_city_inland_is_far_from_it(city: str, least: float) -> None:
    assert measure_to_sea(point_of(city)) >= least


@pytest.mark.parametrize("city", ["male", "funafuti"])
def test_an_island_too_small_for_the_outline_is_on_the_sea(city: str) -> None:
    assert measure_to_sea(point_of(city)) == 0.0


def test_a_degree_along_the_equator_is_as_long_as_one_along_a_meridian() -> None:
    # Somewhere in the Congo basin, on the same side of the nearest coast.
    west, east = measure_to_sea(Point(0.0, 12.0)), measure_to_sea(Point(0.0, 13.0))
    assert east - west == pytest.approx(111.2, abs=12)
