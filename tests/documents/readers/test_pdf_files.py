"""PDF files as they come: locked, damaged, scanned, without letters."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

import pytest

from kin_assistant.documents.readers import ocr
from kin_assistant.documents.readers.composition import Extract
from kin_assistant.documents.readers.pdf import read_pdf
from kin_assistant.errors import DocumentError
from tests import pdf_files as files

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

needs_ocr = pytest.mark.skipif(not ocr.is_available(), reason="no text recognition installed")


@pytest.fixture
def no_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")


def test_labels_are_kept_apart_from_page_numbers() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.addPageLabel(0, style="ROMAN_LOWER", start=1)
        canvas.addPageLabel(2, style="ARABIC", start=1)
        for number in range(4):
            canvas.drawString(60, 700, f"The words of page number {number}.")
            canvas.showPage()

    extract = read_pdf(files.pdf_of(draw))
    assert extract.page_labels == ("i", "ii", "1", "2")
    assert [page for _, page in extract.composition.page_starts] == [1, 2, 3, 4]
    assert read_pdf(files.report(2)).page_labels == ()


@pytest.mark.parametrize(
    ("title", "believed"),
    [("The water plan of Graz", True), ("Minutes of another meeting", False), ("plan.docx", False)],
)
def test_a_title_is_believed_if_the_document_says_the_same(title: str, believed: bool) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setTitle(title)
        canvas.drawString(60, 700, "The water plan of Graz for ten years")
        canvas.showPage()

    assert read_pdf(files.pdf_of(draw)).title == (title if believed else None)


def test_a_file_that_needs_a_password_is_refused_and_a_protected_one_read() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Words behind a lock.")
        canvas.showPage()

    with pytest.raises(DocumentError, match=r"^it is encrypted and needs a password$"):
        read_pdf(files.pdf_of(draw, password="secret"))
    assert read_pdf(files.pdf_of(draw, owner="secret")).composition.text == "Words behind a lock."


@pytest.mark.parametrize(
    "data", [b"", b"no such thing", b"%PDF-1.7\n", b"PK\x03\x04" + bytes(100), files.report(1)[:400]]
)
def test_what_is_no_pdf_file_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentError, match=r"^it is broken"):
        read_pdf(data)


def test_a_picture_is_refused_where_nothing_can_recognise_its_text(no_ocr: None) -> None:
    with pytest.raises(
        DocumentError, match=r"^no text in it: 1 page of a picture or drawing, and no text recognition is installed$"
    ):
        read_pdf(files.picture_of(["Words of a picture"]))


def test_empty_pages_are_named(no_ocr: None) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Some words.")
        canvas.showPage()
        canvas.showPage()
        canvas.drawString(60, 700, "More words.")
        canvas.showPage()

    extract = read_pdf(files.pdf_of(draw))
    assert (extract.pages, extract.pages_without_text, extract.warnings) == (3, (2,), ())
    assert extract.composition.page_starts[-1][1] == 3


def test_what_is_filled_into_a_form_is_read(no_ocr: None) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "City")
        canvas.acroForm.textfield(name="city", value="Kitakyushu", x=120, y=690, width=200, height=24, fontSize=11)
        canvas.drawString(60, 650, "The words below the field.")
        canvas.showPage()
        canvas.acroForm.textfield(name="alone", value="Words of a field alone", x=60, y=690, width=300, height=24)
        canvas.showPage()

    composition = read_pdf(files.pdf_of(draw)).composition
    assert [composition.text[block.start : block.end] for block in composition.blocks] == [
        "City Kitakyushu",
        "The words below the field.",
        "Words of a field alone",
    ]


def test_empty_pages_alone_are_no_pictures(no_ocr: None) -> None:
    for count, words in ((1, "1 page, and nothing on it"), (2, "2 pages, and nothing on them")):
        with pytest.raises(DocumentError, match=f"^no text in it: {words}$"):
            read_pdf(files.pages_of(*[[]] * count))


@pytest.mark.parametrize(
    "codes",
    [
        bytes(range(1, 80)),
        b"".join(
            (ord(char) - 29).to_bytes(2, "big") for char in "The glyphs of the font are counted from three on. " * 3
        ),
    ],
)
def test_pages_whose_fonts_name_no_letters_are_not_read_as_text(no_ocr: None, codes: bytes) -> None:
    extract = read_pdf(files.without_letters(2, readable=1, codes=codes))
    assert extract.composition.text == "This page can be read by anybody who opens it."
    assert extract.pages_without_text == (2, 3)
    assert extract.warnings == ("the text layer is no text that can be read: pages 2-3",)
    with pytest.raises(DocumentError, match="the fonts of 1 page do not say which letters they show"):
        read_pdf(files.without_letters(1, codes=codes))


def test_of_a_very_long_file_the_first_pages_are_read() -> None:
    extract = read_pdf(files.without_letters(0, readable=2003))
    assert extract.pages == 2003
    assert extract.warnings == ("only the first 2,000 of 2,003 pages were read",)
    assert extract.composition.page_starts[-1][1] == 2000


def test_a_damaged_file_gives_an_extract_or_a_reason(no_ocr: None) -> None:
    dice = random.Random(7)  # noqa: S311 (the same damage on every run)
    whole = files.report(2)
    read = 0
    for number in range(120):
        data = bytearray(whole[: dice.randrange(200, len(whole))] if number % 3 == 0 else whole)
        for _ in range(dice.randrange(0, 40)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        try:
            extract = read_pdf(bytes(data))
        except DocumentError as error:
            assert re.match(r"[a-z].*[^.]$", str(error))
        else:
            assert isinstance(extract, Extract)
            read += 1
    assert read > 20


def test_scanned_pages_that_only_bear_a_stamp_are_without_text(no_ocr: None) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "The letter that came with the scanned pages.")
        canvas.showPage()
        for _ in range(3):
            canvas.drawImage(files.blank_picture(), 0, 0, files.WIDTH, files.HEIGHT)
            canvas.drawString(60, 820, "Archive of the town")
            canvas.showPage()

    extract = read_pdf(files.pdf_of(draw))
    assert extract.composition.text == "The letter that came with the scanned pages."
    assert extract.pages_without_text == (2, 3, 4)


# Recognition of text


@needs_ocr
@pytest.mark.parametrize("degrees", [0, 90])
def test_a_scanned_page_is_recognised(degrees: int) -> None:
    text = [
        "The office measured the noise of the street",
        "and found it too loud in the night.",
        "Then it was reduced.",
    ]
    extract = read_pdf(files.picture_of(text * 4, degrees=degrees))
    assert "The office measured the noise of the street and found it too loud in the night." in extract.composition.text
    assert (extract.ocr_pages, extract.pages_without_text) == ((1,), ())


@needs_ocr
def test_a_scanned_page_with_a_stamp_is_recognised_too() -> None:
    words = ["The office measured the noise of the street", "and found it too loud in the night."]
    extract = read_pdf(files.picture_of(words * 4, stamp="Archive of the town"))
    assert "The office measured the noise" in extract.composition.text
    assert extract.ocr_pages == (1,)


@needs_ocr
def test_recognition_ends_when_its_time_is_over() -> None:
    with pytest.raises(DocumentError, match="there was no time to recognise any"):
        read_pdf(files.picture_of(["Words of a picture"]), ocr_seconds=-1)


@needs_ocr
def test_a_picture_without_words_is_a_page_without_text() -> None:
    with pytest.raises(DocumentError, match="none was recognised"):
        read_pdf(files.picture_of([]))
