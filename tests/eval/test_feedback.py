"""Readers' verdicts become questions that wait for a curator, each once."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from eval.__main__ import main
from eval.errors import CannotRunError
from eval.feedback import collect_feedback
from kin_assistant import feedback
from tests.eval.doubles import ToyProduct

AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
QUESTION = "How many tonnes of glass were collected?"


@pytest.fixture
def folder(tmp_path):
    product = ToyProduct()
    feedback.record(tmp_path, product.ask(QUESTION), "right", at=AT)
    feedback.record(tmp_path, product.ask("Who painted murals on schools?"), "wrong answer", at=AT, comment="Lisa did")
    return tmp_path


def collect(folder, known=()):
    return collect_feedback(folder / "feedback.jsonl", folder / "pending.jsonl", known)


def pending(folder):
    return [json.loads(line) for line in (folder / "pending.jsonl").read_text().splitlines()]


def test_a_verdict_becomes_a_question_with_what_can_be_proposed(folder):
    collected = collect(folder)
    assert (collected.verdicts, collected.added, collected.waiting, collected.known) == (2, 2, 2, 0)
    right, wrong = pending(folder)
    assert right["question"] == QUESTION
    assert right["evidence"][0]["document_id"] == "alba-waste"
    assert right["evidence"][0]["quote"].startswith("The city collected 100 tonnes")
    assert wrong["evidence"] == []
    assert wrong["feedback"][0]["comment"] == "Lisa did"
    assert wrong["feedback"][0]["refused"] is True
    assert {line["status"] for line in pending(folder)} == {"pending"}


def test_collecting_again_changes_nothing(folder):
    collect(folder)
    before = (folder / "pending.jsonl").read_bytes()
    assert collect(folder).added == 0
    assert (folder / "pending.jsonl").read_bytes() == before


def test_a_second_verdict_joins_the_first_and_the_curators_work_stays(folder):
    collect(folder)
    lines = pending(folder)
    lines[0] |= {"kind": "single", "note": "checked"}
    (folder / "pending.jsonl").write_text("\n".join(map(json.dumps, lines)))
    answer = ToyProduct().ask("how many TONNES of glass were collected")
    feedback.record(folder, answer, "wrong evidence", at=AT)
    assert collect(folder).added == 0
    first = pending(folder)[0]
    assert first["kind"] == "single"
    assert first["note"] == "checked"
    assert [item["verdict"] for item in first["feedback"]] == ["right", "wrong evidence"]


def test_a_follow_up_waits_as_the_question_it_stood_for(tmp_path):
    answer = ToyProduct().ask("And the cost?", history=["What did the kiln cost?"])
    feedback.record(tmp_path, answer, "right", at=AT)
    collect(tmp_path)
    assert pending(tmp_path)[0]["question"] == "What did the kiln cost? And the cost?"


def test_questions_of_the_sets_do_not_wait(folder):
    collected = collect(folder, known=[QUESTION.upper()])
    assert (collected.added, collected.known) == (1, 1)


def test_no_feedback_is_no_fault(tmp_path):
    assert collect(tmp_path).verdicts == 0
    assert not (tmp_path / "pending.jsonl").exists()


@pytest.mark.parametrize("line", ["{", '{"question": "Why?"}', "[]"])
def test_a_malformed_line_is_named_and_nothing_is_written(folder, line):
    with (folder / "feedback.jsonl").open("a") as file:
        file.write(f"{line}\n")
    with pytest.raises(CannotRunError, match=r"feedback\.jsonl:3: "):
        collect(folder)
    assert not (folder / "pending.jsonl").exists()


def test_the_command_says_what_it_did(folder, capsys):
    assert main(["feedback", "--feedback", str(folder), "--pending", str(folder / "pending.jsonl")]) == 0
    assert "2 verdicts read; 2 questions added, 2 wait" in capsys.readouterr().out
