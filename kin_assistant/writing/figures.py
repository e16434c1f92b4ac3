"""Every number, unit and date of a written sentence stands in its quotes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from kin_assistant.indicators.amounts import find_amounts
from kin_assistant.indicators.dates import find_years
from kin_assistant.text.english import number_words
from kin_assistant.text.vocabulary import read_vocabulary
from kin_assistant.text.words import words
from kin_assistant.types import Citation, DropReason
from kin_assistant.writing.checks import evidence_text
from kin_assistant.writing.vocabulary import read_vocabulary as read_written

__all__ = ["FigureCheck", "number_words_in"]

_DIGITS: Final = re.compile(r"\d+(?:[.,:/-]\d+)*")


class FigureCheck:
    """By the grammar that reads figures: value, unit, range and hedge are the same. Dates and codes by their digits."""

    def find_fault(self, sentence: str, cited: Sequence[Citation]) -> DropReason | None:
        """A figure that no quote gives."""
        texts = [evidence_text(citation) for citation in cited]
        known = {figure for text in texts for figure in _figures(text)}
        digits = {number for text in texts for number in _digits(text)}
        worded = {word for text in texts for word in number_words_in(text)}
        led = {number for text in texts for number in _led_numbers(text)}
        borne = _figures(sentence) <= known and _digits(sentence) <= digits and number_words_in(sentence) <= worded
        borne = borne and _led_numbers(sentence) <= led
        return None if borne else "figure"


def number_words_in(text: str) -> frozenset[str]:
    """The words of ``text`` that are numbers, multiples or parts, folded; "one" is hardly ever a number."""
    return _number_words() & frozenset(words(text))


def _figures(text: str) -> set[tuple[float, float | None, str, str, str]]:
    return {(one.value, one.high, one.unit, one.hedge, one.change) for one in find_amounts(text, find_years(text))}


def _digits(text: str) -> set[str]:
    """Whatever is written in digits, without the commas of thousands."""
    return {re.sub(r",(?=\d{3})", "", match[0]) for match in _DIGITS.finditer(text)}


def _led_numbers(text: str) -> set[tuple[str, str]]:
    """Numbers in digits with the small word before them, behind which there may be "about" or an article."""
    leading = read_written().leading
    found: set[tuple[str, str]] = set()
    before = ""
    for word in words(text):
        if word[0].isdigit():
            found.add((before, word))
            before = ""
        elif word in leading:
            before = word
        elif word not in read_written().passed_over:
            before = ""
    return found


@cache
def _number_words() -> frozenset[str]:
    figures = read_vocabulary()
    named = (word for name in (*figures.scales, *figures.fractions) for word in name.split())
    return frozenset({*number_words(), *named, *read_written().number}) - {"one"}
