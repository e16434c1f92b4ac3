"""Messages that ask for another form are told from questions, and ask the last question again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kin_assistant.question.forms import find_wanted_form
from kin_assistant.question.query import QueryParser
from kin_assistant.text.english import read_phrases, read_words
from kin_assistant.types import WANTED_FORMS
from tests.form_library import open_library

WASTE = "How did Surabaya cut its waste?"


@pytest.mark.parametrize(
    ("message", "form"),
    [
        ("as a list", "list"),
        ("Can you make that a list?", "list"),
        ("Bullet points, please!", "list"),
        ("as a table", "table"),
        ("put it in a table please", "table"),
        ("I would like it as a table.", "table"),
        ("shorter please", "shorter"),
        ("That’s too long", "shorter"),
        ("in one sentence", "shorter"),
        ("more", "more"),
        ("Give me more", "more"),
        ("tell me more about it", "more"),
        ("could you give more details?", "more"),
    ],
)
def test_a_message_that_asks_for_a_form_and_nothing_else_is_known(message: str, form: str) -> None:
    assert find_wanted_form(message) == form


@pytest.mark.parametrize(
    "message",
    [
        "Which cities made a list of polluters?",
        "What does a table of tariffs look like in Manila?",
        "Tell me more about Dumaguete",
        "more cities",
        "one more",
        "show more like this",
        "List the steps of the Takakura method",
        "a list of all documents",
        "ok put us on the list",
        "a long answer please",
        "result in one sentence",
        "Is the shorter route cheaper?",
        "table 3",
        "How many points did Kitakyushu name?",
        "thank you",
        "please",
        "?",
    ],
)
def test_a_question_with_such_words_stays_a_question(message: str) -> None:
    assert find_wanted_form(message) is None


def test_no_phrase_stands_for_two_forms_or_holds_a_word_that_is_left_out() -> None:
    phrases = [phrase for form in WANTED_FORMS for phrase in read_phrases(f"form_{form}")]
    assert len(phrases) == len(set(phrases))
    assert read_words("form_frame").isdisjoint(word for phrase in phrases for word in phrase.split())


@pytest.fixture(scope="module")
def parser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueryParser]:
    library, index = open_library(tmp_path_factory.mktemp("forms") / "index")
    yield library.parser
    index.close()


def test_the_last_question_is_asked_again_in_that_form(parser: QueryParser) -> None:
    query = parser.understand("as a table", history=["What did Cebu do?", WASTE])
    assert (query.original, query.standalone, query.wanted_form, query.leans) == (WASTE, WASTE, "table", False)


def test_it_is_asked_again_with_what_it_leans_on(parser: QueryParser) -> None:
    history = [WASTE, "And in Cebu?"]
    query = parser.understand("shorter please", history=history)
    assert query.standalone == parser.understand(history[1], history=history[:1]).standalone
    assert "Cebu" in query.standalone
    assert (query.original, query.wanted_form, query.leans) == ("And in Cebu?", "shorter", True)


def test_small_talk_and_other_forms_between_are_passed_over(parser: QueryParser) -> None:
    query = parser.understand("as a list", history=[WASTE, "as a table", "thank you"])
    assert (query.original, query.wanted_form) == (WASTE, "list")


def test_what_asked_for_a_form_is_nothing_to_lean_on(parser: QueryParser) -> None:
    asked = parser.understand("And in Cebu?", history=[WASTE, "as a table", "shorter"])
    assert asked.standalone == parser.understand("And in Cebu?", history=[WASTE]).standalone
    assert asked.wanted_form is None


def test_a_form_that_is_given_counts_for_more_than_one_that_is_typed(parser: QueryParser) -> None:
    assert parser.understand("as a table", history=[WASTE], form="shorter").wanted_form == "shorter"
    assert parser.understand(WASTE, form="more").wanted_form == "more"


@pytest.mark.parametrize("history", [[], ["thank you"], ["shorter"]])
def test_without_a_question_before_it_a_form_is_small_talk(parser: QueryParser, history: list[str]) -> None:
    assert parser.understand("as a table", history=history).kinds == ("talk",)
