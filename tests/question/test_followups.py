"""A follow-up question is made to stand alone by rules; a question with its own subject is left alone."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kin_assistant.corpus.profile import read_profile
from kin_assistant.places.gazetteer import words_of
from kin_assistant.places.matching import Gazetteer, PlaceIndex
from kin_assistant.question.followups import make_standalone
from tests.conftest import REPOSITORY
from tests.doubles import SOURCES, read_documents

PROFILE = read_profile(REPOSITORY / "corpus")
SUBJECT = "How did Surabaya cut household waste?"
MIXED_WASTE = "How did Cebu deal with mixed waste?"
BOTH = "Compare Surabaya and Dhaka on composting."


@pytest.fixture(scope="module")
def places() -> PlaceIndex:
    infos = [document.info for document in read_documents().values()]
    return PlaceIndex(Gazetteer.load(), infos, words_of(SOURCES.values()), PROFILE.home)


def standalone(places: PlaceIndex, question: str, *history: str) -> str:
    return make_standalone(question, history, places.find_places, PROFILE.bodies).searched


@pytest.mark.parametrize(
    "question", ["What did it cost?", "And in Kitakyushu?", "Why?", SUBJECT, "the first one", "both"]
)
def test_without_history_a_question_stands_as_it_is(places: PlaceIndex, question: str) -> None:
    assert standalone(places, question) == question


# Turns that need the whole subject


@pytest.mark.parametrize(
    "question",
    [
        "What did it cost them?",
        "What did it cost?",
        "Why?",
        "Who paid for that?",
        "who paid",
        "How many?",
        "And the price?",
        "How many households took part?",
        "Did Kitakyushu help?",
        "How does that compare with Dhaka?",
        "Is it cheaper than in Dhaka?",
    ],
)
def test_a_question_that_points_back_is_put_behind_what_it_points_to(places: PlaceIndex, question: str) -> None:
    assert standalone(places, question, SUBJECT) == f"{SUBJECT} {question}"


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("What do they cost?", "What do waste banks in Makassar cost?"),
        ("Who are their customers?", "Who are waste banks in Makassar's customers?"),
        ("Is there a list?", "Waste banks in Makassar: Is there a list?"),
    ],
)
def test_a_subject_that_is_named_stands_where_the_pronoun_stood(places: PlaceIndex, question: str, asked: str) -> None:
    assert standalone(places, question, "Tell me about waste banks in Makassar.") == asked


def test_the_subject_is_the_last_question_that_had_one(places: PlaceIndex) -> None:
    history = ["Which rivers were cleaned by neighbours in Cebu?", SUBJECT, "And the cost?", "Who paid for it?"]
    assert standalone(places, "Was it enough?", *history) == f"{SUBJECT} Was it enough?"


# Turns with a subject of their own


@pytest.mark.parametrize(
    "question",
    [
        "What did Lahore do about floods?",
        "What did Cebu do about floods?",
        "How did Surabaya cut its household waste?",
        "And why has composting failed in Dhaka?",
        "Which agreements did factories in Kitakyushu sign on smoke and dust?",
        "Tell me about Nonthaburi",
        "And Dhaka, what did it do about its hospital waste?",
        "What is night soil?",
        "Tell me about constructed wetlands.",
        "What is a waste bank and how does it work?",
        "How should a small town with little money treat septage?",
        "How much of its waste did Surabaya compost, and who paid?",
    ],
)
def test_a_clause_about_something_else_is_left_alone(places: PlaceIndex, question: str) -> None:
    assert standalone(places, question, MIXED_WASTE) == question


def test_what_follows_a_new_subject_is_about_that(places: PlaceIndex) -> None:
    floods = "What did Lahore do about floods?"
    assert standalone(places, "Who paid?", MIXED_WASTE, floods) == f"{floods} Who paid?"
    assert standalone(places, "And there?", MIXED_WASTE, floods) == f"{floods} And there?"


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Are there fines for littering?", "Are there fines for littering in Surabaya?"),
        ("Do households sort their kitchen waste?", "Do households sort their kitchen waste in Surabaya?"),
        ("How is the compost sold?", "How is the compost sold in Surabaya?"),
        ("What about hospital waste?", "What about hospital waste in Surabaya?"),
        ("And when did they stop taking mixed waste?", "And when did they stop taking mixed waste in Surabaya?"),
        ("Who enforced the burning ban there?", "Who enforced the burning ban in Surabaya?"),
    ],
)
def test_a_new_side_of_the_same_place_keeps_the_place(places: PlaceIndex, question: str, asked: str) -> None:
    assert standalone(places, question, SUBJECT) == asked


# Turns that ask of another place


@pytest.mark.parametrize(
    "question",
    [
        "And in Kitakyushu?",
        "And Kitakyushu?",
        "What about Kitakyushu?",
        "the same in Kitakyushu?",
        "No, I meant Kitakyushu",
    ],
)
def test_a_question_for_another_place_is_the_one_before_asked_of_that_place(places: PlaceIndex, question: str) -> None:
    assert standalone(places, question, SUBJECT) == "How did Kitakyushu cut household waste?"


@pytest.mark.parametrize(
    "question", ["Has Dhaka done the same?", "What did it cost in Dhaka?", "Did Dhaka recycle too?"]
)
def test_what_it_says_beside_the_place_is_kept(places: PlaceIndex, question: str) -> None:
    assert standalone(places, question, SUBJECT) == f"How did Dhaka cut household waste? {question}"


@pytest.mark.parametrize(
    ("subject", "question", "asked"),
    [
        (SUBJECT, "What about Dhaka and Cebu?", "How did Dhaka and Cebu cut household waste?"),
        (BOTH, "and Cebu?", "Compare Cebu on composting."),
        ("How is compost made?", "And in Cebu?", "How is compost made in Cebu?"),
        ("How does Penang pay?", "and in the Philippines?", "How does the Philippines pay?"),
        ("What did Kitakyushu do for Dalian?", "And for Surabaya?", "What did Kitakyushu do for Surabaya?"),
        ("Who got money from Japan in Dhaka?", "And in Cebu?", "Who got money from Japan in Cebu?"),
        ("What did Bago, Myanmar do with its waste?", "And Cebu?", "What did Cebu do with its waste?"),
    ],
)
def test_the_new_place_takes_the_place_of_the_right_one(
    places: PlaceIndex, subject: str, question: str, asked: str
) -> None:
    assert standalone(places, question, subject) == asked


def test_what_follows_a_move_is_about_the_new_place(places: PlaceIndex) -> None:
    moved = standalone(places, "What did it cost?", SUBJECT, "And in Kitakyushu?")
    assert moved == "How did Kitakyushu cut household waste? What did it cost?"


@pytest.mark.parametrize(
    "question", ["Which other cities did that?", "Where else was it done?", "Any towns that copied it?"]
)
def test_a_question_for_other_cities_is_not_held_to_the_one_before(places: PlaceIndex, question: str) -> None:
    asked = standalone(places, question, SUBJECT)
    assert asked == f"How did other cities cut household waste? {question}"
    assert standalone(places, "Why?", SUBJECT, question) == f"{SUBJECT} Why?"


# Turns that choose among what was spoken of


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("And the second?", "Compare Dhaka on composting."),
        ("What did the first one cost?", "Compare Surabaya on composting. What did Surabaya cost?"),
        ("What did the latter pay?", "Compare Dhaka on composting. What did Dhaka pay?"),
    ],
)
def test_the_first_one_is_the_first_place(places: PlaceIndex, question: str, asked: str) -> None:
    assert standalone(places, question, BOTH) == asked


def test_both_are_the_last_two_places(places: PlaceIndex) -> None:
    history = [SUBJECT, "And in Cebu?", "And Dhaka?"]
    asked = standalone(places, "Which loan plan did both of them join, and how big was it?", *history)
    assert asked == "Which loan plan did Cebu and Dhaka join, and how big was it?"
    assert standalone(places, "Did both cities succeed?", *history).startswith(
        "How did Cebu and Dhaka cut household waste?"
    )


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("back to Cebu: who paid?", f"{MIXED_WASTE} who paid?"),
        ("Let's go back to Cebu. Who paid?", f"{MIXED_WASTE} Who paid?"),
        ("Returning to mixed waste, who paid?", f"{MIXED_WASTE} who paid?"),
        ("Can we go back to Cebu?", MIXED_WASTE),
        ("Back to Cebu: and in Dhaka?", "How did Dhaka deal with mixed waste?"),
    ],
)
def test_a_switch_back_takes_up_the_earlier_subject(places: PlaceIndex, question: str, asked: str) -> None:
    history = [MIXED_WASTE, "What did Lahore do about floods?"]
    assert standalone(places, question, *history) == asked
    assert standalone(places, "And in Surabaya?", *history, question) == "How did Surabaya deal with mixed waste?"


# The network's own name


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Who runs this network?", "Who runs the Kitakyushu Initiative Network?"),
        ("How many members does KIN have?", "How many members does the Kitakyushu Initiative Network have?"),
        ("What did the initiative achieve?", "What did the Kitakyushu Initiative achieve?"),
        ("Who pays for your programme?", "Who pays for the Kitakyushu Initiative?"),
        ("The network: who runs it?", "The Kitakyushu Initiative Network: who runs it?"),
        ("What is the Kitakyushu Initiative Network (KIN)?", "What is the Kitakyushu Initiative Network (KIN)?"),
        ("How long is the network of pipes?", "How long is the network of pipes?"),
        ("Who are the next of kin?", "Who are the next of kin?"),
    ],
)
def test_this_network_is_given_its_name(places: PlaceIndex, question: str, asked: str) -> None:
    assert standalone(places, question) == asked


def test_another_network_that_was_spoken_of_keeps_its_own(places: PlaceIndex) -> None:
    history = ["How long is the water network of Phnom Penh?"]
    assert standalone(places, "Who paid for the network?", *history) == f"{history[0]} Who paid for the network?"
    assert "Kitakyushu Initiative Network" in standalone(places, "Can we join your network?", *history)


def test_a_network_that_the_profile_does_not_know_is_not_named() -> None:
    nowhere = PlaceIndex(Gazetteer.load(), (), ())
    assert make_standalone("Who runs this network?", (), nowhere.find_places).text == "Who runs this network?"


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("How did surabya cut its waste?", "How did Surabaya cut its waste?"),
        ("kitakushu's smoke and Surabya's baskets", "Kitakyushu's smoke and Surabaya's baskets"),
        ("What did Saigon do?", "What did Saigon do?"),
    ],
)
def test_a_misspelt_place_is_set_right(places: PlaceIndex, question: str, asked: str) -> None:
    assert standalone(places, question) == asked


# Odd conversations


@pytest.mark.parametrize("history", [["", " "], ["\x00"], ["\u200b"]])
def test_a_history_without_words_does_no_harm(places: PlaceIndex, history: list[str]) -> None:
    assert standalone(places, "What did it cost?", *history) == "What did it cost?"


def test_a_long_history_is_read_in_time(places: PlaceIndex) -> None:
    assert standalone(places, "Why?", *[SUBJECT, "And then?"] * 200).startswith(SUBJECT)
    started = time.perf_counter()
    standalone(places, "back to " * 200, SUBJECT, "so " * 600, "the first one, both of them, " * 60)
    assert time.perf_counter() - started < 5


_TURNS = st.lists(
    st.one_of(
        st.sampled_from(
            [SUBJECT, BOTH, "And in Cebu?", "the second one", "both of them", "back to Surabaya: why?", "it", "?"]
        ),
        st.text(max_size=40),
    ),
    max_size=6,
)


@given(_TURNS, st.text(min_size=1, max_size=60))
def test_any_conversation_gives_a_question(places: PlaceIndex, history: list[str], question: str) -> None:
    assert standalone(places, question, *history)
