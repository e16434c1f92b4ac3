"""Comparisons, coverage, figures, and money and partners as workbooks (XLSX)."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from kin_assistant.commitments.values import Commitments
from kin_assistant.contributions.values import Contributions
from kin_assistant.coverage.values import Coverage
from kin_assistant.indicators.values import Indicators
from kin_assistant.rendering.commitments import commitments_table
from kin_assistant.rendering.contributions import contributions_table, funders_table
from kin_assistant.rendering.coverage.tables import coverage_cities, coverage_matrix
from kin_assistant.rendering.indicators import indicators_table
from kin_assistant.rendering.tables import comparison_table
from kin_assistant.rendering.words import FIELD_NAMES, external_link, plain, section_and_page
from kin_assistant.types import Citation, Comparison

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["commitments_xlsx", "comparison_xlsx", "contributions_xlsx", "coverage_xlsx", "indicators_xlsx"]

_CITY_WIDTH, _QUOTE_WIDTH = 18, 48
"""In characters."""
_ZERO_UNSEEN: Final = "#,##0;-#,##0;;@"
"""A format of numbers that shows nothing for 0."""
_LONGEST_CELL: Final = 32_767
"""Characters that a cell of a workbook holds."""


def comparison_xlsx(comparison: Comparison) -> bytes:
    """A sheet with the table and one with a row for each quote. Every cell is a text, whatever it begins with."""
    from openpyxl import Workbook

    book = Workbook()
    table = book.active
    table.title = "Comparison"
    # The second sheet has the references.
    _fill(table, [row[:-1] for row in comparison_table(comparison)])
    quotes = book.create_sheet("References")
    header = ["Number", "Quote", "Document", "Section", "Sources named there", "Links"]
    _fill(quotes, [header, *map(_reference, comparison.citations)])
    return _bytes_of(book)


def coverage_xlsx(coverage: Coverage) -> bytes:
    """Sheets with the matrix, whose empty cells look empty and hold 0, the cities, the years and the fields of records."""
    from openpyxl import Workbook

    book = Workbook()
    matrix = book.active
    matrix.title = "Themes and countries"
    _fill(matrix, coverage_matrix(coverage), wide=("Theme",))
    for row in matrix.iter_rows(min_row=2, min_col=2):
        for cell in row:
            cell.number_format = _ZERO_UNSEEN
    _fill(book.create_sheet("Cities"), coverage_cities(coverage), wide=("Themes",))
    years: list[list[str | float]] = [[decade.name, decade.documents] for decade in coverage.decades]
    _fill(book.create_sheet("Years"), [["Years", "Documents"], *years], wide=())
    fields: list[list[str | float]] = [[FIELD_NAMES[one.field], one.documents] for one in coverage.fields]
    _fill(book.create_sheet("Fields"), [["Field of a record", "Documents"], *fields], wide=())
    records: list[list[str | float]] = [[one.title, one.id, one.fields] for one in coverage.records]
    _fill(book.create_sheet("Records"), [["Document", "Id", "Fields told"], *records], wide=("Document", "Id"))
    return _bytes_of(book)


def indicators_xlsx(indicators: Indicators) -> bytes:
    """A sheet with a row for each figure and its sentence. Values and years are numbers, every other cell is a text."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "Indicators"
    _fill(sheet, indicators_table(indicators), wide=("Measures", "Sentence", "Document"))
    return _bytes_of(book)


def contributions_xlsx(found: Contributions) -> bytes:
    """A sheet with a row for each sum or group of partners, and one with who is named. Values and years are numbers."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "Money and partners"
    _fill(sheet, contributions_table(found), wide=("Practice", "Who", "What for", "Sentence", "Document"))
    _fill(book.create_sheet("Who is named"), funders_table(found), wide=("Who", "Roles"))
    return _bytes_of(book)


def commitments_xlsx(found: Commitments) -> bytes:
    """A sheet with a row for each later sentence of a commitment, or one for it alone. Years are numbers."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "Commitments"
    _fill(sheet, commitments_table(found), wide=("Practice", "Commitment", "Later sentence", "Document"))
    return _bytes_of(book)


def _bytes_of(book: Workbook) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _reference(citation: Citation) -> list[str]:
    links = (external_link(source) for source in citation.sources)
    return [
        str(citation.number),
        citation.quote,
        f"{citation.title} ({citation.document_id})",
        section_and_page(citation),
        "; ".join(source.title for source in citation.sources),
        " ".join(filter(None, links)),
    ]


def _fill(sheet: Worksheet, rows: Iterable[Sequence[str | float | None]], wide: Sequence[str] | None = None) -> None:
    """Write the rows, the first as header; ``wide`` are the headers of wide columns, by default of all but the first."""
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(number, column)
            if isinstance(value, str) and value:
                cell.value = plain(value)[:_LONGEST_CELL]
                # Else "=1+1" would be a formula.
                cell.data_type = "s"
                cell.quotePrefix = True
            elif isinstance(value, int | float):
                cell.value = value
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if number == 1:
                cell.font = Font(bold=True)
                is_wide = value in wide if wide is not None else column > 1
                sheet.column_dimensions[get_column_letter(column)].width = _QUOTE_WIDTH if is_wide else _CITY_WIDTH
    sheet.freeze_panes = "B2"
