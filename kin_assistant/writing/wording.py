"""A written sentence says what one of its quotes says, in its words and mostly in its order.

A rule cannot tell a paraphrase from a lie, so it asks for the quote's own words. What only turns the order round, or is told
with other words, is lost; what adds a word that carries meaning, leaves out a "not" or makes a plan a fact, does not pass.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

from kin_assistant.text.words import STOP_WORDS, stems, words
from kin_assistant.types import Citation, DropReason
from kin_assistant.writing.checks import evidence_text, place_words
from kin_assistant.writing.figures import number_words_in
from kin_assistant.writing.vocabulary import read_vocabulary

__all__ = ["WordingCheck"]

_LEAST_WORDS: Final = 3
"""Words with a meaning that a sentence, and part of one, has to share with its quote."""
_LEAST_IN_PART: Final = 2
_LEAST_IN_ORDER: Final = 0.6
"""Of the pairs of neighbouring words, so many follow each other in the quote, too."""
_WINDOW: Final = 6
_COUNTED_WITHIN: Final = 3
"""As many words behind a number, what it counts is named."""
_USUAL: Final = frozenset(" .,;:'\"\u2018\u2019\u201c\u201d()%-\u2013\u2014/")
"""Signs that say nothing of their own."""
_YEAR: Final = re.compile(r"(?:1[89]|20)\d\d")


@dataclass(frozen=True, slots=True)
class _Told:
    """What a text says, as far as the rules can see."""

    content: tuple[str, ...]
    """Stems of its words that carry meaning, and numbers, in order."""
    numbers: tuple[str, ...]
    """Those of ``content`` that are numbers."""
    negations: frozenset[str]
    hedges: frozenset[str]
    binding: frozenset[str]


class WordingCheck:
    """Compares the words of a sentence, or of each of its parts, with those of one quote."""

    def find_fault(self, sentence: str, cited: Sequence[Citation]) -> DropReason | None:
        """Words that no single quote has, in a meaning that it has, or signs that none has."""
        texts = "".join(map(evidence_text, cited))
        if not all(char.isalnum() or char in _USUAL or char in texts for char in sentence):
            return "wording"
        if _is_borne(sentence, cited, _LEAST_WORDS):
            return None
        parts = [part for part in _parting().split(sentence) if part.strip()]
        if len(cited) > 1 and len(parts) > 1 and all(_is_borne(part, cited, _LEAST_IN_PART) for part in parts):
            return None
        return "wording"


def _is_borne(claim: str, cited: Sequence[Citation], least: int) -> bool:
    told = _read(claim)
    return len(told.content) >= least and any(_bears(citation, told) for citation in cited)


def _bears(citation: Citation, claim: _Told) -> bool:
    text = evidence_text(citation)
    quote, known, places = _read(text), frozenset(words(text)), _stems_of(place_words(citation))
    if not (set(claim.content) - places <= set(quote.content) and claim.binding | claim.hedges <= known):
        return False
    content = [stem for stem in claim.content if stem in quote.content]
    touched = [part for part in map(_read, _parting().split(text)) if not set(part.content).isdisjoint(content)]
    denied = any(part.negations for part in touched)
    hedged = frozenset(word for part in touched for word in part.hedges)
    if bool(claim.negations) != denied or not hedged <= claim.hedges or not claim.negations <= known:
        return False
    return _keeps_order(content, quote.content) and _keeps_numbers(claim, quote)


def _keeps_order(content: Sequence[str], quote: Sequence[str]) -> bool:
    pairs = list(pairwise(content))
    kept = sum(_follows(quote, one, other, _WINDOW) for one, other in pairs)
    return kept >= _LEAST_IN_ORDER * len(pairs)


def _keeps_numbers(claim: _Told, quote: _Told) -> bool:
    """Whether each number counts what it counts in the quote, and stands beside the same numbers."""
    beside = set(pairwise(quote.numbers))
    for one, other in pairwise(claim.numbers):
        turned = (other, one) in beside and bool(_YEAR.fullmatch(one)) != bool(_YEAR.fullmatch(other))
        if (one, other) not in beside and not turned:
            return False
    for number, counted in pairwise(claim.content):
        is_amount = number in claim.numbers and not _YEAR.fullmatch(number)
        if is_amount and not _follows(quote.content, number, counted, _COUNTED_WITHIN):
            return False
    return True


def _follows(sequence: Sequence[str], one: str, other: str, window: int) -> bool:
    """Whether ``other`` stands behind ``one`` somewhere, at most ``window`` words away."""
    return any(word == one and other in sequence[place + 1 : place + 1 + window] for place, word in enumerate(sequence))


def _read(text: str) -> _Told:
    vocabulary = read_vocabulary()
    content: list[str] = []
    numbers: list[str] = []
    negations, hedges, binding = set(), set(), set()
    worded = number_words_in(text)
    for word in words(text):
        if word in vocabulary.negation or word.endswith(("n't", "n\u2019t")):
            negations.add(word)
        elif word in vocabulary.hedge:
            hedges.add(word)
        elif word in worded or any(char.isdigit() for char in word):
            numbers.append(word)
            content.append(word)
        elif word in vocabulary.binding:
            binding.add(word)
        elif word not in vocabulary.neutral and word not in STOP_WORDS:
            content += stems(word)
    return _Told(tuple(content), tuple(numbers), frozenset(negations), frozenset(hedges), frozenset(binding))


def _stems_of(names: frozenset[str]) -> frozenset[str]:
    return frozenset(stem for name in names for stem in stems(name))


@cache
def _parting() -> re.Pattern[str]:
    return re.compile(rf"[;:]|,?\s+(?:{'|'.join(read_vocabulary().parting)})\s+|,\s+and\s+")
