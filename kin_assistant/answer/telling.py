"""What one document tells somebody who asks about it: which document is meant, and which of its sentences say most.

The network reads the question with those passages of the document that it has not read yet.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

from kin_assistant.answer.draft import DraftSection
from kin_assistant.answer.evidence import Evidence
from kin_assistant.answer.sentence_search import Found, SentenceSearch
from kin_assistant.answer.stretches import estimate_worth
from kin_assistant.index.library import DocumentRow, PassageRow
from kin_assistant.policy import AdvicePolicy, AnswerPolicy, TellingPolicy
from kin_assistant.question.query import Query
from kin_assistant.types import DocumentInfo, RecordField

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "SIGNALS",
    "DocumentTeller",
    "FieldsOf",
    "Told",
    "choose_sentences",
    "complete_lists",
    "complete_tables",
    "estimate_worths",
    "lay_out_experience",
    "lay_out_portrait",
    "rank_documents",
    "take_of_places",
]

Made = TypeVar("Made")
FieldsOf = Callable[[DocumentRow], Mapping[tuple[PassageRow, int], RecordField]]
"""The fields of a record that the sentences of a document tell, by passage and offset in the document."""

SIGNALS: Final = (
    "logit", "below_best", "cosine", "words_held", "place", "process", "situation", "lessons", "transferability",
)  # fmt: skip
"""What speaks for a sentence; ``TellingPolicy`` has a weight for each."""
_FIELDS: Final[tuple[RecordField, ...]] = ("process", "situation", "lessons", "transferability")
LESSONS: Final[tuple[RecordField, ...]] = ("lessons", "transferability")
_LEAST_CHANCE: Final = 1e-4


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence of a document, and the chance that it belongs to what the document tells, from 0 to 1."""

    found: Found
    field: RecordField | None
    """The field of a record that it tells."""
    logit: float | None
    """As for ``Candidate``."""
    worth: float

    @property
    def is_lesson(self) -> bool:
        """Whether it tells what was learnt or where else it may be done, or a compiler concludes it."""
        return self.found.compiled or self.field in LESSONS


class DocumentTeller:
    """For one question, ``query.text``."""

    def __init__(
        self,
        query: Query,
        search: SentenceSearch,
        fields_of: FieldsOf,
        read: Mapping[PassageRow, NDArray[np.float32]] = MappingProxyType({}),
    ) -> None:
        """``read`` is what the network said of passages that it read with the same question."""
        self._query, self._search, self._fields_of = query, search, fields_of
        self._topic = search.make_topic(query.text, query.vector if query.text == query.search_text else None)
        self._read = dict(read)

    def tell(self, row: DocumentRow, policy: TellingPolicy) -> list[Told]:
        """What is worth telling of a document, the best first: at least one sentence, if one can be quoted and has room."""
        told = self.measure(row, policy)
        read = any(one.logit is not None for one in told)
        chosen = choose_sentences(
            [one.worth for one in told],
            [len(one.found.text.split()) for one in told],
            [one.is_lesson for one in told],
            policy if read else replace(policy, min_worth=0.0),
        )
        return complete_lists(complete_tables([told[i] for i in chosen], told, policy.rows), told, policy)

    def measure(self, row: DocumentRow, policy: TellingPolicy) -> list[Told]:
        """Every sentence of a document that can be quoted alone, in order."""
        found, signals, logits = self.signals_of(row, policy)
        if not found:
            return []
        fields = self._fields_of(row)
        told_by = [fields.get((one.passage, one.sentence.start)) for one in found]
        worths = estimate_worths(signals, policy).tolist()
        return [Told(*each) for each in zip(found, told_by, logits, worths, strict=True)]

    def signals_of(
        self, row: DocumentRow, policy: TellingPolicy
    ) -> tuple[list[Found], NDArray[np.float64], list[float | None]]:
        """The quotable sentences of a document's nearest passages, what speaks for each, and what the network says.

        The signals have the shape (sentences, signals).
        """
        sentences = self._search.sentences_of([row], self._topic)
        nearest = self._nearest_passages(sentences, policy.passages)
        found = [one for one in sentences if one.passage in nearest and (one.quotable or one.is_row) and not one.silent]
        self._read_passages(dict.fromkeys(one.passage for one in found))
        logits = [
            float(read[one.number]) if (read := self._read.get(one.passage)) is not None else None for one in found
        ]
        counted = [0.0 if logit is None else max(logit, policy.min_logit) for logit in logits]
        best = max(counted, default=0.0)
        fields = self._fields_of(row)
        signals = [
            [
                logit,
                logit - best,
                one.cosine,
                one.share,
                min(one.number, policy.late),
                *(fields.get((one.passage, one.sentence.start)) == field for field in _FIELDS),
            ]
            for one, logit in zip(found, counted, strict=True)
        ]
        return found, np.array(signals, np.float64).reshape(-1, len(SIGNALS)), logits

    def _nearest_passages(self, sentences: Sequence[Found], most: int) -> set[PassageRow]:
        best: dict[PassageRow, float] = {}
        for one in sentences:
            best[one.passage] = max(best.get(one.passage, -1.0), one.cosine)
        return set(sorted(best, key=lambda passage: (-best[passage], passage))[:most])

    def _read_passages(self, passages: Iterable[PassageRow]) -> None:
        new = [one for one in passages if one not in self._read]
        if new:
            # Nothing is read without a network.
            self._read.update(zip(new, self._search.reader.score(self._query.text, new), strict=False))


