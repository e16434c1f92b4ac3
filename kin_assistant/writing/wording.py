"""A written sentence says what one of its quotes says: it is the quote, shortened.

A rule cannot tell a paraphrase from a lie, so it asks for the quote's own words in their order. Much that is true is lost by
that; what adds a word that carries meaning, swaps two, leaves out a "not" or makes a plan a fact, does not pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kin_assistant.text.words import STOP_WORDS, stems, words
from kin_assistant.types import Citation, DropReason
from kin_assistant.writing.checks import evidence_text
from kin_assistant.writing.figures import number_words_in
from kin_assistant.writing.vocabulary import read_vocabulary, split_parts

__all__ = ["WordingCheck"]

_LEAST_WORDS: Final = 2
"""Words with a meaning that a sentence has to share with its quote."""
_LEAST_SHARE: Final = 0.4
"""Of the words with a meaning in those parts of the quote that it takes words from."""
_USUAL: Final = frozenset(" .,;:'\"\u2018\u2019\u201c\u201d()%-\u2013\u2014/")
"""Signs that say nothing of their own."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What a text says, as far as the rules can see."""

    words: tuple[str, ...]
    """All that counts, in order: stems of words that carry meaning, numbers, and the small words that change what is said."""
    content: tuple[str, ...]
    """Those that are no small words."""
    negations: int
    hedges: int


class WordingCheck:
    """Compares the words of a sentence with those of one quote."""

    def find_fault(self, sentence: str, cited: Sequence[Citation]) -> DropReason | None:
        """Words that no single quote has, in a meaning that it has, or signs that none has."""
        texts = "".join(map(evidence_text, cited))
        usual = all(char.isalnum() or char in _USUAL or char in texts for char in sentence)
        return None if usual and any(_bears(citation, sentence) for citation in cited) else "wording"


def _bears(citation: Citation, claim: str) -> bool:
    """Whether ``claim`` is the quote, shortened."""
    told, text = _read(claim), evidence_text(citation)
    if len(told.content) < _LEAST_WORDS or not _is_shortened(told.words, _read(text).words):
        return False
    parts = [_read(part) for part in split_parts(text)]
    touched = [part for part in parts if not set(part.content).isdisjoint(told.content)]
    # Any word may be left out but those that make a fact of what is none; of very few, nobody knows what they still say.
    return (
        told.negations == sum(part.negations for part in touched)
        and told.hedges >= sum(part.hedges for part in touched)
        and len(told.content) >= _LEAST_SHARE * sum(len(part.content) for part in touched)
    )


def _is_shortened(claim: Sequence[str], quote: Sequence[str]) -> bool:
    """Whether ``claim`` is what is left of ``quote`` if words are left out, or so in two pieces whose order is turned."""
    if _ends(claim, quote) is not None:
        return True
    for cut in range(1, len(claim)):
        if any(len(piece) == 1 and not _may_move(piece[0]) for piece in (claim[:cut], claim[cut:])):
            continue
        # "By 2011 waste fell" may be told as "Waste fell by 2011": what comes first stands wholly behind the rest.
        start = _ends(claim[cut:], quote)
        if start is not None and _ends(claim[:cut], quote[start:]) is not None:
            return True
    return False


def _may_move(word: str) -> bool:
    """Whether one word alone, "by 2011" or "in our view", can change its place and say the same."""
    return any(char.isdigit() for char in word) or word in read_vocabulary().hedge


def _ends(claim: Sequence[str], quote: Sequence[str]) -> int | None:
    """Where the words of ``claim``, one behind the other as early as may be, end in ``quote``; None if they are not there."""
    place = 0
    for word in claim:
        try:
            place = quote.index(word, place) + 1
        except ValueError:
            return None
    return place


def _read(text: str) -> _Told:
    vocabulary = read_vocabulary()
    told: list[str] = []
    content: list[str] = []
    negations = hedges = 0
    worded = number_words_in(text)
    for word in words(text):
        if word in vocabulary.negation or word.endswith(("n't", "n\u2019t")):
            negations += 1
            told.append(word)
        elif word in vocabulary.hedge:
            hedges += 1
            told.append(word)
        elif word in worded or any(char.isdigit() for char in word):
            told.append(word)
            content.append(word)
        elif word in vocabulary.binding:
            told.append(word)
        elif word not in vocabulary.neutral and word not in STOP_WORDS:
            told += stems(word)
            content += stems(word)
    return _Told(tuple(told), tuple(content), negations, hedges)
