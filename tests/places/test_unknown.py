"""Names of places that neither the documents nor the gazetteer have, and what is not taken for one."""

from __future__ import annotations

from pathlib import Path

import pytest

from kin_assistant.models.embedder import read_common_words
from kin_assistant.places.matching import Gazetteer, PlaceIndex, words_of
from kin_assistant.types import DocumentInfo

CORPUS = Path(__file__).parent.parent.parent / "corpus"
DOCUMENTS = [
    DocumentInfo(
        id=city, path=f"{city}.md", sha256="0" * 64, title=f"Waste in {city}", cities=(city,), countries=(country,)
    )
    for city, country in (("Surabaya", "Indonesia"), ("Cebu", "Philippines"), ("Dhaka", "Bangladesh"))
]


@pytest.fixture(scope="module")
def index() -> PlaceIndex:
    texts = [path.read_text("utf-8").split("\n---\n", 1)[-1] for path in sorted(CORPUS.glob("*.md"))]
    return PlaceIndex(Gazetteer.load(), DOCUMENTS, words_of(texts), english=read_common_words())


def unknown(index: PlaceIndex, question: str) -> list[str]:
    """The names of which nothing is known."""
    known = set(Gazetteer.load().places)
    places = [mention.place for mention in index.find_places(question) if not mention.in_corpus]
    return [place.name for place in places if place not in known]


def areas(index: PlaceIndex, question: str) -> tuple[str, ...]:
    return index.find_areas(question, index.find_places(question))


NAMED = {
    "How does Palaikottai treat its sewage?": "Palaikottai",
    "What did Nong Prue do about waste?": "Nong Prue",
    "Who pays for garbage collection in Guihulngan?": "Guihulngan",
    "What does Catarman's landfill cost a year?": "Catarman",
    "Savusavu's water tariff?": "Savusavu",
    "Wonosobo has waste banks. How many members do they have?": "Wonosobo",
    "How far is it from Surabaya to Sumenep?": "Sumenep",
    "Borongan and Surabaya compare how?": None,  # a first word by itself may be any word
    "How do Borongan and Surabaya compare?": "Borongan",
    "What happens in Nuwara Eliya, Sri Lanka?": "Nuwara Eliya",
    "How much did the city of Balaoan spend?": "Balaoan",
    "Which donor helped Anse-à-Foleur with its latrines?": "Anse-à-Foleur",
    "What did the Baruni landfill charge?": "Baruni",
    "Who is the mayor of San Isidro del Mar?": "San Isidro del Mar",
    "Which rent is asked for in Elm Street?": "Elm Street",
}


@pytest.mark.parametrize(("question", "name"), NAMED.items())
def test_a_name_in_the_position_of_a_place_is_noticed(index: PlaceIndex, question: str, name: str | None) -> None:
    assert unknown(index, question) == ([name] if name else [])


@pytest.mark.parametrize(
    "question",
    [
        # What the documents name, or nearly
        "How was the fare paid on Suroboyo Bus?",
        "What did Waste Concern do in Dhaka?",
        "How does the Takakura method work, and what did KITA and ADB pay?",
        "Who runs Inayawn and the Safa Temppo?",
        "What did Surubaya do about waste?",
        "Green and Claen, who began it?",
        # Known places, and what belongs to one
        "What did Lahore and Hua Hin do?",
        "Who sells at Surabaya's Wonokaram market?",
        # People, languages, abbreviations, programmes, first words
        "My name is Arjun and this is Mr Tanakawa",
        "Can you answer in Tagalog or Bahasa?",
        "What do DENR and WtE stand for in PDFs?",
        "Is there a Kumikomi method for compost?",
        "Laypeople are asked to decide, but who explains?",
        "Books by Pramoedya, which do you have?",
        "thx, see you on Friday",
        # Areas in which a documents' city may lie
        "How do pickers and trucks go together on Palawan?",
        "Which cities in Sulawesi have waste banks?",
        # Without capitals nothing tells a name from a rare word
        "how does palaikottai treat sewage",
        "HOW DOES PALAIKOTTAI TREAT SEWAGE",
    ],
)
def test_other_words_are_no_unknown_places(index: PlaceIndex, question: str) -> None:
    assert unknown(index, question) == []


def test_areas_that_no_document_names_are_told_but_not_as_parts_of_a_country(index: PlaceIndex) -> None:
    assert areas(index, "How is waste handled in Kerala, on Palawan and in Timor-Leste?") == ("Kerala", "Palawan")
    assert areas(index, "What was done on Mindanao and in Surabaya?") == ()  # a document names it


def test_without_words_of_english_only_known_places_are_found() -> None:
    index = PlaceIndex(Gazetteer.load(), DOCUMENTS)
    assert [m.place.name for m in index.find_places("Did Palaikottai copy Surabaya?")] == ["Surabaya"]
    assert areas(index, "How is waste handled in Kerala?") == ()
