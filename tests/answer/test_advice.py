"""Advice: none of its own, but what peers did, each of another place."""

from __future__ import annotations

from kin_assistant.answer.advice import draft_advice
from kin_assistant.answer.draft import DraftSection
from kin_assistant.policy import AdvicePolicy
from tests.form_library import SmallLibrary

ANY = AdvicePolicy(min_cosine=0.0, min_share=0.0)


def test_peers_are_of_different_places_and_named_with_them(library: SmallLibrary) -> None:
    draft = draft_advice(
        library.query("We want to start with compost baskets, what should we do?"),
        (),
        library.search,
        library.records.fields_of,
        ANY,
    )
    assert draft is not None
    documents = dict.fromkeys(section.candidates[0].document for section in draft.sections)
    infos = [library.search.library.infos[row] for row in documents]
    assert infos[0].id == "surabaya-composting"
    assert len({info.cities for info in infos}) == len(infos) > 1
    assert not any("Cities of the network" in info.title for info in infos), "a list of many cities is no peer"


def test_each_side_of_an_experience_stands_under_its_heading(library: SmallLibrary) -> None:
    draft = draft_advice(
        library.query("We want to give compost baskets to families, what now?"),
        (),
        library.search,
        library.records.fields_of,
        ANY,
    )
    assert draft is not None
    first = [one for one in draft.sections if one.candidates[0].document == draft.candidates[0].document]
    told = {section.heading: section.candidates[0].text for section in first}
    assert "10 dollars" in told["Cost and finance"]
    assert "What the city did" in told


def test_it_says_that_it_gives_no_advice_to_a_place_that_is_not_covered(library: SmallLibrary) -> None:
    query = library.query("Thimphu wants to compost its market waste, please advise")
    assert [place.name for place in query.scope.as_advice().own] == ["Thimphu"]
    draft = draft_advice(query, (), library.search, library.records.fields_of, ANY)
    assert draft is not None
    assert "no advice of its own" in draft.said


def test_without_a_document_near_the_request_there_are_no_peers(library: SmallLibrary) -> None:
    query = library.query("should I train for a marathon or rest?")
    assert draft_advice(query, (), library.search, library.records.fields_of, AdvicePolicy(min_cosine=0.9)) is None


def test_what_was_read_and_answers_leads_and_its_document_stands_once(library: SmallLibrary) -> None:
    query = library.query("We want to give compost baskets to families, who pays for it?")
    sentence = next(one for one in library.search.find(library.search.make_topic("cost of baskets")) if one.quotable)
    leading = DraftSection((sentence.as_candidate(1.0),), "Cost and finance")
    draft = draft_advice(query, (leading,), library.search, library.records.fields_of, ANY)
    assert draft is not None
    assert draft.sections[0] == leading
    own = [section.heading for section in draft.sections if section.candidates[0].document == sentence.document]
    assert own.count("Cost and finance") == 1, "a side that leads is told once"
