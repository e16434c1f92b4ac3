"""Stretches: runs of consecutive sentences of one passage, the unit in which an answer quotes.

A stretch gains what its sentences are worth and costs a price for itself and for its words. The stretches that gain most are
taken one by one until the next would cost more than it adds, so that an answer may be one sentence long.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kin_assistant.answer.evidence import Candidate
from kin_assistant.index.library import DocumentRow, PassageRow
from kin_assistant.policy import SelectionPolicy
from kin_assistant.text.words import stems
from kin_assistant.types import Sentence

__all__ = ["Stretch", "estimate_worth", "is_row", "leans_back", "select_stretches"]

_LEANS_BACK = re.compile(
    r"(also|another|both|but|even so|he|her|his|however|instead|it|its|others?|she|so|such|that|their|then|there|these|they"
    r"|this|those|the (former|latter|other|others|rest|same|second|third|two))\b",
    re.IGNORECASE,
)
"""Sentences that begin so say something about the one before them."""

SentencesOf = Callable[[PassageRow], Sequence[Sentence]]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Sentences of one passage that stand behind each other, but for the header or lead-in of what is quoted of a list."""

    candidates: tuple[Candidate, ...]
    """In reading order."""

    @property
    def document(self) -> DocumentRow:
        """Row of the document that it stands in."""
        return self.candidates[0].document

    @property
    def passage(self) -> PassageRow:
        """Row of the passage that it stands in."""
        return self.candidates[0].passage

    @property
    def start(self) -> int:
        """Offset in the document at which it begins."""
        return self.candidates[0].sentence.start

    @property
    def words(self) -> int:
        """Words in all of it."""
        return sum(len(candidate.text.split()) for candidate in self.candidates)


def leans_back(text: str) -> bool:
    """Whether a sentence says something about the one before it, and makes no sense alone."""
    return _LEANS_BACK.match(text) is not None


def is_row(text: str) -> bool:
    """Whether a sentence is a row of a table."""
    return text.startswith("| ")


def estimate_worth(candidates: Sequence[Candidate], policy: SelectionPolicy) -> dict[Candidate, float]:
    """The chance, from 0 to 1, that each of ``candidates`` is one that answers."""
    if not candidates:
        return {}
    best = max(candidate.similarity_score for candidate in candidates)
    of_document: dict[DocumentRow, float] = {}
    for candidate in candidates:
        of_document[candidate.document] = max(
            of_document.get(candidate.document, -math.inf), candidate.similarity_score
        )
    return {
        candidate: _logistic(
            policy.worth_offset
            + policy.worth_of_logit
            * (policy.logit_of_unread if candidate.logit is None else max(candidate.logit, -6.0))
            + policy.worth_of_similarity * (candidate.similarity_score - best)
            + policy.worth_of_document * (of_document[candidate.document] - best)
        )
        for candidate in candidates
    }


def select_stretches(
    candidates: Sequence[Candidate],
    worth: Mapping[Candidate, float],
    places: Sequence[Collection[DocumentRow]],
    sentences_of: SentencesOf,
    words: int,
    policy: SelectionPolicy,
    *,
    most: int,
) -> list[Stretch]:
    """At most ``most`` stretches of at most ``words`` words together, in reading order; at least one if there is a candidate.

    ``places`` holds the documents about each place that the query names: if there are several, each has its part.
    """
    runs = _Runs(candidates, sentences_of, policy)
    chosen: dict[Candidate, None] = {}
    taken: list[Stretch] = []
    waiting = [about for about in places if len(places) > 1]
    options = list(runs.make(worth))
    while options and len(taken) < most:
        documents = {stretch.document for stretch in taken}
        gains = [
            (
                _gain(option, chosen, worth, taken, policy)
                + (policy.bonus_of_place if any(option.document in about for about in waiting) else 0.0),
                -number,
            )
            for number, option in enumerate(options)
        ]
        gain, number = max(gains)
        option = options.pop(-number)
        new = [candidate for candidate in option.candidates if candidate not in chosen]
        if taken and gain <= 0:
            break
        if not new or (taken and sum(len(one.text.split()) for one in new) > words):
            continue
        if option.document not in documents and len(documents) >= max(policy.documents, len(places)):
            continue
        chosen |= dict.fromkeys(new)
        words -= sum(len(one.text.split()) for one in new)
        waiting = [about for about in waiting if option.document not in about]
        taken = _join([*taken, Stretch(tuple(new))])
    return _in_reading_order(taken, worth)


