"""The language of a question or a document, told without a network."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Final

from kin_assistant.text.cleaning import clean

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

__all__ = ["language_of", "language_of_parts"]

_SHORTEST_TEXT: Final = 3
"""Letters of a text whose language can be told."""
_FEW_WORDS: Final = 150
"""Characters, about, of a text in which names can outweigh the rest."""
_LEAST_CONFIDENCE: Final = 0.4
_LANGUAGE_SAMPLE: Final = 8_000
_KIN: Final = {"wuu": "zh", "yue": "zh", "ary": "ar", "arz": "ar", "ext": "es"}
"""Languages without a code of two letters, by the one whose writing they share."""


def language_of(text: str) -> str | None:
    """ISO 639-1 code of the language ``text`` is in; None where it is too short or too mixed to tell.

    It is careful with short texts: a question in English with names of another language in it is English or nothing.
    """
    text = clean(text)
    if sum(char.isalpha() for char in text) < _SHORTEST_TEXT:
        return None
    shares = _shares_of(text)
    if not shares:
        return None
    code, share = max(shares.items(), key=lambda entry: (entry[1], entry[0]))
    if share < _LEAST_CONFIDENCE or len(code) != 2:
        return None
    if code != "en" and len(text) < _FEW_WORDS:
        # Names weigh much in a few words: without them, too, it must not rather be English.
        plain = " ".join(word for word in text.split() if not word[0].isupper())
        if plain and (rest := _shares_of(plain))["en"] > rest[code]:
            return None
    return code


def language_of_parts(texts: Sequence[str]) -> str | None:
    """Language of most of a document, told by pieces from all over it; ``texts`` are its parts."""
    step = math.ceil(sum(map(len, texts)) / _LANGUAGE_SAMPLE) or 1
    return language_of(" ".join(text[:_LANGUAGE_SAMPLE] for text in texts[::step])[: 2 * _LANGUAGE_SAMPLE])


def _shares_of(text: str) -> Counter[str]:
    """How likely each language is, from 0 to 1."""
    shares: Counter[str] = Counter()
    try:
        identifier = _identifier()
    except OSError:
        # Its model is unpacked into the temporary folder; where that is full, the language is not known.
        return shares
    for code, share in identifier.rank(text):
        shares[_KIN.get(code, code)] += share
    return shares


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
