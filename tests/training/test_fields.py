"""Training the classifier of fields: what it is trained on is whole, documents stay on one side, figures come of it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from kin_assistant.records.classifier import FieldClassifier, describe_sentences
from kin_assistant.records.headings import fields_of_heading
from kin_assistant.records.weights import CLASSES
from kin_assistant.types import RECORD_FIELDS
from training.fields import FOLDS, HELD_OUT, Example, fold_of, train

DATA = Path(__file__).resolve().parents[2] / "training" / "record_fields"


def rows(name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines()]


def test_what_was_marked_names_fields_that_there_are() -> None:
    assert len(rows("marked.jsonl")) == 165
    assert {row["field"] for row in rows("marked.jsonl")} <= set(CLASSES)
    assert {field for row in rows("held_out.jsonl") for field in row["fields"]} <= {*RECORD_FIELDS, None}


def test_no_document_that_is_held_out_is_trained_on(repository: Path) -> None:
    trained = {path.stem for path in (repository / "training" / "raw" / "docs").glob("*.txt")}
    for row in rows("held_out.jsonl"):
        if row["source"] == "raw":
            assert row["document"] not in trained
        else:
            assert fold_of(str(row["document"])) == HELD_OUT


def test_what_was_marked_stands_under_no_heading_that_tells_a_field() -> None:
    held = {row["document"] for row in rows("held_out.jsonl")}
    assert held.isdisjoint(row["document"] for row in rows("marked.jsonl"))


def examples() -> list[Example]:
    """Sentences of which the vector tells the field."""
    random = np.random.default_rng(1)
    made = []
    for number in range(600):
        field = CLASSES[number % len(CLASSES)]
        vector = 3 * np.eye(16, dtype=np.float32)[number % len(CLASSES)] + random.normal(size=16).astype(np.float32) / 9
        features = describe_sentences(vector[None, :], ["It was so."], [0.5])[0]
        made.append(Example(f"document-{number % 40}", "marked" if number % 3 else "digests", field, features))
    return made


def test_weights_learn_what_vectors_tell_and_the_report_says_so(tmp_path: Path) -> None:
    content, report = train(examples(), [], "x")
    (tmp_path / "weights").write_bytes(content)
    classifier = FieldClassifier.load(tmp_path / "weights", sha256=None)
    told = [classifier.classify(one.features[None, :])[0][0] for one in examples()]
    assert np.mean([field == one.field for field, one in zip(told, examples(), strict=True)]) > 0.95
    assert "marked   cross-validated by document, headings not used: 1.000 right" in report


def test_the_same_data_give_the_same_weights() -> None:
    assert train(examples(), [], "x")[0] == train(examples(), [], "x")[0]


def test_documents_are_spread_over_all_folds() -> None:
    assert {fold_of(f"document-{number}") for number in range(40)} == set(range(FOLDS))


@pytest.mark.parametrize("name", ["Problem", "What the city did", "Cost and finance", "Results", "Lessons"])
def test_the_main_headings_of_digests_are_labels(name: str) -> None:
    assert len(fields_of_heading(name)) == 1
