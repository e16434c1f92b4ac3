"""Peers: who is like, why, what is quoted of them, and plain words where there is nobody."""

from __future__ import annotations

import pytest

from kin_assistant.errors import QuestionError
from kin_assistant.index.snapshot import OpenIndex
from kin_assistant.peers.finder import MAX_PEERS, PeerFinder
from kin_assistant.peers.values import Likeness, Peer, Peers
from tests.form_library import SmallLibrary


def peer_on(peers: Peers, city: str) -> Peer:
    (peer,) = (one for one in peers.peers if one.city == city)
    return peer


def likeness(peer: Peer, kind: str) -> Likeness | None:
    return next((one for one in peer.likenesses if one.kind == kind), None)


def quotes(peers: Peers, peer: Peer, column: str) -> list[str]:
    (cell,) = (cell for cell in peer.cells if cell.column == column)
    return [one.quote for one in peers.citations if one.number in cell.numbers]


def test_practices_on_the_problem_are_found_with_what_was_done_results_and_cost(finder: PeerFinder) -> None:
    peers = finder.find("Our households want compost baskets")
    surabaya = peer_on(peers, "Surabaya")
    assert quotes(peers, surabaya, "process") == ["Surabaya gave compost baskets to 17,000 households."]
    assert quotes(peers, surabaya, "finance") == [
        "The baskets of Surabaya cost 10 dollars each, and the city budget paid for them."
    ]
    assert "Kathmandu" not in [peer.city for peer in peers.peers]


def test_every_quote_is_a_span_of_its_document(finder: PeerFinder, small: tuple[SmallLibrary, OpenIndex]) -> None:
    library = small[1].library
    citations = finder.find("We have little money for compost baskets").citations
    assert [one.number for one in citations] == list(range(1, len(citations) + 1))
    for one in citations:
        assert library.document(library.row_of(one.document_id)).text[one.start : one.end] == one.quote


def test_a_city_by_the_sea_gains_where_the_situation_is_by_the_sea_and_one_inland_where_it_is_inland(
    finder: PeerFinder,
) -> None:
    def lead_of_surabaya(text: str) -> float:
        peers = finder.find(text)
        return peer_on(peers, "Surabaya").score - peer_on(peers, "Bandung").score

    neither = lead_of_surabaya("A city with compost baskets")
    assert lead_of_surabaya("A port city with compost baskets") > neither
    assert lead_of_surabaya("An inland city with compost baskets") < neither


def test_a_city_of_like_size_gains(finder: PeerFinder) -> None:
    small, like = (
        peer_on(finder.find(f"A city of {people} people with compost baskets"), "Surabaya")
        for people in ("60,000", "2,500,000")
    )
    assert like.score > small.score


def test_size_and_coast_are_told_with_the_gazetteer_as_their_source(finder: PeerFinder) -> None:
    surabaya = peer_on(finder.find("A port city of 60,000 with compost baskets"), "Surabaya")
    size, coast = likeness(surabaya, "size"), likeness(surabaya, "coast")
    assert size is not None and coast is not None
    assert (size.alike, size.source, coast.alike, coast.source) == (False, "gazetteer", True, "gazetteer")
    assert size.told == "Surabaya has 3,018,022 people, 50 times as many"
    assert coast.told == "Surabaya is on the coast"


def test_the_country_goes_before_the_region(finder: PeerFinder) -> None:
    peers = finder.find("We are a town in Indonesia with compost baskets")
    bandung, cebu = (likeness(peer_on(peers, city), "place") for city in ("Bandung", "Cebu"))
    assert bandung is not None and cebu is not None
    assert (bandung.told, cebu.told) == ("also in Indonesia", "also in South-East Asia")
    assert peer_on(peers, "Bandung").score > peer_on(peers, "Cebu").score


def test_a_document_without_a_theme_in_common_is_only_said_to_be_near(finder: PeerFinder) -> None:
    problem = likeness(peer_on(finder.find("Our households want baskets"), "Surabaya"), "problem")
    assert problem is not None
    assert (problem.told, problem.source) == ("near to “households want baskets” by its words", "document")


def test_a_region_that_differs_is_told(finder: PeerFinder) -> None:
    place = likeness(peer_on(finder.find("A town in Fiji with compost baskets"), "Surabaya"), "place")
    assert place is not None
    assert (place.alike, place.told) == (False, "in South-East Asia")


def test_little_money_is_matched_by_a_sentence_that_is_quoted(finder: PeerFinder) -> None:
    peers = finder.find("We have little money for compost baskets")
    means = likeness(peer_on(peers, "Bandung"), "means")
    assert means is not None
    assert [one.quote for one in peers.citations if one.number == means.number] == [
        "Compost baskets are cheap in Bandung."
    ]
    assert likeness(peer_on(peers, "Surabaya"), "means") is None


def test_documents_on_the_own_city_are_left_out_and_this_is_said(finder: PeerFinder) -> None:
    peers = finder.find("Surabaya has compost baskets")
    assert all("Surabaya" not in peer.cities for peer in peers.peers)
    assert "Documents on Surabaya itself are left out." in peers.notes


def test_each_peer_is_of_another_place(finder: PeerFinder) -> None:
    cities = [city for peer in finder.find("compost").peers for city in peer.cities]
    assert len(cities) == len(set(cities))


def test_without_a_problem_they_are_ranked_by_place_and_this_is_said(finder: PeerFinder) -> None:
    peers = finder.find("We are a port town of 80,000 people in Fiji")
    assert peers.peers[0].city == "Suva"
    assert "What is the matter could not be read" in peers.notes[0]


def test_where_no_trait_is_read_there_are_no_peers_and_the_reason_says_what_to_add(finder: PeerFinder) -> None:
    for text in ("Hello, what should we do?", "We have no money"):
        peers = finder.find(text)
        assert peers.peers == () and peers.citations == ()
        assert peers.reason is not None and "Say what is the matter" in peers.reason


def test_where_no_document_is_on_the_problem_this_is_said_with_what_was_read(finder: PeerFinder) -> None:
    peers = finder.find("Our city of 800,000 has stray dogs")
    assert peers.peers == ()
    assert peers.reason == "No document is about “stray dogs”."
    assert [trait.kind for trait in peers.traits] == ["problem", "size"]


def test_at_most_so_many_are_shown_as_are_asked_for(finder: PeerFinder) -> None:
    assert len(finder.find("compost", 1).peers) == 1


@pytest.mark.parametrize("limit", [0, -1, MAX_PEERS + 1])
def test_another_number_than_can_be_shown_is_refused(finder: PeerFinder, limit: int) -> None:
    with pytest.raises(QuestionError, match=f"From 1 to {MAX_PEERS} peers can be shown, not {limit}"):
        finder.find("compost", limit)


def test_the_same_words_give_the_same_peers(finder: PeerFinder) -> None:
    text = "A port city of 800,000 with compost baskets and little money"
    assert finder.find(text) == finder.find(text)
