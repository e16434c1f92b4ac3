"""Which candidate sentences are quoted, and in which order."""

from __future__ import annotations

from collections.abc import Sequence

from kin_assistant.choosing import choose_sentences
from kin_assistant.evidence import Candidate
from kin_assistant.types import Sentence


class Page:
    """Passages laid out by hand: sentences get their spans one after the other."""

    def __init__(self) -> None:
        self.sentences: dict[int, list[Sentence]] = {}
        self.candidates: list[Candidate] = []
        self._end = 0

    def add(
        self, passage: int, document: int, score: float, text: str, lead_in: tuple[int, int] | None = None
    ) -> Candidate:
        start = self._end + 1
        self._end = start + len(text)
        sentence = Sentence(start=start, end=self._end, lead_in=lead_in)
        self.sentences.setdefault(passage, []).append(sentence)
        candidate = Candidate(passage, document, sentence, text, score, 0.5, frozenset())
        self.candidates.append(candidate)
        return candidate

    def choose(self, words: int = 100, places: Sequence[set[int]] = ()) -> list[str]:
        ranked = sorted(self.candidates, key=lambda candidate: -candidate.score)
        chosen = choose_sentences(ranked, places, lambda passage: self.sentences[passage], words)
        return [candidate.text for candidate in chosen]


def test_the_best_document_comes_first_and_its_best_sentence_leads() -> None:
    page = Page()
    page.add(0, 0, 0.5, "A side remark.")
    page.add(1, 0, 0.9, "The answer.")
    page.add(2, 1, 0.85, "Another city did so.")
    assert page.choose()[0] == "The answer."


def test_a_document_that_fits_far_less_is_not_quoted() -> None:
    page = Page()
    page.add(0, 0, 1.0, "The answer.")
    page.add(1, 1, 0.5, "Something else.")
    assert page.choose() == ["The answer."]


def test_the_words_are_a_bound_but_one_sentence_is_always_quoted() -> None:
    page = Page()
    page.add(0, 0, 1.0, "one two three four five")
    page.add(1, 0, 0.9, "six seven")
    assert page.choose(words=4) == ["one two three four five"]
    assert page.choose(words=6) == ["one two three four five"]
    assert page.choose(words=7) == ["one two three four five", "six seven"]


def test_a_sentence_that_leans_on_the_one_before_brings_it() -> None:
    page = Page()
    page.add(0, 0, 0.4, "Recycling was 12 per cent in 2005.")
    page.add(0, 0, 0.9, "It rose to 30 per cent.")
    assert page.choose() == ["Recycling was 12 per cent in 2005.", "It rose to 30 per cent."]


def test_a_sentence_at_the_start_of_its_passage_leans_on_nothing() -> None:
    page = Page()
    page.add(0, 0, 0.9, "It rose to 30 per cent.")
    assert page.choose() == ["It rose to 30 per cent."]


def test_a_row_brings_the_header_of_its_table_and_the_header_is_not_quoted_alone() -> None:
    page = Page()
    header = page.add(0, 0, 0.95, "| Year | Tons |")
    span = (header.sentence.start, header.sentence.end)
    page.add(0, 0, 0.2, "| 2005 | 40 |", lead_in=span)
    page.add(0, 0, 0.9, "| 2009 | 90 |", lead_in=span)
    assert page.choose(words=12) == ["| Year | Tons |", "| 2009 | 90 |"]


def test_sentences_that_follow_each_other_stay_together() -> None:
    page = Page()
    page.add(0, 0, 0.8, "First of a stretch.")
    page.add(0, 0, 0.7, "Second of a stretch.")
    page.add(1, 0, 0.9, "The best, elsewhere.")
    assert page.choose() == ["The best, elsewhere.", "First of a stretch.", "Second of a stretch."]


def test_every_place_that_is_named_has_its_part() -> None:
    page = Page()
    page.add(0, 0, 0.9, "Surabaya did this.")
    page.add(1, 0, 0.89, "Surabaya did that.")
    page.add(2, 1, 0.4, "Cebu did the other.")
    assert "Cebu did the other." not in page.choose(words=100)
    assert "Cebu did the other." in page.choose(words=100, places=[{0}, {1}])
