"""Words of a question that no document uses, as the documents would write them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from kin_assistant.models.embedder import read_common_words
from kin_assistant.text.english import number_words, read_short_forms
from kin_assistant.text.words import STOP_WORDS, fold, stems

__all__ = ["Speller"]

_SHORTEST: Final = 4
_LONG: Final = 8
"""Words of this length may have two letters wrong, shorter ones one."""
_LEAST_NUMBER: Final = 11
"""Smaller numbers stand in documents as words, and in too many places as figures."""

_WORD: Final = re.compile(r"\w+")
_BEGINNING: Final = re.compile(r"(?:^|[.?!:]\s)\W*$")

_SPELLINGS: Final = tuple(
    (re.compile(pattern), one)
    for pattern, one in (
        ("ae|oe", "e"), ("amme(?=[ds]?$)", "am"), ("ence(?=s?$)", "ense"), ("ey$", "ay"), ("i[sz](?=[aei])", "iz"), ("ll", "l"),
        ("minium", "minum"), ("ogue(?=s?$)", "og"), ("our", "or"), ("ph", "f"), ("re(?=[ds]?$)", "er"), ("tyre", "tire"),
        ("y[sz](?=[ei])", "yz"),
    )
)  # fmt: skip
"""Where British and American spelling differ; with these put for it, they agree."""

_ORDINALS: Final = {
    "1st": "first", "2nd": "second", "3rd": "third", "4th": "fourth", "5th": "fifth", "6th": "sixth", "7th": "seventh",
    "8th": "eighth", "9th": "ninth", "10th": "tenth",
}  # fmt: skip
"""As documents write them out."""
_NUMBER: Final = re.compile(
    rf"\b(?:{'|'.join(number_words())})\b(?:(?:\s+and)?[\s-]+(?:{'|'.join([*number_words(), 'hundred', 'thousand'])})\b)*",
    re.IGNORECASE,
)


class Speller:
    """Knows the words of the documents, and guesses only with one of them.

    A guess begins with the same letter and is at most one edit away (insertion, deletion, substitution, transposition;
    Damerau 1964), two in long words. What is English or a name is no misspelling: words with a capital are left to
    ``places``, and of English words only those are changed that the documents spell in the British or American way.
    """

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._by_letter: dict[str, list[str]] = {}
        self._by_spelling: dict[str, str] = {}
        known = sorted({fold(word) for word in vocabulary if word.islower() and word.isalpha()})
        for word in known:
            self._by_spelling.setdefault(_spelling_of(word), word)
        for word in {*known, *STOP_WORDS}:
            if len(word) >= _SHORTEST:
                self._by_letter.setdefault(word[0], []).append(word)
        self._stems = {stem for word in known for stem in stems(word)}

    def corrections(self, question: str) -> dict[str, str]:
        """What of ``question`` no document uses in any form, in lower case, each with what is likely to be meant.

        That is misspelt words, the other spelling of British and American, abbreviations, and numbers in words.
        """
        found: dict[str, str] = {}
        for start, word in _common_words(question):
            if word in STOP_WORDS or not self._stems.isdisjoint(stems(word)):
                continue
            guess = self._ordinal(word) or read_short_forms().get(word) or self._guess(word)
            if guess and not _NUMBER.match(question, start):
                found[word] = guess
        for match in _NUMBER.finditer(question):
            if (number := _value_of(match[0])) >= _LEAST_NUMBER:
                found[match[0].lower()] = str(number)
        return found

    def respell(self, question: str, keep: Collection[str] = ()) -> str:
        """``question`` with its corrections in their places; words in ``keep``, in lower case, stay."""
        corrections = {wrong: right for wrong, right in self.corrections(question).items() if wrong not in keep}
        if not corrections:
            return question
        longest_first = sorted(map(re.escape, corrections), key=len, reverse=True)
        return re.sub(
            rf"\b(?:{'|'.join(longest_first)})\b",
            lambda match: corrections.get(fold(match[0]), match[0]),
            question,
            flags=re.IGNORECASE,
        )

    def _ordinal(self, word: str) -> str | None:
        """A number such as "4th" in a word, if the documents have that."""
        written = _ORDINALS.get(word)
        return written if written and not self._stems.isdisjoint(stems(written)) else None

    def _guess(self, word: str) -> str | None:
        from rapidfuzz.distance import DamerauLevenshtein

        if len(word) < _SHORTEST or not word.isalpha():
            return None
        if not read_common_words().isdisjoint((word, word.removesuffix("s"))):
            return self._by_spelling.get(_spelling_of(word))
        edits = 2 if len(word) >= _LONG else 1
        near = [
            (
                DamerauLevenshtein.distance(word, known, score_cutoff=edits),
                sorted(known) != sorted(word),
                known not in STOP_WORDS,
                known,
            )
            for known in self._by_letter.get(word[0], ())
            if abs(len(known) - len(word)) <= edits
        ]
        # Of equals, letters that changed places and the commonest words are meant rather than others.
        best = min(near, default=(edits + 1, True, True, ""))
        return best[3] if best[0] <= edits else None


def _common_words(question: str) -> Iterator[tuple[int, str]]:
    """Where each word of ``question`` begins that is no name by its capital, and the word in lower case."""
    cased = not question.isupper()
    for match in _WORD.finditer(question):
        word = fold(match[0])
        name = cased and match[0][0].isupper() and not _BEGINNING.search(question[: match.start()])
        if not name or word in read_short_forms():
            yield match.start(), word


def _spelling_of(word: str) -> str:
    for pattern, one in _SPELLINGS:
        word = pattern.sub(one, word)
    return word


def _value_of(words: str) -> int:
    """The number that ``words`` say: 78 for "seventy-eight", 1978 for "nineteen seventy eight"."""
    total = value = 0
    for word in re.findall(r"[a-z]+", words.lower()):
        if word == "hundred":
            value *= 100
        elif word == "thousand":
            total, value = total + 1000 * value, 0
        elif word in number_words():
            century = 10 <= value < 100 and number_words()[word] >= 10
            value = (100 * value if century else value) + number_words()[word]
    return total + value
