"""The questions of one visit and what came of them, as values and as HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from markupsafe import Markup

from kin_assistant.feedback import MAX_COMMENT, Verdict
from kin_assistant.rendering import answer_html, answer_markdown, evidence_html, period, render
from kin_assistant.types import Answer, DocumentInfo, Filters, WantedForm

__all__ = ["CHANGES", "MAX_TURNS", "Change", "Turn", "conversation_html", "describe_filters", "further_html"]

MAX_TURNS = 12
"""Shown at once; older ones leave the page, since all of them travel with each answer."""

VERDICT_LABELS: tuple[tuple[Verdict, str], ...] = (
    ("right", "Right"),
    ("wrong answer", "Wrong answer"),
    ("wrong evidence", "Wrong evidence"),
)

Change = WantedForm | Literal["alone"]
"""How a question is asked again by a click: for another form, or without what it leaned on."""


class _Wording(NamedTuple):
    """What the page says of a change: on its button, and above the answer that comes of it."""

    label: str
    said: str


CHANGES: Final[Mapping[Change, _Wording]] = {
    "shorter": _Wording("Shorter", "The same question again, answered shorter."),
    "more": _Wording("More", "The same question again, with more quotes."),
    "list": _Wording("As a list", "The same question again, as a list."),
    "table": _Wording("As a table", "The same question again, as a table."),
    "alone": _Wording("Ask without this", "The same question again, without the messages before it."),
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
    history: tuple[str, ...] = ()
    """The messages that it was asked after, oldest first."""
    change: Change | None = None
    """How it differs from the earlier turn whose question it asks again."""

    @property
    def so_far(self) -> tuple[str, ...]:
        """The messages that the next one is asked after."""
        return (*self.history, self.question)[-MAX_TURNS:]


class _Shown(NamedTuple):
    """A turn with the parts of its answer, if there is one."""

    turn: Turn
    asked: str
    """The question as its heading gives it."""
    going_on_from: str = ""
    """What it leans on, where that is all that was added to it."""
    filters: str = ""
    answer: Markup = Markup()
    markdown: str = ""
    """For the clipboard and for a file."""
    evidence: Markup = Markup()


def describe_filters(filters: Filters) -> str:
    """``Surabaya, Cebu; composting; 1990-2016``, or nothing."""
    groups = [", ".join(names) for names in (filters.city, filters.country, filters.region, filters.theme)]
    return "; ".join(filter(None, [*groups, period(filters.years)]))


def conversation_html(turns: Sequence[Turn], documents: Mapping[str, DocumentInfo]) -> Markup:
    """All turns, oldest first, with what is known about ``documents`` by id."""
    return render(
        "conversation.html",
        "conversation",
        turns=[_show(turn, documents) for turn in turns],
        changes=CHANGES,
        verdicts=VERDICT_LABELS,
        max_comment=MAX_COMMENT,
    )


def further_html(turns: Sequence[Turn]) -> Markup:
    """The questions to go on with after the last of ``turns``; nothing where there are none."""
    questions = turns[-1].suggestions if turns else None
    return render("conversation.html", "further", questions=questions) if questions else Markup()


def _show(turn: Turn, documents: Mapping[str, DocumentInfo]) -> _Shown:
    if turn.answer is None:
        return _Shown(turn, turn.question)
    # "As a table" was typed, and what was asked again is the question before it.
    asked = turn.answer.question if turn.change else turn.question
    added = ", ".join(turn.answer.carried)
    return _Shown(
        turn,
        asked=asked,
        going_on_from=added if turn.answer.standalone_question == f"{asked} ({added})" else "",
        filters=describe_filters(turn.filters),
        answer=answer_html(turn.answer, documents),
        markdown=answer_markdown(turn.answer),
        evidence=evidence_html(turn.answer, documents),
    )
