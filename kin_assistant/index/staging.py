"""The documents of a build with their passages, in order, held in memory only as far as there is room.

A build goes over its documents several times. Small collections stay in memory from the first time on; of large ones
each document is fetched again, so that the memory a build takes does not grow with them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar, overload

from kin_assistant.types import Document, Passage

__all__ = ["StagedDocuments", "embedded_text", "sentence_spans"]

Item = TypeVar("Item")

_ROOM = 100_000_000
"""Bytes of documents and passages that are held, about."""
_BYTES_EACH = 600
"""A block, a passage or a sentence, about."""


def embedded_text(document: Document, passage: Passage) -> str:
    """What is embedded and indexed for a passage: its context, a line break, its text."""
    return f"{passage.context}\n{document.text[passage.start : passage.end]}"


def sentence_spans(passage: Passage) -> list[tuple[int, int]]:
    """Where the passage's sentences are in what is embedded for it."""
    offset = len(passage.context) + 1 - passage.start
    return [(offset + sentence.start, offset + sentence.end) for sentence in passage.sentences]


@dataclass(frozen=True, slots=True)
class _Staged:
    document: Document
    passages: tuple[Passage, ...]

    @property
    def size(self) -> int:
        """Bytes that it takes in memory, about."""
        parts = len(self.document.blocks) + sum(1 + len(passage.sentences) for passage in self.passages)
        return len(self.document.text) + _BYTES_EACH * parts


class StagedDocuments:
    """``count`` documents by row; ``fetch`` gives one, ``split`` its passages."""

    def __init__(
        self,
        count: int,
        fetch: Callable[[int], Document],
        split: Callable[[int, Document], Sequence[Passage]],
        *,
        room: int = _ROOM,
    ) -> None:
        self._fetch, self._split, self._room = fetch, split, room
        self._kept: dict[int, _Staged] = {}
        self._last: tuple[int, _Staged] | None = None
        self._count = count
        self._firsts = [0]
        """Row of each document's first passage, as far as documents were looked at from the first on."""

    def walk(self) -> Iterator[tuple[int, Document, tuple[Passage, ...]]]:
        """Every document with its row and its passages."""
        for row in range(self._count):
            one = self._take(row)
            if len(self._firsts) == row + 1:
                self._firsts.append(self._firsts[-1] + len(one.passages))
            yield row, one.document, one.passages

    def document(self, row: int) -> Document:
        """The document of a row."""
        return self._take(row).document

    def passage(self, row: int) -> tuple[Document, Passage]:
        """The passage of a row, with its document. All documents must have been looked at before."""
        document = bisect_right(self._firsts, row) - 1
        one = self._take(document)
        return one.document, one.passages[row - self._firsts[document]]

    @property
    def documents(self) -> Sequence[Document]:
        """All documents, fetched as they are asked for."""
        return _Lazy(self._count, self.document)

    @property
    def passages(self) -> Sequence[Passage]:
        """All passages, fetched as they are asked for. All documents must have been looked at before."""
        return _Lazy(self._firsts[-1], lambda row: self.passage(row)[1])

    def texts(self) -> Iterator[str]:
        """What is embedded and indexed, passage by passage."""
        for _, document, passages in self.walk():
            for passage in passages:
                yield embedded_text(document, passage)

    def _take(self, row: int) -> _Staged:
        if row in self._kept:
            return self._kept[row]
        if self._last is not None and self._last[0] == row:
            return self._last[1]
        document = self._fetch(row)
        one = _Staged(document, tuple(self._split(row, document)))
        size = one.size
        if size <= self._room:
            self._room -= size
            self._kept[row] = one
        else:
            self._last = (row, one)
        return one


class _Lazy(Sequence[Item]):
    def __init__(self, length: int, get: Callable[[int], Item]) -> None:
        self._length, self._get = length, get

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, row: int) -> Item: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Item]: ...
    def __getitem__(self, row: int | slice) -> Item | Sequence[Item]:
        if isinstance(row, slice):
            return [self._get(number) for number in range(self._length)[row]]
        return self._get(range(self._length)[row])
