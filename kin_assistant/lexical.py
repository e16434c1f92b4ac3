"""Words of a text, and BM25 over passages, stored with the build."""

from __future__ import annotations

import logging
import re
import threading
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from bm25s import BM25
    from numpy.typing import NDArray

__all__ = ["LEXICAL_VERSION", "LexicalIndex", "fold", "stems", "words"]

LEXICAL_VERSION = 1
"""Raised whenever the same text would give other stems."""

K1, B = 1.2, 0.75

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_DECIMAL_POINT = re.compile(r"(?<=\d)\.(?=\d)")

STOP_WORDS = frozenset(
    """a about after all also am an and any are as at be because been before being between both but by can could did do does doing
    down during each few for from further get give had has have having he her here hers him his how i if in into is it its just
    let like many may me more most much must my no nor not now of off on once only or other our out over own per please same she
    should so some such tell than that the their them then there these they this those through to too under until up us very was
    we were what when where which while who whom whose why will with would you your""".split()
)


def fold(text: str) -> str:
    """``text`` in lower case without diacritics: "Đà Nẵng" gives "da nang"."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("\u0111", "d").replace("\u0142", "l"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def words(text: str) -> list[str]:
    """Folded words in order, stop words among them; "1,408" is one word, as is "0.5" (written "0.5")."""
    return _WORD.findall(_DECIMAL_POINT.sub("p", _THOUSANDS.sub("", fold(text))))


def stems(text: str) -> list[str]:
    """Stems (Snowball, English) of the words that carry meaning, in order, repeated ones kept."""
    return [_stem(word) for word in words(text) if word not in STOP_WORDS]


@lru_cache(maxsize=200_000)
def _stem(word: str) -> str:
    with _STEMMER_LOCK:
        return str(_stemmer().stemWord(word.removesuffix("'s").removesuffix("\u2019s")))


_STEMMER_LOCK = threading.Lock()
"""A Snowball stemmer keeps state between its calls."""


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


class LexicalIndex:
    """BM25 (Lucene's variant, k1 1.2, b 0.75) over passages numbered from 0.

    Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009); computed by bm25s.
    """

    def __init__(self, bm25: BM25, size: int) -> None:
        self._bm25 = bm25
        self._size = size

    @classmethod
    def build(cls, texts: Iterable[str]) -> LexicalIndex:
        """Index ``texts``; their order gives the numbers."""
        from bm25s import BM25

        logging.getLogger("bm25s").setLevel(logging.WARNING)  # it asks for DEBUG when it is imported
        tokens = [stems(text) for text in texts]
        bm25 = BM25(k1=K1, b=B, method="lucene")
        bm25.index(tokens, show_progress=False)
        return cls(bm25, len(tokens))

    def save(self, folder: Path) -> None:
        """Write the index to ``folder``."""
        self._bm25.save(folder, show_progress=False)

    @classmethod
    def load(cls, folder: Path, size: int) -> LexicalIndex:
        """Open an index of ``size`` passages; its arrays are mapped, not read."""
        from bm25s import BM25

        return cls(BM25.load(folder, mmap=True, show_progress=False), size)

    def scores(self, query: Sequence[str]) -> NDArray[np.float32]:
        """BM25 of every passage for the query's stems; shape (passages,), 0 where no stem occurs."""
        known = [stem for stem in query if stem in self._bm25.vocab_dict]
        if not known:
            return np.zeros(self._size, np.float32)
        return np.asarray(self._bm25.get_scores(known), np.float32)

    def scores_by_stem(self, query: Sequence[str]) -> NDArray[np.float32]:
        """What each different stem adds to ``scores``, were it once in the query; shape (known stems, passages)."""
        columns = [self._bm25.vocab_dict[stem] for stem in dict.fromkeys(query) if stem in self._bm25.vocab_dict]
        stored = self._bm25.scores
        result = np.zeros((len(columns), self._size), np.float32)
        for scores, column in zip(result, columns, strict=True):
            held = slice(stored["indptr"][column], stored["indptr"][column + 1])
            scores[stored["indices"][held]] = stored["data"][held]
        return result

    def idf(self, stem: str) -> float:
        """Lucene's inverse document frequency of a stem; of one that occurs nowhere: the highest possible."""
        column = self._bm25.vocab_dict.get(stem)
        frequency = 0
        if column is not None:
            pointers = self._bm25.scores["indptr"]
            frequency = int(pointers[column + 1] - pointers[column])
        return float(np.log(1 + (self._size - frequency + 0.5) / (frequency + 0.5)))

    def __contains__(self, stem: str) -> bool:
        return stem in self._bm25.vocab_dict
