"""What cities in a like situation did, for one that asks what it should do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kin_assistant.answer.draft import Draft, DraftSection
from kin_assistant.answer.evidence import Candidate
from kin_assistant.answer.sentence_search import SentenceSearch, Topic, stands_alone
from kin_assistant.index.library import DocumentRow, PassageRow
from kin_assistant.policy import AdvicePolicy
from kin_assistant.question.query import Query
from kin_assistant.retrieval import Ranking
from kin_assistant.types import RecordField

__all__ = ["FieldsOf", "draft_advice"]

_SAID = (
    "This assistant gives no advice of its own. These documents tell what other places did in a situation like yours: "
    "what they did, what it cost and what went wrong."
)


@dataclass(frozen=True, slots=True)
class _Side:
    """A side of an experience that somebody who wants to repeat it must know."""

    fields: frozenset[RecordField]
    described: str
    """What sentences about it are near to."""


_SIDES = (
    _Side(frozenset({"process"}), "The city introduced, built and organised it in these steps, with these partners."),
    _Side(frozenset({"finance"}), "It cost so much money; who paid for it; the budget, the fee, the price."),
    _Side(
        frozenset({"lessons", "results", "sustainability", "transferability"}),
        "It failed, stalled or met problems, resistance, delay or lack of funds.",
    ),
)


FieldsOf = Callable[[DocumentRow], Mapping[tuple[PassageRow, int], RecordField]]
"""The fields of a record that the sentences of a document tell, by passage and offset in the document."""


def draft_advice(
    query: Query,
    answering: Sequence[DraftSection],
    search: SentenceSearch,
    fields_of: FieldsOf,
    policy: AdvicePolicy | None = None,
) -> Draft | None:
    """What answers the request, ``answering``, and then peers of who asks: documents near the situation, each of another place.

    None if nothing is near the request.
    """
    policy = policy or AdvicePolicy()
    topic = search.make_topic(query.text)
    told: dict[DocumentRow, list[DraftSection]] = {}
    for section in answering:
        told.setdefault(section.candidates[0].document, []).append(section)
    ranking = search.retriever.rank(search.rephrase(query, search.spell_out(query.text)))
    if ranking.best_cosine < policy.min_cosine:
        return None
    nearness = _choose_peers(ranking, tuple(told), search, policy)
    leads = _read_leads(query, tuple(nearness), search, policy)
    peers = [
        peer for peer, near in nearness.items() if peer in leads or near >= policy.min_share_unread or not answering
    ]
    peers = peers[: max(policy.peers - len(told), 0)]
    told |= {peer: [_section(leads[peer], search)] if peer in leads else [] for peer in peers}
    sections = [
        section
        for document, first in told.items()
        for section in (*first, *_tell_sides(document, first, topic, search, fields_of(document), policy))
    ]
    return Draft("quotes", sections=tuple(sections), said=_SAID) if sections else None


def _choose_peers(
    ranking: Ranking, answering: Sequence[DocumentRow], search: SentenceSearch, policy: AdvicePolicy
) -> dict[DocumentRow, float]:
    """The documents, beside those ``answering``, whose best passages are nearest, no two of all on the same place.

    Each with its nearness as a share of the nearest document's.
    """
    scores: dict[DocumentRow, list[float]] = {}
    for passage, score in zip(ranking.passages, ranking.scores.tolist(), strict=True):
        scores.setdefault(search.library.document_row(passage), []).append(score)
    totals = {row: best[0] + policy.further * sum(best[1 : 1 + policy.passages]) for row, best in scores.items()}
    ranked = sorted(totals, key=lambda row: (-totals[row], row))
    peers: dict[DocumentRow, float] = {}
    infos = [search.library.infos[row] for row in answering]
    places = {place for info in infos for place in info.cities or info.countries}
    for row in ranked:
        info = search.library.infos[row]
        where = info.cities or info.countries
        if len(peers) == policy.documents_read:
            break
        if row not in answering and 0 < len(where) <= policy.most_places and places.isdisjoint(where):
            share = totals[row] / totals[ranked[0]]
            if share < policy.min_share:
                break
            peers[row] = share
            places.update(where)
    return peers


def _read_leads(
    query: Query, peers: Sequence[DocumentRow], search: SentenceSearch, policy: AdvicePolicy
) -> dict[DocumentRow, Candidate]:
    """Of each peer, the sentence that the network takes for an answer, if there is one."""
    asked = search.rephrase(query, query.text)
    leads: dict[DocumentRow, Candidate] = {}
    rankings = [search.retriever.rank(asked, within=[row]) for row in peers]
    if not rankings:
        return leads
    share = policy.passages_read // len(peers)
    passages = [row for ranking in rankings for row in ranking.passages[:share]]
    for one in search.read(asked, rankings[0].join(rankings[1:]), passages):
        answers = one.logit is not None and one.logit >= policy.min_logit
        if answers and one.document not in leads and stands_alone(one.text):
            leads[one.document] = one
    return leads


def _tell_sides(
    document: DocumentRow,
    first: Sequence[DraftSection],
    topic: Topic,
    search: SentenceSearch,
    fields: Mapping[tuple[PassageRow, int], RecordField],
    policy: AdvicePolicy,
) -> Iterator[DraftSection]:
    """What ``document`` says of each side that ``first`` does not tell."""
    quoted = {(one.passage, one.sentence.start) for section in first for one in section.candidates}
    told = {fields.get(place) for place in quoted}
    sentences = search.sentences_of([document], topic)
    for side in _SIDES:
        fitting = [
            one
            for one in sentences
            if fields.get(place := (one.passage, one.sentence.start)) in side.fields
            and place not in quoted
            and one.quotable
            and not one.silent
        ]
        if fitting and told.isdisjoint(side.fields):
            nearness = search.cosines_with(fitting, side.described)
            scores = nearness + policy.subject * np.array([one.cosine for one in fitting])
            yield _section(fitting[int(scores.argmax())].as_candidate(), search)


def _section(one: Candidate, search: SentenceSearch) -> DraftSection:
    """A sentence under the heading that it stands under."""
    return DraftSection((one,), search.library.passage(one.passage).heading.split(" > ")[-1])
