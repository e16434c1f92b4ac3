"""Which rows at the top of a table name its columns is told by one rule, whatever file the table stands in."""

from __future__ import annotations

import pytest

from kin_assistant.documents.readers.grids import SPANNED, count_header_rows


@pytest.mark.parametrize(
    ("rows", "count"),
    [
        ([["City", "2005", "2009"], ["Cebu", "12", "9"]], 1),
        ([["City", "Fee", "Since"], ["Cebu", "30 pesos", "2005"]], 1),
        ([["", "State", "Others"], ["Children", "\u2713", "\u2022"], ["Women", "\u2022", "\u2022"]], 1),
        ([["Name", "Cebu"], ["Country", "Philippines"]], 0),
        ([["Cebu", "12", "9"], ["Bago", "3", "4"]], 0),
        ([["City", "Waste", SPANNED], ["", "2005", "2009"], ["Cebu", "12", "9"], ["Bago", "3", "4"]], 2),
        ([["City", "Fee"]], 0),
    ],
)
def test_rows_that_name_columns_are_counted(rows: list[list[str]], count: int) -> None:
    assert count_header_rows(rows, named=len(rows[0]) > 2) == count


def test_words_above_words_are_names_where_tables_mostly_have_names() -> None:
    rows = [["City", "Done by", "Since when"], ["Cebu", "its districts", "long ago"]]
    assert (count_header_rows(rows, named=True), count_header_rows(rows)) == (1, 0)
