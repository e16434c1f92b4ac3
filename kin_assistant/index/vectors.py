"""Vectors by content: a passage that was embedded once is never embedded again, even after an interrupted build."""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from kin_assistant.embedding import Encoded

__all__ = ["VectorCache", "vector_key"]


def vector_key(model: str, text: str, spans: Sequence[tuple[int, int]]) -> bytes:
    """What a passage's vectors depend on: the model, the embedded text, and where its sentences are."""
    return hashlib.sha256(repr((model, text, tuple(spans))).encode()).digest()


class VectorCache:
    """A SQLite file of vectors. It is only a cache: one that cannot be read is started anew."""

    def __init__(self, path: Path, dimension: int) -> None:
        self._path = path
        self._dimension = dimension
        try:
            self._connection = self._open(path)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            self._connection = self._open_anew()

    def _open_anew(self) -> sqlite3.Connection:
        for damaged in self._path.parent.glob(self._path.name + "*"):
            damaged.unlink()
        return self._open(self._path)

    def _start_anew(self, error: sqlite3.DatabaseError) -> None:
        """Put an empty file in place of a damaged one. A full disk is another matter, and raised."""
        if isinstance(error, sqlite3.OperationalError):
            raise error
        self.close()
        self._connection = self._open_anew()

    @staticmethod
    def _open(path: Path) -> sqlite3.Connection:
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, data BLOB NOT NULL, checksum INTEGER NOT NULL)"
            " WITHOUT ROWID"
        )
        return connection

    def get(self, key: bytes, sentences: int) -> Encoded | None:
        """Vectors stored under ``key`` for a passage of ``sentences`` sentences, or None."""
        try:
            row = self._connection.execute("SELECT data, checksum FROM vectors WHERE key = ?", (key,)).fetchone()
        except sqlite3.DatabaseError as error:
            self._start_anew(error)
            return None
        size = 4 * self._dimension * (1 + sentences)
        if row is None or len(row[0]) != size or zlib.crc32(row[0]) != row[1]:
            return None
        values = np.frombuffer(row[0], np.float32).reshape(1 + sentences, self._dimension)
        return Encoded(values[0], values[1:])

    def put(self, items: Iterable[tuple[bytes, Encoded]]) -> None:
        """Store vectors durably."""
        rows = []
        for key, encoded in items:
            data = np.vstack([encoded.vector[None, :], encoded.sentences]).astype(np.float32).tobytes()
            rows.append((key, data, zlib.crc32(data)))
        try:
            self._insert(rows)
        except sqlite3.DatabaseError as error:
            self._start_anew(error)
            self._insert(rows)

    def _insert(self, rows: Sequence[tuple[bytes, bytes, int]]) -> None:
        with self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)

    def keep_only(self, keys: set[bytes]) -> None:
        """Drop every vector whose key is not in ``keys``; a damaged file is left for the next ``get`` to find."""
        try:
            with self._connection:
                stored = [row[0] for row in self._connection.execute("SELECT key FROM vectors")]
                unused = [(key,) for key in stored if key not in keys]
                self._connection.executemany("DELETE FROM vectors WHERE key = ?", unused)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            return

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
