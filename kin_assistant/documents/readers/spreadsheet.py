"""Excel workbooks to blocks: a heading for each sheet, its titles as paragraphs, its tables as rows.

The parts of a workbook are read one row at a time, so that a large sheet is not held as a tree.
"""

from __future__ import annotations

import io
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from kin_assistant.documents.readers.archive import Archive, iterate_xml, open_archive
from kin_assistant.documents.readers.cellformats import BUILTIN_FORMATS, shown
from kin_assistant.documents.readers.composition import Extract, TextComposer
from kin_assistant.documents.readers.grids import SPANNED, add_areas
from kin_assistant.errors import DocumentError
from kin_assistant.text.cleaning import clean

if TYPE_CHECKING:
    import xlrd

__all__ = ["read_xls", "read_xlsx"]

_MAX_ROWS = 20_000
_MAX_COLUMNS = 200
_MAX_SHEETS = 200
_MAX_CELLS = 1_000_000
"""Of a workbook."""
_MAX_CHARACTERS = 10_000_000
"""Of a workbook: one long string may stand in every cell."""
_LONGEST_CELL = 32_767
_HIDDEN = ["\0"]
"""Stands for a hidden row until those that remain are put together: it parts no table."""
_MAIN_TYPES = ("/officeDocument",)


@dataclass(slots=True)
class _Book:
    """What is known of a workbook while its sheets are read."""

    strings: list[str] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    """Format code of each cell style."""
    from_1904: bool = False
    cells: int = 0
    characters: int = 0
    errors: int = 0
    uncounted: int = 0
    """Formulas whose result is not stored."""
    warnings: list[str] = field(default_factory=list)

    def count(self, cells: list[str]) -> None:
        """Count what a row holds."""
        self.cells += sum(map(bool, cells))
        self.characters += sum(map(len, cells))

    @property
    def is_full(self) -> bool:
        """Whether no further row is read."""
        return self.cells >= _MAX_CELLS or self.characters >= _MAX_CHARACTERS


class _SheetPart(NamedTuple):
    name: str
    part: str
    hidden: bool


def read_xlsx(data: bytes) -> Extract:
    """Read a workbook (XLSX, XLSM). Raises ``DocumentError`` where it is none or is damaged."""
    archive = open_archive(data)
    workbook_part = _workbook_part(archive)
    book = _Book()
    sheets = _sheets(archive, workbook_part, book)
    folder = posixpath.dirname(workbook_part)
    book.formats = _formats(archive, posixpath.join(folder, "styles.xml"))
    book.strings = _strings(archive, posixpath.join(folder, "sharedStrings.xml"))
    composer = TextComposer()
    for sheet in _shown_sheets(sheets, book):
        _add_sheet(composer, sheet.name, _sheet_rows(archive, sheet, book))
    return Extract(composer.finish(), warnings=_warnings(book))


def read_xls(data: bytes) -> Extract:
    """Read a workbook of Excel 2.0 to 2003. Raises ``DocumentError`` where it is none, is encrypted or damaged."""
    workbook, old_sheets = _old_workbook(data)
    composer, book = TextComposer(), _Book(from_1904=workbook.datemode == 1)
    parts = [_SheetPart(sheet.name, str(i), sheet.visibility != 0) for i, sheet in enumerate(old_sheets)]
    for part in _shown_sheets(parts, book):
        _add_sheet(composer, part.name, _old_rows(workbook, old_sheets[int(part.part)], part.name, book))
    return Extract(composer.finish(), warnings=_warnings(book))


def _add_sheet(composer: TextComposer, name: str, rows: list[list[str]]) -> None:
    if any(any(row) for row in rows):
        composer.add("heading", name, level=2)
        add_areas(composer, rows)


def _shown_sheets(sheets: list[_SheetPart], book: _Book) -> Iterator[_SheetPart]:
    if len(sheets) > _MAX_SHEETS:
        book.warnings.append(f"of its {len(sheets)} sheets only the first {_MAX_SHEETS} were read")
    for sheet in sheets[:_MAX_SHEETS]:
        if sheet.hidden:
            book.warnings.append(f'its hidden sheet "{clean(sheet.name)}" was not read')
        else:
            yield sheet


def _warnings(book: _Book) -> tuple[str, ...]:
    warnings = list(book.warnings)
    if book.errors:
        warnings.append(f"{book.errors} cells show an error instead of a value and were left empty")
    if book.uncounted:
        warnings.append(f"{book.uncounted} formulas have no stored result; open and save the workbook to store them")
    return tuple(warnings)


