"""Numbers in a text, in digits and in words, that are no dates, years, list marks, codes or telephone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from kin_assistant.indicators.dates import YearMention, find_dates
from kin_assistant.text.english import number_words
from kin_assistant.text.vocabulary import alternatives, read_vocabulary

__all__ = ["Number", "find_numbers"]

_DIGITS: Final = re.compile(r"\d+(?:[,.]\d+)*\u00bd?|\u00bd")
_GROUPED: Final = re.compile(r"\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?")
_PLAIN: Final = re.compile(r"\d+(?:\.\d+)?")
_DECIMAL_COMMA: Final = re.compile(r"\d+,\d{1,2}")
_DOTTED: Final = re.compile(r"\d{1,3}(?:\.\d{3}){2,}")
_LIST_MARK: Final = re.compile(r"\(?\d{1,2}(?:\.\d{1,2})*(?:[.)]\s|\s(?=[A-Z\"\u201c])|\)$)|[(\[]?\d{1,2}[)\]]")
_NO_NUMBER: Final = re.compile(
    r"(?:https?://|www\.)\S{1,500}|\S{1,64}@\S{1,100}|\+\d[\d\s()-]{5,20}\d"
    r"|\b(?:[Tt]el|[Pp]hone|[Ff]ax|[Mm]obile|ext)\b[.:]?\s*[\d+(][\d\s()-]{0,20}\d"
    r"|\b\d+(?:-\d+){2,}\b|\b\d{3,4}-0\d+\b|\b\w{0,12}\d{1,6}/\d{2,4}\b(?=\s*[,;)\s])(?<=/\d\d)|\b\d\d\d-\d{4}\b"
)
"""Addresses, telephone numbers, codes."""
_YEAR: Final = re.compile(r"(?:1[89]|20)\d\d")
_WORD_BEFORE: Final = re.compile(r"([A-Za-z]+\.?)\s*#?\s?$")
_OR_TWO: Final = re.compile(r"\s(?:or|to)\s(?:two|three)\b", re.IGNORECASE)
_SCALE_LETTER: Final = re.compile(r"[MBKmbk]\b")
_SCALE_OF_LETTER: Final = {"k": 1e3, "m": 1e6, "b": 1e9}
_OVERLAPPING: Final = 4
_LONGEST_BEFORE: Final = 30
_LONGEST_BEHIND: Final = 60
"""Characters that are looked at around a number."""
_CHAIN: Final = re.compile(r"\s*(?:,|&|and|or|to|-|\u2013|\+)\s*")


@dataclass(frozen=True, slots=True)
class Number:
    """A number: ``text[start:end]``."""

    start: int
    end: int
    value: float
    worded: bool = False
    """Whether it is written in words."""
    share: bool = False
    """Whether it is a part of a whole: "two thirds" is 66.67 per cent."""
    scaled: bool = False
    """Whether a scale word ("million") is counted in."""
    labelled: bool = False
    """Whether a word in front of it makes a name of it, unless a unit follows: "Phase 2"."""


def find_numbers(text: str, years: Sequence[YearMention]) -> list[Number]:
    """The numbers of a sentence or cell, in order; no two overlap."""
    taken = [*find_dates(text), *((match.start(), match.end()) for match in _NO_NUMBER.finditer(text))]
    if mark := _LIST_MARK.match(text):
        taken.append(mark.span())
    taken.sort()
    passed = 0
    found: list[Number] = []
    for number in sorted((*_read_words(text), *_read_digits(text, years)), key=lambda one: (one.start, -one.end)):
        while passed < len(taken) and taken[passed][1] <= number.start:
            passed += 1
        # One that begins earlier may end later; more than a few never overlap.
        if any(start < number.end and number.start < end for start, end in taken[passed : passed + _OVERLAPPING]):
            continue
        if found and number.start < found[-1].end:
            continue
        before = found[-1] if found else None
        chained = before is not None and before.labelled and _CHAIN.fullmatch(text[before.end : number.start])
        labelled = bool(chained) or _is_labelled(text, number)
        found.append(
            Number(number.start, number.end, number.value, number.worded, number.share, number.scaled, labelled)
        )
    return found


def _is_labelled(text: str, number: Number) -> bool:
    if number.worded or _sign().search(_just_before(text, number.start)):
        return False
    return _word_before(text, number.start) in read_vocabulary().words["labels"]


def _just_before(text: str, at: int) -> str:
    """As much of the text in front of ``at`` as a word or a sign of money takes."""
    return text[max(0, at - _LONGEST_BEFORE) : at]


def _word_before(text: str, at: int) -> str:
    """The word in front of ``at``, in lower case; empty if there is none."""
    match = _WORD_BEFORE.search(_just_before(text, at))
    return match[1].lower() if match else ""


def _read_digits(text: str, years: Sequence[YearMention]) -> Iterator[Number]:
    for match in _DIGITS.finditer(text):
        start, end = match.span()
        if _is_joined(text, start):
            continue
        value = _value_of(match[0])
        if value is None:
            continue
        end, value, scaled = _scale(text, end, value, money=bool(_sign().search(_just_before(text, start))))
        # "3R", "1st", "21b": a letter at once behind a number is a unit, or the number is none.
        if text[end : end + 1].isalpha() and not _symbol().match(text, end):
            continue
        is_year = any(year.start <= start < year.end for year in years)
        if is_year and not (match[0].isdigit() and _YEAR.fullmatch(match[0]) and _is_counted(text, start, end)):
            continue
        yield Number(start, end, value, scaled=scaled)


def _is_joined(text: str, start: int) -> bool:
    """Whether what stands at once in front makes it part of a name or code: "G-15", "P07", "CO2"."""
    before = _just_before(text, start)
    if not before or not (before[-1].isalnum() or before[-1] in "-_.\u2011"):
        return False
    if _sign().search(before):
        return text[start] == "0" and text[start : start + 2].isdigit()
    if before[-1] == ".":
        return len(before) > 1 and before[-2].isdigit()
    if before[-1] == "-":
        return len(before) > 1 and before[-2].isalpha() and not _sign().search(before[:-1])
    return True


def _is_counted(text: str, start: int, end: int) -> bool:
    """Whether four digits that look like a year are an amount: money, or something with a unit."""
    if _sign().search(_just_before(text, start)):
        return True
    unit = _unit().match(text, end)
    return bool(unit) and _word_before(text, start) not in read_vocabulary().words["before_year"]


def _value_of(digits: str) -> float | None:
    """The value of digits as written; None for "4.2.1" and the like."""
    half = 0.5 if digits.endswith("\u00bd") else 0.0
    bare = digits.removesuffix("\u00bd")
    if not bare:
        return half
    if _GROUPED.fullmatch(bare):
        return float(bare.replace(",", "")) + half
    if _PLAIN.fullmatch(bare):
        return float(bare) + half
    if _DECIMAL_COMMA.fullmatch(bare):
        return float(bare.replace(",", "."))
    return float(bare.replace(".", "")) if _DOTTED.fullmatch(bare) else None


def _scale(text: str, end: int, value: float, *, money: bool = False) -> tuple[int, float, bool]:
    """The end and the value of a number with the scale words behind it: "2.5 million", "3 lakh crore", of money "P3.5B"."""
    scaled = False
    while match := _scale_word().match(text, end):
        end, value, scaled = match.end(), value * read_vocabulary().scales[match[1].lower()], True
    if not scaled and (short := _short_million().match(text, end)):
        return short.end(), value * 1e6, True
    if money and not scaled and (letter := _SCALE_LETTER.match(text, end)):
        end, value, scaled = letter.end(), value * _SCALE_OF_LETTER[letter[0].lower()], True
    return end, value, scaled


def _read_words(text: str) -> Iterator[Number]:
    vocabulary = read_vocabulary()
    for match in _worded().finditer(text):
        start, end = match.span()
        if text[end : end + 1] == "-" or (text[start - 1 : start] == "-" and start > 1 and text[start - 2].isalpha()):
            continue  # "three-storey", "twenty-three" is matched whole
        if match["among"]:
            share = _word_value(match["some"]) / _word_value(match["among"])
            if share < 1:
                yield Number(start, end, 100 * share, worded=True, share=True)
            continue
        if match["part"]:
            if _is_share(text, match):
                times, part = _word_value(match["count"] or "one"), match["part"].lower()
                yield Number(start, end, 100 * times * vocabulary.fractions[part], worded=True, share=True)
            continue
        value = _word_value(match["number"])
        if match["half"]:
            value += 0.5
        end, value, scaled = _scale(text, end, value)
        if value == 1 and not scaled and not _OR_TWO.match(text, end):
            continue  # "one" alone is hardly ever a figure
        following = re.match(r"\s+([A-Za-z][\w-]*)", text[end : end + _LONGEST_BEHIND])
        if not scaled and (following is None or following[1].lower() in vocabulary.words["no_noun"]):
            chained = re.match(r"\s(?:to|or|and)\s(\w+)", text[end : end + _LONGEST_BEHIND])
            if not (chained and chained[1].lower() in number_words()):
                continue
        yield Number(start, end, value, worded=True, scaled=scaled)


def _is_share(text: str, match: re.Match[str]) -> bool:
    """Whether a half, or a number of other parts, is one of a whole: neither "half past" nor "a third in 2010"."""
    behind = text[match.end() : match.end() + _LONGEST_BEHIND]
    if match["part"].lower() in ("half", "halves"):
        first = _word_before(text, match.start()) in read_vocabulary().words["no_share"]
        return not first and not re.match(r"\s+(?:an?\s+(?:hour|day|year)|a\s+dozen|past|way)\b", behind)
    return bool(
        match["count"] and re.match(r"\s+(?:of\s(?!(?:19|20)\d\d)|less|more|lower|fewer|higher)|\s*[.;)]|$", behind)
    )


def _word_value(words: str) -> float:
    """The value of number words: "twenty-three" is 23, "a" 1, "a dozen" 12, "half a" 0.5; digits are what they are."""
    known = number_words()
    value = 0.0
    for word in re.split(r"[\s-]+", words.lower()):
        if word.isdigit():
            value += int(word)
        elif word in known:
            value += known[word]
        elif word == "half":
            return 0.5
        elif word == "dozen":
            value = 12 * max(value, 1)
        elif word in ("hundred", "thousand"):
            value = read_vocabulary().scales[word] * max(value, 1)
    return value or 1.0


@cache
def _worded() -> re.Pattern[str]:
    known = number_words()
    tens = alternatives(word for word, value in known.items() if value >= 20)
    units = alternatives(word for word, value in known.items() if value < 20)
    ones = alternatives(word for word, value in known.items() if 0 < value < 10)
    number = rf"(?:(?:{tens})(?:[\s-](?:{ones}))?|{units})"
    part = alternatives(read_vocabulary().words["fractions"])
    return re.compile(
        rf"\b(?:(?P<some>{number})(?:\s(?:[a-z]+))?\s(?:out\sof(?:\severy)?|in(?:\severy)?)\s(?P<among>{number}|1?\d0?)(?=\s[a-z]|[.,;]|$)(?!\s(?:years|months|days|weeks|hours|cities|countries|wards|towns|places|districts))"
        rf"|(?:(?P<count>an?|{ones})[\s-])?(?P<part>{part})(?![\w-])(?!\s(?:of\s)?a\s(?:million|billion|crore|lakh))"
        rf"|(?P<number>half\sa(?=\s(?:million|billion|crore|lakh))|(?:an?|{number})\s(?:hundred|thousand|dozen)|an?(?=\s(?:million|billion|crore|lakh))|{number})(?:\s(?:and\sa\s)(?P<half>half))?)\b",
        re.IGNORECASE,
    )


@cache
def _scale_word() -> re.Pattern[str]:
    return re.compile(rf"[\s-]?({alternatives(read_vocabulary().scales)})\b", re.IGNORECASE)


@cache
def _short_million() -> re.Pattern[str]:
    """The m of "0.2 m baht"."""
    vocabulary = read_vocabulary()
    moneys = (word for word, unit in vocabulary.unit_of_word.items() if unit in vocabulary.moneys)
    return re.compile(rf"\s?m(?=\s(?i:{alternatives(moneys)})(?!\w))")


@cache
def _sign() -> re.Pattern[str]:
    """Money in front of an amount."""
    return re.compile(rf"(?<!\w)(?:{alternatives(read_vocabulary().money_of_sign)})\s?$")


@cache
def _symbol() -> re.Pattern[str]:
    return re.compile(rf"(?:{alternatives(read_vocabulary().unit_of_symbol)})(?!\w)|(?:km|min)\b")


@cache
def _unit() -> re.Pattern[str]:
    vocabulary = read_vocabulary()
    return re.compile(
        rf"[\s-]?(?:(?:{alternatives(vocabulary.unit_of_symbol)})(?!\w)|(?i:{alternatives(vocabulary.unit_of_word)})(?!\w))"
    )
