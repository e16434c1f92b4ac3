"""Which form an answer takes, by the kind of request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kin_assistant.answer.advice import draft_advice
from kin_assistant.answer.catalogue import draft_catalogue, lists_the_library
from kin_assistant.answer.compare import draft_compare
from kin_assistant.answer.draft import Draft
from kin_assistant.answer.evidence import Evidence
from kin_assistant.answer.overview import draft_overview
from kin_assistant.answer.quoting import Quoter
from kin_assistant.answer.sentence_search import SentenceSearch
from kin_assistant.answer.talk import TalkResponder
from kin_assistant.places.scope import Scope
from kin_assistant.policy import AnswerPolicy
from kin_assistant.question.query import Query

__all__ = ["Composer"]


class Composer:
    """Makes drafts of answers from one opened index."""

    def __init__(self, search: SentenceSearch, talk: TalkResponder, policy: AnswerPolicy) -> None:
        self._search, self._talk, self._policy = search, talk, policy
        self._quoter = Quoter(search.library, policy.selection, search.compiler_sections)

    def compose_from_library(self, query: Query, read: Callable[[Query], Evidence]) -> Draft | None:
        """An answer to a request for more than passages: talk, a list, a portrait, a comparison, peers.

        ``read`` is called where passages serve beside them. None for other requests, for those about a place without
        documents, and where there is nothing to put into the form.
        """
        kind, policy = query.kinds[0], self._policy
        if kind == "list" and lists_the_library(query, self._search):
            kind = "catalogue"
        if kind == "talk":
            return self._talk.respond(query.original)
        if query.scope.absent and not query.scope.named and kind != "advice":
            return None
        draft: Draft | None = None
        match kind:
            case "catalogue":
                draft = draft_catalogue(query, self._search, policy.catalogue)
            case "overview":
                draft = draft_overview(query, self._search, policy.overview)
            case "compare":
                draft = draft_compare(query, self._search, policy.compare)
            case "advice":
                leading = self._quoter.select_leading(read(_look_elsewhere(query)))
                draft = draft_advice(query, leading, self._search, policy.advice)
        if draft is None or not (draft.candidates or draft.entries):
            return None
        return replace(draft, sections=tuple(map(self._quoter.count_items, draft.sections)))

    def compose_from_evidence(self, evidence: Evidence, words: int, *, sure: bool = True) -> Draft:
        """An answer in quotes of at most ``words`` words: a fact, a whole list, or stretches; if not ``sure``, little of it."""
        kind = evidence.query.kinds[0]
        if not sure:
            return self._quoter.draft_nearest(evidence)
        if kind == "fact" and not evidence.query.parts:
            return self._quoter.draft_fact(evidence, words)
        whole = self._quoter.draft_list(evidence, words) if kind == "list" else None
        return whole or self._quoter.draft_explanation(evidence, words)

    def respond_to_small_talk(self, query: Query) -> Draft | None:
        """What is said to a message that nothing answers and that is much like small talk; None to any other.

        A message that names a place is none: its refusal names what is nearest.
        """
        if query.scope.named or query.scope.absent or not self._talk.is_like_talk(query.original):
            return None
        return self._talk.respond(query.original)


def _look_elsewhere(query: Query) -> Query:
    """``query`` without the country or the unknown place that who asks for advice is in: what others did is asked for."""
    if any(place.kind == "city" for place in query.scope.named):
        return query
    return replace(query, scope=Scope(), about=())
