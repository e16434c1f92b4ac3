"""Figures that differ."""

from __future__ import annotations

import pytest

from kin_assistant.text.figures import asks_for_figure, differ, find_asked, find_last_year, has_figure


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("The plant takes 50 tonnes a day.", "It handles 35 tonnes every day."),
        ("It cost US$ 1.2 million.", "The bill was US$900,000."),
        ("Waste fell by 30 per cent.", "A reduction of 20% was reached."),
        ("In 2010 the fee was 2 yuan.", "The fee is 3 yuan."),
    ],
)
def test_different_figures_in_one_unit_differ(first, second):
    assert differ(first, second)
    assert differ(second, first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("It cost US$1,200,000.", "It cost US$ 1.2 million."),
        ("Waste fell by 30 per cent.", "30% less waste was tipped."),
        ("Waste fell by 30 per cent.", "It cost 20 million yen."),
        ("In 2005 it took 50 tonnes a day.", "By 2012 it took 80 tonnes a day."),
        ("About 1,408 tonnes are made.", "1408 tonnes are made daily."),
        ("The fee paid for the plant.", "The plant takes 50 tonnes."),
        ("It took 19.9 tonnes.", "It took 20 tonnes."),
    ],
)
def test_the_same_figure_other_units_and_other_years_do_not_differ(first, second):
    assert not differ(first, second)


def test_what_asks_for_a_figure_and_what_holds_one():
    assert asks_for_figure("What did it cost?")
    assert not asks_for_figure("Who ran it?")
    assert has_figure("Half of the households joined.")
    assert not has_figure("Many households joined.")


@pytest.mark.parametrize(
    ("question", "text", "asked"),
    [
        ("What did the baskets cost in 2009?", "In 2009 the baskets cost US$ 1.2 million.", ["US$ 1.2 million"]),
        ("How much waste was cut?", "Waste fell by 30 per cent to 1,150 tons.", ["30 per cent", "1,150 tons"]),
        ("When did the ban begin?", "It began on 1 September 2002 with 80 buses.", ["1 September 2002"]),
        ("What year did it open?", "From October 2010 to 2012 it was shut.", ["October 2010", "2012"]),
        ("Who paid?", "The city paid 40 million pesos in 2010.", []),
        ("How much did 40 million pesos buy?", "It bought 40 million pesos of carts.", []),
    ],
)
def test_what_is_asked_for_is_found_in_a_sentence(question: str, text: str, asked: list[str]) -> None:
    assert [text[start:end] for start, end in find_asked(question, text)] == asked


@pytest.mark.parametrize(
    ("text", "year"),
    [("From 2015 to 2018 waste fell.", 2018), ("Line 2050 costs 3,201 yen.", 2050), ("Waste fell.", None)],
)
def test_the_last_year_is_the_greatest(text: str, year: int | None) -> None:
    assert find_last_year(text) == year
