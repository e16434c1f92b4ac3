"""Office files made by tests: zip archives of the parts that a test names."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence

from kin_assistant.documents.readers.composition import Composition, Extract
from kin_assistant.errors import DocumentError

__all__ = ["blocks_of", "check_read_or_refused", "damaged", "docx", "pack", "pptx", "relations", "texts_of"]

TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
WORD_NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml"'
    f' xmlns:r="{TYPE}" xmlns:a="{DRAWING}/main" xmlns:c="{DRAWING}/chart" xmlns:dgm="{DRAWING}/diagram"'
    ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
SLIDE_NAMESPACES = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    f' xmlns:a="{DRAWING}/main" xmlns:r="{TYPE}" xmlns:c="{DRAWING}/chart" xmlns:dgm="{DRAWING}/diagram"'
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)


def pack(parts: dict[str, str | bytes]) -> bytes:
    """A zip archive of ``parts``."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def relations(*found: tuple[str, str, str]) -> str:
    """The part that holds relations (id, kind, target)."""
    lines = "".join(f'<Relationship Id="{i}" Type="{TYPE}/{kind}" Target="{target}"/>' for i, kind, target in found)
    return f'<Relationships xmlns="{PACKAGE}/relationships">{lines}</Relationships>'


def docx(body: str, parts: dict[str, str | bytes] | None = None) -> bytes:
    """A Word file whose body is ``body``; ``parts`` are added, those of WordprocessingML with ``{ns}`` filled in."""
    document = f"<w:document {WORD_NAMESPACES}><w:body>{body}</w:body></w:document>"
    more = {
        name: content.replace("{ns}", WORD_NAMESPACES) if isinstance(content, str) else content
        for name, content in (parts or {}).items()
    }
    return pack(
        {"_rels/.rels": relations(("d", "officeDocument", "word/document.xml")), "word/document.xml": document} | more
    )


def pptx(
    slides: list[str], parts: dict[str, str | bytes] | None = None, *, attributes: dict[int, str] | None = None
) -> bytes:
    """Slides whose shapes are ``slides``; ``attributes`` of their root by number from 1."""
    listed = "".join(f'<p:sldId id="{255 + i}" r:id="s{i}"/>' for i in range(1, len(slides) + 1))
    made: dict[str, str | bytes] = {
        "_rels/.rels": relations(("d", "officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": f"<p:presentation {SLIDE_NAMESPACES}><p:sldIdLst>{listed}</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": relations(
            *((f"s{i}", "slide", f"slides/slide{i}.xml") for i in range(1, len(slides) + 1))
        ),
    }
    for number, shapes in enumerate(slides, 1):
        extra = (attributes or {}).get(number, "")
        made[f"ppt/slides/slide{number}.xml"] = (
            f"<p:sld {SLIDE_NAMESPACES} {extra}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>"
        )
    return pack(made | (parts or {}))


def blocks_of(extract: Extract) -> list[tuple[str, int, str]]:
    """(kind, level, text) of each block."""
    found: Composition = extract.composition
    return [(block.kind, block.level, found.text[block.start : block.end]) for block in found.blocks]


def texts_of(extract: Extract) -> list[str]:
    """Text of each block."""
    return [text for _, _, text in blocks_of(extract)]


def damaged(whole: bytes, bits: Sequence[int], length: int) -> bytes:
    """``whole`` with some bits turned over, cut to ``length`` bytes."""
    data = bytearray(whole)
    for bit in bits:
        data[bit // 8] ^= 1 << bit % 8
    return bytes(data[:length])


def check_read_or_refused(read: Callable[[bytes], Extract], data: bytes) -> None:
    """Nothing but text in blocks that follow each other, or a ``DocumentError`` with a reason."""
    try:
        composition = read(data).composition
    except DocumentError as error:
        assert str(error).strip()
        return
    end = 0
    for block in composition.blocks:
        assert end <= block.start < block.end <= len(composition.text)
        assert composition.text[block.start : block.end].strip()
        end = block.end
