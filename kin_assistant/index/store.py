"""What was read, by content: a file that was read, split, or found unreadable once is not read again."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from functools import lru_cache

from pydantic import BaseModel, ConfigDict, TypeAdapter

from kin_assistant.documents.passages import CHUNKER_VERSION
from kin_assistant.documents.version import READER_VERSION
from kin_assistant.errors import IndexDamaged
from kin_assistant.index.cache import Cache
from kin_assistant.types import Document, Passage

__all__ = ["Facts", "ReadingStore", "make_passages_key", "make_reading_key", "pack_document", "pack_passages", "unpack"]

_BREAK = b"\n"
"""Between facts, which are JSON on one line, and the document or the passages."""


class Facts(BaseModel):
    """What came of reading a file, or of splitting a document, apart from the document or the passages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: str | None = None
    """Why it cannot be read; the other fields then say nothing."""
    document_id: str | None = None
    pages: int | None = None
    pages_without_text: int = 0
    ocr_pages: int = 0
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0


def make_reading_key(path: str, content: str) -> bytes:
    """What a reading depends on: the readers, the file's path and the hash of its content."""
    return hashlib.sha256(repr(("reading", READER_VERSION, path, content)).encode()).digest()


def make_passages_key(reading: bytes, document_id: str, model: str) -> bytes:
    """What a document's passages depend on: the document, the splitter, and the model whose word pieces it counts."""
    return hashlib.sha256(repr(("passages", CHUNKER_VERSION, model, document_id, reading)).encode()).digest()


class ReadingStore(Cache):
    """What came of reading each file and of splitting each document, by content."""

    def facts(self, key: bytes) -> Facts | None:
        """What is remembered of a file or a document, or None; with facts of success goes what came of it."""
        found = self.find(key)
        return Facts.model_validate_json(found.partition(_BREAK)[0]) if found else None

    def document(self, key: bytes) -> Document:
        """The document of a file that was read. Raises ``IndexDamaged`` if the store lost it."""
        return Document.model_validate_json(unpack(self.packed(key)))

    def passages(self, key: bytes) -> tuple[Passage, ...]:
        """The passages of a document that was split. Raises ``IndexDamaged`` if the store lost them."""
        return _passages_type().validate_json(unpack(self.packed(key)))

    def packed(self, key: bytes) -> bytes:
        """The document or the passages as they were put in. Raises ``IndexDamaged`` if the store lost them."""
        found = self.find(key)
        if found is None:
            raise IndexDamaged("What was read was damaged meanwhile; run it once more.")
        return found.partition(_BREAK)[2]

    def put(self, key: bytes, facts: Facts, packed: bytes = b"") -> None:
        """Remember what came of a file or a document, at once; ``packed`` where it succeeded."""
        self.keep([(key, facts.model_dump_json().encode() + _BREAK + packed)])


def pack_document(document: Document) -> bytes:
    """A document for ``ReadingStore.put``."""
    return _packed(document.model_dump_json().encode())


def pack_passages(passages: Sequence[Passage]) -> bytes:
    """A document's passages for ``ReadingStore.put``."""
    return _packed(_passages_type().dump_json(tuple(passages)))


def unpack(packed: bytes) -> bytes:
    """The JSON of what was packed."""
    return zlib.decompress(packed)


def _packed(data: bytes) -> bytes:
    return zlib.compress(data, 1)


@lru_cache(maxsize=1)
def _passages_type() -> TypeAdapter[tuple[Passage, ...]]:
    return TypeAdapter(tuple[Passage, ...])
