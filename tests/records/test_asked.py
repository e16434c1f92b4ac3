"""What a question asks for: sentences that tell it match better, and the weights are checked."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from kin_assistant.errors import ModelError
from kin_assistant.index.library import PassageRow
from kin_assistant.index.snapshot import OpenIndex
from kin_assistant.models.embedder import open_embedder
from kin_assistant.records.asked import FORMAT, AskedFields, FieldMatcher, find_phrases
from kin_assistant.records.reader import RecordReader
from kin_assistant.records.weights import CLASSES
from tests.form_library import SmallLibrary

DIMENSION = 8
EVEN = np.full(len(CLASSES), 1 / len(CLASSES), np.float32)
RESULTS, PROCESS = CLASSES.index("results"), CLASSES.index("process")


def weights_for(**strength: float) -> np.ndarray:
    """Weights by which the constant alone decides."""
    weights = np.zeros((DIMENSION + 1, len(CLASSES)), np.float32)
    for field, value in strength.items():
        weights[-1, CLASSES.index(field)] = value
    return weights


def asking_for(**strength: float) -> AskedFields:
    return AskedFields("x", weights_for(**strength), EVEN)


def test_what_is_asked_for_sums_to_one() -> None:
    shares = asking_for(results=2.0).shares("", np.ones(DIMENSION, np.float32))
    assert shares.sum() == pytest.approx(1)
    assert shares.argmax() == RESULTS


def test_a_phrase_of_the_question_decides_with_its_vector() -> None:
    weights = np.insert(weights_for(), DIMENSION, 0, axis=0)
    weights[DIMENSION, PROCESS] = 3.0
    asked = AskedFields("x", weights, EVEN, phrases=["^ how did"])
    vector = np.ones(DIMENSION, np.float32)
    assert asked.shares("How did they sort it?", vector).argmax() == PROCESS
    assert asked.shares("They asked how did it go", vector) == pytest.approx(EVEN)


def test_phrases_are_words_pairs_and_beginnings() -> None:
    assert find_phrases("How DID Đà Nẵng pay?") == {
        *("how", "did", "da", "nang", "pay"),
        *("how did", "did da", "da nang", "nang pay"),
        *("^ how", "^ how did", "^ how did da"),
    }
    assert find_phrases("?!") == frozenset()


def test_a_sentence_that_tells_what_is_asked_for_matches_better() -> None:
    told = np.zeros((3, len(CLASSES)), np.float32)
    told[0, RESULTS] = told[1, PROCESS] = 1
    told[2] = EVEN
    match = asking_for(results=4.0).match("", np.ones(DIMENSION, np.float32), told)
    assert match[0] > match[2] > match[1]


def test_where_no_field_is_likelier_every_sentence_matches_alike() -> None:
    match = asking_for().match("", np.ones(DIMENSION, np.float32), np.eye(len(CLASSES), dtype=np.float32))
    assert match == pytest.approx(np.full(len(CLASSES), np.log(1.1)), abs=1e-6)


def test_a_heading_decides_what_its_sentences_tell(small: tuple[SmallLibrary, OpenIndex], reader: RecordReader) -> None:
    library = small[1].library
    passages = [PassageRow(row) for row in range(len(library.document_of))]
    headed = [row for row in passages if library.passage(row).heading.endswith("What the cities did")]
    assert headed
    for row in headed:
        shares = reader.shares_of(row)
        assert shares.shape == (len(library.passage(row).sentences), len(CLASSES))
        assert shares.sum(axis=1) == pytest.approx(np.ones(len(shares)))
        assert set(shares.argmax(axis=1)) == {PROCESS}


def test_vectors_of_another_model_prefer_no_sentence(
    small: tuple[SmallLibrary, OpenIndex], reader: RecordReader
) -> None:
    passages = [PassageRow(0), PassageRow(1)]
    asked = np.ones(DIMENSION, np.float32)
    assert not FieldMatcher(reader, "another", asking_for(process=4.0))("", asked, passages).any()
    matched = FieldMatcher(reader, "x", asking_for(process=4.0))("", asked, passages)
    assert len(matched) == sum(len(small[1].library.passage(row).sentences) for row in passages)
    assert matched.any()


def test_nothing_is_matched_where_nothing_was_found(reader: RecordReader) -> None:
    assert FieldMatcher(reader, "x", asking_for())("", np.ones(DIMENSION, np.float32), []).shape == (0,)


def test_missing_damaged_and_foreign_weights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="There are no weights"):
        AskedFields.load(tmp_path / "nothing")
    (tmp_path / "damaged").write_bytes(b"no weights")
    with pytest.raises(ModelError, match="damaged or were replaced"):
        AskedFields.load(tmp_path / "damaged", sha256="0" * 64)
    with pytest.raises(ModelError, match="holds no weights"):
        AskedFields.load(tmp_path / "damaged", sha256=None)
    about = {"format": "another", "embedder": "x", "classes": CLASSES, "phrases": []}
    content = save({"weights": weights_for(), "usual": EVEN}, {"about": json.dumps(about)})
    (tmp_path / "foreign").write_bytes(content)
    with pytest.raises(ModelError, match="other fields"):
        AskedFields.load(tmp_path / "foreign", sha256=None)
    (tmp_path / "own").write_bytes(
        save({"weights": weights_for(results=9.0), "usual": EVEN}, {"about": json.dumps(about | {"format": FORMAT})})
    )
    loaded = AskedFields.load(tmp_path / "own", sha256=None)
    assert loaded.shares("", np.ones(DIMENSION, np.float32)).argmax() == RESULTS


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("Did the ban on plastic bags work in the end?", "results"),
        ("Which organisations took part, and what did each do?", "partners"),
        ("What did it cost and who paid for it?", "finance"),
        ("How is the waste collected and sorted?", "process"),
        ("How does Surabaya compost household waste?", "process"),
        ("Why was something done about the river at all?", "situation"),
    ],
)
def test_the_weights_that_ship_know_what_plain_questions_ask(question: str, field: str) -> None:
    shares = AskedFields.load().shares(question, open_embedder().encode([question])[0])
    likelier = shares / AskedFields.load().usual
    assert CLASSES[int(likelier.argmax())] == field
