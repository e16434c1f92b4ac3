"""Vectors by content: a passage that was embedded once is never embedded again, even after an interrupted build."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from kin_assistant.index.cache import Cache
from kin_assistant.models.embedder import Encoded

__all__ = ["VectorCache", "make_vector_key"]


def make_vector_key(model: str, text: str, spans: Sequence[tuple[int, int]]) -> bytes:
    """What a passage's vectors depend on: the model, the embedded text, and where its sentences are."""
    return hashlib.sha256(repr((model, text, tuple(spans))).encode()).digest()


class VectorCache(Cache):
    """The vectors of passages and of their sentences."""

    def __init__(self, path: Path, dimension: int) -> None:
        super().__init__(path)
        self._dimension = dimension

    def get(self, key: bytes, sentences: int) -> Encoded | None:
        """Vectors stored under ``key`` for a passage of ``sentences`` sentences, or None."""
        found = self.find(key)
        if found is None or len(found) != 4 * self._dimension * (1 + sentences):
            return None
        values = np.frombuffer(found, np.float32).reshape(1 + sentences, self._dimension)
        return Encoded(values[0], values[1:])

    def put(self, items: Iterable[tuple[bytes, Encoded]]) -> None:
        """Store vectors, at once."""
        self.keep((key, _packed(encoded)) for key, encoded in items)


def _packed(encoded: Encoded) -> bytes:
    return np.vstack([encoded.vector[None, :], encoded.sentences]).astype(np.float32).tobytes()
