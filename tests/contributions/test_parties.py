"""Who is named in a sentence: bodies by their names, general words with an owner, and places only where they do something."""

from __future__ import annotations

import pytest

from kin_assistant.contributions.parties import PartyFinder
from kin_assistant.index.snapshot import OpenIndex
from tests.form_library import SmallLibrary

Small = tuple[SmallLibrary, OpenIndex]


def names(small: Small, sentence: str, document: str = "") -> list[tuple[str, str]]:
    places = small[0].search.places.find_places(sentence)
    return [(one.name, one.kind) for one in PartyFinder(document or sentence).find(sentence, places)]


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("It was paid by the ADB.", [("Asian Development Bank", "organisation")]),
        ("The Ahmedabad Municipal Corporation made the plan.", [("Ahmedabad Municipal Corporation", "government")]),
        ("Japan's environment ministry gave advice.", [("Japan's environment ministry", "government")]),
        ("The Tonle Water Company runs it.", [("Tonle Water Company", "company")]),
        ("The company Asia Lamps paid for everything.", [("Asia Lamps", "company")]),
        ("A Japanese grant paid for trucks.", [("Japan", "country")]),
        ("Households pay for it.", [("Households", "people")]),
        ("Cebu paid for the trucks.", [("Cebu", "city")]),
        ("The trucks run in Cebu.", []),
        ("Waste fell in June.", []),
        ("A BRT line and LED lamps were built.", []),
    ],
)
def test_parties_are_found(small: Small, sentence: str, found: list[tuple[str, str]]) -> None:
    assert names(small, sentence) == found


def test_a_document_spells_out_short_names(small: Small) -> None:
    document = "The Lake Development Authority (LDA) was founded. The LDA runs a plant."
    assert names(small, "The LDA runs a plant.", document) == [("Lake Development Authority", "government")]


def test_a_name_in_brackets_behind_itself_is_said_once(small: Small) -> None:
    assert names(small, "The Asian Development Bank (ADB) lent money.") == [("Asian Development Bank", "organisation")]


def test_a_body_that_only_owns_something_gives_nothing(small: Small) -> None:
    document = "The Lake Development Authority (LDA) was founded."
    assert names(small, "The World Bank backed the LDA's work.", document) == [("World Bank", "organisation")]


def test_the_first_word_of_a_sentence_is_no_name(small: Small) -> None:
    assert names(small, "Purchase grants are paid.") == []


def test_parties_stand_where_they_say(small: Small) -> None:
    sentence = "In 2009 the World Bank and Japan's environment ministry paid for it."
    found = PartyFinder(sentence).find(sentence, small[0].search.places.find_places(sentence))
    assert [sentence[one.start : one.end] for one in found] == ["World Bank", "Japan's environment ministry"]
