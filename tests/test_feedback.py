"""A reader's verdict is one line of JSON, and no reader can fill the disk."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kin_assistant import feedback
from kin_assistant.errors import KinError
from kin_assistant.feedback import MAX_COMMENT, record
from kin_assistant.types import Answer
from tests.doubles import QUESTION, AssistantDouble

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


@pytest.fixture
def answer() -> Answer:
    return AssistantDouble().ask(QUESTION, id="q1")


def test_a_verdict_is_stored_with_the_question_the_answer_and_the_build(tmp_path: Path, answer: Answer) -> None:
    record(tmp_path / "new" / "folder", answer, "wrong evidence", at=NOW, comment="Line one\nline two")
    line = json.loads((tmp_path / "new" / "folder" / "feedback.jsonl").read_text(encoding="utf-8"))
    assert Answer.model_validate(line.pop("answer")) == answer
    assert line == {
        "at": "2026-11-21T10:00:00+00:00",
        "build_id": answer.build_id,
        "question": QUESTION,
        "verdict": "wrong evidence",
        "comment": "Line one\nline two",
    }


def test_verdicts_given_at_once_are_all_stored(tmp_path: Path, answer: Answer) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: record(tmp_path, answer, "right", at=NOW, comment=str(number)), range(40)))
    lines = (tmp_path / "feedback.jsonl").read_text(encoding="utf-8").splitlines()
    assert sorted(int(json.loads(line)["comment"]) for line in lines) == list(range(40))


def test_a_long_comment_is_refused(tmp_path: Path, answer: Answer) -> None:
    record(tmp_path, answer, "right", at=NOW, comment="x" * MAX_COMMENT)
    with pytest.raises(KinError, match="2,000 characters"):
        record(tmp_path, answer, "right", at=NOW, comment="x" * (MAX_COMMENT + 1))


def test_a_full_file_is_left_alone(tmp_path: Path, answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    record(tmp_path, answer, "right", at=NOW)
    size = (tmp_path / "feedback.jsonl").stat().st_size
    monkeypatch.setattr(feedback, "MAX_FILE_BYTES", size)
    with pytest.raises(KinError, match="full"):
        record(tmp_path, answer, "right", at=NOW)
    assert (tmp_path / "feedback.jsonl").stat().st_size == size


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path, answer: Answer) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KinError, match="could not be stored"):
        record(tmp_path / "file", answer, "right", at=NOW)
