"""Dates, times and years in a text: they are no figures, and the years say when one was measured."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from kin_assistant.types import Years

__all__ = ["YearMention", "find_dates", "find_nearest_years", "find_years"]

_MONTH: Final = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?"
    r"|Dec(?:ember)?)\b\.?"
)
_YEAR: Final = r"(?:1[89]|20)\d\d"
_DAY: Final = r"\d{1,2}(?:st|nd|rd|th)?"
_DATE: Final = re.compile(
    rf"\b(?:{_DAY}(?:\s?[-\u2013]\s?|,\s|\s(?:and|to|or|of)\s)){{0,3}}{_DAY}[\s-](?:of\s)?{_MONTH}(?:,?[\s-]{_YEAR}\b)?"
    rf"|\b{_MONTH}\s{_DAY}(?:\s?[-\u2013]\s?{_DAY})?(?![\d,.]*\d)(?:,?\s{_YEAR}\b)?"
    rf"|\b\d{{1,2}}[./-]\d{{1,2}}[./-](?:19|20)?\d\d\b|\b{_YEAR}-\d\d-\d\d\b|\b\d\d/{_YEAR}\b"
    rf"|\b\d{{1,2}}[:.]\d\d\s?(?:[ap]\.?m\b\.?|h\b|hours\b|o'clock\b)|\b\d{{1,2}}:\d\d\b|\b(?:\d{{1,2}}(?:[:.]\d\d)?\s?(?:to|-|\u2013|and)\s?)?\d{{1,2}}\s?[ap]\.?m\b\.?"
)
_YEARS: Final = re.compile(
    rf"(?<![\w.,$\u20ac\u00a3\u00a5/-])(?P<first>{_YEAR})(?:(?P<decade>s)|\s?[-\u2013/]\s?(?P<last>{_YEAR}|\d\d)(?!\d))?(?![\w%-]|[.,]\d)"
)
_TO: Final = re.compile(rf"\s(?:to|and|until|till)\s(?:(?:\d{{1,2}}\s)?{_MONTH}\s)?")
_FROM: Final = re.compile(r"\b(?:from|between)\s+(?:\w+\s+){0,2}$", re.IGNORECASE)
_CROSSED: Final = {";": 60, ",": 25, "(": 10, ")": 10, ":": 20}
_BEHIND_AT_ONCE: Final = re.compile(
    r"[^\d;:.]{0,24}?(?:\((?:in\s|fiscal\s)?|\b(?:in|by|for|since|until)\s(?:\w+\s)?)", re.IGNORECASE
)


class YearMention(NamedTuple):
    """Years that a text names: ``text[start:end]``."""

    start: int
    end: int
    years: Years


def find_dates(text: str) -> list[tuple[int, int]]:
    """Spans of dates and times of day, in order. A year alone is none."""
    return [match.span() for match in _DATE.finditer(text)]


def find_years(text: str) -> list[YearMention]:
    """The years that ``text`` names, in order: "2005", "2006-07", "from 2003 to 2009", "1990s"."""
    found: list[YearMention] = []
    for mention in _read_years(text):
        before = found[-1] if found else None
        if (
            before
            and before.years[0] == before.years[1] <= mention.years[1]
            and _TO.fullmatch(text[before.end : mention.start])
            and _FROM.search(text[max(0, before.start - _LEAD) : before.start])
        ):
            found[-1] = YearMention(before.start, mention.end, (before.years[0], mention.years[1]))
        else:
            found.append(mention)
    return found


def _read_years(text: str) -> Iterator[YearMention]:
    for match in _YEARS.finditer(text):
        first = int(match["first"])
        last = first
        if match["decade"]:
            last = first + 9 if first % 10 == 0 else first
        elif match["last"]:
            last = int(match["last"]) if len(match["last"]) == 4 else first // 100 * 100 + int(match["last"])
            if last < first:
                last = first
        yield YearMention(match.start(), match.end(), (first, last))


def find_nearest_years(
    text: str, start: int, end: int, mentions: list[YearMention], others: list[int], *, planned: bool = False
) -> Years | None:
    """The years that a figure ``text[start:end]`` is of, among ``mentions``; ``others`` are where the other figures begin.

    What is ``planned`` is for the year that it is due by.
    """
    if len(mentions) < 2:
        return mentions[0].years if mentions else None
    if planned and (
        due := next(
            (one for one in mentions if one.start >= end and _DUE.search(text[max(0, one.start - _LEAD) : one.start])),
            None,
        )
    ):
        return due.years
    best = min(mentions, key=lambda mention: (_distance(text, start, end, mention, others), mention.start))
    return best.years


_LEAD: Final = 40
"""Characters that are looked at in front of a year."""
_FAR: Final = 1000
_DUE: Final = re.compile(r"\b(?:by|until|till)\s(?:the\s)?(?:end\s(?:of\s)?)?(?:\w+\s)?$", re.IGNORECASE)
_COMPARED: Final = re.compile(r"\b(?:than|compared\s(?:with|to)|against|as)\s(?:in\s|of\s)?$", re.IGNORECASE)
"""In front of a year that a figure is only compared with."""


def _distance(text: str, start: int, end: int, mention: YearMention, others: list[int]) -> float:
    if mention.start >= end:
        between = text[end : mention.start]
        if _COMPARED.search(text[max(0, mention.start - _LEAD) : mention.start]):
            return _FAR + len(between)
        # "9,400 (2012)", "500 t in 2005": what stands right behind belongs to it.
        if _BEHIND_AT_ONCE.fullmatch(between):
            return 0
        crossed = sum(end <= other < mention.start for other in others)
        return len(between) + 15 + 40 * crossed + sum(_CROSSED.get(letter, 0) for letter in between)
    between = text[mention.end : start]
    crossed = sum(mention.end <= other < start for other in others)
    return len(between) + 15 * crossed + sum(_CROSSED.get(letter, 0) for letter in between)
