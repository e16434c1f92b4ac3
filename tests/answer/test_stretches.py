"""Which candidates are quoted: the best ones within a budget of words, in an order that can be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from kin_assistant.answer.selection import select_sentences

from kin_assistant.answer.evidence import Candidate
from kin_assistant.types import Sentence


class Shelf:
    """Passages made of sentences, and candidates among them."""

    def __init__(self, *passages: tuple[int, Sequence[str]]) -> None:
        self.sentences: list[list[Sentence]] = []
        self.candidates: dict[str, Candidate] = {}
        for row, (document, texts) in enumerate(passages):
            position, found = 0, []
            for text in texts:
                lead_in = (found[0].start, found[0].end) if text.startswith("| ") and found else None
                found.append(Sentence(start=position, end=position + len(text), lead_in=lead_in))
                self.candidates[text] = Candidate(row, document, found[-1], text, 0.0, 0.0, frozenset(), 0.0)
                position += len(text) + 1
            self.sentences.append(found)

    def choose(
        self,
        scores: dict[str, float],
        *,
        similarity: dict[str, float] | None = None,
        places: Sequence[set[int]] = (),
        words: int = 100,
    ) -> list[str]:
        """What is quoted where sentences have ``scores``; all of a score from ``similarity`` unless that is given."""
        like = scores if similarity is None else similarity
        candidates = [
            replace(candidate, score=scores.get(text, 0.0), similarity_score=like.get(text, 0.0))
            for text, candidate in self.candidates.items()
        ]
        candidates.sort(key=lambda candidate: -candidate.score)
        return [candidate.text for candidate in select_sentences(candidates, places, self.sentences.__getitem__, words)]


def test_the_best_sentences_are_taken_in_the_order_of_the_text() -> None:
    shelf = Shelf((0, ["Alpha says one.", "Beta says two.", "Gamma says three."]))
    assert shelf.choose({"Beta says two.": 1.0, "Alpha says one.": 0.9}) == ["Alpha says one.", "Beta says two."]


def test_stretches_of_text_that_are_apart_come_by_their_best_sentence() -> None:
    shelf = Shelf((0, ["Alpha says one.", "Beta says two.", "Gamma says three.", "Delta says four."]))
    scores = {"Gamma says three.": 1.0, "Delta says four.": 0.9, "Alpha says one.": 0.8}
    assert shelf.choose(scores) == ["Gamma says three.", "Delta says four.", "Alpha says one."]


def test_the_best_document_comes_first() -> None:
    shelf = Shelf((0, ["Alpha says one."]), (1, ["Beta says two."]))
    assert shelf.choose({"Beta says two.": 1.0, "Alpha says one.": 0.95}) == ["Beta says two.", "Alpha says one."]


def test_of_two_documents_that_may_answer_the_one_more_like_the_question_comes_first() -> None:
    shelf = Shelf((0, ["Alpha says one."]), (1, ["Beta says two."]))
    scores, similarity = (
        {"Beta says two.": 2.0, "Alpha says one.": 1.9},
        {"Beta says two.": 0.5, "Alpha says one.": 1.5},
    )
    assert shelf.choose(scores, similarity=similarity) == ["Alpha says one.", "Beta says two."]
    few = {"Beta says two.": 2.0, "Alpha says one.": 1.2}
    assert shelf.choose(few, similarity=similarity) == ["Beta says two."]


def test_a_poor_document_is_not_quoted_beside_a_good_one() -> None:
    shelf = Shelf((0, ["Alpha says one."]), (1, ["Beta says two."]))
    assert shelf.choose({"Beta says two.": 1.0, "Alpha says one.": 0.5}) == ["Beta says two."]


def test_few_documents_are_quoted_however_many_are_good() -> None:
    texts = [f"Town {number} says so." for number in range(8)]
    shelf = Shelf(*((row, [text]) for row, text in enumerate(texts)))
    assert shelf.choose({text: 1 - number / 1000 for number, text in enumerate(texts)}) == texts[:3]


def test_a_poor_sentence_is_not_quoted_beside_a_good_one() -> None:
    shelf = Shelf((0, ["Alpha says one.", "Beta says two."]))
    assert shelf.choose({"Beta says two.": 1.0, "Alpha says one.": 0.1}) == ["Beta says two."]


def test_the_budget_of_words_is_kept() -> None:
    texts = [f"Sentence {number} has exactly seven words here." for number in range(12)]
    shelf = Shelf((0, texts))
    chosen = shelf.choose({text: 1 - number / 100 for number, text in enumerate(texts)}, words=30)
    assert sum(len(text.split()) for text in chosen) <= 30
    assert len(chosen) == 4


def test_one_sentence_is_quoted_even_if_it_is_longer_than_the_budget() -> None:
    long = "word " * 200 + "end."
    assert Shelf((0, [long, "Short one."])).choose({long: 1.0, "Short one.": 0.4}, words=50)[0] == long


def test_a_table_row_brings_its_header() -> None:
    header, row = "| Year | Waste |", "| 2005 | 1,480 |"
    shelf = Shelf((0, [header, row, "| 2009 | 1,150 |"]))
    assert shelf.choose({row: 1.0}) == [header, row]


def test_a_header_is_not_quoted_for_itself() -> None:
    header, row = "| Year | Waste |", "| 2005 | 1,480 |"
    shelf = Shelf((0, [header, row]), (1, ["Alpha says one."]))
    assert header not in shelf.choose({header: 1.0, "Alpha says one.": 0.9})


def test_a_sentence_that_leans_back_brings_the_one_before() -> None:
    shelf = Shelf((0, ["Waste fell in 2005.", "It rose again later.", "The end came."]))
    assert shelf.choose({"It rose again later.": 1.0}) == ["Waste fell in 2005.", "It rose again later."]


def test_every_named_place_has_its_part() -> None:
    shelf = Shelf(
        (0, ["Surabaya says one.", "Surabaya says two.", "Surabaya says three."]),
        (1, ["Cebu says four."]),
        (2, ["Else."]),
    )
    scores = {
        "Surabaya says one.": 1.0,
        "Surabaya says two.": 0.9,
        "Surabaya says three.": 0.8,
        "Cebu says four.": 0.35,
    }
    assert "Cebu says four." in shelf.choose(scores, places=[{0}, {1}])
    assert "Cebu says four." not in shelf.choose(scores)


@pytest.mark.parametrize("words", [0, 1, 30, 1000])
def test_nothing_is_chosen_twice(words: int) -> None:
    texts = [f"It says {number}." for number in range(20)]
    chosen = Shelf((0, texts)).choose({text: 1 - number / 100 for number, text in enumerate(texts)}, words=words)
    assert len(chosen) == len(set(chosen))
    assert chosen


def test_a_row_stands_under_its_header_though_other_rows_lie_between() -> None:
    header, row = "| Year | Waste |", "| 2009 | 1,150 |"
    shelf = Shelf((0, [header, "| 2005 | 1,480 |", row]), (0, ["Alpha says one."]))
    assert shelf.choose({row: 1.0, "Alpha says one.": 0.9}, words=13) == [header, row, "Alpha says one."]
