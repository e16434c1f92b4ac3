"""Documents and passages of a build, in one SQLite file, read by row as they are needed."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NewType

import numpy as np

from kin_assistant.processes.caching import remember
from kin_assistant.types import Document, DocumentInfo, Passage, Sentence

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["DocumentRow", "Library", "PassageRow", "write_library"]

DocumentRow = NewType("DocumentRow", int)
"""Number of a document in a build, from 0, in the order of ids."""
PassageRow = NewType("PassageRow", int)
"""Number of a passage in a build, from 0, document by document."""

_SCHEMA = """
    CREATE TABLE documents (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, info TEXT NOT NULL, body TEXT NOT NULL);
    CREATE TABLE passages (
        row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, document INTEGER NOT NULL REFERENCES documents (row),
        sentences INTEGER NOT NULL, body TEXT NOT NULL
    );
"""
_DOCUMENTS_IN_MEMORY = 256
_PASSAGES_IN_MEMORY = 4096


def write_library(path: Path, documents: Sequence[Document], passages: Sequence[Passage]) -> None:
    """Store ``documents`` and their ``passages``, whose order gives the row numbers."""
    rows = {document.id: row for row, document in enumerate(documents)}
    connection = sqlite3.connect(path)
    with connection:
        connection.executescript(_SCHEMA)
        connection.executemany(
            "INSERT INTO documents VALUES (?, ?, ?, ?)",
            (
                (row, document.id, document.info.model_dump_json(), document.model_dump_json())
                for row, document in enumerate(documents)
            ),
        )
        connection.executemany(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?)",
            (
                (row, passage.id, rows[passage.document_id], len(passage.sentences), passage.model_dump_json())
                for row, passage in enumerate(passages)
            ),
        )
    connection.close()


class Library:
    """The stored documents and passages. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        # immutable: a published build does not change, so SQLite needs no locks and writes no files beside it
        self._connection = sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True, check_same_thread=False)
        self._lock = threading.Lock()
        self.infos: tuple[DocumentInfo, ...] = tuple(
            DocumentInfo.model_validate_json(info) for (info,) in self._read("SELECT info FROM documents ORDER BY row")
        )
        """All documents without their text, by row."""
        self._rows = {info.id: DocumentRow(row) for row, info in enumerate(self.infos)}
        shape = self._read("SELECT document, sentences FROM passages ORDER BY row")
        self.document_of: NDArray[np.int64] = np.array([document for document, _ in shape], np.int64)
        """Row of each passage's document; shape (passages,)."""
        counts = np.array([count for _, count in shape], np.int64)
        self.first_sentence: NDArray[np.int64] = np.concatenate([[0], np.cumsum(counts)])
        """Row of each passage's first sentence, and the number of sentences at the end; shape (passages + 1,)."""
        self._document = remember(self._read_document, _DOCUMENTS_IN_MEMORY)
        self._passage = remember(self._read_passage, _PASSAGES_IN_MEMORY)

    def document(self, row: DocumentRow) -> Document:
        """The document of a row."""
        return self._document(row)

    def passage(self, row: PassageRow) -> Passage:
        """The passage of a row."""
        return self._passage(row)

    def row_of(self, document_id: str) -> DocumentRow:
        """Row of a document. Raises ``KeyError``."""
        return self._rows[document_id]

    def document_row(self, passage: PassageRow) -> DocumentRow:
        """Row of a passage's document."""
        return DocumentRow(int(self.document_of[passage]))

    def passages_of(self, document: DocumentRow) -> list[PassageRow]:
        """The passages of a document, in reading order."""
        first, last = np.searchsorted(self.document_of, [document, document + 1])
        return [PassageRow(row) for row in range(first, last)]

    def document_with(self, passage: PassageRow) -> Document:
        """A passage's document."""
        return self.document(self.document_row(passage))

    def text_of(self, passage: PassageRow) -> str:
        """A passage's text, without its context."""
        stored = self.passage(passage)
        return self.document_with(passage).text[stored.start : stored.end]

    def sentences_of(self, passage: PassageRow) -> list[str]:
        """The texts of a passage's sentences."""
        text = self.document_with(passage).text
        return [text[sentence.start : sentence.end] for sentence in self.passage(passage).sentences]

    def lead_in_of(self, document: DocumentRow, sentence: Sentence) -> str:
        """What heads the list or table that a sentence of a document stands in; "" if it stands in none."""
        start, end = sentence.lead_in or (0, 0)
        return self.document(document).text[start:end]

    def passage_ids(self) -> list[str]:
        """Ids of all passages, by row."""
        return [passage_id for (passage_id,) in self._read("SELECT id FROM passages ORDER BY row")]

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _read_document(self, row: DocumentRow) -> Document:
        (body,) = self._read("SELECT body FROM documents WHERE row = ?", row)[0]
        return Document.model_validate_json(body)

    def _read_passage(self, row: PassageRow) -> Passage:
        (body,) = self._read("SELECT body FROM passages WHERE row = ?", row)[0]
        return Passage.model_validate_json(body)

    def _read(self, sql: str, *values: int) -> list[tuple[str, ...]]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()
