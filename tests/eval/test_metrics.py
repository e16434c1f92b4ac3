"""What an answer is worth, on cases counted by hand."""

from __future__ import annotations

import pytest

from eval.lines import Question
from eval.matching import Span
from eval.metrics import measure_answer, measure_refusal, passes, ratio
from eval.questions import Case
from kin_assistant.types import Answer, AnswerSentence, Citation, Section

QUESTION = Question.model_validate(
    {
        "id": "q",
        "question": "How much?",
        "kind": "single",
        "evidence": [{"document_id": "a", "quote": "x"}, {"document_id": "b", "quote": "y"}],
        "also_relevant": ["c"],
        "nuggets": [
            {"id": "1", "vital": True, "any_of": ["20%"]},
            {"id": "2", "vital": True, "any_of": ["five wards", "wards"]},
            {"id": "3", "vital": False, "any_of": ["mayor"]},
            {"id": "4", "vital": False, "any_of": ["bank"]},
        ],
    }
)
CASE = Case(question=QUESTION, set="s", gold=(Span("a", 0, 10), Span("b", 20, 30)))
UNKNOWN = Case(
    question=Question(id="u", question="Why?", kind="unanswerable", unanswerable_kind="absent_city"), set="s"
)


def answer(*quotes, notes=()):
    """An answer with quotes (document, start, end, words)."""
    citations = tuple(
        Citation(
            number=n, passage_id="p", document_id=d, title="", cities=(), countries=(), years=None, heading="", page=None,
            start=start, end=end, quote=words,
        )
        for n, (d, start, end, words) in enumerate(quotes, 1)
    )  # fmt: skip
    return Answer(
        question="How much?",
        standalone_question="How much?",
        abstained=not quotes,
        reason=None if quotes else "Nothing.",
        notes=notes,
        sections=(Section(numbers=tuple(item.number for item in citations)),) if citations else (),
        sentences=tuple(AnswerSentence(text=item.quote, citations=(item.number,)) for item in citations),
        citations=citations,
        confidence=0.5,
        build_id="b",
    )


def values(given):
    return {name: gain for name, (gain, weight) in measure_answer(CASE, given).items() if weight}


def test_facts_sentences_and_sources_of_a_mixed_answer():
    given = answer(
        ("c", 0, 5, "The mayor came."),
        ("a", 5, 15, "It fell by 20 per cent."),
        ("z", 0, 5, "Padding."),
        ("a", 0, 4, "Less than half of the gold sentence."),
    )
    assert values(given) == {
        "vital_nuggets": 1 / 2,
        "all_nuggets": 2 / 4,
        "gold_cited": 1,
        "gold_citation_precision": 1 / 4,
        "gold_citation_recall": 1 / 2,
        "right_documents": 3 / 4,
        "first_citation_right": 1,
        "useful_sentences": 2 / 4,
        "words": 3 + 6 + 1 + 7,
    }


def test_a_refusal_of_an_answerable_question_earns_nothing_and_has_no_length():
    refusal = values(answer())
    assert "words" not in refusal
    assert set(refusal.values()) == {0}


def test_facts_after_the_first_150_words_do_not_count():
    padding = " ".join(["word"] * 149)
    assert values(answer(("a", 0, 10, f"{padding} 20%")))["vital_nuggets"] == 1 / 2
    assert values(answer(("a", 0, 10, f"{padding} and 20%")))["vital_nuggets"] == 0


def test_the_first_citation_may_be_wrong_though_a_later_one_is_right():
    given = values(answer(("z", 0, 5, "Padding."), ("a", 0, 10, "x")))
    assert given["first_citation_right"] == 0
    assert given["gold_cited"] == 1


def test_what_the_program_notes_is_read_too():
    assert values(answer(("a", 0, 10, "x"), notes=("Compare 20% with five wards.",)))["vital_nuggets"] == 1


def test_refusals_are_counted_as_the_positive_outcome():
    asked = [
        (CASE, answer()),
        (CASE, answer(("a", 0, 1, "x"))),
        (UNKNOWN, answer()),
        (UNKNOWN, answer(("a", 0, 1, "x"))),
    ]
    found = [measure_refusal(case, given) for case, given in [*asked, (UNKNOWN, answer())]]

    def figure(name):
        return ratio(item[name] for item in found if name in item)

    assert figure("precision") == 2 / 3
    assert figure("recall") == 2 / 3
    assert figure("f1") == pytest.approx(2 / 3)
    assert figure("false_refusals") == 1 / 2
    assert figure("recall_absent_city") == 2 / 3
    assert figure("precision") is not None
    assert ratio([]) is None


def test_precision_is_undefined_where_nothing_is_refused():
    assert ratio([measure_refusal(CASE, answer(("a", 0, 1, "x")))["precision"]]) is None


def test_a_question_is_passed_with_every_vital_fact_and_a_gold_sentence():
    assert passes(CASE, answer(("a", 0, 10, "20% in five wards.")))
    assert not passes(CASE, answer(("c", 0, 10, "20% in five wards.")))
    assert not passes(CASE, answer(("a", 0, 10, "20% in a year.")))
    assert passes(UNKNOWN, answer())
    assert not passes(UNKNOWN, answer(("a", 0, 10, "x")))
