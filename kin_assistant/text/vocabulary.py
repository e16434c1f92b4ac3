"""The words of figures: units, money, rates, scale words, hedges and planning words, from ``data/english/figures.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

__all__ = ["Vocabulary", "alternatives", "read_vocabulary"]

_TIMES: Final = frozenset({"day", "week", "month", "year", "hour"})


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The table of the package, made ready for looking up."""

    unit_of_symbol: Mapping[str, str]
    """As written, with the unit's name."""
    unit_of_word: Mapping[str, str]
    """In lower case, money that stands behind its amount among them."""
    money_of_sign: Mapping[str, str]
    """What stands in front of an amount."""
    money_of_country: Mapping[str, Mapping[str, str]]
    """For money whose name several countries share: by country, what it is there."""
    rate_of_word: Mapping[str, str]
    scales: Mapping[str, float]
    hedges: Mapping[str, str]
    """A phrase in front of a figure, in lower case, with what it says: about, at least, at most."""
    hedges_behind: Mapping[str, str]
    planned: re.Pattern[str]
    """A word of planning."""
    not_planned: tuple[str, ...]
    fractions: Mapping[str, float]
    words: Mapping[str, frozenset[str]]
    """The other lists, by name."""

    @property
    def units(self) -> frozenset[str]:
        """The names of all units and moneys."""
        return frozenset((*self.unit_of_symbol.values(), *self.unit_of_word.values(), *self.money_of_sign.values()))

    @property
    def moneys(self) -> frozenset[str]:
        """The names of all moneys."""
        return frozenset(self.money_of_sign.values())

    def is_time(self, rate: str) -> bool:
        """Whether a rate is one of time."""
        return rate in _TIMES


def alternatives(words: Iterable[str]) -> str:
    """A pattern for one of ``words``, of two that begin alike the longer."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


@cache
def read_vocabulary() -> Vocabulary:
    """The vocabulary of the package, read once."""
    table: dict[str, Any] = tomllib.loads(
        files("kin_assistant").joinpath("data/english/figures.toml").read_text("utf-8")
    )
    symbols, words = {}, {}
    for name, unit in table["units"].items():
        symbols.update(dict.fromkeys(unit.get("symbols", ()), name))
        words.update(dict.fromkeys(unit.get("words", ()), name))
    signs = {}
    for name, money in table["money"].items():
        signs.update(dict.fromkeys(money["before"], name))
        words.update(dict.fromkeys(money["after"], name))
    lists: dict[str, list[str]] = table["words"]
    parts = {"half": 2, "halves": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10}
    return Vocabulary(
        unit_of_symbol=symbols,
        unit_of_word=words,
        money_of_sign=signs,
        money_of_country=table["money_of_country"],
        rate_of_word={word: name for name, own in table["rates"].items() for word in own},
        scales=table["scales"],
        hedges={phrase: name for name, own in table["hedges"].items() for phrase in own},
        hedges_behind={phrase: name for name, own in table["hedges_behind"].items() for phrase in own},
        planned=re.compile(rf"(?<![\w-])(?:{alternatives(lists['planned'])})(?![\w-])", re.IGNORECASE),
        not_planned=tuple(lists["not_planned"]),
        fractions={word: 1 / parts[word if word in parts else word.removesuffix("s")] for word in lists["fractions"]},
        words={name: frozenset(own) for name, own in lists.items()},
    )
