"""What became of standing questions, as Markdown and as HTML: the answers that changed, with what came and what went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from kin_assistant.briefs.anchors import explain_state
from kin_assistant.briefs.brief import Quote
from kin_assistant.rendering.markdown import escape_markdown, numbered_reference
from kin_assistant.rendering.rows import head_of, join_run
from kin_assistant.rendering.templating import render
from kin_assistant.rendering.words import count, day, describe_filters
from kin_assistant.standing.values import AnswerChange, ListedDocument, Review

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["change_html", "review_markdown"]


class _Outcome(NamedTuple):
    """What became of a question, in a sentence that is set off, if there is one, and in further words."""

    strong: str
    words: str


def review_markdown(review: Review) -> str:
    """First how many answers changed, then each that is new or changed, those that failed, and how many are as they were."""
    changed, new, failed, same = map(review.in_state, ("changed", "new", "failed", "same"))
    parts = [f"# Standing questions, {day(review.at)}", _summary(changed, new, failed, same)]
    for change in (*changed, *new, *failed):
        parts += _change(change)
    parts.append(
        f"Each quote is word for word what the stored document says (build {escape_markdown(review.build_id)})."
    )
    return "\n\n".join(parts) + "\n"


def change_html(change: AnswerChange, build_id: str) -> Markup:
    """What became of one question: what is quoted now and was not, with links into the build, and what is no longer."""
    return render(
        "standing.html",
        "change",
        change=change,
        outcome=_outcome(change),
        dropped=[_dropped(one) for one in change.dropped],
        build_id=build_id,
    )


def _summary(
    changed: Sequence[AnswerChange],
    new: Sequence[AnswerChange],
    failed: Sequence[AnswerChange],
    same: Sequence[AnswerChange],
) -> str:
    told = [
        f"{count(len(changed), 'answer')} changed" if changed else "no answer changed" if same else "",
        f"{count(len(new), 'question')} asked for the first time" if new else "",
        f"{count(len(failed), 'question')} could not be asked" if failed else "",
        f"{count(len(same), 'answer')} as before" if same else "",
    ]
    summary = "; ".join(filter(None, told))
    return f"{summary[0].upper()}{summary[1:]}."


def _change(change: AnswerChange) -> Iterator[str]:
    filters = describe_filters(change.asked.filters)
    yield f"## {escape_markdown(change.asked.question)}{f' ({escape_markdown(filters)})' if filters else ''}"
    strong, words = _outcome(change)
    yield " ".join(filter(None, (f"**{strong}**" if strong else "", escape_markdown(words))))
    if change.before is None:
        return  # nothing to compare with
    if change.added:
        yield "New quotes:"
        for citation in change.added:
            yield f"> {escape_markdown(join_run(citation.quote, head_of(citation)))}"
            yield numbered_reference(citation)
    if change.dropped:
        yield "\n".join(["No longer quoted:", "", *(f"- {escape_markdown(_dropped(one))}" for one in change.dropped)])
    yield from _list("Listed now:", change.listed)
    yield from _list("No longer listed:", change.unlisted)


def _outcome(change: AnswerChange) -> _Outcome:
    if change.state == "failed":
        return _Outcome("It could not be asked.", change.reason)
    if change.before is None:
        if change.answered:
            return _Outcome("", f"Asked for the first time: {_first_answer(change)}.")
        return _Outcome("Asked for the first time, and not answered.", change.reason)
    since = f"Since {day(change.before)}"
    if change.state == "same":
        return _Outcome("", f"{since} nothing has changed.")
    if change.answered != change.was_answered:
        return _Outcome(f"{since} it is {'answered' if change.answered else 'no longer answered'}.", change.reason)
    if change.answered:
        return _Outcome("", f"{since} the answer has changed.")
    return _Outcome("", f"{since} other documents come near. It is not answered. {change.reason}")


def _first_answer(change: AnswerChange) -> str:
    counts = (count(len(change.added), "quote"), count(len(change.listed), "listed document"))
    return (
        " and ".join(one for one, many in zip(counts, (change.added, change.listed), strict=True) if many)
        or "no quotes"
    )


def _dropped(quote: Quote) -> str:
    if quote.stands:
        return f"“{quote.quote}” still stands in {quote.title}."
    return explain_state(quote)


def _list(heading: str, documents: Sequence[ListedDocument]) -> Iterator[str]:
    if documents:
        yield "\n".join([heading, "", *(f"- {escape_markdown(one.title)} ({one.id})" for one in documents)])
