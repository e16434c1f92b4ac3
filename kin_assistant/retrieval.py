"""From a query to ranked passages: dense and lexical scores fused, filtered, and spread over documents."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Literal, cast, get_args

import numpy as np

from kin_assistant.embedding import Embedder
from kin_assistant.errors import FilterError
from kin_assistant.index.opened import OpenIndex
from kin_assistant.lexical import fold, stems
from kin_assistant.reranking import Reranker
from kin_assistant.types import DocumentInfo, Filters, Hit

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Method", "Ranking", "Retriever"]

Method = Literal["shipped", "convex", "rrf", "lexical", "dense"]
"""How passages are ranked; all but "shipped" are there to be compared with it."""

CANDIDATES = 100
"""Passages taken from each side before they are fused."""
RRF_K = 60
"""Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet" (2009)."""
_WEIGHTS = (1.0, 0.5, 0.7, 0.5)
"""In the order: cosine of the passage, of its best sentence; share of the query in it, and with its neighbours. See
docs/decisions/0007-words-and-meaning.md."""
_NEIGHBOURS = 2
"""Passages before and after, of the same document."""
_NAMED_PLACE_BONUS = 0.1
"""Added to the fused score (at most 1) of passages from a place that the query names."""
_RERANKED = 30
"""Passages that the reranker reads, if there is one."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Candidates of one query, best first; nothing is dropped for its document yet."""

    rows: NDArray[np.int64]
    """Passages; shape (candidates,)."""
    scores: NDArray[np.float32]
    """Fused scores; shape (candidates,)."""
    cosines: NDArray[np.float32]
    """Of each passage's vector with the query's; shape (candidates,)."""
    vector: NDArray[np.float32]
    """Of the query; shape (dimension,)."""
    stems: tuple[str, ...]
    """Of the query."""

    def joined_with(self, others: Sequence[Ranking]) -> Ranking:
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
        passages_per_document: int = 3,
        reranker: Reranker | None = None,
    ) -> None:
        self._index = index
        self._embedder = embedder
        self._reranker = reranker
        self._per_document = passages_per_document

    def search(
        self, query: str, *, limit: int = 10, filters: Filters | None = None, method: Method = "shipped"
    ) -> tuple[Hit, ...]:
        """The ``limit`` best passages, best first, at most a few of one document.

        Raises ``FilterError`` if a filter names a value that no document carries.
        """
        ranking = self.rank(query, filters=filters, method=method, candidates=max(CANDIDATES, limit))
        rows = self.spread(ranking)[:limit]
        scores = dict(zip(ranking.rows.tolist(), ranking.scores.tolist(), strict=True))
        return tuple(self._hit(row, scores[row]) for row in rows)

    def rank(
        self,
        query: str,
        *,
        filters: Filters | None = None,
        method: Method = "shipped",
        favoured: Sequence[int] = (),
        within: Collection[int] | None = None,
        candidates: int = CANDIDATES,
    ) -> Ranking:
        """All candidates of both sides, best first. ``favoured`` are rows of documents from a place that the query names.

        ``within`` restricts the documents (by row), as ``filters`` do.
        """
        if method not in get_args(Method):
            raise ValueError(f"unknown method {method!r}")
        allowed = self.allowed_documents(filters)
        if within is not None:
            inside = np.array(sorted(within), np.int64)
            allowed = inside if allowed is None else np.intersect1d(allowed, inside)
        vector = self._embedder.encode([query])[0]
        if allowed is not None and not len(allowed):
            nothing = np.zeros(0, np.float32)
            return Ranking(np.zeros(0, np.int64), nothing, nothing, vector, tuple(stems(query)))
        query_stems = stems(query)
        document_of = self._index.library.document_of
        lexical = self._index.lexical.scores(query_stems)
        if allowed is not None:
            lexical = np.where(np.isin(document_of, allowed), lexical, 0)
        lexical_rows = _top(lexical, candidates)
        dense_rows = self._index.nearest(vector, candidates, allowed)
        if method == "lexical":
            rows = lexical_rows
        elif method == "dense":
            rows = dense_rows
        else:
            rows = np.union1d(dense_rows, lexical_rows)
        cosines = np.asarray(self._index.vectors[rows] @ vector, np.float32)
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
                weights = np.array(_WEIGHTS, np.float32) / sum(_WEIGHTS)
                scores = self._signals(rows, cosines, lexical[rows], vector, query_stems) @ weights
        if method == "shipped" and favoured:
            scores = scores + _NAMED_PLACE_BONUS * np.isin(document_of[rows], np.asarray(favoured))
        if method == "shipped" and self._reranker:
            scores = scores + self._reranked(query, rows, scores)
        # Ties are broken by row, which is the order of document ids.
        order = np.lexsort((rows, -scores))
        return Ranking(rows[order], scores[order].astype(np.float32), cosines[order], vector, tuple(query_stems))

    def _signals(
        self,
        rows: NDArray[np.int64],
        cosines: NDArray[np.float32],
        lexical: NDArray[np.float32],
        vector: NDArray[np.float32],
        query_stems: Sequence[str],
    ) -> NDArray[np.float32]:
        """What speaks for each passage, in the order of ``_WEIGHTS``; shape (candidates, signals).

        A BM25 score is divided by that of a passage which says nothing but the query. So it is the share of the query that a
        passage holds, and can be added to a cosine as it is: a query in other words than the documents' counts by its
        meaning, one in their words by both. Scaling each side to 0..1 for each query, as the convex fusion does, gives its
        best lexical match full weight however poor it is.
        """
        most = sum(map(self._index.lexical.idf, query_stems)) or 1.0
        sentences, around = self._best_sentences(rows, vector), self._around(rows, query_stems)
        return np.column_stack([cosines, sentences, lexical / most, around / most])

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
        for distance in range(-_NEIGHBOURS, _NEIGHBOURS + 1):
            near = np.clip(rows + distance, 0, len(document_of) - 1)
            best = np.maximum(best, by_stem[:, near] * (document_of[near] == document_of[rows]))
        return np.asarray(best.sum(axis=0))

    def _reranked(self, query: str, rows: NDArray[np.int64], scores: NDArray[np.floating]) -> NDArray[np.float32]:
        """What the reranker gives the best candidates; 0 for the others, which it does not read."""
        given = np.zeros(len(rows), np.float32)
        best = np.lexsort((rows, -scores))[:_RERANKED]
        if self._reranker:
            given[best] = self._reranker.score(query, [self._text(row) for row in rows[best].tolist()])
        return given

    def _text(self, row: int) -> str:
        library = self._index.library
        passage = library.passage(row)
        text = library.document(int(library.document_of[row])).text[passage.start : passage.end]
        return f"{passage.context}\n{text}"

    def spread(self, ranking: Ranking) -> list[int]:
        """Rows of ``ranking`` in order, without the passages of a document beyond its share."""
        taken: dict[int, int] = {}
        kept = []
        for row in ranking.rows.tolist():
            document = int(self._index.library.document_of[row])
            taken[document] = taken.get(document, 0) + 1
            if taken[document] <= self._per_document:
                kept.append(row)
        return kept

    def allowed_documents(self, filters: Filters | None) -> NDArray[np.int64] | None:
        """Rows of the documents that pass ``filters``; None if all do. Raises ``FilterError`` for a value that none carries."""
        if filters is None or filters.empty:
            return None
        infos = self._index.library.infos
        for field, wanted in _wanted(filters):
            known = {fold(value): value for info in infos for value in _values(info, field)}
            for value in wanted:
                if fold(value) not in known:
                    raise FilterError(_unknown_value(field, value, known))
        return np.array([row for row, info in enumerate(infos) if _passes(info, filters)], np.int64)

    def _hit(self, row: int, score: float) -> Hit:
        library = self._index.library
        passage = library.passage(row)
        document = library.document(int(library.document_of[row]))
        return Hit(
            passage_id=passage.id,
            document_id=passage.document_id,
            score=round(score, 6),
            text=document.text[passage.start : passage.end],
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
    return np.array([1 / (RRF_K + rank[row]) if row in rank else 0 for row in rows.tolist()], np.float32)


def _wanted(filters: Filters) -> list[tuple[str, tuple[str, ...]]]:
    fields = ("city", "country", "region", "theme")
    return [(field, cast("tuple[str, ...]", getattr(filters, field))) for field in fields if getattr(filters, field)]


def _values(info: DocumentInfo, field: str) -> tuple[str, ...]:
    match field:
        case "city":
            return info.cities
        case "country":
            return info.countries
        case "theme":
            return info.themes
        case _:
            return (info.region,) if info.region else ()


def _passes(info: DocumentInfo, filters: Filters) -> bool:
    for field, wanted in _wanted(filters):
        carried = {fold(value) for value in _values(info, field)}
        if carried.isdisjoint(fold(value) for value in wanted):
            return False
    if filters.years is None:
        return True
    return info.years is not None and info.years[0] <= filters.years[1] and filters.years[0] <= info.years[1]


def _unknown_value(field: str, value: str, known: dict[str, str]) -> str:
    near = get_close_matches(fold(value), known, n=3, cutoff=0.6)
    message = f'No document carries the {field} "{value}".'
    if near:
        return f"{message} Did you mean {' or '.join(known[name] for name in near)}?"
    return f"{message} Run kin docs list to see what there is."
