"""Slides (PPTX): a page for each slide, with its title, lists, tables, charts and notes."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator

from kin_assistant.documents.readers.archive import Archive, Element, open_archive
from kin_assistant.documents.readers.composition import Extract, TextComposer
from kin_assistant.documents.readers.flow import MAX_COLUMNS, Flow, Piece, Table, add_flow, has_text
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
    name_of,
    read_core_title,
    relations,
)
from kin_assistant.errors import DocumentError
from kin_assistant.text.cleaning import clean

__all__ = ["read_pptx"]

_MAIN_PART = "ppt/presentation.xml"
_SLIDE_NAME = re.compile(r"ppt/slides/slide(\d{1,6})\.xml", re.IGNORECASE)
_TITLES = frozenset(("title", "ctrTitle"))
_FEET = frozenset(("dt", "ftr", "hdr", "sldNum", "sldImg"))
"""Placeholders that say the same on every slide."""
_LISTS = frozenset(("body", "obj", "", "tbl", "chart", "dgm", "media", "clipArt", "pic"))
_LONGEST_TITLE = 80


def read_pptx(data: bytes) -> Extract:
    """Read slides; pages are their numbers in the file, hidden ones counted and left out.

    A slide that is damaged is named in the warnings. Raises ``DocumentError`` where no slide can be read.
    """
    archive = open_archive(data)
    slides, warnings = _slides(archive)
    if not slides:
        raise DocumentError("it holds no slides")
    composer = TextComposer()
    without_text: list[int] = []
    hidden: list[int] = []
    faults: list[str] = []
    drawn: set[str] = set()
    for number, part in enumerate(slides, 1):
        reader = _SlideReader(archive, part, drawn)
        try:
            flow = reader.flow()
        except DocumentError as error:
            faults.append(f"slide {number} could not be read: {error}")
            continue
        warnings += [f"slide {number}: {warning}" for warning in reader.warnings]
        if reader.hidden:
            hidden.append(number)
        elif has_text(flow):
            add_flow(composer, _under_title(flow, number), number)
        else:
            without_text.append(number)
    if len(faults) == len(slides):
        raise DocumentError(faults[0])
    if hidden:
        numbers = ", ".join(map(str, hidden))
        warnings.append(f"hidden slide{'s' if len(hidden) > 1 else ''} left out: {numbers}")
    composition = composer.finish()
    own_title = composition.title is not None and not re.fullmatch(r"Slide \d+", composition.title)
    return Extract(
        composition,
        title=None if own_title else read_core_title(archive),
        pages=len(slides),
        pages_without_text=tuple(without_text),
        warnings=tuple(dict.fromkeys(warnings + faults)),
    )


def _slides(archive: Archive) -> tuple[list[str], list[str]]:
    """Names of the slides' parts in the order they are shown, and warnings; by their numbers where the order is lost."""
    try:
        main, warnings = find_main_part(archive, _MAIN_PART)
        root = archive.xml(main)
        if name_of(root.tag) != "p:presentation":
            raise DocumentError("it holds no slides")
        targets = relations(archive, main)
        listed = [attribute(slide, "r:id") or "" for slide in children(find_child(root, "p:sldIdLst"))]
        found = [targets[identity].target for identity in listed if identity in targets]
    except DocumentError as error:
        fault = str(error)
    else:
        # A slide may be listed twice in a file that was made to be large.
        found = list(dict.fromkeys(part for part in found if _is_slide(part)))
        if found or not listed:
            lost = len(listed) - len(found)
            return found, warnings + ([f"slides listed that are not in the file: {lost}"] if lost else [])
        fault = "its slides are not where they are listed"
    numbered = {int(match[1]): name for name in archive.names() if (match := _SLIDE_NAME.fullmatch(name))}
    if not numbered:
        raise DocumentError(fault)
    return [numbered[number] for number in sorted(numbered)], [f"slides taken in the order of their names: {fault}"]


def _is_slide(part: str) -> bool:
    return posixpath.splitext(part)[1].lower() == ".xml"


def _under_title(flow: Flow, number: int) -> Flow:
    """The flow with a heading first: the title, else a short first line, else the slide's number."""
    title = next(
        (i for i, part in enumerate(flow) if isinstance(part, Piece) and part.kind == "heading" and part.level == 2),
        None,
    )
    if title is not None:
        return [flow[title], *flow[:title], *flow[title + 1 :]]
    first = flow[0]
    if (
        isinstance(first, Piece)
        and first.kind == "paragraph"
        and len(clean(first.text)) <= _LONGEST_TITLE
        and len(flow) > 1
    ):
        return [Piece("heading", first.text, level=2), *flow[1:]]
    return [Piece("heading", f"Slide {number}", level=2), *flow]


