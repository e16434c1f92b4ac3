"""How many people live in the city that a text speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from kin_assistant.indicators.dates import find_years
from kin_assistant.indicators.numbers import find_numbers
from kin_assistant.indicators.units import find_unit_before, find_unit_behind
from kin_assistant.peers.vocabulary import alternatives, read_peer_vocabulary

__all__ = ["Population", "find_population"]

_FEWEST: Final = 500
_MOST: Final = 60_000_000
"""Fewer people are no city, and more no city either."""
_PERSONS: Final = "persons"


class Population(NamedTuple):
    """A number of inhabitants: ``text[start:end]``, with the noun that it counts."""

    number: int
    start: int
    end: int


class _Number(NamedTuple):
    value: float
    start: int
    end: int


def find_population(text: str) -> Population | None:
    """The number of inhabitants that ``text`` gives: the first that is said of the city itself, else the largest.

    "A city of 800,000" and "800,000 people" give one; "200,000 households" and "a city of 800,000 tonnes of waste" do not.
    """
    said: list[Population] = []
    counted: list[Population] = []
    for number in _find_numbers(text):
        if not _FEWEST <= number.value <= _MOST or find_unit_before(text, number.start):
            continue
        unit, at = find_unit_behind(text, number.end) or ("", number.end)
        if unit not in ("", _PERSONS):
            continue
        trailing = _trailing().match(text, at)
        end = trailing.end() if trailing else at
        if leading := _leading().search(text[: number.start]):
            # "A population of" is no part of what is the matter.
            said.append(Population(round(number.value), leading.start(), end))
        elif unit or trailing:
            counted.append(Population(round(number.value), number.start, end))
    return said[0] if said else max(counted, key=lambda one: (one.number, -one.start), default=None)


def _find_numbers(text: str) -> Iterator[_Number]:
    """Numbers in digits with a scale ("800k", "8 lakh", "1.2 million", "800 000"), and in words ("two million")."""
    for match in _digits().finditer(text):
        digits = re.sub(r"[,\s]", "", match["digits"])
        # "800.000" is a number of people as other languages write it.
        if re.fullmatch(r"\d{1,3}(?:\.\d{3})+", digits):
            digits = digits.replace(".", "")
        scale = read_peer_vocabulary().scales[match["scale"].lower()] if match["scale"] else 1
        yield _Number(float(digits) * scale, match.start(), match.end())
    for number in find_numbers(text, find_years(text)):
        if number.worded and not number.share:
            yield _Number(number.value, number.start, number.end)


@cache
def _digits() -> re.Pattern[str]:
    scales = alternatives(read_peer_vocabulary().scales)
    return re.compile(
        r"(?<![\w.,/-])(?P<digits>\d{1,3}(?:,\d{2,3})+|\d{1,3}(?:\s\d{3})+|\d{1,3}(?:\.\d{3})+|\d+(?:\.\d+)?)"
        rf"(?:[\s-]?(?P<scale>{scales}))?(?![\w%\u00b2\u00b3]|[.,]\d)",
        re.IGNORECASE,
    )


@cache
def _trailing() -> re.Pattern[str]:
    return re.compile(alternatives(read_peer_vocabulary().trailing), re.IGNORECASE)


@cache
def _leading() -> re.Pattern[str]:
    vocabulary = read_peer_vocabulary()
    leading, hedges = alternatives(vocabulary.leading), alternatives(vocabulary.hedges)
    return re.compile(rf"\b(?:{leading}):?\s+(?:(?:{hedges})\s+)*(?:a\s+)?$", re.IGNORECASE)
