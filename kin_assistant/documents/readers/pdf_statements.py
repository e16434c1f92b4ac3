"""Statements: rows of a label and figures that nothing divides but space, as accounts and budgets set them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from statistics import mean, median

from kin_assistant.documents.readers.pdf_lines import Segment, Table, rows_of
from kin_assistant.documents.readers.pdf_words import Word

__all__ = ["find_statements"]

_FIGURE = re.compile(
    r"[(\[+\-–−—<>~]*(?:[A-Z]{0,3}[$€£¥₹])?[(\-–−]?\d[\d.,'’:/]*(?:%|[a-z])?[)\]]*[*†‡]*|[-–−—]+|\.\.\.?|…|n/?a|nil|%",
    re.IGNORECASE,
)
_SIGN = re.compile(r"[A-Z]{0,3}[$€£¥₹]|[(\-–−]|[A-Z]{3}")
_YEAR = re.compile(r"(?:FY\s?)?(?:19|20)\d\d(?:[-–/]\d\d(?:\d\d)?)?\*?", re.IGNORECASE)
_DOTS = re.compile(r"[.…]{2,}|\.")
_LETTER = re.compile(r"[^\W\d_]{2}")
_FEWEST_ROWS = 3
_MOST_COLUMNS = 12
_LONGEST_STATEMENT = 120
_MOST_TRIES = 200
"""Rows at which a statement is looked for and not found, before a page is taken to hold none."""
_MOST_LABELS = 4
"""Lines without figures that may follow each other."""
_LONGEST_HEAD = 26
_MOST_HEADS = 3
_LONGEST_LABEL = 160
_LONGEST_STEP = 2.4
"""Ems of white between two rows of one statement."""
_FEWEST_SIDES = 4
_LONG_LABEL = 10
"""Letters that the labels of the right side of a statement have at least on average; the words in a cell have fewer."""


@dataclass(slots=True)
class _Row:
    """A row as a label and figures, each with its place."""

    top: float
    bottom: float
    size: float
    label: list[Segment]
    figures: list[Segment]
    others: bool = False
    """Whether it is no row of a statement: text in several pieces, a table."""
    dotted: bool = False

    @property
    def text(self) -> str:
        return " ".join(segment.text for segment in self.label)

    @property
    def left(self) -> float:
        return min(segment.x0 for segment in (*self.label, *self.figures))


@dataclass(slots=True)
class _Statement:
    """A stretch of rows, and the places of the columns of figures."""

    rows: list[_Row]
    columns: list[tuple[float, float]]
    heads: list[list[Segment]] = field(default_factory=list)
    """What stands above the figures, row by row."""


def find_statements(segments: Sequence[Segment]) -> list[Segment]:
    """``segments`` with the rows of each statement put together as a table."""
    own = [segment for segment in segments if not segment.story]
    rows = rows_of(own)
    if sum(any(_is_figures(segment) for segment in row) for row in rows) < _FEWEST_ROWS:
        return list(segments)
    sides = [rows]
    middle = _middle_of_two_sides(rows)
    if middle is not None:
        sides = [
            rows_of(segment for segment in own if segment.x0 < middle),
            rows_of(segment for segment in own if segment.x0 >= middle),
        ]
    tables: list[Segment] = []
    used: set[int] = set()
    for side in sides:
        _put_together(side, tables, used)
    return [*tables, *(segment for segment in segments if id(segment) not in used)]


def _put_together(rows: Sequence[Sequence[Segment]], tables: list[Segment], used: set[int]) -> None:
    """Add the statements in ``rows`` to ``tables``, and the ids of the segments that they hold to ``used``."""
    read = [_read_row(row) for row in rows]
    at = begun = tried = 0
    while at < len(rows) and tried < _MOST_TRIES:
        statement = _statement_from(read, at)
        if statement is None:
            tried += bool(read[at].figures)
            at += 1
            continue
        end = at + len(statement.rows)
        first = _with_heads(statement, rows, read, at, begun)
        tables.append(_table_of(statement))
        used.update(id(segment) for row in rows[first:end] for segment in row)
        begun = at = end


def _with_heads(
    statement: _Statement, rows: Sequence[Sequence[Segment]], read: Sequence[_Row], at: int, begun: int
) -> int:
    """Add what stands above row ``at``, from row ``begun`` on, and belongs to ``statement``; the first row that does."""
    first = at
    labels: list[_Row] = []
    while first - len(labels) > begun:
        above = first - len(labels) - 1
        if len(statement.heads) < _MOST_HEADS and _is_head(rows[above], rows[above + 1], statement):
            statement.heads.insert(0, list(rows[above]))
            statement.rows[:0] = reversed(labels)
            labels = []
            first = above
        elif not labels and not statement.heads and _begins_label(read[above], statement):
            statement.rows.insert(0, read[above])
            first = above
        elif not statement.heads and len(labels) < 2 and _is_bare(read[above], read[above + 1], statement):
            labels.append(read[above])  # the name of a part, between the names of the columns and its first row
        else:
            break
    return first


def _begins_label(row: _Row, statement: _Statement) -> bool:
    """Whether ``row`` is the first line of the label that the first row of ``statement`` ends."""
    if row.others or row.figures or len(row.text) > _LONGEST_LABEL:
        return False
    right = statement.columns[0][0]
    label = row.label[0]
    return 0.5 * (label.x0 + right) < label.x1 < right and _goes_on(row, statement.rows[0], right)


def _is_bare(row: _Row, below: _Row, statement: _Statement) -> bool:
    near = below.top - row.bottom <= _LONGEST_STEP * row.size
    return (
        near and not row.others and not row.figures and row.label[0].x1 < statement.columns[0][1] and len(row.text) < 60
    )


def _is_figures(segment: Segment) -> bool:
    return segment.table is None and all(
        _FIGURE.fullmatch(word.text) or _SIGN.fullmatch(word.text) for word in segment.words
    )


def _read_row(row: Sequence[Segment]) -> _Row:
    top, bottom = min(segment.top for segment in row), max(segment.bottom for segment in row)
    size = median(segment.size for segment in row)
    if any(segment.table is not None for segment in row):
        return _Row(top, bottom, size, list(row), [], others=True)
    pieces = [part for segment in row for part in _without_dots(segment)]
    dotted = len(pieces) > len(row)
    figures: list[Segment] = []
    while pieces and _is_figures(pieces[-1]):
        figures = [*_cells(pieces.pop()), *figures]
    return _Row(top, bottom, size, pieces, figures, others=len(pieces) > 1, dotted=dotted)


def _without_dots(segment: Segment) -> list[Segment]:
    """``segment`` without the row of dots that leads from a label to its figures, which divides it."""
    dots = [bool(_DOTS.fullmatch(word.text)) for word in segment.words]
    parts: list[list[Word]] = [[]]
    for number, word in enumerate(segment.words):
        row_of_dots = dots[number] and (len(word.text) > 3 or sum(dots[max(0, number - 2) : number + 3]) >= 3)
        if row_of_dots:
            if parts[-1]:
                parts.append([])
        else:
            parts[-1].append(word)
    found = [part for part in parts if part]
    if len(found) == 1 and len(found[0]) == len(segment.words):
        return [segment]
    return [_segment(part) for part in found]


def _cells(segment: Segment) -> list[Segment]:
    """The figures in a run of them: a number may hold spaces, and a sign stand before it."""
    cells: list[list[Word]] = []
    for word in segment.words:
        close = cells and word.x0 - cells[-1][-1].x1 < 0.45 * segment.size
        sign = cells and _SIGN.fullmatch(cells[-1][-1].text) and not _FIGURE.fullmatch(cells[-1][-1].text)
        if (close and re.fullmatch(r"\d{3}\)?|%|\)", word.text)) or sign:
            cells[-1].append(word)
        else:
            cells.append([word])
    return [_segment(words) for words in cells]


def _segment(words: list[Word]) -> Segment:
    return Segment(
        words,
        min(word.x0 for word in words),
        min(word.top for word in words),
        max(word.x1 for word in words),
        max(word.bottom for word in words),
        median(word.size for word in words),
    )


def _statement_from(rows: Sequence[_Row], start: int) -> _Statement | None:
    """The statement that begins with row ``start``, if one does."""
    run = _run(rows, start)
    length = len(run)
    found: _Statement | None = None
    while found is None and length >= 2:
        found = _with_columns(_without_bare_end(run[:length]))
        if found is None:
            length = 3 * length // 4
    while found is not None and length < len(run):
        longer = _with_columns(_without_bare_end(run[: length + 1]))
        if longer is None:
            break
        found, length = longer, length + 1
    return found


def _run(rows: Sequence[_Row], start: int) -> list[_Row]:
    """Rows of figures from ``start`` on, close below each other, with the labels between them."""
    run: list[_Row] = []
    bare = 0
    for row in rows[start : start + _LONGEST_STATEMENT]:
        if row.others or (not run and not (row.figures and row.label)):
            break
        if run and row.top - run[-1].bottom > _LONGEST_STEP * row.size:
            break
        bare = 0 if row.figures else bare + 1
        if bare > _MOST_LABELS or len(row.text) > _LONGEST_LABEL:
            break
        run.append(row)
    return _without_bare_end(run)


def _without_bare_end(run: list[_Row]) -> list[_Row]:
    while run and not run[-1].figures:
        run = run[:-1]
    return run


def _with_columns(run: list[_Row]) -> _Statement | None:
    filled = [row for row in run if row.figures]
    if len(filled) < 2:
        return None
    labelled = [row for row in filled if _LETTER.search(row.text)]
    most = max(len(row.figures) for row in filled)
    if len(labelled) < (2 if most >= 2 else _FEWEST_ROWS) or len(labelled) < 0.5 * len(filled):
        return None
    if most == 1 and sum(row.dotted for row in filled) > 0.5 * len(filled):
        return None  # a table of contents
    em = median(row.size for row in filled)
    columns: list[tuple[float, float]] = []
    for figure in sorted((figure for row in filled for figure in row.figures), key=lambda figure: figure.x0):
        if columns and figure.x0 < columns[-1][1]:
            columns[-1] = columns[-1][0], max(columns[-1][1], figure.x1)
        else:
            columns.append((figure.x0, figure.x1))
    if len(columns) > _MOST_COLUMNS or any(right - left > 14 * em for left, right in columns):
        return None
    for row in filled:
        places = [_column(figure, columns) for figure in row.figures]
        if len(set(places)) < len(places):
            return None
    over = sum(row.label[-1].x1 > columns[0][1] for row in labelled)
    if over > 0.2 * len(labelled):
        return None
    used = [0] * len(columns)
    for row in filled:
        for figure in row.figures:
            used[_column(figure, columns)] += 1
    alone = sum(count == 1 for count in used)
    if alone > 0.34 * len(columns) and len(filled) > 2:
        return None
    labels = [row for row in run if row.label]
    begins = [row.left for row in labels]
    at = min(begins)
    if sum(left < at + 6 * em for left in begins) < 0.8 * len(begins):
        return None
    for row in run:
        _take_figure_out_of_label(row, columns)
    return _Statement(run, columns)


def _take_figure_out_of_label(row: _Row, columns: Sequence[tuple[float, float]]) -> None:
    """Put the figure that stands close behind a long label into its column."""
    if not row.label or len(row.label[-1].words) < 2:
        return
    *words, last = row.label[-1].words
    first = _column(row.figures[0], columns) if row.figures else len(columns)
    if _FIGURE.fullmatch(last.text) and any(x0 <= last.x0 and last.x1 <= x1 for x0, x1 in columns[:first]):
        row.label[-1] = _segment(words)
        row.figures.insert(0, _segment([last]))


def _column(figure: Segment, columns: Sequence[tuple[float, float]]) -> int:
    return next(number for number, (left, right) in enumerate(columns) if figure.x0 >= left and figure.x1 <= right)


def _is_head(row: Sequence[Segment], below: Sequence[Segment], statement: _Statement) -> bool:
    """Whether ``row`` names the columns: short words above the figures, and above the labels at most one more."""
    if any(segment.table is not None or segment.length > _LONGEST_HEAD for segment in row):
        return False
    words = [word.text for segment in row if _is_figures(segment) for word in segment.words]
    if any(not _YEAR.fullmatch(word) and any(map(str.isdigit, word)) for word in words):
        return False
    size = row[0].size
    if min(segment.top for segment in below) - max(segment.bottom for segment in row) > _LONGEST_STEP * size:
        return False
    places = [_column_below(segment, statement.columns) for segment in row]
    named = [place for place in places if place >= 0]
    return bool(named) and len(set(places)) == len(places)


def _column_below(segment: Segment, columns: Sequence[tuple[float, float]]) -> int:
    """The column that ``segment`` stands over, the first of several; -1 for that of the labels, -2 if it is over none."""
    over = [number for number, (left, right) in enumerate(columns) if segment.x1 > left - 4 and segment.x0 < right + 4]
    if over:
        return over[0]
    return -1 if segment.x1 < columns[0][0] else -2


def _table_of(statement: _Statement) -> Segment:
    heads = statement.heads
    rows = statement.rows
    grid: list[list[str]] = []
    if heads:
        named = [""] * (len(statement.columns) + 1)
        for head in heads:
            for segment in head:
                place = max(_column_below(segment, statement.columns), -1) + 1
                named[place] = f"{named[place]} {segment.text}".strip()
        grid.append(named)
    grid += [_cells_of(row, statement.columns) for row in _with_whole_labels(rows, statement.columns[0][0])]
    pieces = [segment for row in statement.rows for segment in (*row.label, *row.figures)]
    pieces += [segment for head in heads for segment in head]
    return Segment(
        [],
        min(segment.x0 for segment in pieces),
        min(segment.top for segment in pieces),
        max(segment.x1 for segment in pieces),
        max(segment.bottom for segment in pieces),
        median(segment.size for segment in pieces),
        Table(tuple(tuple(row) for row in grid), header_rows=int(bool(heads))),
    )


def _cells_of(row: _Row, columns: Sequence[tuple[float, float]]) -> list[str]:
    cells = [row.text, *[""] * len(columns)]
    for figure in row.figures:
        cells[_column(figure, columns) + 1] = figure.text
    return cells


def _with_whole_labels(rows: Sequence[_Row], right: float) -> list[_Row]:
    """``rows``, where the lines of one label are one row with its figures."""
    whole: list[_Row] = []
    for row in rows:
        above = whole[-1] if whole else None
        if above is not None and _goes_on(above, row, right):
            label = [replace(row.label[0], words=[*above.label[0].words, *row.label[0].words], x0=above.label[0].x0)]
            whole[-1] = replace(row, label=label, figures=above.figures or row.figures)
        else:
            whole.append(row)
    return whole


def _goes_on(above: _Row, row: _Row, right: float) -> bool:
    """Whether the label of ``row`` is the rest of the label of ``above``."""
    if not above.label or not row.label or (above.figures and row.figures):
        return False
    last, first = above.label[0], row.label[0]
    if last.words[-1].bold != first.words[0].bold or row.top - above.bottom > 0.6 * row.size:
        return False
    lower = first.text[0].islower()
    full = last.x1 + (first.words[0].x1 - first.words[0].x0) + 0.3 * row.size > right - 4 * row.size
    return lower and (full or not above.figures)


def _middle_of_two_sides(rows: Sequence[Sequence[Segment]]) -> float | None:
    """Where the right of two statements begins that stand beside each other, if there are two."""
    begins: list[float] = []
    labels: list[str] = []
    for row in rows:
        kinds = "".join("F" if _is_figures(segment) else "T" for segment in row)
        found = re.fullmatch(r"(T?F*)(TF*)", kinds)
        if found and "F" in kinds and "F" in found[1] + found[2] and len(found[1]) and kinds.count("T") == 2:
            second = row[len(found[1])]
            begins.append(second.x0)
            labels.append(second.text)
    if len(begins) < _FEWEST_SIDES:
        return None
    middle = median(begins)
    near = [number for number, x0 in enumerate(begins) if abs(x0 - middle) < 14]
    if len(near) < 0.8 * len(begins) or mean(len(labels[number]) for number in near) < _LONG_LABEL:
        return None
    at = min(begins[number] for number in near)
    crossed = sum(segment.x0 < at - 1 < segment.x1 - 1 and not segment.table for row in rows for segment in row)
    left_figures = sum(any(_is_figures(s) and s.x1 <= at for s in row) for row in rows)
    right_figures = sum(any(_is_figures(s) and s.x0 >= at for s in row) for row in rows)
    if crossed > 0.2 * len(rows) or min(left_figures, right_figures) < _FEWEST_ROWS:
        return None
    return at - 1
