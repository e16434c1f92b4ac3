"""PDF to blocks, page by page, by PDFium."""

from __future__ import annotations

import ctypes
import logging
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from kin_assistant.documents.readers import ocr
from kin_assistant.documents.readers.composition import Composition, Extract, TextComposer
from kin_assistant.documents.readers.pdf_flow import compose
from kin_assistant.documents.readers.pdf_forms import read_words_and_fields
from kin_assistant.documents.readers.pdf_lines import Line, PageLines, Segment, lines_of, regions_of, segments_of
from kin_assistant.documents.readers.pdf_pairs import find_pairs
from kin_assistant.documents.readers.pdf_running import without_running_lines
from kin_assistant.documents.readers.pdf_statements import find_statements
from kin_assistant.documents.readers.pdf_stories import keep_stories_whole, mark_stories
from kin_assistant.documents.readers.pdf_tables import find_aligned_tables, find_ruled_tables, read_rules
from kin_assistant.documents.readers.pdf_words import PageWords, Word
from kin_assistant.errors import DocumentError
from kin_assistant.text.cleaning import clean

if TYPE_CHECKING:
    import pypdfium2

__all__ = ["read_pdf"]

_log = logging.getLogger(__name__)

_MOST_PAGES = 2000
_MOST_UNREADABLE = 0.3
"""Above this share of characters without a letter, a page's text layer is no text."""
_FEWEST_LETTERS = 3
_FEW_LETTERS = 100
"""A page with fewer, and a picture all over it, may be a scan with a stamp."""
_MOSTLY_PICTURE = 0.6
_MOST_OBJECTS = 2000
_DOTS_PER_INCH = 300
_MOST_PIXELS = 16_000_000
_OCR_SECONDS = 90.0
_NO_TITLE = re.compile(
    r"microsoft|untitled|powerpoint|\.(?:docx?|pdf|indd|qxd|pptx?|xlsx?|rtf|tex|dvi)\b", re.IGNORECASE
)


@dataclass(slots=True)
class _Pages:
    """What was found on the pages so far, by their numbers."""

    ocr_until: float
    """Reading of the monotonic clock after which no further page is recognised."""
    lines: dict[int, PageLines] = field(default_factory=dict)
    empty: set[int] = field(default_factory=set)
    unreadable: set[int] = field(default_factory=set)
    broken: set[int] = field(default_factory=set)
    recognised: set[int] = field(default_factory=set)
    not_recognised: set[int] = field(default_factory=set)
    not_tried: set[int] = field(default_factory=set)
    blank: set[int] = field(default_factory=set)


def read_pdf(data: bytes, *, ocr_seconds: float = _OCR_SECONDS) -> Extract:
    """Read a PDF file. Pages without a text layer are recognised where Tesseract is installed, for ``ocr_seconds`` at most.

    Raises ``DocumentError`` if the file is broken, needs a password, or holds no text that can be read.
    """
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise DocumentError(_reason(error)) from error
    try:
        return _read(pdf, time.monotonic() + ocr_seconds)
    finally:
        pdf.close()


def _read(pdf: pypdfium2.PdfDocument, ocr_until: float) -> Extract:
    count = len(pdf)
    if count < 1:
        raise DocumentError("it is broken: no pages in it")
    read = min(count, _MOST_PAGES)
    pages = _Pages(ocr_until)
    for number in range(1, read + 1):
        _read_page(pdf, number, pages)
    composer = TextComposer()
    compose(_without_stamps(pdf, pages), composer)
    composition = composer.finish()
    if not composition.text:
        raise DocumentError(_nothing_read(pages, read))
    warnings: list[str] = []
    if count > read:
        warnings.append(f"only the first {read:,} of {count:,} pages were read")
    if pages.broken:
        warnings.append(f"cannot be read: {_listed(sorted(pages.broken))}")
    if pages.unreadable:
        warnings.append(f"the text layer is no text that can be read: {_listed(sorted(pages.unreadable))}")
    if pages.not_recognised:
        warnings.append(f"text recognition failed or took too long: {_listed(sorted(pages.not_recognised))}")
    if pages.not_tried:
        warnings.append(f"text recognition was stopped before: {_listed(sorted(pages.not_tried))}")
    return Extract(
        composition=composition,
        title=_title(pdf, composition),
        pages=count,
        page_labels=_labels(pdf, count),
        pages_without_text=tuple(sorted(pages.empty)),
        ocr_pages=tuple(sorted(pages.recognised)),
        warnings=tuple(warnings),
    )


