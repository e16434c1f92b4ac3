"""Reads the contributions of the documents of an opened index. Nothing is stored: they follow from the stored text."""

from __future__ import annotations

from typing import Final

from kin_assistant.contributions.extraction import FoundContribution, extract_contributions
from kin_assistant.index.library import DocumentRow, Library
from kin_assistant.indicators.reader import FigureReader
from kin_assistant.places.matching import PlaceIndex
from kin_assistant.processes.caching import remember
from kin_assistant.records.reader import RecordReader

__all__ = ["ContributionReader"]

_DOCUMENTS_IN_MEMORY: Final = 1024


class ContributionReader:
    """The contributions of each document, read when they are first asked for. Safe to use from several threads."""

    def __init__(self, library: Library, places: PlaceIndex, figures: FigureReader, records: RecordReader) -> None:
        self.library = library
        self._places, self._figures, self._records = places, figures, records
        self.contributions_of = remember(self._read, _DOCUMENTS_IN_MEMORY)
        """What a document says of money and partners, in reading order."""

    def _read(self, document: DocumentRow) -> tuple[FoundContribution, ...]:
        rows = self.library.passages_of(document)
        number_of = {row: number for number, row in enumerate(rows)}
        figures = {(one.passage, one.number): one.figures for one in self._figures.sentences_of(document)}
        fields = {(number_of[one.passage], one.number): one.field for one in self._records.sentences_of(document)}
        passages = [self.library.passage(row) for row in rows]
        stored = self.library.document(document)
        return tuple(extract_contributions(stored, passages, figures, fields, self._places.find_places))
