"""A written sentence says what one of its quotes says: it is the quote, shortened.

A rule cannot tell a paraphrase from a lie, so it asks for the quote's own words in their order. Much that is true is lost by
that; what adds a word that carries meaning, swaps two, leaves out a "not" or makes a plan a fact, does not pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from kin_assistant.text.words import STOP_WORDS, stems, words
from kin_assistant.types import Citation, DropReason
from kin_assistant.writing.checks import evidence_text, place_of
from kin_assistant.writing.figures import number_words_in
from kin_assistant.writing.names import names_in
from kin_assistant.writing.vocabulary import read_vocabulary, split_parts

__all__ = ["WordingCheck"]

_LEAST_WORDS: Final = 3
"""Words with a meaning that a sentence has to share with its quote."""
_LEAST_SHARE: Final = 0.4
"""Of the words with a meaning in those parts of the quote that it takes words from."""
_BEING: Final = "be"
_TURNING: Final = frozenset({_BEING, "by"})
"""Small words without which the one who acts becomes the one to whom it is done."""
_TOLD_WITH_PASSIVE: Final = 2
"""Words with a meaning that a passive takes along if it is left out."""
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
    text = evidence_text(citation)
    told, quote = _read(claim), _read(text)
    own = {word for name in place_of(citation) for word in words(name)}
    names = frozenset(stem for name in names_in(text) - own for stem in stems(name))
    if len(told.content) < _LEAST_WORDS or not _is_shortened(told.words, quote, names):
        return False
    touched = [part for part in map(_read, split_parts(text)) if not set(part.content).isdisjoint(told.content)]
    # Any word may be left out but those that make a fact of what is none; of very few, nobody knows what they still say.
    return (
        told.negations == sum(part.negations for part in touched)
        and told.hedges >= sum(part.hedges for part in touched)
        and len(told.content) >= _LEAST_SHARE * sum(len(part.content) for part in touched)
    )


def _is_shortened(claim: Sequence[str], quote: _Told, names: frozenset[str]) -> bool:
    """Whether ``claim`` is what is left of ``quote`` if words are left out, or so in two pieces whose order is turned."""
    whole = _place(claim, quote.words, 0)
    if whole:
        return _leaves_out_well(whole, quote, names)
    for cut in range(1, len(claim)):
        pieces = (claim[cut:], claim[:cut])
        if any(len(piece) == 1 and not _may_move(piece[0]) for piece in pieces):
            continue
        # "By 2011 waste fell" may be told as "Waste fell by 2011": what comes first stands wholly behind the rest.
        behind = _place(pieces[0], quote.words, 0)
        before = _place(pieces[1], quote.words, behind[-1] + 1) if behind else []
        if behind and before and all(_leaves_out_well(places, quote, names) for places in (behind, before)):
            return True
    return False


def _place(claim: Sequence[str], quote: Sequence[str], start: int) -> list[int]:
    """Where the words of ``claim`` stand in ``quote``, one behind the other and as early as may be; empty if they do not."""
    places: list[int] = []
    for word in claim:
        try:
            start = quote.index(word, start) + 1
        except ValueError:
            return []
        places.append(start - 1)
    return places


def _leaves_out_well(places: Sequence[int], quote: _Told, names: frozenset[str]) -> bool:
    """Whether what is left out between the words at ``places`` leaves who did what to whom as it was.

    No name goes but the place of the document, for it may be the one who acted; hardly any small word goes alone; and no
    passive, unless with all that it tells.
    """
    content = frozenset(quote.content)
    for one, other in pairwise(places):
        gap = [word for word in quote.words[one + 1 : other] if word not in read_vocabulary().dispensable]
        told = sum(word in content for word in gap)
        turns = any(word in _TURNING for word in gap)
        if gap and (told < (_TOLD_WITH_PASSIVE if turns else 1) or not names.isdisjoint(gap)):
            return False
    return True


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
    worded = number_words_in(text)
    negations, hedges = 0, sum(f" {phrase} " in f" {text.lower()} " for phrase in vocabulary.planned)
    for word in words(text):
        if word in vocabulary.negation or word.endswith(("n't", "n\u2019t")):
            negations += 1
            told.append(word)
        elif word in vocabulary.being:
            told.append(_BEING)
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
