"""What one line of a question file holds: a question with what answers it, or a request with what a right answer holds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from kin_assistant.types import Kind

__all__ = ["Asking", "Evidence", "Line", "Nugget", "Question", "Request", "Wanted"]

_LEAST_PEERS = 3
"""Peers that a request for advice has to accept: one or two would ask for luck."""


class Line(BaseModel):
    """A frozen value of a question file; fields that the evaluation does not know are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Evidence(Line):
    """A sentence or table row that answers the question."""

    document_id: str
    quote: str = Field(min_length=1)


class Wanted(Evidence):
    """A sentence or row that belongs into the answer to a request, and its part in it."""

    lead: bool = False
    """Whether it answers alone and may be quoted first."""
    item: str | None = None
    """Item of a list that it states; lines with the same name state the same one. None: an item of its own."""
    place: str | None = None
    """Place of a comparison that it is about."""


class Nugget(Line):
    """A fact that a good answer holds, in one of several wordings."""

    id: str
    vital: bool
    any_of: tuple[str, ...] = Field(min_length=1)


class Asking(Line):
    """What questions and requests have in common."""

    id: str = Field(min_length=1)
    question: str = Field(min_length=1)
    standalone: str | None = None
    """For a later turn of a conversation: the same question, asked so that it needs no history."""
    kind: str
    unanswerable_kind: Literal["off_topic", "absent_city", "missing_fact"] | None = None
    evidence: tuple[Evidence, ...] = ()
    also_relevant: tuple[str, ...] = ()
    nuggets: tuple[Nugget, ...] = ()
    tags: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()

    @property
    def answerable(self) -> bool:
        """Whether the corpus answers it."""
        return self.unanswerable_kind is None

    @property
    def right_documents(self) -> frozenset[str]:
        """Documents that a good answer may cite."""
        return frozenset(item.document_id for item in self.evidence) | frozenset(self.also_relevant)

    @property
    def named_documents(self) -> tuple[str, ...]:
        """Documents that the line names outside its evidence."""
        return self.also_relevant + self.nearest

    @property
    def fingerprint(self) -> str:
        """Changes with the content, so that a result is only compared with a result for the same question."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]

    def find_faults(self) -> Iterator[str]:
        """What is wrong with the line by itself, a sentence each."""
        if not self.answerable and (self.evidence or self.nuggets):
            yield "an unanswerable question has evidence or facts"


class Question(Asking):
    """A question with what answers it, or with the reason why nothing does."""

    kind: Literal["single", "multi", "unanswerable"]

    @property
    def answerable(self) -> bool:
        """Whether the corpus answers it."""
        return self.kind != "unanswerable"

    def find_faults(self) -> Iterator[str]:
        """What is wrong with the line by itself, a sentence each."""
        yield from super().find_faults()
        if not self.answerable and self.unanswerable_kind is None:
            yield "an unanswerable question needs an unanswerable_kind"
        if self.answerable and not (self.evidence and any(nugget.vital for nugget in self.nuggets)):
            yield "an answerable question needs evidence and a vital fact"
        if self.kind == "multi" and len({item.document_id for item in self.evidence}) < 2:
            yield "a multi question needs evidence from two documents"


class Request(Asking):
    """A request of one kind or two, with what the form of its kind has to hold; a refusal is expected where nothing can."""

    kind: Kind
    """What it asks for in the first place."""
    kinds: tuple[Kind, ...] = ()
    """All that it asks for, the main one first, where it is more than one."""
    evidence: tuple[Wanted, ...] = ()
    documents: tuple[str, ...] = ()
    """For a catalogue: all documents that belong into it; ``also_relevant`` may be in it."""
    labels: tuple[str, ...] = ()
    """For a catalogue of cities, countries or themes: all of their names."""
    count: int | None = None
    """How many there are, where that is asked."""
    about: int | None = None
    """For an overview of a place: number of documents about it."""
    absent: tuple[str, ...] = ()
    """For a comparison: places asked for on which there is nothing."""
    peers: tuple[str, ...] = ()
    """For advice: documents on cities in the asker's situation."""

    @property
    def places(self) -> tuple[str, ...]:
        """For a comparison: the places that need a cell with a quote."""
        return tuple(dict.fromkeys(item.place for item in self.evidence if item.place))

    @property
    def right_documents(self) -> frozenset[str]:
        """Documents that a good answer may cite."""
        return super().right_documents | frozenset(self.documents) | frozenset(self.peers)

    @property
    def named_documents(self) -> tuple[str, ...]:
        """Documents that the line names outside its evidence."""
        return super().named_documents + self.documents + self.peers

    def find_faults(self) -> Iterator[str]:
        """What is wrong with the line by itself, a sentence each."""
        yield from super().find_faults()
        if self.kinds and (self.kinds[0] != self.kind or len(set(self.kinds)) < 2):
            yield "kinds begins with kind and names another one"
        if self.answerable:
            yield from self._find_gaps()
        elif self.documents or self.labels or self.peers or self.absent:
            yield "an unanswerable request says what its answer holds"

    def _find_gaps(self) -> Iterator[str]:
        """What the kind of the request needs and the line lacks."""
        vital = any(nugget.vital for nugget in self.nuggets)
        if self.kind == "talk" and (self.evidence or self.nuggets or self.documents):
            yield "small talk has neither evidence nor documents"
        if self.kind == "catalogue" and bool(self.documents) == bool(self.labels):
            yield "a catalogue needs either documents or labels"
        if self.kind in ("fact", "explain", "overview") and not (self.evidence and vital):
            yield f"{self.kind} needs evidence and a vital fact"
        if self.kind == "fact" and not any(item.lead for item in self.evidence):
            yield "fact needs a sentence that may lead"
        if self.kind == "list" and len(self.evidence) < 2:
            yield "list needs two items or more"
        if self.kind == "compare" and (
            not self.places or len(self.places + self.absent) < 2 or not all(item.place for item in self.evidence)
        ):
            yield "compare needs two places, and the place of each sentence"
        if self.kind == "advice" and (
            len(set(self.peers)) < _LEAST_PEERS or not {item.document_id for item in self.evidence} <= set(self.peers)
        ):
            yield f"advice needs {_LEAST_PEERS} peers or more, with its evidence from them"
