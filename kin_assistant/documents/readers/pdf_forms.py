"""What is written onto a PDF page rather than on it: values of form fields, text boxes, stamps and signatures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kin_assistant.documents.readers.pdf_words import Box, PageWords, read_words

if TYPE_CHECKING:
    import pypdfium2

__all__ = ["read_words_and_fields"]

_MOST_ANNOTATIONS = 2000


def read_words_and_fields(pdf: pypdfium2.PdfDocument, page: pypdfium2.PdfPage, index: int) -> PageWords:
    """Read the words of ``page``, which is ``pdf[index]``, those of its form fields and the like among them."""
    import pypdfium2.raw as pdfium

    found = read_words(page)
    areas = _areas(page)
    # PDFium reads such words once they are drawn on the page. That may spoil the fonts of the rest, which is read already.
    if not areas or pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY) != pdfium.FLATTEN_SUCCESS:
        return found
    drawn = pdf[index]
    try:
        return _with_words_in(areas, found, read_words(drawn))
    finally:
        drawn.close()


def _areas(page: pypdfium2.PdfPage) -> list[Box]:
    """Left, bottom, right, top of what may hold words, in the page's own space."""
    import pypdfium2.raw as pdfium

    kinds = (pdfium.FPDF_ANNOT_WIDGET, pdfium.FPDF_ANNOT_FREETEXT, pdfium.FPDF_ANNOT_STAMP)
    areas: list[Box] = []
    rect = pdfium.FS_RECTF()
    for number in range(min(pdfium.FPDFPage_GetAnnotCount(page), _MOST_ANNOTATIONS)):
        annotation = pdfium.FPDFPage_GetAnnot(page, number)
        if not annotation:
            continue
        if pdfium.FPDFAnnot_GetSubtype(annotation) in kinds and pdfium.FPDFAnnot_GetRect(annotation, rect):
            areas.append((rect.left, rect.bottom, rect.right, rect.top))
        pdfium.FPDFPage_CloseAnnot(annotation)
    return areas


def _with_words_in(areas: Sequence[Box], found: PageWords, drawn: PageWords) -> PageWords:
    """``found`` with the words of ``drawn`` that stand within ``areas`` and not in it already."""
    boxes = [found.upright(area) for area in areas]
    known = {(word.text, round(word.x0), round(word.top)) for word in found.words}
    more = [
        word
        for word in drawn.words
        if (word.text, round(word.x0), round(word.top)) not in known
        and any(
            left <= (word.x0 + word.x1) / 2 <= right and top <= (word.top + word.bottom) / 2 <= bottom
            for left, top, right, bottom in boxes
        )
    ]
    if not found.words:
        return drawn  # turned as its own words are
    return replace(found, words=(*found.words, *more))
