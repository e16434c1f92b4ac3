"""From a query to ranked passages: dense and lexical scores fused, filtered, and spread over documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from kin_assistant.index.library import DocumentRow, PassageRow
from kin_assistant.index.snapshot import OpenIndex
from kin_assistant.models.embedder import Embedder
from kin_assistant.models.reranker import Reranker
from kin_assistant.policy import RetrievalPolicy
from kin_assistant.question.query import Query, make_query
from kin_assistant.types import Filters, Hit

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Method", "Ranking", "Retriever"]

Method = Literal["shipped", "convex", "rrf", "lexical", "dense"]
"""How passages are ranked; all but "shipped" are there to be compared with it."""

_RRF_K = 60
"""Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet" (2009)."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Candidates of one query, best first; nothing is dropped for its document yet."""

    rows: NDArray[np.int64]
    """Passages; shape (candidates,)."""
    scores: NDArray[np.float32]
    """Fused scores; shape (candidates,)."""
    cosines: NDArray[np.float32]
    """Of each passage's vector with the query's; shape (candidates,)."""

    @property
    def passages(self) -> list[PassageRow]:
        """``rows`` as a list."""
        return [PassageRow(row) for row in self.rows.tolist()]

    @property
    def best_cosine(self) -> float:
        """Of the nearest passage; 0 without candidates."""
        return float(self.cosines.max(initial=0.0))

    def join(self, others: Sequence[Ranking]) -> Ranking:
        """This ranking with the candidates of ``others``, made for the same query, among its own."""
        rows, first = np.unique(np.concatenate([self.rows, *(other.rows for other in others)]), return_index=True)
        scores = np.concatenate([self.scores, *(other.scores for other in others)])[first]
        cosines = np.concatenate([self.cosines, *(other.cosines for other in others)])[first]
        order = np.lexsort((rows, -scores))
        return replace(self, rows=rows[order], scores=scores[order], cosines=cosines[order])


class Retriever:
    """Searches one opened index."""

    def __init__(
        self,
        index: OpenIndex,
        embedder: Embedder,
        *,
        policy: RetrievalPolicy | None = None,
        passages_per_document: int = 3,
        reranker: Reranker | None = None,
    ) -> None:
        self._index = index
        self._embedder = embedder
        self._policy = policy or RetrievalPolicy()
        self._reranker = reranker
        self._per_document = passages_per_document

    def search(
        self, text: str, *, limit: int = 10, filters: Filters | None = None, method: Method = "shipped"
    ) -> tuple[Hit, ...]:
        """The ``limit`` best passages for ``text`` as it stands, best first, at most a few of one document.

        Raises ``FilterError`` if a filter names a value that no document carries.
        """
        query = make_query(text, self._index, self._embedder, filters)
        ranking = self.rank(query, method=method, candidates=max(self._policy.candidates, limit))
        scores = dict(zip(ranking.passages, ranking.scores.tolist(), strict=True))
        return tuple(self._hit(row, scores[row]) for row in self.spread(ranking)[:limit])

    def rank(
        self,
        query: Query,
        *,
        method: Method = "shipped",
        within: Collection[DocumentRow] | None = None,
        candidates: int | None = None,
    ) -> Ranking:
        """All candidates of both searches, best first; ``within`` restricts the documents, as the query's filters do."""
        if method not in get_args(Method):
            raise ValueError(f"unknown method {method!r}")
        candidates = candidates or self._policy.candidates
        allowed = query.allowed
        if within is not None:
            inside = np.array(sorted(within), np.int64)
            allowed = inside if allowed is None else np.intersect1d(allowed, inside)
        if allowed is not None and not len(allowed):
            nothing = np.zeros(0, np.float32)
            return Ranking(np.zeros(0, np.int64), nothing, nothing)
        document_of = self._index.library.document_of
        lexical = self._index.lexical.scores(query.stems)
        if allowed is not None:
            lexical = np.where(np.isin(document_of, allowed), lexical, 0)
        lexical_rows = _top(lexical, candidates)
        dense_rows = self._index.nearest(query.vector, candidates, allowed)
        if method == "lexical":
            rows = lexical_rows
        elif method == "dense":
            rows = dense_rows
        else:
            rows = np.union1d(dense_rows, lexical_rows)
        cosines = np.asarray(self._index.vectors[rows] @ query.vector, np.float32)
        scores: NDArray[np.floating]
        match method:
            case "dense":
                scores = cosines
            case "lexical":
                scores = lexical[rows]
            case "rrf":
                scores = _reciprocal_ranks(rows, dense_rows) + _reciprocal_ranks(rows, lexical_rows)
            case "convex":
                scores = (_min_max(cosines) + _min_max(lexical[rows])) / 2
            case "shipped":
                scores = self._fuse(query, rows, cosines, lexical[rows])
        # Ties are broken by row, which is the order of document ids.
        order = np.lexsort((rows, -scores))
        return Ranking(rows[order], scores[order].astype(np.float32), cosines[order])

    def _fuse(
        self, query: Query, rows: NDArray[np.int64], cosines: NDArray[np.float32], lexical: NDArray[np.float32]
    ) -> NDArray[np.floating]:
        """What speaks for each passage, as one score of at most 1, and what a named place and a reranker add.

        A BM25 score is divided by that of a passage which says nothing but the query. So it is the share of the query that a
        passage holds, and can be added to a cosine as it is: a query in other words than the documents' counts by its
        meaning, one in their words by both. Scaling each side to 0..1 for each query, as the convex fusion does, gives its
        best lexical match full weight however poor it is.
        """
        policy = self._policy
        weights = (policy.passage_cosine, policy.sentence_cosine, policy.lexical_share, policy.neighbour_share)
        most = sum(map(self._index.lexical.idf, query.stems)) or 1.0
        sentences, around = self._best_sentences(rows, query.vector), self._around(rows, query.stems)
        signals = np.column_stack([cosines, sentences, lexical / most, around / most])
        scores: NDArray[np.floating] = signals @ (np.array(weights, np.float32) / sum(weights))
        if query.boosted:
            boosted = np.asarray(sorted(query.boosted))
            scores = scores + policy.named_place_bonus * np.isin(self._index.library.document_of[rows], boosted)
        if self._reranker:
            scores = scores + self._rerank(query, rows, scores, self._reranker)
        return scores

    def _best_sentences(self, rows: NDArray[np.int64], vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosine of the sentence nearest to the query in each passage: a long passage may hold one that answers."""
        first = self._index.library.first_sentence
        counts = first[rows + 1] - first[rows]
        starts = np.cumsum(counts) - counts
        sentences = np.arange(counts.sum()) + np.repeat(first[rows] - starts, counts)
        cosines = self._index.sentences[sentences].astype(np.float32) @ vector
        return np.asarray(np.maximum.reduceat(cosines, starts)) if len(rows) else np.zeros(0, np.float32)

    def _around(self, rows: NDArray[np.int64], query_stems: Sequence[str]) -> NDArray[np.float32]:
        """BM25 of each passage with its neighbours: of each stem the best of them counts."""
        by_stem = self._index.lexical.scores_by_stem(query_stems)
        document_of = self._index.library.document_of
        best = by_stem[:, rows]
        for distance in range(-self._policy.neighbours, self._policy.neighbours + 1):
            near = np.clip(rows + distance, 0, len(document_of) - 1)
            best = np.maximum(best, by_stem[:, near] * (document_of[near] == document_of[rows]))
        return np.asarray(best.sum(axis=0))

    def _rerank(
        self, query: Query, rows: NDArray[np.int64], scores: NDArray[np.floating], reranker: Reranker
    ) -> NDArray[np.float32]:
        """What the reranker gives the best candidates; 0 for the others, which it does not read."""
        given = np.zeros(len(rows), np.float32)
        best = np.lexsort((rows, -scores))[: self._policy.passages_reranked]
        given[best] = reranker.score(query.search_text, [self._text_with_context(row) for row in rows[best].tolist()])
        return given

    def _text_with_context(self, row: int) -> str:
        passage = PassageRow(row)
        return f"{self._index.library.passage(passage).context}\n{self._index.library.text_of(passage)}"

    def spread(self, ranking: Ranking) -> list[PassageRow]:
        """Rows of ``ranking`` in order, without the passages of a document beyond its share."""
        taken: Counter[DocumentRow] = Counter()
        kept = []
        for row in ranking.passages:
            document = self._index.library.document_row(row)
            taken[document] += 1
            if taken[document] <= self._per_document:
                kept.append(row)
        return kept

    def _hit(self, row: PassageRow, score: float) -> Hit:
        passage = self._index.library.passage(row)
        return Hit(
            passage_id=passage.id,
            document_id=passage.document_id,
            score=round(score, 6),
            text=self._index.library.text_of(row),
            heading=passage.heading,
            page=passage.page,
            start=passage.start,
            end=passage.end,
        )


def _top(scores: NDArray[np.float32], limit: int) -> NDArray[np.int64]:
    """Positions of the ``limit`` highest scores above 0, best first, ties by position."""
    positive = np.flatnonzero(scores > 0)
    order = np.lexsort((positive, -scores[positive]))[:limit]
    return positive[order]


def _min_max(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    if not len(scores):
        return scores
    low, high = float(scores.min()), float(scores.max())
    return (scores - low) / (high - low) if high > low else np.zeros_like(scores)


def _reciprocal_ranks(rows: NDArray[np.int64], ranked: NDArray[np.int64]) -> NDArray[np.float32]:
    """1 / (k + rank) for each of ``rows`` that is in ``ranked``, else 0."""
    rank = {row: position for position, row in enumerate(ranked.tolist(), 1)}
    return np.array([1 / (_RRF_K + rank[row]) if row in rank else 0 for row in rows.tolist()], np.float32)
