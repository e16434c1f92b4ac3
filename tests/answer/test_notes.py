"""What an answer says about itself: which part of the question it leaves open, and which of its figures do not agree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kin_assistant import Assistant
from kin_assistant.answer.refusal import reason_to_doubt
from kin_assistant.documents.reading import read_document
from kin_assistant.index.build import build_documents
from kin_assistant.index.snapshot import current_recipe, open_published
from kin_assistant.policy import AnswerPolicy, RefusalPolicy
from kin_assistant.settings import Settings
from kin_assistant.text.words import stems
from tests.embedders import HashingEmbedder
from tests.request_kinds import KINDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

TEXTS = {
    "plant.md": "---\ntitle: The compost plant\ncities: [Bago]\n---\n"
    "The compost plant of Bago opened in 2010. The plant cost 40 million pesos to build. It takes market waste.",
    "review.md": "---\ntitle: A review of compost plants\ncities: [Bago]\n---\n"
    "Reviewers visited the compost plant of Bago. The plant cost 55 million pesos to build. Farmers like it.",
}


class LastQuestionNetwork:
    """Takes a sentence for an answer if it has most words of the last question asked."""

    def score(self, question: str, passages: Sequence[tuple[str, Sequence[str]]]) -> list[NDArray[np.float32]]:
        asked = set(stems(re.split(r"(?<=[?.]) ", question)[-1]))
        return [
            np.array([4.0 if 2 * len(asked & set(stems(text))) > len(asked) else -7.0 for text in texts], np.float32)
            for _, texts in passages
        ]


@contextmanager
def open_assistant(root: Path, policy: AnswerPolicy | None = None) -> Iterator[Assistant]:
    embedder = HashingEmbedder()
    documents = [read_document(path, text.encode(), "0" * 64).document for path, text in TEXTS.items()]
    build_documents(documents, root, embedder, now=datetime(2026, 11, 21, tzinfo=UTC))
    index = open_published(root, current_recipe(embedder.name, embedder.dimension))
    with Assistant(index, embedder, Settings(), kinds=KINDS, network=LastQuestionNetwork(), policy=policy) as opened:
        yield opened


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with open_assistant(tmp_path_factory.mktemp("notes") / "index") as opened:
        yield opened


def test_what_no_document_says_is_named_in_the_words_of_the_question(assistant: Assistant) -> None:
    answer = assistant.ask("When did the compost plant of Bago open and which farmers protested?")
    assert not answer.abstained
    assert "The documents do not seem to say “which farmers protested”." in answer.caveats


def test_nothing_is_named_where_every_part_is_answered(assistant: Assistant) -> None:
    answer = assistant.ask("When did the compost plant of Bago open and what did the plant cost to build?")
    assert not any("do not seem to say" in caveat for caveat in answer.caveats)


def test_where_a_price_is_asked_for_and_none_is_quoted_that_is_said(assistant: Assistant) -> None:
    said = "No price or cost was found: the sentences below give no sum of money."
    question = "What is the price when reviewers visited the compost plant of Bago?"
    assert said in assistant.ask(question, words=30).caveats
    assert said not in assistant.ask("What did the compost plant of Bago cost to build?").caveats
    assert said not in assistant.ask("When did the compost plant of Bago open?").caveats


def test_where_a_date_or_who_paid_is_asked_for_and_none_is_quoted_that_is_said(assistant: Assistant) -> None:
    answer = assistant.ask("Who paid for the compost plant of Bago?", words=30)
    assert answer.citations
    assert "Who paid was not found: the sentences below do not say it." in answer.caveats
    assert not any("No date" in caveat for caveat in answer.caveats)


def test_figures_that_differ_are_pointed_at(assistant: Assistant) -> None:
    answer = assistant.ask("What did the compost plant of Bago cost to build?")
    quotes = {citation.number: citation.quote for citation in answer.citations}
    (note,) = [note for note in answer.notes if "different figures" in note]
    assert {quotes[int(number)] for number in re.findall(r"\[(\d+)\]", note)} == {
        "The plant cost 40 million pesos to build.",
        "The plant cost 55 million pesos to build.",
    }


def test_figures_are_compared_only_where_one_is_asked_for(assistant: Assistant) -> None:
    answer = assistant.ask("Who visited the compost plant of Bago?")
    assert not any("different figures" in note for note in answer.notes)


def test_a_doubtful_answer_says_which_words_it_does_not_speak_of(assistant: Assistant) -> None:
    evidence = assistant.read("Which pumps and screens did the reviewers of Bago test?")
    visited = [candidate for candidate in evidence.candidates if candidate.text.startswith("Reviewers visited")]
    doubt = reason_to_doubt(evidence.query, visited, confidence=0.3)
    assert (
        doubt
        == "This may not be the answer; it is what comes nearest. It does not speak of “pumps”, “screens” or “test”."
    )
    assert reason_to_doubt(evidence.query, visited, confidence=0.9) is None
    assert reason_to_doubt(evidence.query, [], confidence=0.3) is None


def test_quotes_that_have_all_the_words_are_not_doubted(assistant: Assistant) -> None:
    evidence = assistant.read("Which farmers like it?")
    liked = [candidate for candidate in evidence.candidates if candidate.text == "Farmers like it."]
    assert reason_to_doubt(evidence.query, liked, confidence=0.3) is None


@pytest.mark.parametrize("sure_from", [0.0, 1.0])
def test_a_doubt_stands_above_the_quotes(tmp_path: Path, sure_from: float) -> None:
    policy = AnswerPolicy(refusal=RefusalPolicy(sure_confidence=sure_from))
    with open_assistant(tmp_path / "index", policy) as doubting:
        answer = doubting.ask("Who visited the compost plant of Bago by bus?")
    assert answer.citations
    assert [caveat.startswith("This may not be the answer") for caveat in answer.caveats] == [True] * bool(sure_from)
