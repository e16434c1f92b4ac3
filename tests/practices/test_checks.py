"""Each fault of a practice is told in a plain sentence at its field; what is only unusual is a remark."""

from __future__ import annotations

from datetime import date

import pytest

from kin_assistant.practices.checks import check, count_words
from kin_assistant.practices.fields import CONTACT, NARRATIVE, OFFICE, TEXTS, TITLE
from kin_assistant.practices.submission import Submission
from tests.practice_forms import fill_in

TODAY = date(2026, 11, 21)


def faults_of(**changes: object) -> dict[str, str]:
    return {fault.field: fault.sentence for fault in check(fill_in(**changes), today=TODAY).faults}


def test_a_practice_that_is_filled_in_has_no_fault() -> None:
    assert faults_of() == {}


def test_an_empty_form_lacks_what_is_required_and_nothing_else() -> None:
    missing = {fault.field for fault in check(Submission(), today=TODAY).faults}
    assert missing == {
        *("title", "office", "cities", "countries", "themes", "level", "first_year"),
        *("situation", "process", "results", "contact"),
    }


def test_a_missing_title_is_named_as_the_form_names_it() -> None:
    assert faults_of(title=" ") == {"title": "“Title of the practice” is missing."}


@pytest.mark.parametrize("field", TEXTS, ids=lambda field: field.name)
def test_each_text_has_room_for_its_words_and_for_no_more(field: object) -> None:
    name, words = field.name, field.words  # type: ignore[attr-defined]
    assert faults_of(**{name: "word " * words}) == {}
    (sentence,) = faults_of(**{name: "word " * (words + 1)}).values()
    assert f"{words + 1} words" in sentence and f"room for {words}" in sentence


def test_the_limits_are_those_of_the_record() -> None:
    limits = {field.name: field.words for field in NARRATIVE}
    assert limits == {
        "situation": 50, "priorities": 100, "objectives": 100, "resources": 200, "process": 400, "results": 250,
        "sustainability": 300, "lessons": 300, "transferability": 300,
    }  # fmt: skip
    assert (TITLE.words, OFFICE.words, CONTACT.words) == (20, 20, 60)


def test_a_text_without_spaces_is_bounded_too() -> None:
    assert "characters" in faults_of(situation="x" * 751)["situation"]
    assert "situation" not in faults_of(situation="x" * 750)


def test_the_mark_of_an_item_is_no_word() -> None:
    assert count_words("- two words\n- and two") == 4


@pytest.mark.parametrize(
    ("first", "last", "field", "words"),
    [
        ("", "", "first_year", "missing"),
        ("soon", "", "first_year", "such as 2004"),
        ("204", "", "first_year", "such as 2004"),
        ("1799", "", "first_year", "from 1800"),
        ("\u0662\u0660\u0660\u0664", "", "first_year", "such as 2004"),
        ("2004", "2101", "last_year", "to 2100"),
        ("2027", "", "first_year", "cannot have begun in 2027"),
        ("2004", "2003", "last_year", "lies before the first"),
    ],
)
def test_impossible_years_are_refused(first: str, last: str, field: str, words: str) -> None:
    found = faults_of(first_year=first, last_year=last)
    assert list(found) == [field]
    assert words in found[field]


def test_what_goes_on_needs_no_last_year_and_a_plan_may_end_later() -> None:
    assert faults_of(last_year="") == {}
    assert faults_of(last_year="2030") == {}


def test_only_themes_of_the_library_are_taken() -> None:
    assert faults_of(themes=["sanitation", "witchcraft"]) == {"themes": "There is no theme “witchcraft”."}
    assert "at most 5" in faults_of(themes=["energy", "finance", "health", "noise", "rivers", "reuse"])["themes"]


def test_only_the_levels_and_kinds_on_offer_are_taken() -> None:
    assert "There is no level “galaxy”" in faults_of(level="galaxy")["level"]
    partner = {"name": "A bank", "organisation": "coven", "support": "financial"}
    assert list(faults_of(partners=[partner])) == ["partners.0.organisation"]


def test_a_row_needs_its_main_parts_and_there_are_not_too_many() -> None:
    assert list(faults_of(dates=[{"event": "The first cart"}])) == ["dates.0.date"]
    assert list(faults_of(budgets=[{"period": "2004", "purpose": "carts"}])) == ["budgets.0.amount"]
    rows = [{"date": str(2000 + year), "event": "A cart"} for year in range(21)]
    assert faults_of(dates=rows) == {"dates": "“Key dates” has 21 rows; there is room for 20."}


@pytest.mark.parametrize("mark", ["[1]", "[ 1 ]", "[1, 2]", "[12;3]"])
def test_what_would_be_read_as_a_mark_of_a_source_is_refused(mark: str) -> None:
    assert "number of a source" in faults_of(results=f"It fell by a tenth {mark}.")["results"]


def test_a_place_that_the_gazetteer_does_not_know_is_allowed_and_said() -> None:
    checked = check(fill_in(cities=["Exampleville", "Surabaya"], countries=["Indonesia", "Ruritania"]), today=TODAY)
    assert checked.faults == ()
    assert [(remark.field, remark.sentence.split("“")[1].split("”")[0]) for remark in checked.remarks] == [
        ("cities", "Exampleville"),
        ("countries", "Ruritania"),
    ]
    known = fill_in(cities=["H\u1ea3i Ph\u00f2ng", "Singapore"], countries=["Viet Nam", "Singapore"])
    assert check(known, today=TODAY).remarks == ()


def test_no_sentence_repeats_a_long_text_whole() -> None:
    for remark in check(fill_in(cities=["x" * 5000], themes=["y" * 5000], level="z" * 5000), today=TODAY).faults:
        assert len(remark.sentence) < 300
