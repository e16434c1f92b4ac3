"""OpenDocument texts, slides and sheets (ODT, ODP, ODS), packed or as one flat XML file."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from kin_assistant.documents.readers.archive import Archive, Element, open_archive, parse_xml
from kin_assistant.documents.readers.composition import Extract, TextComposer
from kin_assistant.documents.readers.flow import MAX_COLUMNS, Flow, Piece, Table, add_flow, has_text
from kin_assistant.errors import DocumentError
from kin_assistant.text.cleaning import clean

__all__ = ["MAX_ROWS", "read_odf"]

MAX_ROWS = 20_000
"""Rows that are read of one table or sheet."""

_MAX_REPEATS = 100
"""Equal rows with words in them that are read; more are a filled column, not text."""
_OWN_NAMESPACES = "office text table drawing:draw presentation style manifest chart svg-compatible:svg".split()
_PREFIXES = {
    **{
        f"urn:oasis:names:tc:opendocument:xmlns:{name.partition(':')[0]}:1.0": name.rpartition(":")[2]
        for name in _OWN_NAMESPACES
    },
    "http://www.w3.org/1999/xlink": "xlink",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://www.w3.org/1998/Math/MathML": "math",
}
_INSIDE = frozenset(
    "text:section text:index-body text:index-title text:table-of-content text:illustration-index text:table-index"
    " text:object-index text:user-index text:alphabetical-index text:bibliography text:index-title-template"
    " text:numbered-paragraph office:text".split()
)
"""Blocks around blocks."""
_UNREAD = frozenset(
    "text:tracked-changes text:sequence-decls text:variable-decls text:user-field-decls office:forms office:annotation"
    " office:annotation-end text:note-citation svg:title svg:desc office:event-listeners text:hidden-text"
    " text:hidden-paragraph presentation:notes text:ruby-text text:toc-mark text:alphabetical-index-mark".split()
)
_SHAPES = frozenset(
    "draw:frame draw:g draw:custom-shape draw:rect draw:ellipse draw:circle draw:line draw:polyline draw:polygon"
    " draw:regular-polygon draw:path draw:connector draw:caption draw:measure draw:text-box draw:a draw:control".split()
)
_FEET = frozenset("header footer date-time page-number".split())


def read_odf(data: bytes) -> Extract:
    """Read a text, slides or sheets.

    Left out: running heads and feet, comments, deleted and hidden text, hidden slides, sheets, rows and columns (these
    four with a warning). Raises ``DocumentError``.
    """
    archive: Archive | None = None
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        root = parse_xml(data, "content", doctype=True)
    else:
        archive = open_archive(data)
        if _is_encrypted(archive):
            raise DocumentError("it is encrypted and needs a password")
        root = archive.xml("content.xml")
    body = _find(root, "office:body")
    kind = next(iter(body), None) if body is not None else None
    if kind is None:
        raise DocumentError("it holds no text, slides or sheets")
    reader = _OpenDocumentReader(root, archive)
    composer = TextComposer()
    pages: int | None = None
    without_text: tuple[int, ...] = ()
    match _name(kind.tag):
        case "office:presentation" | "office:drawing":
            pages, without_text = reader.add_slides(kind, composer)
        case "office:spreadsheet":
            reader.add_sheets(kind, composer)
        case _:
            add_flow(composer, reader.flow(kind))
    add_flow(composer, reader.notes)
    composition = composer.finish()
    title = None if composition.title else _own_title(archive)
    return Extract(
        composition,
        title=title,
        pages=pages,
        pages_without_text=without_text,
        warnings=tuple(dict.fromkeys(reader.warnings)),
    )


@dataclass(frozen=True, slots=True)
class _Style:
    parent: str
    hidden: bool
    """Its text, slide, sheet, section, row or column is not shown."""


class _OpenDocumentReader:
    def __init__(self, root: Element, archive: Archive | None) -> None:
        self.notes: Flow = []
        self.warnings: list[str] = []
        self._archive = archive
        self._styles = dict(_styles(root))
        self._objects: set[str] = set()

    def flow(self, container: Element) -> Flow:
        """Blocks of a text, a cell, a text box or a note."""
        return [part for block in container for part in self._block(block)]

    def add_slides(self, container: Element, composer: TextComposer) -> tuple[int, tuple[int, ...]]:
        """Add each slide as a page; how many there are, and which hold no text."""
        hidden: list[int] = []
        without_text: list[int] = []
        slides = [slide for slide in container if _name(slide.tag) == "draw:page"]
        for number, slide in enumerate(slides, 1):
            if self._is_hidden(slide):
                hidden.append(number)
                continue
            first_note = len(self.notes)
            flow = self._slide(slide) + self.notes[first_note:]
            del self.notes[first_note:]
            if not has_text(flow):
                without_text.append(number)
                continue
            title = next((part for part in flow if isinstance(part, Piece) and part.kind == "heading"), None)
            if title is None or title.text == "Notes":
                composer.add("heading", f"Slide {number}", level=2, page=number)
            else:
                flow = [title, *(part for part in flow if part is not title)]
            add_flow(composer, flow, number)
        self._tell("hidden slide", hidden)
        return len(slides), tuple(without_text)

    def add_sheets(self, container: Element, composer: TextComposer) -> None:
        """Add each sheet under its name."""
        for sheet in container:
            if _name(sheet.tag) != "table:table":
                continue
            name = _get(sheet, "table:name") or ""
            if self._is_hidden(sheet):
                self.warnings.append(f"hidden sheet left out: {name}")
                continue
            table = self._table(sheet)
            shapes = [part for shape in _under(sheet, "table:shapes") for part in self._shape(shape)]
            if has_text([table, *shapes]):
                composer.add("heading", name, level=2)
                add_flow(composer, [table, *shapes])

    def _tell(self, what: str, numbers: list[int]) -> None:
        if numbers:
            self.warnings.append(f"{what}{'s' if len(numbers) > 1 else ''} left out: {', '.join(map(str, numbers))}")

    def _is_hidden(self, element: Element) -> bool:
        if _get(element, "text:display") == "none":
            return True
        for attribute in ("text:style-name", "table:style-name", "draw:style-name"):
            style = self._styles.get(_get(element, attribute) or "")
            if style is not None:
                return style.hidden
        return False

    def _block(self, block: Element) -> Flow:
        name = _name(block.tag)
        if name in _UNREAD or self._is_hidden(block):
            return []
        if name in ("text:p", "text:h"):
            return self._paragraph(block)
        if name == "text:list":
            return self._list(block, 1)
        if name == "table:table":
            return [self._table(block)]
        if name in _INSIDE:
            return self.flow(block)
        return self._shape(block) if name in _SHAPES else []

    # Text

    def _paragraph(self, paragraph: Element) -> Flow:
        beside: Flow = []
        parts: list[str] = []
        self._words(paragraph, parts, beside)
        text = "".join(parts)
        style = _get(paragraph, "text:style-name") or ""
        parent = self._styles[style].parent if style in self._styles else ""
        if "Title" in (style, parent):
            return [Piece("heading", text, level=1), *beside]
        if _name(paragraph.tag) == "text:h":
            level = _get(paragraph, "text:outline-level") or "1"
            return [Piece("heading", text, level=int(level) if level in tuple("123456789") else 1), *beside]
        return [Piece("paragraph", text), *beside]

    def _words(self, parent: Element, parts: list[str], beside: Flow) -> None:
        parts.append(parent.text or "")
        for child in parent:
            name = _name(child.tag)
            if name in ("text:s", "text:tab", "text:line-break"):
                parts.append(" ")
            elif name == "text:note":
                body = _find(child, "text:note-body")
                if body is not None:
                    self.notes += self.flow(body)
            elif name in _SHAPES:
                beside += self._shape(child)
            elif name == "text:ruby":
                self._words(child, parts, beside)
                reading = _find(child, "text:ruby-text")
                if reading is not None:
                    parts.append(f"({''.join(reading.itertext())})")
            elif name not in _UNREAD and not self._is_hidden(child):
                self._words(child, parts, beside)
            parts.append(child.tail or "")

    def _list(self, items: Element, level: int) -> Flow:
        flow: Flow = []
        for item in items:
            if _name(item.tag) not in ("text:list-item", "text:list-header"):
                continue
            marker = "  " * (level - 1) + "- "
            for block in item:
                name = _name(block.tag)
                if name == "text:list":
                    flow += self._list(block, level + 1)
                elif name in ("text:p", "text:h") and not self._is_hidden(block):
                    for piece in self._paragraph(block):
                        if isinstance(piece, Piece) and piece.kind == "paragraph":
                            flow.append(Piece("item", piece.text, level=level, marker=marker))
                            marker = ""
                        else:
                            flow.append(piece)
        return flow

    # Drawings

    def _slide(self, slide: Element) -> Flow:
        flow = [part for shape in slide if _name(shape.tag) in _SHAPES for part in self._shape(shape)]
        for notes in slide:
            if _name(notes.tag) == "presentation:notes":
                said = [part for shape in notes if _name(shape.tag) in _SHAPES for part in self._shape(shape)]
                if has_text(said):
                    flow += [Piece("heading", "Notes", level=3), *said]
        return [part for part in flow if has_text([part])]

    def _shape(self, shape: Element) -> Flow:
        kind = _get(shape, "presentation:class")
        if kind in _FEET or _get(shape, "presentation:placeholder") == "true":
            return []
        flow: Flow = []
        for child in shape:
            flow += self._object(child) if _name(child.tag) == "draw:object" else self._block(child)
        if kind == "title":
            words = " ".join(part.text for part in flow if isinstance(part, Piece))
            return [Piece("heading", words, level=2)]
        return flow

    def _object(self, reference: Element) -> Flow:
        """A chart or formula inside the file."""
        root = next(iter(reference), None)
        target = posixpath.normpath(_get(reference, "xlink:href") or ".")
        if root is None:
            content = f"{target}/content.xml"
            if self._archive is None or content not in self._archive or content in self._objects:
                return []
            self._objects.add(content)
            try:
                root = self._archive.xml(content, doctype=True)
            except DocumentError as error:
                self.warnings.append(str(error))
                return []
        if _name(root.tag) == "math:math":
            words = [part.text or "" for part in root.iter() if _name(part.tag) not in ("math:annotation", "math:math")]
            return [Piece("paragraph", " ".join(words))]
        flow: Flow = []
        for part in root.iter():
            if _name(part.tag) == "chart:title":
                flow.append(Piece("paragraph", " ".join(part.itertext())))
            elif _name(part.tag) == "table:table":
                flow.append(self._table(part))
        return flow

    # Tables

    def _table(self, table: Element) -> Table:
        rows: list[list[Flow]] = []
        header_rows = unseen = 0
        columns_hidden = self._hidden_columns(table)
        for row, is_header in _rows(table):
            if _get(row, "table:visibility") in ("collapse", "filter"):
                unseen += 1
                continue
            cells = [cell for at, cell in enumerate(self._cells(row)) if at not in columns_hidden]
            if not any(has_text(cell) for cell in cells):
                continue
            if len(rows) >= MAX_ROWS:
                self.warnings.append(f"only the first {MAX_ROWS:,} rows of a table were read")
                break
            repeats = _count(_get(row, "table:number-rows-repeated"))
            if repeats > _MAX_REPEATS:
                self.warnings.append(f"equal rows, {repeats:,} of them, were read {_MAX_REPEATS} times")
            header_rows += is_header
            rows += [cells] * min(repeats, _MAX_REPEATS, MAX_ROWS - len(rows))
        if unseen:
            self.warnings.append(f"hidden rows of a table left out: {unseen:,}")
        if columns_hidden:
            self.warnings.append(f"hidden columns of a table left out: {len(columns_hidden)}")
        return Table(rows, header_rows or None)

    def _cells(self, row: Element) -> list[Flow]:
        cells: list[Flow] = []
        for cell in row:
            name = _name(cell.tag)
            if name not in ("table:table-cell", "table:covered-table-cell"):
                continue
            flow = self.flow(cell) if name == "table:table-cell" else []
            repeats = _count(_get(cell, "table:number-columns-repeated"))
            cells += [flow] * min(repeats, MAX_COLUMNS - len(cells))
        while cells and not has_text(cells[-1]):
            cells.pop()
        return cells

    def _hidden_columns(self, table: Element) -> set[int]:
        hidden: set[int] = set()
        at = 0
        for column in table.iter():
            name = _name(column.tag)
            if name == "table:table-row":
                break
            if name == "table:table-column":
                repeats = min(_count(_get(column, "table:number-columns-repeated")), MAX_COLUMNS - at)
                if _get(column, "table:visibility") in ("collapse", "filter"):
                    hidden.update(range(at, at + repeats))
                at += repeats
        return hidden


@lru_cache(maxsize=4096)
def _name(tag: str) -> str:
    """``text:p`` for the full name of an element or attribute."""
    namespace, _, name = tag.lstrip("{").rpartition("}")
    return f"{_PREFIXES.get(namespace, '?')}:{name}" if namespace else name


def _get(element: Element, name: str) -> str | None:
    return next((value for key, value in element.attrib.items() if _name(key) == name), None)


def _find(element: Element, name: str) -> Element | None:
    return next((child for child in element if _name(child.tag) == name), None)


def _under(element: Element, name: str) -> Iterator[Element]:
    found = _find(element, name)
    return iter(found) if found is not None else iter(())


def _count(value: str | None) -> int:
    return int(value) if value and value.isdecimal() and len(value) < 10 else 1


def _rows(table: Element) -> Iterator[tuple[Element, bool]]:
    """Rows of a table, those of its groups among them, and whether they are header."""
    for part in table:
        name = _name(part.tag)
        if name == "table:table-row":
            yield part, False
        elif name == "table:table-header-rows":
            yield from ((row, True) for row, _ in _rows(part))
        elif name in ("table:table-rows", "table:table-row-group"):
            yield from _rows(part)


def _styles(root: Element) -> Iterator[tuple[str, _Style]]:
    for group in root:
        if _name(group.tag) not in ("office:automatic-styles", "office:styles"):
            continue
        for style in group:
            hidden = False
            for properties in style:
                hidden |= _get(properties, "text:display") == "none" or _get(properties, "table:display") == "false"
                hidden |= _get(properties, "presentation:visibility") == "hidden"
            yield _get(style, "style:name") or "", _Style(_get(style, "style:parent-style-name") or "", hidden)


def _is_encrypted(archive: Archive) -> bool:
    if "META-INF/manifest.xml" not in archive:
        return False
    try:
        manifest = archive.xml("META-INF/manifest.xml", doctype=True)
    except DocumentError:
        # Only what it says of encryption is of use.
        return False
    return any(_name(part.tag) == "manifest:encryption-data" for part in manifest.iter())


def _own_title(archive: Archive | None) -> str | None:
    if archive is None or "meta.xml" not in archive:
        return None
    try:
        root = archive.xml("meta.xml")
    except DocumentError:
        return None
    return next((clean(part.text or "") for part in root.iter() if _name(part.tag) == "dc:title"), None) or None
