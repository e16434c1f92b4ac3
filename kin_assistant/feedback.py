"""What readers say about an answer: one JSON line each, on this machine only."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Literal

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


def record(folder: Path, answer: Answer, verdict: Verdict, *, at: datetime, comment: str = "") -> None:
    """Append one verdict to ``feedback.jsonl`` in ``folder``, which is made if need be.

    ``at`` is when it was given, with its time zone. A comment sent after the verdict is a second line with the same
    answer id. Raises ``KinError`` if the comment is too long or the line cannot be written.
    """
    if len(comment) > MAX_COMMENT:
        raise KinError(f"The comment is longer than {MAX_COMMENT:,} characters. Please shorten it.")
    line = json.dumps(
        {
            "at": at.isoformat(timespec="seconds"),
            "build_id": answer.build_id,
            "question": answer.question,
            "verdict": verdict,
            "comment": comment,
            "answer": answer.model_dump(mode="json"),
        },
        ensure_ascii=True,
    )
    _append(folder, line + "\n")


def _append(folder: Path, line: str) -> None:
    from filelock import FileLock, Timeout

    path = folder / "feedback.jsonl"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock", timeout=_LOCK_SECONDS):
            if path.exists() and path.stat().st_size + len(line) > MAX_FILE_BYTES:
                raise KinError("No more verdicts can be stored: the file is full.", details=str(path))
            with path.open("a", encoding="utf-8") as file:
                file.write(line)
    except (OSError, Timeout) as error:
        raise KinError("Your verdict could not be stored on this machine.", details=repr(error)) from error
