"""The cache of vectors: what it gives back is what was put in, and damage costs time only."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from kin_assistant.embedding import Encoded
from kin_assistant.index.vectors import VectorCache, vector_key


def encoded(seed: int, sentences: int = 3) -> Encoded:
    numbers = np.random.default_rng(seed)
    return Encoded(numbers.random(8, np.float32), numbers.random((sentences, 8), np.float32))


def key(number: int) -> bytes:
    return vector_key("double", f"text {number}", [(0, 4)])


def assert_same(found: Encoded | None, expected: Encoded) -> None:
    assert found is not None
    np.testing.assert_array_equal(found.vector, expected.vector)
    np.testing.assert_array_equal(found.sentences, expected.sentences)


def test_what_was_put_in_comes_back_after_closing(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path / "vectors.sqlite", 8)
    cache.put((key(number), encoded(number, number)) for number in range(5))
    cache.close()
    cache = VectorCache(tmp_path / "vectors.sqlite", 8)
    for number in range(5):
        assert_same(cache.get(key(number), number), encoded(number, number))
    cache.close()


def test_model_text_and_sentences_all_count() -> None:
    keys = {
        vector_key("a", "text", [(0, 4)]),
        vector_key("b", "text", [(0, 4)]),
        vector_key("a", "texts", [(0, 4)]),
        vector_key("a", "text", [(0, 2), (2, 4)]),
        vector_key("a", "text", []),
    }
    assert len(keys) == 5
    assert vector_key("a", "text", [(0, 4)]) in keys


def test_another_shape_than_expected_is_unknown(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path / "vectors.sqlite", 8)
    cache.put([(key(1), encoded(1))])
    assert cache.get(key(1), 2) is None
    assert cache.get(key(2), 3) is None
    cache.close()


def test_only_what_is_used_is_kept(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path / "vectors.sqlite", 8)
    cache.put((key(number), encoded(number)) for number in range(5))
    cache.keep_only({key(1), key(3)})
    assert [cache.get(key(number), 3) is not None for number in range(5)] == [False, True, False, True, False]
    cache.close()


def test_a_changed_value_is_unknown(tmp_path: Path) -> None:
    path = tmp_path / "vectors.sqlite"
    cache = VectorCache(path, 8)
    cache.put([(key(1), encoded(1))])
    cache.close()
    with sqlite3.connect(path) as connection:
        (data,) = connection.execute("SELECT data FROM vectors").fetchone()
        connection.execute("UPDATE vectors SET data = ?", (bytes([data[0] ^ 1]) + data[1:],))
    connection.close()
    cache = VectorCache(path, 8)
    assert cache.get(key(1), 3) is None
    cache.close()


@pytest.mark.parametrize("damage", ["flipped", "zeroed", "truncated", "emptied", "text"])
def test_a_damaged_file_gives_no_wrong_vector_and_takes_new_ones(tmp_path: Path, damage: str) -> None:
    """Whatever page is hit, the cache goes on: with what is still right, or from nothing."""
    path = tmp_path / "vectors.sqlite"
    cache = VectorCache(path, 8)
    cache.put((key(number), encoded(number, 30)) for number in range(60))
    cache.close()
    whole = path.read_bytes()
    assert len(whole) > 16 * 1024
    for offset in [0] if damage in ("emptied", "text") else range(0, len(whole), 5300):
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
        for leftover in tmp_path.iterdir():
            leftover.unlink()
        path.write_bytes(damaged)
        cache = VectorCache(path, 8)
        for number in range(60):
            found = cache.get(key(number), 30)
            if found is not None:
                assert_same(found, encoded(number, 30))
        cache.put([(key(100), encoded(100))])
        cache.keep_only({key(100), key(1)})
        cache.put([(key(101), encoded(101))])
        assert_same(cache.get(key(101), 3), encoded(101))
        cache.close()
