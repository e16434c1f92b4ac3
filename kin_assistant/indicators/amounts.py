"""Amounts in a sentence: numbers with their units, hedges, ranges and changes ("from 25% to 90%")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from kin_assistant.indicators.dates import YearMention
from kin_assistant.indicators.numbers import Number, find_numbers
from kin_assistant.indicators.units import Label, find_rate, find_unit_before, find_unit_behind
from kin_assistant.indicators.values import Change, Hedge
from kin_assistant.text.vocabulary import alternatives, read_vocabulary

__all__ = ["Amount", "find_amounts"]

_JOINT: Final = re.compile(
    r"\s?(?P<dash>[-\u2013\u2014])\s?|\s(?P<word>to|and|or)\s(?P<hedge>about\s|some\s|around\s|over\s)?"
)
_PART_OF: Final = re.compile(r"\s(?:out\s)?of\s(?:the\s|its\s|their\s)?")
_FROM: Final = re.compile(r"\bfrom\s+$", re.IGNORECASE)
_BETWEEN: Final = re.compile(r"\bbetween\s+$", re.IGNORECASE)
_WORD: Final = re.compile(r"[A-Za-z]+")
_WORDS_TO_CHANGE: Final = 9
_CLAUSE: Final = re.compile(r"[;:]|,\s(?:and|but|while)\s")
_POPULATION: Final = re.compile(r"\bpopulation(?:\s(?:of|is|was|at|in))?[\s:(]*$", re.IGNORECASE)
_LONGEST_LEAD, _LONGEST_CLAUSE = 40, 200
"""Characters that are looked at in front of a figure, for its hedge and for what changes."""
_DURATIONS: Final = frozenset({"years", "months", "weeks", "days", "hours", "minutes"})
_NEXT_WORD: Final = re.compile(r"\s?([A-Za-z][\w-]*)")


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure as it is written: ``text[start:end]`` is the number with its unit."""

    start: int
    end: int
    value: float
    unit: str
    high: float | None = None
    """The other end of a range."""
    hedge: Hedge = ""
    change: Change = ""
    number_start: int = 0
    number_end: int = 0
    number: Number | None = None


def find_amounts(
    text: str, years: Sequence[YearMention], *, label: Label | None = None, countries: Sequence[str] = ()
) -> list[Amount]:
    """The amounts of a sentence or cell, in order. ``label`` is the unit that a table gives to numbers without one.

    ``countries`` of the document tell which money a shared name means.
    """
    single = [_measure(text, number) for number in find_numbers(text, years)]
    amounts = [one for one in single if not (one.number and one.number.labelled and not one.unit)]
    amounts = _join_ranges(text, amounts)
    if label is not None:
        amounts = [_with_label(one, label) for one in amounts]
    amounts = _lend_units(text, amounts)
    return [
        replace(
            one,
            unit=_localise(one.unit, countries),
            value=_rounded(one.value),
            high=None if one.high is None else _rounded(one.high),
        )
        for one in amounts
    ]


def _rounded(value: float) -> float:
    """Without what arithmetic adds: 16.1 times a thousand million is 16,100,000,000."""
    return float(f"{value:.10g}")


def _measure(text: str, number: Number) -> Amount:
    start, end = number.start, number.end
    unit = "%" if number.share else ""
    if not number.share:
        before = find_unit_before(text, start)
        behind = find_unit_behind(text, end)
        if before:
            unit, start = before.unit, before.at
        elif behind and not (number.labelled and behind.unit in ("persons", "households")):
            unit, end = behind.unit, behind.at
        hedged = _hedge_behind().match(text, end)
        if rate := find_rate(text, end, unit) or (find_rate(text, hedged.end(), unit) if hedged and unit else None):
            unit, end = unit + rate.unit, rate.at
    hedge, start_of_hedge = _hedge(text, start, end)
    if unit in _DURATIONS and text[start_of_hedge:start].strip().lower() == "over":
        hedge, start_of_hedge = "", start  # "over four years" is during them
    if not unit and _POPULATION.search(text[max(0, start_of_hedge - _LONGEST_LEAD) : start_of_hedge]):
        unit = "persons"
    return Amount(start_of_hedge, end, number.value, unit, None, hedge, "", number.start, number.end, number)


def _hedge(text: str, start: int, end: int) -> tuple[Hedge, int]:
    """What a figure is hedged with, and where it begins with that."""
    first = max(0, start - _LONGEST_LEAD)
    if match := _hedge_before().search(text[first:start]):
        name: Hedge = read_vocabulary().hedges[" ".join(match[1].lower().split())]  # type: ignore[assignment]
        return name, first + match.start(1)
    if match := _hedge_behind().match(text, end):
        behind: Hedge = read_vocabulary().hedges_behind[match[1].lower()]  # type: ignore[assignment]
        return behind, start
    return "", start


def _join_ranges(text: str, amounts: Sequence[Amount]) -> list[Amount]:
    joined: list[Amount] = []
    for amount in amounts:
        joined[-1:] = _join(text, joined[-1], amount) if joined else (amount,)
    return joined


