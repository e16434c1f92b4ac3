"""The documents of the set: about sixty pages, half of them for mending the reader, half held back for judging it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal, get_args

from eval.reading import columns, statements
from eval.reading.setting import Flow, MadePage, Row, draw_pages

__all__ = ["HALVES", "KINDS", "Half", "Made", "make_documents"]

Half = Literal["tune", "held"]
HALVES: Final[tuple[Half, ...]] = get_args(Half)

_KINDS: tuple[tuple[str, int, Callable[[random.Random], list[MadePage]]], ...] = (
    ("two columns, justified", 2, partial(columns.columns, count=2, justified=True)),
    ("two columns, ragged", 1, partial(columns.columns, count=2, justified=False)),
    ("three columns, justified", 4, partial(columns.columns, count=3, justified=True)),
    ("three columns, ragged", 1, partial(columns.columns, count=3, justified=False)),
    ("four columns, justified", 2, partial(columns.columns, count=4, justified=True)),
    ("three columns, wide spaces", 3, columns.columns_with_wide_spaces),
    ("two columns, row by row", 1, partial(columns.columns_by_rows, count=2)),
    ("three columns, row by row", 1, partial(columns.columns_by_rows, count=3)),
    ("columns round a quote", 2, columns.columns_round_a_quote),
    ("quote in a column", 2, columns.quote_in_a_column),
    ("columns with a picture", 2, columns.columns_with_a_picture),
    ("box beside the text", 3, columns.sidebar),
    ("notes in the margin", 2, columns.margin_notes),
    ("facing pages", 2, columns.facing_pages),
    ("report", 1, columns.report_pages),
    ("statement", 4, statements.statement),
    ("statement beside text", 2, statements.statement_beside_text),
    ("statement of two sides", 1, statements.statement_of_two_sides),
    ("table without rules", 2, statements.aligned_table),
    ("table with rules", 2, statements.ruled_table),
    ("form", 3, statements.form),
    ("Hebrew", 1, columns.hebrew_page),
)
"""What is made, how many documents of it for each half, and by whom."""

KINDS: Final = tuple(kind for kind, _, _ in _KINDS)


@dataclass(frozen=True, slots=True)
class Made:
    """A file of the set with what a person reads in it."""

    kind: str
    number: int
    data: bytes
    flows: tuple[tuple[int, Flow], ...]
    """(physical page from 1, what is read there in one go)."""
    rows: tuple[tuple[int, Row], ...]


def make_documents(half: Half, kinds: Sequence[str] = ()) -> Iterator[Made]:
    """The documents of ``half``, the same on every run; of ``kinds`` alone where some are named."""
    for kind, count, make in _KINDS:
        if kinds and kind not in kinds:
            continue
        for number in range(1, count + 1):
            pages = make(random.Random(f"{half} {kind} {number}"))  # noqa: S311 (the same text on every run)
            yield Made(
                kind,
                number,
                draw_pages(pages),
                tuple((at, flow) for at, page in enumerate(pages, 1) for flow in page.flows),
                tuple((at, row) for at, page in enumerate(pages, 1) for row in page.rows),
            )
