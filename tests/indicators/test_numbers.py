"""Numbers are found in digits and in words; what only names or dates something is none."""

from __future__ import annotations

import pytest

from kin_assistant.indicators.dates import find_years
from kin_assistant.indicators.numbers import find_numbers


def values(text: str) -> list[float]:
    return [round(one.value, 2) for one in find_numbers(text, find_years(text)) if not one.labelled]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It took 1,408 tons.", [1408]),
        ("It cost 12,34,567 rupees.", [1234567]),
        ("It is 0.5 or 0,55 of it.", [0.5, 0.55]),
        ("It cost 1.234.567 rupiah.", [1234567]),
        ("It cost 2.5 million and 3 lakh crore.", [2.5e6, 3e12]),
        ("A grant of P3.5B and US$25M came.", [3.5e9, 25e6]),
        ("It cost 0.2 m baht.", [2e5]),
        ("There were twenty-three wards and fifty pickers.", [23, 50]),
        ("There were two hundred trees, a dozen ponds and half a million people.", [200, 12, 5e5]),
        ("It holds 2\u00bd litres.", [2.5]),
        ("It grew two and a half times.", [2.5]),
    ],
)
def test_a_number_is_read_however_it_is_written(text: str, expected: list[float]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("Half of the waste was burnt.", 50),
        ("Two thirds of the people came.", 66.67),
        ("It rose by a quarter.", 25),
        ("One in six households pays.", 16.67),
        ("Three quarrels out of four were about money.", 75),
    ],
)
def test_a_part_of_a_whole_is_a_share_in_per_cent(text: str, share: float) -> None:
    (found,) = find_numbers(text, [])
    assert found.share and round(found.value, 2) == share


@pytest.mark.parametrize(
    "text",
    [
        "The centre in sector G-15 treats CO2, PM10 and 3R waste.",
        "See Phase 2, Phases 1 and 2, Table 3 and No. 22.",
        "It began on 3 May 2004 at 10:30, in 2005-06 and in the 1990s.",
        "From 27-28 August 2003 to 1 Sept. it met from 5 to 10 p.m.",
        "Call +62 31 555 0142, tel. 555-0142, or write to a1@example.org.",
        "Read https://example.org/2004/12 on it.",
        "The address is 2-2-11 Higashida, 805-0071.",
        "4.3 A city may leave.",
        "[7] The step is next.",
        "(2) Close a method.",
        "A third party came in the first half of 2010.",
        "The third, too, was one of them.",
        "It has a two-storey house.",
        "After 1819 trade passed here.",
        "It stands in section 4.2.1 of it.",
    ],
)
def test_what_names_or_dates_something_is_no_number(text: str) -> None:
    assert values(text) == []


def test_four_digits_are_a_year_unless_something_is_counted_in_them() -> None:
    assert values("In 2005 households paid.") == []
    assert values("It took 2000 tonnes in 2005.") == [2000]
    assert values("It cost US$ 2000 in 2005.") == [2000]
