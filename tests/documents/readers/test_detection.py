"""What a file is by its bytes, and which characters they stand for."""

from __future__ import annotations

import codecs
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kin_assistant.documents.readers.detection import check_kind, decode, find_declared_encoding, kind_of
from kin_assistant.errors import DocumentError

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def zipped(*names: str, mimetype: str = "") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(name, "<x/>")
    return file.getvalue()


def ole(stream: str) -> bytes:
    return OLE + b"\0" * 504 + stream.encode("utf-16-le") + b"\0" * 64


DOCX = zipped("[Content_Types].xml", "word/document.xml")

KINDS = {
    "pdf": b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n",
    "docx": DOCX,
    "pptx": zipped("[Content_Types].xml", "ppt/presentation.xml"),
    "xlsx": zipped("[Content_Types].xml", "xl/workbook.xml"),
    "xlsb": zipped("[Content_Types].xml", "xl/workbook.bin"),
    "odt": zipped("content.xml", mimetype="application/vnd.oasis.opendocument.text"),
    "ods": zipped("content.xml", mimetype="application/vnd.oasis.opendocument.spreadsheet"),
    "odp": zipped("content.xml", mimetype="application/vnd.oasis.opendocument.presentation"),
    "epub": zipped("META-INF/container.xml", mimetype="application/epub+zip"),
    "zip": zipped("a.txt"),
    "doc": ole("WordDocument"),
    "ppt": ole("PowerPoint Document"),
    "xls": ole("Workbook"),
    "msg": ole("__substg1.0_0037001F"),
    "encrypted": ole("EncryptedPackage"),
    "ole": ole("Something"),
    "rtf": b"{\\rtf1\\ansi Text}",
    "html": b"<!-- made by hand -->\n<html><p>Text</html>",
    "text": b"Words of a text.\n",
    "png": b"\x89PNG\r\n\x1a\n\0\0",
    "jpg": b"\xff\xd8\xff\xe0\0\0",
    "gif": b"GIF89a\0\0",
    "tiff": b"II*\0\0\0",
    "webp": b"RIFF\0\0\0\0WEBPVP8 ",
    "gzip": b"\x1f\x8b\x08\0",
    "7z": b"7z\xbc\xaf\x27\x1c\0",
    "rar": b"Rar!\x1a\x07\0",
    "program": b"\x7fELF\x02\x01\x01\0",
    "binary": bytes(range(256)) * 4,
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_told_by_the_bytes(kind: str) -> None:
    assert kind_of(KINDS[kind]) == kind


@pytest.mark.parametrize("data", [b"", b" \r\n\t", b"\0\0\0"])
def test_an_empty_file_has_no_kind(data: bytes) -> None:
    assert kind_of(data) is None
    with pytest.raises(DocumentError, match="it is empty"):
        check_kind(".txt", data)


def test_junk_before_a_pdf_is_passed_over_as_readers_of_pdf_do() -> None:
    assert kind_of(b"\x01junk\n" * 100 + KINDS["pdf"]) == "pdf"
    assert kind_of(b"\x01junk\n" * 400 + KINDS["pdf"]) == "binary"


def test_a_word_file_that_is_cut_off_is_still_one() -> None:
    assert kind_of(DOCX[: len(DOCX) // 2]) == "docx"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_text_and_pages_are_told_in_any_unicode_encoding(encoding: str) -> None:
    assert kind_of("Plain words of a text, in two lines.\r\nHere.".encode(encoding)) == "text"
    assert kind_of("<!DOCTYPE html><title>A page of the web</title>".encode(encoding)) == "html"


@pytest.mark.parametrize(
    ("suffix", "kind", "reason"),
    [
        (".pdf", "html", "named .pdf but it is an HTML page"),
        (".pdf", "text", "named .pdf but it is a plain text"),
        (".txt", "zip", "named .txt but it is a zip archive"),
        (".txt", "docx", "named .txt but it is a Word file"),
        (".txt", "pdf", "named .txt but it is a PDF file"),
        (".md", "binary", "named .md but it is not a text file"),
        (".docx", "doc", "named .docx but it is an old Word file"),
        (".docx", "ole", "named .docx but it is an old or encrypted Office file"),
        (".docx", "encrypted", "it is encrypted and needs a password"),
        (".docx", "zip", "named .docx but it is a zip archive without the parts of such a file, or a damaged one"),
        (".docx", "xlsx", "named .docx but it is an Excel file"),
        (".xlsx", "xlsb", "named .xlsx but it is a binary Excel file (.xlsb), which is not read"),
        (".ppt", "rtf", "named .ppt but it is an RTF file"),
        (".docx", "html", "named .docx but it is an HTML page"),
        (".epub", "pdf", "named .epub but it is a PDF file"),
        (".html", "png", "named .html but it is a picture (PNG)"),
    ],
)
def test_a_wrong_suffix_is_named(suffix: str, kind: str, reason: str) -> None:
    with pytest.raises(DocumentError) as error:
        check_kind(suffix, KINDS[kind])
    assert str(error.value) == reason


@pytest.mark.parametrize(
    ("suffix", "data"),
    [
        (".docx", DOCX),
        (".docm", DOCX),
        (".doc", KINDS["doc"]),
        (".xls", KINDS["ole"]),
        (".pdf", KINDS["pdf"]),
        (".txt", KINDS["html"]),
        (".html", KINDS["text"]),
        (".csv", b"a;b\n1;2\n"),
        (".eml", b"From: a@example.org\n\nText"),
        (".txt", b"A file of this kind begins with %PDF-1.4 and goes on with bytes."),
        (".docx", zipped("[Content_Types].xml", "document.xml")),
        (".unknown", KINDS["png"]),
    ],
)
def test_what_a_lenient_reader_would_open_passes(suffix: str, data: bytes) -> None:
    assert check_kind(suffix, data) == suffix


@pytest.mark.parametrize(
    ("suffix", "kind", "read_as"),
    [
        (".doc", "rtf", ".rtf"),
        (".doc", "docx", ".docx"),
        (".doc", "html", ".html"),
        (".xls", "xlsx", ".xlsx"),
        (".xls", "html", ".html"),
    ],
)
def test_what_programs_write_under_an_old_suffix_is_read_as_what_it_is(suffix: str, kind: str, read_as: str) -> None:
    assert check_kind(suffix, KINDS[kind]) == read_as


def test_an_old_file_that_holds_another_is_what_its_suffix_says() -> None:
    data = OLE + bytes(504) + "WordDocument".encode("utf-16-le") + "Workbook".encode("utf-16-le")
    assert check_kind(".xls", data) == ".xls"
    assert check_kind(".doc", data) == ".doc"


@given(st.binary(max_size=300))
def test_any_bytes_have_a_kind_or_a_reason(data: bytes) -> None:
    kind_of(data)
    for suffix in (".txt", ".docx", ".pdf"):
        try:
            check_kind(suffix, data)
        except DocumentError as error:
            assert str(error)


# Encodings

SENTENCES = {
    "cp1252": "Le café est fermé à midi; l’école coûte 5 €, dès huit heures.",
    "latin-1": "Die Müllgebühr für große Haushalte: 35°C, 20 km², £10.",
    "cp1250": "Gmina zbiera odpady, a mieszkańcy płacą opłatę śmieciową.",
    "iso8859-2": "Gmina zbiera odpady, a mieszkańcy płacą opłatę śmieciową.",
    "cp1254": "Şehir her hafta çöp toplar, halk ücret öder; ığdır.",
    "cp1251": "Город собирает отходы каждую неделю, и жители платят.",
    "cp932": "北九州市は毎週ごみを収集し、住民は料金を支払う。",
    "iso2022_jp": "北九州市は毎週ごみを収集する。",
    "utf-16-le": "Plain words, stored by a program of the nineties.",
    "utf-16-be": "Plain words, stored by a program of the nineties.",
    "utf-32-le": "Plain words, stored by a program of the nineties.",
}


@pytest.mark.parametrize("encoding", SENTENCES)
@pytest.mark.parametrize("times", [1, 20])
def test_text_comes_out_right_without_a_declaration(encoding: str, times: int) -> None:
    text = (SENTENCES[encoding] + "\n") * times
    assert decode(text.encode(encoding))[0] == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_is_read_without_a_warning(encoding: str) -> None:
    assert decode("na\u00efve caf\u00e9".encode(encoding)) == ("na\u00efve caf\u00e9", ())


def test_a_guess_is_noted() -> None:
    assert decode("d\u00e9j\u00e0 vu".encode("latin-1")) == ("d\u00e9j\u00e0 vu", ("not UTF-8; read as cp1252",))


def test_line_ends_are_line_feeds() -> None:
    assert decode(b"a\r\nb\rc\n")[0] == "a\nb\nc\n"


def test_a_declaration_is_believed_unless_the_bytes_are_utf_8() -> None:
    greek = "\u0397 \u03c0\u03cc\u03bb\u03b7"
    assert decode(greek.encode("iso8859-7"), "ISO-8859-7") == (greek, ())
    assert decode("caf\u00e9".encode(), "iso-8859-1") == ("caf\u00e9", ())
    assert decode("\u201ccaf\u00e9\u201d".encode("cp1252"), "iso-8859-1") == ("\u201ccaf\u00e9\u201d", ())
    assert decode(b"d\xe9j\xe0 vu", "no-such-encoding")[0] == "d\u00e9j\u00e0 vu"
    assert decode(b"d\xe9j\xe0 vu", "base64")[0] == "d\u00e9j\u00e0 vu"


def test_bytes_that_do_not_fit_are_counted_and_seen() -> None:
    text, warnings = decode(("\u5317\u4e5d\u5dde\u5e02 " * 100).encode() + b"end \xff\xfe here")
    assert text.endswith("end \ufffd\ufffd here")
    assert warnings == ("2 places are not valid utf-8 and were read as \ufffd",)


@pytest.mark.parametrize("times", [1, 50])
def test_what_was_pasted_into_utf_8_from_a_windows_program_is_read(times: int) -> None:
    pasted = (
        "Waste \u2013 the city\u2019s r\u00e9sum\u00e9 of S\u00e3o Paulo. ".encode()
        + b"It\x92s \x93new\x94 in Li\xe8ge. "
    )
    text, warnings = decode(pasted * times)
    assert text == (
        "Waste \u2013 the city\u2019s r\u00e9sum\u00e9 of S\u00e3o Paulo. It\u2019s \u201cnew\u201d in Li\u00e8ge. "
        * times
    )
    assert warnings == (f"{4 * times} places are not valid utf-8 and were read as cp1252",)


def test_letters_of_other_encodings_that_are_utf_8_by_chance_do_not_make_a_text_utf_8() -> None:
    polish = "Za\u017c\u00f3\u0142\u0107 g\u0119\u015bl\u0105 ja\u017a\u0144, \u0141\u00f3d\u017a i Krak\u00f3w. "
    data = polish.encode("cp1250") + "\u00c3\u00a9".encode("cp1252")
    assert decode(data)[1] == ("not UTF-8; read as cp1250",)


def test_stray_zero_bytes_become_spaces_with_a_warning() -> None:
    text, warnings = decode(b"words " * 100 + b"one\0two" + b"\0" * 50)
    assert text.endswith("one two")
    assert warnings == ("1 zero bytes were read as spaces",)


@pytest.mark.parametrize("data", [bytes(range(256)) * 4, b"\x01\x02\x03" * 50, b"a\0\0\0\x07\x08" * 20])
def test_bytes_that_are_no_text_are_refused(data: bytes) -> None:
    with pytest.raises(DocumentError, match="not a text file"):
        decode(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    try:
        text, _ = decode(data)
    except DocumentError:
        return
    assert "\r" not in text
    assert "\0" not in text


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=100))
def test_utf_8_is_read_as_it_is(text: str) -> None:
    assert decode(codecs.BOM_UTF8 + text.encode())[0] == text


@pytest.mark.parametrize(
    ("head", "declared"),
    [
        (b'<?xml version="1.0" encoding="windows-1251"?><html>', "windows-1251"),
        (b"<html><head><meta charset=euc-jp>", "euc-jp"),
        (b'<META http-equiv="Content-Type" content="text/html; charset=ISO-8859-7">', "ISO-8859-7"),
        (b"<!-- <meta charset=big5> --><p>", None),
        (b"<p>A text about charset=utf-8", None),
        ("<meta charset=utf-8>".encode("utf-16"), None),
    ],
)
def test_the_declared_encoding_is_found(head: bytes, declared: str | None) -> None:
    assert find_declared_encoding(head) == declared
