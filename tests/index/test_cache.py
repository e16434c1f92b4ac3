"""What the caches keep comes back as it was, or not at all, and damage costs time only."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from kin_assistant.index.cache import Cache

ENTRIES = {bytes([number]) * 32: hashlib.shake_128(bytes([number])).digest(300 * number) for number in range(1, 40)}
KEY = bytes([7]) * 32


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A cache of ``ENTRIES``."""
    path = tmp_path / "cache.sqlite"
    with closing(Cache(path)) as cache:
        cache.keep(ENTRIES.items())
    return path


@contextmanager
def changed(path: Path) -> Iterator[sqlite3.Connection]:
    """The file, to be changed behind the cache's back."""
    with closing(sqlite3.connect(path)) as connection, connection:
        yield connection


def found(path: Path) -> dict[bytes, bytes]:
    """All of ``ENTRIES`` that the cache still knows."""
    with closing(Cache(path)) as cache:
        return {key: body for key in ENTRIES if (body := cache.find(key)) is not None}


def test_what_was_kept_is_found_after_closing(path: Path) -> None:
    assert found(path) == ENTRIES


def test_a_new_body_replaces_the_one_before(path: Path) -> None:
    with closing(Cache(path)) as cache:
        cache.keep([(KEY, b"new")])
    assert found(path) == ENTRIES | {KEY: b"new"}


def test_only_what_is_used_is_kept(path: Path) -> None:
    with closing(Cache(path)) as cache:
        cache.keep_only({KEY, b"unknown"})
    assert found(path) == {KEY: ENTRIES[KEY]}


def test_what_was_kept_outlives_a_killed_process(path: Path, repository: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from kin_assistant.index.cache import Cache\n"
        "Cache(Path(sys.argv[1])).keep([(bytes([7]) * 32, b'new')]); os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", script, path], cwd=repository, check=False).returncode == -9
    assert found(path) == ENTRIES | {KEY: b"new"}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE kept SET body = x'00' || substr(body, 2) WHERE key = ?",
        "UPDATE kept SET body = 'text' WHERE key = ?",
        "UPDATE kept SET body = cast(x'ff00' AS TEXT) WHERE key = ?",
        "UPDATE kept SET body = 5 WHERE key = ?",
        "UPDATE kept SET checksum = 'text' WHERE key = ?",
        "UPDATE kept SET checksum = checksum + 1 WHERE key = ?",
        "UPDATE kept SET key = x'00' WHERE key = ?",
    ],
)
def test_a_changed_entry_is_unknown_and_the_others_are_not(path: Path, change: str) -> None:
    with changed(path) as connection:
        assert connection.execute(change, (KEY,)).rowcount == 1
    assert found(path) == {key: body for key, body in ENTRIES.items() if key != KEY}


def test_an_entry_under_the_key_of_another_is_unknown(path: Path) -> None:
    with changed(path) as connection:
        connection.execute("DELETE FROM kept WHERE key = ?", (KEY,))
        connection.execute("UPDATE kept SET key = ? WHERE key = ?", (KEY, bytes([8]) * 32))
    assert KEY not in found(path)


@pytest.mark.parametrize(
    "change",
    [
        "DROP TABLE kept",
        "ALTER TABLE kept RENAME TO others",
        "ALTER TABLE kept RENAME COLUMN body TO data",
        "CREATE TABLE more (key)",
    ],
)
def test_a_file_of_another_layout_is_started_anew(path: Path, change: str) -> None:
    with changed(path) as connection:
        connection.execute(change)
    assert found(path) == {}
    with closing(Cache(path)) as cache:
        cache.keep(ENTRIES.items())
    assert found(path) == ENTRIES


@pytest.mark.parametrize("damage", ["flipped", "zeroed", "truncated", "emptied", "text"])
def test_a_damaged_file_gives_nothing_wrong_and_takes_new_entries(path: Path, damage: str) -> None:
    """Whatever page is hit, the cache goes on: with what is still right, or from nothing."""
    whole = path.read_bytes()
    assert len(whole) > 100_000
    for offset in [0] if damage in ("emptied", "text") else [*range(0, 8192, 331), *range(8192, len(whole), 3301)]:
        damaged = bytearray(whole)
        match damage:
            case "flipped":
                damaged[offset] ^= 0x55
            case "zeroed":
                damaged[offset : offset + 512] = bytes(len(damaged[offset : offset + 512]))
            case "truncated":
                del damaged[offset:]
            case "emptied":
                damaged.clear()
            case "text":
                damaged[:] = b"This is no database. " * 200
        for leftover in path.parent.iterdir():
            leftover.unlink()
        path.write_bytes(damaged)
        with closing(Cache(path)) as cache:
            for key, body in ENTRIES.items():
                assert cache.find(key) in (None, body)
            cache.keep([(b"new", b"first")])
            cache.keep_only({b"new", KEY})
            cache.keep([(b"new", b"second")])
            assert cache.find(b"new") == b"second"


def test_a_folder_that_cannot_be_written_to_is_no_damage(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        Cache(tmp_path / "nowhere" / "cache.sqlite")