def _read_page(pdf: pypdfium2.PdfDocument, number: int, pages: _Pages) -> None:
    import pypdfium2

    try:
        page = pdf[number - 1]
    except pypdfium2.PdfiumError:
        pages.broken.add(number)
        pages.empty.add(number)
        return
    try:
        lines, unreadable = _text_layer(page, number, read_words_and_fields(pdf, page, number - 1))
        if unreadable:
            pages.unreadable.add(number)
        if lines is not None:
            pages.lines[number] = lines
            if _letters(lines) >= _FEW_LETTERS or not ocr.is_available() or _picture_share(page) < _MOSTLY_PICTURE:
                return
        _recognise(page, number, pages)
    except (pypdfium2.PdfiumError, ValueError, OverflowError):
        # Boxes that are not numbers, pages without an area: the other pages can still be read.
        _log.warning("page %d cannot be read", number, exc_info=True)
        pages.broken.add(number)
        if number not in pages.lines:
            pages.empty.add(number)
    finally:
        page.close()


def _recognise(page: pypdfium2.PdfPage, number: int, pages: _Pages) -> None:
    """Put what is recognised on ``page`` in the place of its text layer, if that says far less."""
    import pypdfium2
    import pypdfium2.raw as pdfium

    layer = pages.lines.get(number)
    if layer is None:
        pages.empty.add(number)
    if pdfium.FPDFPage_CountObjects(page) == 0:
        pages.blank.add(number)
        return
    if not ocr.is_available():
        return
    if time.monotonic() > pages.ocr_until:
        pages.not_tried.add(number)
        return
    try:
        lines = _recognised(page, number)
    except (DocumentError, pypdfium2.PdfiumError, ValueError, OverflowError):
        # A page that cannot be drawn cannot be recognised either; the others are not concerned.
        pages.not_recognised.add(number)
        return
    if lines is not None and (layer is None or _letters(lines) > 3 * _letters(layer)):
        pages.lines[number] = lines
        pages.recognised.add(number)
        pages.empty.discard(number)


def _without_stamps(pdf: pypdfium2.PdfDocument, pages: _Pages) -> list[PageLines]:
    """The pages without their running lines. A scanned page that bears nothing else has no text layer of its own."""
    kept = without_running_lines(list(pages.lines.values()))
    bare = [page.number for page in kept if not any(page.regions) and page.number not in pages.recognised]
    stamped = False
    for number in bare:
        page = pdf[number - 1]
        try:
            if _picture_share(page) >= _MOSTLY_PICTURE:
                del pages.lines[number]
                _recognise(page, number, pages)
                stamped = True
        finally:
            page.close()
    ordered = [pages.lines[number] for number in sorted(pages.lines)]
    if stamped:
        kept = without_running_lines(ordered)
    return kept if any(any(page.regions) for page in kept) else ordered


def _text_layer(page: pypdfium2.PdfPage, number: int, found: PageWords) -> tuple[PageLines | None, bool]:
    """The lines of ``page``, if there are any, and whether it has a text layer that cannot be read."""
    if found.unreadable > _MOST_UNREADABLE:
        return None, True
    if not _says_something((*found.words, *found.turned)):
        return None, False
    tables: list[Segment] = []
    words: Sequence[Word] = found.words
    flat, upstanding = read_rules(page, found.upright)
    if flat and upstanding:
        tables, words = find_ruled_tables(words, flat, upstanding)
    regions = _regions(words, tables)
    if found.turned:
        regions += [tuple(lines_of(segments_of(found.turned)))]
    return PageLines(number, found.height, tuple(regions)), False


def _regions(words: Sequence[Word], tables: Sequence[Segment]) -> list[tuple[Line, ...]]:
    segments = find_aligned_tables(find_pairs(find_statements([*tables, *mark_stories(segments_of(words))])))
    regions = regions_of(segments)
    if len(regions) > 1:
        regions = [find_aligned_tables(find_statements(region)) for region in regions]
    regions = keep_stories_whole(regions)
    return [tuple(lines_of(region)) for region in regions]


