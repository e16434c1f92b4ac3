"""A question is understood once: its places, its spelling, its vector and its parts, in one frozen value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from kin_assistant import Assistant
from kin_assistant.documents.reading import read_document
from kin_assistant.index.build import build_documents
from kin_assistant.index.snapshot import OpenIndex, current_recipe, open_published
from kin_assistant.places.gazetteer import Gazetteer
from kin_assistant.places.matching import Mention, PlaceIndex
from kin_assistant.question.query import QueryParser, make_query
from kin_assistant.types import Filters
from tests.doubles import KITAKYUSHU, SURABAYA
from tests.embedders import HashingEmbedder
from tests.request_kinds import KINDS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class CountingEmbedder(HashingEmbedder):
    """Counts the texts that it embeds."""

    def __init__(self) -> None:
        super().__init__()
        self.embedded: list[str] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.embedded += texts
        return super().encode(texts)


class CountingPlaces(PlaceIndex):
    """Counts the texts that it looks for places in."""

    searched: Counter[str]

    def find_places(self, question: str) -> tuple[Mention, ...]:
        if hasattr(self, "searched"):
            self.searched[question] += 1
        return super().find_places(question)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenIndex]:
    root, embedder = tmp_path_factory.mktemp("query") / "index", HashingEmbedder()
    texts = {"surabaya.md": SURABAYA, "kitakyushu.md": KITAKYUSHU}
    documents = [read_document(path, text.encode(), "0" * 64).document for path, text in texts.items()]
    build_documents(documents, root, embedder, now=datetime(2026, 11, 21, tzinfo=UTC))
    opened = open_published(root, current_recipe(embedder.name, embedder.dimension))
    yield opened
    opened.close()


@pytest.fixture
def embedder() -> CountingEmbedder:
    return CountingEmbedder()


@pytest.fixture
def places(index: OpenIndex) -> CountingPlaces:
    places = CountingPlaces(Gazetteer.load(), index.library.infos, index.vocabulary)
    places.searched = Counter()
    return places


@pytest.fixture
def parser(index: OpenIndex, embedder: CountingEmbedder, places: CountingPlaces) -> QueryParser:
    return QueryParser(index, embedder, places, KINDS)


def test_places_are_looked_for_once_in_a_text_and_a_question_is_embedded_once(
    parser: QueryParser, embedder: CountingEmbedder, places: CountingPlaces
) -> None:
    history = ["How did Surabaya cut its waste?", "And in Kitakyushu?"]
    query = parser.understand("Who paid for it, and what went wrong in Surabaya and Kitakyushu?", history=history)
    assert places.searched
    assert set(places.searched.values()) == {1}
    assert embedder.embedded == [query.search_text]


def test_a_question_keeps_its_forms_apart(parser: QueryParser) -> None:
    query = parser.understand("How did Surabya cut its wate?")
    assert query.original == "How did Surabya cut its wate?"
    assert query.standalone == "How did Surabaya cut its wate?"
    assert query.text == "How did Surabaya cut its waste?"
    assert query.search_text == query.text
    assert {"surabaya", "wast", "cut"} == set(query.stems) == set(query.idf)


def test_the_place_of_a_filter_is_asked_for_where_the_question_names_none(
    parser: QueryParser, index: OpenIndex
) -> None:
    query = parser.understand("How was waste cut?", filters=Filters(city=("Surabaya",)))
    assert query.text == "How was waste cut in Surabaya?"
    assert query.standalone == "How was waste cut?"
    assert query.allowed is not None
    assert [index.library.infos[row].id for row in query.allowed.tolist()] == ["surabaya-composting"]
    assert parser.understand("How was waste cut?", filters=Filters()).filters is None


def test_documents_about_each_named_place_are_told_apart(parser: QueryParser, index: OpenIndex) -> None:
    query = parser.understand("Compare waste in Surabaya and Kitakyushu")
    ids = [{index.library.infos[row].id for row in about} for about in query.about]
    assert [place.name for place in query.scope.named] == ["Surabaya", "Kitakyushu"]
    assert ids == [{"surabaya-composting"}, {"kitakyushu-air"}]
    assert query.boosted == query.named_documents == query.about[0] | query.about[1]


def test_parts_are_those_of_a_question_for_several_things(parser: QueryParser) -> None:
    query = parser.understand("How did Surabaya cut its waste and who paid for the baskets?")
    assert [part.text for part in query.parts] == ["How did Surabaya cut its waste", "who paid for the baskets?"]
    assert parser.understand("How did Surabaya cut its waste?").parts == ()


def test_words_that_no_document_has_are_known(parser: QueryParser) -> None:
    assert parser.understand("How did Surabaya drop its zeppelin waste?").unknown_words == ("zeppelin",)


def test_a_query_cannot_be_changed(parser: QueryParser) -> None:
    query = parser.understand("How did Surabaya cut its waste?")
    with pytest.raises(FrozenInstanceError):
        query.text = "another"  # type: ignore[misc]


def test_the_kind_of_request_is_that_of_what_a_message_means_alone(parser: QueryParser) -> None:
    asked = "Why did Surabaya give baskets to households and how did it train the leaders?"
    assert parser.understand(asked).kinds == ("explain",)
    assert parser.understand("and Kitakyushu?", history=[asked]).kinds[0] == "explain"


def test_a_query_of_a_text_as_it_stands_is_explained(index: OpenIndex, embedder: CountingEmbedder) -> None:
    assert make_query("hello", index, embedder).kinds == ("explain",)


@pytest.mark.parametrize(
    "message", ["Da Nang", "Surabaya please", "PM2.5", "Can you give e-mail of the Forum on Asian Women"]
)
def test_what_names_something_in_the_documents_is_no_small_talk(assistant: Assistant, message: str) -> None:
    assert assistant.ask(message).kind != "talk"


@pytest.mark.parametrize(
    "message",
    [
        "Hello from Dhaka",
        "Thank you, the part on Surabaya was of use",
        "Good morning, I am Li",
        "Salam! We try it in Dhaka",
    ],
)
def test_small_talk_with_a_name_stays_small_talk(assistant: Assistant, message: str) -> None:
    assert assistant.ask(message).kind == "talk"


def test_a_question_that_joins_on_to_one_before_is_no_small_talk(assistant: Assistant) -> None:
    history = ["Is there a city where you can pay the bus with used plastic bottles?"]
    answer = assistant.ask("And what if I have none with me?", history=history)
    assert answer.leans
    assert "bottles" in answer.standalone_question
    assert assistant.ask("And thank you!", history=history).kind == "talk"


@pytest.mark.parametrize("message", ["why?", "How come?", "and why not?", "who?"])
def test_a_question_word_alone_asks_about_what_was_said_before(assistant: Assistant, message: str) -> None:
    asked = assistant.ask(message, history=["Did households in Surabaya compost their waste?"])
    assert asked.leans
    assert asked.kind in ("explain", "fact", "list")
    assert asked.citations
    assert assistant.ask(message).kind == "talk"


def test_a_list_on_a_subject_of_its_own_takes_nothing_over(assistant: Assistant) -> None:
    history = ["How did Surabaya pay for its compost baskets?"]
    assert not assistant.ask("Which documents are about hospital waste?", history=history).leans
    leaning = assistant.ask("Which documents are about it?", history=history)
    assert leaning.leans
    assert leaning.carried


@pytest.mark.parametrize("message", ["where are they", "what are those?", "who are they"])
def test_what_points_at_something_said_before_is_no_small_talk(assistant: Assistant, message: str) -> None:
    assert assistant.ask(message, history=["What is a waste bank?"]).kind != "talk"


@pytest.mark.parametrize("message", ["any problems?", "figures?"])
def test_a_short_question_behind_another_is_no_small_talk(assistant: Assistant, message: str) -> None:
    answer = assistant.ask(message, history=["How did Surabaya pay for its compost baskets?"])
    assert answer.kind != "talk"
    assert answer.leans


@pytest.mark.parametrize("message", ["really?", "thanks?", "ok"])
def test_what_is_surely_talk_stays_talk_behind_a_question(assistant: Assistant, message: str) -> None:
    assert assistant.ask(message, history=["How did Surabaya pay for its compost baskets?"]).kind == "talk"


def test_what_about_something_else_asks_for_no_list(assistant: Assistant) -> None:
    answer = assistant.ask("what about plastic?", history=["What did Seoul do with food waste?"])
    assert answer.standalone_question == "what about plastic in Seoul?"
    assert answer.kind == "explain"


def test_a_comparison_goes_on_where_only_a_part_of_it_is_asked_for(assistant: Assistant) -> None:
    answer = assistant.ask("only the costs please", history=["Compare Surabaya and Cebu on composting"])
    assert answer.kind == "compare"
    assert [section.heading for section in answer.sections] == ["Surabaya", "Cebu"]
    alone = assistant.ask("and what did it cost?", history=["How did Surabaya cut its waste?"])
    assert alone.kind == "fact"


def test_the_second_one_is_asked_for_by_its_name(assistant: Assistant) -> None:
    cities = assistant.ask("Which cities have bus rapid transit?")
    answer = assistant.ask("tell me more about the second one", history=[cities.question])
    assert cities.entries[1].label in answer.standalone_question
    assert {citation.document_id for citation in answer.citations} <= set(cities.entries[1].document_ids)


def test_what_cannot_be_asked_shows_nothing(assistant: Assistant) -> None:
    for earlier in ("???", "¿Cuánto cuesta la basura en la ciudad?", "x" * 5000):
        answer = assistant.ask("Tell me more about the second one, the waste bank", history=[earlier])
        assert "second one" in answer.standalone_question
