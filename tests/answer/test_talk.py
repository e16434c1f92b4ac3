"""What is said to messages that are no questions: sentences of our own with counts from the index."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from kin_assistant.answer.talk import TalkResponder
from kin_assistant.models.embedder import Embedder
from kin_assistant.policy import TalkPolicy
from kin_assistant.types import DocumentInfo
from tests.embedders import HashingEmbedder

DOCUMENTS = [
    DocumentInfo(id="a", path="a.md", sha256="0" * 64, title="A", cities=("Cebu",), countries=("Philippines",)),
    DocumentInfo(id="b", path="b.md", sha256="0" * 64, title="B", cities=("Cebu", "Davao"), countries=("Philippines",)),
]
SUGGESTIONS = (
    "Why do large composting plants fail?",
    "How is the river cleaned?",
    "Who pays for buses?",
    "What is a polder?",
)


@pytest.fixture
def responder() -> TalkResponder:
    return TalkResponder(HashingEmbedder(dimension=256), DOCUMENTS, SUGGESTIONS)


@pytest.mark.parametrize(
    ("message", "sort"),
    [("Hello!", "greeting"), ("thank you", "thanks"), ("Are you a robot?", "identity"), ("is it free", "cost")],
)
def test_an_example_message_is_of_its_sort_whatever_its_case_and_marks(
    responder: TalkResponder, message: str, sort: str
) -> None:
    assert responder.sort_of(message) == sort


def test_a_message_like_no_example_gets_the_general_text() -> None:
    responder = TalkResponder(HashingEmbedder(dimension=256), DOCUMENTS, policy=TalkPolicy(min_cosine=0.9))
    assert responder.sort_of("zyx wvu tsr") == "general"
    assert responder.respond("zyx wvu tsr").said


def test_counts_come_from_the_documents(responder: TalkResponder) -> None:
    assert "2 documents on 2 cities in 1 country" in responder.respond("hello").said


def test_talk_quotes_nothing_and_offers_the_questions_nearest_to_it(responder: TalkResponder) -> None:
    draft = responder.respond("make slides for my talk on composting plants")
    assert draft.form == "words"
    assert not draft.candidates
    assert draft.notes[0].startswith("You could ask: “Why do large composting plants fail?”")


def test_after_thanks_nothing_is_offered(responder: TalkResponder) -> None:
    assert responder.respond("thank you").notes == ()


def test_every_text_is_short_and_names_only_what_is_counted() -> None:
    sorts = tomllib.loads(files("kin_assistant").joinpath("data/english/talk.toml").read_text("utf-8"))
    for name, sort in sorts.items():
        said = sort["say"].format(documents="1 document", cities="1 city", countries="1 country")
        assert len(said.split()) <= 60, name
        assert name == "general" or len(sort["examples"]) >= 4, name
    examples = [example.lower() for sort in sorts.values() for example in sort.get("examples", ())]
    assert len(examples) == len(set(examples))


@pytest.mark.shipped
@pytest.mark.parametrize(
    ("message", "sort"),
    [
        ("good day to all of you", "greeting"),
        ("could you put this in Tamil", "language"),
        ("compose an e-mail to the governor for me", "unserved"),
        ("are those numbers right?", "trust"),
    ],
)
def test_messages_in_other_words_are_told_by_their_meaning(model: Embedder, message: str, sort: str) -> None:
    assert TalkResponder(model, DOCUMENTS).sort_of(message) == sort
