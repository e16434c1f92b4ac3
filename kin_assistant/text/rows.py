"""Rows of tables as text: ``| a | b |``, with a bar at both ends and between two cells."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final, NamedTuple

__all__ = ["BAR", "ROW", "RowCell", "fits_head", "split_row"]

ROW: Final = "| "
"""How every row begins."""
BAR: Final = re.compile(r"(?:^| |(?<= ))\|(?: |$)")
"""What separates cells. Beside an empty cell two bars may share a space: ``| a | | c |``."""


class RowCell(NamedTuple):
    """A cell with the bars that it takes along: joined, the cells of a row are the row."""

    before: str
    words: str
    """As they stand there; empty for an empty cell."""
    after: str
    """The bar that ends the row, behind its last cell; else empty."""


def split_row(text: str) -> tuple[RowCell, ...]:
    """The cells of a row, also the empty ones; none for a text that is no whole row."""
    if not text.startswith(ROW) or not text.endswith(" |"):
        return ()
    bars = [bar.span() for bar in BAR.finditer(text)]
    return tuple(
        RowCell(text[slice(*left)], text[left[1] : right[0]], text[slice(*right)] if right is bars[-1] else "")
        for left, right in pairwise(bars)
    )


def fits_head(row: str, head: str) -> bool:
    """Whether ``row`` is a row with as many cells as ``head``, so that each cell of it has a head."""
    cells = split_row(row)
    return bool(cells) and len(cells) == len(split_row(head))
