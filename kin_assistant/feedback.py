"""What readers say about an answer: one JSON line each, on this machine only."""

from __future__ import annotations

import contextlib
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from kin_assistant.errors import KinError
from kin_assistant.types import Answer

__all__ = ["MAX_COMMENT", "VERDICTS", "Verdict", "record"]

Verdict = Literal["right", "wrong answer", "wrong evidence"]
VERDICTS: tuple[Verdict, ...] = ("right", "wrong answer", "wrong evidence")

MAX_COMMENT = 2000
"""Characters; longer comments are refused."""

MAX_FILE_BYTES = 50 * 1024 * 1024
"""A full file is not written to any more, so that no visitor can fill the disk."""

_LOCK_SECONDS = 5
_FOLDER_MODE = 0o700
_FILE_MODE = 0o600


def record(folder: Path, answer: Answer, verdict: Verdict, *, at: datetime, comment: str = "") -> None:
    """Append one verdict to ``feedback.jsonl`` in ``folder``, which is made if need be.

    ``at`` is when it was given, with its time zone. A comment sent after the verdict is a second line with the same
    answer id. An answer gets each verdict once, and one comment on it; to say the same again changes nothing. Raises
    ``KinError`` if the comment is too long or another one, or if the line cannot be written.
    """
    if len(comment) > MAX_COMMENT:
        raise KinError(f"The comment is longer than {MAX_COMMENT:,} characters. Please shorten it.")
    from filelock import FileLock, Timeout

    line = {
        "at": at.isoformat(timespec="seconds"),
        "build_id": answer.build_id,
        "question": answer.question,
        "verdict": verdict,
        "comment": comment,
        "answer": answer.model_dump(mode="json"),
    }
    path = folder / "feedback.jsonl"
    try:
        _make_private(folder, path)
        with FileLock(f"{path}.lock", timeout=_LOCK_SECONDS, mode=_FILE_MODE):
            if not _is_stored(path, answer, verdict, comment):
                _append(path, json.dumps(line, ensure_ascii=True) + "\n")
    except (OSError, Timeout) as error:
        raise KinError("Your verdict could not be stored on this machine.", details=repr(error)) from error


def _make_private(folder: Path, path: Path) -> None:
    """Questions and comments are nobody else's on this machine; what was made by an older version is closed now."""
    folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    for file in (path, path.with_name(f"{path.name}.lock")):
        _close_to_others(file, _FILE_MODE)
    # A folder that others use too is left as it is.
    if {entry.name for entry in folder.iterdir()} <= {path.name, f"{path.name}.lock"}:
        _close_to_others(folder, _FOLDER_MODE)


def _close_to_others(path: Path, mode: int) -> None:
    with contextlib.suppress(FileNotFoundError, PermissionError):  # not there yet, or somebody else's
        path.chmod(mode)


def _is_stored(path: Path, answer: Answer, verdict: Verdict, comment: str) -> bool:
    """Whether the same was said of the same answer before. Raises ``KinError`` if there is another comment."""
    if answer.id is None or not path.exists():
        return False
    mark = f'"id": {json.dumps(answer.id)}'.encode()
    with path.open("rb") as file:
        for line in file:
            known = _read(line) if mark in line else None
            if known is None or (known["answer"].get("id"), known["question"]) != (answer.id, answer.question):
                continue
            if known["verdict"] == verdict and bool(known["comment"]) == bool(comment):
                if known["comment"] != comment:
                    raise KinError("A comment on this answer is stored already.")
                return True
    return False


def _read(line: bytes) -> dict[str, Any] | None:
    """None for a line that somebody spoilt."""
    try:
        known = json.loads(line)
        return known if {"comment", "question", "verdict"} <= known.keys() and known["answer"].keys() else None
    except (ValueError, AttributeError):
        return None


def _append(path: Path, line: str) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _FILE_MODE), "a", encoding="utf-8") as file:
        if file.tell() + len(line) > MAX_FILE_BYTES:
            raise KinError("No more verdicts can be stored: the file is full.", details=str(path))
        file.write(line)
