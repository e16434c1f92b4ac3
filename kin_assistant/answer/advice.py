"""What cities in a like situation did, for one that asks what it should do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kin_assistant.answer.draft import Draft, DraftSection
from kin_assistant.answer.evidence import Candidate
from kin_assistant.answer.selection import LEANS_BACK
from kin_assistant.answer.sentence_search import Found, SentenceSearch
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
    _Side("cost", "It cost so much money; who paid for it; the budget, the fee, the price."),
    _Side("trouble", "It failed, stalled or met problems, resistance, delay or lack of funds."),
)


def draft_advice(query: Query, search: SentenceSearch, policy: AdvicePolicy | None = None) -> Draft | None:
    """Peers of who asks: documents by their similarity to the situation, each of another place. None if none is near."""
    policy = policy or AdvicePolicy()
    candidates = search.read_widely(query, policy.passages_read)
    peers = _choose_peers(candidates, search, policy)
    if not peers:
        return None
    topic = search.make_topic(query.text)
    sections = []
    for lead in peers:
        info = search.library.infos[lead.document]
        sentences = search.sentences_of([lead.document], topic)
        quotes = _in_order([lead, *_tell_sides(lead, sentences, search, policy)])
        sections.append(DraftSection(tuple(quotes), heading=f"{_place_of(info)}: {info.title}"))
    caveats = ()
    if query.scope.absent:
        caveats = (f"No document is about {join_words([p.label for p in query.scope.absent], 'or')}.",)
    return Draft("quotes", sections=tuple(sections), said=_SAID, caveats=caveats)


def _choose_peers(candidates: Sequence[Candidate], search: SentenceSearch, policy: AdvicePolicy) -> list[Candidate]:
    """The best sentence of each of the best documents, no two of them on the same place."""
    peers: list[Candidate] = []
    places: set[str] = set()
    least = policy.min_share * candidates[0].score if candidates else 0.0
    for one in candidates:
        info = search.library.infos[one.document]
        where = info.cities or info.countries
        if not 0 < len(where) <= policy.most_places or not places.isdisjoint(where) or one.score < least:
            continue
        if one.cosine < policy.min_cosine or one.text.startswith("| ") or LEANS_BACK.match(one.text):
            continue
        peers.append(one)
        places.update(where)
        if len(peers) == policy.peers:
            break
    return peers


def _tell_sides(
    lead: Candidate, sentences: Sequence[Found], search: SentenceSearch, policy: AdvicePolicy
) -> list[Candidate]:
    """What a document says of each side, in a sentence that is near to the subject too."""
    import numpy as np

    first = search.library.first_sentence
    rows = np.array([int(first[one.passage]) + one.number for one in sentences])
    vectors = np.asarray(search.index.sentences[rows]).astype(np.float32)
    chosen: list[Candidate] = []
    taken = {lead.text}
    for side in _SIDES:
        scores = vectors @ search.embed(side.described) + policy.subject * np.array([one.cosine for one in sentences])
        for i in np.argsort(-scores, kind="stable").tolist():
            one = sentences[i]
            if float(vectors[i] @ search.embed(side.described)) < policy.min_cosine_of_side:
                continue
            if one.quotable and not one.compiled and one.text not in taken:
                chosen.append(one.as_candidate())
                taken.add(one.text)
                break
    return chosen


def _in_order(candidates: Sequence[Candidate]) -> list[Candidate]:
    return sorted(candidates, key=lambda one: (one.passage, one.sentence.start))


def _place_of(info: DocumentInfo) -> str:
    """Where a document plays: "Matale, Sri Lanka"."""
    cities = join_words(info.cities) if info.cities else ""
    countries = join_words(info.countries) if info.countries else ""
    return ", ".join(dict.fromkeys(part for part in (cities, countries) if part))