def estimate_worths(signals: NDArray[np.float64], policy: TellingPolicy) -> NDArray[np.float64]:
    """The chance of each sentence to belong, from its ``signals`` of shape (sentences, signals); shape (sentences,)."""
    weights = np.array([
        policy.logit, policy.below_best, policy.cosine, policy.words_held, policy.place, policy.process, policy.situation,
        policy.lessons, policy.transferability,
    ])  # fmt: skip
    worths: NDArray[np.float64] = 1 / (1 + np.exp(-(policy.offset + signals @ weights)))
    return worths


def choose_sentences(
    worths: Sequence[float], lengths: Sequence[int], lessons: Sequence[bool], policy: TellingPolicy
) -> list[int]:
    """Numbers of the sentences that are told, what is worth most first.

    All three say something of each sentence of a document: its worth, its words, and whether it is a lesson.
    """
    order = sorted(range(len(worths)), key=lambda i: (-worths[i], i))
    chosen: list[int] = []
    words, lessons_left = policy.words, policy.lessons_told
    for i in order:
        if chosen and (len(chosen) == policy.sentences or worths[i] < policy.min_worth):
            break
        if lengths[i] <= words and (lessons_left or not lessons[i]):
            chosen.append(i)
            words -= lengths[i]
            lessons_left -= lessons[i]
    if all(lessons[i] for i in chosen):
        # A lesson is not believed without something that it was learnt from.
        chosen += [i for i in order if not lessons[i] and lengths[i] <= words][:1]
    return chosen


def complete_tables(chosen: Sequence[Told], told: Sequence[Told], rows: int) -> list[Told]:
    """``chosen`` with the other rows of their tables, as ``told`` has them, where a table has no more than ``rows``."""
    made: list[Told] = []
    for one in chosen:
        table = [other for other in told if _table_of(other) == _table_of(one)] if one.found.is_row else []
        made += [one, *(table if len(table) <= rows else ())]
    return list(dict.fromkeys(made))


def complete_lists(chosen: Sequence[Told], told: Sequence[Told], policy: TellingPolicy) -> list[Told]:
    """``chosen`` with the other items of a short list that words announce ("five steps:"), as ``told`` has them."""
    made: list[Told] = []
    for one in chosen:
        is_item = one.found.sentence.lead_in is not None and not one.found.is_row
        items = [other for other in told if _table_of(other) == _table_of(one)] if is_item else []
        short = len(items) <= policy.items and sum(map(_count_words, items)) <= policy.words_of_items
        made += [one, *(items if short else ())]
    return list(dict.fromkeys(made))


