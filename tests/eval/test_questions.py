"""Question files are read whole or refused with every fault's file and line, and split by document and conversation."""

from __future__ import annotations

import json

import pytest

from eval.__main__ import HERE
from eval.errors import CannotRunError
from eval.lines import Question
from eval.product import ROOT
from eval.questions import read_cases, read_questions
from kin_assistant.documents.reading import read_document
from tests.eval.doubles import read_documents, write_questions

TEXT = "The city collected 100 tonnes of glass in one year. A second sentence."
GOOD = {
    "id": "q1",
    "question": "How much?",
    "kind": "single",
    "evidence": [{"document_id": "a", "quote": "The city collected 100 tonnes of *glass* in one year [1]."}],
    "nuggets": [{"id": "n", "vital": True, "any_of": ["100 tonnes"]}],
}
UNKNOWN = {"id": "u1", "question": "Why?", "kind": "unanswerable", "unanswerable_kind": "off_topic"}


def read(folder, *rows):
    path = folder / "set.jsonl"
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows))
    return read_cases([path], {"a": TEXT, "b": TEXT}.get)


def test_evidence_is_located_in_the_stored_text(tmp_path):
    (case,) = read(tmp_path, GOOD)
    (gold,) = case.gold
    assert TEXT[gold.start : gold.end] == "The city collected 100 tonnes of glass in one year."


def test_later_turns_carry_the_questions_before_them(tmp_path):
    turns = [GOOD, GOOD | {"id": "q2", "question": "And then?", "standalone": "How much then?"}, UNKNOWN]
    cases = read(tmp_path, {"id": "c", "turns": turns})
    assert [case.history for case in cases] == [(), ("How much?",), ("How much?", "And then?")]
    assert {case.conversation for case in cases} == {"c"}


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("{", "not JSON"),
        ("[1]", "neither a question nor a conversation"),
        ('{"id": "c", "turns": []}', "neither a question nor a conversation"),
        ({"id": "q"}, "question: Field required"),
        (GOOD | {"kind": "double"}, "kind: "),
        (GOOD | {"nuggets": [{"id": "n", "vital": True, "any_of": []}]}, "nuggets.0.any_of: "),
        (GOOD | {"evidence": [{"document_id": "gone", "quote": "x"}]}, "there is no document gone"),
        (GOOD | {"also_relevant": ["gone"]}, "there is no document gone"),
        (UNKNOWN | {"nearest": ["gone"]}, "there is no document gone"),
        (
            GOOD | {"evidence": [{"document_id": "a", "quote": "It was 7."}]},
            "the quote no longer stands in a: 'It was 7.'",
        ),
        (GOOD | {"nuggets": [{"id": "n", "vital": True, "any_of": ["7"]}]}, "no evidence states the fact n"),
        (GOOD | {"nuggets": []}, "needs evidence and a vital fact"),
        (GOOD | {"kind": "multi"}, "needs evidence from two documents"),
        (UNKNOWN | {"nuggets": GOOD["nuggets"]}, "an unanswerable question has evidence"),
        ({key: value for key, value in UNKNOWN.items() if key != "unanswerable_kind"}, "needs an unanswerable_kind"),
    ],
)
def test_a_fault_is_named_with_its_file_and_line(tmp_path, row, fault):
    with pytest.raises(CannotRunError) as caught:
        read(tmp_path, "", UNKNOWN, row)
    assert any(
        reason.startswith(f"{tmp_path / 'set.jsonl'}:3: ") and fault in reason for reason in caught.value.reasons
    )


def test_every_fault_is_named_at_once(tmp_path):
    with pytest.raises(CannotRunError) as caught:
        read(tmp_path, "{", GOOD | {"also_relevant": ["gone"]}, UNKNOWN, UNKNOWN)
    assert [reason.split(":")[1] for reason in caught.value.reasons] == ["1", "2", "4"]


def test_missing_and_empty_files_are_faults(tmp_path):
    with pytest.raises(CannotRunError, match="cannot be read"):
        read_cases([tmp_path / "none.jsonl"], {}.get)
    with pytest.raises(CannotRunError, match="No questions"):
        read(tmp_path, "")


def test_a_line_separator_within_a_question_does_not_end_its_line(tmp_path):
    (case,) = read(tmp_path, json.dumps(GOOD | {"question": "How\u2028much?"}, ensure_ascii=False))
    assert case.question.question == "How\u2028much?"


@pytest.fixture(scope="module")
def committed():
    """The committed sets, read against the corpus of the repository."""
    texts = {}
    for path in sorted((ROOT / "corpus").glob("*.md")):
        if path.name != "README.md":
            document = read_document(path.name, path.read_bytes(), "0" * 64).document
            texts[document.id] = document.text
    paths = [path for path in sorted((HERE / "questions").glob("*.jsonl")) if path.name != "pending.jsonl"]
    return read_cases(paths, texts.get)


@pytest.fixture(scope="module")
def committed_questions(committed):
    """The committed questions without the requests."""
    return [case for case in committed if isinstance(case.question, Question)]


def test_the_committed_questions_stand_in_the_corpus(committed):
    assert {"questions", "conversations", "own", "requests"} <= {case.set for case in committed}
    assert all(case.question.standalone for case in committed if case.follow_up)


def test_no_document_and_no_conversation_of_the_questions_is_on_both_sides(committed_questions):
    sides = {}
    for case in committed_questions:
        documents = [item.document_id for item in case.question.evidence] or case.question.nearest
        for name in [case.conversation or case.question.id, *documents]:
            assert sides.setdefault(name, case.split) == case.split, name


def test_both_sides_have_questions_of_both_kinds(committed_questions):
    for split in ("tune", "test"):
        part = [case for case in committed_questions if case.split == split]
        unanswerable = [case for case in part if not case.question.answerable]
        assert len(part) >= 50
        assert len(unanswerable) >= 10


def test_the_order_of_the_lines_does_not_move_a_question_to_the_other_side(tmp_path):
    texts = {key: document.text for key, document in read_documents().items()}
    path = write_questions(tmp_path)
    before = {case.question.id: case.split for case in read_cases([path], texts.get)}
    path.write_text("\n".join(reversed(path.read_text().splitlines())))
    assert {case.question.id: case.split for case in read_cases([path], texts.get)} == before


def test_questions_can_be_read_without_their_documents(tmp_path):
    assert len(read_questions(write_questions(tmp_path))) == 5 * 12
