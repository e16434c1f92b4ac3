"""Numbers get their units, rates, hedges, ranges and changes."""

from __future__ import annotations

import pytest

from kin_assistant.indicators.amounts import Amount, find_amounts
from kin_assistant.indicators.dates import find_years
from kin_assistant.indicators.units import find_unit_behind, read_label
from kin_assistant.text.vocabulary import read_vocabulary


def read(text: str, *countries: str) -> list[Amount]:
    return find_amounts(text, find_years(text), countries=countries)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("It took 600 tons of garbage a day.", 600, "t/day"),
        ("It takes 350 tpd.", 350, "t/day"),
        ("It gave 956 g of waste a person a day.", 956, "g/person/day"),
        ("It allows 420 grams or less of household waste per person and day.", 420, "g/person/day"),
        ("It treats 3,400 m\u00b3/day.", 3400, "m3/day"),
        ("BOD was 30 mg/l.", 30, "mg/l"),
        ("PM10 stood at 195 \u00b5g/m\u00b3.", 195, "ug/m3"),
        ("It used 12 kWh.", 12, "kWh"),
        ("The site has ten hectares.", 10, "ha"),
        ("The line has 12.5 km.", 12.5, "km"),
        ("It cost US$ 2,000 per household.", 2000, "US$/household"),
        ("It cost 16.1 billion yen.", 16.1e9, "JPY"),
        ("It cost Rp 8 billion a year.", 8e9, "IDR/year"),
        ("A P50-million extension opened.", 50e6, "PHP"),
        ("It cost THB 20 a month.", 20, "THB/month"),
        ("Tk 15.3 crore was paid.", 153e6, "BDT"),
        ("85 per cent of it was burnt.", 85, "%"),
        ("It serves 3,000 poor households.", 3000, "households"),
        ("The city has a population of 10.6 million.", 10.6e6, "persons"),
        ("About 4,000 people a year visit it.", 4000, "persons/year"),
        ("It avoided 1,190 deaths a year.", 1190, "/year"),
        ("It opened eight pilot barangays.", 8, ""),
        ("It runs for twenty years.", 20, "years"),
    ],
)
def test_a_unit_is_normalised(text: str, value: float, unit: str) -> None:
    (amount,) = read(text)
    assert (amount.value, amount.unit) == (value, unit)


def test_a_rupee_is_that_of_the_documents_country() -> None:
    assert [read("It cost Rs 30.", country)[0].unit for country in ("Nepal", "Sri Lanka", "India")] == [
        "NPR",
        "LKR",
        "INR",
    ]
    assert read("It cost Rs 30.", "Nepal", "India")[0].unit == "INR"


@pytest.mark.parametrize(
    ("text", "hedge"),
    [
        ("Some 600 tonnes came.", "about"),
        ("More than 600 tonnes came.", "at least"),
        ("600 tonnes or more came.", "at least"),
        ("Up to 600 tonnes came.", "at most"),
        ("600 tonnes came.", ""),
        ("It fell over four years.", ""),
    ],
)
def test_a_hedge_is_kept(text: str, hedge: str) -> None:
    assert read(text)[0].hedge == hedge


@pytest.mark.parametrize(
    "text",
    [
        "It takes 350-400 tonnes.",
        "It takes from 350 to 400 tonnes.",
        "Between 350 and 400 tonnes come.",
        "It takes 350 tonnes to 400 tonnes.",
    ],
)
def test_a_range_is_one_figure(text: str) -> None:
    (amount,) = read(text)
    assert (amount.value, amount.high, amount.unit) == (350, 400, "t")


def test_two_or_three_is_a_range_too() -> None:
    (amount,) = read("It takes two or three weeks.")
    assert (amount.value, amount.high) == (2, 3)


def test_a_change_is_two_figures_with_one_scale_and_unit() -> None:
    before, after = read("It cut costs from 16.1 to 13.3 billion yen.")
    assert (before.value, before.unit, before.change) == (16.1e9, "JPY", "before")
    assert (after.value, after.unit, after.change) == (13.3e9, "JPY", "after")


def test_a_rate_behind_a_range_or_change_is_that_of_both_ends() -> None:
    assert [one.unit for one in read("The fee rose from RMB 0.15 to 0.35 per m\u00b3.")] == ["CNY/m3", "CNY/m3"]


def test_a_year_before_is_no_rate() -> None:
    assert read("There were 47 a year before.")[0].unit == ""


def test_a_number_with_nothing_behind_it_has_the_unit_of_the_one_before() -> None:
    assert [one.unit for one in read("The hall cost 92,000 dollars, screens 14,000.")] == ["US$", "US$"]
    assert [one.unit for one in read("It took 1,512 tonnes a day, of which 1,281 were buried.")] == ["t/day", "t/day"]


def test_a_part_is_counted_as_its_whole_is() -> None:
    part, whole = read("It billed 170 of the 540 million litres.")
    assert (part.value, part.unit, whole.value) == (170e6, "L", 540e6)


@pytest.mark.parametrize(
    ("head", "unit", "scale"),
    [
        ("Share (%)", "%", 1),
        ("Corporation %", "%", 1),
        ("Nitrate mg/l", "mg/l", 1),
        ("Price per lamp, thousand tenge", "KZT", 1e3),
        ("Actual (Rs crore)", "INR", 1e7),
        ("Amount in US$", "US$", 1),
        ("Persons, at most", "persons", 1),
        ("Population", "persons", 1),
        ("Tank, litres", "L", 1),
        ("Buses", "", 1),
        ("of which 12 m", "", 1),
    ],
)
def test_a_head_tells_unit_and_scale(head: str, unit: str, scale: float) -> None:
    assert read_label(head) == (unit, scale)


def test_every_word_for_a_unit_is_found_behind_a_number() -> None:
    vocabulary = read_vocabulary()
    for word, unit in {**vocabulary.unit_of_word, **vocabulary.unit_of_symbol}.items():
        found = find_unit_behind(f"5 {word}", 1)
        assert found is not None, word
        assert found == (unit, 2 + len(word)), word


def test_a_flood_of_digits_is_read_in_time_that_grows_with_its_length() -> None:
    assert len(read("1 " * 5000)) == 5000
