"""Which of the candidate sentences are quoted, and in which order."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from kin_assistant.evidence import Candidate
from kin_assistant.types import Sentence

__all__ = ["choose_sentences"]

_MOST_DOCUMENTS = 3
_MOST_SENTENCES = 12
_SHARE_OF_BEST_DOCUMENT = 0.85
"""A further document is quoted only if its best sentences score at least this share of the best document's."""
_SHARE_OF_BEST_SENTENCE = 0.5
_SHARE_OF_BEST_FOR_A_PLACE = 0.3
"""The same for the two best sentences of a place that the question names beside others."""
_BEST_DOCUMENT_BONUS = 0.1
_SHARE_OF_READING = 0.25
"""How much of what the network says counts for the order of documents."""
_NEXT_SENTENCES, _WEIGHT_OF_NEXT = 3, 0.3
_GAP = 4
"""Most characters between two sentences that follow each other: white space and a list marker."""

_LEANS_BACK = re.compile(
    r"(also|another|both|but|even so|he|her|his|however|instead|it|its|others?|she|so|such|that|their|then|there|these|they"
    r"|this|those|the (former|latter|other|others|rest|same|second|third|two))\b",
    re.IGNORECASE,
)
"""Sentences that begin so say something about the one before them."""


def choose_sentences(
    candidates: Sequence[Candidate],
    places: Sequence[set[int]],
    sentences_of: Callable[[int], Sequence[Sentence]],
    words: int,
) -> list[Candidate]:
    """Sentences to quote, at most ``words`` words together, in reading order: the best document and stretch of text first.

    ``candidates`` are sorted, the best first. ``places`` holds the documents (rows) about each place that the question names:
    each place has its part. ``sentences_of`` gives the sentences of a passage.
    """
    by_place = {(candidate.passage_row, candidate.sentence): candidate for candidate in candidates}
    candidates = [item for item in candidates if not _is_header(item, sentences_of(item.passage_row))] or candidates
    documents = _in_order_of_likeness(_best_documents(candidates), candidates)
    ranked = sorted(
        (candidate for candidate in candidates if candidate.document_row in documents),
        key=lambda item: -item.score - (_BEST_DOCUMENT_BONUS if item.document_row == documents[0] else 0),
    )
    chosen: dict[Candidate, None] = {}
    leading = _best_of_each_place(candidates, places)
    for candidate in leading + [candidate for candidate in ranked if candidate not in leading]:
        share = _SHARE_OF_BEST_FOR_A_PLACE if candidate in leading else _SHARE_OF_BEST_SENTENCE
        if len(chosen) >= _MOST_SENTENCES or candidate.score < share * candidates[0].score:
            break
        leaned_on = _what_it_leans_on(candidate, sentences_of, by_place)
        wanted = [item for item in (*leaned_on, candidate) if item not in chosen]
        length = sum(len(item.text.split()) for item in wanted)
        if wanted and (length <= words or not chosen):
            chosen |= dict.fromkeys(wanted)
            words -= length
    return _in_reading_order(list(chosen), [] if leading else documents)


def _best_documents(candidates: Sequence[Candidate]) -> list[int]:
    """Rows of the few documents to quote from, the best first."""
    totals = _document_scores(candidates, lambda candidate: candidate.score)
    ranked = sorted(totals, key=lambda row: (-totals[row], row))
    return [row for row in ranked if totals[row] >= _SHARE_OF_BEST_DOCUMENT * totals[ranked[0]]][:_MOST_DOCUMENTS]


def _in_order_of_likeness(documents: Sequence[int], candidates: Sequence[Candidate]) -> list[int]:
    """The documents whose sentences are most like the question first: the network tells sentences apart better than documents."""
    totals = _document_scores(
        candidates, lambda candidate: candidate.likeness + _SHARE_OF_READING * (candidate.score - candidate.likeness)
    )
    return sorted(documents, key=lambda row: (-totals[row], row))


def _document_scores(candidates: Sequence[Candidate], score: Callable[[Candidate], float]) -> dict[int, float]:
    """For each document, by row, its best sentence with a little for the next ones."""
    scores: dict[int, list[float]] = {}
    for candidate in candidates:
        scores.setdefault(candidate.document_row, []).append(score(candidate))
    best = {row: sorted(values, reverse=True)[: 1 + _NEXT_SENTENCES] for row, values in scores.items()}
    return {row: first + _WEIGHT_OF_NEXT * sum(others) for row, (first, *others) in best.items()}


def _best_of_each_place(candidates: Sequence[Candidate], places: Sequence[set[int]]) -> list[Candidate]:
    """The two best sentences of every place, the best first, if the question names several."""
    if len(places) < 2:
        return []
    best: dict[Candidate, None] = {}
    for rows in places:
        best |= dict.fromkeys([candidate for candidate in candidates if candidate.document_row in rows][:2])
    return sorted(best, key=lambda candidate: -candidate.score)


def _what_it_leans_on(
    candidate: Candidate,
    sentences_of: Callable[[int], Sequence[Sentence]],
    by_place: dict[tuple[int, Sentence], Candidate],
) -> list[Candidate]:
    """The sentences of its passage without which ``candidate`` cannot be understood, in order.

    For a table row, the header of its table; for "It rose to 30 per cent", the sentence before.
    """
    sentences = sentences_of(candidate.passage_row)
    number = sentences.index(candidate.sentence)
    if candidate.sentence.lead_in:
        needed = [s for s in sentences if (s.start, s.end) == candidate.sentence.lead_in and _is_row(candidate.text)]
    else:
        needed = list(sentences[number - 1 : number]) if number and _LEANS_BACK.match(candidate.text) else []
    found = [by_place[candidate.passage_row, s] for s in needed if (candidate.passage_row, s) in by_place]
    return [item for before in found for item in (*_what_it_leans_on(before, sentences_of, by_place), before)]


def _is_header(candidate: Candidate, sentences: Sequence[Sentence]) -> bool:
    """Whether the sentence is the header of a table, which says nothing alone."""
    span = (candidate.sentence.start, candidate.sentence.end)
    return _is_row(candidate.text) and any(sentence.lead_in == span for sentence in sentences)


def _is_row(text: str) -> bool:
    return text.startswith("| ")


def _in_reading_order(chosen: Sequence[Candidate], documents: Sequence[int]) -> list[Candidate]:
    """By document in the order of ``documents``, others as they were chosen, then by stretch of text, the best first."""
    documents = list(dict.fromkeys([*documents, *(candidate.document_row for candidate in chosen)]))
    stretches: list[list[Candidate]] = []
    for candidate in sorted(chosen, key=lambda item: (item.document_row, item.passage_row, item.sentence.start)):
        if stretches and _follows(candidate, stretches[-1]):
            stretches[-1].append(candidate)
        else:
            stretches.append([candidate])
    stretches.sort(
        key=lambda stretch: (
            documents.index(stretch[0].document_row),
            -max(candidate.score for candidate in stretch),
            stretch[0].passage_row,
            stretch[0].sentence.start,
        )
    )
    return [candidate for stretch in stretches for candidate in stretch]


def _follows(candidate: Candidate, stretch: Sequence[Candidate]) -> bool:
    """Whether ``candidate`` comes next after ``stretch`` in the text, or is a row of the table whose header is in it."""
    last = stretch[-1]
    if last.passage_row != candidate.passage_row:
        return False
    under = any((item.sentence.start, item.sentence.end) == candidate.sentence.lead_in for item in stretch)
    return under or candidate.sentence.start - last.sentence.end <= _GAP
