"""How like the city of a document is to that of a situation: trait by trait, in words, and as what it adds to the rank."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kin_assistant.coverage.cities import CityGroup
from kin_assistant.peers.policy import LikenessPolicy
from kin_assistant.peers.situation import Situation
from kin_assistant.peers.values import Likeness, TraitSource
from kin_assistant.places.shore import measure_to_sea
from kin_assistant.text.wording import join_words
from kin_assistant.types import DocumentInfo

__all__ = ["Measured", "liken_place", "liken_problem"]

_DOZENS = 10
"""From so many times on a ratio is told without a decimal."""


class Measured(NamedTuple):
    """A trait beside that of the situation, and what it adds to the rank; nothing where they differ."""

    likeness: Likeness
    weight: float


def liken_problem(situation: Situation, info: DocumentInfo, policy: LikenessPolicy) -> Measured:
    """Why a document near to the problem bears on it: by a theme of its metadata, or by its words alone."""
    shared = [theme for theme in info.themes if theme in situation.themes]
    if not shared:
        # Nearness is measured by words and meaning; that the document is about the problem would say too much.
        told = f"near to “{situation.matter}” by its words{', without a theme in common' if situation.themes else ''}"
        return Measured(Likeness(kind="problem", alike=True, told=told, source="document"), 0.0)
    told = f"{'theme' if len(shared) == 1 else 'themes'} {join_words(shared)}"
    return Measured(Likeness(kind="problem", alike=True, told=told, source="metadata"), policy.theme)


def liken_place(
    situation: Situation, info: DocumentInfo, city: CityGroup | None, policy: LikenessPolicy
) -> Iterator[Measured]:
    """Where the city of a document is, its size and its coast beside those of the situation, as far as both are known.

    Without ``city``, the document's countries alone.
    """
    yield from _liken_country(situation, info, city, policy)
    if city is None:
        return
    if situation.population and city.population:
        alike, told = _liken_size(situation.population, city, policy.size_ratio)
        yield Measured(Likeness(kind="size", alike=alike, told=told, source="gazetteer"), policy.size * alike)
    if situation.on_coast is not None and city.point is not None:
        near = measure_to_sea(city.point) <= policy.coast_km
        alike = near == situation.on_coast
        told = f"{city.name} is {'on the coast' if near else 'inland'}"
        yield Measured(Likeness(kind="coast", alike=alike, told=told, source="gazetteer"), policy.coast * alike)


def _liken_country(
    situation: Situation, info: DocumentInfo, city: CityGroup | None, policy: LikenessPolicy
) -> Iterator[Measured]:
    countries = (city.country,) if city and city.country else info.countries
    # The metadata may say "Asia-Pacific" of a city that the gazetteer places more narrowly.
    of_city = city.region if city else None
    if situation.country and situation.country in countries:
        likeness = Likeness(kind="place", alike=True, told=f"also in {situation.country}", source="metadata")
        yield Measured(likeness, policy.country)
    elif situation.region and situation.region in (info.region, of_city):
        source: TraitSource = "metadata" if situation.region == info.region else "gazetteer"
        likeness = Likeness(kind="place", alike=True, told=f"also in {situation.region}", source=source)
        yield Measured(likeness, policy.region)
    elif situation.region and of_city:
        yield Measured(Likeness(kind="place", alike=False, told=f"in {of_city}", source="gazetteer"), 0.0)


def _liken_size(population: int, city: CityGroup, ratio: float) -> tuple[bool, str]:
    """Whether ``city`` is of like size, and its size in words."""
    told = f"{city.name} has {city.population:,} people"
    times = max(city.population, population) / min(city.population, population)
    if times <= ratio:
        return True, told
    often = f"{times:.1f}".removesuffix(".0") if times < _DOZENS else f"{times:,.0f}"
    return False, f"{told}, {'' if city.population > population else 'yours '}{often} times as many"
