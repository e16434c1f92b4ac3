"""Many questions from a file: JSON Lines in, JSON Lines out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TextIO

from kin_assistant.errors import AnswerTimeout, FilterError, KinError

if TYPE_CHECKING:
    from kin_assistant.types import Answer, Filters, SearchResult

__all__ = ["FILTER_FIELDS", "answer_lines", "as_json", "parse_filters"]

FILTER_FIELDS = ("city", "country", "region", "theme")
"""Filters that take names; "years" takes a span."""


def answer_lines(
    source: TextIO, target: TextIO, run: Callable[[dict[str, Any]], Answer | SearchResult], required: str
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
        try:
            line = _parse_line(text, number, required)
            line_id = line.get("id")
            result = run(line).model_dump(mode="json")
        except AnswerTimeout:
            raise  # the lines after it would wait for what hangs
        except KinError as error:
            failed += 1
            result = {"id": line_id if line_id is not None else _id_of(text), "line": number, "error": str(error)}
        target.write(as_json(result, target) + "\n")
    return failed


def _parse_line(text: str, number: int, required: str) -> dict[str, Any]:
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
    return line


def _id_of(text: str) -> str | None:
    """The id of a line that could not be used, if it can be told at all."""
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return str(line["id"]) if isinstance(line, dict) and line.get("id") is not None else None


def parse_filters(fields: object) -> Filters | None:
    """Filters from command line options or a batch line. Raises ``FilterError``."""
    if not fields:
        return None
    if not isinstance(fields, dict):
        raise FilterError('The "filters" must be an object such as {"city": "Surabaya"}.')
    values: dict[str, object] = {}
    for name, value in fields.items():
        if name == "years":
            values["years"] = _years(value)
        elif name not in FILTER_FIELDS:
            raise FilterError(f'There is no filter "{name}". There are: {", ".join((*FILTER_FIELDS, "years"))}.')
        else:
            listed = [value] if isinstance(value, str) else value
            if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
                raise FilterError(f'The filter "{name}" must be a text or a list of texts.')
            values[name] = tuple(listed)
    from kin_assistant.types import Filters

    return Filters.model_validate(values)


def _years(value: object) -> tuple[int, int]:
    """First and last year of "2000-2010", "2005" or [2000, 2010]. Raises ``FilterError``."""
    text = "-".join(str(part) for part in value) if isinstance(value, list | tuple) else str(value)
    match = re.fullmatch(r"\s*(\d{4})\s*(?:[-\u2013]\s*(\d{4})\s*)?", text)
    if not match:
        raise FilterError(f'"{text}" are no years. Write them as 2000-2010 or 2005.')
    first, last = int(match[1]), int(match[2] or match[1])
    if first > last:
        raise FilterError(f"The years {first}-{last} run backwards.")
    return first, last


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
