"""Stretches: runs of consecutive sentences of one passage, the unit in which an answer quotes.

A stretch gains what its sentences are worth and costs a price for itself and for its words. The stretches that gain most are
taken one by one until the next would cost more than it adds, so that an answer may be one sentence long.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kin_assistant.answer.evidence import Candidate
from kin_assistant.index.library import DocumentRow, PassageRow
from kin_assistant.policy import SelectionPolicy
from kin_assistant.text.figures import differ
from kin_assistant.text.words import stems
from kin_assistant.types import Sentence

__all__ = ["Stretch", "estimate_worth", "leans_back", "select_stretches"]

_LEANS_BACK = re.compile(
    r"(afterwards?|also|another|both|but|by another|even so|finally|he|her|his|however|instead|it|its|later|likewise|meanwhile"
    r"|moreover|others?|(second|third|fourth|fifth|last)(ly)?(?=,)|she|similarly|so|still|such|that|their|then|therefore|these|they"
    r"|this|those|there (?!(are|is|was|were)\b)"
    r"|an? (second|third|fourth|fifth|different|further|later|newer|similar)|an (additional|earlier)"
    r"|the (earlier|former|latter|others?|rest|same|second|third|two)"
    r"|([^\s,;:]+ ){1,8}(however|nevertheless|therefore|thus))\b",
    re.IGNORECASE,
)
"""Sentences that begin so say something about the one before them."""

SentencesOf = Callable[[PassageRow], Sequence[Sentence]]


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Sentences of one passage that stand behind each other, or items of one list. Equal to itself alone, which is quick."""

    candidates: tuple[Candidate, ...]
    """In reading order."""

    @property
    def document(self) -> DocumentRow:
        """Row of the document that it stands in."""
        return self.candidates[0].document

    @property
    def passage(self) -> PassageRow:
        """Row of the passage that it begins in."""
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
            * (policy.logit_of_unread if candidate.logit is None else max(candidate.logit, policy.min_logit))
            + policy.worth_of_similarity * (candidate.similarity_score - best)
            + policy.worth_of_document * (of_document[candidate.document] - best)
            + policy.worth_of_cosine * candidate.cosine
            + policy.worth_of_field * candidate.field_match
            - policy.price_of_missing_asked * candidate.misses_asked
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
    price_of_same: float = 1.0,
    leading_worth: Mapping[Candidate, float] | None = None,
    min_share_before: float = math.inf,
) -> list[Stretch]:
    """At most ``most`` stretches of at most ``words`` words together, in reading order; at least one if there is a candidate.

    ``places`` holds the documents about each place that the query names: if there are several, each has its part. More of a
    document that is quoted already costs ``price_of_same`` times as much. ``leading_worth`` is what each is worth as the
    beginning, where that is not its worth. What stands in front of the best sentence may begin if it is worth
    ``min_share_before`` of that.
    """
    if not candidates:
        return []
    leading_worth = leading_worth or worth
    runs = _Runs(candidates, sentences_of, policy)
    best = max(worth.values())
    options = list(runs.make(worth, policy.min_share * best)) or list(runs.make(worth, 0.0))
    leading = _find_leading(options, leading_worth, words, min_share_before)
    waiting = list(places) if len(places) > 1 else []
    chosen = _Chosen(options, policy)
    taken: list[Stretch] = []
    most_documents = max(policy.documents, len(places))
    while options and len(taken) < most:
        pool = options if taken else leading
        gains = [_gain(option, chosen, worth, taken, waiting, policy, best, price_of_same) for option in pool]
        # What may not follow is passed over for good: what is taken changes the gains, and nothing else does.
        ranked = sorted(zip(gains, pool, strict=True), key=lambda one: -one[0])
        for gain, option in ranked:
            if taken and gain <= 0:
                return _in_reading_order(taken, leading_worth)
            options.remove(option)
            new = [candidate for candidate in option.candidates if candidate not in chosen]
            length = sum(chosen.words[candidate] for candidate in new)
            if not taken or (length <= words and _may_follow(option, taken, most_documents)):
                chosen.add(new)
                words -= length
                waiting = [about for about in waiting if option.document not in about]
                taken = _join([*taken, Stretch(tuple(new))])
                break
    return _in_reading_order(taken, leading_worth)


def _find_leading(
    options: Sequence[Stretch], worth: Mapping[Candidate, float], words: int, min_share_before: float
) -> list[Stretch]:
    """What the answer may begin with: the best sentence, what that leans on, or what in front of it is worth nearly as much."""
    leading = _begin_with_best(options, worth, min_share_before)
    fitting = [option for option in leading if option.words <= words or len(option.candidates) == 1]
    # With what the best sentence leans on it may be too long; then something leads that is not.
    return fitting or [option for option in options if option.words <= words] or leading[:1]


def _may_follow(option: Stretch, taken: Sequence[Stretch], most_documents: int) -> bool:
    """Whether ``option`` may be quoted beside what is: it comes before nothing of its document, or is of one more."""
    documents = {stretch.document for stretch in taken}
    one_too_many = option.document not in documents and len(documents) >= most_documents
    return not one_too_many and not _comes_before(option, taken)


