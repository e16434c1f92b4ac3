"""Reads the figures of the documents of an opened index. Nothing is stored: they follow from the stored text."""

from __future__ import annotations

from typing import Final

from kin_assistant.index.library import DocumentRow, Library, PassageRow
from kin_assistant.indicators.extraction import FigureSentence, extract_figures
from kin_assistant.places.matching import PlaceIndex
from kin_assistant.processes.caching import remember

__all__ = ["FigureReader"]

_DOCUMENTS_IN_MEMORY: Final = 1024


class FigureReader:
    """The figures of each document, read when they are first asked for. Safe to use from several threads."""

    def __init__(self, library: Library, places: PlaceIndex) -> None:
        self.library = library
        self._places = places
        self.sentences_of = remember(self._read, _DOCUMENTS_IN_MEMORY)
        """The sentences of a document that hold figures, in reading order."""

    def passage_of(self, document: DocumentRow, sentence: FigureSentence) -> PassageRow:
        """The passage that a sentence of ``document`` stands in."""
        return self.library.passages_of(document)[sentence.passage]

    def _read(self, document: DocumentRow) -> tuple[FigureSentence, ...]:
        passages = [self.library.passage(row) for row in self.library.passages_of(document)]
        return tuple(extract_figures(self.library.document(document), passages, self._places))
