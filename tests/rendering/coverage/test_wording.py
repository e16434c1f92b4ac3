"""What is said of coverage is plain, and says what is missing."""

from __future__ import annotations

from kin_assistant.coverage.values import Coverage
from kin_assistant.rendering.coverage.wording import coverage_remarks, name_few, note_map, rarest_themes

LATE = (
    "1 document names years after 2026, when the index was built: Air to come (2010-2040). They tell of plans, or their "
    "years are mistaken."
)


def test_everything_is_counted_in_sentences(coverage: Coverage) -> None:
    assert coverage_remarks(coverage) == (
        "4 documents: 3 themes, 3 countries, 3 cities, years 1995-2040.",
        "Of these documents 1 names no country, 1 names no city and 1 names no years.",
        "Of 9 pairs of a theme and a country, 5 have no document.",
        LATE,
    )


def test_of_an_empty_library_one_sentence_is_said(nothing: Coverage) -> None:
    assert coverage_remarks(nothing) == ("The library holds no document, so it covers nothing yet.",)


def test_without_themes_and_countries_it_is_said_why_there_is_no_table(bare: Coverage) -> None:
    assert coverage_remarks(bare)[-1] == (
        "No document names a theme or a country, so there is no table of themes and countries."
    )


def test_without_countries_alone_it_is_said_too(coverage: Coverage) -> None:
    without = coverage.model_copy(update={"countries": ()})
    assert "No document names a country, so there is no table" in coverage_remarks(without)[2]


def test_what_the_map_lacks_is_said(coverage: Coverage) -> None:
    assert note_map(coverage) == [
        "Not on the map, because the list of places does not know them: Exampleville.",
        "Countries of which documents name no city: Peru.",
    ]


def test_the_rarest_themes_stand_together_by_their_number(coverage: Coverage) -> None:
    assert list(rarest_themes(coverage)) == [(1, ["=1+1"]), (2, ["air", "waste"])]


def test_one_name_more_than_a_few_is_named_too() -> None:
    assert name_few(list("abcdef")) == "a, b, c, d, e, f"
    assert name_few(list("abcdefg")) == "a, b, c, d, e and 2 more"
