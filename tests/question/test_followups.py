"""A message that leans gets a sentence of its own or the words it leans on; one with its own subject is left alone."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kin_assistant.corpus.profile import read_profile
from kin_assistant.places.gazetteer import words_of
from kin_assistant.places.matching import Gazetteer, PlaceIndex
from kin_assistant.question.followups import Standalone, make_standalone
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


def ask(places: PlaceIndex, question: str, *history: str) -> Standalone:
    return make_standalone(question, history, places.find_places, PROFILE.bodies)


def standalone(places: PlaceIndex, question: str, *history: str) -> str:
    return ask(places, question, *history).searched


@pytest.mark.parametrize(
    "question", ["What did it cost?", "And in Kitakyushu?", "Why?", SUBJECT, "the first one", "both"]
)
def test_without_history_a_question_stands_as_it_is(places: PlaceIndex, question: str) -> None:
    assert ask(places, question) == Standalone(question)


def test_a_message_can_be_told_to_lean_whatever_it_says(places: PlaceIndex) -> None:
    question = "How many households have a compost basket?"
    assert ask(places, question, SUBJECT) == Standalone(question)
    told = make_standalone(question, [SUBJECT], places.find_places, PROFILE.bodies, leans=True)
    assert told.leans
    assert "Surabaya" in told.searched
    assert make_standalone(question, [], places.find_places, PROFILE.bodies, leans=True) == Standalone(question)


# Messages that are asked as typed, with what they lean on


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
        "Did Kitakyushu help?",
        "How does that compare with Dhaka?",
        "Is it cheaper than in Dhaka?",
    ],
)
def test_what_a_message_leans_on_is_named_beside_it(places: PlaceIndex, question: str) -> None:
    assert ask(places, question, SUBJECT) == Standalone(question, ("Surabaya", "cut household waste"), leans=True)


def test_what_is_searched_is_the_message_and_what_it_leans_on() -> None:
    assert Standalone("who runs it", ("septage service", "Dumaguete"), leans=True).searched == (
        "who runs it (septage service, Dumaguete)"
    )
    assert Standalone("Who runs it?").searched == "Who runs it?"


def test_what_the_message_says_itself_is_not_named_again(places: PlaceIndex) -> None:
    asked = ask(places, "who sorts that household waste in Surabaya", SUBJECT, "Why?")
    assert "Surabaya" not in asked.carried


def test_a_subject_that_was_asked_for_by_name_is_carried_whole(places: PlaceIndex) -> None:
    asked = ask(places, "Who are their customers?", "Tell me about waste banks in Makassar.")
    assert asked == Standalone("Who are their customers?", ("waste banks in Makassar",), leans=True)


def test_a_subject_that_is_named_stands_where_the_pronoun_stood(places: PlaceIndex) -> None:
    asked = ask(places, "What do they cost?", "Tell me about waste banks in Makassar.")
    assert asked == Standalone("What do waste banks in Makassar cost?", leans=True)


def test_the_subject_is_the_last_question_that_did_not_lean(places: PlaceIndex) -> None:
    history = ["Which rivers were cleaned by neighbours in Cebu?", SUBJECT, "And the cost?", "Who paid for it?"]
    assert ask(places, "Was it enough?", *history).carried == ("Surabaya", "cut household waste")


# Messages with a subject of their own


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
        "Which documents are about floods?",
    ],
)
def test_a_new_question_starts_afresh(places: PlaceIndex, question: str) -> None:
    assert ask(places, question, MIXED_WASTE) == Standalone(question)
    assert ask(places, question, MIXED_WASTE, "Who paid for it?") == Standalone(question)


@pytest.mark.parametrize(
    ("question", "history"),
    [
        ("There is a lake in Colombo. Has anybody closed the outlets into it?", [SUBJECT]),  # refers inside itself
        ("How did Surabaya get electricity from its landfill?", [SUBJECT]),  # repeats the city, drops the topic
        ("How did Bangkok cut household waste by law?", [SUBJECT]),  # repeats the topic, swaps the city
        ("What did the Philippines decide on household waste?", [SUBJECT]),  # a country instead of a city
        ("Which cities have composting centres?", [SUBJECT, "thanks"]),  # after small talk
        ("What is the bus fare in Jakarta?", ["Who won the football cup in 2019?"]),  # after what is refused
    ],
)
def test_a_whole_question_does_not_lean_on_what_it_has_in_common(
    places: PlaceIndex, question: str, history: list[str]
) -> None:
    assert ask(places, question, *history) == Standalone(question)


@pytest.mark.parametrize(
    ("question", "history", "carried"),
    [
        ("who designed them", ["Who built the reed beds in Nepal?"], ("built", "reed beds", "Nepal")),  # a plural
        ("what did those cities pay", ["Which cities have waste banks?"], ("waste banks",)),
        ("why?", ["Who won the football cup in 2019?"], ("won", "football cup", "2019")),  # after what is refused
        ("and the cost?", [SUBJECT, "thanks a lot"], ("Surabaya", "cut household waste")),  # after small talk
        ("the fees", [SUBJECT], ("Surabaya", "cut household waste")),  # a bare noun phrase
    ],
)
def test_hard_cases_that_lean(places: PlaceIndex, question: str, history: list[str], carried: tuple[str, ...]) -> None:
    asked = ask(places, question, *history)
    assert asked.leans
    assert set(carried) <= set(asked.carried)


def test_it_is_the_later_of_two_candidates(places: PlaceIndex) -> None:
    asked = ask(places, "who runs it", "How does the bus system of Jakarta work?", "Who built the landfill of Suva?")
    assert "Suva" in asked.carried
    assert "Jakarta" not in asked.carried


def test_a_choice_between_two_things_carries_both(places: PlaceIndex) -> None:
    asked = ask(places, "which has more jobs", "Who owns Vunato landfill?", "Who owns Naboro landfill?")
    assert {"owns Vunato landfill", "owns Naboro landfill"} <= set(asked.carried)


@pytest.mark.parametrize("talk", ["thanks", "ok", "hello", "Thank you very much!", "?"])
def test_small_talk_neither_leans_nor_is_leant_on(places: PlaceIndex, talk: str) -> None:
    assert ask(places, talk, SUBJECT) == Standalone(talk)
    assert ask(places, "Why?", SUBJECT, talk) == ask(places, "Why?", SUBJECT)
    assert ask(places, "and the cost?", talk) == Standalone("and the cost?")


def test_who_else_tells_small_talk_is_believed(places: PlaceIndex) -> None:
    message = "make one slide of it"
    asked = make_standalone(message, [SUBJECT], places.find_places, is_talk=lambda text: text == message)
    assert asked == Standalone(message)


def test_what_follows_a_new_subject_is_about_that(places: PlaceIndex) -> None:
    floods = "What did Lahore do about floods?"
    assert ask(places, "Who paid?", MIXED_WASTE, floods).carried == ("Lahore", "floods")
    assert ask(places, "And there?", MIXED_WASTE, floods).carried == ("Lahore", "floods")


# Messages that become a sentence


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("What about hospital waste?", "What about hospital waste in Surabaya?"),
        ("Who enforced the burning ban there?", "Who enforced the burning ban in Surabaya?"),
        ("And in Kitakyushu?", "How did Kitakyushu cut household waste?"),
        ("And Kitakyushu?", "How did Kitakyushu cut household waste?"),
        ("What about Kitakyushu?", "How did Kitakyushu cut household waste?"),
        ("the same in Kitakyushu?", "How did Kitakyushu cut household waste?"),
        ("No, I meant Kitakyushu", "How did Kitakyushu cut household waste?"),
        ("What about Dhaka and Cebu?", "How did Dhaka and Cebu cut household waste?"),
    ],
)
def test_a_place_is_put_into_the_sentence(places: PlaceIndex, question: str, asked: str) -> None:
    assert ask(places, question, SUBJECT) == Standalone(asked, leans=True)


@pytest.mark.parametrize(
    "question", ["Has Dhaka done the same?", "What did it cost in Dhaka?", "Did Dhaka recycle too?"]
)
def test_a_place_that_is_named_beside_a_question_drops_the_one_before(places: PlaceIndex, question: str) -> None:
    assert ask(places, question, SUBJECT) == Standalone(question, ("cut household waste",), leans=True)


@pytest.mark.parametrize(
    ("subject", "question", "asked"),
    [
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
    assert ask(places, question, subject) == Standalone(asked, leans=True)


def test_another_place_is_asked_what_was_asked_last(places: PlaceIndex) -> None:
    asked = ask(places, "and Cebu?", SUBJECT, "What did it cost?")
    assert asked == Standalone("What did it cost?", ("Cebu", "cut household waste"), leans=True)


def test_what_follows_a_move_is_about_the_new_place(places: PlaceIndex) -> None:
    moved = ask(places, "What did it cost?", SUBJECT, "And in Kitakyushu?")
    assert moved.carried == ("Kitakyushu", "cut household waste")


@pytest.mark.parametrize(
    "question", ["Which other cities did that?", "Where else was it done?", "Any towns that copied it?"]
)
def test_a_question_for_other_cities_is_not_held_to_the_one_before(places: PlaceIndex, question: str) -> None:
    assert ask(places, question, SUBJECT) == Standalone(question, ("cut household waste",), leans=True)
    assert "Surabaya" in ask(places, "Why?", SUBJECT, question).carried


# Messages that choose among what was spoken of


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("And the second?", "Compare Dhaka on composting."),
        ("What did the first one cost?", "What did Surabaya cost? (Compare, composting)"),
        ("What did the latter pay?", "What did Dhaka pay? (Compare, composting)"),
    ],
)
def test_the_first_one_is_the_first_place(places: PlaceIndex, question: str, asked: str) -> None:
    assert standalone(places, question, BOTH) == asked


def test_both_are_the_last_two_places(places: PlaceIndex) -> None:
    history = [SUBJECT, "And in Cebu?", "And Dhaka?"]
    asked = ask(places, "Which loan plan did both of them join, and how big was it?", *history)
    assert asked == Standalone("Which loan plan did Cebu and Dhaka join, and how big was it?", leans=True)
    asked = ask(places, "Did both cities succeed?", *history)
    assert asked == Standalone("Did Cebu and Dhaka succeed?", ("cut household waste",), leans=True)


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("back to Cebu: who paid?", "who paid? (Cebu, deal, mixed waste)"),
        ("Let's go back to Cebu. Who paid?", "Who paid? (Cebu, deal, mixed waste)"),
        ("Returning to mixed waste, who paid?", "who paid? (Cebu, deal, mixed waste)"),
        ("Can we go back to Cebu?", MIXED_WASTE),
        ("Back to Cebu: and in Dhaka?", "How did Dhaka deal with mixed waste?"),
    ],
)
def test_a_switch_back_takes_up_the_earlier_subject(places: PlaceIndex, question: str, asked: str) -> None:
    history = [MIXED_WASTE, "What did Lahore do about floods?"]
    found = ask(places, question, *history)
    assert found.leans
    assert found.searched == asked
    assert "Lahore" not in standalone(places, "And in Surabaya?", *history, question)


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
    assert "Initiative" not in standalone(places, "Who paid for the network?", *history)
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
    assert "Surabaya" in ask(places, "Why?", *[SUBJECT, "And then?"] * 20).carried
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


@given(_TURNS, st.text(min_size=1, max_size=60))
def test_the_same_conversation_gives_the_same_question(places: PlaceIndex, history: list[str], question: str) -> None:
    assert ask(places, question, *history) == ask(places, question, *history)


# Messages that point at what was answered

CATALOGUE = "Which cities have a compost plant?"
SHOWN = ("Cebu", "Household composting with the Takakura method in Surabaya", "Bago")


def point(
    places: PlaceIndex, question: str, *history: str, shown: dict[int, tuple[str, ...]] | None = None
) -> Standalone:
    answers = {0: SHOWN} if shown is None else shown
    return make_standalone(
        question, history, places.find_places, PROFILE.bodies, names_shown=lambda number: answers.get(number, ())
    )


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("Tell me more about the first one", "Tell me more about Cebu (compost plant)"),
        ("what did the second one cost?", "what did Household composting with the Takakura method in Surabaya cost?"),
        ("How did the last city begin?", "How did Bago begin? (compost plant)"),
        ("the third project, please", "Bago, please (compost plant)"),
    ],
)
def test_the_second_one_is_what_the_last_answer_showed(places: PlaceIndex, question: str, meant: str) -> None:
    asked = point(places, question, CATALOGUE)
    assert asked.searched == meant
    assert asked.leans


def test_an_answer_that_showed_one_thing_is_passed_over(places: PlaceIndex) -> None:
    shown = {0: SHOWN, 1: ("Cebu",)}
    asked = point(places, "and the last one?", CATALOGUE, "What did the first one cost?", shown=shown)
    assert asked.text == "and Bago?"


def test_what_was_not_shown_is_not_made_up(places: PlaceIndex) -> None:
    assert "Bago" not in point(places, "Tell me more about the fifth one", CATALOGUE).searched
    assert "Cebu" not in point(places, "Tell me more about the first one", CATALOGUE, shown={}).searched


def test_where_the_question_named_places_they_are_counted(places: PlaceIndex) -> None:
    asked = point(places, "What did the second one cost?", BOTH)
    assert asked.text == "What did Dhaka cost?"


@pytest.mark.parametrize("question", ["Are there other bans?", "Any similar projects?", "Are there other practices?"])
def test_other_cases_are_not_those_of_the_same_place(places: PlaceIndex, question: str) -> None:
    assert "Surabaya" not in standalone(places, question, SUBJECT)
    assert ask(places, question, SUBJECT).leans
