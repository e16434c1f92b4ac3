"""The cities that documents are about: which city of the world each one is, in which country, and where on the globe.

Documents give names. A name that several cities share is the one in a country of its document; where no country of the document
fits, the one that the name means in most other documents.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kin_assistant.places.gazetteer import Gazetteer, PlaceKind, Point, key_of
from kin_assistant.types import DocumentInfo

__all__ = ["CityGroup", "group_by_city", "number_countries"]


@dataclass(frozen=True, slots=True)
class CityGroup:
    """A city, and the positions of the documents on it."""

    name: str
    """As the documents spell it."""
    country: str | None
    """As the documents spell it, where they name it."""
    point: Point | None
    """None for a city that the gazetteer does not know."""
    documents: tuple[int, ...]
    population: int = 0
    """As the gazetteer counts it; 0 where it does not."""
    region: str | None = None
    """As the gazetteer has it."""


def group_by_city(infos: Sequence[DocumentInfo], gazetteer: Gazetteer) -> tuple[CityGroup, ...]:
    """The cities of the metadata in the order of their first document. Of two cities with one name each is an entry."""
    numbers = number_countries(infos, gazetteer)
    spelt = {gazetteer.places[number].name: name for name, number in numbers.items()}
    groups: dict[tuple[str, int | None, str | None], list[int]] = {}
    for (row, name), number in _choose_cities(infos, numbers, gazetteer).items():
        countries = infos[row].countries
        if number is None:
            country = countries[0] if len(countries) == 1 else None
        else:
            own = gazetteer.places[number].country
            country = spelt.get(own, own) if own else None
        groups.setdefault((name, number, country), []).append(row)
    return tuple(_make_group(*city, tuple(rows), gazetteer) for city, rows in groups.items())


def _choose_cities(
    infos: Sequence[DocumentInfo], numbers: Mapping[str, int], gazetteer: Gazetteer
) -> dict[tuple[int, str], int | None]:
    """Which city each name of each document means, by its number; None where the gazetteer knows none.

    ``numbers`` are those of the countries.
    """
    named = dict.fromkeys(name for info in infos for name in info.cities)
    called = {name: _places_called(name, "city", gazetteer) for name in named}

    def find_within(name: str, countries: Sequence[str]) -> int | None:
        """Number of the city of that name in one of the countries."""
        inside = {gazetteer.places[numbers[country]].name for country in countries if country in numbers}
        return next((number for number in called[name] if gazetteer.places[number].country in inside), None)

    chosen = {
        (row, name): find_within(name, info.countries)
        for row, info in enumerate(infos)
        for name in dict.fromkeys(info.cities)
    }
    meanings: dict[str, Counter[int]] = {}
    for (_, name), number in chosen.items():
        if number is not None:
            meanings.setdefault(name, Counter())[number] += 1
    for (row, name), number in chosen.items():
        if number is None and name in meanings:
            chosen[row, name] = min(meanings[name], key=lambda other: (-meanings[name][other], other))
        elif number is None and not infos[row].countries:
            chosen[row, name] = next(iter(called[name]), None)
    return chosen


def _make_group(
    name: str, number: int | None, country: str | None, rows: tuple[int, ...], gazetteer: Gazetteer
) -> CityGroup:
    if number is None:
        return CityGroup(name, country, None, rows)
    place = gazetteer.places[number]
    return CityGroup(name, country, gazetteer.points.get(number), rows, place.population, place.region)


def number_countries(infos: Sequence[DocumentInfo], gazetteer: Gazetteer) -> dict[str, int]:
    """The number in the gazetteer of each country that documents name, where it is known there."""
    names = dict.fromkeys(name for info in infos for name in info.countries)
    called = {name: _places_called(name, "country", gazetteer) for name in names}
    return {name: numbers[0] for name, numbers in called.items() if numbers}


def _places_called(name: str, kind: PlaceKind, gazetteer: Gazetteer) -> list[int]:
    """Numbers of the places that may be written so, the likeliest first."""
    return [
        entry.place
        for entry in gazetteer.names.get(key_of(name) or name, ())
        if entry.place is not None and not entry.demonym and gazetteer.places[entry.place].kind == kind
    ]
