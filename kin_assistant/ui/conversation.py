"""The questions of one visit and what came of them, as HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from kin_assistant.feedback import MAX_COMMENT, Verdict
from kin_assistant.rendering import (
    Copies,
    TranscriptAnswer,
    answer_html,
    copy_answer,
    describe_filters,
    evidence_html,
    prose_html,
    render,
)
from kin_assistant.types import DocumentInfo
from kin_assistant.ui.kept_questions import write_kept
from kin_assistant.ui.links import write_link
from kin_assistant.ui.turns import CHANGES, Turn
from kin_assistant.ui.watching import watched_line

__all__ = ["conversation_html", "further_html"]

VERDICT_LABELS: tuple[tuple[Verdict, str], ...] = (
    ("right", "Right"),
    ("wrong answer", "Wrong answer"),
    ("wrong evidence", "Wrong evidence"),
)


class _Shown(NamedTuple):
    """A turn with the parts of its answer, if there is one."""

    turn: Turn
    asked: str
    """The question as its heading gives it."""
    going_on_from: str = ""
    """What it leans on, where that is all that was added to it."""
    filters: str = ""
    prose: Markup = Markup()
    answer: Markup = Markup()
    copies: Copies | None = None
    """For the clipboard."""
    evidence: Markup = Markup()
    link: str = ""
    """The address that asks it, from "?" on; empty where it would be too long."""
    kept: str = ""
    """What the browser keeps of it, to have it asked again; empty where it cannot be."""
    watched: str = ""
    """The line of a file of questions that asks it."""


def conversation_html(turns: Sequence[Turn], documents: Mapping[str, DocumentInfo]) -> Markup:
    """All turns, oldest first, with what is known about ``documents`` by id."""
    return render(
        "conversation.html",
        "conversation",
        turns=[_show(turn, documents) for turn in turns],
        answered=sum(turn.answer is not None for turn in turns),
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
        return _Shown(turn, turn.question, kept=write_kept(turn))
    # "As a table" was typed, and what was asked again is the question before it.
    asked = turn.answer.question if turn.change else turn.question
    added = ", ".join(turn.answer.carried)
    return _Shown(
        turn,
        asked=asked,
        going_on_from=added if turn.answer.standalone_question == f"{asked} ({added})" else "",
        filters=describe_filters(turn.filters),
        prose=prose_html(turn.prose, turn.answer, id=turn.id) if turn.prose else Markup(),
        answer=answer_html(turn.answer, documents),
        copies=copy_answer(TranscriptAnswer(turn.answer, turn.filters, turn.prose)),
        evidence=evidence_html(turn.answer, documents),
        link=write_link(turn),
        kept=write_kept(turn),
        watched=watched_line(turn),
    )
