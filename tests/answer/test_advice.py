"""Advice: none of its own, but what peers did, each of another place."""

from __future__ import annotations

from kin_assistant.answer.advice import draft_advice
from kin_assistant.answer.stretches import Stretch
from kin_assistant.policy import AdvicePolicy
from tests.form_library import SmallLibrary

ANY = AdvicePolicy(min_cosine=0.0, min_share=0.0)


def test_peers_are_of_different_places_and_named_with_them(library: SmallLibrary) -> None:
    draft = draft_advice(
        library.query("We want to start with compost baskets, what should we do?"), (), library.search, ANY
    )
    assert draft is not None
    headings = [section.heading for section in draft.sections]
    assert headings[0] == "Surabaya, Indonesia: Household composting in Surabaya"
    assert len({heading.split(",")[0] for heading in headings}) == len(headings)
    assert not any("Cities of the network" in heading for heading in headings), "a list of many cities is no peer"


def test_each_section_quotes_its_own_document_and_tells_the_cost(library: SmallLibrary) -> None:
    draft = draft_advice(
        library.query("We want to give compost baskets to families, what now?"), (), library.search, ANY
    )
    assert draft is not None
    for section in draft.sections:
        assert len({one.document for one in section.candidates}) == 1
    assert any("10 dollars" in one.text for one in draft.sections[0].candidates)


def test_it_says_that_it_gives_no_advice_to_a_place_that_is_not_covered(library: SmallLibrary) -> None:
    query = library.query("Thimphu wants to compost its market waste, please advise")
    assert [place.name for place in query.scope.as_advice().own] == ["Thimphu"]
    draft = draft_advice(query, (), library.search, ANY)
    assert draft is not None
    assert "no advice of its own" in draft.said


def test_without_a_document_near_the_request_there_are_no_peers(library: SmallLibrary) -> None:
    query = library.query("should I train for a marathon or rest?")
    assert draft_advice(query, (), library.search, AdvicePolicy(min_cosine=0.9)) is None


def test_what_was_read_and_answers_leads_and_its_document_stands_once(library: SmallLibrary) -> None:
    query = library.query("We want to give compost baskets to families, who pays for it?")
    sentence = next(one for one in library.search.find(library.search.make_topic("cost of baskets")) if one.quotable)
    stretch = Stretch((sentence.as_candidate(1.0),))
    draft = draft_advice(query, (stretch,), library.search, ANY)
    assert draft is not None
    assert draft.candidates[0] == stretch.candidates[0]
    assert len({section.heading for section in draft.sections}) == len(draft.sections)
