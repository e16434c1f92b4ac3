"""The English words by which the traits of a city are read, from ``data/english/peers.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["PeerVocabulary", "alternatives", "find_phrases", "read_peer_vocabulary"]


@dataclass(frozen=True, slots=True)
class PeerVocabulary:
    """All entries are in lower case."""

    leading: tuple[str, ...]
    hedges: tuple[str, ...]
    trailing: tuple[str, ...]
    scales: Mapping[str, int]
    sea: tuple[str, ...]
    inland: tuple[str, ...]
    neither: tuple[str, ...]
    little: tuple[str, ...]
    low_cost: tuple[str, ...]
    negations: frozenset[str]
    generic: frozenset[str]
    others: tuple[str, ...]
    nouns: tuple[str, ...]


@cache
def read_peer_vocabulary() -> PeerVocabulary:
    """The word lists, read once."""
    lists = tomllib.loads(files("kin_assistant").joinpath("data/english/peers.toml").read_text("utf-8"))
    size, coast, means = lists["size"], lists["coast"], lists["means"]
    return PeerVocabulary(
        leading=tuple(size["leading"]),
        hedges=tuple(size["hedges"]),
        trailing=tuple(size["trailing"]),
        scales=dict(lists["scales"]),
        sea=tuple(coast["sea"]),
        inland=tuple(coast["inland"]),
        neither=tuple(coast["neither"]),
        little=tuple(means["little"]),
        low_cost=tuple(means["low_cost"]),
        negations=frozenset(means["negations"]),
        generic=frozenset(lists["problem"]["generic"]),
        others=tuple(lists["place"]["others"]),
        nouns=tuple(lists["place"]["nouns"]),
    )


def find_phrases(text: str, phrases: tuple[str, ...]) -> list[tuple[int, int]]:
    """Spans of ``text`` that are one of ``phrases`` as whole words, in order; of two at one place the longer one."""
    return [match.span() for match in _pattern(phrases).finditer(text)]


@cache
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{alternatives(phrases)})(?![\w-])", re.IGNORECASE)


def alternatives(phrases: Iterable[str]) -> str:
    """A pattern for any of ``phrases``, the longest first, with any blank between their words."""
    ordered = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    return "|".join(r"\s+".join(map(re.escape, phrase.split())) for phrase in ordered)
