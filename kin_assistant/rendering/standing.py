"""What became of standing questions, as Markdown: the answers that changed, each with what came and what went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kin_assistant.briefs.anchors import explain_state
from kin_assistant.briefs.brief import Quote
from kin_assistant.rendering.markdown import escape_markdown, numbered_reference
from kin_assistant.rendering.rows import head_of, join_run
from kin_assistant.rendering.words import count, day, describe_filters
from kin_assistant.standing.values import AnswerChange, ListedDocument, Review

__all__ = ["review_markdown"]


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
    yield _outcome(change)
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


def _outcome(change: AnswerChange) -> str:
    reason = escape_markdown(change.reason)
    if change.state == "failed":
        return f"**It could not be asked.** {reason}"
    if change.before is None:
        told = f"Asked for the first time: {_first_answer(change)}."
        return told if change.answered else f"Asked for the first time. **Not answered.** {reason}"
    since = f"Since {day(change.before)}"
    if change.answered != change.was_answered:
        return f"**{since} it is {'answered' if change.answered else 'no longer answered'}.** {reason}".strip()
    if change.answered:
        return f"{since} the answer has changed."
    return f"{since} other documents come near. It is not answered. {reason}"


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
