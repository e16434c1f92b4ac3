"""The sentences that are proposed for the sections of a brief: near its topic, of the right field, understood alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kin_assistant.answer.sentence_search import ROW, Found, SentenceSearch, Topic
from kin_assistant.briefs.policy import BriefPolicy
from kin_assistant.index.library import DocumentRow, PassageRow
from kin_assistant.records.reader import FieldSentence, RecordReader
from kin_assistant.text.english import read_phrases
from kin_assistant.text.words import fold, words
from kin_assistant.types import RecordField

__all__ = ["Choice", "collect_choices", "least_nearness", "select_choices", "select_silences"]

_WHOLE_SENTENCE: Final = re.compile(r"[\W_]*[A-Z0-9].*[.!?][\W_]*", re.DOTALL)
"""Begins as a sentence does and ends as one; what does not is an item, a heading or a cell."""
_ABBREVIATED: Final = re.compile(r"\b(e\.g|i\.e|etc|No|vs)\.$")


@dataclass(frozen=True, slots=True)
class Choice:
    """A sentence that may be proposed, with the one before it where it leans on that."""

    found: tuple[Found, ...]
    """One, or two that stand behind each other."""
    field: RecordField
    score: float

    @property
    def document(self) -> DocumentRow:
        """Row of the document that it stands in."""
        return self.found[-1].document

    @property
    def place(self) -> tuple[PassageRow, int]:
        """Where it stands, for an order."""
        return self.found[-1].passage, self.found[-1].number


def collect_choices(
    nearness: Mapping[DocumentRow, float],
    topic: Topic,
    search: SentenceSearch,
    records: RecordReader,
    may_stand: Callable[[Found], bool],
    policy: BriefPolicy,
) -> tuple[list[Choice], list[Found]]:
    """What the documents with a ``nearness`` say in any field of a record, in their order, and what they say is not known.

    ``may_stand`` tells whether a sentence is about a place that the brief takes evidence from.
    """
    fields: dict[tuple[PassageRow, int], FieldSentence] = {
        (one.passage, one.number): one for row in nearness for one in records.sentences_of(row)
    }
    choices: list[Choice] = []
    silences: list[Found] = []
    before: Found | None = None
    for found in search.sentences_of(nearness, topic):
        previous, before = before, found
        if not _is_whole(found) or not may_stand(found):
            continue
        if found.silent:
            silences += [found] if _stands_alone(found) else []
            continue
        field = fields.get((found.passage, found.number))
        if field is None:
            continue
        score = found.score + policy.document * nearness[found.document] + policy.heading * field.by_heading
        if _stands_alone(found):
            choices.append(Choice((found,), field.field, score))
        elif previous is not None and _carries(previous, found) and may_stand(previous):
            regained = 0.0 if found.quotable else policy.regain_of_pair
            choices.append(Choice((previous, found), field.field, score + regained))
    order = {row: place for place, row in enumerate(nearness)}
    choices.sort(key=lambda one: (order[one.document], one.place))
    return choices, silences


def least_nearness(nearest: float, policy: BriefPolicy) -> float:
    """How near a document has to be to bear on a topic, where the nearest one is so near."""
    return max(policy.min_nearness, min(policy.near, policy.share_of_nearest * nearest))


def select_choices(
    choices: Sequence[Choice], fields: Collection[RecordField], said: set[str], policy: BriefPolicy
) -> list[Choice]:
    """The best for a section on ``fields``, in the order of ``choices``.

    Each document has its best sentence before any has a second. ``said`` are the sentences that stand elsewhere in the brief,
    folded; those that are chosen are added to it.
    """
    best = sorted(
        (one for one in choices if one.field in fields and one.score >= policy.min_score),
        key=lambda one: (-one.score, one.place),
    )
    taken: list[Choice] = []
    counts: dict[DocumentRow, int] = {}
    room = policy.quotes
    for turn in range(policy.quotes_of_document):
        for one in best:
            own = {_folded(found) for found in one.found}
            if counts.get(one.document, 0) != turn or len(one.found) > room or not said.isdisjoint(own):
                continue
            if one.score < policy.min_share * best[0].score:
                break
            taken.append(one)
            counts[one.document] = turn + 1
            room -= len(one.found)
            said |= own
    return [one for one in choices if one in taken]


def select_silences(silences: Sequence[Found], said: set[str], policy: BriefPolicy) -> list[Found]:
    """The sentences nearest to the topic that say what is not known, in the order of their documents."""
    taken: list[Found] = []
    for found in sorted(silences, key=lambda one: (-one.cosine - one.share, one.passage, one.number)):
        if len(taken) < policy.silences and _folded(found) not in said:
            said.add(_folded(found))
            taken.append(found)
    return sorted(taken, key=lambda one: (one.passage, one.number))


def _is_whole(found: Found) -> bool:
    text = found.text
    return not text.startswith(ROW) and _WHOLE_SENTENCE.fullmatch(text) is not None and not _ABBREVIATED.search(text)


def _carries(previous: Found, found: Found) -> bool:
    """Whether ``previous`` stands right before ``found`` and can be understood alone."""
    next_to = previous.passage == found.passage and previous.sentence.end + 1 == found.sentence.start
    return next_to and _stands_alone(previous) and not previous.silent and _is_whole(previous)


def _stands_alone(found: Found) -> bool:
    """Whether it can be understood without the sentence before it, as far as its words tell."""
    folded = fold(found.text)
    return found.quotable and not any(phrase in folded for phrase in read_phrases("pointing_back"))


def _folded(found: Found) -> str:
    return " ".join(words(found.text))
