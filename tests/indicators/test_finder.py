"""Figures on a topic: relevant, filtered, sorted, disputed and in series; each in its own sentence."""

from __future__ import annotations

import pytest

from kin_assistant.errors import IndicatorError
from kin_assistant.index.snapshot import OpenIndex
from kin_assistant.indicators.finder import IndicatorFinder
from kin_assistant.indicators.values import IndicatorQuery, Indicators
from kin_assistant.rendering import verified_indicators
from tests.form_library import SmallLibrary


def values(found: Indicators) -> list[float]:
    return [one.figure.value for one in found.indicators]


def test_a_topic_finds_the_figures_of_the_sentences_on_it(finder: IndicatorFinder) -> None:
    found = finder.find(IndicatorQuery(topic="landfill waste"))
    assert {1500, 1300, 1000, 1800, 400} <= set(values(found))
    assert 17000 not in values(found), "compost baskets are another topic"


def test_without_a_topic_all_figures_are_found_in_the_order_of_the_documents(finder: IndicatorFinder) -> None:
    found = finder.find(IndicatorQuery())
    documents = [found.citations[one.citation - 1].document_id for one in found.indicators]
    assert documents == sorted(documents)
    assert {17000, 900000, 1500} <= set(values(found))
    assert found.found == len(found.indicators)


def test_a_figure_never_leaves_its_sentence(finder: IndicatorFinder, small: tuple[SmallLibrary, OpenIndex]) -> None:
    library = small[1].library
    found = verified_indicators(finder.find(IndicatorQuery()), lambda name: library.document(library.row_of(name)))
    for one in found.indicators:
        citation = found.citations[one.citation - 1]
        assert one.figure.written.text in citation.quote
        assert citation.start <= one.figure.written.start < one.figure.written.end <= citation.end


def test_filters_leave_what_fits_all_of_them(finder: IndicatorFinder) -> None:
    query = IndicatorQuery(
        topic="landfill waste", cities=("surabaya",), unit="tonnes", first_year=2006, status="actual"
    )
    assert values(finder.find(query)) == [1300]
    assert values(finder.find(IndicatorQuery(topic="landfill waste", cities=("Cebu",)))) == [400]
    assert values(finder.find(IndicatorQuery(topic="landfill waste", countries=("Philippines",)))) == [400]
    assert values(finder.find(IndicatorQuery(topic="landfill waste", status="planned"))) == [1000]
    assert 17000 not in values(finder.find(IndicatorQuery(last_year=2020))), "no year is told"


def test_a_unit_without_a_rate_finds_it_with_any(finder: IndicatorFinder) -> None:
    for unit in ("t", "t/day", "tons"):
        assert len(finder.find(IndicatorQuery(topic="landfill waste", unit=unit)).indicators) == 5


def test_figures_are_sorted_as_asked(finder: IndicatorFinder) -> None:
    def order(sort: str) -> list[float]:
        query = IndicatorQuery(topic="landfill waste", unit="t/day").model_copy(update={"sort": sort})
        return values(finder.find(query))

    assert order("value") == [1800, 1500, 1300, 1000, 400]
    assert order("year")[-1] == 1000
    assert order("place")[0] == 400
    assert order("document")[:3] == [1800, 400, 1500]


def test_a_limit_shows_the_first_and_says_how_many_there_are(finder: IndicatorFinder) -> None:
    found = finder.find(IndicatorQuery(topic="landfill waste", limit=2))
    assert len(found.indicators) == 2 < found.found
    assert any(f"{found.found} figures fit" in note for note in found.notes)


def test_figures_of_two_documents_for_the_same_stand_side_by_side_and_are_marked(finder: IndicatorFinder) -> None:
    found = finder.find(IndicatorQuery(topic="landfill waste"))
    by_value = {one.figure.value: one for one in found.indicators}
    left, right = by_value[1500], by_value[1800]
    assert (left.disputed_by, right.disputed_by) == ((right.number,), (left.number,))
    assert abs(left.number - right.number) == 1
    assert [one.figure.value for one in found.indicators if one.disputed_by] != [1300], "another year is no dispute"
    assert any("2 figures are disputed" in note for note in found.notes)


def test_a_series_has_the_values_by_year_and_the_target(finder: IndicatorFinder) -> None:
    found = finder.find(IndicatorQuery(topic="landfill waste", cities=("Surabaya",), series="alone"))
    by_number = {one.number: one.figure for one in found.indicators}
    (series,) = (one for one in found.series if one.unit == "t/day")
    assert series.place == "Surabaya"
    assert [by_number[number].value for number in series.actual] == [1500, 1800, 1300]
    assert [(by_number[number].value, by_number[number].years) for number in series.targets] == [(1000, (2012, 2012))]


def test_series_are_found_beside_all_other_figures(finder: IndicatorFinder) -> None:
    query = IndicatorQuery(topic="landfill waste")
    every, beside, alone = (
        finder.find(query.model_copy(update={"series": series})) for series in ("", "beside", "alone")
    )
    assert beside.indicators == every.indicators and every.series == ()
    assert len(alone.indicators) < len(every.indicators)

    def of_series(found: Indicators) -> list[list[float]]:
        by_number = {one.number: one.figure.value for one in found.indicators}
        return [[by_number[number] for number in (*one.actual, *one.targets)] for one in found.series]

    assert of_series(beside) == of_series(alone) != []


def test_a_row_of_years_is_a_series(finder: IndicatorFinder) -> None:
    found = finder.find(IndicatorQuery(topic="landfill fee", unit="Rp", series="alone"))
    by_number = {one.number: one.figure for one in found.indicators}
    (series,) = found.series
    assert [(by_number[number].years, by_number[number].value) for number in series.actual] == [
        ((2005, 2005), 20000),
        ((2009, 2009), 30000),
    ]


def test_where_nothing_runs_over_years_a_sentence_says_so(finder: IndicatorFinder) -> None:
    found = finder.find(IndicatorQuery(topic="landfill waste", cities=("Cebu",), series="alone"))
    assert found.indicators == ()
    assert found.reason == (
        "The documents give no figure on “landfill waste” in Cebu for several years or beside a target."
    )


def test_a_topic_of_which_nothing_is_known_gives_a_reason(finder: IndicatorFinder) -> None:
    found = finder.find(IndicatorQuery(topic="penguin breeding"))
    assert found.reason == "The documents give no figure on “penguin breeding”."
    assert found.indicators == () == found.citations


def test_filters_that_leave_nothing_are_named(finder: IndicatorFinder) -> None:
    found = finder.find(IndicatorQuery(topic="landfill waste", countries=("Germany",), first_year=1900, last_year=1910))
    assert found.reason == (
        "The documents give no figure on “landfill waste” in Germany of the years 1900-1910."
        " They give some on “landfill waste” without these filters."
    )


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (IndicatorQuery(cities=("Atlantis",)), "There is no city “Atlantis”."),
        (IndicatorQuery(countries=("Wakanda",)), "There is no country “Wakanda”."),
        (IndicatorQuery(unit="furlongs"), "There is no unit “furlongs”."),
        (IndicatorQuery(first_year=2015, last_year=2000), "The years 2015-2000 run backwards."),
    ],
)
def test_what_nobody_knows_is_a_sentence(finder: IndicatorFinder, query: IndicatorQuery, said: str) -> None:
    with pytest.raises(IndicatorError, match=said):
        finder.find(query)


def test_the_same_question_has_the_same_answer(finder: IndicatorFinder) -> None:
    query = IndicatorQuery(topic="waste", series="alone")
    assert finder.find(query) == finder.find(query)
