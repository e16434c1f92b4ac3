"""The words that the check of written sentences knows, from ``data/english/writing.toml``."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["Vocabulary", "read_vocabulary", "split_parts"]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Lists of words in lower case."""

    neutral: frozenset[str]
    """A sentence may have them though its quotes do not."""
    negation: frozenset[str]
    hedge: frozenset[str]
    binding: frozenset[str]
    """Small words that the quote must have too."""
    number: frozenset[str]
    """Numbers, multiples and parts that other lists lack."""
    parting: tuple[str, ...]
    """What parts a sentence into clauses."""


@cache
def read_vocabulary() -> Vocabulary:
    """The lists as they ship."""
    pack = tomllib.loads(files("kin_assistant").joinpath("data/english/writing.toml").read_text("utf-8"))
    lists = {name: frozenset(pack[name].split()) for name in ("neutral", "negation", "hedge", "binding", "number")}
    return Vocabulary(**lists, parting=tuple(pack["parting"]))


def split_parts(text: str) -> list[str]:
    """The parts of a sentence that say something each."""
    return [part for part in _parting().split(text) if part.strip()]


@cache
def _parting() -> re.Pattern[str]:
    return re.compile(rf"[;:]|,?\s+(?:{'|'.join(read_vocabulary().parting)})\s+|,\s+and\s+")
