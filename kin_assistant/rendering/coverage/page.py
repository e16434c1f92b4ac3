"""The Coverage tab as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from kin_assistant.coverage.values import CityCoverage, Coverage
from kin_assistant.places.coastlines import read_coastlines
from kin_assistant.places.gazetteer import Point
from kin_assistant.rendering.coverage.map import Marker, draw_map
from kin_assistant.rendering.coverage.wording import (
    FIELDS_REMARK,
    coverage_remarks,
    name_city,
    name_few,
    note_map,
    rarest_themes,
    say_map,
)
from kin_assistant.rendering.templating import render
from kin_assistant.rendering.words import FIELD_NAMES, count, period

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["coverage_html"]

_SHADES: Final = (2, 3, 5, 10)
"""Documents from which on a cell of the matrix is a shade darker."""
_MOST_THEMES, _MOST_CITIES = 200, 500
"""Rows of the tables; the downloads have them all."""
_POOREST: Final = 5
"""Documents with few fields of a record that are named."""


class _Cell(NamedTuple):
    """A cell of the matrix."""

    documents: int
    shade: int
    """From 1 to 5; 0 in an empty cell."""
    country: str
    """Empty in the column of documents that name no country."""


class _Row(NamedTuple):
    """A row of the matrix."""

    theme: str
    """Empty in the row of all documents."""
    documents: int
    cells: Sequence[_Cell]


class _Rarest(NamedTuple):
    """Themes that have as many documents, few."""

    documents: int
    themes: str


class _Poorest(NamedTuple):
    """A document that tells few fields of a record."""

    id: str
    title: str
    words: str


class _City(NamedTuple):
    """A line of the list of cities, in words."""

    name: str
    country: str
    documents: int
    themes: str
    years: str


class _Bar(NamedTuple):
    """A number of documents with the length of its bar, in hundredths of the longest."""

    name: str
    documents: int
    length: int


def coverage_html(coverage: Coverage) -> Markup:
    """The Coverage tab: a map, the matrix, the years, the cities and the fields of records."""
    markers = [_marker(city, city.latitude, city.longitude) for city in coverage.cities]
    known = [marker for marker in markers if marker]
    themes, cities = coverage.themes[:_MOST_THEMES], coverage.cities[:_MOST_CITIES]
    return render(
        "coverage.html",
        "coverage",
        remarks=coverage_remarks(coverage),
        rarest=[_Rarest(documents, ", ".join(names)) for documents, names in rarest_themes(coverage)],
        map=draw_map(known, read_coastlines()),
        map_words=say_map(known),
        map_notes=note_map(coverage),
        countries=[country.name for country in coverage.countries] if coverage.themes else [],
        whole=_row(
            "", coverage.documents, [one.documents for one in coverage.countries], coverage, coverage.without_countries
        ),
        rows=[_row(one.name, one.documents, one.by_country, coverage, one.without_country) for one in themes],
        more_themes=len(coverage.themes) - len(themes),
        decades=_bars([(decade.name, decade.documents) for decade in coverage.decades]),
        cities=[
            _City(city.name, city.country or "", city.documents, name_few(city.themes), period(city.years))
            for city in cities
        ],
        more_cities=len(coverage.cities) - len(cities),
        fields=_bars([(FIELD_NAMES[one.field], one.documents) for one in coverage.fields], coverage.documents),
        fields_remark=FIELDS_REMARK,
        poorest=[_Poorest(one.id, one.title, count(one.fields, "field")) for one in coverage.records[:_POOREST]],
    )


def _row(theme: str, documents: int, numbers: Sequence[int], coverage: Coverage, without_country: int) -> _Row:
    names = [*(country.name for country in coverage.countries), ""]
    cells = [
        _Cell(number, 1 + sum(number >= least for least in _SHADES) if number else 0, name)
        for name, number in zip(names, [*numbers, without_country], strict=True)
    ]
    return _Row(theme, documents, cells)


def _bars(numbers: Sequence[tuple[str, int]], most: int = 0) -> list[_Bar]:
    longest = max([most, 1, *(number for _, number in numbers)])
    return [_Bar(name, number, round(100 * number / longest)) for name, number in numbers]


def _marker(city: CityCoverage, latitude: float | None, longitude: float | None) -> Marker | None:
    if latitude is None or longitude is None:
        return None
    words = f"{name_city(city)}: {count(city.documents, 'document')}"
    return Marker(city.name, words, city.documents, Point(latitude, longitude))
