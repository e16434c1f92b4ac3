"""Which form an answer takes, and where is looked for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from kin_assistant.answer.composer import Composer
from kin_assistant.answer.draft import Draft, DraftEntry
from kin_assistant.answer.evidence import Evidence
from kin_assistant.answer.talk import TalkResponder
from kin_assistant.index.library import DocumentRow
from kin_assistant.policy import AdvicePolicy, AnswerPolicy, SelectionPolicy
from kin_assistant.question.query import Query
from kin_assistant.types import Kind
from tests.embedders import HashingEmbedder
from tests.form_library import SmallLibrary


@pytest.fixture
def composer(library: SmallLibrary) -> Composer:
    talk = TalkResponder(HashingEmbedder(dimension=256), library.search.library.infos)
    return Composer(
        library.search,
        talk,
        library.records.fields_of,
        AnswerPolicy(advice=AdvicePolicy(min_cosine=0.0, min_worth=0.0)),
    )


def ask(library: SmallLibrary, question: str, kind: Kind) -> Query:
    return replace(library.query(question), kinds=(kind,))


def reading(library: SmallLibrary, seen: list[Query]) -> Callable[[Query], Evidence]:
    def read(query: Query) -> Evidence:
        seen.append(query)
        ranking = library.search.retriever.rank(query)
        return library.search.reader.read(query, ranking, ranking.passages)

    return read


@pytest.mark.parametrize("place", ["Thimphu", "Indonesia"])
def test_what_others_did_is_read_wherever_who_asks_for_advice_is(
    composer: Composer, library: SmallLibrary, place: str
) -> None:
    seen: list[Query] = []
    query = ask(library, f"We in {place} want to use compost baskets, what should we do?", "advice")
    draft = composer.compose_from_library(query, reading(library, seen))
    assert draft is not None
    assert draft.candidates
    assert not seen[0].scope.named
    assert not seen[0].scope.absent


def test_the_city_that_advice_is_asked_about_is_kept(composer: Composer, library: SmallLibrary) -> None:
    seen: list[Query] = []
    query = ask(library, "Which advice does Cebu give about a compost plant?", "advice")
    composer.compose_from_library(query, reading(library, seen))
    assert [place.name for place in seen[0].scope.named] == ["Cebu"]


def test_of_an_unknown_place_alone_nothing_else_is_told(composer: Composer, library: SmallLibrary) -> None:
    query = ask(library, "Tell me about Thimphu", "overview")
    assert composer.compose_from_library(query, reading(library, [])) is None


def test_where_it_is_not_sure_little_is_quoted(library: SmallLibrary) -> None:
    generous = SelectionPolicy(
        price_of_stretch=0,
        price_of_sentence=0,
        price_of_word=0,
        min_share=0,
        words_of_fact=40,
        documents=9,
        stretches=9,
    )
    talk = TalkResponder(HashingEmbedder(dimension=256), library.search.library.infos)
    composer = Composer(library.search, talk, library.records.fields_of, AnswerPolicy(selection=generous))
    evidence = reading(library, [])(ask(library, "What did Surabaya do about compost baskets and dumps?", "explain"))
    sure, unsure = (composer.compose_from_evidence(evidence, 500, sure=sure) for sure in (True, False))
    assert 0 < count_words(unsure) <= generous.words_of_fact < count_words(sure)


def count_words(draft: Draft) -> int:
    return sum(len(one.text.split()) for one in draft.candidates)


@pytest.mark.parametrize(
    ("question", "kind", "form"),
    [
        ("compost of leaves that market vendors sort, in Surabaya and in Cebu", "overview", "table"),
        ("How do Surabaya and Cebu compost leaves that market vendors sort?", "explain", "table"),
        ("How much did waste fall in Surabaya and in Cebu?", "fact", "table"),
        ("tell me about Surabaya and Cebu", "overview", "quotes"),
        ("compost in Surabaya, overview", "overview", "quotes"),
    ],
)
def test_what_is_asked_of_several_places_apart_is_put_side_by_side(
    composer: Composer, library: SmallLibrary, question: str, kind: Kind, form: str
) -> None:
    draft = composer.compose_from_library(ask(library, question, kind), library.read)
    assert draft is not None
    assert draft.form == form


def test_a_question_on_two_places_is_no_table_if_one_of_them_says_nothing(
    composer: Composer, library: SmallLibrary
) -> None:
    query = ask(library, "Which football clubs play in Surabaya and Cebu?", "fact")
    assert composer.compose_from_library(query, library.read) is None


def test_who_did_something_that_is_said_nowhere_in_clear_words_gets_the_nearest_places(
    composer: Composer, library: SmallLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = ask(library, "Who had families cut refuse?", "catalogue")
    line = DraftEntry("Cebu", (DocumentRow(0),))
    near, table = Draft("entries", entries=(line,), only_near=True), Draft("table", entries=(line,))
    monkeypatch.setattr("kin_assistant.answer.composer.draft_catalogue", lambda *_: near)
    monkeypatch.setattr("kin_assistant.answer.composer.draft_peers", lambda *_: table)
    assert composer.compose_from_library(query, reading(library, [])) is table
    documents = ask(library, "Which documents are on refuse?", "catalogue")
    assert composer.compose_from_library(documents, reading(library, [])) is near
