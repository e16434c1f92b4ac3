"""Tables in text files (CSV, TSV) to rows."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from itertools import islice

from kin_assistant.documents.readers.composition import Extract, TextComposer
from kin_assistant.documents.readers.detection import decode
from kin_assistant.documents.readers.grids import add_areas

__all__ = ["read_delimited"]

_DELIMITERS = ("\t", ";", "|", ",")
"""Surest first: commas stand in the cells of tables that are parted by others."""
_MAX_ROWS = 20_000
_MAX_COLUMNS = 200
_SAMPLE_ROWS = 200
_SURE = 0.8
_MOST_LINES_OF_A_CELL = 100
_SEPARATOR_LINE = re.compile(r"sep=(.)\n", re.IGNORECASE)


def read_delimited(data: bytes) -> Extract:
    """Read a table whose cells are parted by commas, semicolons, tabs or bars. Raises ``DocumentError`` where it is no text."""
    source, warnings = decode(data)
    named = _SEPARATOR_LINE.match(source)
    if named:
        source = source[named.end() :]
    delimiter = named[1] if named else _delimiter(source)
    rows = _rows(source, delimiter)
    if rows is None:
        rows = _rows(source, delimiter, quoted=False) or []
        warnings += ("a quotation mark in it is not closed; quotation marks were read as text",)
    if len(rows) > _MAX_ROWS:
        warnings += (f"only the first {_MAX_ROWS:,} rows were read",)
    if any(len(row) > _MAX_COLUMNS for row in rows):
        warnings += (f"only the first {_MAX_COLUMNS} columns were read",)
    composer = TextComposer()
    add_areas(composer, [[cell.strip() for cell in row[:_MAX_COLUMNS]] for row in rows[:_MAX_ROWS]])
    return Extract(composer.finish(), warnings=warnings)


def _delimiter(source: str) -> str:
    """The character that cuts most lines into the same number of cells."""
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        rows = _rows(source, delimiter, most=_SAMPLE_ROWS) or _rows(source, delimiter, quoted=False, most=_SAMPLE_ROWS)
        counts = Counter(len(row) for row in rows or () if any(row))
        if not counts:
            continue
        # Titles and notes of one cell stand above and below many a table.
        several = {count: number for count, number in counts.items() if count > 1}
        score = max(several.values(), default=0) / counts.total()
        if score >= _SURE:
            return delimiter
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _rows(source: str, delimiter: str, *, quoted: bool = True, most: int = _MAX_ROWS + 1) -> list[list[str]] | None:
    """The first rows; None where a quotation mark swallows what follows it."""
    lines = io.StringIO(source, newline="")
    spaces_too = delimiter != "\t"
    if quoted:
        reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=spaces_too)
    else:
        reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=spaces_too, quoting=csv.QUOTE_NONE)
    try:
        rows = list(islice(reader, most))
    except csv.Error:
        # Without quotation marks, only a single cell beyond the library's limit fails.
        if not quoted:
            return [line.split(delimiter) for line in source.split("\n")[:most]]
        return None
    if quoted and any(cell.count("\n") > _MOST_LINES_OF_A_CELL for row in rows for cell in row):
        return None
    return rows
