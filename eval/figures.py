"""Measures the figures that are read from sentences marked by hand: ``python -m eval.figures``.

``open.jsonl`` was looked at while the grammar was written, ``held_out.jsonl`` only counted. A mark lists what a reader would
accept as unit, place, years and status, since some sentences leave it open; an ``optional`` figure is neither missed nor wrong.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kin_assistant.documents.passages import split_document
from kin_assistant.documents.reading import read_document
from kin_assistant.indicators.extraction import extract_figures
from kin_assistant.indicators.values import Figure
from kin_assistant.models.embedder import open_embedder, read_common_words
from kin_assistant.places.matching import Gazetteer, PlaceIndex, words_of
from kin_assistant.types import Document, Passage, Years

__all__ = ["HALVES", "Count", "MarkedFigure", "MarkedSentence", "main", "match_figures", "read_marks"]

HALVES = ("open", "held_out")
_HERE = Path(__file__).parent
_FOLDERS = {"digests": _HERE.parent / "corpus", "raw": _HERE.parent / "training" / "raw" / "docs"}
_ALIKE = 1e-3


@dataclass(frozen=True, slots=True)
class MarkedFigure:
    """A figure, with all that may be said of it."""

    value: float
    high: float | None
    units: frozenset[str]
    places: frozenset[str | None]
    years: frozenset[Years | None]
    statuses: frozenset[str]
    optional: bool

    def is_value_of(self, figure: Figure) -> bool:
        """Whether ``figure`` has the same number."""
        return _alike(self.value, figure.value) and _alike(self.high, figure.high)

    def errors_of(self, figure: Figure) -> tuple[str, ...]:
        """What is wrong with a figure that has the same number."""
        right = {
            "unit": figure.unit in self.units,
            "place": figure.place in self.places,
            "years": figure.years in self.years,
            "status": figure.status in self.statuses,
        }
        return tuple(name for name, is_right in right.items() if not is_right)


@dataclass(frozen=True, slots=True)
class MarkedSentence:
    """A sentence with all of its figures."""

    source: str
    document: str
    start: int
    sentence: str
    figures: tuple[MarkedFigure, ...]


@dataclass(slots=True)
class Count:
    """What was counted in one part of the marks."""

    marked: int = 0
    read: int = 0
    """Figures that were read and are not optional."""
    found: int = 0
    right: int = 0
    """Found, with value, unit, place and years right."""
    wrong: dict[str, int] = field(default_factory=dict)

    def add(self, other: Count) -> None:
        """Count ``other`` in."""
        self.marked, self.read = self.marked + other.marked, self.read + other.read
        self.found, self.right = self.found + other.found, self.right + other.right
        for name, times in other.wrong.items():
            self.wrong[name] = self.wrong.get(name, 0) + times

    def line(self, name: str) -> str:
        """The shares, in a line."""
        marked, read = max(self.marked, 1), max(self.read, 1)
        wrong = ", ".join(f"{what} {times}" for what, times in sorted(self.wrong.items()))
        return (
            f"{name:18} {self.marked:4} figures: found {self.found / marked:.3f}, precision {self.found / read:.3f},"
            f" all right of all {self.right / marked:.3f}, of those found {self.right / max(self.found, 1):.3f}"
            f" (wrong: {wrong or 'none'})"
        )


def main() -> None:
    """Print the errors of the open half, and the figures of both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", action="store_true", help="print what is wrong in the open half")
    arguments = parser.parse_args()
    marks = {half: read_marks(half) for half in HALVES}
    library = _read_documents(sorted({(one.source, one.document) for own in marks.values() for one in own}))
    for half, sentences in marks.items():
        total = Count()
        for source in _FOLDERS:
            count = Count()
            for one in sentences:
                if one.source == source:
                    read = library[source, one.document].get((one.start, one.start + len(one.sentence)), ())
                    counted, errors = match_figures(one.figures, read)
                    count.add(counted)
                    if arguments.errors and half == "open" and errors:
                        print(f"{one.document}: {one.sentence}", *(f"    {error}" for error in errors), sep="\n")
            print(count.line(f"{half} {source}"))
            total.add(count)
        print(total.line(half))


def match_figures(marked: Sequence[MarkedFigure], read: Sequence[Figure]) -> tuple[Count, list[str]]:
    """What of the figures of a sentence was found and right, and a line for each error."""
    count, errors, left = Count(marked=sum(not one.optional for one in marked)), [], list(read)
    for mark in sorted(marked, key=lambda one: one.optional):
        fitting = [figure for figure in left if mark.is_value_of(figure)]
        if not fitting:
            if not mark.optional:
                errors.append(f"missed {mark.value:g} {'/'.join(sorted(mark.units))}")
            continue
        best = min(fitting, key=lambda figure: len(mark.errors_of(figure)))
        left.remove(best)
        if mark.optional:
            continue
        count.found, count.read = count.found + 1, count.read + 1
        wrong = mark.errors_of(best)
        count.right += not set(wrong) - {"status"}
        for name in wrong:
            count.wrong[name] = count.wrong.get(name, 0) + 1
            errors.append(f"{name} of {best.value:g}: {best.unit!r} {best.place} {best.years} {best.status}")
    count.read += len(left)
    errors += [f"no figure: {one.written.text!r} {one.value:g} {one.unit}" for one in left]
    return count, errors


def read_marks(half: str) -> list[MarkedSentence]:
    """The marked sentences of one half."""
    return list(_read_lines((_HERE / "indicators" / f"{half}.jsonl").read_text("utf-8").splitlines()))


def _read_lines(lines: Iterable[str]) -> Iterator[MarkedSentence]:
    for line in lines:
        row = json.loads(line)
        figures = tuple(
            MarkedFigure(
                value=one["value"],
                high=one.get("high"),
                units=frozenset(one["units"]),
                places=frozenset(one["places"]),
                years=frozenset(None if years is None else (years[0], years[1]) for years in one["years"]),
                statuses=frozenset(one["statuses"]),
                optional=one.get("optional", False),
            )
            for one in row["figures"]
        )
        yield MarkedSentence(row["source"], row["document"], row["start"], row["sentence"], figures)


def _read_documents(
    names: Sequence[tuple[str, str]],
) -> dict[tuple[str, str], dict[tuple[int, int], tuple[Figure, ...]]]:
    """The figures of each document, by the spans of their sentences. Places are told over all digests, as in the product."""
    embedder = open_embedder()
    digests = [path for path in sorted(_FOLDERS["digests"].glob("*.md")) if path.name != "README.md"]
    paths = {("digests", path.name): path for path in digests}
    paths |= {name: _FOLDERS[name[0]] / name[1] for name in names}
    documents = {name: read_document(path.name, path.read_bytes(), "0" * 64).document for name, path in paths.items()}
    vocabulary = words_of(document.text for document in documents.values())
    infos = [document.info for document in documents.values()]
    places = PlaceIndex(Gazetteer.load(), infos, vocabulary, english=read_common_words())
    return {
        name: _by_span(documents[name], split_document(documents[name], embedder.count_pieces), places)
        for name in names
    }


def _by_span(
    document: Document, passages: Sequence[Passage], places: PlaceIndex
) -> dict[tuple[int, int], tuple[Figure, ...]]:
    found = extract_figures(document, passages, places)
    return {(one.sentence.start, one.sentence.end): one.figures for one in found}


def _alike(left: float | None, right: float | None) -> bool:
    if left is None or right is None:
        return left is right
    return abs(left - right) <= _ALIKE * max(abs(left), abs(right), _ALIKE)


if __name__ == "__main__":
    main()
