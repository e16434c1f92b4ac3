"""Small pieces of the program's own sentences."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["count_words", "join_words"]


def join_words(names: Iterable[str], conjunction: str = "and") -> str:
    """``A``, ``A and B`` or ``A, B and C``; repeated names once. Raises ``ValueError`` for no names."""
    *others, last = dict.fromkeys(names)
    return f"{', '.join(others)} {conjunction} {last}" if others else last


def count_words(number: int, singular: str, plural: str | None = None) -> str:
    """``number`` with its noun: "1 city", "1,250 documents"; the plural adds an s unless it is given."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"
