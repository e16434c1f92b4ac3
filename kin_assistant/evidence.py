"""Which sentences of the candidate passages speak to the question, and how well."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from kin_assistant.index.opened import OpenIndex
from kin_assistant.lexical import K1, B, stems
from kin_assistant.retrieval import Ranking
from kin_assistant.types import Document, Sentence

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Candidate", "EvidenceReader"]

# Weights of a sentence's signals, each scaled to 0..1 over the candidates. Chosen on the development questions by hand,
# one value at a time; see docs/decisions/0005-choosing-sentences.md.
_PASSAGE, _MEANING, _WORDS, _COVERAGE, _COVERAGE_IN_CONTEXT, _FIGURE = 1.0, 0.5, 0.3, 0.3, 0.3, 0.15

_ASKS_FOR_FIGURE = re.compile(
    r"\bhow (much|many|big|far|long|large|high|often)\b"
    r"|\b(amount|budget|costs?|figures?|money|numbers?|per ?cent(age)?|price|rates?|share|spen[dt]|tonn?(e|es|age)?|total)\b",
    re.IGNORECASE,
)
_HAS_FIGURE = re.compile(r"\d|\b(half|third|quarter|hundred|thousand|million|billion|dozen)\b", re.IGNORECASE)


_WANTS_A_NOUN = re.compile(r"\b(by|from|see|sources?|than|with)$", re.IGNORECASE)


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


@dataclass(frozen=True, slots=True)
class _SentenceWords:
    own: frozenset[str]
    with_context: Counter[str]


class EvidenceReader:
    """Reads sentences of one opened index."""

    def __init__(self, index: OpenIndex) -> None:
        self._index = index
        self._words_of = lru_cache(20_000)(self._passage_words)

    def read(self, question: str, ranking: Ranking, rows: Sequence[int]) -> list[Candidate]:
        """Sentences of the passages ``rows``, best first."""
        library = self._index.library
        fused = dict(zip(ranking.rows.tolist(), ranking.scores.tolist(), strict=True))
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
        weights = {stem: self._index.lexical.idf(stem) for stem in set(ranking.stems)}
        cosines = np.concatenate(vectors).astype(np.float32) @ ranking.vector
        total = sum(weights.values()) or 1.0
        covered = (
            np.array([sum(w for stem, w in weights.items() if stem in sentence.own) for sentence in words]) / total
        )
        covered_in_context = (
            np.array([sum(w for stem, w in weights.items() if stem in sentence.with_context) for sentence in words])
            / total
        )
        figure = float(bool(_ASKS_FOR_FIGURE.search(question)))
        scores = (
            _PASSAGE * np.array([fused[row] for row, _ in places])
            + _MEANING * _min_max(cosines)
            + _WORDS * _min_max(_bm25(words, weights))
            + _COVERAGE * covered
            + _COVERAGE_IN_CONTEXT * covered_in_context
        )
        candidates = []
        for (row, number), score, cosine, sentence_words in zip(places, scores, cosines, words, strict=True):
            document_row = int(library.document_of[row])
            document, sentence = library.document(document_row), library.passage(row).sentences[number]
            if _lost_a_word(document, sentence):
                continue
            text = document.text[sentence.start : sentence.end]
            if figure and _HAS_FIGURE.search(text):
                score += _FIGURE * figure
            candidates.append(
                Candidate(
                    row,
                    document_row,
                    sentence,
                    text,
                    float(score),
                    float(cosine),
                    frozenset(sentence_words.with_context),
                )
            )
        candidates.sort(key=lambda candidate: (-candidate.score, candidate.passage_row, candidate.sentence.start))
        return candidates

    def _passage_words(self, row: int) -> list[_SentenceWords]:
        passage = self._index.library.passage(row)
        text = self._index.library.document(int(self._index.library.document_of[row])).text
        context = stems(passage.context)
        result = []
        for sentence in passage.sentences:
            own = stems(text[sentence.start : sentence.end])
            result.append(_SentenceWords(frozenset(own), Counter(context + own)))
        return result


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
