"""What a document's words say of its subject, by the vocabulary in ``data/themes.tsv``."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

__all__ = ["ThemeMention", "find_themes", "find_themes_called", "theme_names", "themes_of"]

_MOST_THEMES: Final = 3
_LEAST_SCORE: Final = 3.75
_TITLE_WEIGHT: Final = 4.0
_HEADING_WEIGHT: Final = 1.0
_FEW_TERMS: Final = 2
_SHORT_TEXT: Final = 150
"""Words; shorter texts are counted as if they were so long."""
_WORD: Final = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*")


def themes_of(titles: Sequence[str], headings: Sequence[str], texts: Sequence[str]) -> tuple[str, ...]:
    """The themes of an English document, at most three, the clearest first; ``titles`` are all that names it."""
    titled, headed, told = _Told.by(titles), _Told.by(headings), _Told.by(texts)
    scores = {}
    for theme in titled.terms.keys() | headed.terms.keys() | told.terms.keys():
        terms = headed.terms.get(theme, set()) | told.terms.get(theme, set())
        if theme not in titled.terms and len(terms) < _FEW_TERMS:
            # A single word, however often, may mean something else here: the training of a model, a market share.
            continue
        often = told.times[theme] if theme in told.terms else 0
        scores[theme] = (
            _TITLE_WEIGHT * (theme in titled.terms)
            + _HEADING_WEIGHT * (theme in headed.terms)
            + math.log2(1 + 500 * often / max(told.length, _SHORT_TEXT))
        )
    best = sorted(scores, key=lambda theme: (-scores[theme], theme))[:_MOST_THEMES]
    return tuple(theme for theme in best if scores[theme] >= _LEAST_SCORE)


class ThemeMention(NamedTuple):
    """A theme that words of a text speak of: ``text[start:end]``."""

    theme: str
    start: int
    end: int


def find_themes(text: str, known: Collection[str]) -> tuple[ThemeMention, ...]:
    """What an English text of a few sentences says of the themes ``known``, in its order.

    Terms of a theme count; hints alone only where the text has no term, since "waste" may mean any of several themes.
    """
    matches = list(_WORD.finditer(text))
    words = [match[0].lower().replace("’", "'") for match in matches]
    stems = _stems(words)
    longest = max(map(len, _terms()))
    found: dict[bool, list[ThemeMention]] = {False: [], True: []}
    for at, word in enumerate(words):
        for end in range(at + 1, min(at + longest, len(words)) + 1):
            keys = [stems[at:end], (f"={word}",)] if end == at + 1 else [stems[at:end]]
            for theme, hint in dict.fromkeys(term for key in keys for term in _terms().get(key, ())):
                if theme in known:
                    found[hint].append(ThemeMention(theme, matches[at].start(), matches[end - 1].end()))
    return tuple(found[False] or found[True])


def find_themes_called(name: str, known: Collection[str]) -> frozenset[str]:
    """The themes, of those ``known``, that are called ``name`` or have it as a term of their own."""
    words = _words(name)
    stems = _stems(words)

    def told_by(key: tuple[str, ...]) -> frozenset[str]:
        return frozenset(term.theme for term in _terms().get(key, ()) if not term.hint and term.theme in known)

    # Stems may meet in words that mean something else: "cooperation" and "cooperatives".
    exact = told_by((f"={words[0]}",)) if len(words) == 1 else frozenset[str]()
    called = frozenset(theme for theme in known if _stems(_words(theme)) == stems)
    return exact or called or told_by(stems)


class _Term(NamedTuple):
    theme: str
    hint: bool


@cache
def theme_names() -> tuple[str, ...]:
    """All themes of ``data/themes.tsv``, by the alphabet."""
    return tuple(sorted({theme for theme, *_ in _rows()}))


def _rows() -> Iterator[list[str]]:
    for line in files("kin_assistant").joinpath("data/themes.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            yield line.split("\t")


@cache
def _terms() -> dict[tuple[str, ...], tuple[_Term, ...]]:
    """What each term tells, by its words' stems; by "=" and the word where only that form counts."""
    found: dict[tuple[str, ...], tuple[_Term, ...]] = {}
    for theme, *columns in _rows():
        for hint, terms in enumerate(columns):
            for term in terms.split("|"):
                words = _words(term)
                key = (f"={words[0]}",) if term.startswith("=") else _stems(words)
                found[key] = (*found.get(key, ()), _Term(theme, bool(hint)))
    return found


@dataclass(frozen=True, slots=True)
class _Told:
    """What texts tell of each theme."""

    terms: dict[str, set[tuple[str, ...]]]
    """The terms found, by their stems, without hints."""
    times: Counter[str]
    """How often, in halves: a hint counts one, a term two."""
    length: int
    """Words of the texts."""

    @classmethod
    def by(cls, texts: Sequence[str]) -> _Told:
        known = _terms()
        longest = max(map(len, known))
        terms: dict[str, set[tuple[str, ...]]] = {}
        times: Counter[str] = Counter()
        length = 0
        for text in texts:
            words = _words(text)
            stems = _stems(words)
            length += len(words)
            for at, word in enumerate(words):
                spans = [stems[at:end] for end in range(at + 1, min(at + longest, len(stems)) + 1)]
                for key, span in ((f"={word}",), spans[0]), *zip(spans, spans, strict=True):
                    for theme, hint in known.get(key, ()):
                        times[theme] += 1 if hint else 2
                        if not hint:
                            terms.setdefault(theme, set()).add(span)
        return cls(terms, times, length)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower().replace("’", "'"))


def _stems(words: Sequence[str]) -> tuple[str, ...]:
    from Stemmer import Stemmer

    return tuple(Stemmer("english").stemWords(words))
