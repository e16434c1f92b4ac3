"""What places a question restricts its answer to."""

from __future__ import annotations

import pytest

from kin_assistant.places.gazetteer import words_of
from kin_assistant.places.matching import Gazetteer, PlaceIndex
from kin_assistant.places.scope import scope_of
from tests.doubles import SOURCES, read_documents


@pytest.fixture(scope="module")
def places() -> PlaceIndex:
    infos = [document.info for document in read_documents().values()]
    return PlaceIndex(Gazetteer.load(), infos, words_of(SOURCES.values()))


@pytest.mark.parametrize(
    ("question", "named", "absent"),
    [
        ("How did Surabaya cut its waste?", ["Surabaya"], []),
        ("How did Surabaya, Indonesia, cut its waste?", ["Surabaya"], []),
        ("How did Indonesia cut its waste?", ["Indonesia"], []),
        ("What did Surabaya and Kitakyushu do?", ["Surabaya", "Kitakyushu"], []),
        ("What did Lahore do about floods?", [], ["Lahore"]),
        ("What did Surabaya and Lahore do?", ["Surabaya"], ["Lahore"]),
        ("How was Japanese advice taken in Surabaya?", ["Surabaya"], []),
        ("What did Surabaya do, and what was done in Japan?", ["Surabaya", "Japan"], []),
        ("Surabaya composts; how does Japan's waste fare?", ["Surabaya", "Japan"], []),
        ("Which Indonesian city cut its waste?", ["Indonesia"], []),
        ("What is done in Asia about waste?", [], []),
        ("What is done in South-East Asia about waste?", [], []),
        ("How is waste cut?", [], []),
    ],
)
def test_a_question_is_about_its_cities_else_its_countries(
    places: PlaceIndex, question: str, named: list[str], absent: list[str]
) -> None:
    scope = scope_of(question, places.find_places(question))
    assert [place.name for place in scope.named] == named
    assert [place.name for place in scope.absent] == absent


@pytest.mark.parametrize(
    ("question", "absent", "own"),
    [
        ("We are in Lahore, dry climate. What now?", [], ["Lahore"]),
        ("Our port city Lahore has empty land. Would recycling firms come?", [], ["Lahore"]),
        ("My town (Lahore) has a smelly market", [], ["Lahore"]),
        ("I work at the city hall in Lahore", [], ["Lahore"]),
        ("I work for the city of Lahore", [], ["Lahore"]),
        ("We are looking for Lahore", ["Lahore"], []),
        ("What can we learn from Lahore?", ["Lahore"], []),
        ("Tell me about our neighbour Lahore", ["Lahore"], []),
    ],
)
def test_a_place_that_the_asker_speaks_for_is_not_what_is_asked_about(
    places: PlaceIndex, question: str, absent: list[str], own: list[str]
) -> None:
    scope = scope_of(question, places.find_places(question))
    assert [place.name for place in scope.absent] == absent
    assert [place.name for place in scope.own] == own
    assert [place.name for place in scope.unwritten] == [*absent, *own]
    assert scope.as_advice().absent == ()
    assert scope.as_advice().own == scope.unwritten


def test_the_country_in_which_an_absent_city_lies_is_not_asked_about(places: PlaceIndex) -> None:
    for question in ("What did Medan, Indonesia, do?", "What did Medan in Indonesia do?", "Medan (Indonesia)"):
        scope = scope_of(question, places.find_places(question))
        assert ([p.name for p in scope.named], [p.name for p in scope.absent]) == ([], ["Medan"])
    both = scope_of("Medan and Indonesia", places.find_places("Medan and Indonesia"))
    assert [place.name for place in both.named] == ["Indonesia"]
