"""Putting a document's text together, block by block."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from kin_assistant.text.cleaning import clean
from kin_assistant.types import Block, SourceMark

__all__ = ["Composition", "Extract", "TextComposer"]

BlockKind = Literal["heading", "paragraph", "item", "header_row", "row"]

_SOURCE_MARK = re.compile(r"\s*\[(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\]")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Composition:
    """The text of a document with its structure."""

    text: str
    blocks: tuple[Block, ...]
    marks: tuple[SourceMark, ...]
    title: str | None
    """The first heading of the highest level."""
    page_starts: tuple[tuple[int, int], ...] = ()
    """(offset, page) for each place of the text where another physical page begins, ascending; empty without pages."""


@dataclass(frozen=True, slots=True)
class Extract:
    """What a reader got out of a file."""

    composition: Composition
    title: str | None = None
    """What the file itself says its title is, where that is to be believed."""
    pages: int | None = None
    """Physical pages or slides; None where the format has none."""
    page_labels: tuple[str, ...] = ()
    """Printed label of each page, where the file gives labels that differ from the page numbers."""
    pages_without_text: tuple[int, ...] = ()
    """Physical pages, counted from 1, on which no text was found."""
    ocr_pages: tuple[int, ...] = ()
    """Physical pages whose text was recognised from a picture."""
    warnings: tuple[str, ...] = ()
    """What a curator should know, a clause each."""


class TextComposer:
    """Collects blocks into one text.

    ``source_count`` is the number of sources in the document's front matter: marks from ``[1]`` up to it are taken out of
    the text and kept as data. With 0, brackets are text like any other.
    """

    def __init__(self, source_count: int = 0) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._marks: list[SourceMark] = []
        self._source_count = source_count
        self._page_starts: list[tuple[int, int]] = []
        self._starts_table = False

    @property
    def has_blocks(self) -> bool:
        """Whether anything was added yet."""
        return bool(self._blocks)

    def add(
        self,
        kind: BlockKind,
        text: str,
        *,
        level: int = 0,
        page: int | None = None,
        marker: str = "",
        lead: str = "",
        continued: Sequence[tuple[int, str]] = (),
    ) -> None:
        """Append a block.

        ``marker`` ("- ", "3. ") is written before it and never quoted; ``lead`` is a run-in heading that ``text`` begins with.
        ``continued`` are (page, text) of its further parts on later pages; a space is put between the parts.
        """
        parts = [(page, clean(text)), *((later, clean(more)) for later, more in continued)]
        parts = [(number, words) for number, words in parts if words]
        page = parts[0][0] if parts else page
        text, marks = self._take_marks_out(" ".join(words for _, words in parts))
        if not text:
            return
        previous = self._blocks[-1].kind if self._blocks else None
        if self._parts:
            tight = kind in ("item", "row") and previous in ("item", "row", "header_row")
            self._write("\n" if tight else "\n\n")
        self._write(marker)
        start = self._length
        self._write(text)
        offset = start
        for number, words in parts:
            if number is not None and (not self._page_starts or number != self._page_starts[-1][1]):
                self._page_starts.append((min(offset, self._length), number))
            offset += len(words) + 1
        lead_length = len(self._take_marks_out(clean(lead))[0])
        starts_table = self._starts_table and kind in ("header_row", "row")
        self._starts_table = self._starts_table and not starts_table
        self._blocks.append(
            Block(
                kind=kind,
                start=start,
                end=self._length,
                level=level,
                page=page,
                lead=lead_length,
                starts_table=starts_table,
            )
        )
        self._marks += [SourceMark(at=start + at, sources=sources) for at, sources in marks]

    def start_table(self) -> None:
        """The next row begins a table, even if a row of another stands before it."""
        self._starts_table = True

    def add_row(self, cells: list[str], *, header: bool = False, page: int | None = None) -> None:
        """Append a table row, written as ``| a | b |``; a row of empty cells is left out."""
        if any(cell.strip() for cell in cells):
            row = "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"
            self.add("header_row" if header else "row", row, page=page)

    def finish(self) -> Composition:
        """What was collected."""
        headings = [block for block in self._blocks if block.kind == "heading"]
        text = "".join(self._parts)
        top = min(headings, key=lambda block: (block.level, block.start), default=None)
        title = text[top.start : top.end] if top else None
        return Composition(text, tuple(self._blocks), tuple(self._marks), title, tuple(self._page_starts))

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    def _take_marks_out(self, text: str) -> tuple[str, list[tuple[int, tuple[int, ...]]]]:
        if not self._source_count or "[" not in text:
            return text, []
        kept: list[str] = []
        length = position = 0
        marks: list[tuple[int, tuple[int, ...]]] = []
        for match in _SOURCE_MARK.finditer(text):
            numbers = tuple(int(number) for number in re.findall(r"\d+", match[1]))
            if not all(1 <= number <= self._source_count for number in numbers):
                continue
            kept.append(text[position : match.start()])
            length += match.start() - position
            position = match.end()
            marks.append((length, numbers))
        kept.append(text[position:])
        whole = "".join(kept)
        before = len(whole) - len(whole.lstrip())
        return whole.strip(), [(max(0, at - before), numbers) for at, numbers in marks]
