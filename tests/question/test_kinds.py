"""Kinds of request: guessed the same way each time, from weights that are checked, and well enough on questions held out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from kin_assistant.errors import ModelError
from kin_assistant.question.kinds import KINDS, WEIGHTS, KindClassifier, Limits, shorten
from training.kinds import FOLDS, describe, fit_limits, fold_of, read_lines, train

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
    return KindClassifier()


@pytest.mark.parametrize("kind", QUESTIONS)
def test_plain_requests_are_told_apart(kind: str, classifier: KindClassifier) -> None:
    for question in QUESTIONS[kind]:
        guess = classifier.classify(question)
        assert guess.kind == kind, question
        assert guess.kinds == (kind,), question
        assert 0 < guess.probability <= 1


def test_a_question_in_two_parts_has_the_kinds_of_both(classifier: KindClassifier) -> None:
    whole = "Why was the plant closed, and which other cities have one?"
    guess = classifier.classify(whole, ["Why was the plant closed", "which other cities have one?"])
    assert set(guess.kinds) == {"explain", "catalogue"}
    assert guess.kinds[0] == guess.kind


def test_parts_that_ask_alike_make_one_kind(classifier: KindClassifier) -> None:
    whole = "When did it open and when was it closed?"
    assert classifier.classify(whole, ["When did it open", "when was it closed?"]).kinds == ("fact",)


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_odd_texts_get_a_guess(text: str, classifier: KindClassifier) -> None:
    guess = classifier.classify(text)
    assert guess.kind in KINDS
    assert 0 < guess.probability <= 1


def test_the_same_question_gets_the_same_guess(classifier: KindClassifier) -> None:
    again = KindClassifier()
    texts = [text for group in QUESTIONS.values() for text in group]
    assert [classifier.classify(text) for text in texts] == [again.classify(text) for text in reversed(texts)][::-1]


def test_of_a_long_question_beginning_and_end_are_read() -> None:
    assert shorten("what\u00a0is\n compost") == "what is compost"
    long = shorten(f"first {'word ' * 400}last")
    assert long.startswith("first")
    assert long.endswith("last")
    assert len(long) < 700


def test_damaged_weights_are_refused(tmp_path: Path):
    damaged = bytearray(WEIGHTS.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    file = tmp_path / "kinds.safetensors"
    file.write_bytes(damaged)
    with pytest.raises(ModelError, match="damaged"):
        KindClassifier(file)


@pytest.mark.parametrize("content", [b"", b"no weights", WEIGHTS.read_bytes()[:5000]], ids=["empty", "text", "cut"])
def test_a_file_that_holds_no_weights_is_refused(content: bytes, tmp_path: Path):
    file = tmp_path / "kinds.safetensors"
    file.write_bytes(content)
    with pytest.raises(ModelError, match="holds no weights"):
        KindClassifier(file, sha256=None)


def test_missing_weights_are_named(tmp_path: Path):
    with pytest.raises(ModelError, match="There are no weights"):
        KindClassifier(tmp_path / "none.safetensors")


def test_weights_of_another_format_are_refused(tmp_path: Path):
    file = tmp_path / "kinds.safetensors"
    file.write_bytes(WEIGHTS.read_bytes().replace(b"kin-kinds-", b"kin-minds-"))
    with pytest.raises(ModelError, match="other kinds"):
        KindClassifier(file, sha256=None)


def test_the_labelled_questions_hold_together():
    lines = read_lines()
    assert {kind for line in lines for kind in line.kinds} == set(KINDS)
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
def test_training_is_repeatable_and_makes_weights_that_the_product_reads(tmp_path: Path) -> None:
    lines = [line for line in read_lines() if line.source == "own"][::20]
    first, second = (train(lines, epochs=1) for _ in range(2))
    questions = [line.question for line in lines[:8]]
    scores = first.predict(questions)
    assert np.array_equal(scores, second.predict(questions))
    file = tmp_path / "kinds.safetensors"
    first.save(file, Limits(scale=1, sure=0, talk=0, second=1, part=1))
    read = KindClassifier(file, sha256=None, engine="torch")
    assert [read.classify(question).kind for question in questions] == [KINDS[i] for i in scores.argmax(axis=1)]


def test_limits_are_fitted_so_that_few_real_questions_are_taken_for_talk() -> None:
    lines = read_lines()
    noise = np.random.default_rng(0).normal(size=(len(lines), len(KINDS)))
    right = np.array([[kind in line.kinds for kind in KINDS] for line in lines])
    scores = 3 * right + noise
    limits = fit_limits(lines, scores)
    assert 0 < limits.talk < 1
    report = describe(lines, scores, limits)
    assert "kinds  accuracy" in report
    assert {fold_of(line.id) for line in lines} == set(range(FOLDS))
