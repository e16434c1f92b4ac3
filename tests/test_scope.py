"""Which places a question is about."""

from __future__ import annotations

import pytest

from kin_assistant.gazetteer import Gazetteer
from kin_assistant.places import PlaceIndex
from kin_assistant.scope import Scope, scope_of
from kin_assistant.types import DocumentInfo


@pytest.fixture(scope="module")
def places() -> PlaceIndex:
    documents = [
        DocumentInfo(id=city, path=city, sha256="", title=city, cities=(city,), countries=(country,))
        for city, country in (("Bangkok", "Thailand"), ("Nonthaburi", "Thailand"), ("Kitakyushu", "Japan"))
    ]
    return PlaceIndex(Gazetteer.load(), documents)


def scope(places: PlaceIndex, question: str) -> Scope:
    return scope_of(question, [mention for mention in places.find_places(question) if not mention.programme])


def names(found: Scope) -> list[str]:
    return [place.name for place in found.named]


def test_a_question_without_a_place_is_about_everywhere(places: PlaceIndex) -> None:
    assert scope(places, "Who composts market waste?") == Scope()


def test_a_city_narrows_more_than_its_country(places: PlaceIndex) -> None:
    assert names(scope(places, "What does Nonthaburi in Thailand do with bulbs?")) == ["Nonthaburi"]


def test_a_town_of_a_nation_is_about_that_country(places: PlaceIndex) -> None:
    assert names(scope(places, "Which Thai municipality collects old bulbs?")) == ["Thailand"]


def test_the_nationality_of_a_helper_is_not_a_place(places: PlaceIndex) -> None:
    assert names(scope(places, "Who received Japanese advice on sewers?")) == []


def test_a_capital_is_its_city(places: PlaceIndex) -> None:
    assert names(scope(places, "How did the Thai capital cut its waste?")) == ["Bangkok"]


def test_a_city_without_documents_is_absent(places: PlaceIndex) -> None:
    found = scope(places, "What did Lahore do about smog?")
    assert [place.label for place in found.absent] == ["Lahore (Pakistan)"]
    assert found.named == ()


def test_the_nationality_of_a_giver_without_documents_is_not_absent(places: PlaceIndex) -> None:
    assert scope(places, "What did the Danish grant pay for in Bangkok?").absent == ()
