"""Names that a question shares with few documents: a plant, a river, a company, a method."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from kin_assistant.index.library import DocumentRow
from kin_assistant.index.snapshot import OpenIndex
from kin_assistant.models.embedder import read_common_words
from kin_assistant.text.words import fold, stems, words

__all__ = ["LibraryNames"]

_SHORTEST: Final = 4


class LibraryNames:
    """The words that the documents write with a capital alone and that are no common English words."""

    def __init__(self, index: OpenIndex, *, most_documents: int) -> None:
        """A name that more than ``most_documents`` hold tells little of which is meant."""
        self._index, self._most = index, most_documents
        written_small = {fold(word) for word in index.vocabulary if word[:1].islower()}
        self._names = frozenset(
            folded
            for word in index.vocabulary
            if word[:1].isupper() and len(folded := fold(word)) >= _SHORTEST and folded not in written_small
        )

    def documents_of(self, text: str, places: Iterable[str] = ()) -> tuple[frozenset[DocumentRow], ...]:
        """For each name in ``text`` that stands in none of ``places``, the documents that hold it, if they are few."""
        said = [word.removesuffix("'s").removesuffix("\u2019s") for word in words(text)]
        known = {word for place in places for word in words(place)}
        held = (self._holding(word) for word in dict.fromkeys(said) if self._is_name(word) and word not in known)
        return tuple(rows for rows in held if 0 < len(rows) <= self._most)

    def _is_name(self, word: str) -> bool:
        return word in self._names and word not in read_common_words()

    def _holding(self, word: str) -> frozenset[DocumentRow]:
        passages = np.flatnonzero(self._index.lexical.scores_by_stem(stems(word)).any(axis=0))
        return frozenset(map(DocumentRow, self._index.library.document_of[passages].tolist()))
