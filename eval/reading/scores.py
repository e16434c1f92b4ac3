"""What of a document's sentences and rows a reader has got right."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise

from eval.reading.documents import Made
from eval.reading.setting import Row
from kin_assistant.documents.readers.composition import Composition

__all__ = ["Score", "find_missing", "score_document", "total"]

_SPACE = re.compile(r"\s+")
_LEADERS = re.compile(r"(?:\s*\.){3,}|\s*…")
_BETWEEN = re.compile(r"[\s|]+")


@dataclass(frozen=True, slots=True)
class Score:
    """Counts, each beside what it is out of."""

    sentences: int = 0
    of_sentences: int = 0
    """A sentence counts if it stands in one block, character by character but for white space."""
    in_order: int = 0
    of_pairs: int = 0
    """Neighbouring sentences of a flow that were both found; in order where the first comes first."""
    mixed: int = 0
    """Sentences of two flows that stand in one block, one behind the other."""
    rows: int = 0
    of_rows: int = 0
    """A row counts if its cells in order are all that stands in one block."""
    cells: int = 0
    of_cells: int = 0
    """A cell of a ruled table counts if it stands alone between two bars of a row that holds the row's first cell."""
    on_page: int = 0
    """Of the sentences found, those whose first character is on their page."""


def score_document(made: Made, composition: Composition) -> Score:
    """Compare what a person reads in ``made`` with what was read."""
    blocks = [_SPACE.sub(" ", composition.text[block.start : block.end]) for block in composition.blocks]
    starts = [block.start for block in composition.blocks]
    counts = {item.name: 0 for item in fields(Score)}
    places: dict[str, tuple[int, int]] = {}
    owner: dict[str, int] = {}
    for number, (page, flow) in enumerate(made.flows):
        texts = [sentence for paragraph in flow.paragraphs for sentence in paragraph]
        for text in texts:
            owner[text] = number
            counts["of_sentences"] += 1
            place = _find(text, blocks)
            if place is None:
                continue
            places[text] = place
            counts["sentences"] += 1
            counts["on_page"] += _page_at(composition, starts[place[0]] + place[1]) == page
        for before, after in pairwise(texts):
            if before in places and after in places:
                counts["of_pairs"] += 1
                counts["in_order"] += places[before] < places[after]
    for (_, before), (_, after) in _neighbours(places):
        counts["mixed"] += owner[before] != owner[after]
    bare = {_bare([block]) for block in blocks}
    in_bars = [[cell.strip() for cell in block.strip("| ").split("|")] for block in blocks if block.startswith("|")]
    for _, row in made.rows:
        if row.kind == "open":
            counts["of_rows"] += 1
            counts["rows"] += _bare(row.cells) in bare
        else:
            counts["of_cells"] += len(row.cells)
            counts["cells"] += _cells_right(row, in_bars)
    return Score(**counts)


def find_missing(made: Made, composition: Composition) -> list[str]:
    """The sentences and rows of ``made`` that were not read as they stand there."""
    blocks = [_SPACE.sub(" ", composition.text[block.start : block.end]) for block in composition.blocks]
    bare = {_bare([block]) for block in blocks}
    missing = [
        sentence
        for _, flow in made.flows
        for paragraph in flow.paragraphs
        for sentence in paragraph
        if _find(sentence, blocks) is None
    ]
    return missing + [" | ".join(row.cells) for _, row in made.rows if _bare(row.cells) not in bare]


def total(scores: Iterable[Score]) -> Score:
    """The sum of ``scores``."""
    all_of_them = list(scores)
    return Score(**{item.name: sum(getattr(score, item.name) for score in all_of_them) for item in fields(Score)})


def _find(text: str, blocks: Sequence[str]) -> tuple[int, int] | None:
    wanted = _SPACE.sub(" ", text)
    return next(((number, block.index(wanted)) for number, block in enumerate(blocks) if wanted in block), None)


def _neighbours(places: dict[str, tuple[int, int]]) -> Iterable[tuple[tuple[int, str], tuple[int, str]]]:
    """Found sentences between which nothing stands but a space, in one block."""
    ordered = sorted((place, text) for text, place in places.items())
    for ((block, at), before), ((other, then), after) in pairwise(ordered):
        if block == other and at + len(_SPACE.sub(" ", before)) + 1 >= then:
            yield (block, before), (other, after)


def _page_at(composition: Composition, offset: int) -> int:
    if not composition.page_starts:
        return 1
    return composition.page_starts[max(0, bisect_right(composition.page_starts, (offset, 1 << 30)) - 1)][1]


def _bare(cells: Sequence[str]) -> str:
    """Cells as one string without spaces, bars and rows of dots."""
    return _BETWEEN.sub("", _LEADERS.sub(" ", " ".join(cells)))


def _cells_right(row: Row, read: Sequence[Sequence[str]]) -> int:
    own = next((cells for cells in read if row.cells[0] in cells), [])
    return sum(cell in own for cell in row.cells)
