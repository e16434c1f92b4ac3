"""Comparisons: a row a city, cells quoted from its own documents or empty, and plain words for what cannot be compared."""

from __future__ import annotations

import pytest

from kin_assistant.errors import ComparisonError
from kin_assistant.records.comparison import DEFAULT_COLUMNS, MAX_CITIES, ComparisonMaker
from kin_assistant.types import Comparison


def quotes(comparison: Comparison, city: str, column: str) -> list[str]:
    by_number = {citation.number: citation.quote for citation in comparison.citations}
    (row,) = (row for row in comparison.rows if row.city == city)
    (cell,) = (cell for cell in row.cells if cell.column == column)
    return [by_number[number] for number in cell.numbers]


def test_each_city_has_a_row_and_each_column_a_cell(maker: ComparisonMaker) -> None:
    comparison = maker.compare("compost baskets", ["Surabaya", "Cebu"], ["process", "finance", "results"])
    assert [row.city for row in comparison.rows] == ["Surabaya", "Cebu"]
    assert all([cell.column for cell in row.cells] == ["process", "finance", "results"] for row in comparison.rows)
    assert quotes(comparison, "Surabaya", "finance") == [
        "The baskets of Surabaya cost 10 dollars each, and the city budget paid for them."
    ]


def test_a_cell_quotes_only_documents_on_its_city(maker: ComparisonMaker) -> None:
    comparison = maker.compare("compost baskets", ["Surabaya", "Cebu", "Bago"])
    cities = {citation.number: citation.cities for citation in comparison.citations}
    for row in comparison.rows:
        for cell in row.cells:
            assert all(row.city in cities[number] for number in cell.numbers)


def test_in_a_document_on_several_cities_only_what_names_this_one_alone_is_quoted(maker: ComparisonMaker) -> None:
    comparison = maker.compare("compost baskets", ["Bago"], ["process", "objectives"])
    assert quotes(comparison, "Bago", "process") == ["Bago gave compost baskets to 500 households in 2008."]
    assert quotes(comparison, "Bago", "objectives") == ["Bago wanted compost baskets in every household by 2010."]


def test_what_no_document_says_is_an_empty_cell(maker: ComparisonMaker) -> None:
    comparison = maker.compare("compost", ["Cebu"], ["process", "lessons"])
    assert quotes(comparison, "Cebu", "process")
    assert quotes(comparison, "Cebu", "lessons") == []


def test_that_something_is_not_known_is_no_evidence(maker: ComparisonMaker) -> None:
    told = quotes(maker.compare("compost", ["Cebu"], ["finance"]), "Cebu", "finance")
    assert not any("not given" in quote for quote in told)


def test_without_cities_those_that_documents_on_the_topic_are_about_are_compared(maker: ComparisonMaker) -> None:
    chosen = [row.city for row in maker.compare("compost baskets").rows]
    assert chosen[0] in ("Surabaya", "Bago")
    assert "Kathmandu" not in chosen
    assert "Penang" not in chosen, "a list of many cities chooses none"


def test_a_city_without_a_document_on_the_topic_has_an_empty_row_and_a_note(maker: ComparisonMaker) -> None:
    comparison = maker.compare("compost baskets", ["Surabaya", "Kathmandu"])
    assert not any(cell.numbers for row in comparison.rows if row.city == "Kathmandu" for cell in row.cells)
    assert "The documents do not speak of it in Kathmandu." in comparison.notes


def test_a_topic_of_which_nothing_is_known_gives_no_table(maker: ComparisonMaker) -> None:
    comparison = maker.compare("penguin breeding", ["Surabaya"])
    assert comparison.reason == "No document is about “penguin breeding”."
    assert comparison.rows == () and comparison.citations == ()


def test_numbers_run_through_the_table(maker: ComparisonMaker) -> None:
    comparison = maker.compare("compost baskets")
    in_cells = [number for row in comparison.rows for cell in row.cells for number in cell.numbers]
    assert in_cells == [citation.number for citation in comparison.citations] == list(range(1, len(in_cells) + 1))


def test_the_columns_are_those_of_a_good_practice_unless_others_are_named(maker: ComparisonMaker) -> None:
    assert maker.compare("compost").columns == DEFAULT_COLUMNS
    assert maker.compare("compost", columns=["results", "results"]).columns == ("results",)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Surabya", None),
        ("cebu city", None),
        ("Lahore", "No document is about Lahore"),
        ("Xyzzy", "No document is about “Xyzzy”. Run kin docs list"),
    ],
)
def test_a_city_is_found_however_it_is_spelt_and_an_unknown_one_is_said(
    maker: ComparisonMaker, name: str, said: str | None
) -> None:
    if said is None:
        assert maker.compare("compost", [name]).rows
    else:
        with pytest.raises(ComparisonError, match=said):
            maker.compare("compost", [name])


def test_an_unknown_city_is_said_with_those_near_it(maker: ComparisonMaker) -> None:
    with pytest.raises(ComparisonError, match=r"No document is about Jakarta.*Surabaya"):
        maker.compare("compost", ["Jakarta"])


def test_too_many_cities_are_refused_with_the_limit(maker: ComparisonMaker) -> None:
    with pytest.raises(ComparisonError, match=f"At most {MAX_CITIES} cities .* these are 40"):
        maker.compare("compost", [f"City {number}" for number in range(40)])


def test_the_same_request_gives_the_same_table(maker: ComparisonMaker) -> None:
    assert maker.compare("compost baskets") == maker.compare("compost baskets")
