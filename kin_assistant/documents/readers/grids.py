"""Rows of cells to a table of blocks: which columns are empty, and which rows are the header."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kin_assistant.documents.readers.composition import TextComposer

__all__ = ["SPANNED", "add_areas", "add_table", "count_header_rows"]

SPANNED = "\x1f"
"""Stands in the cells over which the cell to their left extends; to all else it is white space."""

Row = Sequence[str]

_VALUE = re.compile(r"[\s(+\-\u2212\u2013~<>\u2264\u2265\u00b1]*(?:US\$|Rs\.?|[A-Z]{3} |[^\w\s\"'(\[*#])?\s*[.,]?\d")
_YEAR = re.compile(
    r"(?:FY ?)?(?:19|20)\d\d(?:\s?[-/\u2013]\s?\d{2,4})?(?: ?\(?(?:est|proj|plan|p|e)\.?\)?)?", re.IGNORECASE
)
_NOTHING = frozenset({"", "-", "--", "\u2013", "\u2014", "n/a", "na", "n.a.", "..", "...", "nil"})
_TICKS = frozenset("\u2022\u25cf\u25cb\u25a0\u25a1\u2713\u2714\u2717\u2718")
_MOST_LETTERS_OF_A_VALUE = 7
"""As in "12.5 t/day" or "5 March 2005"."""
_ROWS_LOOKED_AT = 50
_MOST_HEADER_ROWS = 3
_LONGEST_NAME = 60
_NOTE = re.compile(r"(?:notes?|sources?|remarks?|\*+|\(?[a-z0-9]\)|\u203b)\s*[:.\s]", re.IGNORECASE)
_LONG_CELL = 80


def add_table(
    composer: TextComposer,
    rows: Sequence[Row],
    *,
    header_rows: int | None = None,
    named: bool = False,
    page: int | None = None,
) -> None:
    """Add the cells of a table, without its empty rows and columns.

    ``header_rows`` are the rows at the top that are the header; None finds out. ``named``: tables of this kind have a header
    more often than not. Several header rows become one, so that each row of values can be read with it alone.
    """
    rows = _packed(rows, header_rows)
    if header_rows:
        header_rows = min(header_rows, len(rows))
    if header_rows is None:
        header_rows = count_header_rows(rows, named=named)
    header = rows[:header_rows] if header_rows < len(rows) else []
    composer.start_table()
    if header:
        composer.add_row(_one_header(header), header=True, page=page)
        rows = rows[header_rows:]
    i, names = 0, {row[0].strip() for row in header}
    while i < len(rows):
        # The header stands again, over the values of another year.
        count = _repeated_header(rows, i, names) if header else 0
        if count:
            composer.add_row(_one_header(rows[i : i + count]), header=True, page=page)
        else:
            composer.add_row(list(rows[i]), page=page)
        i += max(1, count)


def add_areas(composer: TextComposer, rows: Sequence[Row], *, named: bool = True) -> None:
    """Add a sheet: empty rows part its tables; a lone cell above or below a table is a title or a note to it."""
    groups: list[list[Row]] = []
    after_gap = True
    for row in rows:
        if not any(cell.strip() for cell in row):
            after_gap = True
        elif after_gap:
            groups.append([row])
            after_gap = False
        else:
            groups[-1].append(row)
    areas: list[_Area] = []
    for group in groups:
        area = _Area(group)
        if areas and _belong_together(areas[-1], area, named=named):
            areas[-1].take(area)
        else:
            areas.append(area)
    for area in areas:
        _add_area(composer, area.rows, named=named)


class _Area:
    """Rows of a sheet without an empty one between them, and what tells whether they are a table of their own."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        self.widest = max(map(_filled, rows))
        self.columns = {j for row in rows for j, cell in enumerate(row) if cell.strip()}
        self.has_values = any(_is_value(cell) for row in rows for cell in row)

    def take(self, other: _Area) -> None:
        """Go on with the rows of ``other``."""
        self.rows += other.rows
        self.widest = max(self.widest, other.widest)
        self.columns |= other.columns
        self.has_values |= other.has_values


