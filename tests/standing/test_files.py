"""The files of standing questions: what is read from them, and a sentence for every file that is none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kin_assistant.errors import StandingError
from kin_assistant.standing.files import answers_json, question_line, read_answers, read_questions
from kin_assistant.standing.values import KeptAnswer, KeptAnswers, StandingQuestion
from kin_assistant.types import Filters


def test_a_line_is_a_question() -> None:
    written = '\ufeff# ours\n\n  How is waste weighed?  \n{"question": "Who pays?", "filters": {"city": "Cebu"}}\n'
    assert read_questions(written.encode(), "q.txt") == (
        StandingQuestion(question="How is waste weighed?"),
        StandingQuestion(question="Who pays?", filters=Filters(city=("Cebu",))),
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "q.txt holds no question"),
        (b"# only a remark\n\n", "q.txt holds no question"),
        (b"\xff\xfeH\x00", "q.txt is not text in UTF-8"),
        (b"Who?\n{", "q.txt, line 2: this is not valid JSON"),
        (b"{" + b'"a":{' * 50_000, "q.txt, line 1: this is not valid JSON"),
        (b'{"question": 3}', 'line 1: a question in JSON has the fields "question"'),
        (b'{"question": "Who?", "history": []}', 'line 1: a question in JSON has the fields "question"'),
        (b'{"question": "Who?", "filters": {"colour": "red"}}', 'line 1: There is no filter "colour"'),
        (b"Who?\n" * 1001, "q.txt holds 1,001 questions; at most 1,000"),
    ],
)
def test_a_file_without_questions_is_told_in_a_sentence(content: bytes, said: str) -> None:
    with pytest.raises(StandingError, match=said):
        read_questions(content, "q.txt")


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        (StandingQuestion(question="How is waste weighed?"), "How is waste weighed?"),
        (StandingQuestion(question="# of trucks?"), None),
        (StandingQuestion(question="{a}?"), None),
        (StandingQuestion(question="\ufeffWho?"), None),
        (StandingQuestion(question="Who pays,\nand when?"), None),
        (StandingQuestion(question="Who\u2028pays?"), None),
        (
            StandingQuestion(question="Who pays?", filters=Filters(city=("Cebu", "Đà Nẵng"), years=(990, 2011))),
            None,
        ),
    ],
)
def test_a_question_is_read_from_the_line_that_is_written_of_it(asked: StandingQuestion, line: str | None) -> None:
    written = question_line(asked)
    assert line is None or written == line
    assert read_questions(f"{written}\nWho else?\n".encode(), "q.txt") == (
        asked,
        StandingQuestion(question="Who else?"),
    )


def test_kept_answers_are_read_back_as_they_were_written() -> None:
    kept = KeptAnswers(
        answers=(
            KeptAnswer(asked=StandingQuestion(question="Who?"), at=datetime(2026, 6, 1, tzinfo=UTC), answered=False),
        )
    )
    assert read_answers(answers_json(kept), "a.json") == kept


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "a.json is not whole JSON"),
        (b'{"format": "kin-brief", "version": 1}', "a.json is JSON, but not the file of kept answers"),
        (b'{"format": "kin-answers", "version": 2}', "a.json is kept answers of version 2"),
        (b'{"format": "kin-answers", "version": 1, "answers": [{}]}', "a.json has a mistake at answers.0.asked"),
    ],
)
def test_a_file_that_holds_no_answers_is_told_in_a_sentence(content: bytes, said: str) -> None:
    with pytest.raises(StandingError, match=said):
        read_answers(content, "a.json")
