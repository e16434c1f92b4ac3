"""Which sentences of the candidate passages speak to the question, and how well."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

import numpy as np

from kin_assistant.figures import asks_for_figure, has_figure
from kin_assistant.index.opened import OpenIndex
from kin_assistant.lexical import K1, B, stems
from kin_assistant.retrieval import Ranking
from kin_assistant.types import Document, Sentence

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Candidate", "EvidenceReader", "Scorer"]

# Weights of a sentence's signals, each scaled to 0..1 over the candidates. Chosen on the development questions by hand,
# one value at a time; see docs/decisions/0005-choosing-sentences.md.
# In the order: fused score of the passage; cosine; BM25 with the context; share of the question's stems in the sentence, and
# with its context; whether it has a figure where one is asked for.
_WEIGHTS = np.array([1.5, 0.5, 0.3, 0.3, 0.3, 0.15])
_READING = 2.0
"""Weight of what the network says of a sentence; chosen as docs/decisions/0012-reading.md tells."""
_READ_CLOSELY, _OF_BEST_DOCUMENTS, _BEST_DOCUMENTS = 12, 9, 2
"""Passages that the network reads, at most: first those of the best documents, then the best of the others."""

_WANTS_A_NOUN = re.compile(r"\b(by|from|see|sources?|than|with):?\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may be quoted."""

    passage_row: int
    document_row: int
    sentence: Sentence
    text: str
    score: float
    """Comparable within one question."""
    cosine: float
    """Of the sentence's vector with the question's."""
    stems: frozenset[str]
    """Of the sentence and of its passage's context."""
    likeness: float
    """The part of the score that comes from similarity and words."""
    odds: float | None = None
    """Log odds that it answers against nothing there does, by a network that read it with the question; None if unread."""


class Scorer(Protocol):
    """What reads a question and a passage together."""

    def score(self, question: str, passages: Sequence[tuple[str, Sequence[str]]]) -> list[NDArray[np.float32]]:
        """Log odds of each sentence; for each passage, given as its context and sentences, an array (sentences,)."""
        ...


@dataclass(frozen=True, slots=True)
class _SentenceWords:
    own: frozenset[str]
    with_context: Counter[str]


