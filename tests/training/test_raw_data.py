"""The raw documents and their questions hold together."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

from training.build import held_out_raw, read_items
from training.naming import read_subjects

RAW = Path(__file__).resolve().parents[2] / "training" / "raw"
QUESTIONS = RAW.parent / "questions"
EXPLANATIONS = RAW.parent / "explanations.jsonl"
MESSAGES = RAW.parent / "messages.jsonl"
MORE_MESSAGES = RAW.parent / "more_messages.jsonl"
SITUATIONS = RAW.parent / "situations.jsonl"
CORPUS = RAW.parents[1] / "corpus"


def documents():
    return {path.stem: " ".join(path.read_text("utf-8").split()) for path in (RAW / "docs").glob("*.txt")}


def letters_of(text):
    return re.sub(r"[\W_]", "", re.sub(r"\[\d+(?:, ?\d+)*\]", "", text)).lower()


def rows(file):
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_every_quote_stands_in_its_document():
    texts = documents()
    for row in rows(RAW / "questions.jsonl"):
        assert bool(row["evidence"]) == row["answerable"], row["id"]
        assert row["answerable"] or row["near_miss"], row["id"]
        for quote in [*row["evidence"], *([row["near_miss"]] if row.get("near_miss") else [])]:
            assert " ".join(quote.split()) in texts[row["document_id"]], row["id"]


def test_every_document_has_questions_and_a_subject():
    asked = Counter(row["document_id"] for row in rows(RAW / "questions.jsonl"))
    subjects = read_subjects(RAW / "subjects.jsonl")
    assert asked.keys() == subjects.keys() == documents().keys()
    assert min(asked.values()) >= 12


def letters_of_all():
    texts = documents() | {path.stem: path.read_text("utf-8") for path in CORPUS.glob("*.md")}
    return {name: letters_of(text) for name, text in texts.items()}


def test_explanations_and_messages_are_quoted_from_their_documents():
    letters = letters_of_all()
    for row in [*rows(EXPLANATIONS), *rows(MESSAGES), *rows(MORE_MESSAGES)]:
        assert bool(row["evidence"]) == row["answerable"], row["id"]
        assert row["answerable"] or row["near_miss"], row["id"]
        for quote in [*row["evidence"], *([row["near_miss"]] if row.get("near_miss") else [])]:
            assert letters_of(quote) in letters[row["document_id"]], row["id"]


def test_situations_are_quoted_from_documents_that_help_and_name_others_that_do_not():
    letters = letters_of_all()
    for row in rows(SITUATIONS):
        helping = {quote["document_id"] for quote in row["evidence"]}
        assert helping, row["id"]
        assert helping.isdisjoint(row["unfit"]), row["id"]
        assert letters.keys() >= set(row["unfit"]), row["id"]
        for quote in row["evidence"]:
            assert letters_of(quote["quote"]) in letters[quote["document_id"]], row["id"]


def test_ids_are_unique():
    for files in (
        [RAW / "questions.jsonl"],
        [EXPLANATIONS],
        [MESSAGES, MORE_MESSAGES],
        [SITUATIONS],
        sorted(QUESTIONS.glob("*.jsonl")),
    ):
        ids = Counter(row["id"] for file in files for row in rows(file))
        assert max(ids.values()) == 1


def test_a_fifth_of_each_family_is_held_out_whatever_else_is_there():
    names = sorted(documents())
    held = held_out_raw(names)
    assert Counter(name[0] for name in held) == {"a": 8, "b": 8, "c": 8, "d": 8}
    assert held_out_raw(reversed(names)) == held


def test_a_question_over_two_documents_is_answered_by_both(tmp_path):
    lines = [
        {"id": "x/c01", "document_id": "x", "question": "Who paid?", "answerable": True, "evidence": ["X paid."]},
        {"id": "y/c01", "document_id": "y", "question": "Who paid?", "answerable": True, "evidence": ["Y paid."]},
        {"id": "z/q01", "document_id": "z", "question": "Who paid?", "answerable": False, "evidence": []},
        {"id": "1", "question": "Where?", "evidence": [{"document_id": "x", "quote": "There."}]},
    ]
    file = tmp_path / "questions.jsonl"
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    first, second, third, fourth = read_items([file])
    assert first.quotes == second.quotes == {"x": {"X paid."}, "y": {"Y paid."}}
    assert not third.answerable
    assert fourth.document == "x"
