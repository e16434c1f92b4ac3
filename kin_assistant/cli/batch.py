"""Many questions from a file: JSON Lines in, JSON Lines out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TextIO

from kin_assistant.errors import AnswerTimeout, KinError

__all__ = ["answer_lines", "as_json"]


def answer_lines(
    source: TextIO, target: TextIO, run: Callable[[dict[str, Any]], dict[str, object]], required: str
) -> int:
    """Run every line of ``source`` and write a result for each to ``target``; a bad line becomes an error line.

    A line is a JSON object with the text named by ``required``. Returns how many lines failed. Raises ``AnswerTimeout`` if an
    answer takes too long.
    """
    failed = 0
    for number, text in enumerate(source, 1):
        if not text.strip():
            continue
        line_id = None
        result: dict[str, object]
        try:
            line = _parse_line(text, number, required)
            line_id = line.get("id")
            result = run(line)
        except AnswerTimeout:
            raise  # the lines after it would wait for what hangs
        except KinError as error:
            failed += 1
            result = {"id": line_id if line_id is not None else _id_of(text), "line": number, "error": str(error)}
        target.write(as_json(result, target) + "\n")
    return failed


def _parse_line(text: str, number: int, required: str) -> dict[str, Any]:
    from kin_assistant.types import WANTED_FORMS

    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        raise KinError(f"Line {number} is not valid JSON.") from None
    if not isinstance(line, dict):
        raise KinError(f"Line {number} is not a JSON object.")
    if required == "query" and "query" not in line:
        required = "question"
    if not isinstance(line.get(required), str):
        raise KinError(f'Line {number} has no "{required}" that is a text.')
    if not isinstance(line.get("id"), str | None) or not _can_be_written(line.get("id") or ""):
        raise KinError(f'Line {number} has an "id" that is not a text.')
    history = line.get("history")
    if history is not None and not (isinstance(history, list) and all(isinstance(turn, str) for turn in history)):
        raise KinError(f'Line {number} has a "history" that is not a list of texts.')
    if line.get("form") not in (None, *WANTED_FORMS):
        raise KinError(f'Line {number} has a "form" that is none of {", ".join(WANTED_FORMS)}.')
    return line


def _id_of(text: str) -> str | None:
    """The id of a line that could not be used, if it can be told at all."""
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return str(line["id"]) if isinstance(line, dict) and line.get("id") is not None else None


def _can_be_written(text: str) -> bool:
    return text.encode("utf-8", "replace").decode() == text


def as_json(value: object, screen: TextIO, indent: int | None = None) -> str:
    """JSON in the letters of the documents, or escaped where ``screen`` cannot show them all."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    try:
        text.encode(getattr(screen, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(value, indent=indent)
    return text
