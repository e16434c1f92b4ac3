"""Refusals where the subject of a question is that of other places."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kin_assistant import Assistant
from kin_assistant.answer.refusal import estimate_confidence, reason_to_refuse
from kin_assistant.policy import RefusalPolicy

ELSEWHERE = "What happened to the bus rapid transit in Bangkok?"
OWN = "What did Bangkok do about its air?"


def test_a_subject_of_other_places_is_refused_and_those_are_named(assistant: Assistant) -> None:
    answer = assistant.ask(ELSEWHERE)
    assert answer.reason == (
        "The documents on Bangkok do not seem to answer this. Documents on other places come nearer."
    )
    first, *_, last = answer.nearest
    assert first.cities == ("Jakarta",)
    assert last.cities == ("Bangkok",)


def test_the_lead_of_other_places_is_measured_where_a_place_is_named(assistant: Assistant) -> None:
    elsewhere, own = assistant.read(ELSEWHERE).lead_elsewhere, assistant.read(OWN).lead_elsewhere
    assert elsewhere is not None and own is not None
    assert elsewhere > 0 > own
    assert assistant.read("What can be done about air?").lead_elsewhere is None


@pytest.mark.parametrize(("lead", "loses"), [(None, False), (-0.5, False), (-0.3, False), (-0.1, True), (0.2, True)])
def test_only_a_lead_beyond_the_usual_one_takes_confidence(
    assistant: Assistant, lead: float | None, loses: bool
) -> None:
    evidence = assistant.read(OWN)
    policy = RefusalPolicy(elsewhere=5.0, usual_lead=-0.3)
    untouched = estimate_confidence(replace(evidence, lead_elsewhere=None), policy)
    assert (estimate_confidence(replace(evidence, lead_elsewhere=lead), policy) < untouched) == loses


def test_each_point_of_lead_costs_as_much_as_the_policy_says(assistant: Assistant) -> None:
    evidence = replace(assistant.read(OWN), lead_elsewhere=0.1)
    light, heavy = (estimate_confidence(evidence, RefusalPolicy(elsewhere=weight)) for weight in (2.5, 5.0))
    assert heavy < light
    assert estimate_confidence(evidence, RefusalPolicy(usual_lead=-0.15)) > estimate_confidence(evidence)


def test_other_places_are_named_only_if_they_come_before(assistant: Assistant) -> None:
    evidence = assistant.read(OWN)
    for lead, said in ((None, False), (-0.1, False), (0.1, True)):
        reason = reason_to_refuse(replace(evidence, lead_elsewhere=lead), 0.0)
        assert reason is not None
        assert ("Documents on other places come nearer." in reason) == said
