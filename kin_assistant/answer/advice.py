"""What cities in a like situation did, for one that asks what it should do."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

from kin_assistant.answer.draft import Draft, DraftSection
from kin_assistant.answer.evidence import Evidence
from kin_assistant.answer.sentence_search import SentenceSearch
from kin_assistant.answer.telling import (
    DocumentTeller,
    FieldsOf,
    lay_out_experience,
    rank_documents,
    take_of_places,
)
from kin_assistant.index.library import DocumentRow
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
    shown: list[DocumentRow] = []

    def tell(row: DocumentRow) -> list[DraftSection] | None:
        told = teller.tell(row, policy.experience)
        if not told or (shown and told[0].logit is not None and told[0].worth < policy.advice.min_worth):
            return None
        shown.append(row)
        return lay_out_experience(told)

    near = replace(policy, documents=replace(policy.documents, min_share=policy.advice.min_share))
    ranked = rank_documents(evidence, near, search.words_held(evidence.query))
    peers = take_of_places(ranked, search.library.infos, tell, policy.advice, most=policy.advice.peers)
    if len(peers) == 1:
        # The only peer there is has the room of others.
        alone = policy.experience.with_room(policy.advice.times_alone)
        peers = [lay_out_experience(teller.tell(shown[0], alone))]
    return Draft("quotes", sections=tuple(chain.from_iterable(peers)), said=_SAID) if peers else None