# The parts of a workbook


def _workbook_part(archive: Archive) -> str:
    if "_rels/.rels" in archive:
        for kind, target, _ in _relations(archive, ""):
            if kind.endswith(_MAIN_TYPES) and target in archive:
                return target
    if "xl/workbook.xml" in archive:
        return "xl/workbook.xml"
    raise DocumentError("it has no workbook in it")


def _relations(archive: Archive, part: str) -> list[tuple[str, str, str]]:
    """(type, target, id) of the relations of a part; none where they are missing."""
    folder, name = posixpath.split(part)
    rels = posixpath.join(folder, "_rels", f"{name}.rels")
    if rels not in archive:
        return []
    found = []
    for element in archive.xml(rels).iter():
        target = element.get("Target")
        if target and element.get("TargetMode") != "External":
            whole = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            found.append((element.get("Type") or "", whole, element.get("Id") or ""))
    return found


def _sheets(archive: Archive, workbook_part: str, book: _Book) -> list[_SheetPart]:
    relations = {identifier: (kind, target) for kind, target, identifier in _relations(archive, workbook_part)}
    sheets: list[_SheetPart] = []
    for element in archive.xml(workbook_part).iter():
        tag = _local(element.tag)
        if tag == "workbookPr":
            book.from_1904 = element.get("date1904") in ("1", "true", "on")
        if tag != "sheet":
            continue
        identifier = next((value for name, value in element.attrib.items() if _local(name) == "id" and "}" in name), "")
        kind, target = relations.get(identifier, ("", ""))
        name = element.get("name") or f"Sheet {len(sheets) + 1}"
        if not target:
            target = f"{posixpath.dirname(workbook_part)}/worksheets/sheet{len(sheets) + 1}.xml"
        if kind and not kind.endswith("/worksheet"):
            continue  # a chart or a dialog
        sheets.append(_SheetPart(name, target, (element.get("state") or "visible") != "visible"))
    return sheets


def _formats(archive: Archive, part: str) -> list[str]:
    if part not in archive:
        return []
    codes = dict(BUILTIN_FORMATS)
    styles: list[int] = []
    try:
        for element in _events(archive, part, {"numFmt", "cellXfs"}):
            if _local(element.tag) == "numFmt":
                codes[_integer(element.get("numFmtId"))] = element.get("formatCode") or "General"
            else:
                styles += [_integer(style.get("numFmtId")) for style in element]
    except DocumentError:
        return []  # without its styles, the values of a workbook can be read all the same
    return [codes.get(number, "General") for number in styles]


def _strings(archive: Archive, part: str) -> list[str]:
    return [_rich_text(element) for element in _events(archive, part, {"si"})] if part in archive else []


def _rich_text(element: Any) -> str:
    """Text of a string without what tells how it is pronounced."""
    parts: list[str] = []
    for child in element:
        tag = _local(child.tag)
        if tag == "t":
            parts.append(child.text or "")
        elif tag == "r":
            parts += [piece.text or "" for piece in child if _local(piece.tag) == "t"]
    return "".join(parts)[:_LONGEST_CELL]


def _events(archive: Archive, part: str, tags: set[str]) -> Iterator[Any]:
    """Elements of ``part`` with one of the local names ``tags``, each whole, then emptied."""
    return iterate_xml(archive.read(part), part, tags)


# The cells of a sheet


