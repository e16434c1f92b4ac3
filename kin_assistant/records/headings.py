"""Which field of a record a heading announces, by the table in ``data/english/records.toml``."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final, NamedTuple

from kin_assistant.text.words import fold
from kin_assistant.types import RECORD_FIELDS, RecordField

__all__ = ["fields_of_heading"]

_MOST_WORDS: Final = 9
"""A longer heading is a title or a sentence, and a word of it tells no field."""
_NUMBERING: Final = re.compile(
    r"^\s*(?:(?:part|section|chapter|article|annex|component|slide|panel|table)\s+)?(?:\d+(?:\.\d+)*|[ivxlc]+|[a-z]\d*)[.):]?\s+(?=\w)"
    r"|^\s*(?:q|a|question)\s*\d*[.:]\s*",
    re.IGNORECASE,
)
"""In front of a heading: "5.", "III.", "B2", "Article 5", "Q:"."""
_IN_BRACKETS: Final = re.compile(r"\([^()]*\)")
_NO_WORD: Final = re.compile(r"[^\w'-]+|(?<!\w)-+|-+(?!\w)")
"""What parts words: "low-cost" is one."""


class _Phrase(NamedTuple):
    """Words that tell a field."""

    field: RecordField
    words: str
    """Between spaces, one at each end."""
    whole: bool


@lru_cache(maxsize=4096)
def fields_of_heading(heading: str) -> frozenset[RecordField]:
    """The fields that ``heading``, the innermost part of a path, announces: mostly one or none, two for "Money and partners"."""
    words = _normalise(heading)
    told = [phrase for phrase in _read_phrases() if phrase.whole and phrase.words == words]
    if not told and len(words.split()) <= _MOST_WORDS and "[" not in heading:
        told = [phrase for phrase in _read_phrases() if not phrase.whole and phrase.words in words]
        # "What is proposed" is longer than "is": what lies within longer words that tell a field tells nothing of its own.
        told = [one for one in told if not any(one.words in other.words and one != other for other in told)]
    return frozenset(phrase.field for phrase in told)


def _normalise(heading: str) -> str:
    """Folded words without numbering and brackets, between spaces."""
    text = fold(_IN_BRACKETS.sub(" ", heading)).replace("\u2019", "'")
    bare = _NUMBERING.sub("", text, count=1)
    return f" {' '.join(_NO_WORD.sub(' ', bare).split())} "


@cache
def _read_phrases() -> tuple[_Phrase, ...]:
    table = tomllib.loads(files("kin_assistant").joinpath("data/english/records.toml").read_text("utf-8"))
    return tuple(
        _Phrase(field, _normalise(text), whole=kind == "whole")
        for field in RECORD_FIELDS
        for kind in ("whole", "part")
        for text in table[field][kind]
    )
