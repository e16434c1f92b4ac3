"""Kinds of request: guessed the same way each time, from weights that are checked, and well enough on questions held out."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError
from pathlib import Path

import numpy as np
import pytest

from kin_assistant.errors import ModelError
from kin_assistant.question.kinds import ASPECTS, FEATURES, KINDS, WEIGHTS, KindClassifier, hash_features
from training.kinds import FOLDS, fold_of, read_lines, train

QUESTIONS = {
    "talk": ["hello", "thank you very much", "good morning", "bye"],
    "catalogue": [
        "Which cities have documents about noise?",
        "List all documents on Nepal",
        "how many cities are there",
    ],
    "overview": ["What is a waste bank?", "Tell me about Kitakyushu", "Suzhou Creek"],
    "fact": ["When did the plant open?", "How much did the sewer cost?", "Who is the mayor?"],
    "explain": ["Why did the project fail?", "How did Surabaya reduce its waste?"],
    "list": ["List all the steps of the method, complete", "names of all partners of the project, all of them"],
    "compare": ["Compare Dhaka with Chittagong", "Which city has the lowest fee?"],
    "advice": ["We are a town of 50,000 people. What should we do first?", "Should we buy an incinerator?"],
}

ODD = {
    "nothing": "",
    "a blank": " ",
    "marks": "?!...",
    "2,000 characters": "How did the city pay for it? " * 69,
    "one long word": "a" * 2000,
    "Thai": "เมืองใดบ้างที่มีการทำปุ๋ยหมัก",
    "Arabic": "ما هي المدن التي لديها سماد؟",
    "emoji": "👋🏽 🙏",
    "half of a pair": "what is \ud83d",
    "no break": "what\u00a0is\u2009compost",
}


@pytest.fixture(scope="module")
def classifier() -> KindClassifier:
    return KindClassifier.load()


def vector_of(seed: int) -> np.ndarray:
    vector = np.random.default_rng(seed).normal(size=384).astype(np.float32)
    return vector / np.linalg.norm(vector)


@pytest.mark.parametrize("kind", QUESTIONS)
def test_plain_requests_are_told_apart(kind, classifier, model):
    for question, vector in zip(QUESTIONS[kind], model.encode(QUESTIONS[kind]), strict=True):
        guess = classifier.classify(question, vector)
        assert guess.kind == kind, question
        assert guess.kinds == (kind,), question
        assert 0 < guess.probability <= 1


def test_a_question_in_two_parts_has_the_kinds_of_both(classifier, model):
    whole = "Why was the plant closed, and which other cities have one?"
    parts = ["Why was the plant closed", "which other cities have one?"]
    vector, *vectors = model.encode([whole, *parts])
    guess = classifier.classify(whole, vector, list(zip(parts, vectors, strict=True)))
    assert set(guess.kinds) == {"explain", "catalogue"}
    assert guess.kinds[0] == guess.kind


def test_parts_that_ask_alike_make_one_kind(classifier, model):
    whole = "When did it open and when was it closed?"
    parts = ["When did it open", "when was it closed?"]
    vector, *vectors = model.encode([whole, *parts])
    assert classifier.classify(whole, vector, list(zip(parts, vectors, strict=True))).kinds == ("fact",)


def test_the_aspects_of_a_question_are_noticed(classifier, model):
    asked = {"cost": "How much did the plant cost?", "date": "In which year was the ordinance passed?"}
    for (aspect, question), vector in zip(asked.items(), model.encode(list(asked.values())), strict=True):
        assert aspect in classifier.classify(question, vector).aspects
    assert classifier.classify("hello", model.encode(["hello"])[0]).aspects == ()


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
@pytest.mark.parametrize("vector", [None, vector_of(0), np.zeros(384, np.float32)], ids=["none", "any", "zero"])
def test_odd_texts_get_a_guess(text, vector, classifier):
    guess = classifier.classify(text, vector)
    assert guess.kind in KINDS
    assert 0 < guess.probability <= 1


def test_the_same_question_gets_the_same_guess(classifier):
    again = KindClassifier.load()
    for seed, texts in enumerate(QUESTIONS.values()):
        for text in texts:
            vector = vector_of(seed)
            assert classifier.classify(text, vector) == again.classify(text, vector)


def test_a_guess_cannot_be_changed(classifier):
    with pytest.raises(FrozenInstanceError):
        classifier.classify("hello").kind = "fact"  # type: ignore[misc]


def test_names_and_numbers_do_not_matter_to_the_words():
    def features(text):
        columns, values = hash_features(text)
        return columns.tolist(), values.tolist()

    assert features("Which of the 20 towns pay?") == features("Which of the 450 towns pay?")
    assert features("When did Sibu join?") == features("When did Cebu join?")
    assert features("When did Sibu join?") != features("Why did Sibu join?")


def test_features_stay_in_their_columns_however_long_the_question():
    short, long = hash_features("what is compost")[0], hash_features("what is compost " * 125)[0]
    assert min(short.min(), long.min()) >= 0
    assert max(short.max(), long.max()) < FEATURES
    assert len(long) < 3000


def test_damaged_weights_are_refused(tmp_path: Path):
    damaged = bytearray(WEIGHTS.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    file = tmp_path / "kinds.safetensors"
    file.write_bytes(damaged)
    with pytest.raises(ModelError, match="damaged"):
        KindClassifier.load(file)


@pytest.mark.parametrize("content", [b"", b"no weights", WEIGHTS.read_bytes()[:5000]], ids=["empty", "text", "cut"])
def test_a_file_that_holds_no_weights_is_refused(content: bytes, tmp_path: Path):
    file = tmp_path / "kinds.safetensors"
    file.write_bytes(content)
    with pytest.raises(ModelError, match="holds no weights"):
        KindClassifier.load(file, sha256=None)


def test_missing_weights_are_named(tmp_path: Path):
    with pytest.raises(ModelError, match="There are no weights"):
        KindClassifier.load(tmp_path / "none.safetensors")


def test_weights_for_other_features_are_refused(tmp_path: Path):
    file = tmp_path / "kinds.safetensors"
    file.write_bytes(WEIGHTS.read_bytes().replace(b"kin-kinds-", b"kin-minds-"))
    with pytest.raises(ModelError, match="other kinds"):
        KindClassifier.load(file, sha256=None)


def test_the_labelled_questions_hold_together():
    lines = read_lines()
    assert {kind for line in lines for kind in line.kinds} == set(KINDS)
    assert {aspect for line in lines for aspect in line.aspects or ()} == set(ASPECTS)
    own = [line for line in lines if line.source == "own"]
    assert len({line.question.lower() for line in own}) == len(own)
    given = {line.question.lower() for line in lines if line.source == "kinds"}
    assert not any(line.question.lower() in given for line in own)


def test_own_questions_are_none_of_the_evaluation():
    folder = Path(__file__).resolve().parents[2] / "eval" / "questions"
    rows = [json.loads(row) for file in sorted(folder.glob("*.jsonl")) for row in file.read_text("utf-8").splitlines()]
    asked = {turn["question"].lower() for row in rows for turn in row.get("turns", [row])}
    assert not [line for line in read_lines() if line.source == "own" and line.question.lower() in asked]


@pytest.mark.slow
def test_questions_held_out_are_guessed_well_enough(model, tmp_path: Path):
    """Trained without a fifth of ``kinds.jsonl`` and with few of the conversations, and asked that fifth."""
    lines = [line for place, line in enumerate(read_lines()) if line.source != "turns" or place % 20 == 0]
    held = [line for line in lines if line.source == "kinds" and fold_of(line.id) == FOLDS - 1]
    seen = [line for line in lines if fold_of(line.id) != FOLDS - 1]
    file = tmp_path / "kinds.safetensors"
    file.write_bytes(train(seen, model.encode([line.question for line in seen]), model.name)[0])
    classifier = KindClassifier.load(file, sha256=None)
    vectors = model.encode([line.question for line in held])
    kinds = [classifier.classify(line.question, vector).kind for line, vector in zip(held, vectors, strict=True)]
    assert np.mean([kind == line.kinds[0] for kind, line in zip(kinds, held, strict=True)]) >= 0.77
    assert sum(kind == "talk" != line.kinds[0] for kind, line in zip(kinds, held, strict=True)) <= 1


def test_training_twice_gives_the_same_file():
    lines = read_lines()[::10]
    vectors = np.random.default_rng(0).normal(size=(len(lines), 384)).astype(np.float32)
    (first, report), (second, _) = train(lines, vectors, "any"), train(lines, vectors, "any")
    assert first == second
    assert "cross-validated" in report


def test_words_alone_do_without_a_vector(classifier):
    assert classifier.classify("hello").kind in KINDS
    assert classifier.classify("Why did the project fail and how was it repaired?").kind == "explain"
