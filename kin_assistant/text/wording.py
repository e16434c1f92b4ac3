"""Small pieces of the program's own sentences."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["join_words"]


def join_words(names: Iterable[str], conjunction: str = "and") -> str:
    """``A``, ``A and B`` or ``A, B and C``; repeated names once. Raises ``ValueError`` for no names."""
    *others, last = dict.fromkeys(names)
    return f"{', '.join(others)} {conjunction} {last}" if others else last
