"""Small pieces of the program's own sentences."""

from __future__ import annotations

from collections.abc import Iterable

from kin_assistant.text.english import read_phrases

__all__ = ["count_words", "join_words", "name_in_sentence"]


def name_in_sentence(place: str) -> str:
    """The name of a place as it stands in a sentence: "the Philippines"."""
    has_article = set(place.lower().split()).intersection(read_phrases("with_article"))
    return f"the {place}" if has_article else place


def join_words(names: Iterable[str], conjunction: str = "and") -> str:
    """``A``, ``A and B`` or ``A, B and C``; repeated names once. Raises ``ValueError`` for no names."""
    *others, last = dict.fromkeys(names)
    return f"{', '.join(others)} {conjunction} {last}" if others else last


def count_words(number: int, singular: str, plural: str | None = None) -> str:
    """``number`` with its noun: "1 city", "1,250 documents"; the plural adds an s unless it is given."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"
