"""What office documents are made of, paragraphs and tables inside one another, on its way into a ``TextComposer``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from kin_assistant.documents.readers.composition import TextComposer
from kin_assistant.documents.readers.grids import count_header_rows
from kin_assistant.text.cleaning import clean

__all__ = ["MAX_COLUMNS", "Flow", "Piece", "Table", "add_flow", "flow_text", "has_text"]

MAX_COLUMNS = 200
"""Cells of a row that are read; merged cells and repeated ones may claim any number."""

_LONGEST_HEADING = 250
"""Styles are misused: what is longer is a paragraph."""
_LONGEST_HEADER_CELL = 80
_LONGEST_CELL = 1_500
"""A cell that is longer holds prose: its row lays out a page."""
_LONGEST_LONE_CELL = 200
_FIGURE = re.compile(
    r"[-+\u2212<>~\u2248(]*[\d.,:/\u00a0 ]*\d[\d.,:/\u00a0 ]*(?:%|\)|\u20ac|\$|[a-zA-Z\u00b2\u00b3/]{1,6})?\*?"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A heading, paragraph or list item."""

    kind: Literal["heading", "paragraph", "item"]
    text: str
    level: int = 0
    marker: str = ""
    """What stands before an item: "- ", "a) "."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, each a flow of its own."""

    rows: list[list[Flow]] = field(default_factory=list)
    header_rows: int | None = None
    """How many rows the file marks as header; None where it does not say."""


Flow = list[Piece | Table]


def add_flow(composer: TextComposer, flow: Sequence[Piece | Table], page: int | None = None) -> None:
    """Add the pieces and tables; a table that only lays out a page becomes what stands in it."""
    for part in flow:
        if isinstance(part, Table):
            _add_table(composer, part, page)
        elif part.kind == "heading" and len(part.text) <= _LONGEST_HEADING:
            composer.add("heading", part.text, level=part.level, page=page)
        elif part.kind == "item":
            composer.add("item", part.text, level=part.level, marker=part.marker, page=page)
        else:
            composer.add("paragraph", part.text, page=page)


def flow_text(flow: Sequence[Piece | Table]) -> str:
    """The words on one line, with the numbers of items, which tell them apart there, and without bullets."""
    words = (f"{_number_of(part)} {clean(part.text)}".strip() for part in _pieces(flow))
    return " ".join(filter(None, words))


def has_text(flow: Sequence[Piece | Table]) -> bool:
    """Whether anything is to be read; the number of an item without words is nothing."""
    return any(clean(part.text) for part in _pieces(flow))


def _pieces(flow: Sequence[Piece | Table]) -> Iterator[Piece]:
    for part in flow:
        if isinstance(part, Table):
            for row in part.rows:
                for cell in row:
                    yield from _pieces(cell)
        else:
            yield part


def _number_of(piece: Piece) -> str:
    mark = piece.marker.strip()
    return mark if any(map(str.isalnum, mark)) else ""


def _add_table(composer: TextComposer, table: Table, page: int | None) -> None:
    rows = [(row[:MAX_COLUMNS], [flow_text(cell) for cell in row[:MAX_COLUMNS]]) for row in table.rows]
    rows = [(row, texts) for row, texts in rows if any(map(has_text, row))]
    if _only_places([texts for _, texts in rows]):
        for row, _ in rows:
            _add_cells(composer, row, page)
        return
    headers = table.header_rows
    if headers is None:
        # A lone cell above the rows is what the table is called.
        while rows[0][1][0] and not any(rows[0][1][1:]):
            _add_cells(composer, rows.pop(0)[0], page)
        headers = count_header_rows([texts for _, texts in rows], named=len(rows[0][1]) > 2)
    elif headers >= len(rows):
        headers = 0
    composer.start_table()
    for number, (row, texts) in enumerate(rows):
        if any(len(text) > _LONGEST_CELL for text in texts) or any(map(_is_section, row)):
            _add_cells(composer, row, page)
        else:
            composer.add_row(texts, header=number < headers, page=page)


def _only_places(rows: list[list[str]]) -> bool:
    """Whether a table says nothing by its rows and columns: it only puts text in its place on the page."""
    return all(sum(map(bool, texts)) < 2 for texts in rows) or (
        len(rows) == 1 and any(len(text) > _LONGEST_LONE_CELL for text in rows[0])
    )


def _add_cells(composer: TextComposer, row: list[Flow], page: int | None) -> None:
    for cell in row:
        add_flow(composer, cell, page)


def _is_section(cell: Flow) -> bool:
    """Whether a heading and what it heads stand in a cell: the table lays out a page."""
    seen = [part for part in cell if has_text([part])]
    return len(seen) > 1 and any(isinstance(part, Piece) and part.kind == "heading" for part in seen)
