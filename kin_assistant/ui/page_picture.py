"""One page of a PDF as a picture, with given words outlined.

Runs in a child process that takes the number of the page and the words as its arguments, the file on its standard input,
and gives the picture on its standard output, because a hostile file may crash or hang what draws it.
"""

from __future__ import annotations

import io
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pypdfium2
    from PIL import Image

__all__ = ["MAX_PICTURE_BYTES", "draw_page", "find_words"]

MAX_PICTURE_BYTES = 4 * 1024 * 1024

_WIDTH, _HEIGHT = 1100, 2200
"""Pixels, at most."""
_LARGEST_SCALE = 4.0
_QUALITY = 80
_MOST_CHARACTERS = 50_000
_FEWEST = 24
"""Letters that have to agree where not all words are on the page as they are in the text."""
_MARK, _EDGE = (255, 226, 138), (150, 101, 10)

_FEWEST_IN_CELL = 3

Span = tuple[int, int]
Box = tuple[int, int, int, int]
"""Left, top, right and bottom, in pixels."""


def draw_page(data: bytes, page: int, words: str = "") -> bytes:
    """The physical ``page`` (from 1) of a PDF as WebP; ``words`` are marked where they are found, and only there."""
    import pypdfium2
    from PIL import Image, ImageChops, ImageDraw

    document = pypdfium2.PdfDocument(data)
    try:
        sheet = document[page - 1]
        width, height = sheet.get_size()
        bitmap = sheet.render(scale=min(_WIDTH / width, _HEIGHT / height, _LARGEST_SCALE), may_draw_forms=False)
        picture: Image.Image = bitmap.to_pil().convert("RGB")
        pen = ImageDraw.Draw(picture)
        for left, top, right, bottom in _boxes(sheet, bitmap, words) if words else []:
            box = (max(0, left - 3), max(0, top - 2), min(picture.width, right + 4), min(picture.height, bottom + 3))
            if box[0] >= box[2] or box[1] >= box[3]:
                continue
            part = picture.crop(box)
            picture.paste(ImageChops.multiply(part, Image.new("RGB", part.size, _MARK)), box[:2])
            pen.rectangle((box[0], box[1], box[2] - 1, box[3] - 1), outline=_EDGE, width=2)
        out = io.BytesIO()
        picture.save(out, "WEBP", quality=_QUALITY, method=2)
        return out.getvalue()
    finally:
        document.close()


def find_words(characters: Sequence[int], words: str) -> tuple[Span, ...]:
    r"""First and last position in ``characters`` (code points of a page) at which ``words`` stand; none if they do not.

    Only letters and digits are compared, since lines, hyphens, ligatures and bars differ between a page and its text. If
    not all are found, the longest beginning or end is taken, as for a sentence that goes on elsewhere on the page; of a
    table row the cells that stand nowhere else on it.

    >>> find_words([ord(char) for char in "The cost-\nbene\ufb01ts rose."], "costbenefits rose")
    ((4, 21),)
    """
    page = list(_letters(enumerate(map(_character, characters))))
    text = "".join(letter for letter, _ in page)

    def at(start: int, length: int) -> Span:
        return page[start][1], page[start + length - 1][1]

    sought = _plain(words)
    if not sought:
        return ()
    found = text.find(sought)
    if found >= 0:
        return (at(found, len(sought)),)
    if words.startswith("| "):
        cells = [
            cell for cell in map(_plain, words.split("|")) if len(cell) >= _FEWEST_IN_CELL and text.count(cell) == 1
        ]
        return tuple(at(text.find(cell), len(cell)) for cell in cells)
    if len(sought) <= _FEWEST:
        return ()
    found = text.find(sought[:_FEWEST])
    if found >= 0:
        return (at(found, _agreeing(text[found:], sought)),)
    found = text.rfind(sought[-_FEWEST:])
    if found >= 0:
        end = found + _FEWEST
        length = _agreeing(text[:end][::-1], sought[::-1])
        return (at(end - length, length),)
    return ()


def _character(code: int) -> str:
    return chr(code) if 0 < code < 0x110000 else " "


def _letters(characters: Iterator[tuple[int, str]] | enumerate[str]) -> Iterator[tuple[str, int]]:
    """Letters and digits in their plain form, each with the position that it comes from."""
    for position, char in characters:
        for plain in unicodedata.normalize("NFKC", char).casefold():
            if plain.isalnum():
                yield plain, position


def _plain(words: str) -> str:
    return "".join(letter for letter, _ in _letters(enumerate(words)))


def _agreeing(one: str, other: str) -> int:
    """How many letters at the start are equal."""
    length = 0
    for mine, yours in zip(one, other, strict=False):
        if mine != yours:
            break
        length += 1
    return length


def _boxes(page: pypdfium2.PdfPage, bitmap: pypdfium2.PdfBitmap, words: str) -> list[Box]:
    from pypdfium2 import raw

    text = page.get_textpage()
    total = min(text.count_chars(), _MOST_CHARACTERS)
    characters = [raw.FPDFText_GetUnicode(text, position) for position in range(total)]
    place = bitmap.get_posconv(page)
    boxes: list[Box] = []
    for first, last in find_words(characters, words):
        while last + 1 < total and unicodedata.category(_character(characters[last + 1])).startswith("P"):
            last += 1  # the mark that ends the sentence
        for number in range(text.count_rects(first, last - first + 1)):
            left, bottom, right, top = text.get_rect(number)
            (x, y), (other_x, other_y) = place.to_bitmap(left, top), place.to_bitmap(right, bottom)
            boxes.append((min(x, other_x), min(y, other_y), max(x, other_x), max(y, other_y)))
    return _joined(boxes)


def _joined(boxes: Sequence[Box]) -> list[Box]:
    """Boxes that follow each other on one line made one."""
    joined: list[Box] = []
    for box in boxes:
        if joined:
            left, top, right, bottom = joined[-1]
            height = max(bottom - top, box[3] - box[1])
            same_line = min(bottom, box[3]) - max(top, box[1]) > height / 3
            if same_line and box[0] - right < 2 * height and left - box[2] < 2 * height:
                joined[-1] = (min(left, box[0]), min(top, box[1]), max(right, box[2]), max(bottom, box[3]))
                continue
        joined.append(box)
    return joined


if __name__ == "__main__":
    sys.stdout.buffer.write(draw_page(sys.stdin.buffer.read(), int(sys.argv[1]), sys.argv[2]))
