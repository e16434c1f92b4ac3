"""Places that did something, and more about each: for "who cut landfill waste by composting, and what did it cost?"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from kin_assistant.answer.compare import name_row
from kin_assistant.answer.draft import Draft, DraftSection
from kin_assistant.answer.evidence import Candidate, Evidence
from kin_assistant.answer.sentence_search import SentenceSearch
from kin_assistant.answer.telling import DocumentTeller, FieldsOf, rank_documents, take_of_places
from kin_assistant.index.library import DocumentRow
from kin_assistant.policy import AnswerPolicy
from kin_assistant.question.listing import read_listing
from kin_assistant.question.query import Query
from kin_assistant.text.wording import count_words, join_words

__all__ = ["asks_for_peers", "draft_peers"]


def asks_for_peers(query: Query, search: SentenceSearch) -> bool:
    """Whether ``query`` asks which places did something, and then for more about them."""
    if "catalogue" not in query.kinds or len(query.parts) < 2 or query.scope.named or query.scope.absent:
        return False
    first = query.parts[0].text
    listing = read_listing(first, search.places.find_places(first))
    return listing.listed == "city" and not listing.counted and bool(listing.subject)


def draft_peers(
    query: Query,
    read: Callable[[Query], Evidence],
    search: SentenceSearch,
    fields_of: FieldsOf,
    policy: AnswerPolicy | None = None,
) -> Draft | None:
    """A row a place with a sentence on each part of ``query``; None if fewer than two places did what is asked.

    Places come from documents near the first part; the other parts are asked of each document alone.
    """
    policy = policy or AnswerPolicy()
    limits = policy.peers
    first, *others = query.parts
    evidence = read(search.rephrase(query, first.asked))
    teller = DocumentTeller(evidence.query, search, fields_of, evidence.logits)
    # Asked of each document alone: what "it" is stands in the document's title.
    tellers = {part.text: DocumentTeller(search.rephrase(query, part.text), search, fields_of) for part in others}

    def tell(document: DocumentRow) -> DraftSection | None:
        leading = _best(teller, document, policy)
        if leading is None or not _answers(leading, min(limits.min_logit, limits.min_logit_alone)):
            return None
        told, missing = _tell_parts(tellers, document, policy)
        # What hardly says that a place did it must say something more of it.
        if not _answers(leading, limits.min_logit if told else limits.min_logit_alone):
            return None
        remark = f"The document does not seem to say {join_words(missing, 'or')}." if missing else ""
        heading = name_row(search.library.infos[document])
        return DraftSection(tuple(dict.fromkeys((leading, *told))), heading=heading, remark=remark)

    ranked = rank_documents(evidence, policy)
    rows = take_of_places(ranked, search.library.infos, tell, policy.advice, most=limits.rows)
    if len(rows) < 2:
        return None
    subject = read_listing(first.text, search.places.find_places(first.text)).subject
    said = f"{count_words(len(rows), 'place')} nearest to “{subject}”; documents on others may say it in other words."
    return Draft("table", sections=tuple(rows), said=said)


def _tell_parts(
    tellers: Mapping[str, DocumentTeller], document: DocumentRow, policy: AnswerPolicy
) -> tuple[list[Candidate], list[str]]:
    """A sentence of ``document`` for each part that is asked, and the parts, in quotation marks, for which there is none."""
    told: list[Candidate] = []
    missing: list[str] = []
    for part, teller in tellers.items():
        best = _best(teller, document, policy)
        if best and _answers(best, policy.peers.min_logit_of_part):
            told.append(best)
        else:
            missing.append(f"“{part.strip(' ?.,;')}”")
    return told, missing


def _best(teller: DocumentTeller, document: DocumentRow, policy: AnswerPolicy) -> Candidate | None:
    """The sentence of a document that says most."""
    told = teller.tell(document, replace(policy.experience, sentences=1, lessons_told=0))
    return told[0].found.as_candidate(told[0].logit) if told else None


def _answers(candidate: Candidate, min_logit: float) -> bool:
    return candidate.logit is None or candidate.logit >= min_logit
