"""The words of a PDF page with their places, upright whichever way the page is turned."""

from __future__ import annotations

import ctypes
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pypdfium2

__all__ = ["Box", "PageWords", "Word", "read_words"]

_TURNS = (0, 90, 180, 270)
_SKEW = 10
"""Degrees that text may lean and still count as upright: scans are rarely straight."""
_MOST_CHARACTERS = 200_000
_TINY = 1.0
_CONTROL_WEIGHT = 3
"""Control characters stand for many others: where glyphs are numbered in their own way, most numbers are of letters."""
_SAMPLE = 5
"""Each how manieth character is asked whether its font names a letter for it."""
_LATIN_END = 0x250
_FIRST_AMBIGUOUS = 0xD800
"""From here on a unit of 16 bits may be a part of a character, or stand for one that has no letter."""
_PLAIN_WORD = re.compile(
    r"(?<![^ \r\n])[(\[\"\u201c]?[A-Za-z]{2,}(?:[-'\u2019][A-Za-z]+)*[.,;:!?)\]\"\u201d]{0,3}(?=[ \r\n]|$)"
)
"""What is measured by its ends alone: nearly all words, and none with a raised digit or a letter of another script."""
_LEVEL = 0.1
"""Letters of one size, by share of their height: fonts round where each ends."""
_RAISED = 0.8
"""A digit below this share of its word's height, and off its foot, is a superscript."""
_LETTERS = {code: unicodedata.normalize("NFKC", chr(code)) for code in (*range(0xFB00, 0xFB07), *range(0xFB50, 0xFDFD))}
_LETTERS |= {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFE70, 0xFEFD)}
_LETTERS |= {0x0B: "ff", 0x0C: "fi", 0x0E: "ffi", 0x0F: "ffl"}
"""Ligatures as the old TeX fonts number them; nothing else uses these codes inside a word."""
_RETURN_SIGN = "\u21b5"
"""The sign that a TeX ligature "ff" turns into where the font names its glyphs by that numbering."""
_TIGHT = 0.88
"""A box lower than this share of the letter's size is its own, not its font's: its foot says nothing of the line's."""
_ASCENT, _DESCENT = 0.7, 0.21
_NOTHING = 0xDC00
"""Half a character: nothing is read for it."""
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_BULLET = "\u2022"
_MIXED = re.compile(r"(?<=[A-Za-z])(?=[\u0590-\u08ff])|(?<=[\u0590-\u08ff])(?=[A-Za-z])")
_HYPHENS = (0x02, 0xFFFE)
"""What PDFium gives for a hyphen at the end of a line."""

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in points from the upper left corner of the upright page."""


class Word(NamedTuple):
    """Characters without a space between them."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    bold: bool


@dataclass(frozen=True, slots=True)
class PageWords:
    """What stands on a page."""

    words: tuple[Word, ...]
    """In the order of the file, the way most of the page's text is turned."""
    turned: tuple[Word, ...]
    """Text that runs another way (along the margin, beside an axis), upright by itself."""
    width: float
    height: float
    unreadable: float
    """Share of the characters for which the fonts give no letter."""
    upright: Callable[[Box], Box]
    """From left, bottom, right, top in the page's own space to a box beside ``words``."""


class _Style(NamedTuple):
    turn: int | None
    """Degrees; None for slanting text."""
    size: float
    bold: bool
    seen: bool
    signs: bool = False
    """Whether the font holds signs, whatever letters they are numbered as."""


def read_words(page: pypdfium2.PdfPage) -> PageWords:
    """Read the words of ``page``. Text that cannot be seen is left out, but for the text behind a scanned picture."""
    left, bottom, right, top = page.get_bbox()
    text_page = page.get_textpage()
    try:
        collector = _Collector(page, text_page, (left, bottom, right, top))
        collector.collect()
    finally:
        text_page.close()
    found = collector.found
    if collector.from_tex:
        # In the fonts that lose "ff" the ligature of three letters has no code at all.
        found = [(turn, word._replace(text=word.text.replace("\ufffd", "ffi"))) for turn, word in found]
    amounts: Counter[int] = Counter()
    for turn, word in found:
        amounts[turn] += len(word.text)
    main = max(_TURNS, key=lambda turn: (amounts[turn], -turn))
    size = (right - left, top - bottom)
    upright = _upright((left, bottom, right, top), main)
    words = tuple(_turned(upright, word) for turn, word in found if turn == main)
    turned: list[Word] = []
    for other in _TURNS:
        if other != main and amounts[other]:
            turn_it = _upright((left, bottom, right, top), other)
            turned += [_turned(turn_it, word) for turn, word in found if turn == other]
    width, height = size if main in (0, 180) else size[::-1]
    unreadable = max(collector.unreadable / max(1, collector.characters), _share_of_mixtures(words))
    return PageWords(words, tuple(turned), width, height, unreadable, upright)


