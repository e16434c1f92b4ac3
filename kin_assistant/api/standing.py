"""Standing questions asked again of an assistant, for the command and for the page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from kin_assistant.rendering import verified
from kin_assistant.standing.reviewer import Reviewer
from kin_assistant.standing.values import KeptAnswers, Review, StandingQuestion
from kin_assistant.types import Answer

if TYPE_CHECKING:
    from kin_assistant.assistant import Assistant

__all__ = ["review_questions"]


def review_questions(
    assistant: Assistant, questions: Iterable[StandingQuestion], kept: KeptAnswers, *, now: datetime
) -> tuple[Review, KeptAnswers]:
    """How the answers differ from those in ``kept``, each quote compared once more, and what to keep until the next time.

    Raises ``AnswerTimeout`` if an answer takes too long.
    """

    def ask(asked: StandingQuestion) -> Answer:
        return verified(assistant.ask(asked.question, filters=asked.filters), assistant.document)

    titles = {info.id: info.title for info in assistant.documents}
    reviewer = Reviewer(ask, assistant.pin, assistant.find_quote, titles.__getitem__)
    return reviewer.review(questions, kept, build_id=assistant.build.id, now=now)
