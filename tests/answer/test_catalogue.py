"""Lists over the library: complete, counted, each entry with the sentence that shows it where a practice is asked for."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from kin_assistant.answer.catalogue import draft_catalogue
from kin_assistant.answer.draft import Draft
from kin_assistant.answer.overview import find_gist
from kin_assistant.coverage.survey import survey_documents
from kin_assistant.index.library import DocumentRow
from kin_assistant.places.gazetteer import Gazetteer
from kin_assistant.policy import CataloguePolicy, OverviewPolicy
from kin_assistant.types import Filters
from tests.form_library import DIGEST, SmallLibrary, open_library


def draft(library: SmallLibrary, question: str, filters: Filters | None = None) -> Draft:
    found = draft_catalogue(library.query(question, filters), library.search)
    assert found is not None
    assert found.form == "entries"
    return found


def labels(found: Draft) -> set[str]:
    return {entry.label for entry in found.entries}


def test_a_theme_lists_every_document_that_carries_it_and_counts_them(library: SmallLibrary) -> None:
    found = draft(library, "how many documents are there about composting")
    assert labels(found) == {
        "Household composting in Surabaya",
        "Compost from markets in Cebu",
        "Cities of the network",
    }
    assert found.said.startswith("3 documents are about composting")


def test_of_a_document_on_many_cities_only_those_count_that_a_sentence_names_with_the_topic(
    library: SmallLibrary,
) -> None:
    found = draft(library, "which cities have compost?")
    assert labels(found) == {"Surabaya", "Cebu", "Penang"}, "the list of the network names Kathmandu without compost"
    assert found.said.startswith("3 cities in 3 countries have documents")


def test_each_reason_is_a_sentence_of_its_document_that_leans_on_none_before_it(library: SmallLibrary) -> None:
    for entry in draft(library, "which cities have compost?").entries:
        assert entry.reason is not None
        text = library.search.library.document(entry.reason.document).text
        assert text[entry.reason.sentence.start : entry.reason.sentence.end] == entry.reason.text
        assert "compost" in entry.reason.text.lower()
        assert entry.reason.document in entry.documents


def test_entries_without_a_reason_are_listed_and_that_is_said(library: SmallLibrary) -> None:
    query = library.query("which cities have compost?")
    found = draft_catalogue(query, library.search, CataloguePolicy(reasons=1))
    assert found is not None
    assert len(found.entries) == 3
    assert sum(entry.reason is not None for entry in found.entries) == 1
    assert any("1 of 3" in note for note in found.notes)


def test_a_place_that_is_left_out_is_not_listed(library: SmallLibrary) -> None:
    assert "Cebu" not in labels(draft(library, "which cities besides Cebu have compost?"))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("list everything on Nepal", {"Electric tempos in Kathmandu", "Cities of the network"}),
        ("which cities do you have in the Philippines?", {"Cebu"}),
        ("documents older than 2000", {"Electric tempos in Kathmandu"}),
    ],
)
def test_places_and_years_restrict_the_list(library: SmallLibrary, question: str, expected: set[str]) -> None:
    assert labels(draft(library, question)) == expected


def test_the_readers_filters_restrict_the_list_and_are_named(library: SmallLibrary) -> None:
    found = draft(library, "how many documents about composting?", Filters(city=("Cebu",)))
    assert "Household composting in Surabaya" not in labels(found)
    assert "the city Cebu" in found.said


def test_themes_countries_and_years_are_listed_from_the_metadata(library: SmallLibrary) -> None:
    assert {"composting", "markets", "transport"} <= labels(draft(library, "what themes does the collection cover?"))
    assert labels(draft(library, "which countries are represented")) == {
        "Indonesia",
        "Philippines",
        "Nepal",
        "Malaysia",
    }
    assert "1993 to 2019" in draft(library, "which years do the records span").said


def test_of_a_word_without_a_document_no_list_is_made(library: SmallLibrary) -> None:
    query = library.query("is there anything on slaughterhouses?")
    assert draft_catalogue(query, library.search) is None


def test_a_place_without_a_document_is_said_to_have_none(library: SmallLibrary) -> None:
    assert draft(library, "do your papers mention Tuvalu?").said == "No document is about Tuvalu."


def test_a_statement_that_no_document_makes_is_left_to_the_search_for_an_answer(library: SmallLibrary) -> None:
    assert draft_catalogue(library.query("who sold land for a stadium?"), library.search) is None


def test_an_acronym_finds_the_name_that_the_documents_write_in_full(library: SmallLibrary) -> None:
    topic = library.search.make_topic("ADB loan")
    assert ("asian", "develop", "bank", "loan") in topic.alternatives
    assert labels(draft(library, "cases with ADB loan")) == {"Electric tempos in Kathmandu"}


def test_words_that_stand_far_apart_do_not_make_a_topic(library: SmallLibrary) -> None:
    """ "The waste bank" is in Cebu; Kathmandu has a bank, and its waste is elsewhere."""
    assert labels(draft(library, "which cities have a waste bank?")) == {"Cebu"}


def test_any_of_several_things_counts(library: SmallLibrary) -> None:
    assert labels(draft(library, "projects with monks, mosques or churches")) == {"Electric tempos in Kathmandu"}


def test_a_document_that_stands_out_belongs_though_no_sentence_has_all_the_words(library: SmallLibrary) -> None:
    query = library.query("documents about dust of diesel tempos from the road")
    assert draft_catalogue(query, library.search) is None
    bold = CataloguePolicy(min_deviations=1.0, min_nearness=0.1)
    found = draft_catalogue(query, library.search, bold)
    assert found is not None
    assert labels(found) == {"Electric tempos in Kathmandu"}
    timid = CataloguePolicy(min_deviations_near=1.0, min_nearness_near=0.1)
    found = draft_catalogue(query, library.search, timid)
    assert found is not None
    assert labels(found) == {"Electric tempos in Kathmandu"}
    assert "comes near" in found.entries[0].detail
    assert "come near" in found.said
    # The network takes the sentence with most words in common for an answer.
    assert found.entries[0].reason
    assert found.entries[0].reason.text == "Kathmandu took diesel tempos off the road."


def test_what_shows_nothing_of_the_topic_is_no_reason_to_list_what_comes_near(library: SmallLibrary) -> None:
    query = library.query("documents about dust of diesel tempos from the road")
    sharp = CataloguePolicy(min_deviations_near=1.0, min_nearness_near=0.1, min_cosine_of_reason=1.0)
    found = draft_catalogue(query, library.search, sharp)
    assert found is not None
    assert labels(found) == {"Electric tempos in Kathmandu"}
    assert found.entries[0].reason is None


def test_nearness_to_a_topic_is_that_of_the_nearest_few_sentences(library: SmallLibrary) -> None:
    search = library.search
    topic = search.make_topic("electric tempos")
    nearness = search.nearness_of_documents(topic.vector)
    assert nearness.shape == (len(search.library.infos),)
    for row in range(len(nearness)):
        cosines = sorted((one.cosine for one in search.sentences_of([DocumentRow(row)], topic)), reverse=True)
        assert nearness[row] == pytest.approx(sum(cosines[:3]) / len(cosines[:3]), abs=1e-5)


def test_a_document_on_many_places_is_listed_by_its_title_where_none_of_them_is_told(library: SmallLibrary) -> None:
    found = draft(library, "which cities have meetings?")
    assert labels(found) == {"Cities of the network"}
    assert found.said == "There is 1 document that speaks of “meetings”, on 4 cities."


def test_cities_of_other_countries_in_a_document_are_not_counted(library: SmallLibrary) -> None:
    found = draft(library, "how many documents are about Malaysia")
    assert found.said == "1 document is about Malaysia."


def test_a_few_documents_are_listed_each_with_its_gist(library: SmallLibrary) -> None:
    gist_of = partial(find_gist, search=library.search, fields_of=library.records.fields_of, policy=OverviewPolicy())
    found = draft_catalogue(library.query("documents on Nepal"), library.search, gist_of=gist_of)
    assert found is not None
    gists = {entry.label: entry.reason.text for entry in found.entries if entry.reason}
    assert gists["Electric tempos in Kathmandu"].startswith("Electric tempos run in Kathmandu since 1996")


@pytest.mark.parametrize("listed", ["themes", "countries", "cities", "years"])
def test_a_list_of_the_whole_library_counts_as_its_coverage_does(library: SmallLibrary, listed: str) -> None:
    coverage = survey_documents(library.search.library.infos, Gazetteer.load(), built_in=2026)
    counted = {
        "themes": coverage.themes,
        "countries": coverage.countries,
        "cities": coverage.cities,
        "years": coverage.decades,
    }[listed]
    found = draft(library, f"list all {listed}")
    listing = {entry.label: len(entry.documents) for entry in found.entries}
    assert listing == {one.name: one.documents for one in counted if one.documents}
    assert len(listing) > 2


def test_a_document_whose_title_has_all_words_of_the_subject_is_what_is_listed(tmp_path: Path) -> None:
    texts = {}
    for name, title, city, country in (
        ("plans", "What cities promised in their compost plans", "Cebu", "Philippines"),
        ("baskets", "Compost baskets", "Surabaya", "Indonesia"),
    ):
        head = DIGEST.format(
            id=name,
            title=title,
            cities=city,
            countries=country,
            region="South-East Asia",
            themes="x",
            years="2001-2011",
        )
        texts[f"{name}.md"] = f"{head}## What the city did\n\nThe compost plans promised baskets to {city}.\n"
    library, index = open_library(tmp_path, texts)
    named = labels(draft(library, "which cities promised compost plans?"))
    loose = labels(draft(library, "which cities promised compost baskets?"))
    index.close()
    assert named == {"Cebu"}
    assert loose == {"Cebu", "Surabaya"}


def test_few_places_without_a_subject_are_listed_with_what_one_document_tells(library: SmallLibrary) -> None:
    gist_of = partial(find_gist, search=library.search, fields_of=library.records.fields_of, policy=OverviewPolicy())

    def reasons(question: str, policy: CataloguePolicy | None = None) -> list[str]:
        found = draft_catalogue(library.query(question), library.search, policy, gist_of)
        assert found is not None
        return [entry.reason.text for entry in found.entries if entry.reason]

    assert reasons("which cities do you have in Nepal?") == [
        "Electric tempos run in Kathmandu since 1996 with a loan of the Asian Development Bank (ADB)."
    ]
    assert not reasons("how many cities do you have in Nepal?")
    assert not reasons("which cities do you have in Nepal?", CataloguePolicy(reasons=1))


def test_a_theme_called_like_one_wording_lists_no_document_that_only_uses_its_words(tmp_path: Path) -> None:
    texts = {}
    for name, city, country, themes, text in (
        ("power", "Cebu", "Philippines", "waste-to-energy", "The plant of Cebu burns waste for energy."),
        ("gas", "Surabaya", "Indonesia", "landfills", "Landfill gas of Surabaya goes to kitchens."),
        ("saving", "Penang", "Malaysia", "buildings", "Penang must not waste energy."),
    ):
        head = DIGEST.format(
            id=name, title=f"On {name}", cities=city, countries=country, region="Asia", themes=themes, years="2001-2011"
        )
        texts[f"{name}.md"] = f"{head}## What the city did\n\n{text}\n"
    library, index = open_library(tmp_path, texts)
    found = labels(draft(library, "list cities with landfill gas or waste-to-energy"))
    index.close()
    assert found == {"Cebu", "Surabaya"}
