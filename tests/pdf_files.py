"""PDF files made for the tests, each for one thing that a reader meets."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Sequence

from reportlab.lib import colors, pdfencrypt
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader, simpleSplit
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Table

WIDTH, HEIGHT = A4
BODY, BOLD = "Helvetica", "Helvetica-Bold"
_NOUNS = "waste water transport housing energy air noise soil food health mobility heat flood budget permit".split()
_VERBS = "measured reduced planned funded delayed expanded reviewed replaced shared monitored".split()
_PLACES = "Bogota Nairobi Lagos Quito Manila Hanoi Dakar Lima Accra Porto Utrecht Leeds Turin Graz".split()


def pdf_of(draw: Callable[[Canvas], None], *, password: str | None = None, owner: str | None = None) -> bytes:
    """The file of a canvas that ``draw`` has drawn on; ``password`` opens it, ``owner`` only protects it."""
    encryption = None
    if password is not None or owner is not None:
        encryption = pdfencrypt.StandardEncryption(password or "", ownerPassword=owner or password, strength=128)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1, pageCompression=0, encrypt=encryption)
    draw(canvas)
    canvas.save()
    return buffer.getvalue()


def pages_of(*pages: Sequence[tuple[float, float, str]], size: float = 11) -> bytes:
    """Pages of (x, distance from the top, text) in the body's font."""

    def draw(canvas: Canvas) -> None:
        for lines in pages:
            canvas.setFont(BODY, size)
            for x, y, text in lines:
                canvas.drawString(x, HEIGHT - y, text)
            canvas.showPage()

    return pdf_of(draw)


def paragraph(
    canvas: Canvas,
    text: str,
    x: float,
    y: float,
    width: float,
    *,
    font: str = BODY,
    size: float = 10.5,
    indent: float = 0,
) -> float:
    """Draw ``text`` in lines of ``width`` from ``y`` (from the top) on; the place below it."""
    canvas.setFont(font, size)
    for number, line in enumerate(simpleSplit(text, font, size, width - indent)):
        canvas.drawString(x + (indent if number == 0 else 0), HEIGHT - y, line)
        y += size * 1.25
    return y


def sentences(page: int, count: int, seed: int = 0) -> list[str]:
    """``count`` sentences that stand on no other page."""
    dice = random.Random(f"{seed} {page}")  # noqa: S311 (the same text on every run)
    return [
        f"In {dice.choice(_PLACES)} the {dice.choice(_NOUNS)} office {dice.choice(_VERBS)} the {dice.choice(_NOUNS)} plan "
        f"number {page * 100 + n} and the {dice.choice(_NOUNS)} share fell by {dice.randint(2, 60)} per cent."
        for n in range(count)
    ]


def report(pages: int) -> bytes:
    """A report as offices write them: running head and foot, a heading, two paragraphs and a ruled table on each page."""

    def draw(canvas: Canvas) -> None:
        for page in range(1, pages + 1):
            canvas.setFont(BODY, 8)
            canvas.drawString(60, HEIGHT - 40, "City Environment Report 2021")
            canvas.drawCentredString(WIDTH / 2, 30, f"Page {page} of {pages}")
            canvas.setFont(BOLD, 15)
            canvas.drawString(60, HEIGHT - 90, f"{page}. District {page}")
            text = sentences(page, 16)
            y = paragraph(canvas, " ".join(text[:8]), 60, 120, WIDTH - 120)
            y = paragraph(canvas, " ".join(text[8:]), 60, y + 12, WIDTH - 120)
            rows = [["Year", "Waste (t)", "Recycled (%)"]]
            rows += [[str(2015 + n), f"{page * 10 + n},{n}00", str(20 + n)] for n in range(5)]
            table = Table(rows, colWidths=[80, 120, 120], style=[("GRID", (0, 0), (-1, -1), 0.5, colors.black)])
            _, high = table.wrapOn(canvas, WIDTH, HEIGHT)
            table.drawOn(canvas, 60, HEIGHT - y - 12 - high)
            canvas.showPage()

    return pdf_of(draw)


