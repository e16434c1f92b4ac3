"""Measures cells of comparisons that were marked by hand: ``python -m eval.cells``."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from kin_assistant import Assistant
from kin_assistant.types import Comparison, RecordField

__all__ = ["MarkedCell", "main", "measure_cells", "quotes_in", "read_cells"]

_CELLS = Path(__file__).parent / "comparisons" / "cells.jsonl"


@dataclass(frozen=True, slots=True)
class MarkedCell:
    """A cell, and the sentences that may stand in it; none where it should be empty."""

    topic: str
    city: str
    column: RecordField
    sentences: frozenset[str]

    def accepts(self, quotes: Sequence[str]) -> bool:
        """Whether ``quotes`` are right: all of them may stand here, and there are some exactly if there should be."""
        return self.sentences.issuperset(quotes) and bool(quotes) == bool(self.sentences)


def main() -> None:
    """Print each wrong cell, and the figures."""
    with Assistant.open() as assistant:
        print("\n".join(measure_cells(assistant, read_cells())))


def measure_cells(assistant: Assistant, cells: Iterable[MarkedCell]) -> Iterator[str]:
    """Lines of a report on ``cells``."""
    right, of, foreign = 0, 0, 0
    assistant.compare("waste")  # what is loaded at the first one
    started = time.perf_counter()
    for cell in cells:
        comparison = assistant.compare(cell.topic, [cell.city], [cell.column])
        quotes = quotes_in(comparison, cell.city, cell.column)
        foreign += sum(cell.city not in citation.cities for citation in comparison.citations)
        of += 1
        right += cell.accepts(quotes)
        if not cell.accepts(quotes):
            yield f"{cell.topic} | {cell.city} | {cell.column}: {quotes or 'empty'}"
    seconds = (time.perf_counter() - started) / max(of, 1)
    yield f"{right} of {of} cells right, {foreign} quotes of a document on another city, {seconds:.2f} s a cell"


def quotes_in(comparison: Comparison, city: str, column: RecordField) -> list[str]:
    """What stands in a cell."""
    numbers = {
        number
        for row in comparison.rows
        if row.city == city
        for cell in row.cells
        if cell.column == column
        for number in cell.numbers
    }
    return [citation.quote for citation in comparison.citations if citation.number in numbers]


def read_cells(path: Path = _CELLS) -> list[MarkedCell]:
    """The cells that were marked. Raises ``ValueError`` for one with an unknown column."""
    cells = []
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["column"] not in get_args(RecordField):
            raise ValueError(f"{row['column']} is no field of a record")
        cells.append(MarkedCell(row["topic"], row["city"], row["column"], frozenset(row["sentences"])))
    return cells


if __name__ == "__main__":
    main()