def _sheet_rows(archive: Archive, sheet: _SheetPart, book: _Book) -> list[list[str]]:
    rows: list[list[str]] = []
    hidden_columns: set[int] = set()
    merged: list[tuple[int, int, int, int]] = []
    hidden_rows = 0
    cut: set[str] = set()
    if sheet.part not in archive:
        book.warnings.append(f'its sheet "{clean(sheet.name)}" is missing in the file')
        return []
    try:
        for element in _events(archive, sheet.part, {"col", "row", "mergeCell"}):
            tag = _local(element.tag)
            if tag == "col":
                if _is_true(element.get("hidden")):
                    first, last = _integer(element.get("min")), _integer(element.get("max"))
                    hidden_columns.update(range(first - 1, min(last, _MAX_COLUMNS)))
            elif tag == "mergeCell":
                area = _area(element.get("ref") or "")
                merged += [area] if area else []
            elif len(rows) >= _MAX_ROWS or book.is_full:
                cut.add("rows")
            else:
                number = _integer(element.get("r")) or len(rows) + 1
                while len(rows) < min(number - 1, _MAX_ROWS):
                    rows.append([])
                cells = _cells(element, book, cut) if len(rows) < _MAX_ROWS else []
                if len(rows) >= _MAX_ROWS:
                    cut.add("rows")
                elif _is_true(element.get("hidden")):
                    hidden_rows += any(cells)
                    # A row that is filtered out parts no table.
                    rows.append(list(_HIDDEN))
                else:
                    rows.append(cells)
    except DocumentError:
        # What stands before the damage is as good as ever.
        book.warnings.append(
            f'its sheet "{clean(sheet.name)}" is damaged; what stands after row {len(rows)} was not read'
        )
    rows = _without_hidden(rows, hidden_columns, sheet.name, book)
    if hidden_rows:
        book.warnings.append(f'{hidden_rows} hidden rows of its sheet "{clean(sheet.name)}" were not read')
    if cut:
        _warn_of_cut(sheet.name, cut, len(rows), book)
    return [row for row in _spread(rows, merged) if row != _HIDDEN]


def _cells(row: Any, book: _Book, cut: set[str]) -> list[str]:
    cells: list[str] = []
    for cell in row:
        if _local(cell.tag) != "c":
            continue
        column = _column(cell.get("r") or "")
        column = len(cells) if column is None else column
        if column >= _MAX_COLUMNS:
            cut.add("columns")
            continue
        text = _cell_text(cell, book)
        if text:
            cells += [""] * (column - len(cells) + 1)
            cells[column] = text
    book.count(cells)
    return cells


def _cell_text(cell: Any, book: _Book) -> str:
    kind = cell.get("t") or "n"
    value, has_formula = None, False
    for child in cell:
        tag = _local(child.tag)
        if tag == "v":
            value = child.text
        elif tag == "f":
            has_formula = True
        elif tag == "is":
            return _rich_text(child)
    if value is None:
        book.uncounted += has_formula
        return ""
    if kind == "s":
        index = _integer(value, otherwise=-1)
        return book.strings[index] if 0 <= index < len(book.strings) else ""
    if kind == "b":
        return "TRUE" if value.strip() == "1" else "FALSE"
    if kind == "e":
        book.errors += 1
        return ""
    if kind == "d":
        return str(value).removesuffix("T00:00:00").replace("T", " ")
    if kind == "n":
        style = _integer(cell.get("s"))
        return _number_text(value, book.formats[style] if 0 <= style < len(book.formats) else "General", book)
    return str(value)[:_LONGEST_CELL]


def _number_text(value: str, code: str, book: _Book) -> str:
    try:
        return shown(float(value), code, from_1904=book.from_1904)
    except ValueError:
        return value


def _without_hidden(rows: list[list[str]], hidden: set[int], name: str, book: _Book) -> list[list[str]]:
    if not any(row[j] for row in rows for j in hidden if j < len(row) and row != _HIDDEN):
        return rows
    book.warnings.append(f'hidden columns of its sheet "{clean(name)}" were not read')
    return [row if row == _HIDDEN else ["" if j in hidden else cell for j, cell in enumerate(row)] for row in rows]


def _spread(rows: list[list[str]], merged: list[tuple[int, int, int, int]]) -> list[list[str]]:
    """Write what spans rows into each of them, so that each row can be read alone; mark what spans columns."""
    budget = _MAX_CHARACTERS
    for top, left, bottom, right in merged[:_MAX_ROWS]:
        if top >= len(rows) or left >= len(rows[top]) or rows[top] == _HIDDEN:
            continue
        if right > left:
            row, end = rows[top], min(right + 1, _MAX_COLUMNS)
            row += [""] * (end - len(row))
            row[left + 1 : end] = [cell or SPANNED for cell in row[left + 1 : end]]
            continue
        text, end = rows[top][left], min(bottom + 1, len(rows))
        budget -= (end - top) * len(text)
        if not text or budget < 0:
            continue
        for row in rows[top + 1 : end]:
            if any(row) and row != _HIDDEN:
                row += [""] * (left - len(row) + 1)
                row[left] = row[left] or text
    return rows