class _Runs:
    """The stretches that may be quoted."""

    def __init__(self, candidates: Sequence[Candidate], sentences_of: SentencesOf, policy: SelectionPolicy) -> None:
        self._sentences_of, self._policy = sentences_of, policy
        self._by_place = {(candidate.passage, candidate.sentence): candidate for candidate in candidates}
        self._passages = list(dict.fromkeys(candidate.passage for candidate in candidates))

    def make(self, worth: Mapping[Candidate, float]) -> Iterator[Stretch]:
        """All of them that hold a sentence of some worth."""
        for passage in self._passages:
            sentences = self._sentences_of(passage)
            found = [self._by_place.get((passage, sentence)) for sentence in sentences]
            for first in range(len(found)):
                run: list[Candidate] = []
                for candidate in found[first : first + self._policy.sentences_of_stretch]:
                    if candidate is None:
                        break
                    run.append(candidate)
                    if max(worth[one] for one in run) >= self._policy.min_worth and (
                        whole := self._complete(run, sentences, found)
                    ):
                        yield Stretch(whole)

    def _complete(
        self, run: Sequence[Candidate], sentences: Sequence[Sentence], found: Sequence[Candidate | None]
    ) -> tuple[Candidate, ...] | None:
        """``run`` with the header or lead-in of its list; None if it makes no sense alone."""
        first = run[0]
        if first.sentence.lead_in:
            leading = next((one for one in found if one and _span(one.sentence) == first.sentence.lead_in), None)
            if leading is not None and leading not in run:
                return (leading, *run)
            return tuple(run) if leading or not is_row(first.text) else None
        if leans_back(first.text) and not self._opens_document(first):
            return None
        if all(_heads_a_list(one, sentences) for one in run):
            return None  # says nothing alone
        return tuple(run)

    @staticmethod
    def _opens_document(candidate: Candidate) -> bool:
        return candidate.sentence.start == 0


def _gain(
    option: Stretch,
    chosen: Mapping[Candidate, None],
    worth: Mapping[Candidate, float],
    taken: Sequence[Stretch],
    policy: SelectionPolicy,
) -> float:
    """What ``option`` adds to what is chosen, less what it costs."""
    new = [candidate for candidate in option.candidates if candidate not in chosen]
    if not new:
        return -math.inf
    adjoins = any(_adjoin(option, one) for one in taken)
    price = (0.0 if adjoins else policy.price_of_stretch) + sum(
        policy.price_of_sentence + policy.price_of_word * len(candidate.text.split()) for candidate in new
    )
    return sum(worth[candidate] * (1 - _repeats(candidate, chosen, policy)) for candidate in new) - price


def _repeats(candidate: Candidate, chosen: Mapping[Candidate, None], policy: SelectionPolicy) -> float:
    """The share of the stems of ``candidate`` that a chosen sentence has too, where that is most of them; else 0."""
    own = set(stems(candidate.text))
    shared = max((len(own & set(stems(one.text))) / len(own) for one in chosen), default=0.0) if own else 0.0
    return shared if shared >= policy.min_share_repeated else 0.0


def _join(stretches: Sequence[Stretch]) -> list[Stretch]:
    """The same sentences, with stretches that meet made one."""
    joined: list[Stretch] = []
    for stretch in sorted(stretches, key=lambda one: (one.document, one.passage, one.start)):
        if joined and _adjoin(joined[-1], stretch):
            both = sorted((*joined[-1].candidates, *stretch.candidates), key=lambda one: one.sentence.start)
            joined[-1] = Stretch(tuple(both))
        else:
            joined.append(stretch)
    return joined


_GAP = 4
"""Most characters between two sentences that follow each other: white space and a list marker."""


def _adjoin(one: Stretch, other: Stretch) -> bool:
    """Whether two stretches of one passage meet, or are rows or items of one list."""
    if one.passage != other.passage:
        return False
    first, second = sorted((one, other), key=lambda stretch: stretch.start)
    follows = second.start - first.candidates[-1].sentence.end <= _GAP
    lists = {candidate.sentence.lead_in for candidate in (first.candidates[-1], second.candidates[-1])}
    return follows or (len(lists) == 1 and None not in lists)


def _in_reading_order(stretches: Sequence[Stretch], worth: Mapping[Candidate, float]) -> list[Stretch]:
    """The best stretch first, then the others of its document as they stand there, then the other documents likewise."""

    def best(stretch: Stretch) -> float:
        return max(worth[candidate] for candidate in stretch.candidates)

    ordered: list[Stretch] = []
    documents = dict.fromkeys(stretch.document for stretch in sorted(stretches, key=best, reverse=True))
    for document in documents:
        of_document = sorted((one for one in stretches if one.document == document), key=lambda one: one.start)
        leading = max(of_document, key=best)
        ordered += [leading, *(one for one in of_document if one is not leading)]
    return ordered


def _heads_a_list(candidate: Candidate, sentences: Sequence[Sentence]) -> bool:
    span = _span(candidate.sentence)
    return any(sentence.lead_in == span for sentence in sentences)


def _span(sentence: Sentence) -> tuple[int, int]:
    return sentence.start, sentence.end


def _logistic(strength: float) -> float:
    return 1 / (1 + math.exp(-strength))
