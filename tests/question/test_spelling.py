"""Misspelt words are set right by the documents' own words, and by nothing else."""

from __future__ import annotations

import pytest

from kin_assistant.question.spelling import Speller

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
    "colour",
    "organised",
    "programme",
    "centres",
    "fertiliser",
    "regulation",
    "fewer",
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
        "ari wta",  # too short to guess
        "xaste",  # another first letter
        "w4ste 12345",  # not words
        "Surabayo",  # names are left to others
        "",
    ],
)
def test_what_cannot_be_guessed_is_left_alone(speller: Speller, question: str) -> None:
    assert speller.corrections(question) == {}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("color", "colour"),
        ("organized", "organised"),
        ("program", "programme"),
        ("centers", "centres"),
        ("fertilizer", "fertiliser"),
    ],
)
def test_american_spelling_is_read_as_british_and_the_other_way(speller: Speller, written: str, meant: str) -> None:
    assert speller.corrections(f"Which {written} is used?") == {written: meant}
    assert Speller([written]).corrections(f"Which {meant} is used?") == {meant: written}


@pytest.mark.parametrize("question", ["their reputation in fever wards", "Is Compst a name?", "the tents and ovens"])
def test_english_words_and_names_are_no_misspellings(speller: Speller, question: str) -> None:
    assert speller.corrections(question) == {}


def test_a_misspelt_word_of_everyday_english_is_not_taken_for_one_of_the_documents() -> None:
    assert Speller(["wait", "match"]).corrections("waht mutch") == {"waht": "what", "mutch": "much"}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("SWM", "solid waste management"),
        ("nrw", "non-revenue water"),
        ("plz", "please"),
        ("ppl", "people"),
    ],
)
def test_an_abbreviation_that_no_document_uses_stands_for_its_words(speller: Speller, written: str, meant: str) -> None:
    assert speller.corrections(f"What of {written}?") == {written.lower(): meant}
    assert Speller([written.lower()]).corrections(f"What of {written}?") == {}


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("twenty", "20"),
        ("thirty-five", "35"),
        ("two hundred and fifty", "250"),
        ("two thousand and ten", "2010"),
        ("twenty ten", "2010"),
        ("nineteen seventy eight", "1978"),
        ("fifteen hundred", "1500"),
        ("Twelve", "12"),
    ],
)
def test_a_number_in_words_is_also_read_in_figures(speller: Speller, written: str, number: str) -> None:
    assert speller.corrections(f"{written} per cent?") == {written.lower(): number}


@pytest.mark.parametrize("question", ["five years", "one or two of the ten", "often", "someone", "the hundred"])
def test_small_numbers_stay_words(speller: Speller, question: str) -> None:
    assert speller.corrections(question) == {}


@pytest.mark.parametrize(
    ("question", "respelt"),
    [
        ("Is wsate in twenty houshold bins?", "Is waste in 20 household bins?"),
        ("WSATE of color", "waste of colour"),
        ("What is SWM?", "What is solid waste management?"),
        ("Nothing is wrong.", "Nothing is wrong."),
        ("wsátes", "wsátes"),
        ("", ""),
    ],
)
def test_a_question_can_be_respelt(speller: Speller, question: str, respelt: str) -> None:
    assert speller.respell(question) == respelt


def test_words_can_be_kept_from_respelling(speller: Speller) -> None:
    assert speller.respell("wsate and tarif", keep={"tarif"}) == "waste and tarif"


def test_the_nearest_word_is_taken_and_ties_are_broken_by_the_alphabet() -> None:
    assert Speller(["wart", "ward"]).corrections("warx") == {"warx": "ward"}
    assert Speller(["collections", "collection"]).corrections("collectoin") == {"collectoin": "collection"}


def test_short_words_may_have_one_letter_wrong_and_long_ones_two(speller: Speller) -> None:
    assert speller.corrections("wxxte") == {}
    assert speller.corrections("hoxsehxld") == {"hoxsehxld": "household"}
    assert speller.corrections("hxxsehxld") == {}


def test_ordinals_are_written_out_as_the_documents_have_them() -> None:
    assert Speller(["fourth", "meeting"]).respell("the 4th and 5th meeting") == "the fourth and 5th meeting"