def _turned(upright: Callable[[Box], Box], word: Word) -> Word:
    text, x0, top, x1, bottom, size, bold = word
    return Word(text, *upright((x0, bottom, x1, top)), size, bold)


def _upright(page: Box, turn: int) -> Callable[[Box], Box]:
    left, low, right, high = page

    def from_0(box: Box) -> Box:
        return box[0] - left, high - box[3], box[2] - left, high - box[1]

    def from_90(box: Box) -> Box:
        return box[1] - low, box[0] - left, box[3] - low, box[2] - left

    def from_180(box: Box) -> Box:
        return right - box[2], box[1] - low, right - box[0], box[3] - low

    def from_270(box: Box) -> Box:
        return high - box[3], right - box[2], high - box[1], right - box[0]

    return {0: from_0, 90: from_90, 180: from_180, 270: from_270}[turn]


class _Collector:
    """Walks the characters of a page; ctypes calls are dear, so style is asked for once per word."""

    def __init__(self, page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage, bounds: Box) -> None:
        import pypdfium2.raw as pdfium

        self._pdfium = pdfium
        self._page = page
        self._raw = text_page.raw
        self._bounds = bounds
        self._styles: dict[int, _Style] = {}
        self._fonts: dict[int, tuple[bool, bool]] = {}
        self._matrix = pdfium.FS_MATRIX()
        self._colour = tuple(ctypes.c_uint() for _ in range(4))
        self._origin = ctypes.c_double(), ctypes.c_double()
        self._covers: list[Box] | None = None
        self.found: list[tuple[int, Word]] = []
        """(turn, word) with the box in the page's own space: top is above bottom."""
        self.characters = 0
        self.unreadable = 0
        self.from_tex = False

    def collect(self) -> None:
        pdfium, raw = self._pdfium, self._raw
        box_of, no_letter = pdfium.FPDFText_GetLooseCharBox, pdfium.FPDFText_HasUnicodeMapError
        rect = pdfium.FS_RECTF()
        reference = ctypes.byref(rect)
        letters: list[str] = []
        style = _Style(0, 0.0, False, True)
        wl = wb = wr = wt = last_left = last_right = 0.0
        run = high = after = begun = 0
        space: int | None = None
        self.characters = max(0, min(pdfium.FPDFText_CountChars(raw), _MOST_CHARACTERS))
        codes, order = self._in_reading_order(self._codes())
        plain = {match.start(): match for match in _PLAIN_WORD.finditer("".join(map(chr, codes)))}
        for number, (index, code) in enumerate(zip(order, codes, strict=True)):
            if number < after:
                continue
            if code in _HYPHENS:
                code = 0x2D
            if code == 0x20:
                space = index
                continue
            if (code < 32 and code not in _LETTERS) or code in (0xA0, 0xFFFF):
                self.unreadable += _CONTROL_WEIGHT * (code not in (9, 10, 13, 0xA0))
                space = None
                if letters and code == 0:
                    letters.append("\ufffd")
                    continue
                if letters:
                    self._add(letters, style, (wl, wb, wr, wt), begun)
                    letters = []
                continue
            if 0xD800 <= code <= 0xDFFF:
                if code < 0xDC00 or not high:
                    high = code if code < 0xDC00 else 0
                    continue
                code, high = 0x10000 + ((high - 0xD800) << 10) + code - 0xDC00, 0
            if code == 0xFFFD or _is_private(code) or (number % _SAMPLE == 0 and no_letter(raw, index) == 1):
                self.unreadable += 1
            box_of(raw, index, reference)
            left, bottom, right, top = rect.left, rect.bottom, rect.right, rect.top
            letter = _LETTERS.get(code) or (chr(code) if code < 0x110000 else "\ufffd")
            word = plain.get(number)
            if word:
                # Where the last letter stands on the line of the first, so do those between them.
                box_of(raw, order[word.end() - 1], reference)
                level = _LEVEL * (top - bottom)
                if abs(rect.top - top) < level and abs(rect.bottom - bottom) < level and rect.left >= right:
                    right, top, bottom = rect.right, max(top, rect.top), min(bottom, rect.bottom)
                    after, letter = word.end(), word[0]
                    sampled = (after - 1) // _SAMPLE - number // _SAMPLE
                    if sampled and no_letter(raw, index) == 1:
                        self.unreadable += sampled
            if letters and space is not None:
                # PDFium guesses spaces; where letters touch, there is none.
                close = style.turn == 0 and -0.3 * style.size < left - wr < 0.04 * style.size
                if not (close and bottom < wt and top > wb and pdfium.FPDFText_IsGenerated(raw, space) == 1):
                    self._add(letters, style, (wl, wb, wr, wt), begun)
                    letters = []
            space = None
            if letters:
                if style.turn in (90, 270):
                    apart = left > wr or right < wl or bottom > wt + style.size or top < wb - style.size
                else:
                    apart = bottom > wt or top < wb or left > wr + style.size or right < wl - style.size
                if apart:
                    self._add(letters, style, (wl, wb, wr, wt), begun)
                    letters = []
                elif letter.isdigit() and top - bottom < _RAISED * (wt - wb) and style.turn == 0:
                    if bottom > wb + 0.15 * (wt - wb) and self._is_raised(index, begun, style.size):
                        letter = letter.translate(_SUPERSCRIPTS)
                elif top - bottom > (wt - wb) / _RAISED and style.turn == 0:
                    style = self._style(index)  # a word that begins with a small mark
            if not letters:
                letters = [letter]
                wl, wb, wr, wt = left, bottom, right, top
                style = self._style(index)
                run, begun = 0, index
            elif code >= 0x590 and left == last_left and right == last_right and 0x590 <= ord(letters[-1][-1]) < 0x900:
                letters.insert(run, letter)  # the parts of an Arabic ligature come last part first
            else:
                run = len(letters)
                letters.append(letter)
                wl, wb, wr, wt = min(wl, left), min(wb, bottom), max(wr, right), max(wt, top)
            last_left, last_right = left, right
        if letters:
            self._add(letters, style, (wl, wb, wr, wt), begun)

    def _codes(self) -> Sequence[int]:
        """The code of each character. Asking for all at once is fast, and ambiguous for a few of them."""
        pdfium, raw, count = self._pdfium, self._raw, self.characters
        codes = (ctypes.c_ushort * (count + 1))()
        code_of = pdfium.FPDFText_GetUnicode
        if pdfium.FPDFText_GetText(raw, 0, count, codes) != count + 1:
            return [code_of(raw, index) for index in range(count)]
        return [code_of(raw, index) if code >= _FIRST_AMBIGUOUS else code for index, code in enumerate(codes[:count])]

    def _in_reading_order(self, codes: Sequence[int]) -> tuple[Sequence[int], Sequence[int]]:
        """The codes, and the number of each in PDFium's order.

        Where text runs from right to left, a mark may come before the letter that it stands on, behind a space that is none.
        """
        marks = [
            n for n, code in enumerate(codes) if _is_rtl_mark(code) and 0 < n < len(codes) - 1 and codes[n - 1] == 0x20
        ]
        if not marks:
            return codes, range(len(codes))
        changed, order = list(codes), list(range(len(codes)))
        rect = self._pdfium.FS_RECTF()
        for mark in marks:
            places: list[tuple[float, float]] = []
            for number in (mark - 1, mark, mark + 1):
                self._pdfium.FPDFText_GetLooseCharBox(self._raw, number, ctypes.byref(rect))
                places.append((rect.left, rect.right))
            space, own, letter = places
            if (
                0x590 <= codes[mark + 1] < 0x900
                and letter[0] <= space[0] <= letter[1]
                and own[0] < letter[1] > own[1] - 0.5
            ):
                changed[mark - 1 : mark + 2] = codes[mark + 1], codes[mark], _NOTHING
                order[mark - 1 : mark + 2] = mark + 1, mark, mark - 1
        return changed, order

    def _add(self, letters: list[str], style: _Style, box: Box, begun: int) -> None:
        left, bottom, right, top = box
        if style.turn is None or not (style.seen or self._on_colour(box)):
            return
        height = right - left if style.turn in (90, 270) else top - bottom
        # Fonts made of drawings measure themselves in units of their own; the letters show how large they are.
        size = style.size if height / 4 < style.size < 3 * height else 0.8 * height
        if size < _TINY:
            return
        if size == style.size and top - bottom < _TIGHT * size and style.turn == 0:
            bottom, top = self._foot_and_head(begun, size, (bottom, top))
        x, y = (left + right) / 2, (bottom + top) / 2
        if not (self._bounds[0] <= x <= self._bounds[2] and self._bounds[1] <= y <= self._bounds[3]):
            return  # beyond the edge of the page
        text = "".join(letters)
        if len(text) == 1 and (_is_private(ord(text)) or "\x80" <= text < "\xa0" or (style.signs and text.isascii())):
            # Symbol fonts number their bullets as letters or as private characters.
            self.unreadable -= _is_private(ord(text))
            text = _BULLET
        if not text.isascii():
            text = _MIXED.sub(" ", _without_note_marks(text.rstrip("\ufffd")))
            if len(text) > 1 and _RETURN_SIGN in text:
                text = text.replace(_RETURN_SIGN, "ff")
                self.from_tex = True
            if not text:
                return
        self.found.append((style.turn, Word(text, left, top, right, bottom, size, style.bold)))

    def _foot_and_head(self, index: int, size: float, own: tuple[float, float]) -> tuple[float, float]:
        """Where the line of a letter begins and ends, as its font would say: letters with a tail stand no lower than others."""
        x, y = self._origin
        if not self._pdfium.FPDFText_GetCharOrigin(self._raw, index, x, y):
            return own
        foot, head = y.value - _DESCENT * size, y.value + _ASCENT * size
        return (foot, head) if foot < own[1] and head > own[0] else own

    def _is_raised(self, index: int, begun: int, size: float) -> bool:
        """Whether a letter stands higher than the one that its word began with: a parenthesis is only taller than a digit."""
        x, y = self._origin
        if not self._pdfium.FPDFText_GetCharOrigin(self._raw, begun, x, y):
            return True
        foot = y.value
        return not self._pdfium.FPDFText_GetCharOrigin(self._raw, index, x, y) or y.value - foot > 0.1 * size

    def _style(self, index: int) -> _Style:
        pdfium = self._pdfium
        raw_object = pdfium.FPDFText_GetTextObject(self._raw, index)
        address = ctypes.addressof(raw_object.contents) if raw_object else 0
        known = self._styles.get(address)
        if known is None:
            known = self._styles[address] = self._measure(index, raw_object, address)
        return known

    def _measure(self, index: int, raw_object: object, address: int) -> _Style:
        pdfium, raw = self._pdfium, self._raw
        matrix = self._matrix
        size = pdfium.FPDFText_GetFontSize(raw, index)
        turn: int | None = 0
        if pdfium.FPDFText_GetMatrix(raw, index, matrix):
            # A text line of height 1 in font space is as high as the matrix makes its second axis.
            size *= math.hypot(matrix.c, matrix.d)
            angle = math.degrees(math.atan2(matrix.b, matrix.a)) % 360
            turn = next((t for t in _TURNS if min(abs(angle - t), 360 - abs(angle - t)) <= _SKEW), None)
        if not math.isfinite(size):
            return _Style(turn, 0.0, False, False)
        if not address:
            return _Style(turn, size, False, True)
        mode = pdfium.FPDFTextObj_GetTextRenderMode(raw_object)
        seen = True
        if mode in (0, 2, 4, 6) and pdfium.FPDFText_GetFillColor(raw, index, *self._colour):
            red, green, blue, alpha = (part.value for part in self._colour)
            seen = min(red, green, blue) < 250 and alpha > 0
        bold, signs = self._font(index, raw_object)
        return _Style(turn, size, mode == 2 or bold, seen, signs)

    def _font(self, index: int, raw_object: object) -> tuple[bool, bool]:
        """Whether the font of a character is bold, and whether it is one of signs."""
        pdfium = self._pdfium
        raw_font = pdfium.FPDFTextObj_GetFont(raw_object)
        font = ctypes.addressof(raw_font.contents) if raw_font else 0
        known = self._fonts.get(font)
        if known is None:
            name = ctypes.create_string_buffer(256)
            flags = ctypes.c_int()
            pdfium.FPDFText_GetFontInfo(self._raw, index, name, 256, flags)
            low = name.value.decode("latin-1").lower()
            bold = any(part in low for part in ("bold", "black", "heavy", "demi")) or bool(flags.value & 1 << 18)
            bold = bold or pdfium.FPDFText_GetFontWeight(self._raw, index) >= 600
            known = bold, "dingbat" in low or "wingding" in low
            self._fonts[font] = known
        return known

    def _on_colour(self, box: Box) -> bool:
        """Whether white text at ``box`` stands on something drawn: on bare paper it cannot be seen."""
        if self._covers is None:
            self._covers = _coloured_areas(self._page)
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        return any(left <= x <= right and low <= y <= high for left, low, right, high in self._covers)


