"""The classifier of fields: it abstains, it keeps to what a heading leaves open, and its weights are checked."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from kin_assistant.errors import ModelError
from kin_assistant.records.classifier import FORMAT, FieldClassifier, describe_sentences
from kin_assistant.records.weights import CLASSES

DIMENSION = 8


def sentences(count: int) -> np.ndarray:
    vectors = np.eye(DIMENSION, dtype=np.float32)[:count]
    return describe_sentences(vectors, ["It cost 5 dollars."] * count, [0.5] * count)


def weights_for(**strength: float) -> np.ndarray:
    """Weights by which the constant alone decides."""
    weights = np.zeros((2 * DIMENSION + 5, len(CLASSES)), np.float32)
    for field, value in strength.items():
        weights[-1, CLASSES.index(field)] = value
    return weights


def test_a_sentence_has_its_own_vector_the_mean_of_its_passage_and_where_it_stands() -> None:
    vectors = np.array([[1, 0], [0, 1]], np.float32)
    described = describe_sentences(vectors, ["It cost 5 dollars.", "Nobody came."], [0.0, 1.0])
    assert described.shape == (2, 8)
    assert described[0].tolist() == [1, 0, 0.5, 0.5, 0, 1, 0, 1]
    assert described[1].tolist() == [0, 1, 0.5, 0.5, 1, 0, 1, 0]


def test_what_is_not_sure_gets_no_field() -> None:
    unsure = FieldClassifier("x", weights_for(), 0.5)
    assert [field for field, _ in unsure.classify(sentences(3))] == [None, None, None]
    sure = FieldClassifier("x", weights_for(results=9.0), 0.5)
    assert [field for field, _ in sure.classify(sentences(2))] == ["results", "results"]


def test_of_the_fields_that_a_heading_leaves_open_one_is_taken_however_unsure() -> None:
    classifier = FieldClassifier("x", weights_for(results=9.0, finance=1.0), 0.99)
    assert [field for field, _ in classifier.classify(sentences(1), {"finance", "partners"})] == ["finance"]
    assert [field for field, _ in classifier.classify(sentences(1), {"dates", "sustainability"})] == ["dates"]


def test_the_same_passage_gets_the_same_fields() -> None:
    classifier = FieldClassifier("x", np.random.default_rng(1).normal(size=(21, len(CLASSES))).astype(np.float32), 0.2)
    assert classifier.classify(sentences(5)) == classifier.classify(sentences(5))


def test_weights_are_read_from_a_file(tmp_path: Path) -> None:
    about = {"format": FORMAT, "embedder": "x", "classes": CLASSES, "min_probability": 0.6}
    (tmp_path / "weights").write_bytes(save({"weights": weights_for(results=9.0)}, {"about": json.dumps(about)}))
    loaded = FieldClassifier.load(tmp_path / "weights", sha256=None)
    assert (loaded.embedder, loaded.min_probability) == ("x", 0.6)
    assert loaded.classify(sentences(1))[0][0] == "results"


def test_missing_damaged_and_foreign_weights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="There are no weights"):
        FieldClassifier.load(tmp_path / "nothing")
    (tmp_path / "damaged").write_bytes(b"no weights")
    with pytest.raises(ModelError, match="damaged or were replaced"):
        FieldClassifier.load(tmp_path / "damaged", sha256="0" * 64)
    with pytest.raises(ModelError, match="holds no weights"):
        FieldClassifier.load(tmp_path / "damaged", sha256=None)
    about = {"format": "another", "embedder": "x", "classes": CLASSES, "min_probability": 0.6}
    (tmp_path / "foreign").write_bytes(save({"weights": weights_for()}, {"about": json.dumps(about)}))
    with pytest.raises(ModelError, match="other fields"):
        FieldClassifier.load(tmp_path / "foreign", sha256=None)


def test_the_weights_that_ship_are_those_that_were_checked_in() -> None:
    assert 0.3 <= FieldClassifier.load().min_probability < 1
