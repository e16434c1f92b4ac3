"""Rows of tables: the head of the column and the label of the row give unit, year, status and what is measured."""

from __future__ import annotations

from kin_assistant.indicators.sentences import Context, SentenceFigure, read_sentence


def row(text: str, head: str = "", heading: str = "") -> list[SentenceFigure]:
    return read_sentence(text, Context(heading=heading, lead_in=head))


def test_the_head_of_a_column_gives_the_unit_and_what_is_measured() -> None:
    text, head = "| Ward 6 | 98 | 1,200 |", "| Ward | Households covered (%) | Fee, thousand rupees |"
    share, fee = row(text, head)
    assert (share.amount.value, share.amount.unit) == (98, "%")
    assert (fee.amount.value, fee.amount.unit) == (1.2e6, "INR")
    assert share.head is not None and head[slice(*share.head)] == "Households covered (%)"
    assert [text[start:end] for start, end in share.measures] == ["Ward 6"]


def test_a_year_in_the_head_or_the_label_is_the_figures() -> None:
    assert [one.years for one in row("| Fee | 20 | 30 |", "| Measure | 2005 | 2009 |")] == [(2005, 2005), (2009, 2009)]
    assert row("| 2012 | 20 |", "| Year | Fee |")[0].years == (2012, 2012)
    assert row("| Fee | 20 |", "| Measure | Value |", "Figures of 2016-17")[0].years == (2016, 2017)


def test_planned_is_what_stands_in_a_column_of_plans() -> None:
    planned, actual = row("| Treatment plant | 940 | 1,125 |", "| Item | Planned | Actual |")
    assert (planned.status, actual.status) == ("planned", "actual")


def test_numbers_that_name_rows_are_no_figures() -> None:
    assert row("| 3 | Training |", "| No. | Point |") == []
    assert row("| 7 Hill villages | 264 |", "| Line | Forms |")[0].amount.value == 264
    assert len(row("| 7 Hill villages | 264 |", "| Line | Forms |")) == 1


def test_an_empty_cell_leaves_the_others_under_their_heads() -> None:
    head = "| Ward | Households | Fee, rupees |"
    for text in ("| Ward six | | 1,200 |", "| Ward six |  | 1,200 |"):
        (fee,) = row(text, head)
        assert (fee.amount.value, fee.amount.unit) == (1200, "INR")
        assert text[fee.amount.start : fee.amount.end] == "1,200"
        assert fee.head is not None and head[slice(*fee.head)] == "Fee, rupees"


def test_spans_are_those_of_the_row() -> None:
    text = "| Price of a bus | about 1.8 million yuan |"
    (figure,) = row(text, "| Item | Figure |")
    assert text[figure.amount.start : figure.amount.end] == "about 1.8 million yuan"


def test_a_long_heading_gives_no_year() -> None:
    heading = "For councillors who were elected in 2024 by the wards of the town"
    assert read_sentence("It has 17 members.", Context(heading=heading))[0].years is None