def _warn_of_cut(name: str, cut: set[str], count: int, book: _Book) -> None:
    if "rows" in cut:
        book.warnings.append(f'of its sheet "{clean(name)}" only the first {count:,} rows were read')
    if "columns" in cut:
        book.warnings.append(f'of its sheet "{clean(name)}" only the first {_MAX_COLUMNS} columns were read')


def _old_workbook(data: bytes) -> tuple[xlrd.Book, list[xlrd.sheet.Sheet]]:
    import xlrd

    try:
        workbook = xlrd.open_workbook(
            file_contents=data, logfile=io.StringIO(), on_demand=True, formatting_info=True, ragged_rows=True
        )
        return workbook, [workbook.sheet_by_index(i) for i in range(workbook.nsheets)]
    except Exception as error:
        # By where the file is broken, xlrd raises its own error, struct.error, IndexError, AssertionError and others.
        if "encrypted" in str(error):
            raise DocumentError("it is encrypted and needs a password") from error
        raise DocumentError("its workbook is damaged and cannot be read") from error


def _old_rows(workbook: xlrd.Book, sheet: xlrd.sheet.Sheet, name: str, book: _Book) -> list[list[str]]:
    rows: list[list[str]] = []
    cut = {"rows"} if sheet.nrows > _MAX_ROWS else set()
    cut |= {"columns"} if sheet.ncols > _MAX_COLUMNS else set()
    hidden_rows = 0
    for i in range(min(sheet.nrows, _MAX_ROWS)):
        if book.is_full:
            cut.add("rows")
            break
        cells = _old_cells(workbook, sheet, i, book)
        book.count(cells)
        info = sheet.rowinfo_map.get(i)
        if info is not None and info.hidden:
            hidden_rows += any(cells)
            cells = list(_HIDDEN)
        rows.append(cells)
    if hidden_rows:
        book.warnings.append(f'{hidden_rows} hidden rows of its sheet "{clean(name)}" were not read')
    hidden = {j for j, info in sheet.colinfo_map.items() if info.hidden}
    rows = _without_hidden(rows, hidden, name, book)
    if cut:
        _warn_of_cut(name, cut, len(rows), book)
    merged = [(top, left, bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells]
    return [row for row in _spread(rows, merged) if row != _HIDDEN]


def _old_cells(workbook: xlrd.Book, sheet: xlrd.sheet.Sheet, row: int, book: _Book) -> list[str]:
    """Texts of a row up to its last cell that holds one. A formatted sheet has a hundred empty cells for one of these."""
    import xlrd

    kinds = sheet.row_types(row, 0, _MAX_COLUMNS)
    cells: list[str] = []
    for column, kind in enumerate(kinds):
        if kind not in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
            cells += [""] * (column - len(cells))
            cells.append(_old_cell_text(workbook, sheet.cell(row, column), book))
    return cells


def _old_cell_text(workbook: xlrd.Book, cell: xlrd.sheet.Cell, book: _Book) -> str:
    import xlrd

    if cell.ctype in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        style = workbook.xf_list[cell.xf_index] if cell.xf_index is not None else None
        form = workbook.format_map.get(style.format_key) if style is not None else None
        code = BUILTIN_FORMATS.get(form.format_key) if form is not None else None
        code = code or (str(form.format_str) if form is not None else "General")
        return _number_text(str(cell.value), code, book)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if cell.value else "FALSE"
    if cell.ctype == xlrd.XL_CELL_ERROR:
        book.errors += 1
        return ""
    return str(cell.value)


def _local(name: object) -> str:
    return name.rpartition("}")[2] if isinstance(name, str) else ""


def _is_true(value: str | None) -> bool:
    return value in ("1", "true", "on")


def _integer(value: str | None, otherwise: int = 0) -> int:
    value = (value or "").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else otherwise


def _column(reference: str) -> int | None:
    """Number of the column of "AB12", from 0."""
    column = 0
    for char in reference.upper()[:4]:
        if not "A" <= char <= "Z":
            break
        column = column * 26 + ord(char) - 64
    return column - 1 if column else None


def _area(reference: str) -> tuple[int, int, int, int] | None:
    """(top, left, bottom, right) of "A1:B3", from 0."""
    first, _, last = reference.replace("$", "").partition(":")
    corners = []
    for corner in (first, last or first):
        column, row = _column(corner), _integer(corner.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"))
        if column is None or not row:
            return None
        corners += [row - 1, column]
    top, left, bottom, right = corners
    return top, left, bottom, right
