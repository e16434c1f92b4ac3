"""Old Word and PowerPoint files are read without LibreOffice."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kin_assistant.documents.readers.archive import OLE
from kin_assistant.documents.readers.legacy import read_legacy
from kin_assistant.documents.readers.office97 import read_office97
from kin_assistant.documents.reading import Reading, read_document
from kin_assistant.errors import DocumentError
from tests.office97_files import DOC, encrypted_doc, ppt
from tests.office_files import blocks_of, check_read_or_refused, damaged, texts_of
from tests.ole_files import ole

SENTENCE = "Lagos cut its household waste by 12 per cent in 2019."
SECOND = "The city collects organic waste from 40,000 households since then."
SLIDES = [("Waste in Suva", "Suva collects waste.\rThe rest goes to Naboro."), ("Costs", "It cost 12 dollars.")]


def read_without_libreoffice(path: str, data: bytes) -> Reading:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", "")
        return read_document(path, data, "0" * 64)


def test_a_text_is_its_headings_paragraphs_items_and_tables() -> None:
    extract = read_office97(DOC, ".doc")
    assert blocks_of(extract) == [
        ("heading", 1, "Waste in Lagos"),
        ("heading", 1, "Collection"),
        ("paragraph", 0, f"{SENTENCE} {SECOND}"),
        *(("item", 1, text) for text in ("Sort at home", "Put the bin out", "paper", "glass")),
        ("heading", 2, "Costs"),
        ("header_row", 0, "| Year | Tons | Cost |"),
        *(("row", 0, row) for row in ("| 2019 | 1,480 | 12 |", "| 2019 | 1,150 | 10 |")),
        ("paragraph", 0, "Seen and shown – “quoted” Café ₱500 北九州."),
        ("paragraph", 0, "Kept to the end."),
    ]
    assert (extract.pages, extract.warnings) == (None, ())


def test_numbers_of_items_are_not_made_up() -> None:
    assert "- Sort at home\n- Put the bin out\n- paper" in read_office97(DOC, ".doc").composition.text


def test_slides_are_pages() -> None:
    reading = read_without_libreoffice("slides.ppt", ppt(SLIDES))
    text = reading.document.text
    assert reading.pages == 2
    assert [reading.document.page_at(text.index(words)) for words in ("The rest", "It cost")] == [1, 2]
    assert reading.document.title == "Waste in Suva"


def test_a_slide_without_a_title_is_called_by_its_number() -> None:
    extract = read_office97(ppt([("Waste", "Words."), ("", "More words.")]), ".ppt")
    assert texts_of(extract) == ["Waste", "Words.", "Slide 2", "More words."]


def test_pages_are_not_told_where_a_slide_without_text_is_passed_over() -> None:
    extract = read_office97(ppt([("Waste", "Words."), ("", ""), ("Costs", "More words.")]), ".ppt")
    assert (extract.pages, extract.composition.page_starts) == (None, ())
    assert extract.warnings == ("the numbers of its slides cannot be told",)
    assert texts_of(extract) == ["Waste", "Words.", "Costs", "More words."]


def test_an_old_file_is_read_where_libreoffice_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert "Lagos cut its household waste" in read_legacy(DOC, ".doc").composition.text
    assert "The rest goes to Naboro." in read_legacy(ppt(SLIDES), ".ppt").composition.text


def test_an_old_file_is_read_where_libreoffice_fails_and_the_warnings_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "soffice"
    program.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    extract = read_legacy(ppt(SLIDES), ".ppt")
    assert "The rest goes to Naboro." in extract.composition.text
    assert extract.warnings == (
        "read without LibreOffice: LibreOffice could not read it; it may be damaged or need a password",
    )
    with pytest.raises(DocumentError, match="it is encrypted and needs a password"):
        read_legacy(encrypted_doc(), ".doc")


def test_without_the_library_the_reason_says_what_would_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "office_oxide", None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(DocumentError) as caught:
        read_legacy(DOC, ".doc")
    assert str(caught.value) == "old Office format; LibreOffice, which reads it, is not installed"


@pytest.mark.parametrize(
    ("data", "kind", "reason"),
    [
        (encrypted_doc(), ".doc", "it is encrypted and needs a password"),
        (ppt(SLIDES, encrypted=True), ".ppt", "it is encrypted and needs a password"),
        (OLE + "WordDocument".encode("utf-16-le"), ".doc", "it is damaged, or older than Office 97"),
        (ole({"WordDocument": b""}), ".doc", "it is damaged, or older than Office 97"),
        (ole({"WordDocument": b"x" * 5000, "1Table": b""}), ".doc", "it is damaged, or older than Office 97"),
        (DOC[:9000], ".doc", "it is damaged, or older than Office 97"),
        (ole({"Other": b"x"}), ".ppt", "it is damaged, or older than Office 97"),
    ],
)
def test_what_cannot_be_read_has_a_reason(data: bytes, kind: str, reason: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read_office97(data, kind)
    assert str(caught.value) == reason


def test_slides_without_text_have_no_text() -> None:
    with pytest.raises(DocumentError, match="no text in it"):
        read_without_libreoffice("slides.ppt", ppt([("", ""), ("", "")]))


@given(st.lists(st.integers(0, 8 * len(DOC) - 1), max_size=8), st.integers(0, 2 * len(DOC)))
def test_any_damage_to_a_text_gives_text_or_a_reason(bits: list[int], length: int) -> None:
    check_read_or_refused(lambda data: read_office97(data, ".doc"), damaged(DOC, bits, length))


WHOLE = ppt(SLIDES)


@given(st.lists(st.integers(0, 8 * len(WHOLE) - 1), max_size=8), st.integers(0, 2 * len(WHOLE)))
def test_any_damage_to_slides_gives_text_or_a_reason(bits: list[int], length: int) -> None:
    check_read_or_refused(lambda data: read_office97(data, ".ppt"), damaged(WHOLE, bits, length))
