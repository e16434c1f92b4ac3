"""What a few sentences say of themes, and where."""

from __future__ import annotations

from kin_assistant.documents.themes import find_themes

KNOWN = {"landfill", "solid waste", "rivers", "waste pickers"}


def test_themes_are_found_by_their_terms_with_the_words_that_name_them() -> None:
    text = "Our RIVERS smell, and open dumping goes on."
    assert [(one.theme, text[one.start : one.end]) for one in find_themes(text, KNOWN)] == [
        ("rivers", "RIVERS"),
        ("landfill", "open dumping"),
    ]


def test_a_hint_counts_where_there_is_no_term() -> None:
    assert {one.theme for one in find_themes("Our waste smells", KNOWN)} == {"solid waste"}
    assert {one.theme for one in find_themes("Our waste smells by the river", KNOWN)} == {"rivers"}


def test_themes_that_the_library_does_not_have_are_not_found() -> None:
    assert find_themes("Noise and traffic", KNOWN) == ()
