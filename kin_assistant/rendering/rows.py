"""How a quoted row of a table is shown: under its head in a table or, where there is no room for one, in one run of words.

In a run each cell but the first stands behind the head of its column: "Cebu · Cost: 5 pesos · Paid by: the households". A
row that no head fits, and the head itself then, is its cells with dots between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from kin_assistant.rendering.words import set_off
from kin_assistant.text.rows import fits_head, split_row
from kin_assistant.types import Citation

__all__ = ["DOT", "ShownCell", "head_of", "join_run", "remove_bars", "row_head", "same_table", "show_row"]

DOT: Final = " · "
"""Stands between the cells of a row that is shown in one run."""


class ShownCell(NamedTuple):
    """A cell of a row, with the bars beside it and the head of its column."""

    before: str
    label: str
    """Empty for the first cell, which names the row, for an empty cell, and where no head fits."""
    pieces: list[tuple[bool, str]]
    """Its words, each with whether they are set off; none for an empty cell."""
    after: str


def head_of(citation: Citation) -> str:
    """What heads the table or list that the quote is of; else empty."""
    return citation.lead_in.text if citation.lead_in else ""


def row_head(citation: Citation) -> str:
    """The head of a quoted row, where each of its cells has one; else empty."""
    head = head_of(citation)
    return head if fits_head(citation.quote, head) else ""


def same_table(citation: Citation, before: Citation) -> bool:
    """Whether both quotes are rows under one head of one document."""
    one_head = citation.document_id == before.document_id and citation.lead_in == before.lead_in
    return one_head and bool(row_head(citation) and row_head(before))


def show_row(row: str, head: str = "", spans: Sequence[tuple[int, int]] = ()) -> tuple[ShownCell, ...]:
    """The cells of ``row``, with labels if ``head`` fits, and the ``spans`` of its offsets set off; none if it is no row."""
    heads = [cell.words.strip().rstrip(":") for cell in split_row(head)] if fits_head(row, head) else []
    shown: list[ShownCell] = []
    at = 0
    for column, cell in enumerate(split_row(row)):
        at += len(cell.before)
        pieces = set_off(cell.words, [(first - at, last - at) for first, last in spans])
        label = heads[column] if heads and column and cell.words.strip() else ""
        shown.append(ShownCell(cell.before, label, pieces, cell.after))
        at += len(cell.words)
    return tuple(shown)


def join_run(quote: str, head: str = "", *, between: str = DOT) -> str:
    """A quote in one run of words: a row's cells with their labels, any other quote behind the head of its list or table."""
    if not fits_head(quote, head):
        return " ".join(filter(None, (remove_bars(head, between=between), remove_bars(quote, between=between))))
    cells = ((cell.label, "".join(words for _, words in cell.pieces).strip()) for cell in show_row(quote, head))
    return between.join(f"{label}: {words}" if label else words for label, words in cells if words)


def remove_bars(text: str, *, between: str = DOT) -> str:
    """``text``; of a row its cells with ``between`` them, but for the empty ones."""
    return between.join(filter(None, (cell.words.strip() for cell in split_row(text)))) or text
