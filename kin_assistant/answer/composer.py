"""Which form an answer takes, by the kind of request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from kin_assistant.answer.advice import draft_advice
from kin_assistant.answer.catalogue import draft_catalogue, lists_the_library
from kin_assistant.answer.compare import draft_compare
from kin_assistant.answer.draft import Draft
from kin_assistant.answer.evidence import Evidence
from kin_assistant.answer.forms import Forms, lay_out_as_list, lay_out_as_table, shorten, widen
from kin_assistant.answer.overview import draft_document, draft_overview, find_gist
from kin_assistant.answer.parts import PartRead, answer_parts
from kin_assistant.answer.peers import asks_for_peers, asks_who, draft_peers
from kin_assistant.answer.quoting import Quoter
from kin_assistant.answer.sentence_search import SentenceSearch
from kin_assistant.answer.talk import TalkResponder
from kin_assistant.answer.telling import FieldsOf
from kin_assistant.places.scope import Scope
from kin_assistant.policy import AnswerPolicy
from kin_assistant.question.listing import read_listing
from kin_assistant.question.query import Query
from kin_assistant.types import WantedForm

__all__ = ["Composer"]


class Composer:
    """Makes drafts of answers from one opened index."""

    def __init__(self, search: SentenceSearch, talk: TalkResponder, fields_of: FieldsOf, policy: AnswerPolicy) -> None:
        self.search, self._talk, self._fields_of, self._policy = search, talk, fields_of, policy
        self._wide = widen(policy)
        sparing = policy.selection.with_prices(policy.form.price_of_less)
        self._quoter, self._wide_quoter, self._sparing_quoter = (
            Quoter(search.library, selection, search.compiler_sections)
            for selection in (policy.selection, self._wide.selection, sparing)
        )

    def compose_from_library(self, query: Query, read: Callable[[Query], Evidence]) -> Draft | None:
        """An answer to a request for more than passages: talk, a list, a portrait, a comparison, peers.

        ``read`` is called where passages serve beside them. None for other requests, for those about a place without
        documents, and where there is nothing to put into the form.
        """
        return self._compose_from_library(query, read, self._policy)

    def _compose_from_library(
        self, query: Query, read: Callable[[Query], Evidence], policy: AnswerPolicy
    ) -> Draft | None:
        kind = query.kinds[0]
        if kind == "list" and lists_the_library(query, self.search):
            kind = "catalogue"
        if kind == "talk":
            return self._talk.respond(query.original)
        if query.scope.absent and not query.scope.named:
            return None
        draft: Draft | None = None
        if asks_for_peers(query, self.search) and (
            draft := draft_peers(query, read, self.search, self._fields_of, policy)
        ):
            return draft
        match kind:
            case "catalogue":
                draft = self._list(query, read, policy)
            case "overview":
                draft = self._compare_apart(query, policy)
                draft = draft or draft_overview(query, read, self.search, self._fields_of, policy)
            case "explain" | "fact":
                draft = self._compare_apart(query, policy)
            case "compare":
                draft = draft_compare(query, self.search, self._fields_of, policy)
            case "advice":
                draft = draft_advice(read(_look_elsewhere(query)), self.search, self._fields_of, policy)
        if draft is None or not (draft.candidates or draft.entries):
            return None
        return draft

    def _list(self, query: Query, read: Callable[[Query], Evidence], policy: AnswerPolicy) -> Draft | None:
        """A list over the library; what tells more where it holds one document, or only places that come near."""
        gist_of = partial(find_gist, search=self.search, fields_of=self._fields_of, policy=policy.overview)
        draft = draft_catalogue(query, self.search, policy.catalogue, gist_of)
        better: Draft | None = None
        if draft and len(query.named_documents) == 1:
            better = draft_overview(query, read, self.search, self._fields_of, policy)
        elif draft and draft.only_near and asks_who(query, self.search):
            better = draft_peers(query, read, self.search, self._fields_of, policy)
        return better or draft

    def _compare_apart(self, query: Query, policy: AnswerPolicy) -> Draft | None:
        """A row for each of several places that are asked about and have documents of their own; None if one says nothing."""
        if not _asks_of_several_apart(query, self.search, policy.compare.few_cities):
            return None
        draft = draft_compare(query, self.search, self._fields_of, policy)
        return draft if draft and all(section.candidates for section in draft.sections) else None

    def compose_from_evidence(self, evidence: Evidence, words: int, *, sure: bool = True) -> Draft:
        """An answer in quotes of at most ``words`` words: a fact, a list, a portrait, or stretches; if not ``sure``, a fact."""
        kind = evidence.query.kinds[0]
        if not sure or (kind == "fact" and not evidence.query.parts):
            return self._quoter.draft_fact(evidence, words)
        whole: Draft | None = None
        if kind == "list":
            whole = self._quoter.draft_list(evidence, words)
        elif kind == "overview" and evidence.candidates and not evidence.query.parts:
            whole = draft_document(evidence, self.search, self._fields_of, self._policy)
        return whole or self._quoter.draft_explanation(evidence, words)

    def count_lists(self, draft: Draft, query: Query, evidence: Evidence | None, words: int) -> Draft:
        """``draft`` with what it shows of each list quoted in part. The few words that one lacks are added, but to a fact."""
        if query.kinds[0] != "fact" and draft.form == "quotes":
            draft = self._quoter.add_last_items(draft, evidence, words)
        return self._quoter.count_lists(draft)

    def complete_parts(self, draft: Draft, evidence: Evidence, parts: Sequence[PartRead], words: int) -> Draft:
        """``draft`` with what each of ``parts`` lacks, if it is one of quotes."""
        if draft.form != "quotes":
            return draft
        room = words - self._policy.selection.words_around
        return answer_parts(draft, evidence, parts, room, self._policy.parts, self._quoter)

    def find_forms(
        self, draft: Draft, query: Query, evidence: Evidence | None, words: int, read: Callable[[Query], Evidence]
    ) -> Forms:
        """The other forms that ``draft`` can have, which answers ``query`` in quotes of at most ``words`` words.

        It was made from ``evidence`` or, without, from the library.
        """
        quoted = len(draft.candidates)
        forms: dict[WantedForm, Callable[[], Draft]] = {}

        def offer(form: WantedForm, made: Draft | None) -> None:
            if made is not None:
                forms[form] = lambda: made

        if evidence is None:
            offer("shorter", shorten(draft))
            if self._reaches_limit(query, draft):
                forms["more"] = lambda: self._compose_from_library(query, read, self._wide) or draft
        else:
            short = self._sparing_quoter.draft_leading(evidence)
            offer("shorter", short if len(short.candidates) < quoted else None)
            wider = self._compose_more(draft, evidence, words * self._policy.form.times)
            offer("more", wider if wider and len(wider.candidates) > quoted else None)
        offer("list", lay_out_as_list(draft))
        offer("table", lay_out_as_table(draft, self.search.library))
        return forms

    def _compose_more(self, draft: Draft, evidence: Evidence, words: int) -> Draft | None:
        """What ``draft`` quotes, and more."""
        if draft.form == "list":
            return self._wide_quoter.draft_list(evidence, words)
        return self._wide_quoter.draft_explanation(evidence, words)

    def _reaches_limit(self, query: Query, draft: Draft) -> bool:
        """Whether a draft from the library might hold more, but for a limit."""
        policy = self._policy
        longest = max((len(section.candidates) for section in draft.sections), default=0)
        match query.kinds[0]:
            case "overview":
                return len(draft.candidates) >= min(policy.portrait.sentences, policy.overview.themes)
            case "compare" | "explain" | "fact":
                return longest >= policy.compare.sentences or len(draft.sections) >= policy.compare.places
            case "advice":
                return len(draft.sections) >= policy.advice.peers
        return len(draft.candidates) >= policy.catalogue.reasons

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


def _asks_of_several_apart(query: Query, search: SentenceSearch, few_cities: int) -> bool:
    """Whether something is asked of several places and no document is on two: "dust control in Ube and in Kitakyushu".

    A list of more than ``few_cities`` is on none of them in particular.
    """
    infos = search.library.infos
    of_each = [[row for row in about if len(infos[row].cities) <= few_cities] for about in query.about]
    rows = [row for own in of_each for row in own]
    apart = len(of_each) > 1 and all(of_each) and len(rows) == len(set(rows))
    return apart and bool(read_listing(query.standalone, search.mentions_of(query)).subject)
