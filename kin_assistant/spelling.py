"""Misspelt words of a question, set right by the words that the documents use."""

from __future__ import annotations

from collections.abc import Iterable

from kin_assistant.lexical import STOP_WORDS, fold, stems, words

__all__ = ["Speller"]

_SHORTEST = 4
_LONG = 8
"""Words of this length may have two letters wrong, shorter ones one."""


class Speller:
    """Knows the words of the documents, and guesses only with one of them.

    A guess begins with the same letter and is at most one edit away (insertion, deletion, substitution, transposition;
    Damerau 1964), two in long words. Capitalised words are names; they are left to ``places``.
    """

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._known: set[str] = set()
        self._by_letter: dict[str, list[str]] = {}
        for word in sorted({fold(word) for word in vocabulary if word.islower() and word.isalpha()}):
            self._known.add(word)
            if len(word) >= _SHORTEST:
                self._by_letter.setdefault(word[0], []).append(word)
        self._stems = {stem for word in self._known for stem in stems(word)}

    def corrections(self, question: str) -> dict[str, str]:
        """The words of ``question`` that no document uses in any form, each with its likely spelling if there is one."""
        found: dict[str, str] = {}
        for word in words(question):
            if (
                len(word) < _SHORTEST
                or not word.isalpha()
                or word in STOP_WORDS
                or not self._stems.isdisjoint(stems(word))
            ):
                continue
            guess = self._guess(word)
            if guess:
                found[word] = guess
        return found

    def _guess(self, word: str) -> str | None:
        from rapidfuzz.distance import DamerauLevenshtein

        edits = 2 if len(word) >= _LONG else 1
        near = [
            (DamerauLevenshtein.distance(word, known, score_cutoff=edits), known)
            for known in self._by_letter.get(word[0], ())
            if abs(len(known) - len(word)) <= edits
        ]
        best = min(near, default=(edits + 1, ""))
        return best[1] if best[0] <= edits else None