def _join(text: str, before: Amount, amount: Amount) -> tuple[Amount, ...]:
    """Two amounts that follow each other: one of both if they are a range, else each with what the other tells of it."""
    if not before.unit and amount.unit and _PART_OF.fullmatch(text[before.end : amount.start]):
        return _as_part(text, before, amount), amount
    match = _find_joint(text, before, amount)
    if match is None or not _may_join(before, amount):
        return before, amount
    unit = amount.unit or before.unit
    if before.unit and not amount.unit and (rate := find_rate(text, amount.end, before.unit)):
        # "RMB 0.15 to 0.35 per m3" is per m3 both times.
        unit, amount = before.unit + rate.unit, replace(amount, end=rate.at)
    first = replace(before, value=_value_with_scale(text, before, amount), unit=unit)
    leads = text[max(0, before.start - _LONGEST_CLAUSE) : before.start]
    falls = first.value > amount.value
    if match["word"] == "to" and (falls or (_FROM.search(leads) and _tells_change(leads))):
        return replace(first, change="before"), replace(amount, unit=unit, change="after")
    if _is_range(match, leads) or _either(first, amount, match["word"]):
        low, high = sorted((first.value, amount.value))
        return (replace(first, value=low, high=high, end=amount.end, number_end=amount.number_end),)
    return first if not before.unit and _shares_unit(text, before, amount) else before, amount


def _find_joint(text: str, before: Amount, amount: Amount) -> re.Match[str] | None:
    """What stands between two amounts and may join them, in front of the sign of the second or behind it."""
    if before.high is not None:
        return None
    return _JOINT.fullmatch(text[before.end : amount.number_start]) or _JOINT.fullmatch(text[before.end : amount.start])


def _value_with_scale(text: str, before: Amount, amount: Amount) -> float:
    """The value of the first of two amounts, of which the second may bear the scale word: "2 to 3 million"."""
    if (before.number and amount.number) and amount.number.scaled and not before.number.scaled and before.value < 1000:
        return before.value * (amount.value / _mantissa(text, amount))
    return before.value


def _is_range(joint: re.Match[str], leads: str) -> bool:
    between = joint["word"] == "and" and _BETWEEN.search(leads)
    return bool(joint["dash"] or joint["word"] == "to" or between)


def _as_part(text: str, part: Amount, whole: Amount) -> Amount:
    """The part of a whole, counted as that is: "170 of the 540 million litres"."""
    value = part.value
    if whole.number and part.number and whole.number.scaled and not part.number.scaled and value < 1000:
        value *= whole.value / _mantissa(text, whole)
    return replace(part, value=value, unit=whole.unit)


def _may_join(left: Amount, right: Amount) -> bool:
    number = right.number
    return (
        not left.unit or not right.unit or left.unit == right.unit or right.unit.startswith(f"{left.unit}/")
    ) and not (number and number.share and left.unit != "%")


def _either(left: Amount, right: Amount, word: str | None) -> bool:
    """Whether "two or three" is one figure."""
    return word == "or" and left.unit == right.unit and right.value == left.value + 1


def _shares_unit(text: str, left: Amount, right: Amount) -> bool:
    """Whether "5 and 10 tonnes" are both tonnes: nothing stands between the first and the joint."""
    return bool(right.unit) and text[left.number_end : left.end] == "" and right.unit != "%"


def _mantissa(text: str, amount: Amount) -> float:
    """The number in front of the scale word."""
    match = re.search(r"\d[\d.,]*", text[amount.number_start : amount.number_end])
    if match is None:
        return amount.value
    digits = float(match[0].rstrip(".,").replace(",", "") or 1)
    return digits or amount.value


def _tells_change(leads: str) -> bool:
    clause = _CLAUSE.split(leads)[-1]
    words = [word.lower() for word in _WORD.findall(clause)][-_WORDS_TO_CHANGE:]
    return not read_vocabulary().words["changes"].isdisjoint(words)


def _with_label(amount: Amount, label: Label) -> Amount:
    if amount.unit or (amount.number and amount.number.share):
        return amount
    scale = label.scale if not (amount.number and amount.number.scaled) else 1
    high = None if amount.high is None else amount.high * scale
    return replace(amount, unit=label.unit, value=amount.value * scale, high=high)


def _lend_units(text: str, amounts: Sequence[Amount]) -> list[Amount]:
    """Gives a number behind which nothing is counted the unit of the one before: "hall 92,000 dollars, screens 14,000"."""
    lent: list[Amount] = []
    for amount in amounts:
        before = lent[-1] if lent else None
        if before and not amount.unit and before.unit and amount.number and not amount.number.worded:
            follows = _NEXT_WORD.match(text, amount.end)
            bare = follows is None or (follows[1] in read_vocabulary().words["ends_measure"] and follows[1] != "of")
            # "1,408 tons of organic waste and 42 of recyclables"
            bare = bare or bool(_OF_MORE.match(text, amount.end) and text.startswith(" of ", before.end))
            if bare and before.unit.split("/")[0] not in _NOT_LENT and before.number_end != amount.start:
                amount = replace(amount, unit=before.unit)
        lent.append(amount)
    return lent


_OF_MORE: Final = re.compile(r"\sof\s(?!(?:the|them|these|those|its|their|all|which)\b)")
_NOT_LENT: Final = frozenset({"%", "times", "years", "months", "weeks", "minutes", "hours", "persons", ""})


def _localise(unit: str, countries: Sequence[str]) -> str:
    money, slash, rate = unit.partition("/")
    named = read_vocabulary().money_of_country.get(money, {})
    local = {named[country] for country in countries if country in named}
    return f"{local.pop()}{slash}{rate}" if len(local) == 1 and len(countries) == 1 else unit


@cache
def _hedge_before() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w])({alternatives(read_vocabulary().hedges)})\s*(?:the\s|a\s)?$", re.IGNORECASE)


@cache
def _hedge_behind() -> re.Pattern[str]:
    return re.compile(rf"\s({alternatives(read_vocabulary().hedges_behind)})\b", re.IGNORECASE)
