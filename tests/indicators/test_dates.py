"""Years are found in all their forms, and a figure is of the year that belongs to it."""

from __future__ import annotations

import pytest

from kin_assistant.indicators.dates import find_dates, find_nearest_years, find_years


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("It began in 2005.", [(2005, 2005)]),
        ("In fiscal 2006-07 and 2008/2009 it ran.", [(2006, 2007), (2008, 2009)]),
        ("From 2003 to 2009 it fell.", [(2003, 2009)]),
        ("From July 2012 to January 2013 it ran.", [(2012, 2013)]),
        ("It stood since the 1990s.", [(1990, 1999)]),
        ("In 2003 and 2009 it rained.", [(2003, 2003), (2009, 2009)]),
        ("It cost 2,005 dollars and 2005.5 more.", []),
    ],
)
def test_years_are_read(text: str, years: list[tuple[int, int]]) -> None:
    assert [mention.years for mention in find_years(text)] == years


@pytest.mark.parametrize(
    "date", ["3 May 2004", "May 3, 2004", "27-28 August 2003", "2004-05-03", "03.05.2004", "10:30", "5 p.m."]
)
def test_a_date_is_found_whole(date: str) -> None:
    text = f"It was on {date}, they say."
    assert [text[start:end] for start, end in find_dates(text)] == [date]


def years_of(text: str, figure: str, *, planned: bool = False) -> tuple[int, int] | None:
    start = text.index(figure)
    return find_nearest_years(text, start, start + len(figure), find_years(text), [start], planned=planned)


def test_of_several_years_the_one_that_stands_with_the_figure_is_its() -> None:
    text = "Tanks emptied: 1,900 (2010), 9,400 (2012)."
    assert years_of(text, "1,900") == (2010, 2010)
    assert years_of(text, "9,400") == (2012, 2012)


def test_a_year_that_is_only_compared_with_is_not_the_figures() -> None:
    assert years_of("In 2009 it took in 40% more than in 2007.", "40%") == (2009, 2009)


def test_what_is_planned_is_for_the_year_that_it_is_due_by() -> None:
    text = "In 2015 it was to reach 15,185 homes and more by 2017."
    assert years_of(text, "15,185", planned=True) == (2017, 2017)
