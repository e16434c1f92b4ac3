"""What cities in a like situation did, for one that asks what it should do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kin_assistant.answer.draft import Draft, DraftSection
from kin_assistant.answer.evidence import Candidate
from kin_assistant.answer.sentence_search import Found, SentenceSearch, stands_alone
from kin_assistant.index.library import DocumentRow
from kin_assistant.policy import AdvicePolicy
from kin_assistant.question.query import Query
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


def draft_advice(query: Query, search: SentenceSearch, policy: AdvicePolicy | None = None) -> Draft | None:
    """Peers of who asks: documents by their similarity to the situation, each of another place. None if none is near."""
    policy = policy or AdvicePolicy()
    sections = []
    topic = search.make_topic(query.text)
    peers = _choose_peers(query, search, policy)
    leads = _read_leads(query, peers, search, policy)
    for document in peers:
        info = search.library.infos[document]
        quotes = _tell_sides(search.sentences_of([document], topic), leads.get(document), search, policy)
        if quotes:
            sections.append(DraftSection(tuple(quotes), heading=f"{_place_of(info)}: {info.title}"))
    if not sections:
        return None
    caveats: tuple[str, ...] = ()
    if query.scope.absent:
        caveats = (f"No document is about {join_words([p.label for p in query.scope.absent], 'or')}.",)
    return Draft("quotes", sections=tuple(sections), said=_SAID, caveats=caveats)


def _choose_peers(query: Query, search: SentenceSearch, policy: AdvicePolicy) -> list[DocumentRow]:
    """The documents whose best passages are nearest to the request, no two of them on the same place."""
    ranking = search.retriever.rank(search.rephrase(query, search.spell_out(query.text)))
    scores: dict[DocumentRow, list[float]] = {}
    for passage, score in zip(ranking.passages, ranking.scores.tolist(), strict=True):
        scores.setdefault(search.library.document_row(passage), []).append(score)
    totals = {row: best[0] + policy.further * sum(best[1 : 1 + policy.passages]) for row, best in scores.items()}
    ranked = sorted(totals, key=lambda row: (-totals[row], row))
    if not ranked or ranking.best_cosine < policy.min_cosine:
        return []
    peers: list[DocumentRow] = []
    places: set[str] = set()
    for row in ranked:
        info = search.library.infos[row]
        where = info.cities or info.countries
        if 0 < len(where) <= policy.most_places and places.isdisjoint(where):
            if totals[row] < policy.min_share * totals[ranked[0]]:
                break
            peers.append(row)
            places.update(where)
        if len(peers) == policy.peers:
            break
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
    sentences: Sequence[Found], lead: Candidate | None, search: SentenceSearch, policy: AdvicePolicy
) -> list[Candidate]:
    """The leading sentence, by default what was done, and what a document says of the other sides and the subject."""
    subject = np.array([one.cosine for one in sentences])
    silent = np.array([float(one.silent) for one in sentences])
    chosen = {lead.text: lead} if lead else {}
    for side in _SIDES[1 if lead else 0 :]:
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
