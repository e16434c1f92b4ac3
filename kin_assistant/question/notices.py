"""What somebody who asks in another language than English is told, in that language."""

from __future__ import annotations

import tomllib
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final, Literal

from kin_assistant.text.language import language_of

__all__ = ["Notice", "notice_in", "tell_language"]

Notice = Literal["ask_in_english", "understood", "nothing_near"]
"""Which of the texts of ``languages.toml``."""

_SCRIPTS: Final = {
    "BENGALI": "bn",
    "CJK": "zh",
    "HANGUL": "ko",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "KHMER": "km",
    "LAO": "lo",
    "MYANMAR": "my",
    "SINHALA": "si",
    "TAMIL": "ta",
    "THAI": "th",
}
"""Scripts, as Unicode names its letters, that one language of the region is written in."""
_SHARED_SCRIPTS: Final = {
    "ARABIC": (("ٹڈڑںے", "ur"), ("", "fa")),
    "CYRILLIC": (("әғқұһ", "kk"), ("өү", "mn"), ("ң", "ky"), ("", "ru")),
    "DEVANAGARI": (("", "hi"),),
}
"""Scripts of several languages: letters that only one of them has, tried in order."""


def notice_in(language: str | None, notice: Notice = "ask_in_english") -> str | None:
    """The notice in ``language`` (ISO 639-1); None if there is none."""
    return _notices()[notice].get(language or "")


def tell_language(text: str) -> str | None:
    """The language (ISO 639-1) by the script where that tells it, else by the words; None if neither does."""
    names = (unicodedata.name(char, "").split(" ")[0] for char in text if char.isalpha())
    scripts = Counter(name.split("-")[0] for name in names)
    if scripts["HIRAGANA"] or scripts["KATAKANA"]:
        return "ja"  # whose texts are mostly written with Chinese characters
    script = max(scripts, key=lambda name: (scripts[name], name), default="")
    if script in _SCRIPTS:
        return _SCRIPTS[script]
    told = language_of(text)
    of_script = [code for _, code in _SHARED_SCRIPTS.get(script, ())] + (["ne"] if script == "DEVANAGARI" else [])
    if not of_script or told in of_script:
        return told
    folded = text.casefold()
    return next(
        (code for letters, code in _SHARED_SCRIPTS[script] if not letters or any(c in folded for c in letters)), None
    )


@cache
def _notices() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(files("kin_assistant").joinpath("data/languages.toml").read_text("utf-8"))
