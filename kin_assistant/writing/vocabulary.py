"""The words that the check of written sentences knows, from ``data/english/writing.toml``."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

__all__ = ["Vocabulary", "read_vocabulary", "split_parts"]

_LISTS: Final = ("neutral", "negation", "hedge", "binding", "dispensable", "being", "leading", "passed_over", "number")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Lists of words in lower case."""

    neutral: frozenset[str]
    """A sentence may have them though its quotes do not."""
    negation: frozenset[str]
    hedge: frozenset[str]
    binding: frozenset[str]
    """Small words that the quote must have too."""
    dispensable: frozenset[str]
    """Of these, what may be left out alone."""
    being: frozenset[str]
    """Forms of the verb that makes a passive."""
    leading: frozenset[str]
    """Words before a number that change what it says."""
    passed_over: frozenset[str]
    """What may stand between such a word and its number."""
    number: frozenset[str]
    """Numbers, multiples and parts that other lists lack."""
    parting: tuple[str, ...]
    """What parts a sentence into clauses."""
    planned: tuple[str, ...]
    """Phrases with which a thing is planned and not done."""


@cache
def read_vocabulary() -> Vocabulary:
    """The lists as they ship."""
    pack = tomllib.loads(files("kin_assistant").joinpath("data/english/writing.toml").read_text("utf-8"))
    lists = {name: frozenset(pack[name].split()) for name in _LISTS}
    return Vocabulary(**lists, parting=tuple(pack["parting"]), planned=tuple(pack["planned"]))


def split_parts(text: str) -> list[str]:
    """The parts of a sentence that say something each."""
    return [part for part in _parting().split(text) if part.strip()]


@cache
def _parting() -> re.Pattern[str]:
    return re.compile(rf"[;:]|,?\s+(?:{'|'.join(read_vocabulary().parting)})\s+|,\s+and\s+")
