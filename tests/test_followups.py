"""A follow-up question is made to stand alone by rules; a question with its own subject is left alone."""

from __future__ import annotations

import pytest

from kin_assistant.followups import make_standalone
from kin_assistant.gazetteer import words_of
from kin_assistant.places import Gazetteer, PlaceIndex
from tests.doubles import SOURCES, read_documents

SUBJECT = "How did Surabaya cut household waste?"


@pytest.fixture(scope="module")
def places() -> PlaceIndex:
    infos = [document.info for document in read_documents().values()]
    return PlaceIndex(Gazetteer.load(), infos, words_of(SOURCES.values()))


def standalone(places: PlaceIndex, question: str, *history: str) -> str:
    return make_standalone(question, history, places.find_places)


@pytest.mark.parametrize("question", ["What did it cost?", "And in Kitakyushu?", "Why?", SUBJECT])
def test_without_history_a_question_stands_as_it_is(places: PlaceIndex, question: str) -> None:
    assert standalone(places, question) == question


@pytest.mark.parametrize("question", ["What did it cost them?", "Why?", "Who paid for that?", "How many?"])
def test_a_question_that_points_back_is_put_behind_what_it_points_to(places: PlaceIndex, question: str) -> None:
    assert standalone(places, question, SUBJECT) == f"{SUBJECT} {question}"


@pytest.mark.parametrize("question", ["And in Kitakyushu?", "And Kitakyushu?", "What about Kitakyushu?"])
def test_a_question_for_another_place_is_the_one_before_asked_of_that_place(places: PlaceIndex, question: str) -> None:
    moved = standalone(places, question, SUBJECT)
    assert moved.startswith("How did Kitakyushu cut household waste?")
    assert "Surabaya" not in moved


def test_a_question_with_its_own_subject_is_left_alone(places: PlaceIndex) -> None:
    question = "Which agreements did factories in Kitakyushu sign on smoke and dust?"
    assert standalone(places, question, SUBJECT) == question


def test_the_subject_is_the_last_question_that_had_one(places: PlaceIndex) -> None:
    history = ["Which rivers were cleaned by neighbours in Cebu?", SUBJECT, "And the cost?", "Who paid for it?"]
    assert standalone(places, "Was it enough?", *history) == f"{SUBJECT} Was it enough?"


def test_what_follows_a_move_is_about_the_new_place(places: PlaceIndex) -> None:
    moved = standalone(places, "What did it cost?", SUBJECT, "And in Kitakyushu?")
    assert "Kitakyushu" in moved
    assert "Surabaya" not in moved
    assert moved.endswith("What did it cost?")


@pytest.mark.parametrize("history", [["", " "], ["\x00"], ["\u200b"]])
def test_a_history_without_words_does_no_harm(places: PlaceIndex, history: list[str]) -> None:
    assert standalone(places, "What did it cost?", *history) == "What did it cost?"


def test_a_long_history_is_read_in_time(places: PlaceIndex) -> None:
    assert standalone(places, "Why?", *[SUBJECT, "And then?"] * 200).startswith(SUBJECT)
