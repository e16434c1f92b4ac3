"""Word documents (DOCX): what their reader sees, with headings, lists, tables and notes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from kin_assistant.documents.readers.archive import Archive, Element, open_archive
from kin_assistant.documents.readers.composition import Extract, TextComposer
from kin_assistant.documents.readers.flow import MAX_COLUMNS, Flow, Piece, Table, add_flow, flow_text
from kin_assistant.documents.readers.numbering import BULLET, Numbering, read_depth
from kin_assistant.documents.readers.openxml import (
    Relation,
    attribute,
    branch,
    chart_flow,
    children,
    diagram_flow,
    find_child,
    find_main_part,
    find_path,
    formula,
    is_switched_on,
    name_of,
    read_core_title,
    relations,
    symbol,
)
from kin_assistant.errors import DocumentError
from kin_assistant.text.cleaning import clean

__all__ = ["read_docx"]

_MAIN_PART = "word/document.xml"
_HEADING_STYLE = re.compile(
    r"(?:heading|überschrift|berschrift|titre|título|titulo|titolo|kop|rubrik|overskrift|otsikko|nagłówek|заголовок|标题|見出し)"
    r"[ _-]?([1-9])",
    re.IGNORECASE,
)
_TRANSPARENT = frozenset(
    "w:sdt w:sdtContent w:customXml w:ins w:moveTo w:smartTag w:hyperlink w:fldSimple w:dir w:bdo w:ruby w:rubyBase"
    " mc:Choice mc:Fallback".split()
)
"""What may stand around blocks or runs without changing them."""
_SPACES = frozenset(("w:tab", "w:ptab", "w:br", "w:cr"))
_NO_NOTES = frozenset(("separator", "continuationSeparator", "continuationNotice"))
_MAX_STYLES_UP = 20
_LONGEST_LABEL = 200
"""Of a cell that is merged over rows: a longer one is no label of them, and is read once."""


def read_docx(data: bytes) -> Extract:
    """Read a Word document. Pages are not told: the file does not know where they break.

    Left out: running heads and feet, comments, hidden text, what tracked changes deleted, codes of fields. Footnotes and
    endnotes are paragraphs at the end. Raises ``DocumentError``.
    """
    archive = open_archive(data)
    main, warnings = find_main_part(archive, _MAIN_PART)
    if main not in archive:
        raise DocumentError("it holds no Word text")
    root = archive.xml(main)
    body = find_child(root, "w:body")
    if body is None:
        raise DocumentError("it holds no Word text")
    reader = _WordReader(archive, main)
    composer = TextComposer()
    add_flow(composer, reader.flow(body))
    add_flow(composer, reader.notes())
    composition = composer.finish()
    title = None if composition.title else read_core_title(archive)
    return Extract(composition, title=title, warnings=tuple(dict.fromkeys(warnings + reader.warnings)))


@dataclass(frozen=True, slots=True)
class _Style:
    identity: str
    name: str
    based_on: str
    properties: Element | None
    """Of its paragraphs."""
    hidden: bool | None


@dataclass(slots=True)
class _Words:
    """A paragraph that is being read."""

    parts: list[str] = field(default_factory=list)
    beside: Flow = field(default_factory=list)
    """Text boxes, charts and diagrams that hang on it."""


class _WordReader:
    def __init__(self, archive: Archive, main: str) -> None:
        self.warnings: list[str] = []
        self._archive = archive
        self._main = main
        self._relations: dict[str, Relation] = {}
        try:
            self._relations = relations(archive, main)
        except DocumentError as error:
            self.warnings.append(str(error))
        self._styles = self._read_styles()
        self._numbering = Numbering(
            self._part("numbering"),
            {identity: _list_of(style.properties) or "" for identity, style in self._styles.items()},
        )
        self._fields: list[bool] = []
        """For each field that is open, whether its code is being read."""
        self._references: dict[tuple[str, str], None] = {}
        self._drawn: set[str] = set()
        self._kept = ""

    def flow(self, container: Element) -> Flow:
        """Blocks of a body, a cell, a text box or a note."""
        flow: Flow = []
        for block in _blocks(container):
            match name_of(block.tag):
                case "w:p":
                    flow += self._paragraph(block)
                case "w:tbl":
                    flow.append(self._table(block))
                case "w:altChunk":
                    flow += self._foreign_part(attribute(block, "r:id") or "")
                case "m:oMathPara" | "m:oMath":
                    flow.append(Piece("paragraph", formula(block)))
        if self._kept:
            flow.append(Piece("paragraph", self._kept))
            self._kept = ""
        return flow

    def notes(self) -> Flow:
        """Footnotes and endnotes that the text refers to, in that order."""
        notes: dict[tuple[str, str], Element] = {}
        for kind in ("footnote", "endnote"):
            root = self._part(f"{kind}s")
            for note in children(root):
                if attribute(note, "w:type") not in _NO_NOTES:
                    notes[kind, attribute(note, "w:id") or ""] = note
        return [part for reference in self._references if reference in notes for part in self.flow(notes[reference])]

    def _part(self, kind: str) -> Element | None:
        """A part that goes with the text; the text can be read without it."""
        target = next((found.target for found in self._relations.values() if found.kind == kind), f"word/{kind}.xml")
        if target not in self._archive:
            return None
        try:
            return self._archive.xml(target)
        except DocumentError as error:
            self.warnings.append(str(error))
            return None

    def _read_styles(self) -> dict[str, _Style]:
        styles: dict[str, _Style] = {}
        root = self._part("styles")
        for style in children(root):
            identity = attribute(style, "w:styleId")
            if identity is not None:
                styles[identity] = _Style(
                    identity,
                    name=attribute(find_child(style, "w:name"), "w:val") or identity,
                    based_on=attribute(find_child(style, "w:basedOn"), "w:val") or "",
                    properties=find_child(style, "w:pPr"),
                    hidden=is_switched_on(find_child(style, "w:rPr"), "w:vanish"),
                )
        return styles

    def _style_chain(self, identity: str) -> Iterator[_Style]:
        """A style and what it is based on; a style that is not described has its own name."""
        for _ in range(_MAX_STYLES_UP):
            if not identity:
                return
            style = self._styles.get(identity) or _Style(identity, identity, "", None, None)
            yield style
            identity = style.based_on

    def _hidden(self, properties: Element | None, style_name: str) -> bool | None:
        direct = is_switched_on(properties, "w:vanish")
        if direct is not None:
            return direct
        style = attribute(find_child(properties, style_name), "w:val") or ""
        return next((found.hidden for found in self._style_chain(style) if found.hidden is not None), None)

    # Paragraphs

    def _paragraph(self, paragraph: Element) -> Flow:
        properties = find_child(paragraph, "w:pPr")
        style = attribute(find_child(properties, "w:pStyle"), "w:val") or ""
        chain = list(self._style_chain(style))
        hidden = next((found.hidden for found in chain if found.hidden is not None), False)
        # A code that is never closed would swallow the rest of the document.
        self._fields = [code for code in self._fields if not code]
        words = _Words()
        self._runs(paragraph, words, hidden=bool(hidden))
        text = self._kept + "".join(words.parts)
        self._kept = ""
        mark = find_child(properties, "w:rPr")
        unseen = bool(hidden) or bool(is_switched_on(mark, "w:vanish"))
        if mark is not None and (find_child(mark, "w:del") is not None or find_child(mark, "w:moveFrom") is not None):
            # Its end was deleted: it goes on in the next one.
            self._kept = text
            return words.beside
        if not clean(text) and unseen:
            return words.beside
        return [self._piece(text, properties, chain), *words.beside]

    def _piece(self, text: str, properties: Element | None, chain: list[_Style]) -> Piece:
        """A paragraph with what Word writes before it. One without words is counted too: its number is seen."""
        number, depth = self._list_place(properties, chain)
        label = self._numbering.count(number, depth) if number else ""
        level = _heading_level(properties, chain)
        if level and clean(text):
            # Other places of the text point to it by its number, as its readers do.
            return Piece("heading", text if label in ("", BULLET) else f"{label} {text}", level=level)
        if label:
            return Piece("item", text, level=depth + 1, marker=f"{'  ' * depth}{label} ")
        return Piece("paragraph", text)

    def _list_place(self, properties: Element | None, chain: list[_Style]) -> tuple[str, int]:
        """Number of the list that a paragraph belongs to and its depth from 0; "" without one."""
        number, depth = _list_of(properties), _depth_in_list(properties)
        if number is not None:
            return ("" if number == "0" else number), depth or 0
        passed: list[str] = []
        told: int | None = None
        for style in chain:
            passed.append(style.identity)
            told = _depth_in_list(style.properties) if told is None else told
            number = _list_of(style.properties)
            if number is not None:
                break
        if number in (None, "0"):
            return "", 0
        assert number is not None
        if depth is None:
            depth = self._numbering.depth_of_styles(number, passed)
        return number, depth if depth is not None else told or 0

    def _runs(self, parent: Element, words: _Words, *, hidden: bool) -> None:
        for child in parent:
            name = name_of(child.tag)
            if name == "w:r":
                properties = find_child(child, "w:rPr")
                own = self._hidden(properties, "w:rStyle")
                if not (hidden if own is None else own):
                    self._run(child, words)
                elif find_child(child, "w:fldChar") is not None:
                    self._field(find_child(child, "w:fldChar"))
            elif name in _TRANSPARENT:
                self._runs(child, words, hidden=hidden)
            elif name == "w:rt":
                words.parts.append("(")
                self._runs(child, words, hidden=hidden)
                words.parts.append(")")
            elif name == "mc:AlternateContent":
                for part in branch(child):
                    if name_of(part.tag) == "w:r":
                        self._run(part, words)
                    else:
                        self._runs(part, words, hidden=hidden)
            elif name in ("m:oMath", "m:oMathPara"):
                words.parts.append(f" {formula(child)} ")

    def _run(self, run: Element, words: _Words) -> None:
        for child in run:
            if name_of(child.tag) == "mc:AlternateContent":
                for part in branch(child):
                    self._run_part(part, words)
            else:
                self._run_part(child, words)

    def _run_part(self, child: Element, words: _Words) -> None:
        name = name_of(child.tag)
        if name == "w:fldChar":
            self._field(child)
        elif True in self._fields:
            return
        elif name == "w:t":
            words.parts.append(_shown(child))
        elif name in _SPACES:
            words.parts.append(" ")
        elif name == "w:noBreakHyphen":
            words.parts.append("-")
        elif name == "w:sym":
            code = attribute(child, "w:char") or ""
            if re.fullmatch(r"[0-9a-fA-F]{1,4}", code):
                words.parts.append(symbol(attribute(child, "w:font") or "", int(code, 16)))
        elif name in ("w:footnoteReference", "w:endnoteReference"):
            self._references[name[2:].removesuffix("Reference"), attribute(child, "w:id") or ""] = None
        elif name in ("w:drawing", "w:pict", "w:object"):
            self._drawing(child, words)
        elif name == "w:ruby":
            self._runs(child, words, hidden=False)

    def _field(self, mark: Element | None) -> None:
        match attribute(mark, "w:fldCharType"):
            case "begin":
                self._fields.append(True)
            case "separate" if self._fields:
                self._fields[-1] = False
            case "end" if self._fields:
                self._fields.pop()

    # Drawings

    def _drawing(self, drawing: Element, words: _Words) -> None:
        name = name_of(drawing.tag)
        if name == "w:txbxContent":
            open_fields, self._fields = self._fields, []
            kept, self._kept = self._kept, ""
            words.beside += self.flow(drawing)
            self._fields, self._kept = open_fields, kept
        elif name == "mc:AlternateContent":
            for part in branch(drawing):
                self._drawing(part, words)
        elif name == "c:chart":
            words.beside += self._drawn_part(attribute(drawing, "r:id") or "", chart_flow)
        elif name == "dgm:relIds":
            words.beside += self._drawn_part(attribute(drawing, "r:dm") or "", diagram_flow)
        elif name == "v:textpath":
            words.beside.append(Piece("paragraph", drawing.get("string") or ""))
        else:
            for child in drawing:
                self._drawing(child, words)

    def _drawn_part(self, relation: str, read: Callable[[Element], Flow]) -> Flow:
        target = self._relations[relation].target if relation in self._relations else ""
        if target in self._drawn:
            return []
        self._drawn.add(target)
        try:
            return read(self._archive.xml(target))
        except DocumentError as error:
            self.warnings.append(str(error))
            return []

    def _foreign_part(self, relation: str) -> Flow:
        target = self._relations[relation].target if relation in self._relations else "of another format"
        if target in self._drawn:
            return []
        self._drawn.add(target)
        if not target.lower().endswith((".html", ".htm", ".xhtml", ".txt")):
            self.warnings.append(f"its embedded part {target} was not read")
            return []
        from kin_assistant.documents.readers.html import read_html

        text = self._archive.read(target).decode("utf-8", "replace")
        if target.lower().endswith(".txt"):
            return [Piece("paragraph", line) for line in text.splitlines()]
        composition = read_html(text)
        return [Piece("paragraph", composition.text[block.start : block.end]) for block in composition.blocks]

    # Tables

    def _table(self, table: Element) -> Table:
        rows: list[list[Flow]] = []
        bold: list[bool] = []
        header_rows = 0
        above: dict[int, Flow] = {}
        for row in _parts(table, "w:tr"):
            properties = find_child(row, "w:trPr")
            if (
                find_child(properties, "w:del") is not None
                or self._hidden(properties, "")
                or is_switched_on(properties, "w:hidden")
            ):
                continue
            if header_rows == len(rows) and is_switched_on(properties, "w:tblHeader"):
                header_rows += 1
            bold.append(_is_bold(row))
            rows.append(self._cells(row, _count(find_child(properties, "w:gridBefore")), above))
        if not header_rows and len(rows) > 1 and bold[0] and not any(bold[1:]):
            header_rows = 1
        return Table(rows, header_rows or None)

    def _cells(self, row: Element, before: int, above: dict[int, Flow]) -> list[Flow]:
        """The cells in their columns. ``above`` are those that are merged with cells below them, by column; it is kept up."""
        cells: list[Flow] = [[] for _ in range(before)]
        merging: dict[int, Flow] = {}
        for cell in _parts(row, "w:tc"):
            properties = find_child(cell, "w:tcPr")
            merged = find_child(properties, "w:vMerge")
            column = len(cells)
            if attribute(find_child(properties, "w:hMerge"), "w:val") == "continue":
                cells.append([])
            elif merged is not None and attribute(merged, "w:val") != "restart":
                # What names several rows is said in each, so that each can be quoted alone.
                cells.append(above.get(column, []))
                merging[column] = cells[column]
            else:
                cells.append(self.flow(cell))
                if merged is not None and _is_label(cells[column]):
                    merging[column] = cells[column]
            span = _count(find_child(properties, "w:gridSpan"))
            cells += [[] for _ in range(min(span - 1, MAX_COLUMNS - len(cells)))]
        above.clear()
        above.update(merging)
        return cells


def _shown(words: Element) -> str:
    """Words of a run; letters of symbol fonts stand in Unicode's private area."""
    text = words.text or ""
    if not any("\uf020" <= char <= "\uf0ff" for char in text):
        return text
    font = attribute(find_path(words.getparent(), "w:rPr", "w:rFonts"), "w:ascii") or ""
    return "".join(symbol(font, ord(char)) if "\uf020" <= char <= "\uf0ff" else char for char in text)


