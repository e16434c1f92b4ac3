"""Plain text to blocks: paragraphs, headings, lists and tables as people type them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from kin_assistant.documents.readers.composition import Composition, Extract, TextComposer
from kin_assistant.documents.readers.detection import decode
from kin_assistant.documents.readers.grids import add_table
from kin_assistant.documents.readers.hyphenation import Vocabulary
from kin_assistant.documents.readers.listmarks import find_mark, is_number
from kin_assistant.documents.readers.running import EdgeLine, count_running

__all__ = ["add_plain_text", "read_plain_text", "read_text_bytes"]

_Cells = Callable[[str], list[str]]

_SECTION = re.compile(r"^\s*(\d{1,2}(?:\.\d{1,2})*)\.?\s")
_CONTINUES = re.compile(r"^[a-z0-9(,;]")
_RULE = re.compile(r"\s*[-=_*~#+.\u2500\u2550](?:\s*[-=_*~#+\u2500\u2550]){2,}\s*")
_UNDERLINE = re.compile(r"\s*[-=~]{3,}\s*")
_ADDRESS = re.compile(r"\s*\S+://\S+\s*")
_GAP = re.compile(r"\s{2,}")
_WIDE_GAP = re.compile(r"\s{3,}")
_WRAPPED_LINE = 55
"""A line at least this wide that ends without a full stop is taken to go on in the next one."""
_NARROWEST_WRAPPED_LINE = 24
_LONGEST_WRAPPED_LINE = 140
_LONGEST_HEADING = 90
_LONGEST_NUMBERED_HEADING = 70
_LONGEST_CELL = 35
_MOST_CELLS = 200
"""Of a row. All rows of a table are made as long as the longest: a wider one is read as text."""
_RUNNING_LINES = 2
"""Lines at the top and at the bottom of a page that may be a running head."""


class _Line(NamedTuple):
    text: str
    page: int | None
    breaks_page: bool = False


def read_text_bytes(data: bytes) -> Extract:
    """Read a text file. Raises ``DocumentError`` where it is no text."""
    source, warnings = decode(data)
    composer = TextComposer()
    empty, pages = _add(composer, source, headings=True)
    return Extract(composer.finish(), pages=pages, pages_without_text=empty, warnings=warnings)


def read_plain_text(source: str) -> Composition:
    """Read plain text. Form feeds separate pages; a blank line ends a paragraph; lines with tabs are table rows."""
    composer = TextComposer()
    _add(composer, source, headings=True)
    return composer.finish()


def add_plain_text(composer: TextComposer, source: str, *, headings: bool = True) -> None:
    """Add the blocks of a plain text within another document, whose pages form feeds are not.

    Without ``headings``, short lines that stand alone are paragraphs.
    """
    _add(composer, source.replace("\f", "\n"), headings=headings)


def _add(composer: TextComposer, source: str, *, headings: bool) -> tuple[tuple[int, ...], int | None]:
    """Add the text; its pages without text, and the count of pages, None without form feeds."""
    pages = [page.split("\n") for page in source.replace("\r\n", "\n").replace("\r", "\n").split("\f")]
    while len(pages) > 1 and not any(line.strip() for line in pages[-1]):
        pages.pop()
    empty = tuple(number for number, lines in enumerate(pages, 1) if not any(line.strip() for line in lines))
    if len(pages) > 1:
        _drop_running_lines(pages)
    reader = _TextReader(composer, _lines(pages), headings=headings)
    reader.read()
    return (empty, len(pages)) if len(pages) > 1 else ((), None)


class _TextReader:
    """Goes through the lines once; what is not yet a whole paragraph waits in ``_open``."""

    def __init__(self, composer: TextComposer, lines: list[_Line], *, headings: bool) -> None:
        self._composer = composer
        self._lines = lines
        self._open: list[_Line] = []
        self._wrapped = _wrapped_width(lines)
        self._headings = headings
        self._vocabulary = Vocabulary([line.text.strip() for line in lines])

    def read(self) -> None:
        i = 0
        while i < len(self._lines):
            i += self._read_at(i)
        self._close()

    def _read_at(self, i: int) -> int:
        """Read the line or the table at ``i``; how many lines that were."""
        line = self._lines[i]
        if line.breaks_page:
            # A sentence that a page break cuts goes on behind it.
            if self._open and _ends_sentence(self._open[-1].text):
                self._close()
            return 1
        if not line.text.strip():
            self._close()
            return 1
        if _RULE.fullmatch(line.text):
            self._close(underlined=bool(_UNDERLINE.fullmatch(line.text)))
            return 1
        rows = _table_at(self._lines, i)
        if rows:
            self._close()
            add_table(self._composer, [cells for cells in rows if cells], page=line.page)
            return len(rows)
        if not self._open and self._headings and self._is_heading(i):
            section = _SECTION.match(line.text)
            level = 1 if not self._composer.has_blocks else 2 + (section[1].count(".") if section else 0)
            self._composer.add("heading", line.text, level=level, page=line.page)
            return 1
        if self._open and not self._goes_on(self._open[-1].text, line.text):
            self._close()
        self._open.append(line)
        return 1

    def _close(self, *, underlined: bool = False) -> None:
        """Add what is open; one ``underlined`` line is a heading."""
        lines, self._open = self._open, []
        if not lines:
            return
        first = lines[0].text
        if underlined and self._headings and len(lines) == 1 and len(first.strip()) <= _LONGEST_HEADING:
            self._composer.add("heading", first, level=2 if self._composer.has_blocks else 1, page=lines[0].page)
            return
        (page, text), *later = self._vocabulary.join_pages((line.page, line.text.strip()) for line in lines)
        continued = [(number, words) for number, words in later if number is not None]
        mark = find_mark(first)
        if mark and text[len(mark[1]) :].strip():
            words = text[len(mark[1]) :]
            self._composer.add("item", words, level=1, marker=mark[1] + " ", page=page, continued=continued)
        else:
            self._composer.add("paragraph", text, page=page, continued=continued)

    def _is_heading(self, i: int) -> bool:
        line = self._lines[i].text
        words, after = line.strip(), self._line_after(i)
        mark = find_mark(line)
        if len(words) > _LONGEST_HEADING or words[-1] in ".;,!\u3002\u3001" or (mark and not is_number(mark[1])):
            return False
        if not (words[0].isupper() or words[0].isdigit() or (words[0].isalpha() and not words[0].islower())):
            return False
        if not re.search(r"[^\W\d_]", words):
            return False
        if words.endswith(":") and self._precedes_item(i):
            return False
        if mark and (len(words) > _LONGEST_NUMBERED_HEADING or self._is_in_list(i)):
            return False
        # Above a blank line or a full paragraph; a wrapped line would be followed by its own continuation.
        return not after or (len(words) < _WRAPPED_LINE and not _CONTINUES.match(after) and len(after) > len(words))

    def _line_after(self, i: int) -> str:
        """The line after another, across the end of a page; empty behind the last one."""
        i_after = i + 2 if i + 1 < len(self._lines) and self._lines[i + 1].breaks_page else i + 1
        return self._lines[i_after].text.strip() if i_after < len(self._lines) else ""

    def _precedes_item(self, i: int) -> bool:
        return bool(find_mark(next((line.text for line in self._lines[i + 1 : i + 4] if line.text.strip()), "")))

    def _is_in_list(self, i: int) -> bool:
        """Whether a numbered line stands right before the next number or right after the one before."""
        following = next((line.text for line in self._lines[i + 1 : i + 5] if line.text.strip()), "")
        before = next((line.text for line in reversed(self._lines[max(0, i - 4) : i]) if line.text.strip()), "")
        marks = (find_mark(following), find_mark(before))
        return any(mark is not None and is_number(mark[1]) for mark in marks)

    def _goes_on(self, line: str, after: str) -> bool:
        """Whether ``after`` continues the paragraph of ``line``; not where each line is a paragraph of its own."""
        if _ADDRESS.fullmatch(line) and _ADDRESS.fullmatch(after):
            return False
        mark = find_mark(after)
        # A number of three digits may well be the last word of a sentence.
        if mark and (_ends_sentence(line) or not mark[1][:3].isdigit()):
            return False
        if _CONTINUES.match(after.strip()):
            return True
        whole_paragraph = len(line) > _LONGEST_WRAPPED_LINE and _ends_sentence(line)
        return _width(line.strip()) >= self._wrapped and not whole_paragraph


def _lines(pages: list[list[str]]) -> list[_Line]:
    """The lines of all pages. Blank lines around a page break are left out: they say nothing about paragraphs."""
    if len(pages) == 1:
        return [_Line(text, None) for text in pages[0]]
    lines: list[_Line] = []
    for number, texts in enumerate(pages, 1):
        filled = [i for i, text in enumerate(texts) if text.strip()]
        if filled:
            lines += [_Line(text, number) for text in texts[filled[0] : filled[-1] + 1]]
            lines.append(_Line("", number, breaks_page=True))
    return lines


def _drop_running_lines(pages: list[list[str]]) -> None:
    """Empty running lines. Their height is not known: they are to stand on more pages than in files that tell it."""
    for top in (True, False):
        edges = [_edge(lines, top=top) for lines in pages]
        told = [
            (number, [EdgeLine(lines[i], place) for place, i in enumerate(edge)])
            for number, (lines, edge) in enumerate(zip(pages, edges, strict=True), 1)
        ]
        counts = count_running(told, top=top, need=max(3, len(pages) // 3), drift=_RUNNING_LINES)
        for lines, edge, count in zip(pages, edges, counts, strict=True):
            for i in edge[:count]:
                lines[i] = ""


def _edge(lines: list[str], *, top: bool) -> list[int]:
    filled = [i for i, line in enumerate(lines) if line.strip()]
    return filled[:_RUNNING_LINES] if top else filled[: -_RUNNING_LINES - 1 : -1]


def _table_at(lines: Sequence[_Line], i: int) -> list[list[str]]:
    """Cells of the table that begins at line ``i``, a list for each line (empty for a ruled one); empty without one."""
    text = lines[i].text.strip()
    mark = find_mark(text)
    if "\t" in text and not (mark and "\t" not in text[mark.end() :].strip()):
        rows = _rows(lines, i, lambda line: line.split("\t") if "\t" in line else [])
        return rows if len(rows) > 1 or (rows and len(rows[0]) > 2) else []
    if "|" in text:
        rows = _rows(lines, i, lambda line: line.strip("|").split("|") if line.count("|") == text.count("|") else [])
        return rows if sum(map(bool, rows)) > 1 else []
    cells = _GAP.split(text)
    if len(cells) > 1 and not mark:
        count, gap = (len(cells), _GAP) if len(cells) > 2 else (2, _WIDE_GAP)
        rows = _rows(lines, i, lambda line: _aligned(gap.split(line), count))
        return rows if len(rows) > (1 if count > 2 else 2) else []
    return []


def _aligned(cells: list[str], count: int) -> list[str]:
    """``cells`` if they are ``count`` and short: columns of running text are no table."""
    return cells if len(cells) == count and max(map(len, cells)) <= _LONGEST_CELL else []


def _rows(lines: Sequence[_Line], i: int, cells_of: _Cells) -> list[list[str]]:
    rows: list[list[str]] = []
    page = lines[i].page
    for j in range(i, len(lines)):
        line = lines[j]
        text = line.text.strip()
        if rows and re.fullmatch(r"[-|:+=\s]{3,}", text):
            rows.append([])
            continue
        cells = [cell.strip() for cell in cells_of(text)] if text and line.page == page else []
        if not cells or len(cells) > _MOST_CELLS:
            break
        rows.append(cells)
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _wrapped_width(lines: Sequence[_Line]) -> float:
    """How wide a line of this text is at least where the next one goes on, by the lines that surely go on."""
    widths = [
        _width(line.text.strip())
        for line, after in pairwise(lines)
        if line.text.strip() and after.text.strip()[:1].islower() and not find_mark(after.text)
    ]
    if len(widths) < 5:
        return _WRAPPED_LINE
    return min(_WRAPPED_LINE, max(_NARROWEST_WRAPPED_LINE, 0.8 * median(widths)))


def _width(text: str) -> int:
    return len(text) if text.isascii() else sum(1 + (unicodedata.east_asian_width(char) in "WF") for char in text)


def _ends_sentence(line: str) -> bool:
    return line.rstrip().endswith((".", "!", "?", ":", ".\u201d", '."', "\u3002"))
