"""What ``kin ask`` writes into a file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from kin_assistant.cli.files import write_whole
from kin_assistant.errors import KinError

if TYPE_CHECKING:
    from kin_assistant.assistant import Assistant
    from kin_assistant.types import Answer, Filters

__all__ = ["check_answer_file", "write_answer"]


def check_answer_file(options: argparse.Namespace) -> None:
    """Raise ``KinError`` for a file that cannot be written, before anything is looked for."""
    from kin_assistant.rendering import TRANSCRIPT_FORMATS

    if options.out is None:
        return
    if options.out.suffix.lower() not in TRANSCRIPT_FORMATS:
        formats = f"{', '.join(TRANSCRIPT_FORMATS[:-1])} or {TRANSCRIPT_FORMATS[-1]}"
        raise KinError(f"{options.out}: an answer is written as {formats}.")
    if options.json or options.why or options.prose:
        raise KinError("A file holds the answer and its quotes: leave out --json, --why and --prose, or --out.")


def write_answer(assistant: Assistant, answer: Answer, filters: Filters | None, path: Path, screen: TextIO) -> None:
    """Write ``answer``, whose quotes were compared with the documents, in the format that the suffix of ``path`` names.

    Raises ``KinError`` if it cannot be written.
    """
    from datetime import UTC, datetime

    from kin_assistant.rendering import Transcript, TranscriptAnswer, count, transcript_file
    from kin_assistant.types import Filters

    transcript = Transcript.of(
        [TranscriptAnswer(answer, filters or Filters())],
        assistant.documents,
        library=assistant.build.profile.title,
        build_id=assistant.build.id,
        at=datetime.now(UTC),
    )
    write_whole(path, transcript_file(transcript, path.suffix.lower()))
    print(f"Written to {path}: {count(len(answer.citations), 'quote')}.", file=screen)
