"""Word documents (DOCX): what their reader sees, with headings, lists, tables and notes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from kin_assistant.documents.readers.archive import Archive, Element, open_archive
from kin_assistant.documents.readers.composition import Extract, TextComposer
from kin_assistant.documents.readers.flow import MAX_COLUMNS, Flow, Piece, Table, add_flow
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
_MAX_START = 1_000_000
_LONGEST_LETTER_LIST = 26 * 26


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
        self._numbering = _Numbering(self._part("numbering"))
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
            style = self._styles.get(identity) or _Style(identity, "", None, None)
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
        if mark is not None and (find_child(mark, "w:del") is not None or find_child(mark, "w:moveFrom") is not None):
            # Its end was deleted: it goes on in the next one.
            self._kept = text
            return words.beside
        return [*self._pieces(text, properties, chain), *words.beside]

    def _pieces(self, text: str, properties: Element | None, chain: list[_Style]) -> Flow:
        level = _heading_level(properties, chain)
        marker = ""
        depth = 0
        if clean(text):
            number, depth = _list_place(properties, chain)
            marker = self._numbering.marker(number, depth) if number else ""
        if level:
            return [Piece("heading", text, level=level)]
        if marker:
            return [Piece("item", text, level=depth + 1, marker="  " * depth + marker)]
        return [Piece("paragraph", text)]

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
            rows.append(self._cells(row, _count(find_child(properties, "w:gridBefore"))))
        if not header_rows and len(rows) > 1 and bold[0] and not any(bold[1:]):
            header_rows = 1
        return Table(rows, header_rows or None)

    def _cells(self, row: Element, before: int) -> list[Flow]:
        cells: list[Flow] = [[] for _ in range(before)]
        for cell in _parts(row, "w:tc"):
            properties = find_child(cell, "w:tcPr")
            # What the merged cell above holds is not said again.
            merged = find_child(properties, "w:vMerge")
            goes_on = merged is not None and attribute(merged, "w:val") != "restart"
            goes_on = goes_on or attribute(find_child(properties, "w:hMerge"), "w:val") == "continue"
            cells.append([] if goes_on else self.flow(cell))
            span = _count(find_child(properties, "w:gridSpan"))
            cells += [[] for _ in range(min(span - 1, MAX_COLUMNS - len(cells)))]
        return cells


class _Numbering:
    """Numbers and bullets of lists."""

    def __init__(self, root: Element | None) -> None:
        self._formats: dict[tuple[str, int], tuple[str, int]] = {}
        """(format, first number) of (list, depth)."""
        self._lists: dict[str, str] = {}
        self._restarts: dict[tuple[str, int], int] = {}
        self._counts: dict[tuple[str, int], int] = {}
        self._seen: set[tuple[str, int]] = set()
        for part in children(root):
            if name_of(part.tag) == "w:abstractNum":
                identity = attribute(part, "w:abstractNumId") or ""
                for level in part:
                    if name_of(level.tag) == "w:lvl":
                        first = _count(find_child(level, "w:start"), 1, most=_MAX_START)
                        shape = attribute(find_child(level, "w:numFmt"), "w:val") or "decimal"
                        self._formats[identity, _depth(attribute(level, "w:ilvl"))] = (shape, first)
            elif name_of(part.tag) == "w:num":
                number = attribute(part, "w:numId") or ""
                self._lists[number] = attribute(find_child(part, "w:abstractNumId"), "w:val") or ""
                for override in part:
                    start = find_child(override, "w:startOverride")
                    if start is not None:
                        self._restarts[number, _depth(attribute(override, "w:ilvl"))] = _count(
                            start, 1, most=_MAX_START
                        )

    def marker(self, number: str, depth: int) -> str:
        """What stands before the next item of the list ``number``; nothing for a list without marks."""
        source = self._lists.get(number, number)
        shape, first = self._formats.get((source, depth), ("bullet", 1))
        if shape == "none":
            return ""
        if shape == "bullet":
            return "- "
        if (number, depth) in self._restarts and (number, depth) not in self._seen:
            self._counts.pop((source, depth), None)
            first = self._restarts[number, depth]
        self._seen.add((number, depth))
        at = self._counts.get((source, depth))
        count = self._counts[source, depth] = first if at is None else at + 1
        for deeper in range(depth + 1, 9):
            self._counts.pop((source, deeper), None)
        return f"{_numeral(count, shape)}. "


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


def _list_place(properties: Element | None, chain: list[_Style]) -> tuple[str, int]:
    """Number of the list that a paragraph belongs to and its depth from 0; "" without one."""
    for source in (properties, *(style.properties for style in chain)):
        number = attribute(find_path(source, "w:numPr", "w:numId"), "w:val")
        if number is not None:
            depth = _depth(attribute(find_path(source, "w:numPr", "w:ilvl"), "w:val"))
            return ("" if number == "0" else number), depth
    return "", 0


def _depth(value: str | None) -> int:
    return int(value) if value in tuple("012345678") else 0


def _count(element: Element | None, default: int = 0, *, most: int = MAX_COLUMNS) -> int:
    value = attribute(element, "w:val") or ""
    return min(int(value), most) if re.fullmatch(r"[0-9]{1,9}", value) else default


def _numeral(number: int, shape: str) -> str:
    if shape in ("lowerLetter", "upperLetter") and 0 < number < _LONGEST_LETTER_LIST:
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter if shape == "lowerLetter" else letter.upper()
    if shape in ("lowerRoman", "upperRoman") and 0 < number < 400:
        roman = ""
        for value, letters in zip(
            (100, 90, 50, 40, 10, 9, 5, 4, 1), ("c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"), strict=True
        ):
            roman += letters * (number // value)
            number %= value
        return roman if shape == "lowerRoman" else roman.upper()
    return str(number)