class _SlideReader:
    """Reads one slide; ``drawn`` are the parts read for slides before, so that none is read a thousand times."""

    def __init__(self, archive: Archive, part: str, drawn: set[str]) -> None:
        self.hidden = False
        self.warnings: list[str] = []
        self._archive = archive
        self._part = part
        self._drawn = drawn
        self._relations: dict[str, Relation] = {}

    def flow(self) -> Flow:
        """What stands on the slide, and its notes under a heading."""
        root = self._archive.xml(self._part)
        self.hidden = root.get("show") in ("0", "false")
        if self.hidden:
            return []
        try:
            self._relations = relations(self._archive, self._part)
        except DocumentError as error:
            self.warnings.append(str(error))
        flow = self._shapes(find_path(root, "p:cSld", "p:spTree"))
        notes = self._notes()
        if has_text(notes):
            flow += [Piece("heading", "Notes", level=3), *notes]
        return [part for part in flow if has_text([part])]

    def _notes(self) -> Flow:
        part = next((found.target for found in self._relations.values() if found.kind == "notesSlide"), None)
        if part is None or part in self._drawn:
            return []
        self._drawn.add(part)
        try:
            root = self._archive.xml(part)
        except DocumentError as error:
            self.warnings.append(f"its notes could not be read: {error}")
            return []
        flow: Flow = []
        for shape in _shapes_in(find_path(root, "p:cSld", "p:spTree")):
            place = find_path(shape, "p:nvSpPr", "p:nvPr", "p:ph")
            if name_of(shape.tag) == "p:sp" and (place is None or place.get("type", "body") == "body"):
                flow += _paragraphs(find_child(shape, "p:txBody"), bulleted=False)
        return flow

    def _shapes(self, tree: Element | None) -> Flow:
        flow: Flow = []
        for shape in _shapes_in(tree):
            match name_of(shape.tag):
                case "p:sp" | "p:cxnSp":
                    flow += _text_of(shape)
                case "p:graphicFrame":
                    flow += self._graphic(shape)
        return flow

    def _graphic(self, frame: Element) -> Flow:
        for part in children(find_path(frame, "a:graphic", "a:graphicData")):
            match name_of(part.tag):
                case "a:tbl":
                    return [_table(part)]
                case "c:chart":
                    return self._drawn_part(attribute(part, "r:id") or "", chart_flow)
                case "dgm:relIds":
                    return self._drawn_part(attribute(part, "r:dm") or "", diagram_flow)
        return []

    def _drawn_part(self, relation: str, read: Callable[[Element], Flow]) -> Flow:
        found = self._relations.get(relation)
        if found is None or found.target in self._drawn:
            return []
        self._drawn.add(found.target)
        try:
            return read(self._archive.xml(found.target))
        except DocumentError as error:
            self.warnings.append(str(error))
            return []


def _shapes_in(tree: Element | None) -> Iterator[Element]:
    """Shapes that are shown, those of groups among them."""
    for shape in children(tree):
        name = name_of(shape.tag)
        if name == "mc:AlternateContent":
            for part in branch(shape):
                if name_of(part.tag) == "p:grpSp":
                    yield from _shapes_in(part)
                else:
                    yield part
        elif any(attribute(find_child(properties, "p:cNvPr"), "hidden") in ("1", "true") for properties in shape):
            continue
        elif name == "p:grpSp":
            yield from _shapes_in(shape)
        else:
            yield shape


def _text_of(shape: Element) -> Flow:
    place = find_path(shape, "p:nvSpPr", "p:nvPr", "p:ph")
    kind = place.get("type", "") if place is not None else None
    body = find_child(shape, "p:txBody")
    if kind in _FEET:
        return []
    flow = _paragraphs(body, bulleted=kind in _LISTS)
    if kind in _TITLES:
        words = " ".join(part.text for part in flow if isinstance(part, Piece))
        return [Piece("heading", words, level=2)]
    return flow


def _paragraphs(body: Element | None, *, bulleted: bool) -> Flow:
    """Paragraphs of a shape or cell; ``bulleted`` where they are list items unless they say otherwise."""
    flow: Flow = []
    for paragraph in children(body):
        if name_of(paragraph.tag) != "a:p":
            continue
        properties = find_child(paragraph, "a:pPr")
        level = properties.get("lvl", "0") if properties is not None else "0"
        depth = int(level) if level in tuple("012345678") else 0
        marks = {name_of(part.tag) for part in children(properties)}
        is_item = bool(marks & {"a:buChar", "a:buAutoNum", "a:buBlip"}) or (bulleted and "a:buNone" not in marks)
        text = _line(paragraph)
        if is_item:
            flow.append(Piece("item", text, level=depth + 1, marker="  " * depth + "- "))
        else:
            flow.append(Piece("paragraph", text))
    return flow


def _line(paragraph: Element) -> str:
    parts: list[str] = []
    for run in paragraph:
        match name_of(run.tag):
            case "a:r":
                text = find_child(run, "a:t")
                parts.append((text.text if text is not None else "") or "")
            case "a:fld" if run.get("type") != "slidenum":
                text = find_child(run, "a:t")
                parts.append((text.text if text is not None else "") or "")
            case "a:br":
                parts.append(" ")
            case "mc:AlternateContent":
                parts += [f" {formula(part)} " for part in branch(run)]
            case name if name.endswith(":m"):
                parts.append(f" {formula(run)} ")
    return "".join(parts)


def _table(table: Element) -> Table:
    rows: list[list[Flow]] = []
    for row in table:
        if name_of(row.tag) != "a:tr":
            continue
        cells: list[Flow] = []
        for cell in row:
            if name_of(cell.tag) == "a:tc" and len(cells) < MAX_COLUMNS:
                merged = cell.get("hMerge") in ("1", "true") or cell.get("vMerge") in ("1", "true")
                cells.append([] if merged else _paragraphs(find_child(cell, "a:txBody"), bulleted=False))
        rows.append(cells)
    properties = find_child(table, "a:tblPr")
    first_row = properties is not None and properties.get("firstRow") in ("1", "true") and len(rows) > 1
    return Table(rows, 1 if first_row else None)
