"""The assistant as one object: opening, looking up, asking from many threads, and what is said when it cannot open."""

from __future__ import annotations

import gc
import json
import shutil
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC
from pathlib import Path

import pytest

import kin_assistant
from kin_assistant import Assistant
from kin_assistant.errors import IndexDamaged, IndexMissing, IndexStale, ModelError
from kin_assistant.index.layout import IndexFolder
from kin_assistant.index.manifest import Manifest
from kin_assistant.settings import Settings

QUESTIONS = [
    "How did Surabaya cut its household waste?",
    "What did Kitakyushu do about smoke?",
    "How did Phnom Penh stop losing its tap water?",
    "How is waste collected in Bangkok?",
]


@pytest.fixture
def own_index(shipped_index: Path, tmp_path: Path) -> Path:
    """A copy of the shipped index that may be spoilt."""
    return Path(shutil.copytree(shipped_index, tmp_path / "index"))


def test_public_names_are_what_they_say() -> None:
    assert set(kin_assistant.__all__) == {name for name in kin_assistant.__all__ if getattr(kin_assistant, name)}
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        kin_assistant.nothing  # noqa: B018


def test_the_garbage_collector_finds_nothing_of_an_assistant(shipped_index: Path) -> None:
    # Else its networks are taken down at some later time, in the middle of another's work.
    gc.collect()
    gc.disable()
    try:
        with Assistant.open(shipped_index) as opened:
            for message in (*QUESTIONS, "compare Surabaya and Bangkok", "Which cities run waste banks?", "hello"):
                opened.ask(message)
            opened.compare("composting")
            opened.peers("We are a port city with open dumping.")
            opened.indicators()
            opened.contributions()
            opened.commitments()
        del opened
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        found = Counter(
            type(one).__qualname__ for one in gc.garbage if type(one).__module__.startswith("kin_assistant")
        )
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert found == {}


def test_the_build_that_answers_is_described(assistant: Assistant, shipped_index: Path) -> None:
    build, manifest = assistant.build, Manifest.read(IndexFolder(shipped_index).published())
    assert build.id == manifest.build_id
    assert build.built_at.tzinfo == UTC
    assert build.documents == len(assistant.documents) == manifest.documents > 100
    assert build.passages == manifest.passages
    assert build.sentences == manifest.sentences > build.passages
    assert build.model.startswith("all-MiniLM-L6-v2@")
    assert build.notices == ()


def test_documents_are_listed_by_id_and_looked_up_with_their_text(assistant: Assistant) -> None:
    ids = [info.id for info in assistant.documents]
    assert ids == sorted(set(ids))
    document = assistant.document(ids[0])
    assert document.info == assistant.documents[0]
    assert document.text
    with pytest.raises(KeyError):
        assistant.document("no-such-document")


def test_a_search_gives_passages_with_the_query_as_it_was_read(assistant: Assistant) -> None:
    result = assistant.search(" household\nwaste ", limit=3, id="s-1")
    assert (result.id, result.query, len(result.hits)) == ("s-1", "household waste", 3)


def test_an_index_is_opened_by_path_text_or_setting(shipped_index: Path) -> None:
    for opened in (
        Assistant.open(shipped_index),
        Assistant.open(str(shipped_index)),
        Assistant.open(settings=Settings(index=shipped_index)),
    ):
        assert opened.build.documents > 100
        opened.close()


def test_many_threads_get_the_answers_that_one_gets(assistant: Assistant) -> None:
    alone = {question: assistant.ask(question).model_dump(exclude={"elapsed_ms"}) for question in QUESTIONS}
    asked = QUESTIONS * 10
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda question: assistant.ask(question).model_dump(exclude={"elapsed_ms"}), asked)
        assert list(answers) == [alone[question] for question in asked]


def test_two_assistants_may_be_open_at_once(shipped_index: Path, assistant: Assistant) -> None:
    with Assistant.open(shipped_index) as other:
        assert other.ask(QUESTIONS[0]).citations == assistant.ask(QUESTIONS[0]).citations
    assert assistant.ask(QUESTIONS[1]).citations


def test_without_an_index_the_command_that_makes_one_is_named(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="Run: kin sync"):
        Assistant.open(tmp_path)


def test_a_damaged_index_is_not_served(own_index: Path) -> None:
    build = IndexFolder(own_index).published()
    (build / "library.sqlite").write_bytes((build / "library.sqlite").read_bytes()[:-100])
    with pytest.raises(IndexDamaged, match=r"library\.sqlite was changed"):
        Assistant.open(own_index)


def test_an_index_of_another_recipe_is_stale(own_index: Path) -> None:
    build = IndexFolder(own_index).published()
    manifest = Manifest.read(build)
    manifest.model_copy(update={"recipe": manifest.recipe.model_copy(update={"chunker": 0})}).write(build)
    with pytest.raises(IndexStale, match=r"passage splitter \(0, now \d+\)"):
        Assistant.open(own_index)


def test_a_missing_model_is_named(shipped_index: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no sentence-transformers model"):
        Assistant.open(shipped_index, settings=Settings(model=str(tmp_path)))


def test_a_fallback_is_noticed_and_answers(own_index: Path) -> None:
    index = IndexFolder(own_index)
    newer = Path(shutil.copytree(index.published(), own_index / "build-newer-1"))
    index.publish(newer)
    (newer / "vectors.npy").write_bytes(b"")
    with Assistant.open(own_index) as opened:
        assert len(opened.build.notices) == 1
        assert "kin sync" in opened.build.notices[0]
        assert opened.ask(QUESTIONS[0]).citations


def test_a_build_that_was_published_since_is_told_and_opened_with_the_same_models(own_index: Path) -> None:
    index = IndexFolder(own_index)
    with Assistant.open(own_index) as old:
        assert old.newer_build() is None
        newer = Path(shutil.copytree(index.published(), own_index / "build-newer-1"))
        assert old.newer_build() is None, "it is not published yet"
        index.publish(newer)
        assert old.newer_build() == "build-newer-1"
        with old.reopened() as new:
            assert new.newer_build() is None
            assert new.retriever is not old.retriever
            answers = [opened.ask(QUESTIONS[0]).model_dump(exclude={"elapsed_ms"}) for opened in (old, new)]
        assert answers[0] == answers[1]
        (own_index / "CURRENT").unlink()
        assert old.newer_build() is None


def test_answers_are_the_same_after_opening_again(shipped_index: Path, assistant: Assistant) -> None:
    with Assistant.open(shipped_index) as again:
        for question in QUESTIONS:
            one, two = (
                opened.ask(question).model_dump(mode="json", exclude={"elapsed_ms"}) for opened in (assistant, again)
            )
            assert json.dumps(one) == json.dumps(two)


def test_what_is_quoted_is_a_sentence_of_its_document(assistant: Assistant) -> None:
    for citation in assistant.ask("How does Surabaya compost?").citations:
        spans = [(sentence.start, sentence.end) for sentence in assistant.sentences(citation.document_id)]
        assert spans == sorted(set(spans))
        assert (citation.start, citation.end) in spans
    with pytest.raises(KeyError):
        assistant.sentences("nothing")
