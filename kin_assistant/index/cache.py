"""Bytes by key in one SQLite file that outlives builds, interrupted ones too. What cannot be read from it is made anew."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable
from pathlib import Path

__all__ = ["Cache"]

_SCHEMA = "CREATE TABLE kept (key BLOB PRIMARY KEY, body BLOB NOT NULL, checksum INTEGER NOT NULL)"
"""A file with another one is started anew."""


class Cache:
    """What is found is what was kept, or nothing: a damaged entry is unknown, and a damaged file is started anew.

    Only what no fresh file would mend is raised, as ``sqlite3.OperationalError``: a full disk, a folder closed to us.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._connection = _open(path)
        except sqlite3.DatabaseError as error:
            self._connection = self._open_anew(error)

    def find(self, key: bytes) -> bytes | None:
        """What is kept under ``key``, or None."""
        try:
            row = self._connection.execute("SELECT body, checksum FROM kept WHERE key = ?", (key,)).fetchone()
        except sqlite3.DatabaseError as error:
            self._start_anew(error)
            return None
        # Damage may also have made another type of it.
        if row is None or not isinstance(row[0], bytes) or _checksum(key, row[0]) != row[1]:
            return None
        return row[0]

    def keep(self, entries: Iterable[tuple[bytes, bytes]]) -> None:
        """Keep each body under its key, all at once: however this process ends from now on, they are there."""
        rows = [(key, body, _checksum(key, body)) for key, body in entries]
        try:
            self._insert(rows)
        except sqlite3.DatabaseError as error:
            self._start_anew(error)
            self._insert(rows)

    def keep_only(self, keys: set[bytes]) -> None:
        """Drop what is under other keys. A file too damaged for that is left to who next reads or writes in it."""
        try:
            with self._connection:
                known = [key for (key,) in self._connection.execute("SELECT key FROM kept")]
                unused = [(key,) for key in known if key not in keys]
                self._connection.executemany("DELETE FROM kept WHERE key = ?", unused)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            return

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _insert(self, rows: list[tuple[bytes, bytes, int]]) -> None:
        with self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", rows)

    def _start_anew(self, error: sqlite3.DatabaseError) -> None:
        self.close()
        self._connection = self._open_anew(error)

    def _open_anew(self, error: sqlite3.DatabaseError) -> sqlite3.Connection:
        """An empty file in place of the one that raised ``error``, if that means damage."""
        if isinstance(error, sqlite3.OperationalError):
            raise error
        for damaged in self._path.parent.glob(self._path.name + "*"):
            damaged.unlink()
        return _open(self._path)


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    connection.text_factory = bytes  # text is damage, and must not raise on the way to its checksum
    connection.execute("PRAGMA journal_mode = WAL")
    # A commit outlives the process at once, and a power cut only costs what would have to be made again.
    connection.execute("PRAGMA synchronous = NORMAL")
    schema = [sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE type = 'table'")]
    if not schema:
        connection.execute(_SCHEMA)
    elif schema != [_SCHEMA.encode()]:
        connection.close()
        raise sqlite3.DatabaseError("it holds something else")
    return connection


def _checksum(key: bytes, body: bytes) -> int:
    return zlib.crc32(body, zlib.crc32(key))
