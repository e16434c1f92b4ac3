"""Recognising the text of a page that is a picture, with Tesseract where it is installed."""

from __future__ import annotations

import importlib.util
import shutil
from functools import lru_cache
from statistics import median
from typing import TYPE_CHECKING

from kin_assistant.documents.readers.pdf_words import Word
from kin_assistant.errors import DocumentError

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["is_available", "recognise"]

_SECONDS = 60
_SECONDS_FOR_TURN = 15
_LEAST_CONFIDENCE = 30.0
_SURE_OF_TURN = 2.0
_MOST_LANGUAGES = 3


def is_available() -> bool:
    """Whether text can be recognised here."""
    return shutil.which("tesseract") is not None and importlib.util.find_spec("pytesseract") is not None


def recognise(picture: Image, dots_per_inch: float) -> tuple[list[Word], float, float]:
    """Words of ``picture``, upright, in points, with the width and height of the upright page.

    Raises ``DocumentError`` if the page takes too long or the recognition fails.
    """
    import pytesseract

    try:
        turn = _turn(picture)
        if turn:
            picture = picture.rotate(-turn, expand=True)
        found = pytesseract.image_to_data(
            picture,
            lang=_languages(),
            config=f"--psm 3 --dpi {round(dots_per_inch)}",
            timeout=_SECONDS,
            output_type=pytesseract.Output.DICT,
        )
    except RuntimeError as error:  # of time and of Tesseract alike
        reason = f"took longer than {_SECONDS} seconds" if "timeout" in str(error).lower() else "failed"
        raise DocumentError(f"text recognition {reason}") from error
    except (OSError, ValueError) as error:
        raise DocumentError("text recognition failed") from error
    scale = 72 / dots_per_inch
    lines: dict[tuple[int, int, int], list[tuple[str, float, float, float, float]]] = {}
    for i, text in enumerate(found.get("text", ())):
        if text.strip() and float(found["conf"][i]) >= _LEAST_CONFIDENCE:
            left, top = found["left"][i] * scale, found["top"][i] * scale
            box = (text.strip(), left, top, left + found["width"][i] * scale, top + found["height"][i] * scale)
            lines.setdefault((found["block_num"][i], found["par_num"][i], found["line_num"][i]), []).append(box)
    return _words(list(lines.values())), picture.width * scale, picture.height * scale


def _words(lines: list[list[tuple[str, float, float, float, float]]]) -> list[Word]:
    """Words as high as their lines: the boxes that were found fit tightly around each."""
    heights = [max(box[4] for box in line) - min(box[2] for box in line) for line in lines]
    usual = median(heights) if heights else 0.0
    words: list[Word] = []
    for line, height in zip(lines, heights, strict=True):
        # Lines of one size differ by their letters; only what stands out is another size.
        size = usual if 0.7 * usual <= height <= 1.35 * usual else height
        top, bottom = min(box[2] for box in line), max(box[4] for box in line)
        words += [Word(text, left, top, right, bottom, max(1.0, size), False) for text, left, _, right, _ in line]
    return words


def _turn(picture: Image) -> int:
    """Degrees by which ``picture`` must be turned clockwise to stand upright; 0 where that cannot be told."""
    import pytesseract

    try:
        seen = pytesseract.image_to_osd(picture, timeout=_SECONDS_FOR_TURN, output_type=pytesseract.Output.DICT)
    except (RuntimeError, OSError, ValueError, KeyError):
        return 0  # too few letters, or the data for it is not installed
    return int(seen["rotate"]) if float(seen["orientation_conf"]) >= _SURE_OF_TURN else 0


@lru_cache(maxsize=1)
def _languages() -> str:
    import pytesseract

    try:
        installed = [name for name in pytesseract.get_languages() if name not in ("osd", "snum", "equ")]
    except (RuntimeError, OSError):
        installed = []
    ordered = sorted(installed, key=lambda name: (name != "eng", name))
    return "+".join(ordered[:_MOST_LANGUAGES]) or "eng"
