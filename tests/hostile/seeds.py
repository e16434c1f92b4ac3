"""A small valid file for each suffix that is read, to be damaged, renamed and mixed."""

from __future__ import annotations

import struct
from functools import lru_cache

from kin_assistant.documents.reading import SUFFIXES
from tests.hostile.specimen import SENTENCE
from tests.office97_files import DOC, ppt
from tests.office_files import docx, pack, pptx
from tests.ole_files import message, ole, recipient

__all__ = ["BINARY", "READ", "SECOND", "ZIPPED", "epub", "mail", "odf", "pdf", "seeds", "xlsx"]

SECOND = "The city collects organic waste from 40,000 households since then."
BINARY = (".pdf", ".docx", ".pptx", ".xlsx", ".xls", ".odt", ".odp", ".ods", ".epub", ".doc", ".ppt", ".msg")
"""Suffixes of seeds that are no text."""
ZIPPED = (".docx", ".pptx", ".xlsx", ".odt", ".odp", ".ods", ".epub")

_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"


def pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A PDF file of ``objects``, numbered from 1, with a table of where they are; the first is the root."""
    data = b"%PDF-1.5\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table
    return data + b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        trailer,
        start,
    )


def xlsx(sheet: str, parts: dict[str, str | bytes] | None = None) -> bytes:
    """A workbook of one sheet with this content."""
    made: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_RELATIONS}"><sheets><sheet name="Waste" r:id="r1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships><Relationship Id="r1" Type="{_RELATIONS}/worksheet"'
        ' Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_SHEET}">{sheet}</worksheet>',
    }
    return pack(made | (parts or {}))


def odf(kind: str, body: str, mime: str = "text", parts: dict[str, str | bytes] | None = None) -> bytes:
    """An OpenDocument file of a ``kind`` (text, presentation, spreadsheet) with this body."""
    names = " ".join(f'xmlns:{name}="{_OASIS}:{name}:1.0"' for name in "office text table presentation style".split())
    content = (
        f'<office:document-content {names} xmlns:draw="{_OASIS}:drawing:1.0">'
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    )
    made: dict[str, str | bytes] = {
        "mimetype": f"application/vnd.oasis.opendocument.{mime}",
        "content.xml": content,
    }
    return pack(made | (parts or {}))


def epub(chapters: dict[str, str], spine: str | None = None, parts: dict[str, str | bytes] | None = None) -> bytes:
    """An e-book of ``chapters`` by name, read in the order of ``spine``."""
    items = "".join(f'<item id="{n}" href="{n}" media-type="application/xhtml+xml"/>' for n in chapters)
    order = spine if spine is not None else "".join(f'<itemref idref="{name}"/>' for name in chapters)
    made: dict[str, str | bytes] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container><rootfiles><rootfile full-path="book.opf"/></rootfiles></container>',
        "book.opf": "<package><metadata><dc:title>The book</dc:title></metadata>"
        f"<manifest>{items}</manifest><spine>{order}</spine></package>",
    }
    return pack(made | chapters | (parts or {}))


def mail(body: str = SENTENCE, headers: str = "") -> bytes:
    """A mail with this body."""
    return (
        f"From: Ada <ada@example.org>\r\nTo: Ben <ben@example.org>\r\nSubject: Waste in Lagos\r\n{headers}\r\n{body}\r\n"
    ).encode()


def _paged() -> bytes:
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [4 0 R 6 0 R] /Count 2 >>",
        font,
    ]
    for number, words in enumerate((SENTENCE, SECOND)):
        content = b"BT /F1 11 Tf 60 700 Td (%s) Tj ET" % words.encode()
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >>"
            b" /Contents %d 0 R >>" % (5 + 2 * number),
            b"<< /Length %d >>\nstream\n" % len(content) + content + b"\nendstream",
        ]
    return pdf(*objects)


def _old_sheet() -> bytes:
    """A sheet as Excel 2.0 wrote it: records of a number, a length and a content."""

    def record(number: int, content: bytes) -> bytes:
        return struct.pack("<HH", number, len(content)) + content

    def label(row: int, column: int, text: str) -> bytes:
        return record(0x0004, struct.pack("<HH3sB", row, column, b"\0\0\0", len(text)) + text.encode("latin-1"))

    cells = [label(row, column, f"{row} {column} {SENTENCE}") for row in range(3) for column in range(2)]
    return record(0x0009, struct.pack("<HH", 2, 0x10)) + b"".join(cells) + record(0x000A, b"")


@lru_cache(maxsize=1)
def seeds() -> dict[str, bytes]:
    """A valid file for each suffix."""
    page = (
        f"<!doctype html><html><head><title>Waste in Lagos</title></head><body><h1>Waste</h1><p>{SENTENCE}</p>"
        f"<ul><li>{SECOND}</li></ul><table><tr><th>City</th><th>Tons</th></tr><tr><td>Lagos</td><td>12</td></tr></table>"
        "</body></html>"
    )
    words = (
        f'<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Waste</w:t></w:r></w:p>'
        f"<w:p><w:r><w:t>{SENTENCE}</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>City</w:t></w:r></w:p></w:tc>"
        f"<w:tc><w:p><w:r><w:t>{SECOND}</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    )
    shape = f"<p:sp><p:txBody><a:p><a:r><a:t>{SENTENCE}</a:t></a:r></a:p></p:txBody></p:sp>"
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{SENTENCE}</t></is></c><c r="B{n}"><v>{n}</v></c></row>'
        for n in range(1, 4)
    )
    table = (
        '<table:table table:name="Waste"><table:table-row>'
        + f"<table:table-cell><text:p>{SENTENCE}</text:p></table:table-cell>" * 2
        + "</table:table-row></table:table>"
    )
    paragraph = f'<text:h text:outline-level="1">Waste</text:h><text:p>{SENTENCE}</text:p>{table}'
    frame = (
        f"<draw:page><draw:frame><draw:text-box><text:p>{SENTENCE}</text:p></draw:text-box></draw:frame></draw:page>"
    )
    rich = (
        rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\stylesheet{\s1 heading 1;}}\pard\s1 Waste\par"
        rb"\pard " + SENTENCE.encode() + rb"\par\trowd\cellx500\cellx900 A\'e9\cell B\u8211 ?\cell\row}"
    )
    markdown = (
        f"# Waste\n\n{SENTENCE} *{SECOND}*\n\n- one [link](a.md)\n- two\n\n| City | Tons |\n|---|---|\n| Lagos | 12 |\n"
    )
    text = f"Waste in Lagos\n\n{SENTENCE}\n{SECOND}\n\n1. one\n2. two\n\fCity\tTons\nLagos\t12\n"
    mixed = (
        f"--X\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{SENTENCE}\r\n--X\r\nContent-Type: text/html\r\n"
        f"Content-Transfer-Encoding: quoted-printable\r\n\r\n<p>{SECOND}</p>=\r\n\r\n--X--\r\n"
    )
    outlook: dict[int, str | bytes] = {0x0037: "Waste in Lagos", 0x1000: f"{SENTENCE}\r\n{SECOND}"}
    made = {
        ".txt": text.encode(),
        ".md": markdown.encode(),
        ".html": page.encode(),
        ".csv": f"City,Tons,Note\nLagos,12,{SENTENCE}\nQuito,7,{SECOND}\n".encode(),
        ".tsv": f"City\tTons\tNote\nLagos\t12\t{SENTENCE}\nQuito\t7\t{SECOND}\n".encode(),
        ".eml": mail(mixed, "Content-Type: multipart/mixed; boundary=X\r\n"),
        ".rtf": rich,
        ".pdf": _paged(),
        ".docx": docx(words),
        ".pptx": pptx([shape, shape]),
        ".xlsx": xlsx(f"<sheetData>{rows}</sheetData>"),
        ".xls": _old_sheet(),
        ".odt": odf("text", paragraph),
        ".odp": odf("presentation", frame, "presentation"),
        ".ods": odf("spreadsheet", table, "spreadsheet"),
        ".epub": epub({"1.xhtml": page, "2.xhtml": page}),
        ".doc": DOC,
        ".ppt": ppt([("Waste", SENTENCE), ("Costs", SECOND)]),
        ".msg": ole(message(outlook, (recipient("Ben", "ben@example.org"),))),
    }
    assert made.keys() <= SUFFIXES
    return made


READ = tuple(seeds())
"""Suffixes of seeds."""