def count_header_rows(rows: Sequence[Row], *, named: bool = False) -> int:
    """How many rows at the top of a table name its columns: 0 to 3. The rows have cells in equal number."""
    for count in range(1, min(_MOST_HEADER_ROWS, len(rows) - 1) + 1):
        above = rows[: count - 1]
        if any(_is_value(cell) and not _YEAR.fullmatch(cell.strip()) for row in above for cell in row):
            return 0
        if SPANNED in rows[count - 1] and not any(
            _is_value(cell) and not _YEAR.fullmatch(cell) for cell in rows[count]
        ):
            continue  # under a name that spans columns stand the names of each
        body = rows[count : count + _ROWS_LOOKED_AT]
        if len(body) > 1 and not any(map(_is_value, body[0])):
            body = body[1:]  # maybe of units
        if _names_columns(rows[count - 1], body, named=named):
            return _with_units(rows, count)
        if _filled(rows[count - 1]) == len(rows[count - 1]):
            return 0  # not a row of names that span columns
    return 0


def _repeated_header(rows: Sequence[Row], i: int, names: set[str]) -> int:
    """How many rows at ``i``, in the middle of a table, are a header again; ``names`` are the first cells of the first one."""
    if not i or rows[i][0].strip() not in names | {""} or any(map(_is_value, rows[i])):
        return 0
    if not any(map(_is_value, rows[i - 1])) or _filled(rows[i]) < 2:
        return 0
    filled = [cell.casefold().strip() for cell in rows[i] if cell.strip()]
    return count_header_rows(rows[i : i + _ROWS_LOOKED_AT]) if len(set(filled)) == len(filled) else 0


def _belong_together(area: _Area, following: _Area, *, named: bool) -> bool:
    """Whether an empty row only parts a header from its values, or groups of rows of one table."""
    if area.widest < 2 or following.widest < 2:
        return False
    top = following.rows[:_ROWS_LOOKED_AT]
    own = count_header_rows(_packed(top, None), named=named)
    if len(area.rows) < _MOST_HEADER_ROWS and not area.has_values:
        return not own or count_header_rows(_packed([*area.rows, *top], None), named=named) > len(area.rows)
    return not own and following.columns <= area.columns


def _filled(row: Row) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _names_columns(names: Row, body: Sequence[Row], *, named: bool) -> bool:
    """Whether ``names`` stand over the values of ``body``."""
    filled = [cell.strip() for cell in names if cell.strip()]
    if len(filled) < max(1, len(names) - 1, 2 if len(names) > 2 else 1) and len(filled) < 0.7 * len(names):
        return False
    if any((_is_value(cell) and not _YEAR.fullmatch(cell)) or len(cell) > 3 * _LONGEST_NAME for cell in filled):
        return False
    if filled[0].endswith(":") or not body:
        return False
    columns = [[row[j].strip() for row in body] for j in range(len(names))]
    values = _values_under(names, columns)
    if values:
        return len(names) > 2 or named or (len(body) > 1 and values[-1] >= 0.9)
    return len(filled) == len(names) and _differ_from_words(filled, columns, named=named)


def _values_under(names: Row, columns: Sequence[Sequence[str]]) -> list[float]:
    """The share of values in each column that has a name and is mostly of values."""
    shares = [(name.strip(), column, _values_share(column)) for name, column in zip(names, columns, strict=True)]
    return [
        share
        for name, column, share in shares
        # A year over years is one more row of them.
        if name and share >= 0.6 and not (_YEAR.fullmatch(name) and _are_years(column))
    ]


def _differ_from_words(names: Sequence[str], columns: Sequence[Sequence[str]], *, named: bool) -> bool:
    """Whether ``names``, each over a column of words, are shorter than these and stand apart from them."""
    if len({name.casefold() for name in names}) < len(names) or len(names) < 2:
        return False
    if any(name.casefold() in map(str.casefold, column) for name, column in zip(names, columns, strict=True)):
        return False
    longest, average = max(map(len, names)), sum(map(len, names)) / len(names)
    words = [cell for column in columns for cell in column if cell]
    if longest > _LONGEST_NAME or not words:
        return False
    return named or (len(columns[0]) > 1 and average * 1.5 < sum(map(len, words)) / len(words))