def _coloured_areas(page: pypdfium2.PdfPage) -> list[Box]:
    import pypdfium2.raw as pdfium

    areas: list[Box] = []
    for index in range(min(pdfium.FPDFPage_CountObjects(page), 3000)):
        drawn = pdfium.FPDFPage_GetObject(page, index)
        if pdfium.FPDFPageObj_GetType(drawn) == pdfium.FPDF_PAGEOBJ_TEXT:
            continue
        if pdfium.FPDFPageObj_GetType(drawn) == pdfium.FPDF_PAGEOBJ_PATH:
            colour = [ctypes.c_uint() for _ in range(4)]
            filled, stroked = ctypes.c_int(), ctypes.c_int()
            pdfium.FPDFPath_GetDrawMode(drawn, filled, stroked)
            painted = pdfium.FPDFPageObj_GetFillColor(drawn, *colour)
            if not filled.value or (painted and min(part.value for part in colour[:3]) >= 250):
                continue
        edges = [ctypes.c_float() for _ in range(4)]
        if pdfium.FPDFPageObj_GetBounds(drawn, *edges):
            left, low, right, high = (edge.value for edge in edges)
            areas.append((left, low, right, high))
    return areas


def _share_of_mixtures(words: Sequence[Word]) -> float:
    """Share of neighbouring letters of different scripts: many, where numbers of glyphs are taken for letters."""
    pairs = mixed = 0
    for word in words:
        if word.text.isascii():
            pairs += len(word.text) - 1
            continue
        scripts = [_script(ord(char)) for char in word.text if char.isalpha()]
        pairs += max(0, len(scripts) - 1)
        mixed += sum(before != after for before, after in pairwise(scripts))
    return mixed / pairs if pairs >= 20 else 0.0


def _script(code: int) -> int:
    """A number for the script of a letter, as finely as is needed to see a jumble."""
    if code < _LATIN_END or 0x1E00 <= code < 0x1F00:
        return 0
    if 0x2E80 <= code < 0xA000 or 0xAC00 <= code < 0xD800 or 0xF900 <= code < 0xFB00 or code >= 0xFE00:
        return 1
    return code >> 8


def _is_rtl_mark(code: int) -> bool:
    """Whether a code is a vowel sign or the like of Hebrew or Arabic."""
    return 0x591 <= code <= 0x6ED and unicodedata.combining(chr(code)) > 0


def _is_private(code: int) -> bool:
    return 0xE000 <= code <= 0xF8FF or code >= 0xF0000


def _without_note_marks(text: str) -> str:
    """``text`` without the raised number of a note behind a word; a raised number in "m²" or "10³" stays."""
    bare = text.rstrip("⁰¹²³⁴⁵⁶⁷⁸⁹")
    if bare == text or not bare:
        return text
    return bare if (bare[-3:].isalpha() and len(bare) >= 3) or bare[-1] in ".,;:!?)]”’\"'" else text
