"""The two files of standing questions: the questions, which somebody writes, and their answers, which the program keeps."""

from __future__ import annotations

import json
from typing import Any, Final

from kin_assistant.briefs.versioned import VersionedFile
from kin_assistant.errors import KinError, StandingError
from kin_assistant.filters import NAME_FIELDS, parse_filters
from kin_assistant.standing.values import FORMAT, VERSION, KeptAnswers, StandingQuestion
from kin_assistant.types import Filters

__all__ = ["answers_json", "question_line", "read_answers", "read_questions"]

_MOST_QUESTIONS: Final = 1000
_COMMENT: Final = "#"
_FILE: Final = VersionedFile(KeptAnswers, FORMAT, VERSION, "kept answers", StandingError)


def answers_json(answers: KeptAnswers) -> bytes:
    """The file of kept answers."""
    return _FILE.write(answers)


def read_answers(content: bytes, name: str) -> KeptAnswers:
    """The answers in the file ``name``. Raises ``StandingError`` for a file that is damaged, of another kind or later version."""
    return _FILE.read(content, name)


def read_questions(content: bytes, name: str) -> tuple[StandingQuestion, ...]:
    """The questions in the file ``name``, a line each. Empty lines, and those that begin with "#", are left out.

    A line may also be a JSON object with "question" and "filters". Raises ``StandingError`` for a line that is none, and for a
    file without questions, with more than 1,000, or not in UTF-8.
    """
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise StandingError(f"{name} is not text in UTF-8.", details=str(error)) from error
    written = [(number, line.strip()) for number, line in enumerate(lines, 1)]
    questions = [_read_line(line, f"{name}, line {number}") for number, line in written if line and line[0] != _COMMENT]
    if not questions:
        raise StandingError(f"{name} holds no question. Write one on each line.")
    if len(questions) > _MOST_QUESTIONS:
        raise StandingError(f"{name} holds {len(questions):,} questions; at most {_MOST_QUESTIONS:,} are asked again.")
    return tuple(questions)


def question_line(asked: StandingQuestion) -> str:
    """The line from which ``read_questions`` reads ``asked``: the question alone where that says all."""
    filters: dict[str, list[str]] = {
        name: list(names) for name in NAME_FIELDS if (names := getattr(asked.filters, name))
    }
    if asked.filters.years:
        filters["years"] = [f"{year:04}" for year in asked.filters.years]
    is_one_line = asked.question.splitlines() == [asked.question.strip()]
    if is_one_line and not filters and asked.question[0] not in (_COMMENT, "{", "\ufeff"):
        return asked.question
    fields = {"question": asked.question} | ({"filters": filters} if filters else {})
    return json.dumps(fields, ensure_ascii=True)


def _read_line(line: str, where: str) -> StandingQuestion:
    if not line.startswith("{"):
        return StandingQuestion(question=line)
    try:
        fields: dict[str, Any] = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise StandingError(f"{where}: this is not valid JSON.", details=str(error)) from error
    if not isinstance(fields.get("question"), str) or fields.keys() - {"question", "filters"}:
        raise StandingError(f'{where}: a question in JSON has the fields "question" and, if wished, "filters".')
    try:
        return StandingQuestion(question=fields["question"], filters=parse_filters(fields.get("filters")) or Filters())
    except KinError as error:
        raise StandingError(f"{where}: {error}", details=error.details) from error
