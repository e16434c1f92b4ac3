"""Rows of tables: every character is in a bar or a cell, and an empty cell is a cell."""

from __future__ import annotations

import pytest

from kin_assistant.text.rows import fits_head, split_row


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ("| a | b |", ["a", "b"]),
        ("| a |", ["a"]),
        ("| a | | c |", ["a", "", "c"]),
        ("| a |  | c |", ["a", "", "c"]),
        ("| a | | | d |", ["a", "", "", "d"]),
        ("| | b |", ["", "b"]),
        ("|  | b |", ["", "b"]),
        ("| a | |", ["a", ""]),
        ("| a |  |", ["a", ""]),
        ("| |", [""]),
        ("| km|h | 5 |", ["km|h", "5"]),
    ],
)
def test_a_row_has_its_cells_also_the_empty_ones(row: str, cells: list[str]) -> None:
    found = split_row(row)
    assert [cell.words for cell in found] == cells
    assert "".join(cell.before + cell.words + cell.after for cell in found) == row
    assert [bool(cell.after) for cell in found] == [False] * (len(cells) - 1) + [True]


@pytest.mark.parametrize("text", ["", "|", "| ", "a | b", "a | b |", "| a | b", "|a|b|", "It fell by half."])
def test_another_text_has_no_cells(text: str) -> None:
    assert split_row(text) == ()


def test_a_head_fits_a_row_with_as_many_cells() -> None:
    assert fits_head("| a | | c |", "| City | Cost | Year |")
    assert not fits_head("| a | c |", "| City | Cost | Year |")
    assert not fits_head("| a | c |", "Two things:")
    assert not fits_head("It fell.", "| City |")
    assert not fits_head("It fell.", "It fell.")