def two_columns() -> bytes:
    """A title across the page and two columns of text below it."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont(BOLD, 20)
        canvas.drawCentredString(WIDTH / 2, HEIGHT - 70, "A title that runs across the two columns")
        half = (WIDTH - 120 - 18) / 2
        paragraph(canvas, " ".join(sentences(1, 24)), 60, 110, half)
        paragraph(canvas, " ".join(sentences(2, 24)), 60 + half + 18, 113, half)
        canvas.showPage()

    return pdf_of(draw)


def turned(degrees: int, *, page_too: bool) -> bytes:
    """Text drawn at an angle, on a page that is turned to show it upright or is not."""

    def draw(canvas: Canvas) -> None:
        if page_too:
            canvas.setPageRotation(degrees)
        canvas.translate(WIDTH / 2, HEIGHT / 2)
        canvas.rotate(degrees)
        canvas.setFont(BODY, 11)
        for number, line in enumerate(
            ("The first line of the turned page goes on in", "the second line of the turned page.")
        ):
            canvas.drawString(-150, 100 - 14 * number, line)
        canvas.showPage()

    return pdf_of(draw)


def aligned_table() -> bytes:
    """A table without lines under a paragraph."""

    def draw(canvas: Canvas) -> None:
        y = paragraph(canvas, " ".join(sentences(1, 5)), 60, 80, WIDTH - 120) + 14
        canvas.setFont(BODY, 10)
        for row in (
            ("City", "Population", "Share"),
            ("Lagos", "15,300", "41%"),
            ("Quito", "2,780", "12%"),
            ("Hanoi", "8,050", "33%"),
            ("Graz", "290", "8%"),
        ):
            canvas.drawString(60, HEIGHT - y, row[0])
            canvas.drawRightString(260, HEIGHT - y, row[1])
            canvas.drawRightString(360, HEIGHT - y, row[2])
            y += 15
        paragraph(canvas, " ".join(sentences(2, 5)), 60, y + 14, WIDTH - 120)
        canvas.showPage()

    return pdf_of(draw)


def blank_picture() -> ImageReader:
    """A picture of nothing."""
    from PIL import Image

    return ImageReader(Image.new("L", (60, 80), 230))


def picture_of(lines: Sequence[str], *, degrees: int = 0, stamp: str = "") -> bytes:
    """A scanned page: a picture of ``lines`` and no text but ``stamp``."""
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("L", (1240, 1754), 255)
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=36)
    for number, line in enumerate(lines):
        pen.text((120, 160 + 54 * number), line, fill=0, font=font)
    if degrees:
        picture = picture.rotate(degrees, expand=True)

    def draw(canvas: Canvas) -> None:
        width, height = (WIDTH, HEIGHT) if degrees % 180 == 0 else (HEIGHT, WIDTH)
        canvas.setPageSize((width, height))
        canvas.drawImage(ImageReader(picture), 0, 0, width, height)
        canvas.drawString(60, height - 20, stamp)
        canvas.showPage()

    return pdf_of(draw)


def without_letters(pages: int = 1, *, readable: int = 0, codes: bytes = bytes(range(1, 60))) -> bytes:
    """Pages whose font does not say which letters its ``codes`` show, after ``readable`` pages that can be read."""
    content = b"BT /F1 12 Tf 60 700 Td <" + codes.hex().encode() + b"> Tj ET"
    good = b"BT /F2 12 Tf 60 700 Td (This page can be read by anybody who opens it.) Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Nowhere /Encoding /Identity-H /DescendantFonts [4 0 R] >>",
        (
            b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Nowhere /CIDSystemInfo"
            b" << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor 5 0 R /DW 600 >>"
        ),
        (
            b"<< /Type /FontDescriptor /FontName /Nowhere /Flags 4 /FontBBox [0 0 600 800] /ItalicAngle 0 /Ascent 800"
            b" /Descent -200 /CapHeight 700 /StemV 80 >>"
        ),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        _stream(content),
        _stream(good),
    ]
    kids = []
    for number in range(readable + pages):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R /F2 6 0 R >> >>"
            b" /Contents %d 0 R >>" % (8 if number < readable else 7)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [" + b" ".join(kids) + b"] /Count %d >>" % len(kids)
    return _file_of(objects)


def _stream(content: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n" % len(content) + content + b"\nendstream"


def _file_of(objects: Sequence[bytes]) -> bytes:
    data = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table
    return data + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)


def three_columns() -> bytes:
    """Pages of three narrow columns of paragraphs, the last line of each short."""

    def draw(canvas: Canvas) -> None:
        for page in range(3):
            for column in range(3):
                y = 80.0
                for part in range(5):
                    text = " ".join(sentences(page * 15 + column * 5 + part, 4))
                    y = paragraph(canvas, text, 50 + 168 * column, y, 152, size=9) + 8
            canvas.showPage()

    return pdf_of(draw)
