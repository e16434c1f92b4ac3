"""A reader's verdict is one line of JSON, and no reader can fill the disk."""

from __future__ import annotations

import json
import os
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
        answers = [answer.model_copy(update={"id": f"q{number}"}) for number in range(40)]
        list(pool.map(lambda own: record(tmp_path, own, "right", at=NOW, comment=str(own.id)[1:]), answers))
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
        record(tmp_path, answer, "wrong answer", at=NOW)
    assert (tmp_path / "feedback.jsonl").stat().st_size == size


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path, answer: Answer) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KinError, match="could not be stored"):
        record(tmp_path / "file", answer, "right", at=NOW)


def lines(folder: Path) -> list[tuple[str, str]]:
    stored = map(json.loads, (folder / "feedback.jsonl").read_text(encoding="utf-8").splitlines())
    return [(line["verdict"], line["comment"]) for line in stored]


def test_an_answer_gets_each_verdict_once_and_one_comment_on_it(tmp_path: Path, answer: Answer) -> None:
    for _ in range(10):
        record(tmp_path, answer, "right", at=NOW)
    record(tmp_path, answer, "right", at=NOW, comment="Thank you")
    record(tmp_path, answer, "right", at=NOW, comment="Thank you")
    with pytest.raises(KinError, match="stored already"):
        record(tmp_path, answer, "right", at=NOW, comment="Thank you again")
    record(tmp_path, answer, "wrong evidence", at=NOW)
    assert lines(tmp_path) == [("right", ""), ("right", "Thank you"), ("wrong evidence", "")]
    record(tmp_path, answer.model_copy(update={"id": "q2"}), "right", at=NOW)
    record(tmp_path, answer.model_copy(update={"question": "Another one?"}), "right", at=NOW)
    assert len(lines(tmp_path)) == 5


@pytest.mark.parametrize(
    "spoilt", [b'{"id": "q1", half', b'["id": "q1"]', b'{"answer": {"id": "q1"}}', b'"\\"id\\": \\"q1\\""']
)
def test_a_line_that_somebody_spoilt_is_passed_over(tmp_path: Path, answer: Answer, spoilt: bytes) -> None:
    (tmp_path / "feedback.jsonl").write_bytes(spoilt + b"\n")
    record(tmp_path, answer, "right", at=NOW)
    assert (tmp_path / "feedback.jsonl").read_bytes().count(b"\n") == 2


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_nobody_else_on_the_machine_can_read_what_was_said(tmp_path: Path, answer: Answer) -> None:
    folder = tmp_path / "feedback"
    folder.mkdir(mode=0o755)
    for name in ("feedback.jsonl", "feedback.jsonl.lock"):
        (folder / name).touch(mode=0o644)
    record(folder, answer, "right", at=NOW)
    record(tmp_path / "new", answer, "right", at=NOW)
    for stored in (folder, tmp_path / "new"):
        assert {path.name: path.stat().st_mode & 0o777 for path in (stored, *stored.iterdir())} == {
            stored.name: 0o700,
            "feedback.jsonl": 0o600,
            "feedback.jsonl.lock": 0o600,
        }


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_a_folder_that_holds_other_things_keeps_its_mode(tmp_path: Path, answer: Answer) -> None:
    folder = tmp_path / "shared"
    folder.mkdir(mode=0o755)
    (folder / "other.txt").touch(mode=0o644)
    record(folder, answer, "right", at=NOW)
    assert folder.stat().st_mode & 0o777 == 0o755
    assert (folder / "feedback.jsonl").stat().st_mode & 0o777 == 0o600
