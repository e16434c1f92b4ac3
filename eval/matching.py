"""Where a gold quote stands in a document, and whether a text contains a fact. Pure functions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["Span", "contains", "covers", "first_words", "locate", "simplify_facts", "simplify_quote"]

_UNQUOTED = re.compile(r"\[\d+\]|[*_`]")
_CLOSING = frozenset(".,;:)")
_ARTICLE = re.compile(r"\b(?:an?|the)\b")
_PER_CENT = re.compile(r"\s*(?:%|\bper\s?cent\b)")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_CURRENCY = re.compile(r"([$€£¥])\s+(?=\d)")
_PUNCTUATION = re.compile(r"(?<!\d)[.,]|[.,](?!\d)|[^\w\s.,%$€£¥+]|_")
_NUMERALS = {
    "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15",
    "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19", "twenty": "20",
}  # fmt: skip
_NUMERAL = re.compile(rf"\b(?:{'|'.join(_NUMERALS)})\b")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters ``start`` to ``end`` (half open) of a document's text."""

    document_id: str
    start: int
    end: int


def covers(found: Span, gold: Span) -> bool:
    """Whether ``found`` holds at least half of the characters of ``gold``, in the same document."""
    shared = min(found.end, gold.end) - max(found.start, gold.start)
    return found.document_id == gold.document_id and shared > 0 and 2 * shared >= gold.end - gold.start


def simplify_quote(text: str) -> tuple[str, list[int]]:
    """``text`` as quotes are compared, and for each of its characters the offset it came from.

    Lower case; without source marks such as ``[2]``, Markdown emphasis and table bars; white space as one space,
    and none in front of a closing mark.
    """
    kept: list[str] = []
    offsets: list[int] = []
    skipped = {i for match in _UNQUOTED.finditer(text) for i in range(*match.span())}
    for i, char in enumerate(text):
        if i in skipped:
            continue
        for small in " " if char.isspace() or char == "|" else unicodedata.normalize("NFC", char).lower():
            if small == " " and (not kept or kept[-1] == " "):
                continue
            if small in _CLOSING and kept and kept[-1] == " ":
                del kept[-1], offsets[-1]
            kept.append(small)
            offsets.append(i)
    if kept and kept[-1] == " ":
        del kept[-1], offsets[-1]
    return "".join(kept), offsets


def locate(quote: str, text: str) -> tuple[int, int] | None:
    """Offsets in ``text`` of the first place where ``quote`` stands, or None. Both are compared simplified."""
    needle, _ = simplify_quote(unicodedata.normalize("NFC", quote))
    haystack, offsets = _simplified(text)
    at = haystack.find(needle) if needle else -1
    return None if at < 0 else (offsets[at], offsets[at + len(needle) - 1] + 1)


@lru_cache(maxsize=256)
def _simplified(text: str) -> tuple[str, list[int]]:
    return simplify_quote(text)


@lru_cache(maxsize=65536)
def simplify_facts(text: str) -> str:
    """``text`` as facts are compared: lower case, without punctuation and articles, figures written one way.

    "The fee: two pesos (US$ 1,000; 20 per cent)" becomes "fee 2 pesos us$1000 20%".
    """
    text = unicodedata.normalize("NFKC", _UNQUOTED.sub("", text)).lower()
    text = _CURRENCY.sub(r"\1", _PER_CENT.sub("%", _THOUSANDS.sub("", text)))
    text = _ARTICLE.sub(" ", _PUNCTUATION.sub(" ", text))
    return " ".join(_NUMERAL.sub(lambda match: _NUMERALS[match[0]], text).split())


def contains(text: str, any_of: Iterable[str]) -> bool:
    """Whether one of the wordings in ``any_of`` occurs in ``text``.

    A wording starts where a word starts, and one that ends in a digit ends where the number ends: "6%" is not found in
    "16%", "us$20" not in "us$200", while "corrupt" is found in "corruption".
    """
    facts = simplify_facts(text)
    return any(_pattern(alias).search(facts) for alias in any_of)


@lru_cache(maxsize=65536)
def _pattern(alias: str) -> re.Pattern[str]:
    facts = simplify_facts(alias)
    if not facts:
        return re.compile(r"(?!)")
    head = r"(?<!\w)(?<!\d[.,])" if facts[0].isalnum() else ""
    tail = r"(?!\d|[.,]\d)" if facts[-1].isdigit() else ""
    return re.compile(head + re.escape(facts) + tail)


def first_words(text: str, limit: int) -> str:
    """The first ``limit`` words of ``text``, with the white space between them."""
    words = list(re.finditer(r"\S+", text))
    return text if len(words) <= limit else text[: words[limit - 1].end()]
