"""Advice: none of its own, but what peers did, each of another place."""

from __future__ import annotations

from dataclasses import replace

from kin_assistant.answer.advice import draft_advice
from kin_assistant.answer.draft import Draft
from kin_assistant.policy import AdvicePolicy, AnswerPolicy
from tests.form_library import SmallLibrary

ANY = AdvicePolicy(min_cosine=0.0, min_worth=0.0, min_share=0.0)


def advise(library: SmallLibrary, question: str, policy: AdvicePolicy = ANY) -> Draft | None:
    evidence = library.read(library.query(question))
    return draft_advice(evidence, library.search, library.records.fields_of, AnswerPolicy(advice=policy))


def test_peers_are_of_different_places_and_named_with_them(library: SmallLibrary) -> None:
    draft = advise(library, "We want to start with compost baskets, what should we do?")
    assert draft is not None
    documents = dict.fromkeys(section.candidates[0].document for section in draft.sections)
    infos = [library.search.library.infos[row] for row in documents]
    assert infos[0].id == "surabaya-composting"
    assert len({info.cities for info in infos}) == len(infos) > 1


def test_a_document_on_many_cities_is_no_peer(library: SmallLibrary) -> None:
    question = "We wanted a compost centre, what now?"
    told = [advise(library, question, replace(ANY, most_places=most)) for most in (5, 3)]
    titles = [{library.search.library.infos[one.document].title for one in draft.candidates} for draft in told if draft]
    assert [("Cities of the network" in found) for found in titles] == [True, False]


def test_each_sentence_stands_under_its_heading_and_the_best_leads(library: SmallLibrary) -> None:
    draft = advise(library, "We want to know what baskets cost each and who paid for them, what now?")
    assert draft is not None
    assert draft.sections[0].heading == "Cost and finance"
    assert "10 dollars" in draft.candidates[0].text


def test_it_says_that_it_gives_no_advice_to_a_place_that_is_not_covered(library: SmallLibrary) -> None:
    draft = advise(library, "Thimphu wants to compost its market waste, please advise")
    assert draft is not None
    assert "no advice of its own" in draft.said


def test_without_a_document_near_the_request_there_are_no_peers(library: SmallLibrary) -> None:
    assert advise(library, "should I train for a marathon or rest?", replace(ANY, min_cosine=0.9)) is None


def test_a_peer_that_tells_nothing_of_the_request_is_not_shown(library: SmallLibrary) -> None:
    question = "We want to give compost baskets to families, what does a basket cost?"
    documents = [
        {one.document for one in draft.candidates}
        for least in (0.0, 0.99)
        if (draft := advise(library, question, replace(ANY, min_worth=least)))
    ]
    assert len(documents[0]) > len(documents[1]) == 1


def test_a_document_far_behind_the_nearest_is_no_peer(library: SmallLibrary) -> None:
    question = "We want to start with compost baskets, what should we do?"
    told = [advise(library, question, replace(ANY, min_share=least)) for least in (0.0, 1.0)]
    documents = [{one.document for one in draft.candidates} for draft in told if draft]
    assert len(documents[0]) > len(documents[1]) == 1


def test_words_that_a_document_holds_anywhere_make_it_a_peer(library: SmallLibrary) -> None:
    evidence = library.read(
        library.query("Our vendors sort leaves and we fear the cost of a plant, what should we do?")
    )
    nothing = replace(AnswerPolicy().documents, worth=0.0)
    policy = AnswerPolicy(advice=replace(ANY, min_share=0.99), documents=replace(nothing, words=50.0))
    draft = draft_advice(evidence, library.search, library.records.fields_of, policy)
    assert draft is not None
    assert {one.document for one in draft.candidates} == {library.search.words_held(evidence.query).argmax()}


def test_the_only_peer_has_the_room_of_others(library: SmallLibrary) -> None:
    evidence = library.read(library.query("We want to start with compost baskets, what should we do?"))
    told = {}
    for peers in (1, 2):
        policy = AnswerPolicy(advice=replace(ANY, peers=peers))
        policy = replace(policy, experience=replace(policy.experience, sentences=1, min_worth=0.0, lessons_told=9))
        draft = draft_advice(evidence, library.search, library.records.fields_of, policy)
        assert draft is not None
        told[peers] = [one for one in draft.candidates if one.document == draft.candidates[0].document]
    assert (len(told[1]), len(told[2])) == (2, 1)
