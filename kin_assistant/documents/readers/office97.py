"""Old Word and PowerPoint files (DOC, PPT) by office-oxide, where it is installed (the extra ``legacy-office``).

It gives headings, paragraphs, items and tables, and leaves out hidden and deleted text. It does not tell the numbers of items
or headings, and passes over slides without text.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import closing
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kin_assistant.documents.readers.composition import Extract, TextComposer
from kin_assistant.documents.readers.flow import MAX_COLUMNS, Flow, Piece, Table, add_flow, flow_text, has_text
from kin_assistant.documents.readers.ole import open_container
from kin_assistant.errors import DocumentError

__all__ = ["ENCRYPTED", "is_installed", "read_office97"]

ENCRYPTED = "it is encrypted and needs a password"

_DEEPEST_HEADING = 9
_LONGEST_LABEL = 200
_SLIDE_LIST, _SLIDE_PLACE, _DOCUMENT = 0x0FF0, 0x03F3, 0x03E8
"""Records of a PowerPoint file (MS-PPT): what lists the slides, one of them, and what holds the list."""
_RECORD = struct.Struct("<HHI")
_UNNAMED = "Slide "


class _Node(BaseModel):
    """What the library says of a part of a document; all kinds of parts in one."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    type: str = ""
    title: str | None = None
    text: str = ""
    level: int = 0
    content: tuple[_Node, ...] = ()
    elements: tuple[_Node, ...] = ()
    items: tuple[_Node, ...] = ()
    rows: tuple[_Node, ...] = ()
    cells: tuple[_Node, ...] = ()
    col_span: int = 1
    row_span: int = 1


class _Tree(BaseModel):
    """A document as the library sees it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    metadata: _Node = Field(default_factory=_Node)
    sections: tuple[_Node, ...] = ()


def is_installed() -> bool:
    """Whether the library is there: there is none for systems with a C library older than glibc 2.34."""
    try:
        import office_oxide  # noqa: F401
    except ImportError:
        return False
    return True


def read_office97(data: bytes, kind: str) -> Extract:
    """Read the OLE file ``data`` as a ``kind``: ".doc", or ".ppt", whose pages are its slides. Raises ``DocumentError``."""
    tree = _parse(data, "ppt" if kind == ".ppt" else "doc")
    warnings: list[str] = []
    pages = None
    if kind == ".ppt":
        pages = len(tree.sections)
        if _count_slides(data) != pages:
            # Slides without text are missing: the others cannot be numbered.
            pages = None
            warnings.append("the numbers of its slides cannot be told")
    composer = TextComposer()
    for number, section in enumerate(tree.sections, 1):
        flow = list(_flow(section.elements, 1))
        if kind == ".ppt" and has_text(flow) and not any(_is_heading(part) for part in flow[:1]):
            flow.insert(0, Piece("heading", f"{_UNNAMED}{number}" if pages else _UNNAMED.strip(), level=1))
        add_flow(composer, flow, number if pages else None)
    composition = composer.finish()
    title = tree.metadata.title if composition.title is None or composition.title.startswith(_UNNAMED) else None
    without_text = [n for n, section in enumerate(tree.sections, 1) if not has_text(list(_flow(section.elements, 1)))]
    return Extract(
        composition,
        title=title,
        pages=pages,
        pages_without_text=tuple(without_text) if pages else (),
        warnings=tuple(warnings),
    )


def _parse(data: bytes, kind: Literal["doc", "ppt"]) -> _Tree:
    from office_oxide import Document, OfficeOxideError

    try:
        with closing(Document.from_bytes(data, kind)) as document:
            return _Tree.model_validate_json(document.to_ir_json())
    except OfficeOxideError as error:
        if "encrypted" in str(error):
            raise DocumentError(ENCRYPTED) from error
        raise DocumentError("it is damaged, or older than Office 97", details=str(error)) from error
    except ValidationError as error:
        raise DocumentError("its parts are nested too deeply, or make no sense", details=str(error)) from error


def _flow(nodes: tuple[_Node, ...], depth: int) -> Iterator[Piece | Table]:
    for node in nodes:
        match node.type:
            case "heading":
                yield Piece("heading", _words(node), level=min(max(node.level, 1), _DEEPEST_HEADING))
            case "paragraph":
                yield Piece("paragraph", _words(node))
            case "list":
                for item in node.items:
                    yield from _item(item, depth)
            case "table":
                yield Table(_rows(node.rows))
            case _:
                # A text box, a note, or what a later version adds: what stands in it is read.
                within = node.content or node.elements
                if any(part.type == "text" for part in within):
                    yield Piece("paragraph", _words(node))
                else:
                    yield from _flow(within, depth)


def _item(item: _Node, depth: int) -> Iterator[Piece | Table]:
    for part in _flow(item.content, depth + 1):
        if isinstance(part, Piece) and part.kind == "paragraph":
            yield Piece("item", part.text, level=depth, marker=f"{'  ' * (depth - 1)}- ")
        else:
            yield part


def _words(node: _Node) -> str:
    return "".join(part.text if part.type == "text" else f" {_words(part)}" for part in node.content)


def _rows(rows: tuple[_Node, ...]) -> list[list[Flow]]:
    """The cells in their columns; what names several rows stands in each of them."""
    made: list[list[Flow]] = []
    below: dict[int, tuple[int, Flow]] = {}
    for row in rows:
        cells: list[Flow] = []
        for cell in row.cells:
            _carry_down(cells, below)
            if len(cells) >= MAX_COLUMNS:
                break
            flow = list(_flow(cell.content, 1))
            if cell.row_span > 1:
                is_label = all(isinstance(part, Piece) for part in flow) and len(flow_text(flow)) <= _LONGEST_LABEL
                below[len(cells)] = (cell.row_span - 1, flow if is_label else [])
            cells.append(flow)
            cells += [[] for _ in range(min(cell.col_span - 1, MAX_COLUMNS - len(cells)))]
        _carry_down(cells, below)
        made.append(cells)
    return made


def _carry_down(cells: list[Flow], below: dict[int, tuple[int, Flow]]) -> None:
    """Add the cells that reach from above into the next columns."""
    while len(cells) in below:
        left, flow = below.pop(len(cells))
        if left > 1:
            below[len(cells)] = (left - 1, flow)
        cells.append(flow)


def _is_heading(part: Piece | Table) -> bool:
    return isinstance(part, Piece) and part.kind == "heading"


# Slides


def _count_slides(data: bytes) -> int:
    """How many slides the file lists; of a file that was saved in pieces, its last list."""
    with open_container(data) as root:
        stream = root.read("PowerPoint Document")
    count = 0
    for kind, _, document in _records(stream):
        if kind == _DOCUMENT:
            for inner, instance, listed in _records(document):
                if inner == _SLIDE_LIST and instance == 0:
                    count = sum(place == _SLIDE_PLACE for place, _, _ in _records(listed))
    return count


def _records(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Kind, instance and content of the records that follow each other in ``data``."""
    at = 0
    while at + _RECORD.size <= len(data):
        first, kind, length = _RECORD.unpack_from(data, at)
        yield kind, first >> 4, data[at + _RECORD.size : at + _RECORD.size + length]
        at += _RECORD.size + length
