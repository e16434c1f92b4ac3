"""The English pack: words by what they do in a sentence, from ``data/english/words.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["number_words", "read_comparatives", "read_measures", "read_phrases", "read_short_forms", "read_words"]


@cache
def read_words(name: str) -> frozenset[str]:
    """The words of one list, in lower case. Raises ``KeyError`` for an unknown list."""
    return frozenset(_read_pack()["words"][name].split())


@cache
def read_short_forms() -> Mapping[str, str]:
    """Abbreviations, in lower case, with the words that they stand for."""
    return dict(_read_pack()["short_forms"])


@cache
def read_measures() -> Mapping[str, str]:
    """Superlatives, with words for what they measure."""
    return dict(_read_pack()["measures"])


@cache
def read_comparatives() -> Mapping[str, str]:
    """Comparatives that ask which of two costs less or came first, with words for what they measure."""
    return dict(_read_pack()["comparatives"])


@cache
def read_phrases(name: str) -> tuple[str, ...]:
    """The phrases of one list, in lower case. Raises ``KeyError`` for an unknown list."""
    return tuple(_read_pack()["phrases"][name])


@cache
def number_words() -> Mapping[str, int]:
    """Words for numbers below a hundred, with their values."""
    numbers = _read_pack()["numbers"]
    units = {word: value for value, word in enumerate(numbers["units"].split())}
    return units | {word: 10 * value for value, word in enumerate(numbers["tens"].split(), start=2)}


@cache
def _read_pack() -> dict[str, Any]:
    return tomllib.loads(files("kin_assistant").joinpath("data/english/words.toml").read_text("utf-8"))
