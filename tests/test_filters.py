"""Filters: which documents pass them, and how they are said in words."""

from __future__ import annotations

import pytest

from kin_assistant.filters import count_filters, find_allowed_documents, name_filters, place_names
from kin_assistant.index.snapshot import OpenIndex
from kin_assistant.types import DocumentInfo, Filters


def passing(opened_index: OpenIndex, filters: Filters) -> list[DocumentInfo]:
    rows = find_allowed_documents(opened_index.library.infos, filters)
    assert rows is not None
    return [opened_index.library.infos[row] for row in rows.tolist()]


def test_without_a_filter_every_document_is_allowed(opened_index: OpenIndex) -> None:
    assert find_allowed_documents(opened_index.library.infos, None) is None
    assert find_allowed_documents(opened_index.library.infos, Filters()) is None


@pytest.mark.parametrize("written", ["Surabaya", "surabaya", "SURABAYA"])
def test_a_city_is_found_however_it_is_written(opened_index: OpenIndex, written: str) -> None:
    infos = passing(opened_index, Filters(city=(written,)))
    assert infos
    assert infos == [info for info in opened_index.library.infos if "Surabaya" in info.cities]


@pytest.mark.parametrize("field", ["city", "country", "region", "theme"])
def test_values_of_one_field_widen_and_fields_narrow(opened_index: OpenIndex, field: str) -> None:
    name = {"city": "cities", "country": "countries", "theme": "themes", "region": "region"}[field]

    def carried(info: DocumentInfo) -> set[str]:
        value = getattr(info, name)
        return {value} if isinstance(value, str) else set(value or ())

    values = sorted({value for info in opened_index.library.infos for value in carried(info)})[:2]
    infos = passing(opened_index, Filters(**{field: tuple(values)}))
    assert infos == [info for info in opened_index.library.infos if carried(info) & set(values)]
    years = (1900, 2100)
    narrowed = passing(opened_index, Filters(**{field: tuple(values)}, years=years))
    assert narrowed == [info for info in infos if info.years]


@pytest.mark.parametrize("years", [(2000, 2000), (1990, 2005), (2024, 2026)])
def test_years_filter_by_overlap(opened_index: OpenIndex, years: tuple[int, int]) -> None:
    infos = passing(opened_index, Filters(years=years))
    assert infos == [
        info
        for info in opened_index.library.infos
        if info.years and set(range(info.years[0], info.years[1] + 1)) & set(range(years[0], years[1] + 1))
    ]


def test_filters_are_said_in_words() -> None:
    filters = Filters(city=("Cebu", "Surabaya"), theme=("composting",), years=(1950, 1960))
    assert name_filters(filters) == "the city Cebu or Surabaya, the theme composting and the years 1950-1960"
    assert count_filters(filters) == 3


def test_cities_stand_for_the_place_of_the_filters_and_countries_where_there_are_none() -> None:
    assert place_names(Filters(city=("Cebu",), country=("Nepal",))) == "Cebu"
    assert place_names(Filters(country=("Nepal", "India"))) == "Nepal or India"
    assert place_names(Filters(theme=("water",))) == ""
