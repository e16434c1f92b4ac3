"""The cache of vectors: what it gives back is what was put in."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kin_assistant.index.vectors import VectorCache, make_vector_key
from kin_assistant.models.embedder import Encoded


def encoded(seed: int, sentences: int = 3) -> Encoded:
    numbers = np.random.default_rng(seed)
    return Encoded(numbers.random(8, np.float32), numbers.random((sentences, 8), np.float32))


def key(number: int) -> bytes:
    return make_vector_key("double", f"text {number}", [(0, 4)])


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
        make_vector_key("a", "text", [(0, 4)]),
        make_vector_key("b", "text", [(0, 4)]),
        make_vector_key("a", "texts", [(0, 4)]),
        make_vector_key("a", "text", [(0, 2), (2, 4)]),
        make_vector_key("a", "text", []),
    }
    assert len(keys) == 5
    assert make_vector_key("a", "text", [(0, 4)]) in keys


def test_another_shape_than_expected_is_unknown(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path / "vectors.sqlite", 8)
    cache.put([(key(1), encoded(1))])
    assert cache.get(key(1), 2) is None
    assert cache.get(key(2), 3) is None
    cache.close()
