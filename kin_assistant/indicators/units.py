"""The unit of a number: what stands in front of it or behind it, and what it is counted by ("a day", "per household")."""

from __future__ import annotations

import re
from functools import cache
from typing import Final, NamedTuple

from kin_assistant.text.vocabulary import alternatives, read_vocabulary

__all__ = ["Label", "UnitSpan", "find_rate", "find_unit_before", "find_unit_behind", "read_label"]

_ADJECTIVE_MAY_STAND_BEFORE: Final = frozenset({"persons", "households", "days"})
_COUNTED: Final = frozenset({"persons", "households", "years", "months", "weeks", "days", "hours", "minutes", "times"})
_AGO: Final = re.compile(r"\s(?:before|earlier|later|ago|after|old)\b")
"""Behind "a year" it is no rate: "47 a year before"."""
_LONGEST_SIGN: Final = 12
"""Characters of money in front of its amount, with what parts it from the word before."""
_LEAST_WORD: Final = 3
_BRACKETS: Final = re.compile(r"[(\[]([^()\[\]]{1,40})[)\]]")
_POPULATION: Final = re.compile(r"population\b(?!\s(?:density|growth|served))", re.IGNORECASE)
_BEHIND_COMMA: Final = re.compile(r"(?:,|\bin)\s+([^,]{1,30})$")


class UnitSpan(NamedTuple):
    """A unit, and where it ends or begins in its text."""

    unit: str
    at: int


class Label(NamedTuple):
    """What the head of a column or row says of the numbers below or beside it."""

    unit: str
    scale: float


def find_unit_before(text: str, start: int) -> UnitSpan | None:
    """Money in front of the number that begins at ``start``: "US$ 5"."""
    first = max(0, start - _LONGEST_SIGN)
    match = _money_sign().search(text[first:start])
    return UnitSpan(read_vocabulary().money_of_sign[match[1]], first + match.start(1)) if match else None


def find_unit_behind(text: str, end: int) -> UnitSpan | None:
    """The unit behind the number that ends at ``end``; before people, households and days one adjective may stand."""
    match = _unit().match(text, end)
    if match:
        return UnitSpan(_name(match["symbol"], match["word"]), match.end())
    match = _behind_adjective().match(text, end)
    if match and match["adjective"] not in read_vocabulary().words["ends_measure"]:
        return UnitSpan(_name("", match["word"]), match.end())
    return None


def find_rate(text: str, end: int, unit: str) -> UnitSpan | None:
    """What is counted by: the rates behind a unit that ends at ``end``, or behind what is measured, people first.

    Of "600 tons of garbage a day", "/day", where "day" ends; a number of things without a unit is counted by time alone.
    """
    match = _rates().match(text, end)
    if match and _AGO.match(text, match.end()):
        return None
    if match is None:
        match = (_rates_behind_measure() if unit else _times_behind_count()).match(text, end)
        if match is None or not read_vocabulary().words["ends_measure"].isdisjoint(match["measure"].split()[1:]):
            return None
    rates = [read_vocabulary().rate_of_word[word.lower()] for word in _rate_word().findall(match["rates"])]
    if not unit and not all(map(read_vocabulary().is_time, rates)):
        return None
    ordered = sorted(dict.fromkeys(rates), key=read_vocabulary().is_time)
    return UnitSpan("".join(f"/{rate}" for rate in ordered), match.end())


def read_label(text: str, *, whole: bool = True) -> Label:
    """The unit and scale that a head gives: "Share (%)", "Price per lamp, thousand tenge", "Nitrate mg/l".

    With ``whole`` a head may be a unit and nothing else.
    """
    for part in (*_BRACKETS.findall(text), *_BEHIND_COMMA.findall(text)):
        if label := _as_label(part):
            return label
    words = text.split()
    for size in (3, 2, 1):
        tail = " ".join(words[-size:])
        # A bare letter at the end of a head is mostly no unit, and behind a number it is that number's.
        if len(words) <= size or (len(tail) == 1 and tail != "%") or words[-size - 1][-1].isdigit():
            continue
        if (label := _as_label(tail)) and label.unit not in _COUNTED:
            return label
    first = find_unit_behind(f" {text}", 0)
    if (first and first.unit in ("persons", "households")) or _POPULATION.match(text):
        return Label(first.unit if first else "persons", 1)
    return (_as_label(text) if whole else None) or Label("", 1)


