"""Misspelt words are set right by the documents' own words, and by nothing else."""

from __future__ import annotations

import pytest

from kin_assistant.spelling import Speller

VOCABULARY = [
    "composting",
    "compost",
    "household",
    "households",
    "waste",
    "water",
    "collection",
    "tariff",
    "Surabaya",
    "air",
    "rivers",
]


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller(VOCABULARY)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("wsate", "waste"),
        ("wate", "waste"),
        ("tarif", "tariff"),
        ("houshold", "household"),
        ("compsoting", "composting"),
        ("colection", "collection"),
        ("collectoin", "collection"),
    ],
)
def test_a_slip_is_set_right(speller: Speller, written: str, meant: str) -> None:
    assert speller.corrections(f"How is {written} done?") == {written: meant}


@pytest.mark.parametrize(
    "question",
    [
        "How is waste water collected from households?",  # other forms of known words
        "What about the budget?",  # nothing near it
        "ari wat",  # too short to guess
        "xaste",  # another first letter
        "w4ste 12345",  # not words
        "Surabayo",  # names are left to others
        "",
    ],
)
def test_what_cannot_be_guessed_is_left_alone(speller: Speller, question: str) -> None:
    assert speller.corrections(question) == {}


def test_the_nearest_word_is_taken_and_ties_are_broken_by_the_alphabet() -> None:
    assert Speller(["wart", "ward"]).corrections("warx") == {"warx": "ward"}
    assert Speller(["collections", "collection"]).corrections("collectoin") == {"collectoin": "collection"}


def test_short_words_may_have_one_letter_wrong_and_long_ones_two(speller: Speller) -> None:
    assert speller.corrections("wxxte") == {}
    assert speller.corrections("hoxsehxld") == {"hoxsehxld": "household"}
    assert speller.corrections("hxxsehxld") == {}
