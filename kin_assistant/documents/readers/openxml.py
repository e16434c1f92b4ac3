"""What Word and slide files share: packages of parts that point to each other, formulas, charts and diagrams."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from kin_assistant.documents.readers.archive import Archive, Element
from kin_assistant.documents.readers.flow import MAX_COLUMNS, Flow, Piece, Table
from kin_assistant.errors import DocumentError
from kin_assistant.text.cleaning import clean

__all__ = [
    "Relation",
    "attribute",
    "branch",
    "chart_flow",
    "children",
    "diagram_flow",
    "find_child",
    "find_main_part",
    "find_path",
    "formula",
    "is_switched_on",
    "name_of",
    "read_core_title",
    "relations",
    "symbol",
]

_PREFIXES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://schemas.openxmlformats.org/presentationml/2006/main": "p",
    "http://purl.oclc.org/ooxml/presentationml/main": "p",
    "http://schemas.openxmlformats.org/drawingml/2006/main": "a",
    "http://purl.oclc.org/ooxml/drawingml/main": "a",
    "http://schemas.openxmlformats.org/drawingml/2006/chart": "c",
    "http://purl.oclc.org/ooxml/drawingml/chart": "c",
    "http://schemas.openxmlformats.org/drawingml/2006/diagram": "dgm",
    "http://purl.oclc.org/ooxml/drawingml/diagram": "dgm",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "r",
    "http://purl.oclc.org/ooxml/officeDocument/relationships": "r",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "http://schemas.microsoft.com/office/word/2010/wordprocessingShape": "wps",
    "urn:schemas-microsoft-com:vml": "v",
    "http://purl.org/dc/elements/1.1/": "dc",
}
_GREEK = dict(zip("abcdefghijklmnopqrstuvwxyz", "αβχδεφγηιϕκλμνοπθρστυϖωξψζ", strict=True)) | dict(
    zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ", strict=True)
)
_SIGNS = dict(
    zip(
        bytes.fromhex("a2a3a5abacadaeafb0b1b2b3b4b5b7b8b9babbbcc5ced1d6d7dee5f2"),
        "′≤∞↔←↑→↓°±″≥×∝•÷≠≡≈…⊕∈∇√·⇒∑∫",
        strict=True,
    )
)
_WINGDINGS = {0x6F: "☐", 0x71: "☐", 0x78: "☒", 0xA8: "☐", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑", 0xE0: "→"}
_NO_TITLE = re.compile(
    r"(?:microsoft (?:word|powerpoint) - .*|(?:powerpoint )?pr[eé]sentation\s*\d*|document\s*\d*|untitled\s*\d*|slide \d+)",
    re.I,
)
_MAX_POINTS = 2_000
"""Categories of a chart that are read."""


@dataclass(frozen=True, slots=True)
class Relation:
    """Where one part points to another."""

    kind: str
    """Last word of its type: ``slide``, ``notesSlide``, ``chart``."""
    target: str
    """Name of the part in the archive."""


@lru_cache(maxsize=4096)
def name_of(tag: str) -> str:
    """``w:p`` for an element's or attribute's full name, in the strict and the transitional form alike."""
    if not tag.startswith("{"):
        return tag
    namespace, _, name = tag[1:].partition("}")
    return f"{_PREFIXES.get(namespace, '?')}:{name}"


def attribute(element: Element | None, name: str) -> str | None:
    """Value of the attribute ``w:val``; None where it or the element is missing."""
    if element is not None:
        for key, value in element.attrib.items():
            if name_of(key) == name:
                return value
    return None


def find_child(element: Element | None, name: str) -> Element | None:
    """The first child called ``name``."""
    return next((child for child in children(element) if name_of(child.tag) == name), None)


def children(element: Element | None) -> Iterator[Element]:
    """Children of an element; none where it is missing."""
    return iter(()) if element is None else iter(element)


def find_path(element: Element | None, *names: str) -> Element | None:
    """The first child of the first child, and so on."""
    for name in names:
        element = find_child(element, name)
    return element


def is_switched_on(element: Element | None, name: str) -> bool | None:
    """Whether the property ``name`` among the children is on; None where it is not given."""
    found = find_child(element, name)
    if found is None:
        return None
    return attribute(found, f"{name.partition(':')[0]}:val") not in ("0", "false", "off")


def branch(element: Element) -> Iterator[Element]:
    """Children of the one branch of an ``mc:AlternateContent`` that is shown: the choice, else the fallback."""
    for name in ("mc:Choice", "mc:Fallback"):
        found = find_child(element, name)
        parts = list(children(found))
        # A choice that is an emoji by its number has the emoji itself as fallback.
        if parts and not parts[0].tag.endswith("}symEx"):
            yield from parts
            return


def find_main_part(archive: Archive, usual: str) -> tuple[str, list[str]]:
    """Name of the part that the package says is its main one, else the ``usual`` one; and warnings."""
    try:
        found = [relation.target for relation in relations(archive, "").values() if relation.kind == "officeDocument"]
    except DocumentError as error:
        return usual, [str(error)]
    return next((target for target in found if target in archive), usual), []


def relations(archive: Archive, part: str) -> dict[str, Relation]:
    """Relations of ``part`` ("" for the package) inside the archive, by id; none where their part is missing."""
    folder, name = posixpath.split(part)
    source = posixpath.join(folder, "_rels", f"{name}.rels")
    found: dict[str, Relation] = {}
    if source not in archive:
        return found
    for relation in archive.xml(source):
        target = relation.get("Target") or ""
        if not target or relation.get("TargetMode") == "External":
            continue
        target = posixpath.normpath(posixpath.join("/", folder, unquote(target.replace("\\", "/")))).lstrip("/")
        kind = (relation.get("Type") or "").rpartition("/")[2]
        found[relation.get("Id") or ""] = Relation(kind, target)
    return found


def read_core_title(archive: Archive) -> str | None:
    """The title among the file's properties, unless a program put it there."""
    try:
        part = next((found.target for found in relations(archive, "").values() if found.kind == "core-properties"), "")
        root = archive.xml(part or "docProps/core.xml")
    except DocumentError:
        return None
    found = find_child(root, "dc:title")
    title = clean(found.text or "") if found is not None else ""
    return title if title and not _NO_TITLE.fullmatch(title) else None


