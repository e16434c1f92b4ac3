"""Old Office files: a Word file that LibreOffice wrote, and slides that tests make.

No library writes DOC. ``waste.doc`` was made once: a DOCX of python-docx with a title, two headings, a numbered and a bulleted
list, a table with a merged cell, hidden and deleted words and running heads, saved as "Word 97-2003" by LibreOffice 7.4.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

from tests.ole_files import ole

__all__ = ["DOC", "encrypted_doc", "ppt", "record"]

DOC = Path(__file__).with_name("waste.doc").read_bytes()

_CONTAINER = 0xF
_OPEN, _ENCRYPTED = 0xE391C05F, 0xF3D1C4DF


def encrypted_doc() -> bytes:
    """``DOC`` with the mark of a file that needs a password, in the flags at its beginning."""
    data = bytearray(DOC)
    data[DOC.index(b"\xec\xa5") + 11] |= 1
    return bytes(data)


def record(kind: int, content: bytes, instance: int = 0, version: int = 0) -> bytes:
    """A record of a PowerPoint file."""
    return struct.pack("<HHI", version | instance << 4, kind, len(content)) + content


def ppt(slides: Sequence[tuple[str, str]], *, encrypted: bool = False) -> bytes:
    """Slides of a title and a text, each of which may be empty."""
    listed = b""
    for number, (title, body) in enumerate(slides):
        listed += record(0x03F3, struct.pack("<IIiII", 2 + number, 4, 2, 256 + number, 0))
        for kind, text in ((0, title), (1, body)):
            if text:
                listed += record(0x0F9F, struct.pack("<I", kind)) + record(0x0FA0, text.encode("utf-16-le"))
    inner = record(0x03E9, bytes(40), version=1) + record(0x0FF0, listed, version=_CONTAINER) + record(0x03EA, b"")
    objects = [record(0x03E8, inner, version=_CONTAINER)]
    objects += [record(0x03EE, record(0x03EF, bytes(24), version=2), version=_CONTAINER) for _ in slides]
    places = [sum(map(len, objects[:n])) for n in range(len(objects))]
    stream = b"".join(objects)
    directory = len(stream)
    stream += record(0x1772, struct.pack(f"<I{len(places)}I", 1 | len(places) << 20, *places))
    edit = len(stream)
    stream += record(0x0FF5, struct.pack("<IHBBIIIIHH", 0, 0, 0, 3, 0, directory, 1, len(objects) + 1, 1, 0))
    token = _ENCRYPTED if encrypted else _OPEN
    user = struct.pack("<IIIHHBBH", 20, token, edit, 4, 0x03F4, 3, 0, 0) + b"user" + struct.pack("<I", 8)
    return ole({"Current User": record(0x0FF6, user), "PowerPoint Document": stream})
