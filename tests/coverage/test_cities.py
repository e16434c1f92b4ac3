"""A city of the metadata is the one in a country of its document, whatever other cities are called so."""

from __future__ import annotations

import pytest

from kin_assistant.coverage.cities import group_by_city
from kin_assistant.places.gazetteer import Gazetteer
from tests.coverage.documents import document

WORLD = Gazetteer.load()


def test_a_city_is_found_with_its_country_and_its_place_on_the_globe() -> None:
    (city,) = group_by_city([document("a", cities=("Surabaya",), countries=("Indonesia",))], WORLD)
    assert (city.name, city.country, city.documents) == ("Surabaya", "Indonesia", (0,))
    assert city.point == pytest.approx((-7.25, 112.75), abs=0.1)


def test_two_cities_with_one_name_are_two() -> None:
    infos = [
        document("a", cities=("Bago",), countries=("Philippines",)),
        document("b", cities=("Bago",), countries=("Myanmar",)),
        document("c", cities=("Bago",), countries=("Myanmar",)),
    ]
    found = {city.country: city.documents for city in group_by_city(infos, WORLD)}
    assert found == {"Philippines": (0,), "Myanmar": (1, 2)}


def test_where_no_country_of_the_document_fits_the_name_means_what_it_means_elsewhere() -> None:
    infos = [
        document("a", cities=("Bago",), countries=("Peru",)),
        document("b", cities=("Bago",), countries=("Philippines",)),
        document("c", cities=("Bago",), countries=("Philippines",)),
        document("d", cities=("Bago",), countries=("Myanmar",)),
    ]
    found = {city.country: city.documents for city in group_by_city(infos, WORLD)}
    assert found == {"Philippines": (0, 1, 2), "Myanmar": (3,)}


def test_a_document_without_a_country_means_the_large_city_of_the_name() -> None:
    (city,) = group_by_city([document("a", cities=("Hyderabad",))], WORLD)
    assert city.country == "India"


def test_a_country_is_spelt_as_the_documents_spell_it() -> None:
    (city,) = group_by_city([document("a", cities=("Hanoi",), countries=("Vietnam",))], WORLD)
    assert city.country == "Vietnam"


def test_a_city_that_the_world_does_not_know_has_the_only_country_of_its_document_and_no_point() -> None:
    infos = [
        document("a", cities=("Exampleville",), countries=("Japan",)),
        document("b", cities=("Exampleton",), countries=("Japan", "Nepal")),
        document("c", cities=("北九州",)),
    ]
    assert [(city.name, city.country, city.point) for city in group_by_city(infos, WORLD)] == [
        ("Exampleville", "Japan", None),
        ("Exampleton", None, None),
        ("北九州", None, None),
    ]


def test_a_city_that_is_named_twice_counts_once() -> None:
    (city,) = group_by_city([document("a", cities=("Cebu", "Cebu"), countries=("Philippines",))], WORLD)
    assert city.documents == (0,)


def test_no_documents_have_no_cities() -> None:
    assert group_by_city([], WORLD) == ()


def test_a_city_brings_what_the_gazetteer_has_of_its_people_and_region() -> None:
    known, unknown = group_by_city(
        [document("a", cities=("Surabaya", "Nowhere"), countries=("Indonesia",))],
        WORLD,
    )
    assert (known.region, known.population > 2_000_000) == ("South-East Asia", True)
    assert (unknown.region, unknown.population) == (None, 0)
