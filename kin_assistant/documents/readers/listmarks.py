"""The marks before items of a list: bullets, dashes, numbers and letters."""

from __future__ import annotations

import re

__all__ = ["find_mark", "is_bullet", "is_mark", "is_number", "is_sign"]

_BULLETS = "\u2022\u25aa\u25cf\u25cb\u25e6\u2023\u25a0\u25a1\u25ba\u25ab\u2713\u2714\u27a2\u2756\u30fb\uf0b7"
"""Signs that mark an item whatever follows."""
_DASHES = "*\u2013\u2014\u00b7-"
"""Signs that mark an item where a space follows."""
_COUNTED = r"\(?(?:\d{1,3}|[a-z]|[ivx]{2,4})[.)]"
_BEFORE_WORDS = re.compile(rf"\s*([{_BULLETS}]|(?:[{_DASHES}]|o(?=\s+[A-Z])|{_COUNTED})(?=\s))\s*")
_ALONE = re.compile(rf"[o{_BULLETS}{_DASHES}]|{_COUNTED}")
_NUMBER = re.compile(r"\(?\d{1,3}[.)]")


def find_mark(line: str) -> re.Match[str] | None:
    """The mark that ``line`` begins with, as group 1; the match ends where the words begin."""
    return _BEFORE_WORDS.match(line)


def is_mark(word: str) -> bool:
    """Whether ``word`` would be a mark where it stands before an item."""
    return _ALONE.fullmatch(word) is not None


def is_bullet(mark: str) -> bool:
    """Whether ``mark`` is a sign that stands for nothing else."""
    return mark in _BULLETS


def is_sign(mark: str) -> bool:
    """Whether ``mark`` is the same before each item: no number or letter."""
    return mark in _BULLETS or mark in _DASHES or mark == "o"


def is_number(mark: str) -> bool:
    """Whether ``mark`` counts in figures."""
    return _NUMBER.fullmatch(mark) is not None
