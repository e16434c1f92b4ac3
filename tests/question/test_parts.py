"""Questions that ask for several things."""

from __future__ import annotations

import pytest

from kin_assistant.question.parts import facts_behind, parts_of


@pytest.mark.parametrize(
    ("question", "texts"),
    [
        ("Who paid for the plant and what did it cost to run?", ["Who paid for the plant", "what did it cost to run?"]),
        (
            "A village built its own sewer. For how many homes and at what price?",
            ["For how many homes", "at what price?"],
        ),
        (
            "Did the fee cover the costs, and did households pay it?",
            ["Did the fee cover the costs", "did households pay it?"],
        ),
        (
            "I must report on hotels: what do they throw away, how much of it is plastic?",
            ["what do they throw away", "how much of it is plastic?"],
        ),
        (
            "Is sorting worth it? Give me figures from Surabaya.",
            ["Is sorting worth it?", "Give me figures from Surabaya."],
        ),
        (
            "when the drought came how many days was water short n how did people get some",
            ["when the drought came how many days was water short", "how did people get some"],
        ),
        ("Who paid for it & what did it bring?", ["Who paid for it", "what did it bring?"]),
        ("the port or the hills, which one is older and who runs it?", ["which one is older", "who runs it?"]),
        ("sewers of the port, cost and who pays", ["cost", "who pays"]),
    ],
)
def test_a_question_is_cut_where_another_thing_is_asked_for(question, texts):
    assert [part.text for part in parts_of(question)] == texts


@pytest.mark.parametrize(
    "question",
    [
        "What did Cebu do about mixed waste?",
        "surabaya waste reduction composting",
        "How did the plant, which opened in 1998, treat sludge and septage?",
        "In Tehran, how many old cars were scrapped?",
        "Which technique, windrow or box, do the centres use?",
        "We are a small town by the sea. What would you advise?",
        "What was done and how?",
        "Tell me how many buses n trains they have",
    ],
)
def test_a_question_that_asks_for_one_thing_is_left_whole(question):
    (part,) = parts_of(question)
    assert part.text == part.asked == question


def test_a_later_part_is_asked_behind_the_first():
    first, second = parts_of("What did judges do for Delhi's air, and why did it not last?")
    assert first.asked == "What did judges do for Delhi's air"
    assert second.asked == "What did judges do for Delhi's air? Why did it not last?"


def test_parts_are_asked_behind_what_the_question_tells():
    first, second = parts_of("A port cleaned up its centre. How big was it and what prize followed?")
    assert first.asked == "A port cleaned up its centre. How big was it?"
    assert second.asked == "A port cleaned up its centre. What prize followed?"


def test_a_part_stands_in_the_question_as_it_is():
    question = "Who lent the money; what interest was asked, and in which year was it paid back?"
    parts = parts_of(question)
    assert len(parts) == 3
    assert all(part.text in question for part in parts)


def test_a_long_list_of_questions_is_not_taken_apart():
    question = "Who ran it? What did it cost? Why was it built? When did it open? Where does it stand?"
    assert len(parts_of(question)) == 1


@pytest.mark.parametrize(
    ("question", "facts"),
    [
        (
            "What is the cost and length of the busway in Jakarta?",
            ["What is the cost of the busway in Jakarta?", "What is the length of the busway in Jakarta?"],
        ),
        (
            "whats the capacity of the landfill and gate fee per tonne",
            ["What is the capacity of the landfill?", "What is the gate fee per tonne of the landfill?"],
        ),
        (
            "compare the busways of Jakarta and Ahmedabad: cost, ridership and speed",
            [f"What is the {fact} of the busways of Jakarta and Ahmedabad?" for fact in ("cost", "ridership", "speed")],
        ),
        (
            "compare the two rivers, time and money",
            ["How long did the two rivers take?", "What did the two rivers cost?"],
        ),
    ],
)
def test_facts_that_are_asked_for_by_name_are_parts(question: str, facts: list[str]) -> None:
    assert [part.asked for part in parts_of(question)] == facts


@pytest.mark.parametrize(
    "question",
    [
        "What are the costs and worries of composting?",
        "compare Jakarta, Bangkok and Manila",
        "the effect of bag charges and fees",
        "What is the role of women and youth?",
    ],
)
def test_what_is_no_fact_is_no_part(question: str) -> None:
    assert len(parts_of(question)) == 1


def test_the_facts_behind_a_subject_leave_it_without_the_word_that_compares() -> None:
    assert facts_behind("compare the two rivers, time and money") == ("the two rivers", ["time", "money"])
    assert facts_behind("compare the two rivers") == ("compare the two rivers", [])