def _begin_with_best(
    options: Sequence[Stretch], worth: Mapping[Candidate, float], min_share_before: float
) -> list[Stretch]:
    """The stretches that hold the best sentence that can be quoted, as near to their beginning as can be.

    Those are left in which all before it is worth ``min_share_before`` of it.
    """
    best = max((one for option in options for one in option.candidates), key=lambda one: worth[one])
    places = {option: option.candidates.index(best) for option in options if best in option.candidates}
    nearest, least = min(places.values()), min_share_before * worth[best]
    return [
        option
        for option, place in places.items()
        if place == nearest or all(worth[one] >= least for one in option.candidates[:place])
    ]


def _comes_before(option: Stretch, taken: Sequence[Stretch]) -> bool:
    """Whether ``option`` would open a chosen stretch with another sentence."""
    return any(option.passage == one.passage and option.start < one.start and _adjoin(option, one) for one in taken)


class _Runs:
    """The stretches that may be quoted."""

    def __init__(self, candidates: Sequence[Candidate], sentences_of: SentencesOf, policy: SelectionPolicy) -> None:
        self._sentences_of, self._policy = sentences_of, policy
        self._by_place = {(candidate.passage, candidate.sentence.start): candidate for candidate in candidates}
        self._passages = list(dict.fromkeys(candidate.passage for candidate in candidates))

    def make(self, worth: Mapping[Candidate, float], least: float) -> Iterator[Stretch]:
        """All of them that hold a sentence worth ``least``."""
        for passage in self._passages:
            sentences = self._sentences_of(passage)
            # What heads a list is shown with its items, and says nothing alone.
            heads = {sentence.lead_in for sentence in sentences}
            found = [
                None if (sentence.start, sentence.end) in heads else self._by_place.get((passage, sentence.start))
                for sentence in sentences
            ]
            found = [None if one and one.text.endswith(":") else one for one in found]
            for first, opening in enumerate(found):
                if opening is None or leans_back(opening.text):
                    continue
                run: list[Candidate] = []
                best = -math.inf
                for candidate in found[first : first + self._policy.sentences_of_stretch]:
                    if candidate is None:
                        break
                    run.append(candidate)
                    best = max(best, worth[candidate])
                    if best >= least:
                        yield Stretch(tuple(run))


class _Chosen:
    """The sentences that are chosen, and how much of each other one they say already."""

    def __init__(self, options: Sequence[Stretch], policy: SelectionPolicy) -> None:
        self._least = policy.min_share_repeated
        self._chosen: set[Candidate] = set()
        self.words = {one: len(one.text.split()) for option in options for one in option.candidates}
        self.repeated = dict.fromkeys(self.words, 0.0)
        """The share of a sentence's stems that a chosen one has too, where that is most of them; else 0."""

    def __contains__(self, candidate: Candidate) -> bool:
        return candidate in self._chosen

    def add(self, candidates: Sequence[Candidate]) -> None:
        """Choose ``candidates``."""
        self._chosen.update(candidates)
        for other in self.repeated:
            for one in candidates:
                self.repeated[other] = max(self.repeated[other], self._share_repeated(other, one))

    def _share_repeated(self, candidate: Candidate, one: Candidate) -> float:
        """What another document says in the same words with another figure is no repetition."""
        own = _stems_of(candidate.text)
        share = len(own & _stems_of(one.text)) / len(own) if own else 0.0
        if share < self._least or (one.document != candidate.document and differ(one.text, candidate.text)):
            return 0.0
        return share


def _gain(
    option: Stretch,
    chosen: _Chosen,
    worth: Mapping[Candidate, float],
    taken: Sequence[Stretch],
    waiting: Sequence[Collection[DocumentRow]],
    policy: SelectionPolicy,
    best: float,
    price_of_same: float,
) -> float:
    """What ``option`` adds to what is chosen, less what it costs; the less sure the best sentence, the cheaper is more.

    What is on a place whose documents are still ``waiting`` to be quoted adds a bonus.
    """
    new = [candidate for candidate in option.candidates if candidate not in chosen]
    if not new:
        return -math.inf
    adjoins = any(_adjoin(option, one) for one in taken)
    price = (0.0 if adjoins else policy.price_of_stretch) + sum(
        policy.price_of_sentence + policy.price_of_word * chosen.words[candidate] for candidate in new
    )
    if any(option.document == one.document for one in taken):
        price *= price_of_same
    added = sum(worth[candidate] * (1 - chosen.repeated[candidate]) for candidate in new)
    bonus = policy.bonus_of_place * any(option.document in about for about in waiting)
    return added - price * math.pow(best, policy.price_exponent) + bonus


@lru_cache(4096)
def _stems_of(text: str) -> frozenset[str]:
    """Compared with those of every sentence that is chosen, again with each further one."""
    return frozenset(stems(text))


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
    """Whether two stretches of one passage meet, or are rows or items of one list, which may be cut into passages."""
    if one.document != other.document:
        return False
    first, second = sorted((one, other), key=lambda stretch: stretch.start)
    follows = one.passage == other.passage and second.start - first.candidates[-1].sentence.end <= _GAP
    lists = {candidate.sentence.lead_in for candidate in (first.candidates[-1], second.candidates[0])}
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


def _logistic(strength: float) -> float:
    return 1 / (1 + math.exp(-strength))