class EvidenceReader:
    """Reads sentences of one opened index; the most promising passages with ``scorer``, if there is one."""

    def __init__(self, index: OpenIndex, scorer: Scorer | None = None) -> None:
        self._index = index
        self._scorer = scorer
        self._words_of = lru_cache(20_000)(self._passage_words)

    def read(
        self, question: str, ranking: Ranking, rows: Sequence[int], cities: Sequence[Collection[int]] = ()
    ) -> list[Candidate]:
        """Sentences of the passages ``rows``, best first.

        ``cities`` are the documents (by row) about each place, if the question names several: each is read closely.
        """
        library = self._index.library
        places: list[tuple[int, int]] = []
        words: list[_SentenceWords] = []
        vectors: list[NDArray[np.float16]] = []
        for row in rows:
            first, last = int(library.first_sentence[row]), int(library.first_sentence[row + 1])
            places += [(row, number) for number in range(last - first)]
            words += self._words_of(row)
            vectors.append(np.asarray(self._index.sentences[first:last]))
        if not places:
            return []
        texts = [text for row in rows for text in self._texts_of(row)]
        cosines = np.concatenate(vectors).astype(np.float32) @ ranking.vector
        likeness = self._signals(question, ranking, places, words, texts, cosines) @ _WEIGHTS
        odds = self._read_closely(question, places, likeness, cities)
        scores = likeness + _READING * _as_signal(odds) if self._scorer else likeness
        candidates = []
        for i, (row, number) in enumerate(places):
            document_row = int(library.document_of[row])
            sentence = library.passage(row).sentences[number]
            if _lost_a_word(library.document(document_row), sentence):
                continue
            candidates.append(
                Candidate(
                    row,
                    document_row,
                    sentence,
                    texts[i],
                    float(scores[i]),
                    float(cosines[i]),
                    frozenset(words[i].with_context),
                    float(likeness[i]),
                    None if np.isnan(odds[i]) else float(odds[i]),
                )
            )
        candidates.sort(key=lambda candidate: (-candidate.score, candidate.passage_row, candidate.sentence.start))
        return candidates

    def odds_of(self, question: str, rows: Sequence[int]) -> float | None:
        """Log odds that a sentence of the passages ``rows`` answers ``question``; None without a network that reads them."""
        if self._scorer is None or not rows:
            return None
        odds = np.concatenate(self._scorer.score(question, [self._passage(row) for row in rows]))
        return float(np.logaddexp.reduce(odds.astype(np.float64))) if len(odds) else None

    def _signals(
        self,
        question: str,
        ranking: Ranking,
        places: Sequence[tuple[int, int]],
        words: Sequence[_SentenceWords],
        texts: Sequence[str],
        cosines: NDArray[np.float32],
    ) -> NDArray[np.float64]:
        """What similarity and words say of each sentence; shape (sentences, signals), in the order of ``_WEIGHTS``."""
        fused = dict(zip(ranking.rows.tolist(), ranking.scores.tolist(), strict=True))
        weights = {stem: self._index.lexical.idf(stem) for stem in set(ranking.stems)}
        total = sum(weights.values()) or 1.0
        wants_figure = asks_for_figure(question)
        return np.column_stack([
            [fused[row] for row, _ in places],
            _min_max(cosines),
            _min_max(_bm25(words, weights)),
            [sum(w for stem, w in weights.items() if stem in sentence.own) / total for sentence in words],
            [sum(w for stem, w in weights.items() if stem in sentence.with_context) / total for sentence in words],
            [wants_figure and has_figure(text) for text in texts],
        ])  # fmt: skip

    def _read_closely(
        self,
        question: str,
        places: Sequence[tuple[int, int]],
        scores: NDArray[np.float64],
        cities: Sequence[Collection[int]],
    ) -> NDArray[np.float64]:
        """Log odds by the scorer for the sentences of the most promising passages; NaN for the others."""
        odds = np.full(len(places), np.nan)
        if self._scorer is None:
            return odds
        first_place: dict[int, int] = {}
        best: dict[int, float] = {}
        for i, (row, _) in enumerate(places):
            first_place.setdefault(row, i)
            best[row] = max(best.get(row, -math.inf), float(scores[i]))
        chosen = self._most_promising(sorted(best, key=lambda row: (-best[row], row)), cities)
        passages = [self._passage(row) for row in chosen]
        for row, found in zip(chosen, self._scorer.score(question, passages), strict=True):
            odds[first_place[row] : first_place[row] + len(found)] = found
        return odds

    def _most_promising(self, ranked: Sequence[int], cities: Sequence[Collection[int]]) -> list[int]:
        """The passages to read closely, of those ``ranked``: most of the best documents, or of the best on each place."""
        document_of = self._index.library.document_of
        documents = list(dict.fromkeys(int(document_of[row]) for row in ranked))
        of_each = (next((document for document in documents if document in city), None) for city in cities)
        first_documents = [document for document in dict.fromkeys(of_each) if document is not None]
        if len(first_documents) > 1:
            share = _OF_BEST_DOCUMENTS // len(first_documents) or 1
        else:
            first_documents, share = documents[:_BEST_DOCUMENTS], _OF_BEST_DOCUMENTS
        taken: Counter[int] = Counter()
        first: list[int] = []
        for row in ranked:
            document = int(document_of[row])
            if document in first_documents and taken[document] < share and len(first) < _OF_BEST_DOCUMENTS:
                taken[document] += 1
                first.append(row)
        others = [row for row in ranked if int(document_of[row]) not in first_documents]
        return (first + others)[:_READ_CLOSELY]

    def _passage(self, row: int) -> tuple[str, list[str]]:
        """Context and sentences, as the scorer takes them."""
        return self._index.library.passage(row).context, self._texts_of(row)

    def _texts_of(self, row: int) -> list[str]:
        library = self._index.library
        text = library.document(int(library.document_of[row])).text
        return [text[sentence.start : sentence.end] for sentence in library.passage(row).sentences]

    def _passage_words(self, row: int) -> list[_SentenceWords]:
        passage = self._index.library.passage(row)
        text = self._index.library.document(int(self._index.library.document_of[row])).text
        context = stems(passage.context)
        result = []
        for sentence in passage.sentences:
            own = stems(text[sentence.start : sentence.end])
            result.append(_SentenceWords(frozenset(own), Counter(context + own)))
        return result


def _as_signal(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log odds as a signal from 0 to 1; what was not read counts as what was turned down."""
    return np.where(np.isnan(odds), 0.0, 1 / (1 + np.exp(-odds / 2)))


def _lost_a_word(document: Document, sentence: Sentence) -> bool:
    """Whether a source mark was a word of the sentence ("25% are from [2]"), which makes no sense without it."""
    return any(
        _WANTS_A_NOUN.search(document.text[sentence.start : mark.at])
        for mark in document.marks
        if sentence.start < mark.at <= sentence.end
    )


def _bm25(sentences: Sequence[_SentenceWords], weights: dict[str, float]) -> NDArray[np.float64]:
    """BM25 of each sentence with its context, by the passages' document frequencies."""
    lengths = [sentence.with_context.total() for sentence in sentences]
    average = sum(lengths) / len(lengths) or 1.0
    scores = []
    for sentence, length in zip(sentences, lengths, strict=True):
        saturation = K1 * (1 - B + B * length / average)
        counts = sentence.with_context
        scores.append(
            math.fsum(w * counts[stem] / (counts[stem] + saturation) for stem, w in weights.items() if stem in counts)
        )
    return np.array(scores)


def _min_max(values: NDArray[np.floating]) -> NDArray[np.floating]:
    low, high = values.min(), values.max()
    return (values - low) / (high - low) if high > low else np.zeros_like(values)
