"""A question in another language gets quotes under a sentence in that language, or a refusal in it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from kin_assistant.assistant import Assistant
from kin_assistant.crosslingual.pipeline import CrosslingualPipeline
from kin_assistant.crosslingual.policy import CrosslingualPolicy
from kin_assistant.errors import FilterError, OtherLanguage, QuestionError
from kin_assistant.index.build import build_documents
from kin_assistant.index.snapshot import current_recipe, open_published
from kin_assistant.rendering import answer_html
from kin_assistant.settings import Settings
from kin_assistant.types import Filters
from tests.conftest import NOW
from tests.doubles import read_documents
from tests.embedders import HashingEmbedder, TranslatingEncoder
from tests.request_kinds import KINDS

ASKED = "Bagaimana kota Surabaya membagikan keranjang kompos kepada rumah tangga?"
NOT_THERE = "Siapakah yang memenangkan pertandingan sepak bola kemarin malam?"


def open_assistant(root: Path, multilingual: TranslatingEncoder | None) -> Assistant:
    embedder = HashingEmbedder()
    index = open_published(root, current_recipe(embedder.name, embedder.dimension))
    return Assistant(index, embedder, Settings(), kinds=KINDS, multilingual=multilingual)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("other-languages") / "index"
    build_documents(read_documents().values(), folder, HashingEmbedder(), now=NOW, multilingual=TranslatingEncoder())
    return folder


@pytest.fixture(scope="module")
def assistant(root: Path) -> Iterator[Assistant]:
    """With a policy for the cosines of the double, which are lower than the real model's, and without directions."""
    lower = partial(CrosslingualPipeline, policy=CrosslingualPolicy(middle=0.3))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kin_assistant.crosslingual.pipeline.CrosslingualPipeline", lower)
        patch.setattr("kin_assistant.crosslingual.pipeline.read_directions", dict)
        with open_assistant(root, TranslatingEncoder()) as opened:
            yield opened


def test_the_answer_is_quotes_under_a_sentence_in_the_language_of_the_question(assistant: Assistant) -> None:
    answer = assistant.ask(ASKED, id="7")
    assert not answer.abstained
    assert (answer.id, answer.question) == ("7", ASKED)
    assert answer.said.startswith("Pertanyaan ini dipahami menurut maknanya")
    assert answer.said.endswith("the quotes are in English, as the documents are.")
    assert answer.citations[0].document_id == "surabaya-composting"
    assert any("compost baskets" in citation.quote for citation in answer.citations)
    assert {number for section in answer.sections for number in section.numbers} == {
        citation.number for citation in answer.citations
    }
    for citation in answer.citations:
        assert assistant.document(citation.document_id).text[citation.start : citation.end] == citation.quote
        assert citation.why == "near to the question in meaning"
    assert "dipahami" in answer_html(answer)


def test_the_first_quote_stands_however_few_words_are_wanted(assistant: Assistant) -> None:
    assert len(assistant.ask(ASKED, words=1).citations) == 1
    assert len(assistant.ask(ASKED, words=200).citations) > 1


def test_what_nothing_comes_near_is_refused_in_the_language_of_the_question(assistant: Assistant) -> None:
    answer = assistant.ask(NOT_THERE)
    assert answer.abstained
    assert answer.reason is not None
    assert answer.reason.startswith("Tidak ditemukan apa pun dalam dokumen")
    assert answer.reason.endswith("Nothing in the documents comes near this question. Please ask in English.")
    assert answer.citations == ()
    assert len(answer.nearest) > 0


def test_filters_restrict_the_documents(assistant: Assistant) -> None:
    answer = assistant.ask(ASKED, filters=Filters(city=("Kitakyushu",)))
    assert {citation.document_id for citation in answer.citations} <= {"kitakyushu-air"}
    with pytest.raises(FilterError):
        assistant.ask(ASKED, filters=Filters(city=("Atlantis",)))


def test_english_questions_do_not_come_this_way(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assistant, "_crosslingual", None)
    without = assistant.ask("How did Surabaya give compost baskets to households?")
    assert not without.said.startswith("The question was understood by its meaning")


def test_faults_that_are_no_matter_of_language_stay_faults(assistant: Assistant) -> None:
    with pytest.raises(QuestionError, match="empty"):
        assistant.ask("  ")


def test_without_the_model_the_question_is_refused_as_before(root: Path) -> None:
    with open_assistant(root, None) as assistant, pytest.raises(OtherLanguage, match="Silakan bertanya"):
        assistant.ask(ASKED)


def test_vectors_of_another_model_are_not_used(root: Path) -> None:
    with open_assistant(root, TranslatingEncoder("another")) as assistant, pytest.raises(OtherLanguage):
        assistant.ask(ASKED)
