"""Numbers of inhabitants: as people write them, and nothing else that is counted."""

from __future__ import annotations

import pytest

from kin_assistant.peers.population import find_population


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("We are a port city of 800,000 with open dumping", 800_000),
        ("a city of 800k people", 800_000),
        ("a town of 1.2 million inhabitants", 1_200_000),
        ("Our population is about 1.2m and waste is 500 t/day", 1_200_000),
        ("eight lakh people, 300 tonnes a day", 800_000),
        ("population: 8 lakh", 800_000),
        ("a city of 8,00,000 people", 800_000),
        ("population of 800 000", 800_000),
        ("city of 800.000 people", 800_000),
        ("half a million residents", 500_000),
        ("a city of two million", 2_000_000),
        ("an 800,000-strong city", 800_000),
        ("We are 50 thousand people on an island", 50_000),
        ("our 450,000 urban residents", 450_000),
        ("Since 2010 our city of 90000 people grows", 90_000),
    ],
)
def test_inhabitants_are_read_however_they_are_written(text: str, number: int) -> None:
    found = find_population(text)
    assert found is not None
    assert found.number == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "We have 200,000 households",
        "a city of 800,000 tonnes of waste",
        "In 2015 we paid 300,000 dollars",
        "a subsidy of USD 800,000 in 2010",
        "We are 12 people in the waste department",
        "a city of 900 million",
        "call 0800 000 000",
    ],
)
def test_what_counts_no_inhabitants_of_a_city_is_none(text: str) -> None:
    assert find_population(text) is None


def test_what_is_said_of_the_city_goes_before_a_part_of_it() -> None:
    found = find_population("20,000 people live by the dump of our city of 300,000")
    assert found is not None
    assert found.number == 300_000


def test_without_words_for_the_city_the_largest_number_counts() -> None:
    found = find_population("20,000 people live by the dump, 300,000 people in all")
    assert found is not None
    assert found.number == 300_000


def test_the_words_that_it_was_read_from_are_told() -> None:
    text = "We are a port city of about 800,000 people by the sea"
    found = find_population(text)
    assert found is not None
    assert text[found.start : found.end] == "city of about 800,000 people"
