"""The map shows all its cities, does not tear the Pacific, and puts no name over another."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from kin_assistant import Assistant
from kin_assistant.places.coastlines import read_coastlines
from kin_assistant.places.gazetteer import Point
from kin_assistant.rendering.coverage.map import CityMap, Marker, draw_map

APIA, TOKYO, OSLO, LIMA = Point(-13.83, -171.77), Point(35.69, 139.69), Point(59.91, 10.75), Point(-12.05, -77.04)


def draw(*points: Point) -> CityMap:
    markers = [Marker(f"City {number}", f"City {number}: 1 document", 1, point) for number, point in enumerate(points)]
    drawn = draw_map(markers, read_coastlines())
    assert drawn is not None
    return drawn


@pytest.mark.parametrize(
    "points",
    [
        (TOKYO,),
        (APIA, TOKYO),
        (OSLO, LIMA),
        (OSLO, LIMA, TOKYO, APIA),
        (Point(89.9, 0.0), Point(-89.9, 180.0)),
        (Point(0.0, 180.0), Point(0.0, -180.0)),
        (TOKYO, TOKYO),
    ],
)
def test_every_city_is_on_the_map_and_the_map_has_land(points: tuple[Point, ...]) -> None:
    drawn = draw(*points)
    assert len(drawn.dots) == len(points)
    for dot in drawn.dots:
        if abs(points[0].latitude) < 80:
            assert 0 <= dot.x <= drawn.width
            assert 0 <= dot.y <= drawn.height
    assert drawn.height > 0
    assert drawn.land.startswith("M")


def test_north_is_up_and_east_is_right() -> None:
    second, first = draw(TOKYO, OSLO).dots
    assert first.name == "City 0"
    assert second.y < first.y
    assert second.x < first.x


def test_the_pacific_is_not_torn_where_longitudes_begin() -> None:
    apia, tokyo = draw(TOKYO, APIA).dots
    assert apia.name == "City 1"
    assert tokyo.x < apia.x, "Samoa lies east of Japan"


def test_a_city_with_more_documents_has_a_larger_dot_that_lies_above() -> None:
    markers = [Marker(f"{count}", "", count, TOKYO) for count in (9, 5, 2, 1)]
    drawn = draw_map(markers, ())
    assert drawn is not None
    assert [(dot.name, dot.size) for dot in drawn.dots] == [("1", 1), ("2", 2), ("5", 3), ("9", 4)]


def test_without_cities_there_is_no_map() -> None:
    assert draw_map([], read_coastlines()) is None


def test_no_name_of_the_shipped_map_lies_over_another_or_outside(assistant: Assistant) -> None:
    markers = [
        Marker(city.name, "", city.documents, Point(city.latitude, city.longitude))
        for city in assistant.coverage().cities
        if city.latitude is not None and city.longitude is not None
    ]
    drawn = draw_map(markers, read_coastlines())
    assert drawn is not None
    assert drawn.labels[0].text == "Kitakyushu"
    assert 3 <= len(drawn.few_labels) < len(drawn.labels)
    for labels, size in ((drawn.labels, 13), (drawn.few_labels, 34)):
        boxes = []
        for label in labels:
            length = len(label.text) * size * 0.6
            left = label.x - {"start": 0, "middle": length / 2, "end": length}[label.anchor]
            boxes.append((left, left + length, label.y - 0.7 * size, label.y + 0.2 * size))
            assert left >= 0
            assert left + length <= drawn.width
        for (left, right, top, bottom), (other_left, other_right, other_top, other_bottom) in combinations(boxes, 2):
            assert right <= other_left or other_right <= left or bottom <= other_top or other_bottom <= top


def test_the_paths_are_paths() -> None:
    drawn = draw(TOKYO, APIA)
    for path in (drawn.land, drawn.grid):
        assert re.fullmatch(r"(?:[MLHVZ]|-?\d+| )*", path)
