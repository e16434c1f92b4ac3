"""Headings and the fields that they announce."""

from __future__ import annotations

import pytest

from kin_assistant.records.headings import fields_of_heading


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Problem", "situation"),
        ("What the city did", "process"),
        ("Cost and finance", "finance"),
        ("Partners and roles", "partners"),
        ("Results", "results"),
        ("Lessons", "lessons"),
        ("Can it be replicated", "transferability"),
        ("SITUATION BEFORE THE INITIATIVE BEGAN", "situation"),
        ("B3 OBJECTIVES (as adopted 02/2012)", "objectives"),
        ("MOBILISATION OF RESOURCES", "finance"),
        ("VI. EXPENDITURE, 2006-2009 (dollars)", "finance"),
        ("5. Money", "finance"),
        ("10. Can it be copied?", "transferability"),
        ("Q: The price?", "finance"),
        ("Article 5 – Money", "finance"),
        ("7. Upkeep and control", "sustainability"),
        ("Key dates in the record", "dates"),
        ("9. Contacts", "contact"),
    ],
)
def test_a_heading_tells_its_field(heading: str, field: str) -> None:
    assert fields_of_heading(heading) == {field}


def test_a_heading_of_two_things_leaves_both_open() -> None:
    assert fields_of_heading("Money and partners") == {"finance", "partners"}


@pytest.mark.parametrize(
    "heading",
    [
        "",
        "Boilers",
        "Session A: sanitation and low-cost wastewater",
        "Legend: [D] decision [W] works [M] money",
        "The city paid more than it had planned for the costs of its new plant",
        "5.",
    ],
)
def test_other_headings_tell_none(heading: str) -> None:
    assert fields_of_heading(heading) == frozenset()
