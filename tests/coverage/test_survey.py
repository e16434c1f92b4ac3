"""Stock is taken of themes, countries, cities and years, and of what no document tells."""

from __future__ import annotations

import time

from kin_assistant import Assistant
from kin_assistant.coverage.survey import add_fields, survey_documents
from kin_assistant.coverage.values import Coverage
from kin_assistant.places.gazetteer import Gazetteer
from kin_assistant.types import RECORD_FIELDS, DocumentInfo
from tests.coverage.documents import document

INFOS = [
    document("a", cities=("Surabaya",), countries=("Indonesia",), themes=("waste", "air"), years=(2001, 2011)),
    document("b", cities=("Surabaya", "Cebu"), countries=("Indonesia", "Philippines"), themes=("waste",), years=(1995, 2005)),
    document("c", countries=("Peru",), themes=("air",), years=(2010, 2040), title="Air to come"),
    document("d", themes=("waste",)),
    document("e", countries=("Atlantis",)),
]  # fmt: skip


def survey(infos: list[DocumentInfo]) -> Coverage:
    return survey_documents(infos, Gazetteer.load(), build_id="b1", built_in=2026)


def test_the_matrix_counts_the_documents_of_each_theme_on_each_country() -> None:
    coverage = survey(INFOS)
    assert [(one.name, one.code, one.documents, one.cities) for one in coverage.countries] == [
        ("Indonesia", "ID", 2, 1),
        ("Atlantis", None, 1, 0),
        ("Peru", "PE", 1, 0),
        ("Philippines", "PH", 1, 1),
    ]
    assert [(one.name, one.documents, one.by_country, one.without_country) for one in coverage.themes] == [
        ("waste", 3, (2, 0, 0, 1), 1),
        ("air", 2, (1, 0, 1, 0), 0),
    ]
    assert coverage.empty_pairs == 4


def test_what_documents_do_not_name_is_counted() -> None:
    coverage = survey(INFOS)
    assert (coverage.without_themes, coverage.without_countries) == (1, 1)
    assert (coverage.without_cities, coverage.without_years) == (3, 2)


def test_a_city_has_the_themes_of_its_documents_and_the_years_that_they_span() -> None:
    surabaya, cebu = survey(INFOS).cities
    assert (surabaya.name, surabaya.documents, surabaya.themes, surabaya.years) == (
        "Surabaya",
        2,
        ("waste", "air"),
        (1995, 2011),
    )
    assert (cebu.name, cebu.country, cebu.years) == ("Cebu", "Philippines", (1995, 2005))


def test_years_after_the_index_was_built_are_told_of() -> None:
    coverage = survey(INFOS)
    assert [(one.id, one.years) for one in coverage.late] == [("c", (2010, 2040))]
    assert coverage.years == (1995, 2040)
    assert coverage.decades[-1].name == "2040s"


def test_an_empty_library_covers_nothing() -> None:
    coverage = survey([])
    assert coverage == Coverage(build_id="b1", documents=0, built_in=2026)
    assert coverage.rarest_themes == ()


def test_documents_without_any_metadata_are_only_counted() -> None:
    coverage = survey([document("a"), document("b")])
    assert (coverage.documents, coverage.themes, coverage.countries, coverage.cities) == (2, (), (), ())
    assert coverage.years is None


def test_the_rarest_themes_are_ten_and_all_that_have_as_few_documents() -> None:
    often = [document(f"often-{number}", themes=("often",)) for number in range(3)]
    assert [one.name for one in survey(often).rarest_themes] == ["often"]
    rare = [document(f"rare-{number}", themes=(f"rare {number}",)) for number in range(12)]
    assert {one.name for one in survey([*often, *rare]).rarest_themes} == {f"rare {number}" for number in range(12)}


def test_the_fields_of_records_are_counted_and_documents_with_fewer_come_first() -> None:
    infos = INFOS[:3]
    coverage = add_fields(survey(infos), infos, [{"results", "finance"}, set(), {"results"}])
    assert {one.field: one.documents for one in coverage.fields if one.documents} == {"finance": 1, "results": 2}
    assert tuple(one.field for one in coverage.fields) == RECORD_FIELDS
    assert [(one.id, one.fields) for one in coverage.records] == [("b", 0), ("c", 1), ("a", 2)]


def test_the_order_of_documents_changes_nothing() -> None:
    assert survey(INFOS[::-1]).model_copy(update={"late": ()}) == survey(INFOS).model_copy(update={"late": ()})


# The shipped documents


def test_the_shipped_documents_are_surveyed_at_once(assistant: Assistant) -> None:
    assistant.coverage()
    start = time.process_time()
    assistant.coverage()
    assert time.process_time() - start < 1


def test_each_cell_counts_documents_that_carry_both_names(assistant: Assistant) -> None:
    coverage = assistant.coverage()
    for theme in coverage.themes:
        for country, number in zip(coverage.countries, theme.by_country, strict=True):
            both = [one for one in assistant.documents if theme.name in one.themes and country.name in one.countries]
            assert number == len(both)


def test_the_country_of_each_city_is_the_one_that_answers_give(assistant: Assistant) -> None:
    coverage = assistant.coverage()
    assert len(coverage.cities) == len({city for info in assistant.documents for city in info.cities})
    for city in coverage.cities:
        assert assistant.sentence_search.country_of(city.name) == city.country


def test_the_fields_of_each_document_are_those_of_its_record(assistant: Assistant) -> None:
    for record in assistant.coverage().records:
        assert record.fields == len(assistant.record(record.id).parts)


def test_of_a_larger_library_than_is_read_the_records_are_not_looked_into(assistant: Assistant) -> None:
    coverage = assistant.coverage(max_read=len(assistant.documents) - 1)
    assert coverage.documents == len(assistant.documents)
    assert (coverage.fields, coverage.records) == ((), ())
    assert assistant.coverage(max_read=len(assistant.documents)).fields
