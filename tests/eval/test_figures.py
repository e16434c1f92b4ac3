"""Figures that were marked by hand, and how what is read is judged by them."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.figures import HALVES, MarkedFigure, match_figures, read_marks
from kin_assistant.indicators.values import Figure, Span


def mark(value: float = 5, *, optional: bool = False) -> MarkedFigure:
    return MarkedFigure(
        value, None, frozenset({"t"}), frozenset({"Cebu"}), frozenset({None}), frozenset({"actual"}), optional
    )


def figure(value: float = 5, **more: object) -> Figure:
    written = Span(start=0, end=1, text="5")
    return Figure.model_validate({"value": value, "unit": "t", "place": "Cebu", "written": written, **more})


def test_a_figure_is_right_if_value_unit_place_and_years_are() -> None:
    count, errors = match_figures([mark()], [figure()])
    assert (count.marked, count.found, count.right, errors) == (1, 1, 1, [])
    for wrong in ({"unit": "kg"}, {"place": "Davao"}, {"years": (2005, 2005)}):
        count, errors = match_figures([mark()], [figure(**wrong)])
        assert (count.found, count.right, len(errors)) == (1, 0, 1)
    count, _ = match_figures([mark()], [figure(status="planned")])
    assert (count.right, count.wrong) == (1, {"status": 1})


def test_what_is_missed_and_what_is_no_figure_is_counted() -> None:
    count, errors = match_figures([mark(5)], [figure(6)])
    assert (count.marked, count.found, count.read, len(errors)) == (1, 0, 1, 2)


def test_an_optional_figure_is_neither_missed_nor_wrong() -> None:
    for read in ([], [figure(unit="kg")]):
        count, errors = match_figures([mark(optional=True)], read)
        assert (count.marked, count.read, errors) == (0, 0, [])


@pytest.mark.parametrize("half", HALVES)
def test_every_sentence_that_was_marked_still_stands_in_its_document(half: str, repository: Path) -> None:
    folders = {"digests": repository / "corpus", "raw": repository / "training" / "raw" / "docs"}
    for one in read_marks(half):
        text = (folders[one.source] / one.document).read_text("utf-8")
        words = [word for word in one.sentence.split() if word.isalpha() and len(word) > 3]
        assert all(word in text for word in words), one.sentence


def test_no_document_is_in_both_halves_and_there_are_enough() -> None:
    open_half, held_out = ({(one.source, one.document) for one in read_marks(half)} for half in HALVES)
    assert not open_half & held_out
    documents = open_half | held_out
    assert sum(source == "digests" for source, _ in documents) >= 40
    assert sum(source == "raw" for source, _ in documents) >= 20
    marked = [figure for half in HALVES for one in read_marks(half) for figure in one.figures if not figure.optional]
    assert len(marked) >= 150
