"""Pairs: the name of a field and what was filled in, side by side and row below row, as forms and fact sheets set them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from kin_assistant.documents.readers.pdf_lines import Segment, Table, rows_of

__all__ = ["find_pairs"]

_FEWEST_ROWS = 4
_LONGEST_NAME = 48
_LONGEST_VALUE = 90
_LONGEST_STEP = 2.6
"""Ems of white between two rows."""
_IN_LINE = 0.5
"""Ems by which the beginnings of names, and those of values, may differ."""
_MOST_FORCED = 0.75
"""Share of the names that end because the next one had no room: where most do, they are lines of a text."""


def find_pairs(segments: Sequence[Segment]) -> list[Segment]:
    """``segments``, which come in the order of the file, with pairs put together as tables of two columns.

    Two columns of short lines look the same. What tells them apart is the file: it holds each value right behind its name.
    """
    follows = {id(value): name for name, value in pairwise(segments)}
    rows = rows_of(segment for segment in segments if not segment.story)
    result = [segment for segment in segments if segment.story]
    at = 0
    while at < len(rows):
        pairs, length = _pairs_from(rows, at, follows)
        if len(pairs) < _FEWEST_ROWS or not _are_names(pairs):
            result += rows[at]
            at += 1
            continue
        result.append(_table_of(pairs))
        at += length
    return result


def _pairs_from(
    rows: Sequence[Sequence[Segment]], start: int, follows: dict[int, Segment]
) -> tuple[list[tuple[Segment, list[Segment]]], int]:
    """Names with the lines of their values from row ``start`` on, and how many rows they take."""
    pairs: list[tuple[Segment, list[Segment]]] = []
    at = start
    while at < len(rows):
        row = rows[at]
        em = row[0].size
        if any(segment.table is not None for segment in row) or len(row) > 2:
            break
        if pairs:
            name, value = pairs[-1]
            if row[0].top - max(name.bottom, value[-1].bottom) > _LONGEST_STEP * em:
                break
            if len(row) == 1 and abs(row[0].x0 - value[0].x0) < _IN_LINE * em:
                value.append(row[0])
                at += 1
                continue
            if (
                len(row) == 1
                or abs(row[1].x0 - value[0].x0) > _IN_LINE * em
                or abs(row[0].x0 - name.x0) > _IN_LINE * em
            ):
                break
        if len(row) == 1 or follows.get(id(row[1])) is not row[0]:
            break
        if row[0].length > _LONGEST_NAME or row[1].length > _LONGEST_VALUE:
            break
        pairs.append((row[0], [row[1]]))
        at += 1
    return pairs, at - start


def _are_names(pairs: Sequence[tuple[Segment, Sequence[Segment]]]) -> bool:
    names = [name for name, _ in pairs]
    right = max(name.x1 for name in names)
    forced = sum(
        name.x1 + (after.words[0].x1 - after.words[0].x0) + 0.1 * name.size > right for name, after in pairwise(names)
    )
    lower = sum(name.text[0].islower() for name in names)
    return forced <= _MOST_FORCED * (len(names) - 1) and lower <= 0.2 * len(names)


def _table_of(pairs: Sequence[tuple[Segment, Sequence[Segment]]]) -> Segment:
    pieces = [segment for name, value in pairs for segment in (name, *value)]
    rows = tuple((name.text, " ".join(line.text for line in value)) for name, value in pairs)
    return Segment(
        [],
        min(segment.x0 for segment in pieces),
        min(segment.top for segment in pieces),
        max(segment.x1 for segment in pieces),
        max(segment.bottom for segment in pieces),
        median(segment.size for segment in pieces),
        Table(rows, header_rows=0),
    )
