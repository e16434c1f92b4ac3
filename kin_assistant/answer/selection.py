"""Which of the candidate sentences are quoted, and in which order."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

from kin_assistant.answer.evidence import Candidate
from kin_assistant.index.library import DocumentRow, PassageRow
from kin_assistant.policy import SelectionPolicy
from kin_assistant.types import Sentence

__all__ = ["LEANS_BACK", "select_sentences"]

_GAP = 4
"""Most characters between two sentences that follow each other: white space and a list marker."""

LEANS_BACK = re.compile(
    r"(also|another|both|but|even so|he|her|his|however|instead|it|its|others?|she|so|such|that|their|then|there|these|they"
    r"|this|those|the (former|latter|other|others|rest|same|second|third|two))\b",
    re.IGNORECASE,
)
"""Sentences that begin so say something about the one before them."""


def select_sentences(
    candidates: Sequence[Candidate],
    places: Sequence[Collection[DocumentRow]],
    sentences_of: Callable[[PassageRow], Sequence[Sentence]],
    words: int,
    policy: SelectionPolicy | None = None,
) -> list[Candidate]:
    """Sentences to quote, at most ``words`` words together, in reading order: the best document and stretch of text first.

    ``candidates`` are sorted, the best first. ``places`` holds the documents about each place that the query names: if there
    are several, each has its part. ``sentences_of`` gives the sentences of a passage.
    """
    policy = policy or SelectionPolicy()
    by_place = {(candidate.passage, candidate.sentence): candidate for candidate in candidates}
    candidates = [item for item in candidates if not _is_header(item, sentences_of(item.passage))] or candidates
    documents = _order_by_similarity(_best_documents(candidates, policy), candidates, policy)
    ranked = sorted(
        (candidate for candidate in candidates if candidate.document in documents),
        key=lambda item: -item.score - (policy.best_document_bonus if item.document == documents[0] else 0),
    )
    chosen: dict[Candidate, None] = {}
    leading = _best_of_each_place(candidates, places)
    for candidate in leading + [candidate for candidate in ranked if candidate not in leading]:
        share = policy.min_share_for_place if candidate in leading else policy.min_share_of_best_sentence
        if len(chosen) >= policy.sentences or candidate.score < share * candidates[0].score:
            break
        antecedents = _antecedents_of(candidate, sentences_of, by_place)
        wanted = [item for item in (*antecedents, candidate) if item not in chosen]
        length = sum(len(item.text.split()) for item in wanted)
        if wanted and (length <= words or not chosen):
            chosen |= dict.fromkeys(wanted)
            words -= length
    return _in_reading_order(list(chosen), [] if leading else documents)


def _best_documents(candidates: Sequence[Candidate], policy: SelectionPolicy) -> list[DocumentRow]:
    """The few documents to quote from, the best first."""
    totals = _document_scores(candidates, lambda candidate: candidate.score, policy)
    ranked = sorted(totals, key=lambda row: (-totals[row], row))
    least = policy.min_share_of_best_document * totals[ranked[0]]
    return [row for row in ranked if totals[row] >= least][: policy.documents]


def _order_by_similarity(
    documents: Sequence[DocumentRow], candidates: Sequence[Candidate], policy: SelectionPolicy
) -> list[DocumentRow]:
    """The documents most similar to the query first: the network tells sentences apart better than documents."""
    share = policy.network_share_for_documents
    totals = _document_scores(
        candidates,
        lambda candidate: candidate.similarity_score + share * (candidate.score - candidate.similarity_score),
        policy,
    )
    return sorted(documents, key=lambda row: (-totals[row], row))


def _document_scores(
    candidates: Sequence[Candidate], score: Callable[[Candidate], float], policy: SelectionPolicy
) -> dict[DocumentRow, float]:
    """For each document, by row, its best sentence with a little for the next ones."""
    scores: dict[DocumentRow, list[float]] = {}
    for candidate in candidates:
        scores.setdefault(candidate.document, []).append(score(candidate))
    best = {row: sorted(values, reverse=True)[: 1 + policy.further_sentences] for row, values in scores.items()}
    return {row: first + policy.further_sentence_weight * sum(others) for row, (first, *others) in best.items()}


def _best_of_each_place(candidates: Sequence[Candidate], places: Sequence[Collection[DocumentRow]]) -> list[Candidate]:
    """The two best sentences of every place, the best first, if the query names several."""
    if len(places) < 2:
        return []
    best: dict[Candidate, None] = {}
    for rows in places:
        best |= dict.fromkeys([candidate for candidate in candidates if candidate.document in rows][:2])
    return sorted(best, key=lambda candidate: -candidate.score)


def _antecedents_of(
    candidate: Candidate,
    sentences_of: Callable[[PassageRow], Sequence[Sentence]],
    by_place: dict[tuple[PassageRow, Sentence], Candidate],
) -> list[Candidate]:
    """The sentences of its passage without which ``candidate`` cannot be understood, in order.

    For a table row, the header of its table; for "It rose to 30 per cent", the sentence before.
    """
    sentences = sentences_of(candidate.passage)
    number = sentences.index(candidate.sentence)
    if candidate.sentence.lead_in:
        needed = [s for s in sentences if (s.start, s.end) == candidate.sentence.lead_in and _is_row(candidate.text)]
    else:
        needed = list(sentences[number - 1 : number]) if number and LEANS_BACK.match(candidate.text) else []
    found = [by_place[candidate.passage, s] for s in needed if (candidate.passage, s) in by_place]
    return [item for before in found for item in (*_antecedents_of(before, sentences_of, by_place), before)]


def _is_header(candidate: Candidate, sentences: Sequence[Sentence]) -> bool:
    """Whether the sentence is the header of a table, which says nothing alone."""
    span = (candidate.sentence.start, candidate.sentence.end)
    return _is_row(candidate.text) and any(sentence.lead_in == span for sentence in sentences)


def _is_row(text: str) -> bool:
    return text.startswith("| ")


def _in_reading_order(chosen: Sequence[Candidate], documents: Sequence[DocumentRow]) -> list[Candidate]:
    """By document in the order of ``documents``, others as they were chosen, then by stretch of text, the best first."""
    documents = list(dict.fromkeys([*documents, *(candidate.document for candidate in chosen)]))
    stretches: list[list[Candidate]] = []
    for candidate in sorted(chosen, key=lambda item: (item.document, item.passage, item.sentence.start)):
        if stretches and _follows(candidate, stretches[-1]):
            stretches[-1].append(candidate)
        else:
            stretches.append([candidate])
    stretches.sort(
        key=lambda stretch: (
            documents.index(stretch[0].document),
            -max(candidate.score for candidate in stretch),
            stretch[0].passage,
            stretch[0].sentence.start,
        )
    )
    return [candidate for stretch in stretches for candidate in stretch]


def _follows(candidate: Candidate, stretch: Sequence[Candidate]) -> bool:
    """Whether ``candidate`` comes next after ``stretch`` in the text, or is a row of the table whose header is in it."""
    last = stretch[-1]
    if last.passage != candidate.passage:
        return False
    under = any((item.sentence.start, item.sentence.end) == candidate.sentence.lead_in for item in stretch)
    return under or candidate.sentence.start - last.sentence.end <= _GAP
