"""The fonts of a PDF: which one draws which character, and what none of them draws.

Latin letters with all their marks, Thai and other scripts come from Noto fonts, which become part of the file. Chinese,
Japanese and Korean fonts would make the program some 40 MB larger; for them the file names fonts that programs for PDF know,
and the words in it are real text all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Final

__all__ = ["TEXT_FONT", "FontRun", "register_fonts", "split_by_font"]

TEXT_FONT: Final = "NotoSans"
"""Draws everything that it can."""
_EMBEDDED: Final = (TEXT_FONT, "NotoSansThai", "NotoSansLao", "NotoSansArmenian", "NotoSansGeorgian", "NotoSansSymbols")
"""In the order in which they are asked. Scripts whose letters join or change places need a typesetter and are not here."""
_CHINESE, _TAIWANESE, _JAPANESE, _KOREAN = "STSong-Light", "MSung-Light", "HeiseiKakuGo-W5", "HYGothic-Medium"
_CODECS: Final = {_CHINESE: "gbk", _TAIWANESE: "big5", _JAPANESE: "cp932", _KOREAN: "cp949"}
"""Encodings with about the characters that each font has."""
_KANA, _HANGUL = range(0x3041, 0x3100), range(0xAC00, 0xD7A4)


@dataclass(frozen=True, slots=True)
class FontRun:
    """Characters that follow each other and are drawn by one font."""

    words: str
    font: str
    """Empty where no font draws them."""


@cache
def register_fonts() -> dict[str, frozenset[int]]:
    """Tell the PDF library of all fonts, once; the characters of each that becomes part of the file, as code points."""
    import manimgx_fonts
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.ttfonts import TTFont

    folder = Path(manimgx_fonts.__file__).parent
    covered: dict[str, frozenset[int]] = {}
    for name in _EMBEDDED:
        font = TTFont(name, str(folder / f"{name}[wght].ttf"))
        pdfmetrics.registerFont(font)
        covered[name] = frozenset(font.face.charToGlyph)
    for name in _CODECS:
        pdfmetrics.registerFont(UnicodeCIDFont(name))
    return covered


def split_by_font(words: str) -> Iterator[FontRun]:
    """``words`` in runs of one font each, in order; together they are ``words``."""
    eastern = _order_of_eastern_fonts(words)
    for font, run in groupby(words, key=lambda char: _font_of(char, eastern)):
        yield FontRun("".join(run), font)


def _font_of(char: str, eastern: tuple[str, ...]) -> str:
    for name, covered in register_fonts().items():
        if ord(char) in covered:
            return name
    return next((name for name in eastern if _has(name, char)), "")


def _has(name: str, char: str) -> bool:
    try:
        char.encode(_CODECS[name])
    except UnicodeEncodeError:
        return False
    return True


def _order_of_eastern_fonts(words: str) -> tuple[str, ...]:
    """Japanese and Chinese share characters and draw them differently: the letters beside them tell which it is."""
    if any(ord(char) in _KANA for char in words):
        return _JAPANESE, _CHINESE, _TAIWANESE, _KOREAN
    if any(ord(char) in _HANGUL for char in words):
        return _KOREAN, _CHINESE, _TAIWANESE, _JAPANESE
    return _CHINESE, _TAIWANESE, _JAPANESE, _KOREAN
