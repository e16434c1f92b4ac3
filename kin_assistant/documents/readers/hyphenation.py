"""Lines to running text: which word was broken at the end of a line, and which hyphen is its own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from typing import TypeVar

from kin_assistant.text.english import read_words

__all__ = ["Vocabulary", "ends_broken"]

Page = TypeVar("Page", int, int | None)

_WORD = re.compile(r"[^\W\d_]+(?:[-\u2019'][^\W\d_]+)*")
_HYPHENS = ("-", "\u00ad", "\u2010")
_LETTERS_AT_END = re.compile(r"[^\W\d_]+$")
_SOFT = "\u00ad"
_COMPOUND_FIRST = read_words("before_hyphen")
_LONGEST_WORD = 60
_LONGEST_TAIL = 300
"""Characters before the end of a line that are looked at: an address may be broken more than once."""


def ends_broken(line: str) -> bool:
    """Whether a line ends with letters and a hyphen."""
    return _broken_word(line) is not None


class Vocabulary:
    """The words and compounds of a document, which tell a broken word from a compound at the end of a line."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = lines

    def join(self, lines: Iterable[str]) -> str:
        """Lines of one paragraph or cell as one text."""
        pieces: list[str] = []
        tail = ""
        for line in filter(None, lines):
            if pieces:
                dropped, between = self._seam(tail, line)
                pieces[-1] = pieces[-1][: len(pieces[-1]) - dropped]
                pieces.append(between)
                tail = tail[: len(tail) - dropped] + between
            pieces.append(line)
            tail = (tail + line)[-_LONGEST_TAIL:]
        return "".join(pieces)

    def join_pages(self, lines: Iterable[tuple[Page, str]]) -> list[tuple[Page, str]]:
        """(page, line) to (page, text); a word broken at the end of a page goes to that page as a whole."""
        pages: list[tuple[Page, list[str]]] = []
        for page, line in lines:
            if not pages or pages[-1][0] != page:
                if pages and pages[-1][1]:
                    word, _, rest = line.partition(" ")
                    if not self._seam(pages[-1][1][-1], word)[1]:
                        pages[-1][1].append(word)
                        line = rest
                pages.append((page, []))
            if line:
                pages[-1][1].append(line)
        return [(page, self.join(texts)) for page, texts in pages]

    def _seam(self, before: str, after: str) -> tuple[int, str]:
        """How many characters at the end of ``before`` go, and what stands between it and ``after``."""
        if before[-1] == _SOFT:
            return 1, ""
        last = before.rsplit(" ", 1)[-1]
        if ("://" in last or last.startswith("www.")) and _goes_on_with_address(before, after):
            return 0, ""
        broken = _broken_word(before)
        if broken:
            return self._mend(before, broken, after)
        if before[-1] in "-\u2010\u2013\u2014/" and len(last) > 1 and (last[-2].isdigit() and after[0].isdigit()):
            return 0, ""
        if before[-1] == "\u2014" and len(last) > 1:
            return 0, ""
        return 0, "" if _is_unspaced(before[-1]) and _is_unspaced(after[0]) else " "

    def _mend(self, before: str, first: str, after: str) -> tuple[int, str]:
        second = _WORD.match(after)
        if second is None or not after[0].islower():
            return 0, ""
        if second[0] in ("and", "or", "to"):
            return 0, " "
        words, compounds = self._words
        one, two = first.lower(), second[0].split("-")[0].lower()
        if before[-len(first) - 2 : -len(first) - 1] == "-" or f"{one}-{two}" in compounds:
            keep = one + two not in words
        elif one + two in words:
            keep = False
        else:
            both_are_words = len(one) > 3 and len(two) > 3 and one in words and two in words
            # No word is written in capitals up to the hyphen and small behind it.
            keep = first.isupper() or len(one) == 1 or one in _COMPOUND_FIRST or both_are_words
        return 0 if keep else 1, ""

    @cached_property
    def _words(self) -> tuple[set[str], set[str]]:
        """Words and compounds as they stand within lines."""
        words: set[str] = set()
        compounds: set[str] = set()
        for line in self._lines:
            for match in _WORD.finditer(line.lower()):
                if match.end() < len(line) - 1:
                    (compounds if "-" in match[0] else words).add(match[0])
        return words, compounds


def _broken_word(line: str) -> str | None:
    """The letters before the hyphen at the end of ``line``."""
    letters = _LETTERS_AT_END.search(line[-_LONGEST_WORD:-1]) if line.endswith(_HYPHENS) else None
    return letters[0] if letters else None


def _goes_on_with_address(before: str, after: str) -> bool:
    """Whether ``after`` begins with the rest of the web address at the end of ``before``."""
    rest = after.split(" ", 1)[0]
    return after[0] in "/?&=_" or (before[-1] in "/-_=&?" and (rest[0].islower() or rest[0].isdigit() or "/" in rest))


def _is_unspaced(char: str) -> bool:
    """Whether words of this script are written without spaces between them."""
    return "\u2e80" <= char <= "\ua4cf" or "\uf900" <= char <= "\ufaff" or "\uff00" <= char <= "\uffef"
