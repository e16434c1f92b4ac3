"""From readers' verdicts to questions that wait for a curator."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from eval.errors import CannotRunError
from eval.results import replace_text

__all__ = ["Collected", "collect_feedback"]

STATUS = "pending"


class Cited(BaseModel):
    """A quote of an answer."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    document_id: str
    quote: str


class Judged(BaseModel):
    """What a curator needs of an answer; the rest is left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    standalone_question: str = ""
    abstained: bool = False
    citations: tuple[Cited, ...] = ()


class Verdict(BaseModel):
    """A line of ``feedback.jsonl``."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    question: str = Field(min_length=1)
    verdict: str = Field(min_length=1)
    comment: str = ""
    build_id: str = Field("", validation_alias=AliasChoices("build_id", "build"))
    at: str = Field("", validation_alias=AliasChoices("at", "time"))
    answer: Judged

    @property
    def meant(self) -> str:
        """The question as it was searched: a follow-up alone says too little to be one."""
        return self.answer.standalone_question.strip() or self.question.strip()


@dataclass(frozen=True, slots=True)
class Collected:
    """What became of the verdicts."""

    verdicts: int
    added: int
    """Questions that were not waiting yet."""
    waiting: int
    """Questions that wait now."""
    known: int
    """Verdicts on questions that the sets hold already."""


def collect_feedback(feedback: Path, pending: Path, known_questions: Iterable[str]) -> Collected:
    """Add the questions of ``feedback`` to ``pending``, one line for each question that is not in the sets.

    A line has the fields of a question, as far as they can be proposed: for an answer found right, its quotes as
    evidence. Its id comes from the question's words, so running this again adds nothing. What a curator has written in
    a line stays; new verdicts on its question are added to its list. Raises ``CannotRunError`` that names
    malformed lines.
    """
    verdicts = _read_verdicts(feedback)
    lines = _read_pending(pending)
    known = {_key(question) for question in known_questions}
    before = len(lines)
    skipped = 0
    for verdict in verdicts:
        if known & {_key(verdict.question), _key(verdict.meant)}:
            skipped += 1
            continue
        line = lines.setdefault(_id(verdict.meant), _proposed(verdict))
        entry = {
            "verdict": verdict.verdict, "comment": verdict.comment, "build_id": verdict.build_id, "at": verdict.at,
            "refused": verdict.answer.abstained,
            "cited": [{"document_id": item.document_id, "quote": item.quote} for item in verdict.answer.citations],
        }  # fmt: skip
        if entry not in line["feedback"]:
            line["feedback"].append(entry)
            if verdict.verdict == "right" and not line["evidence"]:
                line["evidence"] = _evidence(verdict)
    if lines:
        replace_text(pending, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines.values()))
    return Collected(len(verdicts), len(lines) - before, len(lines), skipped)


def _read_verdicts(path: Path) -> list[Verdict]:
    if not path.exists():
        return []
    verdicts: list[Verdict] = []
    faults: list[str] = []
    for number, line in _lines(path):
        try:
            verdicts.append(Verdict.model_validate_json(line))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            faults.append(f"{path}:{number}: {'.'.join(map(str, first['loc'])) or 'the line'}: {first['msg']}")
    if faults:
        raise CannotRunError(*faults)
    return verdicts


def _read_pending(path: Path) -> dict[str, dict[str, Any]]:
    lines: dict[str, dict[str, Any]] = {}
    if not path.exists():
        return lines
    faults: list[str] = []
    for number, line in _lines(path):
        try:
            row = json.loads(line)
            lines[row["id"]] = row
            row.setdefault("evidence", [])
            row.setdefault("feedback", [])
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            faults.append(f"{path}:{number}: not a pending question: {error}")
    if faults:
        raise CannotRunError(*faults)
    return lines


def _lines(path: Path) -> list[tuple[int, str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CannotRunError(f"{path}: cannot be read: {error}") from error
    return [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]


def _proposed(verdict: Verdict) -> dict[str, Any]:
    """A question line that a curator completes: kind, evidence and facts are theirs to decide."""
    return {
        "id": _id(verdict.meant),
        "status": STATUS,
        "question": verdict.meant,
        "kind": None,
        "evidence": [],
        "also_relevant": [],
        "nuggets": [],
        "tags": ["reader"],
        "feedback": [],
    }


def _evidence(verdict: Verdict) -> list[Mapping[str, str]]:
    return [{"document_id": item.document_id, "quote": item.quote} for item in verdict.answer.citations]


def _id(question: str) -> str:
    return f"r-{hashlib.sha256(_key(question).encode()).hexdigest()[:12]}"


def _key(question: str) -> str:
    return " ".join(question.casefold().split()).rstrip(" ?!.")
