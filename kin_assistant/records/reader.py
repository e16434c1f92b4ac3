"""Reads good-practice records from an opened index: each sentence of a document in the field that it tells.

A heading tells the field where it can; elsewhere a classifier does, and gives none where it is not sure.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from kin_assistant.answer.citations import cite_sentences
from kin_assistant.answer.evidence import Candidate, lost_a_word
from kin_assistant.index.library import DocumentRow, PassageRow
from kin_assistant.index.snapshot import OpenIndex
from kin_assistant.processes.caching import remember
from kin_assistant.records.classifier import FieldClassifier, describe_sentences
from kin_assistant.records.headings import fields_of_heading
from kin_assistant.records.weights import CLASSES
from kin_assistant.types import RECORD_FIELDS, Citation, Record, RecordField, RecordPart, Sentence

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FieldSentence", "RecordReader"]

_DOCUMENTS_IN_MEMORY: Final = 512
_PASSAGES_IN_MEMORY: Final = 20_000
_SHARE_OF_OTHERS: Final = 0.02
"""The share of a field that the heading over a sentence does not announce."""
_LEAST_SHARE: Final = 1e-3
"""Of a field that it announces, however sure the classifier is of others."""
_BY_HEADING: Final = "Stands under a heading that announces this field."
_BY_CLASSIFIER: Final = "Reads like what such records say in this field."


@dataclass(frozen=True, slots=True)
class FieldSentence:
    """A sentence that tells a field."""

    passage: PassageRow
    number: int
    """In its passage, from 0."""
    sentence: Sentence
    field: RecordField
    by_heading: bool
    """Whether a heading tells the field; else the classifier does."""


class RecordReader:
    """Reads the records of one opened index. Safe to use from several threads."""

    def __init__(self, index: OpenIndex, embedder: str, *, compiler_sections: Collection[str] = ()) -> None:
        """``embedder`` is the name of the model that the index was made with. Raises ``ModelError`` if weights are damaged."""
        classifier = FieldClassifier.load()
        self._index = index
        # To the vectors of another model the weights mean nothing; then headings alone tell fields.
        self._classifier = classifier if classifier.embedder == embedder else None
        self._compiler_sections = frozenset(map(str.casefold, compiler_sections))
        self.sentences_of = remember(self._find_sentences, _DOCUMENTS_IN_MEMORY)
        self.shares_of = remember(self._find_shares, _PASSAGES_IN_MEMORY)

    def read(self, document_id: str) -> Record:
        """The record of a document. Raises ``KeyError`` for an unknown one."""
        library = self._index.library
        row = library.row_of(document_id)
        text = library.document(row).text
        found = self.sentences_of(row)
        parts: list[RecordPart] = []
        number = 0
        for field in RECORD_FIELDS:
            told = [one for one in found if one.field == field]
            candidates = [
                Candidate(
                    one.passage,
                    row,
                    one.sentence,
                    text[one.sentence.start : one.sentence.end],
                    0.0,
                    0.0,
                    frozenset(),
                    0.0,
                )
                for one in told
            ]
            cited, _ = cite_sentences(candidates, library, "", compiler_sections=self._compiler_sections)
            if cited:
                parts.append(RecordPart(field=field, citations=tuple(_numbered(cited, told, number))))
                number += len(cited)
        return Record(document=library.infos[row], parts=tuple(parts), build_id=self._index.manifest.build_id)

    def fields_of(self, row: DocumentRow) -> dict[tuple[PassageRow, int], RecordField]:
        """The field that each sentence of a document tells, by its passage and its offset in the document."""
        return {(one.passage, one.sentence.start): one.field for one in self.sentences_of(row)}

    def _find_sentences(self, row: DocumentRow) -> tuple[FieldSentence, ...]:
        """The sentences of a document that tell a field, in their order; those that only head a list tell none."""
        library = self._index.library
        document = library.document(row)
        found: list[FieldSentence] = []
        heads: set[tuple[int, int]] = set()
        for passage in library.passages_of(row):
            stored = library.passage(passage)
            told = fields_of_heading(stored.heading.split(" > ")[-1])
            if len(told) == 1:
                fields: list[RecordField | None] = [min(told)] * len(stored.sentences)
            else:
                fields = self._classify(passage, told)
            for number, (sentence, field) in enumerate(zip(stored.sentences, fields, strict=True)):
                if sentence.lead_in:
                    heads.add(sentence.lead_in)
                if field is not None and not lost_a_word(document, sentence):
                    found.append(FieldSentence(passage, number, sentence, field, by_heading=len(told) == 1))
        return tuple(one for one in found if (one.sentence.start, one.sentence.end) not in heads)

    def _classify(self, passage: PassageRow, told: Collection[RecordField]) -> list[RecordField | None]:
        if self._classifier is None:
            return [None] * len(self._index.library.passage(passage).sentences)
        return [field for field, _ in self._classifier.classify(self._describe(passage), told)]

    def _find_shares(self, passage: PassageRow) -> NDArray[np.float32]:
        """How likely each sentence of a passage tells each of ``CLASSES``; shape (sentences, classes).

        What the heading announces is likely, and of several fields that it announces what the classifier says.
        """
        stored = self._index.library.passage(passage)
        count = len(stored.sentences)
        if self._classifier is None or not count:
            shares = np.full((count, len(CLASSES)), 1 / len(CLASSES), np.float32)
        else:
            shares = self._classifier.probabilities(self._describe(passage))
        told = fields_of_heading(stored.heading.split(" > ")[-1])
        announced = [number for number, field in enumerate(CLASSES) if field in told]
        if announced:
            among = shares[:, announced] + _LEAST_SHARE
            shares = np.full(shares.shape, _SHARE_OF_OTHERS, np.float32)
            shares[:, announced] = among / among.sum(axis=1, keepdims=True)
            shares /= shares.sum(axis=1, keepdims=True)
        return shares

    def _describe(self, passage: PassageRow) -> NDArray[np.float32]:
        """What the classifier sees of the sentences of a passage."""
        library = self._index.library
        first, last = int(library.first_sentence[passage]), int(library.first_sentence[passage + 1])
        whole = len(library.document_with(passage).text)
        positions = [sentence.start / whole for sentence in library.passage(passage).sentences]
        vectors = np.asarray(self._index.sentences[first:last]).astype(np.float32)
        return describe_sentences(vectors, library.sentences_of(passage), positions)


def _numbered(cited: Collection[Citation], told: Collection[FieldSentence], before: int) -> list[Citation]:
    """Citations with numbers behind ``before``, and why each is in its field."""
    return [
        citation.model_copy(update={"number": before + place, "why": _BY_HEADING if one.by_heading else _BY_CLASSIFIER})
        for place, (citation, one) in enumerate(zip(cited, told, strict=True), 1)
    ]
