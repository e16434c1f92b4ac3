"""The questions of one visit and what came of them, as values and as HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kin_assistant.feedback import MAX_COMMENT, Verdict
from kin_assistant.rendering import answer_html, answer_markdown, evidence_html, period, safe
from kin_assistant.types import Answer, DocumentInfo, Filters

__all__ = ["MAX_TURNS", "Turn", "conversation_html", "describe_filters"]

MAX_TURNS = 12
"""Shown at once; older ones leave the page, since all of them travel with each answer."""

FOLLOW_UPS = ("What did it cost?", "Who were the partners?", "What went wrong?")
VERDICT_LABELS: tuple[tuple[Verdict, str], ...] = (
    ("right", "Right"),
    ("wrong answer", "Wrong answer"),
    ("wrong evidence", "Wrong evidence"),
)


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


def describe_filters(filters: Filters) -> str:
    """``Surabaya, Cebu; composting; 1990-2016``, or nothing."""
    groups = [", ".join(names) for names in (filters.city, filters.country, filters.region, filters.theme)]
    return "; ".join(filter(None, [*groups, period(filters.years)]))


def conversation_html(turns: Sequence[Turn], documents: Mapping[str, DocumentInfo]) -> str:
    """All turns, oldest first. The element around them stays the same, so that screen readers announce what is added."""
    articles = "".join(_turn(turn, documents, last=turn is turns[-1]) for turn in turns)
    return f'<div class="kin-turns" role="log" aria-live="polite" aria-label="Questions and answers">{articles}</div>'


def _turn(turn: Turn, documents: Mapping[str, DocumentInfo], *, last: bool) -> str:
    evidence = ""
    if turn.answer is None:
        reply = f'<div class="kin-fault" role="alert"><p>{safe(turn.fault)}</p>{_edit(turn)}</div>'
    else:
        reply = (
            _searched(turn, turn.answer)
            + answer_html(turn.answer)
            + _actions(turn.answer)
            + _feedback(turn)
            + (_follow_ups() if last and not turn.answer.abstained else "")
        )
        cards = evidence_html(turn.answer, documents)
        if cards:
            evidence = (
                f'<aside class="kin-evidence" aria-live="off" aria-labelledby="{turn.id}-evidence">'
                f'<h3 id="{turn.id}-evidence">Evidence</h3>{cards}</aside>'
            )
    return (
        f'<article class="kin-turn" id="{turn.id}" aria-labelledby="{turn.id}-question">'
        f'<h2 class="kin-question" id="{turn.id}-question"><span class="kin-unseen">You asked: </span>'
        f"{safe(turn.question or 'A question that could not be taken')}</h2>"
        f'<div class="kin-reply">{reply}</div>{evidence}</article>'
    )


def _edit(turn: Turn) -> str:
    if not turn.question:
        return ""
    return f'<button type="button" class="kin-quiet" data-kin-fill="{safe(turn.question)}">Edit the question</button>'


def _searched(turn: Turn, answer: Answer) -> str:
    lines = []
    if answer.standalone_question != answer.question:
        lines.append(
            f"Searched as: \u201c{safe(answer.standalone_question)}\u201d "
            f'<button type="button" class="kin-quiet" data-kin-fill="{safe(answer.standalone_question)}">Edit</button>'
        )
    if not turn.filters.empty:
        lines.append(f"Looked only in: {safe(describe_filters(turn.filters))}")
    return "".join(f'<p class="kin-searched">{line}</p>' for line in lines)


def _actions(answer: Answer) -> str:
    text = safe(answer_markdown(answer))
    return (
        f'<div class="kin-actions" data-kin-markdown="{text}">'
        '<button type="button" class="kin-button" data-kin-copy>Copy</button>'
        '<button type="button" class="kin-button" data-kin-download>Download</button>'
        '<span class="kin-done" role="status"></span></div>'
    )


def _feedback(turn: Turn) -> str:
    if turn.feedback_fault:
        return f'<p class="kin-feedback kin-warning" role="alert" tabindex="-1">{safe(turn.feedback_fault)}</p>'
    if turn.verdict is None:
        buttons = "".join(
            f'<button type="button" class="kin-quiet" data-kin-verdict="{verdict}">{label}</button>'
            for verdict, label in VERDICT_LABELS
        )
        return (
            f'<div class="kin-feedback" data-kin-turn="{turn.id}" role="group" aria-label="Your verdict on this answer">'
            f"<span>Your verdict:</span>{buttons}</div>"
        )
    if turn.commented:
        return (
            '<p class="kin-feedback" role="status" tabindex="-1">Thank you. Your verdict and comment are stored on this '
            "machine.</p>"
        )
    return (
        f'<div class="kin-feedback kin-comment" data-kin-turn="{turn.id}"><p role="status">Thank you. Your verdict, '
        f"\u201c{turn.verdict}\u201d, is stored on this machine.</p>"
        f'<label for="{turn.id}-comment">Anything to add? (optional)</label>'
        f'<textarea id="{turn.id}-comment" rows="2" maxlength="{MAX_COMMENT}"></textarea>'
        f'<button type="button" class="kin-button" data-kin-verdict="{turn.verdict}" data-kin-comment>Send comment</button></div>'
    )


def _follow_ups() -> str:
    buttons = "".join(
        f'<button type="button" class="kin-chip" data-kin-ask="{safe(text)}">{safe(text)}</button>'
        for text in FOLLOW_UPS
    )
    return f'<div class="kin-follow-ups" role="group" aria-label="Ask further">{buttons}</div>'
