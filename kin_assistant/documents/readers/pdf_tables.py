"""Tables of a PDF page: grids of drawn lines, and cells that stand in line. In doubt, there is no table."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import mean, median
from typing import TYPE_CHECKING

from kin_assistant.documents.readers.grids import count_header_rows
from kin_assistant.documents.readers.listmarks import is_mark
from kin_assistant.documents.readers.pdf_lines import Segment, Table, find_gutter, rows_of, segments_of
from kin_assistant.documents.readers.pdf_words import Box, Word

if TYPE_CHECKING:
    import pypdfium2

__all__ = ["find_aligned_tables", "find_ruled_tables", "read_rules"]

_MOST_OBJECTS = 3000
_MOST_POINTS = 400
_MOST_RULES = 800
_NEAR = 3.0
_NARROWEST_COLUMN = 6.5
"""What Word shades behind a paragraph ends 5 to 6 points within its cell, and parts nothing."""
_MOST_TRIES = 300
_LONGEST_TABLE = 300
_LONGEST_CELL = 400
_LONGEST_USUAL_CELL = 30
_VALUE = re.compile(r"[\s\d.,:%$€£()+/–−✓✗✔✘*-]*|n/?a|\.\.|…", re.IGNORECASE)
_LEADERS = re.compile(r"\.{4,}|(?:\. ){4,}|…{2,}")


def read_rules(page: pypdfium2.PdfPage, upright: Callable[[Box], Box]) -> tuple[list[Box], list[Box]]:
    """Horizontal and vertical lines drawn on ``page``, as flat boxes; none where the page is a drawing."""
    import ctypes

    import pypdfium2.raw as pdfium

    count = pdfium.FPDFPage_CountObjects(page)
    if count > _MOST_OBJECTS:
        return [], []
    flat: list[Box] = []
    upstanding: list[Box] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    matrix = pdfium.FS_MATRIX()
    for index in range(count):
        drawn = pdfium.FPDFPage_GetObject(page, index)
        if pdfium.FPDFPageObj_GetType(drawn) != pdfium.FPDF_PAGEOBJ_PATH:
            continue
        points = pdfium.FPDFPath_CountSegments(drawn)
        if not 2 <= points <= _MOST_POINTS or not pdfium.FPDFPageObj_GetMatrix(drawn, matrix):
            continue
        at = start = (0.0, 0.0)
        for number in range(points):
            part = pdfium.FPDFPath_GetPathSegment(drawn, number)
            if not pdfium.FPDFPathSegment_GetPoint(part, x, y):
                continue
            kind = pdfium.FPDFPathSegment_GetType(part)
            to = (
                matrix.a * x.value + matrix.c * y.value + matrix.e,
                matrix.b * x.value + matrix.d * y.value + matrix.f,
            )
            ways = [(at, to)] if kind == pdfium.FPDF_SEGMENT_LINETO else []
            if kind == pdfium.FPDF_SEGMENT_MOVETO:
                start = to
            if pdfium.FPDFPathSegment_GetClose(part):
                ways.append((to, start))
            at = to
            for (ax, ay), (bx, by) in ways:
                box = upright((min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)))
                if box[3] - box[1] < 1 and box[2] - box[0] > 6:
                    flat.append(box)
                elif box[2] - box[0] < 1 and box[3] - box[1] > 6:
                    upstanding.append(box)
        if len(flat) + len(upstanding) > _MOST_RULES:
            return [], []
    return flat, upstanding


def find_ruled_tables(
    words: Sequence[Word], flat: Sequence[Box], upstanding: Sequence[Box]
) -> tuple[list[Segment], list[Word]]:
    """Tables whose cells are divided by drawn lines, and the words outside of them."""
    tables: list[Segment] = []
    rest = list(words)
    for across, down in _grids(flat, upstanding):
        ys = _places([box[1] for box in across] + [box[1] for box in down] + [box[3] for box in down])
        edges = [box[0] for box in down] + [box[0] for box in across] + [box[2] for box in across]
        xs = _places(edges, _NARROWEST_COLUMN)
        if len(xs) < 3 or len(ys) < 3:
            continue
        inside = [w for w in rest if _within((w.x0 + w.x1) / 2, xs) and _within((w.top + w.bottom) / 2, ys)]
        cells: dict[tuple[int, int], list[Word]] = {}
        for word in inside:
            row, column = _cell(word, xs, ys, across, down)
            cells.setdefault((row, column), []).append(word)
        table = _ruled_table(cells)
        if table is not None:
            tables.append(Segment([], xs[0], ys[0], xs[-1], ys[-1], median(w.size for w in inside), table))
            taken = set(map(id, inside))
            rest = [word for word in rest if id(word) not in taken]
    return tables, rest


def _grids(flat: Sequence[Box], upstanding: Sequence[Box]) -> list[tuple[list[Box], list[Box]]]:
    """Lines that touch each other, in groups of (horizontal, vertical)."""
    groups = list(range(len(flat) + len(upstanding)))

    def root(number: int) -> int:
        while groups[number] != number:
            groups[number] = groups[groups[number]]
            number = groups[number]
        return number

    for i, (x0, y, x1, _) in enumerate(flat):
        for j, (x, top, _, bottom) in enumerate(upstanding, len(flat)):
            if x0 - _NEAR <= x <= x1 + _NEAR and top - _NEAR <= y <= bottom + _NEAR:
                groups[root(i)] = root(j)
    grids: dict[int, tuple[list[Box], list[Box]]] = {}
    for i in range(len(groups)):
        grid = grids.setdefault(root(i), ([], []))
        if i < len(flat):
            grid[0].append(flat[i])
        else:
            grid[1].append(upstanding[i - len(flat)])
    return [grid for grid in grids.values() if len(grid[0]) >= 2 and grid[1]]


def _places(values: Sequence[float], near: float = _NEAR) -> list[float]:
    """``values`` in order, the first of those of which each is ``near`` to the next; of no more than twice that together."""
    places: list[float] = []
    last = 0.0
    for value in sorted(values):
        if not places or value - last > near or value - places[-1] > 2 * near:
            places.append(value)
        last = value
    return places


def _within(value: float, places: Sequence[float]) -> bool:
    return places[0] - _NEAR < value < places[-1] + _NEAR


def _cell(
    word: Word, xs: Sequence[float], ys: Sequence[float], across: Sequence[Box], down: Sequence[Box]
) -> tuple[int, int]:
    """Row and column of ``word``; where no line is drawn, cells are one, and the first gives its place."""
    x, y = (word.x0 + word.x1) / 2, (word.top + word.bottom) / 2
    column = min(max(0, bisect_right(xs, x) - 1), len(xs) - 2)
    row = min(max(0, bisect_right(ys, y) - 1), len(ys) - 2)
    while column and not any(
        -_NEAR <= box[0] - xs[column] <= 2 * _NARROWEST_COLUMN and box[1] <= y <= box[3] for box in down
    ):
        column -= 1
    while row and not any(-_NEAR <= box[1] - ys[row] <= 2 * _NEAR and box[0] <= x <= box[2] for box in across):
        row -= 1
    return row, column


def _ruled_table(cells: dict[tuple[int, int], list[Word]]) -> Table | None:
    rows = sorted({row for row, _ in cells})
    columns = sorted({column for _, column in cells})
    if len(rows) < 2 or len(columns) < 2:
        return None
    lined: dict[tuple[int, int], list[str]] = {}
    apart = 0
    for place, words in cells.items():
        parts = rows_of(segments_of(words))
        lined[place] = [" ".join(s.text for s in row) for row in parts]
        apart += any(len(row) > 1 for row in parts)
    if apart > 0.2 * len(cells) or len(cells) < 0.4 * len(rows) * len(columns):
        return None  # only some of the columns are divided by lines; or a drawing
    grid = [["\n".join(lined.get((row, column), [])) for column in columns] for row in rows]
    if (
        sum(sum(map(bool, row)) >= 2 for row in grid) < 2
        or max(len(cell) for row in grid for cell in row) > _LONGEST_CELL
    ):
        return None
    for row in rows:
        # Many lines side by side in one row: its rows are not divided by lines, and cannot be told.
        tall = [len(lined[row, column]) for column in columns if len(lined.get((row, column), [])) >= 4]
        short = [cell for column in columns if (cell := lined.get((row, column))) and mean(map(len, cell)) < 12]
        if len(tall) >= 2 and len(short) >= 2 and max(tall) == min(tall):
            return None
    return Table(tuple(tuple(row) for row in grid), header_rows=count_header_rows(grid, named=len(grid[0]) > 2))


def find_aligned_tables(segments: Sequence[Segment]) -> list[Segment]:
    """``segments`` with those that form a table without lines put together."""
    rows = rows_of(segments)
    gutter: float | None = None
    if any(len(row) > 1 for row in rows):
        gutter = find_gutter(segments)
    result: list[Segment] = []
    i = tried = 0
    while i < len(rows):
        run = _run(rows, i)
        table = _table_under_head(rows, i, gutter)
        if table is not None:
            result.append(table)
            i += 1 + len(_run(rows, i + 1))
            continue
        while len(run) >= 3:
            table = None if gutter is not None and _is_beside_columns(run, gutter) else _aligned_table(run)
            if table is not None:
                break
            # A line that is not of the table may stand above or below it.
            single = len(run[-1]) == 1
            run = run[:-1]
            if not single:
                break
        if table is None:
            result += rows[i]
            i += 1
            tried += len(run) > 0
            if tried > _MOST_TRIES:
                break
            continue
        result.append(table)
        i += len(run)
    return result + [segment for row in rows[i:] for segment in row]


def _table_under_head(rows: Sequence[Sequence[Segment]], at: int, gutter: float | None) -> Segment | None:
    """The table that begins with row ``at``, if the names of its columns stand too close to be told apart alone."""
    if len(rows[at]) != 1 or not 3 <= len(rows[at][0].words) <= 20:
        return None
    run = _run(rows, at + 1)
    head = rows[at][0]
    if len(run) < 3 or min(s.top for s in run[0]) - head.bottom > 1.6 * head.size:
        return None
    if gutter is not None and _is_beside_columns(run, gutter):
        return None
    found = _aligned_table([rows[at], *run])
    if found is None or found.table is None or sum(map(bool, found.table.rows[0])) < 0.7 * len(found.table.rows[0]):
        return None
    return found if all(len(cell) <= 24 for cell in found.table.rows[0]) and found.table.header_rows else None


def _run(rows: Sequence[Sequence[Segment]], start: int) -> list[Sequence[Segment]]:
    """Rows from ``start`` on that may be one table: close below each other, at least every second of several cells."""
    run: list[Sequence[Segment]] = []
    for row in rows[start : start + _LONGEST_TABLE]:
        if any(segment.table is not None for segment in row) or (len(row) < 2 and not run):
            break
        if run:
            above = run[-1]
            gap = min(s.top for s in row) - max(s.bottom for s in above)
            if gap > 1.6 * row[0].size or (len(row) == 1 and len(above) == 1):
                break
        run.append(row)
    while run and len(run[-1]) < 2 and not _is_rest_of_cell(run):
        run.pop()
    return run


def _is_rest_of_cell(run: Sequence[Sequence[Segment]]) -> bool:
    """Whether the last row of ``run`` is the second line of a cell of the row above it, other than the first."""
    if len(run) < 2:
        return False
    segment, above = run[-1][0], run[-2]
    gap = segment.top - max(cell.bottom for cell in above)
    under = any(abs(cell.x0 - segment.x0) < 0.35 * segment.size for cell in above[1:])
    return under and gap < 0.35 * segment.size and segment.text[0].islower()


def _is_beside_columns(run: Sequence[Sequence[Segment]], gutter: float) -> bool:
    """Whether rows are only lines that happen to stand side by side in two columns of text."""
    sides = [{segment.x0 > gutter for segment in row} for row in run]
    return sum(len(side) == 2 for side in sides) < 0.7 * len(sides) and len(set.union(*sides)) == 2


def _aligned_table(run: Sequence[Sequence[Segment]]) -> Segment | None:
    full = [row for row in run if len(row) >= 2]
    cells = [segment for row in full for segment in row]
    if not cells or sum(segment.length for segment in cells) > _LONGEST_USUAL_CELL * len(cells):
        return None
    if 2 * sum(segment.story > 0 for segment in cells) > len(cells):
        return None  # columns of text whose lines stand in line
    em = median(segment.size for segment in cells)
    columns = _with_values_apart(_columns(cells, 0.5 * em), cells, 0.35 * em)
    if not 2 <= len(columns) <= 20 or len(full) < (3 if len(columns) >= 3 else 4):
        return None
    placed: list[list[list[Segment]]] = []
    for row in run:
        cells_of_row: list[list[Segment]] = [[] for _ in columns]
        for segment in row:
            for part in _split(segment, columns):
                at = [n for n, (left, right) in enumerate(columns) if part.x1 > left and part.x0 < right]
                if len(at) != 1:
                    return None
                cells_of_row[at[0]].append(part)
        placed.append(cells_of_row)
    gaps = [min(s.top for s in low) - max(s.bottom for s in high) for high, low in pairwise(run)]
    grid = _with_wrapped_cells(placed, gaps, 0.35 * em)
    if len(grid) < 3 or not _looks_like_table(grid, columns, em):
        return None
    texts = [["\n".join(segment.text for segment in cell) for cell in row] for row in grid]
    words = [word for row in run for segment in row for word in segment.words]
    return Segment(
        [],
        min(word.x0 for word in words),
        min(word.top for word in words),
        max(word.x1 for word in words),
        max(word.bottom for word in words),
        em,
        Table(tuple(tuple(row) for row in texts), header_rows=count_header_rows(texts, named=len(texts[0]) > 2)),
    )


def _columns(cells: Sequence[Segment], gap: float) -> list[tuple[float, float]]:
    columns: list[tuple[float, float]] = []
    for segment in sorted(cells, key=lambda s: s.x0):
        if columns and segment.x0 < columns[-1][1] + gap:
            columns[-1] = (columns[-1][0], max(columns[-1][1], segment.x1))
        else:
            columns.append((segment.x0, segment.x1))
    return columns


def _with_wrapped_cells(
    rows: Sequence[list[list[Segment]]], gaps: Sequence[float], tight: float
) -> list[list[list[Segment]]]:
    """``rows``, where a line that only goes on with cells is one with the row above or below that it stands close to."""
    grid: list[list[list[Segment]]] = []
    above: list[list[Segment]] | None = None
    for number, row in enumerate(rows):
        if above is not None:
            row = [[*upper, *cell] for upper, cell in zip(above, row, strict=True)]
            above = None
        up = gaps[number - 1] if grid else tight
        down = gaps[number] if number + 1 < len(rows) else tight
        partial = not row[0]
        shorter = bool(grid) and sum(map(bool, row)) < sum(map(bool, grid[-1]))
        if partial and shorter and up < tight and up <= down and _may_be_one(grid[-1], row):
            for cell, more in zip(grid[-1], row, strict=True):
                cell += more
        elif partial and number and down < tight and rows[number + 1][0] and _may_be_one(row, rows[number + 1]):
            above = row
        else:
            grid.append(row)
    return grid


def _may_be_one(high: Sequence[Sequence[Segment]], low: Sequence[Sequence[Segment]]) -> bool:
    """Whether no column would get two values in one cell."""
    return not any(
        above and below and _is_value(above[-1].text) and _is_value(below[0].text)
        for above, below in zip(high, low, strict=True)
    )


def _is_value(text: str) -> bool:
    return _VALUE.fullmatch(text) is not None or (text[:1].isdigit() and len(text) <= 16)


def _with_values_apart(
    columns: Sequence[tuple[float, float]], cells: Sequence[Segment], gap: float
) -> list[tuple[float, float]]:
    """``columns``, where one that holds close columns of numbers is several."""
    result: list[tuple[float, float]] = []
    for left, right in columns:
        inside = [segment for segment in cells if segment.x1 > left and segment.x0 < right]
        words = [
            Segment([word], word.x0, word.top, word.x1, word.bottom, word.size) for s in inside for word in s.words
        ]
        parts = _columns(words, gap)
        joined: list[tuple[float, float, bool]] = []
        for start, end in parts:
            own = [_VALUE.fullmatch(word.text) is not None for word in words if start <= word.x0 <= end]
            values = len(own) >= 3 and sum(own) >= 0.75 * len(own)
            if joined and not (values or joined[-1][2]):
                joined[-1] = (joined[-1][0], end, False)
            else:
                joined.append((start, end, values))
        result += [(start, end) for start, end, _ in joined]
    return result


def _split(segment: Segment, columns: Sequence[tuple[float, float]]) -> list[Segment]:
    """``segment`` as one cell, or as one for each column if it stands across several and its words do not."""
    if sum(segment.x1 > left and segment.x0 < right for left, right in columns) < 2:
        return [segment]
    parts: list[Segment] = []
    places: list[int] = []
    for word in segment.words:
        at = [n for n, (left, right) in enumerate(columns) if word.x1 > left and word.x0 < right]
        if len(at) == 1 and places and places[-1] == at[0]:
            parts[-1].words.append(word)
            parts[-1].x1 = word.x1
        else:
            parts.append(Segment([word], word.x0, word.top, word.x1, word.bottom, word.size))
            places.append(at[0] if len(at) == 1 else -1)
    return parts


def _looks_like_table(
    grid: Sequence[Sequence[Sequence[Segment]]], columns: Sequence[tuple[float, float]], em: float
) -> bool:
    count = len(columns)
    filled = sum(bool(cell) for row in grid for cell in row)
    if filled < 0.6 * len(grid) * count:
        return False
    sides: list[list[Segment]] = [[row[n][0] for row in grid if row[n]] for n in range(count)]
    lengths = [mean(len(segment.text) for segment in side) for side in sides]
    if (
        max(lengths) > 60
        or mean(lengths) > _LONGEST_USUAL_CELL
        or any(_LEADERS.search(s.text) for side in sides for s in side)
    ):
        return False
    if sum(is_mark(segment.text) for segment in sides[0]) > 0.5 * len(sides[0]):
        return False  # a list whose marks stand far from its items
    for side in sides:
        tolerance = max(2.0, 0.35 * em)
        for edge in ("x0", "x1", "middle"):
            places = [(s.x0 + s.x1) / 2 if edge == "middle" else float(getattr(s, edge)) for s in side]
            usual = median(places)
            if sum(abs(place - usual) <= tolerance for place in places) >= 0.7 * len(places):
                break
        else:
            return False
    numeric = [mean(_is_value(segment.text) for segment in side[1:] or side) * (len(side) > 2) for side in sides]
    if count == 2:
        return numeric[1] >= 0.7 and lengths[1] <= 16
    return max(numeric) >= 0.6 or (max(lengths) <= 24 and len(grid) >= 4)
