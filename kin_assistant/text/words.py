"""The words of a text: folded, without stop words, as stems."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from kin_assistant.text.english import read_words

__all__ = ["STOP_WORDS", "find_near_names", "fold", "stems", "words"]

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_DECIMAL_POINT = re.compile(r"(?<=\d)\.(?=\d)")

STOP_WORDS = read_words("stop")


def fold(text: str) -> str:
    """``text`` in lower case without diacritics: "Đà Nẵng" gives "da nang"."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("\u0111", "d").replace("\u0142", "l"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def find_near_names(name: str, names: Iterable[str]) -> list[str]:
    """At most three of ``names`` that are written much like ``name``, the nearest first; none if none is."""
    by_spelling = {fold(one): one for one in names}
    return [by_spelling[near] for near in get_close_matches(fold(name), by_spelling, n=3, cutoff=0.6)]


def words(text: str) -> list[str]:
    """Folded words in order, stop words among them; "1,408" is one word, as is "0.5" (written "0.5")."""
    return _WORD.findall(_DECIMAL_POINT.sub("p", _THOUSANDS.sub("", fold(text))))


def stems(text: str) -> list[str]:
    """Stems (Snowball, English) of the words that carry meaning, in order, repeated ones kept."""
    return [_stem(word) for word in words(text) if word not in STOP_WORDS]


@lru_cache(maxsize=200_000)
def _stem(word: str) -> str:
    with _STEMMER_LOCK:
        return str(_stemmer().stemWord(word.removesuffix("'s").removesuffix("\u2019s")))


_STEMMER_LOCK = threading.Lock()
"""A Snowball stemmer keeps state between its calls."""


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")
