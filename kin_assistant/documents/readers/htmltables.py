"""Tables of an HTML page: those that hold data become rows, those that place things on the page are read as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kin_assistant.documents.readers.boilerplate import Layout, is_hidden
from kin_assistant.documents.readers.composition import TextComposer
from kin_assistant.documents.readers.grids import SPANNED, add_table
from kin_assistant.text.cleaning import clean

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

__all__ = ["read_table"]

_LONGEST_CELL = 1500
_LONG_CELL = 400
_WIDEST_SPAN = 30
_HIGHEST_SPAN = 200
_MOST_COLUMNS = 200
_SIGNS_BEFORE = frozenset({"$", "\u20ac", "\u00a3", "\u00a5", "(", "US$", "Rs", "Rs."})
_SIGNS_AFTER = frozenset({")", "%", ")%"})
_INLINE = frozenset(
    "a abbr b bdi bdo big cite code em font i ins kbd mark q s samp small span strike strong sub sup time tt u var".split()
)


def read_table(composer: TextComposer, table: LexborNode, layout: Layout) -> bool:
    """Add ``table`` as rows; False, and nothing added, where it is not one of data."""
    weight = layout.of(table)
    role = (table.attributes.get("role") or "").lower()
    if role in ("presentation", "none") or weight.tables > 1 or weight.headings:
        return False
    rows: list[list[LexborNode]] = []
    captions: list[str] = []
    header_rows, has_names = 0, False
    for row in _rows_of(table):
        if row.tag == "caption":
            captions.append(_words(row))
            continue
        cells = [cell for cell in _children(row) if cell.tag in ("td", "th") and not is_hidden(cell)]
        has_names |= any(cell.tag == "th" for cell in cells)
        header_rows += header_rows == len(rows) and _is_header(row, cells)
        rows.append(cells)
    texts = [[_words(cell) for cell in cells] for cells in rows]
    if not _holds_data(texts, has_names=has_names):
        return False
    for caption in captions:
        composer.add("paragraph", caption)
    grid = _spread(rows, texts)
    header = header_rows if 0 < header_rows < len(grid) else None if not has_names else _first_header(grid, header_rows)
    add_table(composer, _with_signs(grid), header_rows=header)
    return True


def _is_header(row: LexborNode, cells: list[LexborNode]) -> bool:
    """Whether a row has no cells but names, or stands in the head of the table."""
    in_head = row.parent is not None and row.parent.tag == "thead"
    return bool(cells) and (in_head or all(cell.tag == "th" for cell in cells))


def _first_header(grid: list[list[str]], header_rows: int) -> int | None:
    """Without a whole row of names at the top, the names stand at the left, or the table is nothing but names."""
    return None if header_rows == 0 else 0 if header_rows >= len(grid) else header_rows


def _holds_data(texts: list[list[str]], *, has_names: bool) -> bool:
    longest = max((len(text) for row in texts for text in row), default=0)
    filled = [sum(map(bool, row)) for row in texts]
    several = sum(count > 1 for count in filled)
    if longest > _LONGEST_CELL or not several:
        return False
    if has_names:
        return True
    return several > 1 and (longest <= _LONG_CELL or several > 2)


def _rows_of(table: LexborNode) -> Iterator[LexborNode]:
    for child in _children(table):
        if child.tag in ("thead", "tbody", "tfoot"):
            yield from (row for row in _children(child) if row.tag == "tr" and not is_hidden(row))
        elif child.tag in ("tr", "caption") and not is_hidden(child):
            yield child


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.child
    while child is not None:
        yield child
        child = child.next


def _words(cell: LexborNode) -> str:
    """Text of a cell; its paragraphs and lines are parted by spaces."""
    parts: list[str] = []
    stack: list[tuple[LexborNode, bool]] = [(cell, False)]
    while stack:
        node, leaving = stack.pop()
        tag = node.tag or ""
        if tag == "-text":
            parts.append(node.text_content or "")
            continue
        if tag not in _INLINE and parts:
            parts.append(" ")
        if leaving or is_hidden(node):
            continue
        # A note's mark would become part of the number before it.
        if tag == "sup" and node.css_first("a") is not None:
            continue
        stack.append((node, True))
        child = node.last_child
        while child is not None:
            stack.append((child, False))
            child = child.prev
    return clean("".join(parts))


def _spread(rows: list[list[LexborNode]], texts: list[list[str]]) -> list[list[str]]:
    """Cells in their columns. What spans columns stands in the first of them, what spans rows stands in each of them."""
    grid: list[list[str]] = []
    below: dict[int, tuple[int, str]] = {}
    for cells, words in zip(rows, texts, strict=True):
        line: list[str] = []
        coming: dict[int, tuple[int, str]] = {}
        surplus: list[str] = []
        for cell, text in zip(cells, words, strict=True):
            while len(line) in below:
                _carry_down(line, below, coming)
            if len(line) >= _MOST_COLUMNS:
                surplus.append(text)
                continue
            width = min(_span(cell, "colspan", _WIDEST_SPAN), _MOST_COLUMNS - len(line))
            height = _span(cell, "rowspan", _HIGHEST_SPAN)
            for j in range(width):
                value = text if j == 0 else SPANNED
                if height > 1:
                    coming[len(line)] = (height - 1, value)
                line.append(value)
        while len(line) in below:
            _carry_down(line, below, coming)
        if surplus:
            # No column is left for them.
            line[-1] = " ".join([line[-1], *surplus])
        below = coming
        grid.append(line)
    return grid


def _carry_down(line: list[str], below: dict[int, tuple[int, str]], coming: dict[int, tuple[int, str]]) -> None:
    left, text = below[len(line)]
    if left > 1:
        coming[len(line)] = (left - 1, text)
    line.append(text)


def _span(cell: LexborNode, name: str, most: int) -> int:
    value = (cell.attributes.get(name) or "").strip()
    return max(1, min(int(value), most)) if value.isascii() and value.isdigit() and len(value) < 6 else 1


def _with_signs(grid: list[list[str]]) -> list[list[str]]:
    """Put a currency or percent sign that has a column of its own to its number."""
    width = max(map(len, grid), default=0)
    rows = [row + [""] * (width - len(row)) for row in grid]
    for j in range(width):
        column = {row[j] for row in rows if row[j].strip()}
        if column and column <= _SIGNS_BEFORE and j + 1 < width:
            for row in rows:
                row[j], row[j + 1] = "", row[j] + row[j + 1]
        elif column and column <= _SIGNS_AFTER and j:
            for row in rows:
                row[j - 1], row[j] = row[j - 1] + row[j], ""
    return rows
