"""What cities in a like situation did, for one that asks what it should do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kin_assistant.answer.draft import Draft, DraftSection
from kin_assistant.answer.evidence import Candidate
from kin_assistant.answer.sentence_search import Found, SentenceSearch, stands_alone
from kin_assistant.answer.stretches import Stretch
from kin_assistant.index.library import DocumentRow
from kin_assistant.policy import AdvicePolicy
from kin_assistant.question.query import Query
from kin_assistant.retrieval import Ranking
from kin_assistant.text.wording import join_words
from kin_assistant.types import DocumentInfo

__all__ = ["draft_advice"]

_SAID = (
    "This assistant gives no advice of its own. These documents tell what other places did in a situation like yours: "
    "what they did, what it cost and what went wrong."
)


@dataclass(frozen=True, slots=True)
class _Side:
    """A side of an experience that somebody who wants to repeat it must know."""

    name: str
    described: str
    """What sentences about it are near to."""


_SIDES = (
    _Side("what the city did", "The city introduced, built and organised it in these steps, with these partners."),
    _Side("cost and finance", "It cost so much money; who paid for it; the budget, the fee, the price."),
    _Side("problems and what went wrong", "It failed, stalled or met problems, resistance, delay or lack of funds."),
)


def draft_advice(
    query: Query, answering: Sequence[Stretch], search: SentenceSearch, policy: AdvicePolicy | None = None
) -> Draft | None:
    """What answers the request, ``answering``, and then peers of who asks: documents near the situation, each of another place.

    None if nothing is near the request.
    """
    policy = policy or AdvicePolicy()
    topic = search.make_topic(query.text)
    answers: dict[DocumentRow, list[Candidate]] = {}
    for stretch in answering:
        answers.setdefault(stretch.document, []).extend(stretch.candidates)
    ranking = search.retriever.rank(search.rephrase(query, search.spell_out(query.text)))
    if ranking.best_cosine < policy.min_cosine:
        return None
    peers = _choose_peers(ranking, tuple(answers), search, policy)
    leads = _read_leads(query, peers, search, policy)
    peers = [peer for peer in peers if peer in leads or not answers][: max(policy.peers - len(answers), 0)]
    told = answers | {peer: [leads[peer]] if peer in leads else [] for peer in peers}
    sections = []
    for document, first in told.items():
        info = search.library.infos[document]
        quotes = _tell_sides(search.sentences_of([document], topic), first, search, policy)
        if quotes:
            sections.append(DraftSection(tuple(quotes), heading=f"{_place_of(info)}: {info.title}"))
    if not sections:
        return None
    return Draft("quotes", sections=tuple(sections), said=_SAID)


def _choose_peers(
    ranking: Ranking, answering: Sequence[DocumentRow], search: SentenceSearch, policy: AdvicePolicy
) -> list[DocumentRow]:
    """The documents, beside those ``answering``, whose best passages are nearest, no two of all on the same place."""
    scores: dict[DocumentRow, list[float]] = {}
    for passage, score in zip(ranking.passages, ranking.scores.tolist(), strict=True):
        scores.setdefault(search.library.document_row(passage), []).append(score)
    totals = {row: best[0] + policy.further * sum(best[1 : 1 + policy.passages]) for row, best in scores.items()}
    ranked = sorted(totals, key=lambda row: (-totals[row], row))
    peers: list[DocumentRow] = []
    infos = [search.library.infos[row] for row in answering]
    places = {place for info in infos for place in info.cities or info.countries}
    for row in ranked:
        info = search.library.infos[row]
        where = info.cities or info.countries
        if len(peers) == policy.documents_read:
            break
        if row not in answering and 0 < len(where) <= policy.most_places and places.isdisjoint(where):
            if totals[row] < policy.min_share * totals[ranked[0]]:
                break
            peers.append(row)
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
    sentences: Sequence[Found], first: Sequence[Candidate], search: SentenceSearch, policy: AdvicePolicy
) -> list[Candidate]:
    """What answers first, by default what was done, and what a document says of the other sides."""
    subject = np.array([one.cosine for one in sentences])
    silent = np.array([float(one.silent) for one in sentences])
    chosen = {one.text: one for one in first}
    for side in _SIDES[1 if first else 0 :]:
        if len(chosen) >= len(_SIDES):
            break
        nearness = search.cosines_with(sentences, side.described)
        headed = np.array([float(search.embed(one.heading or " ") @ search.embed(side.name)) for one in sentences])
        scores = nearness + policy.heading * headed + policy.subject * subject - policy.silence * silent
        for i in np.argsort(-scores, kind="stable").tolist():
            one = sentences[i]
            if (
                one.quotable
                and not one.compiled
                and one.text not in chosen
                and nearness[i] >= policy.min_cosine_of_side
            ):
                chosen[one.text] = one.as_candidate()
                break
    return list(chosen.values())


def _place_of(info: DocumentInfo) -> str:
    """Where a document plays: "Matale, Sri Lanka"."""
    cities = join_words(info.cities) if info.cities else ""
    countries = join_words(info.countries) if info.countries else ""
    return ", ".join(dict.fromkeys(part for part in (cities, countries) if part))
