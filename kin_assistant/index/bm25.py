"""BM25 over passages, stored with the build."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kin_assistant.text.words import stems

if TYPE_CHECKING:
    from bm25s import BM25
    from numpy.typing import NDArray

__all__ = ["BM25_B", "BM25_K1", "LEXICAL_VERSION", "LexicalIndex"]

LEXICAL_VERSION = 1
"""Raised whenever the same text would give other stems."""

BM25_K1, BM25_B = 1.2, 0.75


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
        bm25 = BM25(k1=BM25_K1, b=BM25_B, method="lucene")
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
