"""Places that did something, and more about each: for "who cut landfill waste by composting, and what did it cost?"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from kin_assistant.answer.draft import Draft, DraftSection, name_row
from kin_assistant.answer.evidence import Candidate, Evidence
from kin_assistant.answer.extreme import gives_asked
from kin_assistant.answer.refusal import estimate_confidence
from kin_assistant.answer.sentence_search import SentenceSearch, stands_alone
from kin_assistant.answer.stretches import estimate_worth
from kin_assistant.answer.telling import DocumentTeller, FieldsOf, rank_documents, take_of_places
from kin_assistant.index.library import DocumentRow
from kin_assistant.policy import AnswerPolicy
from kin_assistant.question.listing import read_listing
from kin_assistant.question.parts import Part
from kin_assistant.question.query import Query
from kin_assistant.text.asked import find_asked_kinds
from kin_assistant.text.figures import asks_for_figure, has_figure
from kin_assistant.text.wording import count_words, join_words

__all__ = ["asks_for_peers", "asks_who", "draft_peers"]

_ASKED_BESIDE = "What were the results?"
"""Asked of each place, where nothing else is."""


def asks_for_peers(query: Query, search: SentenceSearch) -> bool:
    """Whether ``query`` asks which places did something, and then for more about them."""
    return "catalogue" in query.kinds and len(query.parts) > 1 and asks_who(query, search)


def asks_who(query: Query, search: SentenceSearch) -> bool:
    """Whether ``query`` asks first which places did something, anywhere, and not where something was on a day."""
    first = query.parts[0].text if query.parts else query.standalone
    if "date" in find_asked_kinds(first):
        return False
    listing = read_listing(first, search.places.find_places(first))
    anywhere = not query.scope.named and not query.scope.absent
    return anywhere and listing.listed == "city" and not listing.counted and bool(listing.subject)


def draft_peers(
    query: Query,
    read: Callable[[Query], Evidence],
    search: SentenceSearch,
    fields_of: FieldsOf,
    policy: AnswerPolicy | None = None,
) -> Draft | None:
    """A row a place with a sentence on each part of ``query``; None if nothing bears it, or fewer than two places are near.

    Places come from documents near the first part; the other parts are asked of each document alone.
    """
    policy = policy or AnswerPolicy()
    limits = policy.peers
    first, *others = query.parts or (Part(query.standalone, query.standalone),)
    evidence = read(search.rephrase(query, first.asked))
    if estimate_confidence(evidence, policy.refusal) < policy.refusal.min_confidence:
        return None
    teller = DocumentTeller(evidence.query, search, fields_of, evidence.logits)
    # Asked of each document alone: what "it" is stands in the document's title.
    asked = [search.rephrase(query, text) for text in [part.text for part in others] or [_ASKED_BESIDE]]
    ranked = rank_documents(evidence, policy)

    def tell(document: DocumentRow) -> DraftSection | None:
        leading = _best(teller, document, policy)
        # The nearest document may say it in words that the network does not take for an answer.
        least = min(limits.min_logit, limits.min_logit_alone)
        if leading is None or (document != ranked[0] and not _answers(leading, least)):
            return None
        told, missing = _tell_parts(asked, document, search, policy)
        # What hardly says that a place did it must say something more of it.
        if document != ranked[0] and not _answers(leading, limits.min_logit if told else limits.min_logit_alone):
            return None
        remark = f"The document does not seem to say {join_words(missing, 'or')}." if missing and others else ""
        heading = name_row(search.library.infos[document])
        return DraftSection(tuple(dict.fromkeys((leading, *told))), heading=heading, remark=remark)

    rows = take_of_places(ranked, search.library.infos, tell, policy.advice, most=limits.rows)
    if len(rows) < 2:
        return None
    subject = read_listing(first.text, search.places.find_places(first.text)).subject
    said = f"{count_words(len(rows), 'place')} nearest to “{subject}”; documents on others may say it in other words."
    return Draft("table", sections=tuple(rows), said=said)


def _tell_parts(
    asked: Sequence[Query], document: DocumentRow, search: SentenceSearch, policy: AnswerPolicy
) -> tuple[list[Candidate], list[str]]:
    """A sentence of ``document`` for each part that is asked, and the parts, in quotation marks, for which there is none."""
    told: list[Candidate] = []
    missing: list[str] = []
    for part in asked:
        ranking = search.retriever.rank(part, within={document})
        read = search.read(part, ranking, ranking.passages[: policy.peers.passages_of_part])
        worth = estimate_worth([one for one in read if stands_alone(one.text)], policy.selection)
        wants_figure = asks_for_figure(part.text)
        saying = [
            one
            for one, value in worth.items()
            if value >= policy.peers.min_worth_of_part
            or (wants_figure and has_figure(one.text) and value >= policy.peers.min_worth_of_figure)
        ]
        giving = [one for one in saying if gives_asked(part.text, one, search.library)]
        if best := max(giving or saying, key=lambda one: worth[one], default=None):
            told.append(best)
        else:
            missing.append(f"“{part.text.strip(' ?.,;')}”")
    return told, missing


def _best(teller: DocumentTeller, document: DocumentRow, policy: AnswerPolicy) -> Candidate | None:
    """The sentence of a document that says most."""
    told = teller.tell(document, replace(policy.experience, sentences=1, lessons_told=0))
    return told[0].found.as_candidate(told[0].logit) if told else None


def _answers(candidate: Candidate, min_logit: float) -> bool:
    return candidate.logit is None or candidate.logit >= min_logit
