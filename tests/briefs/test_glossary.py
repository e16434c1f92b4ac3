"""Which sentences define a term: those of the form of a definition, and no others that look like one."""

from __future__ import annotations

import pytest

from kin_assistant import Assistant
from kin_assistant.briefs.glossary import find_definitions, read_definition, read_short_form
from kin_assistant.places.matching import PlaceIndex
from tests.briefs.conftest import OpenLibrary


@pytest.fixture(scope="module")
def places(library: OpenLibrary) -> PlaceIndex:
    return library.places


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("A compost basket is a box in which a family turns its food waste to compost.", "compost basket"),
        ("A repair shop buys broken goods from households and sells them again.", "repair shop"),
        ("A pilot area usually covers a few streets, where effects can be seen.", "pilot area"),
        ("An eco-label (EL) shows which goods do less harm than others.", "eco-label (EL)"),
        ("Septage is the sludge that gathers in a septic tank.", "Septage"),
        ("Waste cadres are volunteers who teach their neighbours.", "Waste cadres"),
        ("PROKLIM, short for climate village programme, is a national programme of Indonesia.", "PROKLIM"),
        ("GOVER, the method used in Bago, stands for green open ventilated rack.", "GOVER"),
        ("The dump of Bago was rebuilt as an airy landfill, known as the Fukuoka method.", "Fukuoka method"),
        ("The Green River Board (GRB) is a permanent forum of eleven towns.", "GRB, Green River Board"),
        ("In the river BOD, the organic load that takes oxygen from the water, fell by half.", "BOD"),
        ("WasteKaz, the national association of waste firms, asked for more.", "WasteKaz"),
    ],
)
def test_a_sentence_of_the_form_of_a_definition_gives_its_term(places: PlaceIndex, text: str, term: str) -> None:
    found = read_definition(text, places)
    assert found is not None
    assert found.removesuffix(" (EL)") == term.removesuffix(" (EL)")


@pytest.mark.parametrize(
    "text",
    [
        "A report of 2012 gives the programme for Colombo as US$223 million in five years.",
        "A plant in Nonthaburi turns faecal sludge into fertiliser.",
        "A private company takes specified materials from Krung Thon market in Bangkok.",
        "A city that joins the network is helped to draw up an action plan.",
        "A small plant alone is unlikely to earn its keep.",
        "A change of institution takes long.",
        "A study shows that baskets last for ten years.",
        "Surabaya is a port city with three million people.",
        "Kusuma Bangsa is a crowded quarter of west Denpasar.",
        "Rapeseed is a means of learning.",
        "Wasteful use of energy is a leading cause of bad air.",
        "Land price is a useful indicator because it shows the gain to the district.",
        "The organisers were UNESCAP, the Ministry of the Environment, and the City of Kitakyushu.",
        "PRISM saw a need for incineration in Dhaka but called it very expensive.",
        "The report is a plan written before the event.",
        "This is a list of what was done.",
        "| Term | A waste bank is a place |",
        "A compost basket is a box in which a family turns its food waste to compost",
        "A basket is a box " + "and a box " * 20 + "of wood.",
    ],
)
def test_a_sentence_that_only_looks_like_one_gives_none(places: PlaceIndex, text: str) -> None:
    assert read_definition(text, places) is None


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("Buses run on compressed natural gas (CNG) alone.", "CNG, compressed natural gas"),
        ("The Techno-Cooperative Association (TCA) helped.", "TCA, Techno-Cooperative Association"),
        ("The Asia Techno-Cooperative Association (ATA) helped.", "ATA, Asia Techno-Cooperative Association"),
        ("The Forum on Asian Women (FAW) met.", "FAW, Forum on Asian Women"),
        ("American aid (USAID) paid for it.", None),
        ("In the year of the network (ITYOTN) it rained.", None),
        ("It was a good year (AGY).", None),
    ],
)
def test_letters_are_a_short_form_only_if_the_words_in_front_begin_with_them(text: str, term: str | None) -> None:
    assert read_short_form(text) == term


def test_a_term_is_of_the_topic_or_used_in_the_quoted_documents(library: OpenLibrary) -> None:
    stored = library.index.library
    rows = [stored.row_of(info.id) for info in stored.infos]
    surabaya = stored.row_of("surabaya-composting")

    def terms(topic: str, *, limit: int = 8) -> list[str]:
        about = library.search.make_topic(topic)
        sentences = library.search.sentences_of(rows, about)
        return [one.term for one in find_definitions(sentences, about, library.places, {surabaya}, limit)]

    assert "Compost basket" in terms("compost")
    assert terms("compost", limit=0) == []
    others = [row for row in rows if row != surabaya]
    about = library.search.make_topic("tempos")
    found = find_definitions(library.search.sentences_of(others, about), about, library.places, {surabaya}, 8)
    assert "Compost basket" not in [one.term for one in found]


def test_on_the_shipped_documents_known_terms_are_found_and_few_others(assistant: Assistant) -> None:
    found = set()
    for info in assistant.documents:
        text = assistant.document(info.id).text
        spans = (text[one.start : one.end] for one in assistant.sentences(info.id))
        found |= {term for span in spans if (term := read_definition(span, assistant.sentence_search.places))}
    assert {"waste bank", "polder", "SANIMAS", "Fukuoka method", "integrated resource recovery centre"} <= found
    assert len(found) < 30, "a wide net catches sentences that define nothing"
    assert not {term for term in found if term.split()[0].lower() in ("the", "this", "it", "city", "report", "study")}
