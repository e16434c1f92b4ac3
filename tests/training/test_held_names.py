"""What a name that few documents hold is worth is measured on the training questions."""

from __future__ import annotations

import json
from pathlib import Path

from kin_assistant.types import Answer, Citation
from training.held_names import Asked, rate, read_questions

ASKED = Asked("Who runs Wexbo?", "cebu", ("Wexbo is run by Cebu.",))


def citation(number: int, document: str, quote: str) -> Citation:
    return Citation(
        number=number, document_id=document, passage_id="p", title="t", heading="", cities=(), countries=(), years=None,
        page=None, quote=quote, start=0, end=len(quote),
        origin="document", why="",
    )  # fmt: skip


def answer(*citations: Citation) -> Answer:
    return Answer(
        question="?",
        standalone_question="?",
        abstained=not citations,
        citations=citations,
        confidence=1.0,
        build_id="b",
    )


def test_an_answer_is_rated_by_its_documents_and_its_marked_sentences() -> None:
    right, wrong = citation(1, "cebu", "Wexbo is run by Cebu."), citation(2, "penang", "It is large.")
    assert rate(answer(right, wrong), ASKED) == (False, True, True, 0.5)
    assert rate(answer(wrong), ASKED) == (False, False, False, 1.0)
    assert rate(answer(), ASKED) == (True, False, False, 0.0)


def test_questions_are_read_once_with_the_words_that_answer(tmp_path: Path) -> None:
    (tmp_path / "questions").mkdir()
    rows = [
        {"question": "a", "document_id": "x", "answerable": True, "evidence": ["one [2]"]},
        {"question": "a", "document_id": "y", "answerable": True, "evidence": ["two"]},
        {"question": "b", "document_id": "x", "answerable": False, "evidence": []},
        {"question": "c", "answerable": True, "evidence": [{"document_id": "x", "quote": "q"}]},
    ]
    (tmp_path / "questions" / "q.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    for name in ("explanations.jsonl", "messages.jsonl"):
        (tmp_path / name).write_text("", "utf-8")
    assert list(read_questions(tmp_path)) == [Asked("a", "x", ("one",)), Asked("b", "x", ())]
