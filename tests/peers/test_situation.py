"""Situations: each trait that is read, the words it was read from, and what is not taken for one."""

from __future__ import annotations

import pytest

from kin_assistant.errors import QuestionError
from kin_assistant.peers.situation import SituationReader, check_situation


def told(reader: SituationReader, text: str) -> dict[str, str]:
    return {trait.kind: trait.told for trait in reader.read(text).traits}


def test_every_trait_of_a_sentence_is_read_with_its_words(reader: SituationReader) -> None:
    situation = reader.read("We are a port city of 800,000 in Indonesia with an open dump and little money")
    assert [(trait.kind, trait.told, trait.words, trait.source) for trait in situation.traits] == [
        ("problem", "open dump (theme: landfill)", "open dump", "your words"),
        ("place", "Indonesia, South-East Asia", "Indonesia", "your words"),
        ("size", "about 800,000 people", "city of 800,000", "your words"),
        ("coast", "on the coast", "port city", "your words"),
        ("means", "little money", "little money", "your words"),
    ]
    assert (situation.country, situation.region) == ("Indonesia", "South-East Asia")


def test_words_that_tell_another_trait_are_no_problem(reader: SituationReader) -> None:
    assert reader.read("We are an island town of 20,000 people in Fiji with no money").problem == ""


def test_a_problem_without_a_theme_of_the_library_is_kept_in_its_own_words(reader: SituationReader) -> None:
    situation = reader.read("Our city has stray dogs")
    assert (situation.problem, situation.themes) == ("stray dogs", frozenset())


def test_of_a_long_text_the_words_of_the_themes_are_the_problem(reader: SituationReader) -> None:
    text = "Compost smells. Vendors quarrel daily over stalls, lorries block narrow lanes, roofs leak, lamps fail, cats fight."
    situation = reader.read(text)
    assert "composting" in situation.themes
    assert "Compost" in situation.problem and "lamps" not in situation.problem


@pytest.mark.parametrize(
    ("text", "on_coast"),
    [
        ("We are a harbour town", True),
        ("We live on an atoll", True),
        ("We are a landlocked city", False),
        ("Our town is far from the sea", False),
        ("We are a river port", None),
        ("A town on the shore of a lake", None),
        ("We have no harbour", None),
        ("We are not on the coast", None),
        ("We have an airport and we support markets", None),
        ("An inland port", False),
    ],
)
def test_the_coast_is_read_from_words_for_it_that_are_not_denied(
    reader: SituationReader, text: str, on_coast: bool | None
) -> None:
    assert reader.read(text).on_coast is on_coast


@pytest.mark.parametrize(
    ("text", "little"),
    [
        ("We have no money", True),
        ("We are short of funds", True),
        ("our shoestring budget", True),
        ("We cannot afford a landfill", True),
        ("The state lends us much money", False),
        ("We are not short of money", False),
    ],
)
def test_little_money_is_read_from_words_for_it(reader: SituationReader, text: str, little: bool) -> None:
    assert reader.read(text).little_money is little


def test_a_city_that_is_named_brings_what_the_gazetteer_knows_and_it_is_named_as_such(reader: SituationReader) -> None:
    situation = reader.read("Hai Phong: our canals smell")
    assert situation.region == "South-East Asia"
    assert situation.on_coast is True
    assert {trait.kind: trait.source for trait in situation.traits if trait.kind in ("size", "coast")} == {
        "size": "gazetteer",
        "coast": "gazetteer",
    }


def test_a_city_whose_document_is_on_other_countries_is_the_one_that_the_gazetteer_knows(
    reader: SituationReader,
) -> None:
    situation = reader.read("We are Kitakyushu")
    assert (situation.country, situation.region, situation.on_coast) == ("Japan", "East Asia", True)
    assert situation.population is not None and situation.population > 900_000


def test_what_is_said_goes_before_what_the_gazetteer_knows(reader: SituationReader) -> None:
    situation = reader.read("Hai Phong, a city of 900,000 people, far from the sea")
    assert (situation.population, situation.on_coast) == (900_000, False)


def test_a_city_that_is_likened_to_is_not_the_own_one(reader: SituationReader) -> None:
    assert reader.read("We compost like Surabaya").city is None


def test_people_of_a_nation_do_not_move_the_city_there(reader: SituationReader) -> None:
    assert reader.read("Japanese experts helped with compost").country is None
    assert told(reader, "We are a Fijian town")["place"] == "Fiji, Pacific"


def test_nothing_is_read_of_words_that_say_nothing(reader: SituationReader) -> None:
    assert reader.read("Hello, what should we do?").traits == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "The situation is empty"),
        (" \n ", "The situation is empty"),
        ("x " * 1500, "The situation has 3,000 characters; at most 2,000 are read"),
        ("12345 !?", "has no words in it"),
        ("compost\x00", "control characters"),
    ],
)
def test_words_that_cannot_be_read_are_refused_with_a_sentence(text: str, said: str) -> None:
    with pytest.raises(QuestionError, match=said):
        check_situation(text, max_characters=2000)
