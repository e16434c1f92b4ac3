"""A double of the ``Embedder`` port: bags of hashed words instead of a model."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from kin_assistant.documents.passages import PieceCounter, PieceSource
from kin_assistant.models.embedder import Encoded

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["HashingEmbedder", "TranslatingEncoder", "load_counter"]

_WORD = re.compile(r"\w+")
_PIECE = re.compile(r"\w{1,6}|[^\w\s]")


_INDONESIAN = {
    "bagaimana": "how",
    "kota": "city",
    "keranjang": "baskets",
    "kompos": "compost",
    "rumah": "households",
    "udara": "air",
    "asap": "smoke",
    "pabrik": "factories",
}


class HashingEmbedder:
    """Texts that share words get near vectors. Instant, the same on every machine, and it remembers its work."""

    pieces = PieceSource("tests.embedders:load_counter", "")

    def __init__(self, name: str = "hashing", *, dimension: int = 64) -> None:
        self.name = name
        self.dimension = dimension
        self.encoded_passages: list[str] = []
        """Every text given to ``encode_passages`` so far."""

    def count_pieces(self, texts: Sequence[str]) -> list[int]:
        """A piece is up to six letters or one mark."""
        return _count_pieces(texts)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of ``texts``, shape (len(texts), dimension), length 1."""
        return np.array([self._vector(text) for text in texts], np.float32).reshape(len(texts), self.dimension)

    def encode_passages(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> Iterator[tuple[int, Encoded]]:
        """The texts from the last to the first, as a port may yield them in any order."""
        for position in reversed(range(len(texts))):
            text = texts[position]
            self.encoded_passages.append(text)
            yield (
                position,
                Encoded(self._vector(text), self.encode([text[start:end] for start, end in spans[position]])),
            )

    def _vector(self, text: str) -> NDArray[np.float32]:
        vector = sum((self._word_vector(word) for word in _WORD.findall(text.lower())), self._word_vector(""))
        return (vector / np.linalg.norm(vector)).astype(np.float32)

    def _word_vector(self, word: str) -> NDArray[np.float64]:
        digest = hashlib.shake_128(word.encode("utf-8", "replace")).digest(self.dimension)
        return np.frombuffer(digest, np.int8).astype(np.float64)


class TranslatingEncoder(HashingEmbedder):
    """A double of a multilingual model: it knows a few words of Indonesian by their English."""

    def __init__(self, name: str = "translating") -> None:
        super().__init__(name)

    def encode_questions(self, questions: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of the questions in English, as far as their words are known; shape (len(questions), dimension)."""
        return self.encode([
            " ".join(_INDONESIAN.get(word, word) for word in _WORD.findall(question.lower())) for question in questions
        ])  # fmt: skip


def load_counter(_: str) -> PieceCounter:
    """Counts as ``HashingEmbedder`` does."""
    return _count_pieces


def _count_pieces(texts: Sequence[str]) -> list[int]:
    return [len(_PIECE.findall(text)) for text in texts]