def _count_words(told: Told) -> int:
    return len(told.found.text.split())


def _table_of(told: Told) -> tuple[DocumentRow, tuple[int, int] | None]:
    return told.found.document, told.found.sentence.lead_in


def rank_documents(
    evidence: Evidence, policy: AnswerPolicy, words_held: NDArray[np.float32] | None = None
) -> list[DocumentRow]:
    """The documents that were read and that the query may mean, the best first.

    What speaks for one is how near its best passages are, how much of the query's words it holds in any of them
    (``words_held``, of each document of the library), and what its best sentence is worth as an answer.
    """
    worth: dict[DocumentRow, float] = {}
    for candidate, value in estimate_worth(evidence.candidates, policy.selection).items():
        worth[candidate.document] = max(worth.get(candidate.document, 0.0), value)
    document_of = {candidate.passage: candidate.document for candidate in evidence.candidates}
    scores: dict[DocumentRow, list[float]] = {}
    for passage, score in zip(evidence.ranking.passages, evidence.ranking.scores.tolist(), strict=True):
        if passage in document_of:
            scores.setdefault(document_of[passage], []).append(score)
    limits = policy.documents
    totals = {row: own[0] + limits.further * sum(own[1 : 1 + limits.passages]) for row, own in scores.items()}
    nearness = _as_shares(totals)
    if words_held is not None:
        held = _as_shares({row: float(words_held[row]) for row in totals})
        nearness = {row: near + limits.words * held[row] for row, near in nearness.items()}
    nearest = max(nearness.values(), default=0.0)
    strength = {
        row: near + limits.worth * _log_odds(worth[row])
        for row, near in nearness.items()
        if near >= limits.min_share * nearest
    }
    return sorted(strength, key=lambda row: (-strength[row], row))


def _as_shares(values: Mapping[DocumentRow, float]) -> dict[DocumentRow, float]:
    """What each is of the highest."""
    highest = max(values.values(), default=0.0) or 1.0
    return {row: value / highest for row, value in values.items()}


def take_of_places(
    rows: Iterable[DocumentRow],
    infos: Sequence[DocumentInfo],
    make: Callable[[DocumentRow], Made | None],
    policy: AdvicePolicy,
    *,
    most: int,
) -> list[Made]:
    """What ``make`` makes of the first documents on few places, each on others than those before; at most ``most``.

    A document of which it makes nothing leaves its places to later ones.
    """
    made: list[Made] = []
    taken: set[str] = set()
    for row in rows:
        where = infos[row].cities or infos[row].countries
        if not 0 < len(where) <= policy.most_places or not taken.isdisjoint(where):
            continue
        one = make(row)
        if one is not None:
            made.append(one)
            taken.update(where)
        if len(made) == most:
            break
    return made


def _log_odds(chance: float) -> float:
    return math.log(max(chance, _LEAST_CHANCE) / max(1 - chance, _LEAST_CHANCE))


def lay_out_experience(told: Sequence[Told]) -> list[DraftSection]:
    """Sentences of one document under their headings: what is worth most first, then what follows it, then what goes before.

    What a compiler concludes comes last.
    """
    return _lay_out(told, lambda one: (one.found.compiled, _place(one) < _place(told[0])))


def lay_out_portrait(told: Sequence[Told]) -> list[DraftSection]:
    """The same as a story: what was done as it stands in the document, then the rest, and what a compiler concludes.

    The writers of the questions in ``training/explanations.jsonl`` begin so with 62 in 100 portraits.
    """
    return _lay_out(told, lambda one: (one.found.compiled, one.field != "process"))


def _lay_out(told: Sequence[Told], group_of: Callable[[Told], tuple[bool, bool]]) -> list[DraftSection]:
    ordered = sorted(told, key=lambda one: (group_of(one), _place(one)))
    return [
        DraftSection(tuple(one.found.as_candidate(one.logit) for one in group), heading=heading)
        for heading, group in groupby(ordered, key=lambda one: one.found.heading)
    ]


def _place(told: Told) -> tuple[PassageRow, int]:
    return told.found.passage, told.found.number
