"""The cities that documents are about: which city of the world each one is, in which country, and where on the globe.

Documents give names. A name that several cities share is the one in a country of its document; where no country of the document
fits, the one that the name means in most other documents.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kin_assistant.places.gazetteer import Gazetteer, PlaceKind, Point, key_of
from kin_assistant.types import DocumentInfo

__all__ = ["CityGroup", "country_numbers", "group_by_city"]


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


def group_by_city(infos: Sequence[DocumentInfo], gazetteer: Gazetteer) -> tuple[CityGroup, ...]:
    """The cities of the metadata in the order of their first document. Of two cities with one name each is an entry."""
    spelt = {number: name for name, number in country_numbers(infos, gazetteer).items()}
    chosen = {
        (row, name): _city_within(name, info.countries, gazetteer)
        for row, info in enumerate(infos)
        for name in dict.fromkeys(info.cities)
    }
    meanings: dict[str, Counter[int]] = {}
    for (_, name), number in chosen.items():
        if number is not None:
            meanings.setdefault(name, Counter())[number] += 1
    groups: dict[tuple[str, int | str | None], list[int]] = {}
    for (row, name), number in chosen.items():
        if number is None and name in meanings:
            number = min(meanings[name], key=lambda other: (-meanings[name][other], other))
        elif number is None and not infos[row].countries:
            number = next(iter(_places_called(name, "city", gazetteer)), None)
        alone = infos[row].countries[0] if len(infos[row].countries) == 1 else None
        groups.setdefault((name, alone if number is None else number), []).append(row)
    by_name = {place.name: number for number, place in enumerate(gazetteer.places) if place.kind == "country"}
    found: list[CityGroup] = []
    for (name, place), rows in groups.items():
        country, point = place, None
        if isinstance(place, int):
            own = gazetteer.places[place].country
            country = spelt.get(by_name[own], own) if own else None
            point = gazetteer.points.get(place)
        found.append(CityGroup(name, country if isinstance(country, str) else None, point, tuple(rows)))
    return tuple(found)


def country_numbers(infos: Sequence[DocumentInfo], gazetteer: Gazetteer) -> dict[str, int]:
    """The number in the gazetteer of each country that documents name, where it is known there."""
    names = dict.fromkeys(name for info in infos for name in info.countries)
    numbers = {name: next(iter(_places_called(name, "country", gazetteer)), None) for name in names}
    return {name: number for name, number in numbers.items() if number is not None}


def _city_within(name: str, countries: Sequence[str], gazetteer: Gazetteer) -> int | None:
    """Number of the city of that name in one of the countries."""
    inside = {
        gazetteer.places[number].name
        for country in countries
        for number in _places_called(country, "country", gazetteer)
    }
    called = _places_called(name, "city", gazetteer)
    return next((number for number in called if gazetteer.places[number].country in inside), None)


def _places_called(name: str, kind: PlaceKind, gazetteer: Gazetteer) -> list[int]:
    """Numbers of the places that may be written so, the likeliest first."""
    return [
        entry.place
        for entry in gazetteer.names.get(key_of(name) or name, ())
        if entry.place is not None and not entry.demonym and gazetteer.places[entry.place].kind == kind
    ]
