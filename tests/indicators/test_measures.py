"""What a figure measures is told in the words of its sentence; planned is what is aimed at."""

from __future__ import annotations

import pytest

from kin_assistant.indicators.sentences import read_sentence


@pytest.mark.parametrize(
    ("text", "measures"),
    [
        ("It opened eight pilot barangays in 2024.", ["pilot barangays"]),
        ("Water coverage in Phnom Penh rose to 90%.", ["Water coverage in Phnom Penh"]),
        ("The utility's page gives the loss of water as 72% in 1993.", ["loss of water"]),
        ("One profile gives about 1,512 tonnes a day.", []),
        ("The plant makes 6 tonnes of compost.", ["plant makes", "compost"]),
        ("A paper gives 8% for water lost and 90% for coverage.", ["water lost"]),
        ("1,200 households paid the fee.", ["paid the fee"]),
    ],
)
def test_the_words_of_the_sentence_say_what_is_measured(text: str, measures: list[str]) -> None:
    first = read_sentence(text)[0]
    told = [text[start:end] for start, end in first.measures]
    assert told == measures


def test_what_stands_between_two_figures_is_said_of_the_first() -> None:
    text = "A paper gives 8% for water lost and 90% for coverage."
    second = read_sentence(text)[1]
    assert [text[start:end] for start, end in second.measures] == ["coverage"]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("The city aims at 40% in 2015.", "planned"),
        ("It was expected to cost 5 million dollars.", "planned"),
        ("A target of six tonnes a day was set.", "planned"),
        ("Its capacity of 100 m3 a day is known.", "actual"),
        ("By 2020 the plan covered 40 wards.", "actual"),
        ("It burnt 40% of its waste; 20% will be sorted.", "actual"),
    ],
)
def test_what_is_planned_is_told_from_what_was_so(text: str, status: str) -> None:
    assert read_sentence(text)[0].status == status


def test_a_plan_in_one_part_of_a_sentence_says_nothing_of_another() -> None:
    now, then = read_sentence("It burns 40% of its waste, but will burn 20%.")
    assert (now.status, then.status) == ("actual", "planned")
