"""Cells of comparisons that were marked by hand, and how they are judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.cells import MarkedCell, measure_cells, quotes_in, read_cells
from kin_assistant import Assistant
from kin_assistant.types import Cell, Comparison, ComparisonRow

MOST_WRONG = 8


def cell(*sentences: str) -> MarkedCell:
    return MarkedCell("waste", "Cebu", "results", frozenset(sentences))


def test_a_cell_is_right_if_all_it_quotes_may_stand_there() -> None:
    assert cell("A.", "B.").accepts(["B."])
    assert not cell("A.").accepts(["A.", "C."])


def test_a_cell_is_empty_exactly_where_it_should_be() -> None:
    assert cell().accepts([])
    assert not cell().accepts(["A."])
    assert not cell("A.").accepts([])


def test_a_cell_that_is_not_there_quotes_nothing() -> None:
    row = ComparisonRow(city="Cebu", cells=(Cell(column="results"),))
    assert quotes_in(Comparison(topic="x", columns=("results",), rows=(row,), build_id="b"), "Cebu", "lessons") == []


def test_every_sentence_that_was_marked_still_stands_in_a_document_on_its_city(repository: Path) -> None:
    text = "\n".join(path.read_text("utf-8") for path in sorted((repository / "corpus").glob("*.md")))
    flat = " ".join(text.replace("**", "").split())
    for one in read_cells():
        for sentence in one.sentences:
            assert sentence.rstrip(" .|")[:60] in flat, sentence


def test_a_field_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cells").write_text('{"topic": "x", "city": "y", "column": "colour", "sentences": []}')
    with pytest.raises(ValueError, match="colour is no field"):
        read_cells(tmp_path / "cells")


def test_most_cells_are_right_and_none_quotes_another_city(assistant: Assistant) -> None:
    *wrong, figures = measure_cells(assistant, read_cells())
    assert ", 0 quotes of a document on another city" in figures
    assert len(wrong) <= MOST_WRONG
