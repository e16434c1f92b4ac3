"""The kind of thing that a question asks for, where its words are plain, and whether a sentence gives one.

"Who paid for it?" asks for who gave money. A sentence that says what it cost is about the same, shares as many words, and does
not answer.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final, Literal

from kin_assistant.text.english import number_words, read_words
from kin_assistant.text.figures import find_dates, has_figure
from kin_assistant.text.vocabulary import alternatives, read_vocabulary
from kin_assistant.text.words import fold, words

__all__ = ["AskedKind", "asks_for_newest", "find_asked_kinds", "gives", "gives_any"]

AskedKind = Literal["money", "share", "date", "duration", "count", "payer"]
"""What a question can ask for."""

_ASKS_FOR: Final[dict[AskedKind, re.Pattern[str]]] = {
    "money": re.compile(
        r"\bhow (?:much|expensive|costly)\b.*\b(?:borrow|charge|cost|costly|earn|expensive|grant|invest|lend|loan|money|paid|pay"
        r"|price|sell|sold|spen[dt])(?:ed|s)?\b"
        r"|\bwhat\b.{0,40}\b(?:budget|costs?|price)\b|\b(?:budget|costs?|price) (?:for|of|per)\b"
        r"|\bwhat (?:(?:is|was|are|were) the )?(?:charges?|fees?|fines?|tariffs?)\b"
        r"|\b(?:cheaper|cheapest|dearer|dearest|(?:more|most|less|least) expensive)\b",
        re.IGNORECASE,
    ),
    "share": re.compile(r"\b(?:per ?cent(?:age)?|proportion|(?<!any )rate|what (?:fraction|share))\b", re.IGNORECASE),
    "date": re.compile(
        r"(?:^|[,;:.?]|\b(?:and|but|or|since|until|by|asks?|know|tell me|say))\s*when\b(?! (?:they|it|he|she|we|you|there)\b)"
        r"|\b(?:what|which) (?:date|day|month|year)\b|\bsince when\b"
        r"|\b(?:what|where|which|who)\b.*\b(?:earlier|earliest|sooner)\b",
        re.IGNORECASE,
    ),
    "duration": re.compile(
        r"\bhow (?:long (?:can|did|does|do|had|has|have|must|will|would)|many (?:days|hours|minutes|months|weeks|years))\b",
        re.IGNORECASE,
    ),
    "count": re.compile(r"\bhow many\b(?! (?:days|hours|minutes|months|per ?cent|weeks|years)\b)", re.IGNORECASE),
    "payer": re.compile(
        r"\b(?:whom?|whose)\b(?:\W+\w+){0,4}?\W+(?:bears?|bore|covers?|financed?|finances|financing|funded|funds?|funding|gave|lends?"
        r"|lent|money|paid|pays?|paying|sponsors?|sponsored)\b|\b(?:financed|funded|paid) by who(?:m)?\b"
        r"|\bwhere (?:did|does) the money\b|\bwho (?:bankrolled|foot(?:ed|s)?)\b",
        re.IGNORECASE,
    ),
}
_NOW: Final = re.compile(
    r"\b(?:at present|at the moment|currently|latest|most recent|now(?!here)|nowadays|presently|these days|today|up to date)\b",
    re.IGNORECASE,
)
_IS_SHARE: Final = re.compile(
    r"\d\s?%|\b(per ?cent|half|(a|one|two|three|four) (third|quarter|fifth|tenth)s?)\b|\b(one|\d+) in \w+\b"
    r"|\b(all|every|most|none|not (a single|one))\b",
    re.IGNORECASE,
)


def find_asked_kinds(question: str) -> frozenset[AskedKind]:
    """The kinds of thing that ``question`` asks for, as far as its words tell."""
    return frozenset(kind for kind, pattern in _ASKS_FOR.items() if pattern.search(question))


def asks_for_newest(question: str) -> bool:
    """Whether ``question`` asks how something is at present, so that of several years the last one answers."""
    return bool(_NOW.search(question))


def gives_any(kinds: frozenset[AskedKind], text: str, lead_in: str = "") -> bool:
    """Whether ``text``, or ``text`` below ``lead_in``, gives something of one of ``kinds``."""
    return any(gives(kind, text, lead_in) for kind in kinds)


def gives(kind: AskedKind, text: str, lead_in: str = "") -> bool:
    """Whether ``text``, or ``text`` below ``lead_in``, gives something of this kind."""
    match kind:
        case "money":
            return bool(_sum().search(text) or (_money().search(lead_in) and has_figure(text)))
        case "share":
            return bool(_IS_SHARE.search(text) or ("%" in lead_in and has_figure(text)))
        case "date":
            return bool(find_dates(text))
        case "duration":
            return bool(_duration().search(text)) or len(find_dates(text)) > 1
        case "count":
            return bool(_number().search(_without_dates(text)))
        case "payer":
            return not read_words("paying").isdisjoint(words(fold(text)))


def _without_dates(text: str) -> str:
    for start, end in reversed(find_dates(text)):
        text = f"{text[:start]} {text[end:]}"
    return text


@cache
def _money() -> re.Pattern[str]:
    """The sign or the name of a money."""
    vocabulary = read_vocabulary()
    names = (word for word, unit in vocabulary.unit_of_word.items() if unit in vocabulary.moneys)
    return re.compile(
        rf"(?<![\w$])(?:{alternatives(vocabulary.money_of_sign)})(?![A-Za-z])|\b(?i:{alternatives(names)})\b"
    )


@cache
def _sum() -> re.Pattern[str]:
    """A number with a money in front of it or behind it."""
    money, scales = _money().pattern, alternatives(read_vocabulary().scales)
    return re.compile(rf"(?:{money})\s?\d|\d(?:\s(?:{scales}))?\s?(?:{money})")


@cache
def _number() -> re.Pattern[str]:
    """A number, in digits or words."""
    return re.compile(
        rf"\d|\b(?:{alternatives(number_words())}|dozens?|hundreds?|thousands?|millions?)\b", re.IGNORECASE
    )


@cache
def _duration() -> re.Pattern[str]:
    """A number of units of time."""
    numbers = alternatives(number_words())
    return re.compile(
        rf"(?:\d|\b(?:{numbers}|half an?|several))[\s-](?:(?:and a half|more|to \w+|or \w+)\s)?"
        r"(?:day|decade|hour|minute|month|week|year)s?\b|\b(?:a decade|an hour|for a year)\b",
        re.IGNORECASE,
    )
