"""What a figure measures, in the words of its sentence, and whether it was so or was planned."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from kin_assistant.indicators.amounts import Amount
from kin_assistant.indicators.values import Status
from kin_assistant.text.vocabulary import read_vocabulary

__all__ = ["find_measures", "is_planning", "tell_status"]

_WORD: Final = re.compile(r"[^\W\d_][\w'\u2019-]*|\d[\w.,%]*")
_BOUNDARY: Final = re.compile(r"[;:.(),]\s|[(]|\s(?:and|but|while|whereas)\s")
_SEGMENT: Final = re.compile(
    r";\s|:\s|\.\s|,?\s(?:but|while|whereas)\s|,\s(?:and|where|against|as)\s|\sand\s(?=ha[sd]\s|was\s|were\s)"
)
_OF: Final = re.compile(r"\s(?:(?:of|for)\s)?(?:(?:all|its|the|their|this|these|those|them)\s)?")
_PLANNED_BEHIND: Final = re.compile(
    r"\s?(?:[\w-]+\s){0,3}(?:planned|targeted|expected|proposed|to be|aimed at)\b", re.IGNORECASE
)
_MOST_WORDS_BEHIND: Final = 6
_MOST_WORDS_BEFORE: Final = 9
_LOOK_BACK: Final = 300
"""Characters in front of a figure that are looked at: without a bound a flood of figures would take the cube of its length."""
_MOST_CLAUSES: Final = 6
_FEWEST_LETTERS: Final = 4
_BEHIND_FIRST: Final = frozenset({"", "persons", "households"})


def find_measures(text: str, amount: Amount, others: Sequence[Amount] = ()) -> list[tuple[int, int]]:
    """Spans of the words that say what ``amount`` measures, the most telling first; none where the sentence does not say.

    ``others`` are the amounts of the sentence: their words measure something else.
    """
    counts = amount.unit.split("/")[0] in _BEHIND_FIRST
    behind = _behind(text, amount.end, counts=counts)
    if behind and counts:
        return [behind]
    before = _before(text, amount, others)
    if behind and before and any(one.end <= before[0] for one in others):
        return [behind]  # "8% for water lost and 90% for coverage": what stands between two figures is of the first
    if before or behind:
        return [span for span in (before, behind) if span]
    following = _following(
        text, amount.end, min((one.start for one in others if one.start >= amount.end), default=len(text))
    )
    return [following] if following else []


def tell_status(text: str, amount: Amount) -> Status:
    """Whether a word of planning stands in front of a figure in its part of the sentence, or right behind it."""
    folded = text.lower()
    if any(phrase in folded for phrase in read_vocabulary().not_planned):
        return "actual"
    first = max(0, amount.start - _LOOK_BACK)
    start = max((match.end() for match in _SEGMENT.finditer(text, first, amount.start)), default=first)
    if is_planning(text[start : amount.start]) or _PLANNED_BEHIND.match(text, amount.end):
        return "planned"
    return "actual"


def is_planning(text: str) -> bool:
    """Whether ``text`` speaks of what is planned, expected or aimed at."""
    return bool(read_vocabulary().planned.search(text))


def _behind(text: str, end: int, *, counts: bool) -> tuple[int, int] | None:
    """The noun phrase behind a figure: "8 pilot barangays", "6 tonnes of compost"."""
    opened = _OF.match(text, end)
    if opened is None or (not counts and not opened[0].startswith((" of ", " for "))):
        return None
    stops = read_vocabulary().words["ends_measure"]
    first = last = None
    position = opened.end()
    for _ in range(_MOST_WORDS_BEHIND):
        match = _WORD.match(text, position)
        if match is None or match[0][0].isdigit():
            break
        word = match[0].lower()
        if word in stops and not (word == "of" and first is not None):
            break
        if word != "of":
            first = match.start() if first is None else first
            last = match.end()
        if text[match.end() : match.end() + 1] != " ":
            break
        position = match.end() + 1
    return (first, last) if first is not None and last is not None else None


def _before(text: str, amount: Amount, others: Sequence[Amount]) -> tuple[int, int] | None:
    """The part of the clause in front of a figure, without the words that only lead to it and without other figures."""
    start = amount.start
    first = max(0, start - _LOOK_BACK)
    figures = [(one.start, one.end) for one in others if first <= one.start and one.end <= start]
    bounds = {first, *(match.end() for match in _BOUNDARY.finditer(text, first, start)), *(end for _, end in figures)}
    end = start
    for bound in sorted(bounds, reverse=True)[:_MOST_CLAUSES]:
        words = _without_report(_without_ends(list(_WORD.finditer(text, bound, end))))
        telling = [word for word in words if len(word[0]) >= _FEWEST_LETTERS and not word[0][0].isdigit()]
        if len(telling) > 1 or (telling and bound == first):
            return words[max(0, len(words) - _MOST_WORDS_BEFORE)].start(), words[-1].end()
        if inside := next((first for first, last in figures if last == bound), None):
            end = inside
    return None


def _without_ends(words: list[re.Match[str]]) -> list[re.Match[str]]:
    while words and (words[0][0].lower() in _around() or words[0][0][0].isdigit()):
        words.pop(0)
    while words and (words[-1][0].lower() in _trailing() or words[-1][0][0].isdigit()):
        words.pop()
    return words


def _without_report(words: list[re.Match[str]]) -> list[re.Match[str]]:
    """The words behind the verb of who reports: of "a page gives the loss of water as", "the loss of water"."""
    verbs = read_vocabulary().words["reporting_verbs"]
    reporting = max((at for at, word in enumerate(words) if word[0].lower() in verbs), default=-1)
    behind = words[reporting + 1 :]
    while behind and behind[0][0].lower() in _around():
        behind.pop(0)
    return behind


def _following(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The words behind a figure that nothing is said of in front: "1,200 households | paid the fee"."""
    boundary = _BOUNDARY.search(text, start, start + _LOOK_BACK)
    words = list(_WORD.finditer(text, start, min(boundary.start() if boundary else end, end, start + _LOOK_BACK)))[
        :_MOST_WORDS_BEHIND
    ]
    while words and (words[-1][0].lower() in _around() or words[-1][0][0].isdigit()):
        words.pop()
    return (words[0].start(), words[-1].end()) if words else None


def _around() -> frozenset[str]:
    return read_vocabulary().words["around_measure"]


@cache
def _trailing() -> frozenset[str]:
    vocabulary = read_vocabulary()
    hedges = {word for phrase in vocabulary.hedges for word in phrase.split()}
    return vocabulary.words["ends_measure"] | vocabulary.words["change_verbs"] | hedges
