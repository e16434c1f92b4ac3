"""The questions in other languages are whole, and what is counted of answers to them is right."""

from __future__ import annotations

import re
from pathlib import Path

from kin_assistant.types import Answer, Citation
from tests.doubles import cite, read_documents
from training.languages import Tally, _judge, read_questions


def test_every_question_stands_in_six_languages_and_its_sentences_in_a_document_that_it_names(
    shipped_corpus: Path,
) -> None:
    questions = read_questions()
    assert len(questions) == len({one.id for one in questions}) == 60
    assert {tuple(one.asked) for one in questions} == {("id", "vi", "th", "ja", "zh", "tl")}
    assert sum(not one.documents for one in questions) == 10
    for one in questions:
        texts = [(shipped_corpus / f"{name}.md").read_text("utf-8") for name in one.documents]
        plain = [re.sub(r"\s*\[\d+\]", "", " ".join(text.split())) for text in texts]
        assert bool(one.documents) == bool(one.says)
        assert all(any(piece in text for text in plain) for piece in one.says), one.id


def answer_of(*citations: Citation) -> Answer:
    return Answer(
        question="?", standalone_question="?", abstained=not citations, citations=citations, confidence=1, build_id="b"
    )


def test_an_answer_is_counted_by_its_first_document_and_by_its_sentences() -> None:
    questions = read_questions()
    document = read_documents()["surabaya-composting"]
    citation = cite(document, "Each basket holds the food waste of one family.", 1)
    right, none = questions[0], questions[-1]
    asked = type(right)(right.id, "", (document.id,), ("holds the food waste",), right.asked)
    other = type(right)(right.id, "", ("another",), ("holds the food waste",), right.asked)
    assert _judge(asked, answer_of(citation)) == Tally(1, 1, 1, 0, 0, 0)
    assert _judge(other, answer_of(citation)) == Tally(1, 0, 0, 0, 0, 0)
    assert _judge(asked, answer_of()) == _judge(asked, None) == Tally(1, 0, 0, 1, 0, 0)
    assert _judge(none, None) == Tally(0, 0, 0, 0, 1, 1)
    assert _judge(none, answer_of(citation)) == Tally(0, 0, 0, 0, 1, 0)
