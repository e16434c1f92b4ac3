"""Proposed briefs: quotes by section, from documents on the topic alone, each once, and what is not said is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kin_assistant.briefs.brief import Brief, OwnText, Quote, Span
from kin_assistant.briefs.maker import GAPS, BriefMaker
from kin_assistant.briefs.policy import BriefPolicy
from kin_assistant.errors import BriefError, ComparisonError
from kin_assistant.records.comparison import MAX_CITIES
from tests.briefs.conftest import OpenLibrary


def quoted(brief: Brief, heading: str) -> list[str]:
    (section,) = (section for section in brief.sections if section.heading == heading)
    return [item.quote for item in section.items if not isinstance(item, OwnText)]


def own_words(brief: Brief, heading: str) -> list[str]:
    (section,) = (section for section in brief.sections if section.heading == heading)
    return [item.text for item in section.items if isinstance(item, OwnText)]


def test_each_section_holds_what_documents_say_in_its_field(maker: BriefMaker) -> None:
    brief = maker.propose("Compost")
    assert [section.heading for section in brief.sections] == [
        "Background", "What peers did", "Results", "Costs and finance", "Lessons", "How it could be replicated", GAPS,
    ]  # fmt: skip
    assert quoted(brief, "Background") == ["Compost in Cebu had no buyers before 2010."]
    assert quoted(brief, "Costs and finance") == ["The compost plant of Cebu cost 900,000 pesos."]
    assert quoted(brief, "Lessons") == ["Compost in Cebu sold once the city had promised to buy it."]


def test_every_quote_is_a_span_of_its_document_with_its_hash(library: OpenLibrary) -> None:
    stored = library.index.library
    for quote in library.maker.propose("Compost").quotes:
        document = stored.document(stored.row_of(quote.document_id))
        assert document.text[quote.start : quote.end] == quote.quote
        assert quote.document_sha256 == document.sha256
        assert quote.state == "exact"


def test_no_sentence_stands_in_a_brief_twice(maker: BriefMaker) -> None:
    quotes = [quote.quote for quote in maker.propose("Compost").quotes]
    assert len(quotes) > 6
    assert len(quotes) == len(set(quotes))


def test_fragments_are_not_proposed_and_what_leans_back_comes_with_what_it_leans_on(maker: BriefMaker) -> None:
    quotes = [quote.quote for quote in maker.propose("Compost in Cebu").quotes]
    assert "Dump." not in quotes
    assert "Compost for parks." not in quotes
    background = quoted(maker.propose("Compost baskets"), "Background")
    assert background[background.index("Its dump closed in 2001.") - 1].startswith("Surabaya is a port city")


def test_a_sentence_that_points_back_stands_behind_the_one_that_it_points_to(maker: BriefMaker) -> None:
    results = quoted(maker.propose("Sacks of compost from markets", documents=["cebu-compost-fees"]), "Results")
    assert results == [
        "Sales of compost in Cebu reached 900 sacks in 2011.",
        "The same report counts 300 sacks of compost from markets.",
    ]


def test_a_sentence_of_a_document_on_several_cities_says_which_it_is_about(maker: BriefMaker) -> None:
    quotes = [quote.quote for quote in maker.propose("Compost baskets").quotes]
    assert "Bago gave compost baskets to 500 households in 2008." in quotes
    assert "Compost baskets were sold at markets." not in quotes


def test_a_section_has_at_most_so_many_sentences_and_so_many_of_a_document(library: OpenLibrary) -> None:
    policy = replace(BriefPolicy(), quotes=2, quotes_of_document=1)
    small = BriefMaker(library.search, library.reader, library.comparisons, "b", policy=policy)
    brief = small.propose("Compost")
    of_peers = [item for item in brief.sections[1].items if not isinstance(item, OwnText)]
    assert len(of_peers) == 2
    assert len({item.document_id for item in of_peers}) == 2


def test_a_place_without_documents_is_said_and_its_peers_give_the_evidence(maker: BriefMaker) -> None:
    brief = maker.propose("Compost for Lahore")
    assert brief.place == "Lahore (Pakistan)"
    assert brief.topic == "Compost"
    assert brief.remarks[0] == "No document is about Lahore (Pakistan); all evidence is from elsewhere."
    assert brief.citations
    assert "No quote is about Lahore (Pakistan). What holds there has to be found out there." in own_words(brief, GAPS)


def test_a_place_whose_documents_are_on_something_else_is_said_with_their_number(maker: BriefMaker) -> None:
    brief = maker.propose("Compost for Kathmandu")
    assert brief.remarks[0] == (
        "1 document is about Kathmandu (Nepal), and none speaks of this topic; all evidence is from elsewhere."
    )


def test_a_place_that_is_only_listed_has_no_document_in_particular(maker: BriefMaker) -> None:
    assert (
        maker.propose("Compost for Penang")
        .remarks[0]
        .startswith("No document is about Penang (Malaysia) in particular;")
    )


def test_the_documents_of_the_place_itself_come_first(maker: BriefMaker) -> None:
    brief = maker.propose("Compost for Surabaya")
    cities = [item.cities for item in brief.sections[1].items if not isinstance(item, OwnText)]
    assert "Surabaya" in cities[0] and ("Cebu",) in cities
    assert not any("elsewhere" in remark for remark in brief.remarks)


def test_a_place_that_the_title_names_as_the_place_of_something_gives_all_evidence(maker: BriefMaker) -> None:
    brief = maker.propose("Compost in Cebu")
    assert {quote.cities for quote in brief.quotes} == {("Cebu",)}
    bago = maker.propose("Compost baskets in Bago")
    assert [quote.quote for quote in bago.quotes] == ["Bago gave compost baskets to 500 households in 2008."]


def test_cities_and_documents_restrict_the_evidence(maker: BriefMaker) -> None:
    by_city = maker.propose("Compost", cities=["cebu city"])
    assert by_city.cities == ("Cebu",)
    assert {quote.cities for quote in by_city.quotes} == {("Cebu",)}
    by_document = maker.propose("Compost", documents=["cebu-compost"])
    assert {quote.document_id for quote in by_document.quotes} == {"cebu-compost"}


def test_a_named_city_without_evidence_is_said(maker: BriefMaker) -> None:
    assert "No evidence was found on Kathmandu." in maker.propose("Compost", cities=["Cebu", "Kathmandu"]).remarks


def test_what_the_documents_say_is_not_known_stands_among_the_gaps(maker: BriefMaker) -> None:
    brief = maker.propose("Compost in Cebu")
    assert quoted(brief, GAPS) == ["The running cost of the waste bank in Cebu is not given in the pages read."]
    assert all("not given" not in quote for quote in quoted(brief, "Costs and finance"))


def test_sections_without_evidence_say_so_and_are_counted_among_the_gaps(maker: BriefMaker) -> None:
    brief = maker.propose("Compost baskets")
    assert own_words(brief, "Lessons") == ["No evidence was found in the documents."]
    assert "On lessons or whether it can be replicated no sentence near the topic was found." in own_words(brief, GAPS)
    assert "On results nothing was found in “Compost baskets in two cities”." in own_words(brief, GAPS)


def spans_of(*quotes: Quote) -> list[Span]:
    return [Span(quote.document_id, quote.start, quote.end) for quote in quotes]


def test_what_is_left_out_is_not_quoted_and_nothing_takes_its_place(maker: BriefMaker) -> None:
    whole = maker.propose("Compost")
    first, *others = whole.quotes
    assert maker.propose("Compost", left_out=spans_of(first)).quotes == tuple(others)


def test_a_document_that_was_left_out_is_not_counted(maker: BriefMaker) -> None:
    whole = maker.propose("Compost for Lahore")
    fees = [quote for quote in whole.quotes if quote.document_id == "cebu-compost-fees"]
    brief = maker.propose("Compost for Lahore", left_out=spans_of(*fees))
    documents = {quote.document_id for quote in whole.quotes} - {"cebu-compost-fees"}
    assert {quote.document_id for quote in brief.quotes} == documents
    assert brief.remarks[-1].startswith(f"The evidence is from {len(documents)} document")
    assert not any("How compost is paid for" in words for words in own_words(brief, GAPS))


def test_a_section_whose_evidence_was_left_out_is_no_gap(maker: BriefMaker) -> None:
    whole = maker.propose("Compost")
    lessons = next(section for section in whole.sections if section.heading == "Lessons")
    quotes = [item for item in lessons.items if isinstance(item, Quote)]
    brief = maker.propose("Compost", left_out=spans_of(*quotes))
    assert own_words(brief, "Lessons") == ["The evidence found for this section was left out."]
    assert not any("lessons" in words for words in own_words(brief, GAPS))


def test_a_brief_without_evidence_is_refused(maker: BriefMaker) -> None:
    with pytest.raises(BriefError, match="All evidence was left out"):
        maker.propose("Compost", left_out=spans_of(*maker.propose("Compost").quotes))


@pytest.mark.parametrize("span", [Span("cebu-compost", 0, 3), Span("atlantis", 0, 10_000)])
def test_what_was_not_proposed_cannot_be_left_out(maker: BriefMaker, span: Span) -> None:
    with pytest.raises(BriefError, match="not among the evidence"):
        maker.propose("Compost", left_out=[span])


@pytest.mark.parametrize(
    ("title", "cities", "documents", "fault", "said"),
    [
        ("penguin breeding", [], [], BriefError, "No document is about “penguin breeding”."),
        ("penguin breeding in Cebu", [], [], BriefError, "The documents do not speak of “penguin breeding” in Cebu"),
        ("penguin breeding", [], ["cebu-compost"], BriefError, "Of the documents that were named none speaks of"),
        ("compost", [], ["atlantis"], BriefError, "There is no document “atlantis”. Run kin docs list"),
        ("compost", ["Lahore"], [], ComparisonError, "No document is about Lahore"),
        ("compost", ["Kathmandu"], [], BriefError, "The documents do not speak of “compost” in Kathmandu"),
        ("compost", [f"City {n}" for n in range(40)], [], BriefError, f"At most {MAX_CITIES} cities .* these are 40"),
        ("", [], [], BriefError, "A brief needs a topic"),
    ],
)
def test_what_cannot_be_proposed_is_a_sentence(
    maker: BriefMaker, title: str, cities: list[str], documents: list[str], fault: type[Exception], said: str
) -> None:
    with pytest.raises(fault, match=said):
        maker.propose(title, cities, documents)


def test_the_same_title_gives_the_same_brief(maker: BriefMaker) -> None:
    assert maker.propose("Compost for Lahore") == maker.propose("Compost for Lahore")
