"""Ranking, compared with one computed from scratch; filters; and what becomes of many passages of one document."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kin_assistant.documents.reading import read_document
from kin_assistant.errors import FilterError
from kin_assistant.index.build import build_documents
from kin_assistant.index.snapshot import OpenIndex, current_recipe, open_published
from kin_assistant.models.embedder import Embedder
from kin_assistant.question.query import make_query
from kin_assistant.retrieval import Method, Retriever
from kin_assistant.text.words import stems
from kin_assistant.types import Filters
from tests.embedders import HashingEmbedder
from tests.index.test_bm25 import bm25, embedded_texts

if TYPE_CHECKING:
    from numpy.typing import NDArray

QUERIES = [
    "How did Surabaya cut its household waste?",
    "air pollution agreements between the city and its factories",
    "What did the tariff for rubbish cost in Almaty?",
    "leak detection in water pipes",
    "wastewater",
    "entirely unrelated: quantum chromodynamics lattice",
    "xyzzyqwerty",
]


@pytest.fixture(scope="module")
def retriever(opened_index: OpenIndex, model: Embedder) -> Retriever:
    return Retriever(opened_index, model)


@pytest.fixture(scope="module")
def texts(opened_index: OpenIndex) -> list[str]:
    return embedded_texts(opened_index)


def by_hand(
    query: str, method: Method, index: OpenIndex, model: Embedder, texts: list[str], allowed: set[int] | None = None
) -> list[tuple[int, float]]:
    """Rows and scores, best first, from vectors and texts alone."""
    inside = np.array([allowed is None or int(row) in allowed for row in index.library.document_of])
    cosines = np.where(inside, np.asarray(index.vectors) @ model.encode([query])[0], -2)
    words = np.where(inside, bm25(texts, stems(query)), 0)
    order = np.arange(len(texts))
    dense = [row for row in np.lexsort((order, -cosines))[:100].tolist() if inside[row]]
    lexical = [row for row in np.lexsort((order, -words))[:100].tolist() if words[row] > 0]
    rows = sorted({"dense": set(dense), "lexical": set(lexical)}.get(method, {*dense, *lexical}))
    most = sum(np.log(1 + (len(texts) - n + 0.5) / (n + 0.5)) for n in _frequencies(texts, stems(query)))

    def scaled(values: NDArray[np.float64]) -> NDArray[np.float64]:
        spread = values.max() - values.min()
        return (values - values.min()) / spread if spread else values * 0

    scores: NDArray[np.float64]
    match method:
        case "dense":
            scores = cosines[rows]
        case "lexical":
            scores = words[rows]
        case "rrf":
            scores = np.array(
                [sum(1 / (61 + side.index(row)) for side in (dense, lexical) if row in side) for row in rows]
            )
        case "convex":
            scores = (scaled(cosines[rows]) + scaled(words[rows])) / 2 if rows else np.zeros(0)
        case "shipped":
            sentences = [_best_sentence(row, index, model.encode([query])[0]) for row in rows]
            around = _with_neighbours(query, index, texts)[rows]
            shares = (0.7 * words[rows] + 0.5 * around) / (most or 1)
            scores = (cosines[rows] + 0.5 * np.array(sentences) + shares) / 2.7
    return [(rows[i], float(scores[i])) for i in np.lexsort((rows, -np.asarray(scores)))]


_STEMS_OF: dict[int, list[frozenset[str]]] = {}


def _best_sentence(row: int, index: OpenIndex, vector: NDArray[np.float32]) -> float:
    first, last = index.library.first_sentence[row : row + 2]
    return max(float(sentence.astype(np.float32) @ vector) for sentence in index.sentences[first:last])


def _with_neighbours(query: str, index: OpenIndex, texts: list[str]) -> NDArray[np.float64]:
    """BM25 of every passage, each stem at its best in the passage and the two before and after it in its document."""
    document_of = index.library.document_of
    near = [
        [other for other in range(max(0, row - 2), min(len(texts), row + 3)) if document_of[other] == document_of[row]]
        for row in range(len(texts))
    ]
    total = np.zeros(len(texts))
    for stem in set(stems(query)):
        scores = bm25(texts, [stem])
        total += [max(scores[other] for other in others) for others in near]
    return total


def _frequencies(texts: list[str], query: list[str]) -> list[int]:
    held = _STEMS_OF.setdefault(id(texts), [frozenset(stems(text)) for text in texts])
    return [sum(stem in text for text in held) for stem in query]


def assert_same_ranking(found: list[tuple[int, float]], expected: list[tuple[int, float]]) -> None:
    """Equal but for places that rounding may exchange."""
    np.testing.assert_allclose([score for _, score in found], [score for _, score in expected], atol=2e-3)
    scores = dict(expected)
    for (row, _), (_, score) in zip(found, expected, strict=True):
        assert row in scores
        assert abs(scores[row] - score) < 2e-3


@pytest.mark.parametrize("method", ["shipped", "convex", "rrf", "lexical", "dense"])
def test_a_ranking_is_what_vectors_and_words_give(
    retriever: Retriever, opened_index: OpenIndex, model: Embedder, texts: list[str], method: Method
) -> None:
    for query in QUERIES:
        ranking = retriever.rank(make_query(query, opened_index, model), method=method)
        found = list(zip(ranking.rows.tolist(), ranking.scores.tolist(), strict=True))
        expected = by_hand(query, method, opened_index, model, texts)
        assert_same_ranking(found[:20], expected[:20])
        assert len(found) == len(expected)
        np.testing.assert_allclose(
            ranking.cosines, opened_index.vectors[ranking.rows] @ model.encode([query])[0], atol=1e-5
        )


def test_a_ranking_within_a_filter_is_that_of_the_allowed_documents(
    retriever: Retriever, opened_index: OpenIndex, model: Embedder, texts: list[str]
) -> None:
    filters = Filters(country=("Japan",))
    allowed = {row for row, info in enumerate(opened_index.library.infos) if "Japan" in info.countries}
    for query in QUERIES:
        ranking = retriever.rank(make_query(query, opened_index, model, filters))
        found = list(zip(ranking.rows.tolist(), ranking.scores.tolist(), strict=True))
        expected = by_hand(query, "shipped", opened_index, model, texts, allowed)
        assert_same_ranking(found[:20], expected[:20])
        assert {int(opened_index.library.document_of[row]) for row in ranking.rows} <= allowed


def test_hits_are_slices_of_their_documents(retriever: Retriever, opened_index: OpenIndex) -> None:
    library = opened_index.library
    hits = retriever.search(QUERIES[0])
    assert len(hits) == 10
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    for hit in hits:
        assert library.document(library.row_of(hit.document_id)).text[hit.start : hit.end] == hit.text
        assert hit.score <= 1


def test_a_document_has_at_most_its_share_of_a_result(opened_index: OpenIndex, model: Embedder) -> None:
    for share in (1, 3, 50):
        hits = Retriever(opened_index, model, passages_per_document=share).search(QUERIES[0], limit=60)
        most = Counter(hit.document_id for hit in hits).most_common(1)[0][1]
        assert most <= share
        assert share == 50 or most == share


def test_dropping_for_the_share_keeps_the_order(retriever: Retriever, opened_index: OpenIndex, model: Embedder) -> None:
    ranking = retriever.rank(make_query(QUERIES[0], opened_index, model))
    kept = retriever.spread(ranking)
    positions = [ranking.rows.tolist().index(row) for row in kept]
    assert positions == sorted(positions)
    assert positions[0] == 0


@pytest.mark.parametrize("limit", [1, 7, 250])
def test_the_limit_is_kept_and_a_longer_list_begins_with_the_shorter(retriever: Retriever, limit: int) -> None:
    hits = retriever.search(QUERIES[0], limit=limit)
    assert len(hits) <= limit
    assert limit == 250 or hits == retriever.search(QUERIES[0], limit=limit + 5)[:limit]


def test_boosted_documents_move_up_and_nothing_else_changes(
    retriever: Retriever, opened_index: OpenIndex, model: Embedder
) -> None:
    query = make_query("household waste", opened_index, model)
    plain = retriever.rank(query)
    boosted = opened_index.library.document_row(plain.passages[-1])
    moved = retriever.rank(replace(query, boosted=frozenset([boosted])))
    before, after = (dict(zip(r.rows.tolist(), r.scores.tolist(), strict=True)) for r in (plain, moved))
    assert before.keys() == after.keys()
    for row, score in after.items():
        gain = 0.1 if opened_index.library.document_of[row] == boosted else 0
        assert score == pytest.approx(before[row] + gain, abs=1e-6)


def test_the_same_query_gives_the_same_hits(retriever: Retriever) -> None:
    assert retriever.search(QUERIES[0]) == retriever.search(QUERIES[0])


def test_ties_are_broken_by_document(tmp_path: Path) -> None:
    embedder = HashingEmbedder()
    front = "---\ntitle: The same\n---\n"
    documents = [
        read_document(
            f"{number:03}.md", f"{front}{'Other' if number % 2 else 'The same'} words.".encode(), "0" * 64
        ).document
        for number in range(80)
    ]
    build_documents(documents, tmp_path, embedder, now=datetime(2026, 11, 21, tzinfo=UTC))
    index = open_published(tmp_path, current_recipe(embedder.name, embedder.dimension))
    hits = Retriever(index, embedder).search("the same words", limit=80)
    index.close()
    ids = [document.id for document in documents]
    assert [hit.document_id for hit in hits] == ids[::2] + ids[1::2]


def test_an_unknown_method_is_refused(retriever: Retriever) -> None:
    with pytest.raises(ValueError, match="unknown method"):
        retriever.search("waste", method="magic")


# Filters


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        (Filters(city=("Surabya",)), 'No document carries the city "Surabya". Did you mean Surabaya'),
        (Filters(city=("Gotham City",)), 'No document carries the city "Gotham City".'),
        (Filters(country=("Indonesia", "Narnia")), '"Narnia"'),
        (Filters(theme=("",)), 'the theme ""'),
    ],
)
def test_a_value_that_no_document_carries_is_named_with_what_is_near(
    retriever: Retriever, filters: Filters, words: str
) -> None:
    with pytest.raises(FilterError) as caught:
        retriever.search("waste", filters=filters)
    assert words in str(caught.value)


@pytest.mark.parametrize("filters", [Filters(city=("Surabaya",), country=("Japan",)), Filters(years=(1801, 1802))])
def test_filters_that_no_document_passes_give_no_hits(retriever: Retriever, filters: Filters) -> None:
    assert retriever.search("waste", filters=filters) == ()


@pytest.mark.parametrize("documents", [None, np.arange(0, 129, 7)])
def test_beyond_a_size_chroma_finds_the_nearest(
    opened_index: OpenIndex, monkeypatch: pytest.MonkeyPatch, documents: NDArray[np.int64] | None
) -> None:
    shared = 0
    for row in range(0, len(opened_index.vectors), 50):
        exact = opened_index.nearest(opened_index.vectors[row], 20, documents).tolist()
        with monkeypatch.context() as patch:
            patch.setattr("kin_assistant.index.snapshot.EXACT_UP_TO", 0)
            found = opened_index.nearest(opened_index.vectors[row], 20, documents).tolist()
        assert len(found) == len(exact) == 20
        assert documents is None or set(opened_index.library.document_of[found]) <= set(documents.tolist())
        shared += len(set(found) & set(exact))
    # A graph may overlook a neighbour, and which one depends on the threads that built it.
    assert shared >= 0.95 * 20 * len(range(0, len(opened_index.vectors), 50))


def test_what_is_nearest_is_exact_and_ordered(opened_index: OpenIndex) -> None:
    vector = np.array(opened_index.vectors[7])
    cosines = np.asarray(opened_index.vectors @ vector)
    rows = opened_index.nearest(vector, 30)
    assert rows[0] == 7
    assert cosines[rows].tolist() == sorted(cosines.tolist(), reverse=True)[:30]
    assert len(opened_index.nearest(vector, 10_000)) == len(cosines)
