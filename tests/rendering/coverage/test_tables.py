"""Coverage for spreadsheets: whole, with numbers as numbers, and no cell a formula."""

from __future__ import annotations

import csv
import io

from openpyxl import load_workbook

from kin_assistant.coverage.values import Coverage
from kin_assistant.rendering import coverage_csv, coverage_xlsx


def test_csv_has_the_matrix_with_zeros_and_totals(coverage: Coverage) -> None:
    assert list(csv.reader(io.StringIO(coverage_csv(coverage)))) == [
        ["Theme", "Documents", "Indonesia", "Fiji", "Peru", "No country named"],
        ["All documents", "4", "2", "1", "1", "1"],
        ["air", "2", "1", "0", "1", "0"],
        ["waste", "2", "2", "1", "0", "0"],
        ["'=1+1", "1", "0", "0", "0", "1"],
    ]


def test_the_workbook_has_a_sheet_for_each_table(coverage: Coverage) -> None:
    book = load_workbook(io.BytesIO(coverage_xlsx(coverage)))
    assert book.sheetnames == ["Themes and countries", "Cities", "Years", "Fields", "Records"]
    matrix = book["Themes and countries"]
    assert [cell.value for cell in matrix[3]] == ["air", 2, 1, 0, 1, 0]
    cities = [[cell.value for cell in row] for row in book["Cities"].iter_rows(min_row=2)]
    assert cities[0][:7] == ["Surabaya", "Indonesia", 2, 1995, 2011, 2, "waste; air"]
    assert cities[1][7:] == [None, None], "a city that the world does not know"
    assert [cell.value for cell in book["Records"][2]] == ["Air to come", "c", 0]


def test_a_theme_that_looks_like_a_formula_is_text(coverage: Coverage) -> None:
    cell = load_workbook(io.BytesIO(coverage_xlsx(coverage)))["Themes and countries"]["A5"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_an_empty_cell_looks_empty_and_holds_nought(coverage: Coverage) -> None:
    cell = load_workbook(io.BytesIO(coverage_xlsx(coverage)))["Themes and countries"]["D3"]
    assert cell.value == 0
    assert cell.number_format.split(";")[2] == ""


def test_an_empty_library_gives_tables_with_their_heads(nothing: Coverage) -> None:
    assert coverage_csv(nothing).splitlines() == ["Theme,Documents,No country named", "All documents,0,0"]
    assert load_workbook(io.BytesIO(coverage_xlsx(nothing)))["Cities"].max_row == 1
