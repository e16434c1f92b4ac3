"""From e-books to the blocks of their chapters."""

from __future__ import annotations

import io
import random
import time
import zipfile
from collections.abc import Mapping

import pytest

from kin_assistant.documents.readers.composition import Extract
from kin_assistant.documents.readers.epub import read_epub
from kin_assistant.errors import DocumentError

HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "xhtml11.dtd">\n'
    '<html xmlns="http://www.w3.org/1999/xhtml"><head><title/><link rel="stylesheet" href="a.css"/></head>'
)
CHAPTERS = {
    "one.xhtml": HEAD + "<body><h1>First&nbsp;chapter</h1><p>Words of the first.<a id='x'/> More.</p></body></html>",
    "two.xhtml": HEAD + "<body><h1>Second chapter</h1><p>Words of the second.</p></body></html>",
    "nav.xhtml": HEAD + "<body><h1>Contents</h1><nav><a href='one.xhtml'>First</a></nav></body></html>",
}


def book(
    chapters: Mapping[str, str | bytes] = CHAPTERS,
    *,
    spine: tuple[str, ...] = ("nav.xhtml", "two.xhtml", "one.xhtml"),
    guide: str = "",
    **members: str,
) -> bytes:
    """An e-book; ``members`` are further files of META-INF, without their ".xml"."""
    items = "".join(
        f'<item id="i{i}" href="{name}" media-type="application/xhtml+xml" properties="{name[:3]}"/>'
        for i, name in enumerate(chapters)
    )
    refs = "".join(f'<itemref idref="i{list(chapters).index(name)}"/>' for name in spine)
    package = (
        '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<metadata><dc:creator>A. Writer</dc:creator><dc:title>A book of waste</dc:title></metadata>"
        f"<manifest>{items}</manifest><spine>{refs}</spine>{guide}</package>"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr(
            "META-INF/container.xml",
            '<container><rootfiles><rootfile full-path="OEBPS/a%20book.opf"/></rootfiles></container>',
        )
        archive.writestr("OEBPS/a book.opf", package)
        for name, content in chapters.items():
            archive.writestr(f"OEBPS/{name}", content)
        for name, content in members.items():
            archive.writestr(f"META-INF/{name}.xml", content)
    return file.getvalue()


def blocks_of(extract: Extract) -> list[tuple[str, str]]:
    composition = extract.composition
    return [(block.kind, composition.text[block.start : block.end]) for block in composition.blocks]


def encrypted(method: str, target: str) -> str:
    return (
        f'<encryption><EncryptedData><EncryptionMethod Algorithm="{method}"/>'
        f'<CipherData><CipherReference URI="{target}"/></CipherData></EncryptedData></encryption>'
    )


def test_chapters_are_read_in_the_order_of_the_spine_without_the_contents() -> None:
    extract = read_epub(book())
    assert blocks_of(extract) == [
        ("heading", "Second chapter"),
        ("paragraph", "Words of the second."),
        ("heading", "First chapter"),
        ("paragraph", "Words of the first. More."),
    ]
    assert extract.title == "A book of waste"
    assert extract.pages is None
    assert extract.warnings == ()


def test_footnotes_are_read_and_marks_of_notes_are_not() -> None:
    page = HEAD + (
        '<body><p>In all 1,480<sup><a href="#n1">1</a></sup> tons.</p>'
        '<aside epub:type="footnote" id="n1"><p>By the count of 2005.</p></aside></body></html>'
    )
    assert read_epub(book({"one.xhtml": page}, spine=("one.xhtml",))).composition.text == (
        "In all 1,480 tons.\n\nBy the count of 2005."
    )


def test_a_contents_mark_within_a_chapter_does_not_drop_the_chapter() -> None:
    guide = '<guide><reference type="toc" href="one.xhtml#toc"/><reference type="toc" href="two.xhtml"/></guide>'
    text = read_epub(book(guide=guide)).composition.text
    assert "Words of the first." in text
    assert "Words of the second." not in text


def test_chapters_in_other_encodings_are_read() -> None:
    page = CHAPTERS["one.xhtml"].replace("utf-8", "windows-1251").replace("Words", "\u0413\u043e\u0440\u043e\u0434")
    for encoding in ("cp1251", "utf-16"):
        data = book({"one.xhtml": page.encode(encoding)}, spine=("one.xhtml",))
        assert "\u0413\u043e\u0440\u043e\u0434 of the first." in read_epub(data).composition.text


def test_a_missing_chapter_is_reported() -> None:
    data = book()
    with zipfile.ZipFile(io.BytesIO(data)) as whole:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for name in whole.namelist():
                if name != "OEBPS/one.xhtml":
                    archive.writestr(name, whole.read(name))
    extract = read_epub(file.getvalue())
    assert "Words of the second." in extract.composition.text
    assert extract.warnings == ("its chapter OEBPS/one.xhtml was not read: its part OEBPS/one.xhtml is missing",)


def test_a_protected_book_is_refused() -> None:
    locked = encrypted("http://www.w3.org/2001/04/xmlenc#aes128-cbc", "OEBPS/one.xhtml")
    with pytest.raises(DocumentError, match=r"it is protected against reading \(DRM\)"):
        read_epub(book(encryption=locked))
    with pytest.raises(DocumentError, match="DRM"):
        read_epub(book(sinf="<sinf/>"))


def test_mangled_fonts_do_not_make_a_book_unreadable() -> None:
    fonts = encrypted("http://www.idpf.org/2008/embedding", "OEBPS/font.otf")
    assert "Words of the first." in read_epub(book(encryption=fonts)).composition.text


def test_what_is_no_book_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(DocumentError, match="it is no e-book"):
        read_epub(file.getvalue())
    with pytest.raises(DocumentError):
        read_epub(b"no archive")


def test_damaged_books_give_text_or_a_reason() -> None:
    whole, draw = book(), random.Random(7)  # noqa: S311
    for _ in range(200):
        data = bytearray(whole)
        for _ in range(draw.choice([1, 4, 40])):
            data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
        try:
            read_epub(bytes(data[: draw.randrange(len(data))] if draw.random() < 0.3 else data))
        except DocumentError as error:
            assert str(error)


@pytest.mark.parametrize("part", ["<![CDATA[", "<a ", "<![CDATA[x]]>", "<p/>", "<div>"])
def test_the_time_for_a_hostile_chapter_grows_with_its_length(part: str) -> None:
    started = time.perf_counter()
    read_epub(book({"one.xhtml": HEAD + "<body>" + part * 20_000}, spine=("one.xhtml",)))
    assert time.perf_counter() - started < 10
