"""Standing questions as values: what was answered last time, and how the answer of today differs."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from kin_assistant.briefs.brief import Quote
from kin_assistant.types import Citation, Filters, Value

__all__ = [
    "FORMAT",
    "VERSION",
    "AnswerChange",
    "KeptAnswer",
    "KeptAnswers",
    "ListedDocument",
    "Review",
    "StandingQuestion",
]

FORMAT: Final = "kin-answers"
"""Tells the file of kept answers from other JSON."""
VERSION: Final = 1
"""Of the file format; raised when older programs would misread a file."""


class StandingQuestion(Value):
    """A question that is asked again and again. It stands alone: it has no history."""

    question: str
    filters: Filters = Filters()


class ListedDocument(Value):
    """A document that an answer lists without quoting it."""

    id: str
    title: str


class KeptAnswer(Value):
    """What is kept of an answer until the question is asked again."""

    asked: StandingQuestion
    at: datetime
    """In UTC."""
    answered: bool
    """Whether it was no refusal."""
    quotes: tuple[Quote, ...] = ()
    listed: tuple[ListedDocument, ...] = ()


class KeptAnswers(Value):
    """The file of kept answers."""

    format: Literal["kin-answers"] = FORMAT
    version: Literal[1] = VERSION
    answers: tuple[KeptAnswer, ...] = ()


class AnswerChange(Value):
    """How the answer to a question differs from the one before."""

    asked: StandingQuestion
    state: Literal["new", "same", "changed", "failed"]
    """Never asked before; as it was; another one; it could not be asked."""
    before: datetime | None = None
    """When it was asked last, in UTC."""
    was_answered: bool = False
    answered: bool = False
    reason: str = ""
    """Why it is not answered, or could not be asked."""
    added: tuple[Citation, ...] = ()
    """Quotes that were not there before, with the numbers that they have in today's answer."""
    dropped: tuple[Quote, ...] = ()
    """Quotes that are not there any more; the state of each says whether its document still says it."""
    listed: tuple[ListedDocument, ...] = ()
    """Documents that are listed now and were not."""
    unlisted: tuple[ListedDocument, ...] = ()
    """Documents that were listed and are not now."""


class Review(Value):
    """All standing questions, asked once more."""

    build_id: str
    at: datetime
    """In UTC."""
    changes: tuple[AnswerChange, ...]
    """One for each question, in the order of the questions."""

    def in_state(self, state: str) -> tuple[AnswerChange, ...]:
        """Those in one state, in order."""
        return tuple(one for one in self.changes if one.state == state)
