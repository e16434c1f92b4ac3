"""What came of a call is told in few words, without what was asked."""

from __future__ import annotations

import pytest

from kin_assistant.errors import (
    AnswerTimeout,
    BriefError,
    FilterError,
    IndexDamaged,
    ModelError,
    QuestionError,
    ResourceError,
)
from kin_assistant.monitoring.outcomes import NO_KIND, describe_call
from kin_assistant.processes.watchdog import CallReport
from kin_assistant.types import Comparison
from tests.doubles import QUESTION, UNKNOWN, AssistantDouble


@pytest.mark.parametrize(("question", "outcome"), [(QUESTION, "answered"), (UNKNOWN, "refused")])
def test_a_question_is_answered_or_refused(question: str, outcome: str) -> None:
    answer = AssistantDouble().ask(question)
    ended = describe_call(CallReport("The answer", 0.25, answer))
    assert (ended.what, ended.outcome, ended.kind, ended.seconds) == ("question", outcome, answer.kind, 0.25)
    assert ended.is_question
    assert question not in repr(ended)


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (QuestionError("Please write a question."), "invalid"),
        (FilterError("No document is about that city."), "invalid"),
        (BriefError("There is no topic."), "invalid"),
        (AnswerTimeout("It took too long."), "late"),
        (IndexDamaged("It is damaged."), "failed"),
        (ModelError("It is missing."), "failed"),
        (ResourceError("No memory."), "failed"),
        (ZeroDivisionError("division by zero"), "failed"),
    ],
)
def test_a_fault_is_the_visitors_or_the_programs_or_a_matter_of_time(fault: Exception, outcome: str) -> None:
    ended = describe_call(CallReport("The answer", 1.0, fault=fault))
    assert (ended.outcome, ended.kind) == (outcome, NO_KIND)


@pytest.mark.parametrize(
    ("what", "name"),
    [
        ("The comparison", "comparison"),
        ("The search", "search"),
        ("The search for figures", "figures"),
        ("The search for money and partners", "money and partners"),
        ("A question asked beforehand", "question asked beforehand"),
    ],
)
def test_what_is_looked_up_has_a_name_and_is_no_question(what: str, name: str) -> None:
    ended = describe_call(CallReport(what, 0.1, result=()))
    assert (ended.what, ended.outcome, ended.is_question) == (name, "answered", False)


def test_a_table_with_a_reason_why_it_is_empty_is_a_refusal() -> None:
    empty = Comparison.model_construct(reason="Nothing is known of it.")
    assert describe_call(CallReport("The comparison", 0.1, empty)).outcome == "refused"
