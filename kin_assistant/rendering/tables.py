"""A good-practice record and a comparison of cities as Markdown, CSV and HTML."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from kin_assistant.rendering.markdown import escape_in_cell, escape_markdown, reference_list
from kin_assistant.rendering.rows import head_of, join_run
from kin_assistant.rendering.tabs import Asked, reason_html
from kin_assistant.rendering.templating import render
from kin_assistant.rendering.words import FIELD_NAMES, NO_EVIDENCE, REFUSAL, period, places, plain
from kin_assistant.types import Cell, Citation, Comparison, Record

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = [
    "comparison_csv",
    "comparison_html",
    "comparison_markdown",
    "comparison_table",
    "defuse_formula",
    "record_markdown",
    "write_csv",
]

_STARTS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def record_markdown(record: Record) -> str:
    """The fields of a record with their sentences and numbers, and the list of references."""
    info = record.document
    where = " ".join(
        filter(None, (places(info.cities, info.countries), f"({period(info.years)})" if info.years else ""))
    )
    parts = [f"# {escape_markdown(info.title)}", escape_markdown(where)]
    for part in record.parts:
        parts.append(f"## {FIELD_NAMES[part.field]}")
        parts.append("\n".join(f"- {_quote(citation)}" for citation in part.citations))
    if record.parts:
        parts += ["## References", *reference_list(record), _said(record.build_id)]
    else:
        parts.append("No sentence of this document tells a field of a record.")
    return "\n\n".join(filter(None, parts)) + "\n"


def comparison_markdown(comparison: Comparison) -> str:
    """The table with its quotes and numbers, what makes rows unequal, and the list of references; or why there is none."""
    parts = [f"# {escape_markdown(comparison.topic)}"]
    if comparison.reason:
        return "\n\n".join([*parts, f"**{REFUSAL}.** {escape_markdown(comparison.reason)}"]) + "\n"
    names = [FIELD_NAMES[column] for column in comparison.columns]
    rows = [f"| City | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for row in comparison.rows:
        cells = (escape_in_cell(_cell_markdown(comparison, cell)) for cell in row.cells)
        rows.append(f"| **{escape_in_cell(escape_markdown(row.city))}** | {' | '.join(cells)} |")
    parts += ["\n".join(rows), *map(escape_markdown, comparison.notes)]
    return "\n\n".join([*parts, "## References", *reference_list(comparison), _said(comparison.build_id)]) + "\n"


def comparison_html(comparison: Comparison, *, asked: Asked) -> Markup:
    """The table for the page, each number a link into its document, with its downloads; or why there is none.

    ``asked`` says for a download what is compared.
    """
    if comparison.reason:
        return reason_html(REFUSAL, comparison.reason)
    return render(
        "comparison.html",
        "comparison",
        shown=comparison,
        columns=[FIELD_NAMES[column] for column in comparison.columns],
        rows=[(row.city, [_cited(comparison, cell) for cell in row.cells]) for row in comparison.rows],
        asked=asked,
    )


def comparison_table(comparison: Comparison) -> list[list[str]]:
    """The header and the rows as plain text: city, one cell a column, and the references of the row."""
    header = ["City", *(FIELD_NAMES[column] for column in comparison.columns), "References"]
    references = dict(zip((one.number for one in comparison.citations), reference_list(comparison), strict=True))
    rows = []
    for row in comparison.rows:
        cells = [" ".join(_cell_text(comparison, cell)) or NO_EVIDENCE for cell in row.cells]
        cited = [references[number] for cell in row.cells for number in cell.numbers]
        rows.append([plain(row.city), *cells, "\n".join(cited)])
    return [header, *rows]


def comparison_csv(comparison: Comparison) -> str:
    """``comparison_table`` as CSV. What a spreadsheet would take for a formula has an apostrophe in front."""
    return write_csv(comparison_table(comparison))


def write_csv(rows: Iterable[Sequence[str | float | None]]) -> str:
    """``rows`` as CSV; an empty cell for None. What a spreadsheet would take for a formula has an apostrophe in front."""
    target = io.StringIO()
    csv.writer(target, lineterminator="\r\n").writerows(map(_csv_cell, row) for row in rows)
    return target.getvalue()


def _csv_cell(value: str | float | None) -> str:
    if value is None:
        return ""
    return defuse_formula(value) if isinstance(value, str) else f"{value:.12g}"


def defuse_formula(text: str) -> str:
    """``text`` with an apostrophe in front if a spreadsheet would take it for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_STARTS_FORMULA) else text


def _cell_markdown(comparison: Comparison, cell: Cell) -> str:
    return " ".join(map(_quote, _cited(comparison, cell))) or NO_EVIDENCE


def _cell_text(comparison: Comparison, cell: Cell) -> Iterator[str]:
    for citation in _cited(comparison, cell):
        yield f"{plain(join_run(citation.quote, head_of(citation)))} [{citation.number}]"


def _cited(comparison: Comparison, cell: Cell) -> list[Citation]:
    return [citation for citation in comparison.citations if citation.number in cell.numbers]


def _quote(citation: Citation) -> str:
    return f"{escape_markdown(join_run(citation.quote, head_of(citation)))} [{citation.number}]"


def _said(build_id: str) -> str:
    return f"Each quote is word for word what the stored document says (build {escape_markdown(build_id)})."