def _as_label(text: str) -> Label | None:
    """A unit and its scale, if ``text`` says nothing else."""
    vocabulary = read_vocabulary()
    scale, rest = 1.0, text.strip().strip(".")
    for word in rest.split():
        if word.lower() in vocabulary.scales and word.lower() != rest.lower():
            scale *= vocabulary.scales[word.lower()]
            rest = " ".join(other for other in rest.split() if other != word)
    if not rest:
        return None
    money = next((name for sign, name in vocabulary.money_of_sign.items() if rest in (sign, sign.rstrip("."))), None)
    if money:
        return Label(money, scale)
    if text.strip().lower() in vocabulary.scales:
        return Label("", vocabulary.scales[text.strip().lower()])
    found = _unit().match(f" {rest}", 0)
    if found is None:
        return None
    unit, end = _name(found["symbol"], found["word"]), found.end()
    rate = _rates().match(f" {rest}", end)
    if rate and (span := find_rate(f" {rest}", end, unit)):
        unit, end = unit + span.unit, span.at
    return Label(unit, scale) if end == len(rest) + 1 else None


def _name(symbol: str | None, word: str | None) -> str:
    vocabulary = read_vocabulary()
    return (
        vocabulary.unit_of_symbol[symbol] if symbol else vocabulary.unit_of_word[" ".join((word or "").lower().split())]
    )


@cache
def _money_sign() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w$])({alternatives(read_vocabulary().money_of_sign)})\s?$")


@cache
def _unit() -> re.Pattern[str]:
    vocabulary = read_vocabulary()
    return re.compile(
        rf"[\s-]?(?:(?P<symbol>{alternatives(vocabulary.unit_of_symbol)})(?![\w\u00b2\u00b3])"
        rf"|(?P<word>(?i:{alternatives(vocabulary.unit_of_word)}))(?!\w))"
    )


@cache
def _behind_adjective() -> re.Pattern[str]:
    words = (word for word, unit in read_vocabulary().unit_of_word.items() if unit in _ADJECTIVE_MAY_STAND_BEFORE)
    return re.compile(rf"\s(?P<adjective>[a-z-]{{{_LEAST_WORD},}})\s(?P<word>{alternatives(words)})\b")


@cache
def _rate_pattern() -> str:
    words = alternatives(read_vocabulary().rate_of_word)
    joint = r"(?:\s?/\s?|\s(?:per|an?|each|every|and)\s)"
    return rf"{joint}(?:{words})(?!\w)|\s(?:daily|weekly|monthly|yearly|annually|hourly)\b"


@cache
def _rates() -> re.Pattern[str]:
    return re.compile(rf"(?P<rates>(?!\sand\s)(?:{_rate_pattern()})(?:{_rate_pattern()})*)", re.IGNORECASE)


@cache
def _rates_behind_measure() -> re.Pattern[str]:
    return re.compile(
        rf"(?P<measure>\sof(?:\s[\w-]+){{1,4}}?)(?P<rates>(?!\sand\s)(?:{_rate_pattern()})(?:{_rate_pattern()})*)",
        re.IGNORECASE,
    )


@cache
def _times_behind_count() -> re.Pattern[str]:
    return re.compile(rf"(?P<measure>(?:\s[a-z-]+){{1,3}}?)(?P<rates>(?!\sand\s)(?:{_rate_pattern()}))", re.IGNORECASE)


@cache
def _rate_word() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)({alternatives(read_vocabulary().rate_of_word)})(?!\w)", re.IGNORECASE)
