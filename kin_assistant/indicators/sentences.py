"""The figures of one sentence or table row: amounts with what they measure, their years, and whether they were planned."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from kin_assistant.indicators.amounts import Amount, find_amounts
from kin_assistant.indicators.dates import YearMention, find_nearest_years, find_years
from kin_assistant.indicators.measures import find_measures, is_planning, tell_status
from kin_assistant.indicators.units import Label, read_label
from kin_assistant.indicators.values import Status
from kin_assistant.text.rows import BAR, ROW
from kin_assistant.text.vocabulary import read_vocabulary
from kin_assistant.types import Years

__all__ = ["Context", "SentenceFigure", "read_sentence"]

_NEIGHBOURS: Final = 12
_LONGEST_HEADING: Final = 8
"""Words."""
_SINCE: Final = re.compile(r"\b(?:from|since|after)\s(?:\w+\s)?$", re.IGNORECASE)
_BY: Final = re.compile(r"\b(?:by|until|till)\s(?:\w+\s)?$", re.IGNORECASE)
_CHANGED_OVER: Final = 2
"""Years of a change: the first is that of the figure before, the second that of the figure after."""


@dataclass(frozen=True, slots=True)
class Context:
    """What stands around a sentence."""

    heading: str = ""
    lead_in: str = ""
    """Head of the table that a row is of, or what introduces a list."""
    countries: tuple[str, ...] = ()
    """Of the document."""


@dataclass(frozen=True, slots=True)
class SentenceFigure:
    """A figure of a sentence, before its place is told. Spans are offsets into the sentence or into its lead-in."""

    amount: Amount
    measures: tuple[tuple[int, int], ...] = ()
    """In the sentence."""
    head: tuple[int, int] | None = None
    """In the lead-in: the head of the column."""
    years: Years | None = None
    status: Status = "actual"


class _Near(NamedTuple):
    amount: Amount
    others: Sequence[Amount]


class _CellSpan(NamedTuple):
    start: int
    text: str


def read_sentence(text: str, context: Context | None = None) -> list[SentenceFigure]:
    """The figures of a sentence, list item or table row, in their order."""
    context = context or Context()
    if text.startswith(ROW):
        return list(_read_row(text, context))
    years = find_years(text)
    amounts = find_amounts(text, years, countries=context.countries)
    around = _years_around(years, context)
    figures = []
    for near in _with_neighbours(amounts):
        amount = near.amount
        status = tell_status(text, amount)
        own = _years_of(text, amount, near.others, years, status) or around
        figures.append(SentenceFigure(amount, tuple(find_measures(text, amount, near.others)), None, own, status))
    return figures


def _with_neighbours(amounts: Sequence[Amount]) -> Iterator[_Near]:
    """Each amount with the few around it, itself among them: those further off say nothing of it."""
    for at, amount in enumerate(amounts):
        yield _Near(amount, amounts[max(0, at - _NEIGHBOURS) : at + _NEIGHBOURS])


def _years_around(own: Sequence[YearMention], context: Context) -> Years | None:
    """The years of the heading, if the sentence names none and the heading one."""
    # A long heading is a title or a sentence, and its year is of something else.
    short = len(context.heading.split()) <= _LONGEST_HEADING
    mentions = find_years(context.heading) if short and not own else []
    return mentions[0].years if len(mentions) == 1 else None


def _years_of(
    text: str, amount: Amount, amounts: Sequence[Amount], years: list[YearMention], status: Status
) -> Years | None:
    if amount.change and len(years) >= _CHANGED_OVER:
        ends = [one for one in amounts if one.change]
        following = [mention for mention in years if mention.start > ends[-1].end]
        if len(ends) == _CHANGED_OVER and len(following) == _CHANGED_OVER and len(years) == _CHANGED_OVER:
            return years[amount.change == "after"].years
    if amount.change and len(years) == 1 and years[0].years[0] < years[0].years[1]:
        first, last = years[0].years
        return (first, first) if amount.change == "before" else (last, last)
    if amount.change and len(years) == 1:
        # "Fell from 72% to 8% by 2010": of the other end no year is told.
        of_other_end = _SINCE if amount.change == "after" else _BY
        if of_other_end.search(text[: years[0].start]):
            return None
    others = [one.start for one in amounts]
    return find_nearest_years(text, amount.start, amount.end, years, others, planned=status == "planned")


# Tables


def _read_row(text: str, context: Context) -> Iterator[SentenceFigure]:
    cells, heads = _split(text), _split(context.lead_in) if context.lead_in.startswith(ROW) else []
    for number, cell in enumerate(cells):
        head = heads[number] if len(heads) == len(cells) else None
        if not head or head.text.strip().strip(".").lower() not in read_vocabulary().words["label_columns"]:
            yield from _read_cell(cell, head, cells[0], context, alone=len(cells) == 1)


def _read_cell(
    cell: _CellSpan, head: _CellSpan | None, label: _CellSpan, context: Context, *, alone: bool
) -> Iterator[SentenceFigure]:
    """The figures of a cell under ``head`` in the row that ``label``, its first cell, names; ``alone``: it has no other."""
    unit = _unit_of(cell, head, label)
    mentions = find_years(cell.text)
    amounts = find_amounts(cell.text, mentions, label=unit, countries=context.countries)
    if cell is label:
        amounts = [one for one in amounts if one.unit and (alone or not _is_name(cell.text, one, unit))]
    of_label = find_years(label.text)
    of_head = find_years(head.text) if head and not of_label else []
    around = _first(of_label) or _first(of_head) or _years_around(mentions, context)
    planned = (cell is not label and is_planning(label.text)) or bool(head and is_planning(head.text))
    for near in _with_neighbours(amounts):
        amount = near.amount
        status: Status = "planned" if planned else tell_status(cell.text, amount)
        spans = [(cell.start + start, cell.start + end) for start, end in find_measures(cell.text, amount, near.others)]
        if cell is not label and (named := _span_of(label)):
            spans = [named, *spans[:1]]
        yield SentenceFigure(
            _moved(amount, cell.start),
            tuple(spans),
            _span_of(head),
            _years_of(cell.text, amount, near.others, mentions, status) or around,
            status,
        )


def _span_of(cell: _CellSpan | None) -> tuple[int, int] | None:
    """Where the words of a cell stand, if it has any."""
    return (cell.start, cell.start + len(cell.text)) if cell and cell.text.strip() else None


def _unit_of(cell: _CellSpan, head: _CellSpan | None, label: _CellSpan) -> Label:
    """The unit that the head of a cell gives, else that of its row."""
    unit = read_label(head.text) if head else Label("", 1)
    if not unit.unit and cell is not label and (own := read_label(label.text, whole=False)).unit:
        return own
    return unit


def _is_name(text: str, amount: Amount, unit: Label) -> bool:
    """Whether a figure in the first column only names its row: no unit is written, and the head gives none."""
    return not unit.unit and amount.end - amount.start == len(text.strip()) and amount.number_end == amount.end


def _first(mentions: Sequence[YearMention]) -> Years | None:
    return mentions[0].years if len(mentions) == 1 else None


def _split(row: str) -> list[_CellSpan]:
    """The cells of a row with where each begins; an empty one is an empty text. What a long row was cut at ends no cell."""
    cells = []
    for (_, left), (right, _) in pairwise(bar.span() for bar in BAR.finditer(row)):
        inside = row[left:right]
        bare = inside.strip()
        cells.append(_CellSpan(left + (inside.index(bare) if bare else 0), bare))
    return cells


def _moved(amount: Amount, by: int) -> Amount:
    return Amount(
        amount.start + by,
        amount.end + by,
        amount.value,
        amount.unit,
        amount.high,
        amount.hedge,
        amount.change,
        amount.number_start + by,
        amount.number_end + by,
        amount.number,
    )
