"""Text on one line, without what cannot be seen."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["clean"]

_SPACE = re.compile(r"\s+")
_JOINERS = "\u200c\u200d"
"""Zero-width (non-)joiners change how Arabic and Indic words are written, and are kept between such letters."""
_FIRST_LETTER_THAT_JOINS = "\u0600"
_PLAIN = re.compile(r"[\x20-\x7e]*")


def clean(text: str) -> str:
    """``text`` in NFC on one line, without control and invisible characters."""
    if not _PLAIN.fullmatch(text):
        text = "".join(
            " " if unicodedata.category(char) in ("Cc", "Cs", "Co", "Zl", "Zp") else char
            for i, char in enumerate(text)
            if unicodedata.category(char) != "Cf" or (char in _JOINERS and i and _may_join(text[i - 1]))
        )
        # Afterwards: a character that is not seen may have stood between a letter and its accent.
        text = unicodedata.normalize("NFC", text)
    return _SPACE.sub(" ", text).strip()


def _may_join(char: str) -> bool:
    """Whether ``char`` is a letter, a mark on one or a symbol that a joiner behind it may change."""
    return char >= _FIRST_LETTER_THAT_JOINS and unicodedata.category(char)[0] in "LMS"
