"""Every XML part of every format passes one gate: no document type gets in, however it is written and wherever it stands."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest

from kin_assistant.documents.reading import read_document
from kin_assistant.errors import DocumentError
from tests.documents.readers.test_archive import HIDDEN
from tests.hostile.seeds import epub, odf, xlsx
from tests.office_files import WORD_NAMESPACES, docx, pack, pptx

BOMB = '<!DOCTYPE x [<!ENTITY word "Smuggled">]>'
PARAGRAPH = "<w:p><w:r><w:t>Words stand here, &word;.</w:t></w:r></w:p>"
SHAPE = "<p:sp><p:txBody><a:p><a:r><a:t>Words stand here, &word;.</a:t></a:r></a:p></p:txBody></p:sp>"
ROW = '<sheetData><row><c t="inlineStr"><is><t>Words stand here, &word;.</t></is></c></row></sheetData>'
STRING = '<sheetData><row><c t="s"><v>0</v></c></row></sheetData>'

MAIN_PARTS: dict[str, tuple[Callable[[], bytes], str]] = {
    "docx": (lambda: docx(PARAGRAPH), "word/document.xml"),
    "pptx": (lambda: pptx([SHAPE]), "ppt/slides/slide1.xml"),
    "xlsx": (lambda: xlsx(ROW), "xl/worksheets/sheet1.xml"),
    "odt": (lambda: odf("text", "<text:p>Words stand here, &word;.</text:p>"), "content.xml"),
}
"""A file of each format, and the name of the part that bears its text."""


def hidden(part: bytes, name: str) -> bytes:
    """A part behind a document type, in the encoding and behind the prolog of that name."""
    code, prolog = HIDDEN[name]
    source = part.decode()
    body = source[source.index("?>") + 2 :] if source.startswith("<?xml") else source
    return f"{prolog}{BOMB}{body}".encode(code)


def with_part(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts: dict[str, str | bytes] = {member: archive.read(member) for member in archive.namelist()}
    return pack({member: change(bytes(part)) if member == name else part for member, part in parts.items()})


def text_of(name: str, data: bytes) -> str:
    """What is read of a file; nothing if it is refused."""
    try:
        return read_document(name, data, "0" * 64).document.text
    except DocumentError as error:
        assert str(error)
        return ""


@pytest.mark.parametrize("prolog", HIDDEN)
@pytest.mark.parametrize("suffix", MAIN_PARTS)
def test_no_part_behind_a_document_type_is_read(suffix: str, prolog: str) -> None:
    make, part = MAIN_PARTS[suffix]
    data = with_part(make(), part, lambda content: hidden(content, prolog))
    assert "stand here" not in text_of(f"a.{suffix}", data)


@pytest.mark.parametrize("suffix", MAIN_PARTS)
def test_the_same_part_without_one_is_read(suffix: str) -> None:
    make, part = MAIN_PARTS[suffix]
    data = with_part(make(), part, lambda content: content.replace(b"&word;", b"Sound"))
    assert "Words stand here, Sound." in text_of(f"a.{suffix}", data)


@pytest.mark.parametrize("prolog", HIDDEN)
def test_no_shared_string_behind_a_document_type_is_read(prolog: str) -> None:
    strings = hidden(b"<sst><si><t>Words stand here, &word;.</t></si></sst>", prolog)
    assert "stand here" not in text_of("a.xlsx", xlsx(STRING, {"xl/sharedStrings.xml": strings}))


@pytest.mark.parametrize("prolog", HIDDEN)
def test_no_flat_file_behind_a_document_type_is_read(prolog: str) -> None:
    content = (
        b'<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        b' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:mimetype="application/vnd.oasis.opendocument.text">'
        b"<office:body><office:text><text:p>Words stand here, &word;.</text:p></office:text></office:body></office:document>"
    )
    assert "stand here" not in text_of("a.fodt", hidden(content, prolog))


def test_entities_in_attributes_are_not_expanded() -> None:
    """Parsers expand these although they are told not to resolve entities."""
    run = '<w:r><w:sym w:font="&word;" w:char="41"/></w:r>'
    style = f"<w:document {WORD_NAMESPACES}><w:body><w:p>{run}</w:p></w:body></w:document>"
    data = with_part(
        docx(PARAGRAPH), "word/document.xml", lambda _: hidden(style.encode(), "utf-16 without declaration")
    )
    with pytest.raises(DocumentError, match="declares a document type"):
        read_document("a.docx", data, "0" * 64)


def test_entities_that_a_book_declares_are_not_expanded() -> None:
    """Chapters go through the parser for HTML, which knows no others than its own."""
    chapter = f"{BOMB}<html><body><p>Words stand here, &word;.</p></body></html>"
    assert "Smuggled" not in text_of("a.epub", epub({"one.xhtml": chapter}))
