"""What was read, by content: a file that was read, split, or found unreadable once is not read again.

The store outlives an interrupted build and is only a cache: what cannot be read from it is made anew.
"""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from kin_assistant.documents import READER_VERSION
from kin_assistant.errors import IndexDamaged
from kin_assistant.passages import CHUNKER_VERSION
from kin_assistant.types import Document, Passage

__all__ = ["Facts", "ReadingStore", "passages_key", "reading_key"]


class Facts(BaseModel):
    """What came of reading a file, apart from its document."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: str | None = None
    """Why it cannot be read; the other fields then say nothing."""
    document_id: str | None = None
    pages: int | None = None
    pages_without_text: int = 0
    ocr_pages: int = 0
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0


def reading_key(path: str, content: str) -> bytes:
    """What a reading depends on: the readers, the file's path and the hash of its content."""
    return hashlib.sha256(repr(("reading", READER_VERSION, path, content)).encode()).digest()


def passages_key(reading: bytes, document_id: str, model: str) -> bytes:
    """What a document's passages depend on: the document, the splitter, and the model whose word pieces it counts."""
    return hashlib.sha256(repr(("passages", CHUNKER_VERSION, model, document_id, reading)).encode()).digest()


class ReadingStore:
    """A SQLite file of readings and passages. One that cannot be read is started anew."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._connection = self._open(path)
        except sqlite3.OperationalError:
            raise  # a full disk, or a folder that cannot be written to
        except sqlite3.DatabaseError:
            self._connection = self._open_anew()

    def facts(self, key: bytes) -> Facts | None:
        """What is remembered of a file, or None; with facts of success goes a whole document."""
        row = self._get(key)
        return Facts.model_validate_json(row[0]) if row else None

    def document(self, key: bytes) -> Document:
        """The document of a file that was read. Raises ``IndexDamaged`` if the store lost it."""
        row = self._get(key)
        if row is None:
            raise IndexDamaged(f"{self._path.name} was damaged meanwhile; run it once more.")
        return Document.model_validate_json(zlib.decompress(row[1]))

    def passages(self, key: bytes) -> tuple[Passage, ...] | None:
        """The passages stored under ``key``, or None."""
        row = self._get(key)
        return _passages_type().validate_json(zlib.decompress(row[1])) if row else None

    def put_reading(self, key: bytes, facts: Facts, document: Document | None) -> None:
        """Remember what came of a file, at once."""
        self._put(key, facts.model_dump_json(), _packed(document.model_dump_json().encode()) if document else b"")

    def put_passages(self, key: bytes, passages: Sequence[Passage]) -> None:
        """Remember the passages of a document, at once."""
        self._put(key, "", _packed(_passages_type().dump_json(tuple(passages))))

    def keep_only(self, keys: set[bytes]) -> None:
        """Drop what is not in ``keys``. A file too damaged for that is left to who next reads or writes in it."""
        try:
            with self._connection:
                stored = [key for (key,) in self._connection.execute("SELECT key FROM entries")]
                unused = [(key,) for key in stored if key not in keys]
                self._connection.executemany("DELETE FROM entries WHERE key = ?", unused)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            return

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _get(self, key: bytes) -> tuple[str, bytes] | None:
        try:
            found = self._connection.execute("SELECT facts, body, checksum FROM entries WHERE key = ?", (key,))
            row = found.fetchone()
        except sqlite3.DatabaseError as error:
            self._start_anew(error)
            return None
        if row is None or _checksum(key, row[0], row[1]) != row[2]:
            return None
        return row[0], row[1]

    def _put(self, key: bytes, facts: str, body: bytes) -> None:
        row = (key, facts, body, _checksum(key, facts, body))
        try:
            self._insert(row)
        except sqlite3.DatabaseError as error:
            self._start_anew(error)
            self._insert(row)

    def _insert(self, row: tuple[bytes, str, bytes, int]) -> None:
        with self._connection:
            self._connection.execute("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?)", row)

    def _start_anew(self, error: sqlite3.DatabaseError) -> None:
        if isinstance(error, sqlite3.OperationalError):
            raise error
        self.close()
        self._connection = self._open_anew()

    def _open_anew(self) -> sqlite3.Connection:
        for damaged in self._path.parent.glob(self._path.name + "*"):
            damaged.unlink()
        return self._open(self._path)

    @staticmethod
    def _open(path: Path) -> sqlite3.Connection:
        connection = sqlite3.connect(path)
        # Bytes that are no text are damage, which the checksum finds; they must not raise on the way.
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        connection.execute("PRAGMA journal_mode = WAL")
        # A commit outlives the process at once, and a power cut only costs what would have to be read again.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS entries"
            " (key BLOB PRIMARY KEY, facts TEXT NOT NULL, body BLOB NOT NULL, checksum INTEGER NOT NULL)"
        )
        return connection


def _packed(data: bytes) -> bytes:
    return zlib.compress(data, 1)


def _checksum(key: bytes, facts: str, body: bytes) -> int:
    if not isinstance(facts, str) or not isinstance(body, bytes):
        return -1  # another type than was stored
    return zlib.crc32(body, zlib.crc32(facts.encode("utf-8", "replace"), zlib.crc32(key)))


@lru_cache(maxsize=1)
def _passages_type() -> TypeAdapter[tuple[Passage, ...]]:
    return TypeAdapter(tuple[Passage, ...])
