"""Sentences as evidence: every one of the passages read, with its own cosine, the telling ones first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from kin_assistant.answer.evidence import Candidate, EvidenceReader, _is_on_another
from kin_assistant.documents.reading import read_document
from kin_assistant.index.build import build_documents
from kin_assistant.index.snapshot import OpenIndex, current_recipe, open_published
from kin_assistant.question.query import make_query
from kin_assistant.retrieval import Ranking, Retriever
from kin_assistant.text.figures import asks_for_figure
from tests.doubles import KITAKYUSHU, SURABAYA
from tests.embedders import HashingEmbedder

TWO_SOURCES = "---\nsources:\n  - {title: First}\n  - {title: Second}\n---\n"
TEXTS = {
    "surabaya.md": SURABAYA,
    "kitakyushu.md": KITAKYUSHU,
    "lost.md": TWO_SOURCES
    + "The compost figures are from [1]. The compost figures are good [2]. See [2] for compost figures. "
    "Compost figures are what others learn from [2]. For good compost figures, sort waste at source [1].",
    "river.md": "The river was cleaned by its neighbours. It took 12 years. The neighbours worked hard.",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenIndex]:
    root, embedder = tmp_path_factory.mktemp("evidence") / "index", HashingEmbedder()
    documents = [read_document(path, text.encode(), "0" * 64).document for path, text in TEXTS.items()]
    build_documents(documents, root, embedder, now=datetime(2026, 11, 21, tzinfo=UTC))
    opened = open_published(root, current_recipe(embedder.name, embedder.dimension))
    yield opened
    opened.close()


def read(index: OpenIndex, question: str, *, wants_figure: bool | None = None) -> tuple[Ranking, list[Candidate]]:
    query = replace(
        make_query(question, index, HashingEmbedder()),
        wants_figure=asks_for_figure(question) if wants_figure is None else wants_figure,
    )
    ranking = Retriever(index, HashingEmbedder()).rank(query)
    return ranking, list(EvidenceReader(index).read(query, ranking, ranking.passages).candidates)


def test_every_sentence_of_the_passages_read_is_a_candidate_once(index: OpenIndex) -> None:
    ranking, candidates = read(index, "What did the city give to households?")
    expected = {
        (row, sentence.start) for row in ranking.rows.tolist() for sentence in index.library.passage(row).sentences
    }
    found = [(candidate.passage, candidate.sentence.start) for candidate in candidates]
    assert len(found) == len(set(found))
    assert len(expected) - len(found) == 2, "but for the two that lost a word"
    assert set(found) <= expected


def test_candidates_are_slices_of_their_documents_with_their_own_cosine(index: OpenIndex) -> None:
    embedder, question = HashingEmbedder(), "composting of household waste"
    vector = embedder.encode([question])[0]
    for candidate in read(index, question)[1]:
        document = index.library.document(candidate.document)
        assert candidate.text == document.text[candidate.sentence.start : candidate.sentence.end]
        assert index.library.passage(candidate.passage).document_id == document.id
        assert candidate.cosine == pytest.approx(float(embedder.encode([candidate.text])[0] @ vector), abs=2e-3)


def test_candidates_are_sorted_best_first_and_always_the_same(index: OpenIndex) -> None:
    _, candidates = read(index, "composting of household waste")
    assert [candidate.score for candidate in candidates] == sorted((c.score for c in candidates), reverse=True)
    assert read(index, "composting of household waste")[1] == candidates


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who cleaned the river?", "The river was cleaned by its neighbours."),
        ("How many years did the river take?", "It took 12 years."),
        ("What did women measure on their laundry?", "Women's groups measured dust on their laundry."),
        (
            "Who trained neighbourhood leaders?",
            "The city gave compost baskets to households and trained neighbourhood leaders.",
        ),
    ],
)
def test_the_telling_sentence_is_among_the_first(index: OpenIndex, question: str, answer: str) -> None:
    assert answer in [candidate.text for candidate in read(index, question)[1][:3]]


def test_a_question_for_a_figure_favours_sentences_with_one(index: OpenIndex) -> None:
    _, plain = read(index, "river neighbours")
    _, asked = read(index, "river neighbours", wants_figure=True)
    before, after = ({candidate.text: candidate.score for candidate in candidates} for candidates in (plain, asked))
    assert after["It took 12 years."] > before["It took 12 years."] + 0.05
    assert after["The neighbours worked hard."] == before["The neighbours worked hard."]


def test_a_sentence_that_lost_a_word_with_its_source_mark_is_left_out(index: OpenIndex) -> None:
    texts = [candidate.text for candidate in read(index, "compost figures")[1]]
    assert "The compost figures are good." in texts
    assert not any(text.startswith(("The compost figures are from", "See for")) for text in texts)
    assert "Compost figures are what others learn from." in texts, "its mark was no word"
    assert "For good compost figures, sort waste at source." in texts, "its mark was no word"


def test_no_passages_give_no_candidates(index: OpenIndex) -> None:
    query = make_query("waste", index, HashingEmbedder())
    ranking = Retriever(index, HashingEmbedder()).rank(query)
    assert EvidenceReader(index).read(query, ranking, []).candidates == ()


def test_a_question_of_stop_words_is_read_without_a_fault(index: OpenIndex) -> None:
    _, candidates = read(index, "what is it that they do")
    assert all(np.isfinite(candidate.score) for candidate in candidates)


def test_a_passage_of_the_shipped_corpus_is_read_in_the_same_way(opened_index: OpenIndex, tmp_path: Path) -> None:
    library = opened_index.library
    for row in range(0, len(library.document_of), 100):
        first, last = library.first_sentence[row : row + 2]
        assert last - first == len(library.passage(row).sentences)
        norms = np.linalg.norm(np.asarray(opened_index.sentences[first:last], np.float32), axis=1)
        np.testing.assert_allclose(norms, 1, atol=5e-3)


@pytest.mark.parametrize(
    ("text", "dropped"),
    [
        ("In Beijing the hire firms broke even.", True),
        ("Wuhan and Beijing had too few stations.", False),
        ("The company lost money.", False),
        ("Tokyo had none.", False),
    ],
)
def test_of_a_document_on_several_cities_what_names_another_one_alone_is_no_evidence(
    text: str, *, dropped: bool
) -> None:
    assert _is_on_another(("Wuhan", "Beijing"), frozenset({"Wuhan"}), text) is dropped
    assert not _is_on_another(("Wuhan", "Beijing"), frozenset({"Tokyo"}), text), (
        "the document is on no city asked about"
    )
    assert not _is_on_another(("Wuhan", "Beijing"), frozenset({"Wuhan", "Beijing"}), text)