def symbol(font: str, code: int) -> str:
    """The character that ``code`` of a symbol font shows, where Unicode has one."""
    code = code - 0xF000 if 0xF000 <= code <= 0xF0FF else code
    if font.lower() == "symbol":
        return _GREEK.get(chr(code)) or _SIGNS.get(code) or (chr(code) if 0x20 <= code < 0x7F else "")
    if font.lower().startswith("wingdings"):
        return _WINGDINGS.get(code, "•" if code in (0x6C, 0x6E, 0x76, 0xA7, 0xD8) else "")
    return chr(code) if 0x20 <= code < 0xD800 else ""


def formula(element: Element) -> str:
    """A formula on one line: fractions as ``(a)/(b)``, powers as ``x^(2)``."""
    parts: list[str] = []
    for child in element:
        match name_of(child.tag):
            case "m:t" | "w:t" | "a:t":
                parts.append(child.text or "")
            case "m:f":
                parts.append(f"{_group(child, 'm:num')}/{_group(child, 'm:den')}")
            case "m:sSup":
                parts.append(f"{_inner(child, 'm:e')}^{_group(child, 'm:sup')}")
            case "m:sSub":
                parts.append(f"{_inner(child, 'm:e')}_{_group(child, 'm:sub')}")
            case "m:sSubSup":
                parts.append(f"{_inner(child, 'm:e')}_{_group(child, 'm:sub')}^{_group(child, 'm:sup')}")
            case "m:rad":
                parts.append(f"{_inner(child, 'm:deg')}√({_inner(child, 'm:e')})")
            case "m:nary":
                parts.append(_sum(child))
            case "m:d":
                parts.append(_in_brackets(child))
            case "m:m" | "m:eqArr":
                parts.append("; ".join(formula(row) for row in child if name_of(row.tag) in ("m:mr", "m:e")))
            case "m:oMath" | "m:mr":
                parts.append(formula(child) + " ")
            case name if name.endswith("Pr"):
                pass
            case _:
                parts.append(formula(child))
    return "".join(parts)


