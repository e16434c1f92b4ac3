"""A title is taken apart into a topic, the place it is written for, and the places that evidence is from."""

from __future__ import annotations

import pytest

from kin_assistant.briefs.subject import read_subject
from kin_assistant.errors import BriefError
from kin_assistant.places.matching import PlaceIndex
from tests.briefs.conftest import OpenLibrary


@pytest.fixture
def places(library: OpenLibrary) -> PlaceIndex:
    return library.places


@pytest.mark.parametrize(
    ("title", "topic", "audience", "where"),
    [
        ("Community composting for Hai Phong", "Community composting", ["Hai Phong"], []),
        ("Composting for Hai Phong, Viet Nam", "Composting", ["Hai Phong"], []),
        ("Waste banks for the city of Lahore", "Waste banks", ["Lahore"], []),
        ("Clean air for Lahore and Karachi", "Clean air", ["Lahore", "Karachi"], []),
        ("Compost baskets for Surabaya", "Compost baskets", ["Surabaya"], []),
        ("Composting in Surabaya", "Composting", [], ["Surabaya"]),
        ("Composting in Surabaya for Hai Phong", "Composting", ["Hai Phong"], ["Surabaya"]),
        ("Composting in Lahore", "Composting", ["Lahore"], []),
        ("Composting for households", "Composting for households", [], []),
        ("  Waste \n fees ", "Waste fees", [], []),
    ],
)
def test_a_title_is_taken_apart(
    places: PlaceIndex, title: str, topic: str, audience: list[str], where: list[str]
) -> None:
    subject = read_subject(title, places)
    assert subject.topic == topic
    assert [place.name for place in subject.audience] == audience
    assert [place.name for place in subject.where] == where


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("", "A brief needs a topic"),
        (" \n\t", "A brief needs a topic"),
        ("Surabaya", "names a place and no topic"),
        ("for Hai Phong", "names a place and no topic"),
        ("???", "cannot be used"),
        ("a\x00b", "cannot be used"),
        ("x" * 301, "The title has 301 characters; a brief's title has at most 300"),
    ],
)
def test_a_title_without_a_topic_is_refused_with_a_sentence(places: PlaceIndex, title: str, said: str) -> None:
    with pytest.raises(BriefError, match=said.replace("?", r"\?")):
        read_subject(title, places)
