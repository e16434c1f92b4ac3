"""What cities in a like situation did, for one that asks what it should do."""

from __future__ import annotations

from kin_assistant.answer.draft import Draft, DraftSection
from kin_assistant.answer.evidence import Evidence
from kin_assistant.answer.sentence_search import SentenceSearch
from kin_assistant.answer.telling import DocumentTeller, FieldsOf, lay_out_experience, rank_documents
from kin_assistant.policy import AnswerPolicy

__all__ = ["draft_advice"]

_SAID = (
    "This assistant gives no advice of its own. These documents tell what other places did in a situation like yours: "
    "what they did, what it cost and what went wrong."
)


def draft_advice(
    evidence: Evidence, search: SentenceSearch, fields_of: FieldsOf, policy: AnswerPolicy | None = None
) -> Draft | None:
    """Peers of who asks: documents near the situation, each of another place, and what they tell of it.

    None if nothing is near the request.
    """
    policy = policy or AnswerPolicy()
    if evidence.ranking.best_cosine < policy.advice.min_cosine:
        return None
    teller = DocumentTeller(evidence.query, search, fields_of, evidence.logits)
    sections: list[DraftSection] = []
    places: set[str] = set()
    peers = 0
    for row in rank_documents(evidence, policy):
        info = search.library.infos[row]
        where = info.cities or info.countries
        if not 0 < len(where) <= policy.advice.most_places or not places.isdisjoint(where):
            continue
        told = teller.tell(row, policy.experience)
        if told and (not sections or told[0].logit is None or told[0].worth >= policy.advice.min_worth):
            sections += lay_out_experience(told)
            places.update(where)
            peers += 1
        if peers == policy.advice.peers:
            break
    return Draft("quotes", sections=tuple(sections), said=_SAID) if sections else None