def _sum(element: Element) -> str:
    """A sum, product or integral with its limits."""
    sign = attribute(find_path(element, "m:naryPr", "m:chr"), "m:val") or "∫"
    below, above = _inner(element, "m:sub"), _inner(element, "m:sup")
    limits = (f"_({below})" if below else "") + (f"^({above})" if above else "")
    return f"{sign}{limits} {_inner(element, 'm:e')}"


def _in_brackets(element: Element) -> str:
    properties = find_child(element, "m:dPr")
    opening = attribute(find_child(properties, "m:begChr"), "m:val")
    closing = attribute(find_child(properties, "m:endChr"), "m:val")
    inner = ", ".join(formula(part) for part in element if name_of(part.tag) == "m:e")
    return f"{'(' if opening is None else opening}{inner}{')' if closing is None else closing}"


def _inner(element: Element, name: str) -> str:
    found = find_child(element, name)
    return formula(found).strip() if found is not None else ""


def _group(element: Element, name: str) -> str:
    inner = _inner(element, name)
    return inner if len(inner) < 2 or inner.isalnum() else f"({inner})"


def chart_flow(root: Element) -> Flow:
    """Title and figures of a chart: a row for each category, a column for each series."""
    chart = find_child(root, "c:chart")
    flow: Flow = []
    title = find_path(chart, "c:title", "c:tx")
    if title is not None:
        flow.append(Piece("paragraph", _drawn_text(title)))
    names: list[str] = []
    columns: list[dict[int, str]] = []
    categories: dict[int, str] = {}
    plot = find_child(chart, "c:plotArea")
    for series in plot.iter() if plot is not None else ():
        if name_of(series.tag) != "c:ser" or len(names) >= MAX_COLUMNS:
            continue
        label = find_child(series, "c:tx")
        names.append(_drawn_text(label) if label is not None else "")
        categories = {**_points(_either(series, "c:cat", "c:xVal")), **categories}
        columns.append(_points(_either(series, "c:val", "c:yVal")))
    numbers = sorted(set(categories).union(*columns))[:_MAX_POINTS]
    if numbers:
        rows = [["", *names]] if any(names) else []
        rows += [[categories.get(n, ""), *(column.get(n, "") for column in columns)] for n in numbers]
        cells: list[list[Flow]] = [[[Piece("paragraph", text)] for text in row] for row in rows]
        flow.append(Table(cells, header_rows=1 if any(names) else 0))
    return flow


def _either(element: Element, first: str, second: str) -> Element | None:
    found = find_child(element, first)
    return found if found is not None else find_child(element, second)


def _drawn_text(element: Element) -> str:
    return " ".join(part.text or "" for part in element.iter() if name_of(part.tag) in ("a:t", "c:v"))


def _points(data: Element | None) -> dict[int, str]:
    points: dict[int, str] = {}
    percent = False
    for part in data.iter() if data is not None else ():
        name = name_of(part.tag)
        if name == "c:formatCode":
            percent = (part.text or "").endswith("%")
        elif name == "c:pt" and (number := part.get("idx") or "").isdecimal() and len(number) < 7:
            value = find_child(part, "c:v")
            text = clean((value.text if value is not None else "") or "")
            index = int(number)
            # Categories of several levels: the finer one stands first.
            points[index] = f"{points[index]}, {text}" if index in points else _figure(text, percent)
    return points


def _figure(text: str, percent: bool) -> str:
    if not re.fullmatch(r"-?\d{1,15}(?:\.\d{1,20})?(?:[eE][-+]?\d{1,3})?", text):
        return text
    value = float(text)
    return f"{value * 100:.10g}%" if percent else f"{value:.10g}" if "." in text or "e" in text.lower() else text


def diagram_flow(root: Element) -> Flow:
    """The words of a diagram (SmartArt), an item each."""
    flow: Flow = []
    for point in root.iter():
        if name_of(point.tag) == "dgm:pt" and point.get("type", "node") in ("node", "asst"):
            text = find_child(point, "dgm:t")
            if text is not None:
                flow.append(Piece("item", _drawn_text(text), level=1, marker="- "))
    return flow