def _blocks(container: Element) -> Iterator[Element]:
    for child in container:
        name = name_of(child.tag)
        if name in _TRANSPARENT:
            yield from _blocks(child)
        elif name == "mc:AlternateContent":
            for part in branch(child):
                yield from _blocks(part) if name_of(part.tag) in _TRANSPARENT else (part,)
        else:
            yield child


def _parts(parent: Element, name: str) -> Iterator[Element]:
    """Rows of a table, cells of a row."""
    return (part for part in _blocks(parent) if name_of(part.tag) == name)


def _is_bold(row: Element) -> bool:
    """Whether all words of a row, two cells of them or more, are bold by themselves."""
    words = [run for run in row.iter() if name_of(run.tag) == "w:r" and find_child(run, "w:t") is not None]
    return len(words) > 1 and all(is_switched_on(find_child(run, "w:rPr"), "w:b") for run in words)


def _heading_level(properties: Element | None, chain: list[_Style]) -> int:
    """Level of a heading, 0 for other paragraphs."""
    for outline in (properties, *(style.properties for style in chain)):
        level = attribute(find_child(outline, "w:outlineLvl"), "w:val")
        if level is not None:
            return int(level) + 1 if level in tuple("012345678") else 0
    for style in chain:
        if style.name.lower() == "title":
            return 1
        match = _HEADING_STYLE.match(style.name)
        if match:
            return int(match[1])
    return 0


def _list_of(properties: Element | None) -> str | None:
    """Number of the list that a paragraph or a style names; "0" takes it out of all, None leaves it to its style."""
    return attribute(find_path(properties, "w:numPr", "w:numId"), "w:val")


def _depth_in_list(properties: Element | None) -> int | None:
    return read_depth(attribute(find_path(properties, "w:numPr", "w:ilvl"), "w:val"))


def _is_label(cell: Flow) -> bool:
    return all(isinstance(part, Piece) for part in cell) and len(flow_text(cell)) <= _LONGEST_LABEL


def _count(element: Element | None) -> int:
    """Columns that a property claims; 0 where it claims none."""
    value = attribute(element, "w:val") or ""
    return min(int(value), MAX_COLUMNS) if re.fullmatch(r"[0-9]{1,9}", value) else 0
