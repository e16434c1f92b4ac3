"""What ``kin watch-questions`` prints and keeps."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from kin_assistant.cli.batch import as_json
from kin_assistant.cli.files import write_whole

if TYPE_CHECKING:
    from kin_assistant.assistant import Assistant
    from kin_assistant.standing.values import KeptAnswers

__all__ = ["watch_questions"]


def watch_questions(assistant: Assistant, options: argparse.Namespace, screen: TextIO) -> bool:
    """Ask the questions of a file again, print what changed, and keep the answers for the next time.

    Whether all of them could be asked. Raises ``StandingError`` for a file that cannot be read, and ``KinError`` if the answers
    cannot be kept.
    """
    from datetime import UTC, datetime

    from kin_assistant.api.standing import review_questions
    from kin_assistant.rendering import plain, review_markdown
    from kin_assistant.standing.files import answers_json, read_questions

    questions = read_questions(_read(options.file), str(options.file))
    target: Path = options.answers or options.file.with_suffix(".answers.json")
    review, kept = review_questions(assistant, questions, _kept(target), now=datetime.now(UTC))
    if options.json:
        print(as_json(review.model_dump(mode="json"), screen, indent=2), file=screen)
    else:
        print(plain(review_markdown(review)), end="", file=screen)
    screen.flush()  # what nobody was told is not kept
    write_whole(target, answers_json(kept))
    return not review.in_state("failed")


def _kept(path: Path) -> KeptAnswers:
    from kin_assistant.standing.files import read_answers
    from kin_assistant.standing.values import KeptAnswers

    return read_answers(_read(path), str(path)) if path.exists() else KeptAnswers()


def _read(path: Path) -> bytes:
    from kin_assistant.errors import StandingError

    try:
        return path.read_bytes()
    except OSError as error:
        raise StandingError(f"{path} cannot be read: {error.strerror}.", details=str(error)) from error
