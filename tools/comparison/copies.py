"""A corpus made larger: copies of its documents in which names of places and figures are exchanged, so that texts differ."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from kin_assistant.corpus.frontmatter import parse_front_matter
from kin_assistant.corpus.profile import PROFILE_NAME
from kin_assistant.places.gazetteer import Gazetteer, PlaceKind
from tools.comparison.documents import corpus_files

__all__ = ["write_copies"]

_SEED: Final = 20261201
_PLAIN_NAME: Final = re.compile(r"[A-Z][a-z]+(?: [A-Z][a-z]+)?")
"""Names that YAML takes for text wherever they stand."""
_FIGURE: Final = re.compile(r"\[\d+(?:, ?\d+)*\]|\d+")
_YEARS: Final = range(1900, 2100)
_MOST_YEARS_APART: Final = 9


def write_copies(corpus: Path, folder: Path, times: int) -> int:
    """Write ``times`` as many documents as ``corpus`` has into the new ``folder``; how many they are.

    The first are those of ``corpus`` as they are, the others equal in every run. A place has one new name in all
    documents that were copied together.
    """
    files = corpus_files(corpus)
    folder.mkdir()
    if (corpus / PROFILE_NAME).exists():
        shutil.copy(corpus / PROFILE_NAME, folder)
    for file in files:
        shutil.copy(file, folder)
    texts = {file.stem: file.read_text("utf-8") for file in files}
    cities, countries = _names_in(list(texts.values()))
    for number in range(1, times):
        draws = random.Random(f"{_SEED} {number}")  # noqa: S311 (made-up texts, no secrets)
        names = _renamed(cities, "city", draws) | _renamed(countries, "country", draws)
        for stem, text in texts.items():
            new = f"{stem}-{number:03}"
            (folder / f"{new}.md").write_text(_copy_of(text, new, names, draws), "utf-8")
    return times * len(files)


def _copy_of(text: str, new_id: str, names: Mapping[str, str], draws: random.Random) -> str:
    """A document with other names of places and, below its front matter, other figures."""
    if names:
        longest_first = sorted(names, key=lambda name: (-len(name), name))
        pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b")
        text = pattern.sub(lambda match: names[match[0]], text)
    shift = draws.choice([*range(-_MOST_YEARS_APART, 0), *range(1, _MOST_YEARS_APART + 1)])

    def other_figure(match: re.Match[str]) -> str:
        figure = match[0]
        if figure.startswith("["):  # a source mark
            return figure
        if len(figure) == 4 and int(figure) in _YEARS:
            return str(int(figure) + shift)
        head = figure[0] if figure[0] == "0" else draws.choice("123456789".replace(figure[0], ""))
        return head + "".join(draws.choices("0123456789", k=len(figure) - 1))

    opening, front, body = text.split("---", 2) if text.startswith("---") else ("", "", text)
    body = _FIGURE.sub(other_figure, body)
    if not front:
        return body
    return "---".join((opening, re.sub(r"^id:.*$", f"id: {new_id}", front, flags=re.MULTILINE), body))


def _names_in(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """Cities and countries that the front matter of documents names."""
    fronts = [
        parse_front_matter(text.split("---", 2)[1], what="its front matter") for text in texts if text.startswith("---")
    ]
    return (
        sorted({city for front in fronts for city in front.cities}),
        sorted({country for front in fronts for country in front.countries}),
    )


def _renamed(names: Sequence[str], kind: PlaceKind, draws: random.Random) -> dict[str, str]:
    """Another name of a place of its ``kind`` for each of ``names``."""
    pool = [name for name in _plain_names(kind) if name not in names]
    return dict(zip(names, draws.sample(pool, len(names)), strict=True))


@cache
def _plain_names(kind: PlaceKind) -> tuple[str, ...]:
    places = Gazetteer.load().places
    return tuple(sorted({p.name for p in places if p.kind == kind and _PLAIN_NAME.fullmatch(p.name)}))