def _picture_share(page: pypdfium2.PdfPage) -> float:
    """Share of ``page`` that its largest picture covers."""
    import pypdfium2.raw as pdfium

    width, height = page.get_size()
    largest = 0.0
    for index in range(min(pdfium.FPDFPage_CountObjects(page), _MOST_OBJECTS)):
        drawn = pdfium.FPDFPage_GetObject(page, index)
        if pdfium.FPDFPageObj_GetType(drawn) == pdfium.FPDF_PAGEOBJ_IMAGE:
            edges = [ctypes.c_float() for _ in range(4)]
            if pdfium.FPDFPageObj_GetBounds(drawn, *edges):
                left, low, right, high = (edge.value for edge in edges)
                largest = max(largest, (right - left) * (high - low))
    return largest / max(1.0, float(width * height))


def _says_something(words: Iterable[Word]) -> bool:
    letters = (char for word in words for char in word.text if char.isalnum())
    return sum(1 for _ in islice(letters, _FEWEST_LETTERS)) == _FEWEST_LETTERS


def _letters(lines: PageLines) -> int:
    return sum(len(line.text) for region in lines.regions for line in region) + sum(
        len(cell)
        for region in lines.regions
        for line in region
        if line.table
        for row in line.table.rows
        for cell in row
    )


def _recognised(page: pypdfium2.PdfPage, number: int) -> PageLines | None:
    width, height = page.get_size()
    dots = min(float(_DOTS_PER_INCH), 72 * (_MOST_PIXELS / max(1.0, width * height)) ** 0.5)
    picture = page.render(scale=dots / 72, grayscale=True).to_pil()
    words, _, height = ocr.recognise(picture, dots)
    if not _says_something(words):
        return None
    return PageLines(number, height, tuple(_regions(words, [])))


def _reason(error: pypdfium2.PdfiumError) -> str:
    import pypdfium2.raw as pdfium

    code = getattr(error, "err_code", None)
    if code == pdfium.FPDF_ERR_PASSWORD:
        return "it is encrypted and needs a password"
    if code == pdfium.FPDF_ERR_SECURITY:
        return "it is encrypted in a way that cannot be read"
    if code == pdfium.FPDF_ERR_FORMAT:
        return "it is broken, or no PDF file though its suffix says so"
    return "it is broken"


def _nothing_read(pages: _Pages, count: int) -> str:
    if len(pages.broken) == count:
        return "it is broken: none of its pages can be read"
    if len(pages.blank) == count:
        return f"no text in it: {_counted(count)}, and nothing on {'it' if count == 1 else 'them'}"
    if pages.not_tried:
        return f"no text in it: {_counted(count)}, and there was no time to recognise any"
    if ocr.is_available():
        return f"no text in it: {_counted(count)}, and none was recognised on them"
    if pages.unreadable:
        return f"no text in it: the fonts of {_counted(count)} do not say which letters they show"
    of = "a picture or drawing" if count == 1 else "pictures or drawings"
    return f"no text in it: {_counted(count)} of {of}, and no text recognition is installed"


def _counted(count: int) -> str:
    return "1 page" if count == 1 else f"{count:,} pages"


def _listed(numbers: Sequence[int]) -> str:
    """Page numbers for a reader: "page 3", "pages 3, 7-9"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    shown = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs[:20])
    return f"page{'s' if len(numbers) > 1 else ''} {shown}{' and more' if len(runs) > 20 else ''}"


def _labels(pdf: pypdfium2.PdfDocument, count: int) -> tuple[str, ...]:
    if count > _MOST_PAGES:
        return ()
    try:
        labels = tuple(clean(pdf.get_page_label(index)) for index in range(count))
    except ValueError:  # labels that are no Unicode
        return ()
    numbers = tuple(str(number) for number in range(1, count + 1))
    return labels if any(labels) and labels != numbers else ()


def _title(pdf: pypdfium2.PdfDocument, composition: Composition) -> str | None:
    """The title in the file's metadata, where the first pages say the same: it is often a forgotten template's."""
    try:
        title = clean(pdf.get_metadata_value("Title"))
    except ValueError:  # a title that is no Unicode
        return None
    words = re.findall(r"\w+", title.lower())
    if len(words) < 2 or _NO_TITLE.search(title) or len(title) > 300:
        return None
    beginning = set(re.findall(r"\w+", composition.text[:6000].lower()))
    return title if sum(word in beginning for word in words) >= 0.8 * len(words) else None
