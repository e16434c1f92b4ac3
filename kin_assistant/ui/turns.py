"""What was asked in a conversation on the page, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from kin_assistant.feedback import Verdict
from kin_assistant.types import Answer, Filters, Prose, WantedForm

__all__ = ["CHANGES", "MAX_TURNS", "Change", "Turn", "Wording"]

MAX_TURNS = 12
"""Shown at once; older ones leave the page, since all of them travel with each answer."""

Change = WantedForm | Literal["alone"]
"""How a question is asked again by a click: for another form, or without what it leaned on."""


class Wording(NamedTuple):
    """What the page says of a change: on its button, and above the answer that comes of it."""

    label: str
    said: str


CHANGES: Final[Mapping[Change, Wording]] = {
    "shorter": Wording("Shorter", "The same question again, answered shorter."),
    "more": Wording("More", "The same question again, with more quotes."),
    "list": Wording("As a list", "The same question again, as a list."),
    "table": Wording("As a table", "The same question again, as a table."),
    "alone": Wording("Ask without this", "The same question again, without the messages before it."),
}


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its answer, or with the sentence that says why there is none."""

    id: str
    question: str
    """Empty where it could not be taken."""
    filters: Filters
    answer: Answer | None = None
    fault: str = ""
    verdict: Verdict | None = None
    feedback_fault: str = ""
    commented: bool = False
    suggestions: tuple[str, ...] | None = None
    """Questions to go on with, which are known to be answered; None until they were looked for."""
    prose: Prose | None = None
    """What a language model wrote about the answer, where that was wanted."""
    history: tuple[str, ...] = ()
    """The messages that it was asked after, oldest first."""
    change: Change | None = None
    """How it differs from the earlier turn whose question it asks again."""
    form: WantedForm | None = None
    """The form that was asked for by a click; None where the message itself says so, or nothing does."""
    linked_build: str = ""
    """The build that answered it when the link was made that it was asked by; empty if it was asked by none."""

    @property
    def so_far(self) -> tuple[str, ...]:
        """The messages that the next one is asked after."""
        return (*self.history, self.question)[-MAX_TURNS:]