def _with_units(rows: Sequence[Row], count: int) -> int:
    """``count``, and one more where units or lower names stand between the names and the values."""
    if count < _MOST_HEADER_ROWS and count + 1 < len(rows):
        row, body = rows[count], rows[count + 1 : count + 1 + _ROWS_LOOKED_AT]
        over_values = [
            cell.strip() for j, cell in enumerate(row) if _values_share([below[j].strip() for below in body]) >= 0.8
        ]
        unnamed = [cell.strip() for j, cell in enumerate(row) if not rows[count - 1][j].strip()]
        texts = [cell for cell in over_values if cell not in _NOTHING and not _is_value(cell)]
        # Under the first column stands nothing, or the name that the row above leaves out.
        first_is_free = row[0].strip() in _NOTHING or (bool(unnamed) and not rows[count - 1][0].strip())
        if first_is_free and texts and len(texts) >= 0.5 * len(over_values):
            return count + 1
    return count


def _values_share(column: Sequence[str]) -> float:
    told = [cell for cell in column if cell.casefold() not in _NOTHING]
    return sum(map(_is_value, told)) / len(told) if told else 0.0


def _are_years(column: Sequence[str]) -> bool:
    return all(_YEAR.fullmatch(cell) for cell in column if cell)


def _is_value(cell: str) -> bool:
    cell = cell.strip()
    return cell in _TICKS or (bool(_VALUE.match(cell)) and sum(map(str.isalpha, cell)) <= _MOST_LETTERS_OF_A_VALUE)


def _packed(rows: Sequence[Row], header_rows: int | None) -> list[list[str]]:
    """Rows of equal length without empty columns and, below the header, without empty rows."""
    width = max(map(len, rows), default=0)
    used = [False] * width
    for row in rows:
        for j, cell in enumerate(row):
            used[j] = used[j] or bool(cell.strip())
    kept = [j for j in range(width) if used[j]]
    return [
        [row[j] if j < len(row) else "" for j in kept]
        for i, row in enumerate(rows)
        if i < (header_rows or 0) or any(cell.strip() for cell in row)
    ]


def _one_header(rows: Sequence[Row]) -> list[str]:
    names: list[list[str]] = [[] for _ in rows[0]]
    for row in rows:
        spanning = ""
        for j, cell in enumerate(row):
            spanning = cell.strip() or (spanning if cell == SPANNED else "")
            if spanning and spanning not in names[j]:
                names[j].append(spanning)
    return [" ".join(parts) for parts in names]


def _add_area(composer: TextComposer, area: list[Row], *, named: bool) -> None:
    counts = [_filled(row) for row in area]
    if max(counts) == 1:
        _add_column(composer, ["".join(row).strip() for row in area])
        return
    start, end = 0, len(area)
    while counts[start] == 1 and not _is_value("".join(area[start])) and _stands_over_all(area, start):
        composer.add("paragraph", "".join(area[start]))
        start += 1
    while counts[end - 1] == 1 and _is_note("".join(area[end - 1]).strip()):
        end -= 1
    add_table(composer, area[start:end], named=named)
    for row in area[end:]:
        composer.add("paragraph", "".join(row))


def _stands_over_all(area: list[Row], i: int) -> bool:
    """Whether the lone cell of row ``i`` is a title: at the left, not the name of a group of columns."""
    column = next(j for j, cell in enumerate(area[i]) if cell.strip())
    first = min(next(j for j, cell in enumerate(row) if cell.strip()) for row in area)
    return column == first or len("".join(area[i])) > _LONGEST_NAME


def _is_note(text: str) -> bool:
    return len(text) > _LONG_CELL or bool(_NOTE.match(text))


def _add_column(composer: TextComposer, cells: list[str]) -> None:
    if len(cells) > 2 and sum(map(len, cells)) < _LONG_CELL * len(cells):
        for cell in cells:
            composer.add("item", cell, level=1, marker="- ")
    else:
        for cell in cells:
            composer.add("paragraph", cell)
