"""Follow-up questions become questions that make sense alone."""

from __future__ import annotations

import pytest

from kin_assistant.followups import make_standalone
from kin_assistant.gazetteer import Gazetteer
from kin_assistant.places import PlaceIndex
from kin_assistant.types import DocumentInfo

FIRST = "How did Surabaya cut its household waste?"


def info(document_id: str, city: str, country: str) -> DocumentInfo:
    return DocumentInfo(id=document_id, path=document_id, sha256="", title=city, cities=(city,), countries=(country,))


@pytest.fixture(scope="module")
def places() -> PlaceIndex:
    known = (("Surabaya", "Indonesia"), ("Cebu", "Philippines"), ("Kitakyushu", "Japan"), ("Dhaka", "Bangladesh"))
    return PlaceIndex(Gazetteer.load(), [info(city.lower(), city, country) for city, country in known])


def standalone(places: PlaceIndex, question: str, *history: str) -> str:
    return make_standalone(question, history, places.find_places)


def test_without_a_history_a_question_stays_as_it_is(places: PlaceIndex) -> None:
    assert standalone(places, "What did it cost?") == "What did it cost?"


@pytest.mark.parametrize(
    "question",
    ["What did it cost?", "Who were the partners?", "and who paid for that", "Why?", "What went wrong there?"],
)
def test_a_question_that_points_back_is_put_behind_the_one_it_points_to(places: PlaceIndex, question: str) -> None:
    assert standalone(places, question, FIRST) == f"{FIRST} {question}"


@pytest.mark.parametrize("question", ["And in Cebu?", "What about Cebu?", "and Cebu"])
def test_a_question_that_only_names_a_place_moves_the_earlier_one_there(places: PlaceIndex, question: str) -> None:
    assert standalone(places, question, FIRST) == "How did Cebu cut its household waste?"


def test_a_question_with_its_own_subject_is_left_alone(places: PlaceIndex) -> None:
    question = "Which company runs the landfill gas plant of Dhaka, and since when?"
    assert standalone(places, question, FIRST) == question


def test_an_absent_city_with_its_own_subject_is_not_answered_from_the_city_before(places: PlaceIndex) -> None:
    question = "What did Lahore do about its winter floods and storm drains?"
    assert standalone(places, question, FIRST) == question


def test_what_follows_a_move_is_about_the_new_place(places: PlaceIndex) -> None:
    got = standalone(places, "What did it cost?", FIRST, "And in Cebu?")
    assert got == "How did Cebu cut its household waste? What did it cost?"


def test_several_places_give_way_to_one(places: PlaceIndex) -> None:
    got = standalone(places, "And Dhaka?", "How did Kitakyushu help Surabaya with compost?")
    assert "Dhaka" in got
    assert "Surabaya" not in got and "Kitakyushu" not in got


def test_somebody_who_comes_from_a_place_does_not_move_the_question(places: PlaceIndex) -> None:
    got = standalone(places, "What did they learn from Kitakyushu?", FIRST)
    assert got == f"{FIRST} What did they learn from Kitakyushu?"


def test_empty_turns_are_passed_over(places: PlaceIndex) -> None:
    assert standalone(places, "What did it cost?", FIRST, "  ") == f"{FIRST} What did it cost?"
