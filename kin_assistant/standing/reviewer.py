"""Asks standing questions again and tells how each answer differs from the one that was kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from kin_assistant.briefs.brief import Quote
from kin_assistant.errors import AnswerTimeout, KinError
from kin_assistant.standing.values import (
    AnswerChange,
    KeptAnswer,
    KeptAnswers,
    ListedDocument,
    Review,
    StandingQuestion,
)
from kin_assistant.types import Answer, Citation

__all__ = ["Reviewer"]


class Reviewer:
    """Asks again. What it needs of an assistant is given as functions."""

    def __init__(
        self,
        ask: Callable[[StandingQuestion], Answer],
        pin: Callable[[Citation], Quote],
        find: Callable[[Quote], Quote],
        title_of: Callable[[str], str],
    ) -> None:
        """``find`` gives a quote the state in which its document has it now; ``title_of`` a document's title by its id."""
        self._ask, self._pin, self._find, self._title_of = ask, pin, find, title_of

    def review(
        self, questions: Iterable[StandingQuestion], kept: KeptAnswers, *, build_id: str, now: datetime
    ) -> tuple[Review, KeptAnswers]:
        """How the answers differ from those in ``kept``, and what is to be kept until the next time.

        A question that cannot be asked is told and keeps its answer; one that is no longer asked is forgotten. Raises
        ``AnswerTimeout`` if an answer takes too long.
        """
        before = {one.asked: one for one in kept.answers}
        changes, keep = [], []
        for asked in dict.fromkeys(questions):
            earlier = before.get(asked)
            try:
                answer = self._ask(asked)
            except AnswerTimeout:
                raise  # those after it would wait for what hangs
            except KinError as error:
                changes.append(AnswerChange(asked=asked, state="failed", reason=str(error)))
                keep += [earlier] if earlier else []
                continue
            today = self._keep(asked, answer, now)
            changes.append(self._compare(answer, today, earlier))
            keep.append(today)
        return Review(build_id=build_id, at=now, changes=tuple(changes)), KeptAnswers(answers=tuple(keep))

    def _keep(self, asked: StandingQuestion, answer: Answer, now: datetime) -> KeptAnswer:
        listed = dict.fromkeys(document_id for entry in answer.entries for document_id in entry.document_ids)
        return KeptAnswer(
            asked=asked,
            at=now,
            answered=not answer.abstained,
            quotes=tuple(map(self._pin, answer.citations)),
            listed=tuple(ListedDocument(id=one, title=self._title_of(one)) for one in listed),
        )

    def _compare(self, answer: Answer, today: KeptAnswer, earlier: KeptAnswer | None) -> AnswerChange:
        now = {_words(quote) for quote in today.quotes}
        then = {_words(quote) for quote in earlier.quotes} if earlier else set()
        added = tuple(one for one in answer.citations if (one.document_id, one.quote) not in then)
        dropped = tuple(self._find(one) for one in earlier.quotes if _words(one) not in now) if earlier else ()
        listed = _without(today.listed, earlier.listed if earlier else ())
        unlisted = _without(earlier.listed, today.listed) if earlier else ()
        differs = bool(added or dropped or listed or unlisted)
        if earlier is None:
            state = "new"
        else:
            state = "changed" if differs or earlier.answered != today.answered else "same"
        return AnswerChange(
            asked=today.asked,
            state=state,
            before=earlier.at if earlier else None,
            was_answered=bool(earlier and earlier.answered),
            answered=today.answered,
            reason=answer.reason or "",
            added=added,
            dropped=dropped,
            listed=listed,
            unlisted=unlisted,
        )


def _words(quote: Quote) -> tuple[str, str]:
    """What makes two quotes the same: a sentence that only moved in its document is no change."""
    return quote.document_id, quote.quote


def _without(these: Sequence[ListedDocument], those: Sequence[ListedDocument]) -> tuple[ListedDocument, ...]:
    known = {one.id for one in those}
    return tuple(one for one in these if one.id not in known)
