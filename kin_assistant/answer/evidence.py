"""Which sentences of the candidate passages speak to the query, and how well."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from kin_assistant.index.bm25 import BM25_B, BM25_K1
from kin_assistant.index.library import DocumentRow, PassageRow
from kin_assistant.index.snapshot import OpenIndex
from kin_assistant.policy import EvidencePolicy
from kin_assistant.processes.caching import remember
from kin_assistant.question.query import Query
from kin_assistant.retrieval import Ranking
from kin_assistant.text.asked import AskedKind, find_asked_kinds, gives_any
from kin_assistant.text.figures import has_figure
from kin_assistant.text.words import fold, stems
from kin_assistant.types import Document, Sentence

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Candidate", "Evidence", "EvidenceNetwork", "EvidenceReader", "FieldMatch", "lost_a_word"]

_WANTS_A_NOUN = re.compile(
    r"(?:(?:^|[(.;,])\s*(?:see|sources?|after)|\b(?:are|is|was|were|com(?:es?|ing)|taken|%|per cent)\s+(?:by|from|with)"
    r"|\b(?:after|from|see|to)\s+sources?|:)\s*$",
    re.IGNORECASE,
)
"""Before a mark: "See [2]", "25% are from [2]", "Source: [2]", but not "what other cities can learn from [2]"."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may be quoted."""

    passage: PassageRow
    document: DocumentRow
    sentence: Sentence
    text: str
    score: float
    """Comparable within one query."""
    cosine: float
    """Of the sentence's vector with the query's."""
    stems: frozenset[str]
    """Of the sentence and of its passage's context."""
    similarity_score: float
    """The part of the score that comes from similarity and words."""
    logit: float | None = None
    """Log odds that it answers against nothing there does, by the network that read it with the query; None if unread."""
    field_match: float = 0.0
    """As ``FieldMatch`` gives it."""
    misses_asked: bool = False
    """Whether a kind of thing is plainly asked for, such as a date or who paid, and it gives none."""

    def __hash__(self) -> int:
        """By its place: an answer looks candidates up many thousand times."""
        return hash((self.passage, self.sentence.start))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found and read for one query."""

    query: Query
    ranking: Ranking
    """All passages that came into question."""
    passages: tuple[PassageRow, ...]
    """Those whose sentences were read."""
    candidates: tuple[Candidate, ...]
    """Sentences that may be quoted, best first."""
    logits: Mapping[PassageRow, NDArray[np.float32]]
    """What the network says of all sentences of the passages that it read, as ``EvidenceNetwork.score``."""
    lead_elsewhere: float | None = None
    """By how much the best passage on other places is ranked above the best one on the places that the query names.

    None if the query names no place, or only one of the two was found.
    """


class EvidenceNetwork(Protocol):
    """What reads a query and a passage together."""

    def score(self, question: str, passages: Sequence[tuple[str, Sequence[str]]]) -> list[NDArray[np.float32]]:
        """Log odds of each sentence; for each passage, given as its context and sentences, an array (sentences,)."""
        ...


class FieldMatch(Protocol):
    """What knows the fields of a record that questions ask for, and those that sentences tell."""

    def __call__(
        self, question: str, vector: NDArray[np.float32], passages: Sequence[PassageRow]
    ) -> NDArray[np.float64]:
        """How well each sentence of ``passages`` tells the field that the question with this vector asks for.

        The logarithm of how much likelier that field is asked for than any is told; shape (sentences,), in order.
        """
        ...


class _Place(NamedTuple):
    """Where a sentence stands: its passage and its number there."""

    passage: PassageRow
    number: int


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a sentence whatever is asked."""

    own: frozenset[str]
    """Its stems."""
    counts: Counter[str]
    """How often it and the context of its passage have each stem."""
    stems: frozenset[str]
    """Those of ``counts``."""
    length: int
    """Stems in all, repeated ones counted."""
    has_figure: bool
    lost_a_word: bool


class EvidenceReader:
    """Reads sentences of one opened index; the most promising passages with ``network``, if there is one."""

    def __init__(
        self,
        index: OpenIndex,
        network: EvidenceNetwork | None = None,
        *,
        fields: FieldMatch | None = None,
        policy: EvidencePolicy | None = None,
    ) -> None:
        self._index = index
        self._network, self._fields = network, fields
        self._policy = policy or EvidencePolicy()
        self._words_of = remember(self._count_words, 20_000)

    def read(self, query: Query, ranking: Ranking, passages: Sequence[PassageRow]) -> Evidence:
        """Read ``passages``, all of ``ranking``. If the query names several places, each is read closely."""
        candidates, logits = self._candidates(query, ranking, passages)
        lead = self._lead_elsewhere(query, ranking)
        return Evidence(query, ranking, tuple(passages), tuple(candidates), logits, lead)

    def _lead_elsewhere(self, query: Query, ranking: Ranking) -> float | None:
        """As ``Evidence.lead_elsewhere``."""
        on_place = np.isin(self._index.library.document_of[ranking.rows], sorted(query.named_documents))
        if not on_place.any() or on_place.all():
            return None
        return float(ranking.scores[~on_place].max() - ranking.scores[on_place].max())

    def _candidates(
        self, query: Query, ranking: Ranking, passages: Sequence[PassageRow]
    ) -> tuple[list[Candidate], dict[PassageRow, NDArray[np.float32]]]:
        """Sentences of ``passages``, best first, and what the network says of the passages that it read."""
        library = self._index.library
        places: list[_Place] = []
        known: list[_Known] = []
        vectors: list[NDArray[np.float16]] = []
        for passage in passages:
            first, last = int(library.first_sentence[passage]), int(library.first_sentence[passage + 1])
            places += [_Place(passage, number) for number in range(last - first)]
            known += self._words_of(passage)
            vectors.append(np.asarray(self._index.sentences[first:last]))
        if not places:
            return [], {}
        texts = [text for passage in passages for text in library.sentences_of(passage)]
        cosines = np.concatenate(vectors).astype(np.float32) @ query.vector
        similarity = self._score_by_similarity(query, ranking, places, known, cosines)
        read = self._read_closely(query, places, similarity)
        logits = [float(read[passage][number]) if passage in read else math.nan for passage, number in places]
        scores = similarity + self._policy.network * _as_signal(np.array(logits)) if self._network else similarity
        matches = self._fields(query.text, query.vector, passages) if self._fields else np.zeros(len(places))
        kinds = _kinds_asked(query)
        candidates = []
        asked = frozenset(named.name for named in query.scope.named if named.kind == "city")
        for i, place in enumerate(places):
            document = library.document_row(place.passage)
            sentence = library.passage(place.passage).sentences[place.number]
            cities = library.infos[document].cities
            if known[i].lost_a_word or _is_on_another(cities, asked, texts[i]):
                continue
            candidates.append(
                Candidate(
                    place.passage,
                    document,
                    sentence,
                    texts[i],
                    float(scores[i]),
                    float(cosines[i]),
                    known[i].stems,
                    float(similarity[i]),
                    None if math.isnan(logits[i]) else logits[i],
                    float(matches[i]),
                    bool(kinds) and not gives_any(kinds, texts[i], library.lead_in_of(document, sentence)),
                )
            )
        candidates.sort(key=lambda candidate: (-candidate.score, candidate.passage, candidate.sentence.start))
        return candidates, read

    def score(self, question: str, passages: Sequence[PassageRow]) -> list[NDArray[np.float32]]:
        """What the network says of the sentences of ``passages``, as ``EvidenceNetwork.score``; empty without a network."""
        return self._network.score(question, [self._with_context(row) for row in passages]) if self._network else []

    def _score_by_similarity(
        self,
        query: Query,
        ranking: Ranking,
        places: Sequence[_Place],
        known: Sequence[_Known],
        cosines: NDArray[np.float32],
    ) -> NDArray[np.float64]:
        """What similarity and words say of each sentence; shape (sentences,)."""
        policy = self._policy
        fused = dict(zip(ranking.passages, ranking.scores.tolist(), strict=True))
        signals = np.column_stack([
            [fused[passage] for passage, _ in places],
            _min_max(cosines),
            _min_max(_bm25(known, query.idf)),
            _shares_of(query, (sentence.own for sentence in known)),
            _shares_of(query, (sentence.stems for sentence in known)),
            [query.wants_figure and sentence.has_figure for sentence in known],
        ])  # fmt: skip
        weights = np.array([
            policy.passage_score, policy.sentence_cosine, policy.lexical, policy.shared_stems,
            policy.shared_stems_in_context, policy.figure,
        ])  # fmt: skip
        scores: NDArray[np.float64] = signals @ weights
        return scores

    def _read_closely(
        self, query: Query, places: Sequence[_Place], scores: NDArray[np.float64]
    ) -> dict[PassageRow, NDArray[np.float32]]:
        """What the network says of the sentences of the most promising passages."""
        best: dict[PassageRow, float] = {}
        for i, (passage, _) in enumerate(places):
            best[passage] = max(best.get(passage, -math.inf), float(scores[i]))
        chosen = self._most_promising(query, sorted(best, key=lambda passage: (-best[passage], passage)))
        return dict(zip(chosen, self.score(query.text, chosen), strict=False))

    def _most_promising(self, query: Query, ranked: Sequence[PassageRow]) -> list[PassageRow]:
        """The passages to read closely, of those ``ranked``: most of the best documents, or of the best on each place."""
        policy = self._policy
        document_row = self._index.library.document_row
        documents = list(dict.fromkeys(map(document_row, ranked)))
        first_documents: list[DocumentRow] = []
        if len(query.about) > 1:
            of_each = (next((document for document in documents if document in about), None) for about in query.about)
            first_documents = [document for document in dict.fromkeys(of_each) if document is not None]
        if len(first_documents) > 1:
            share = policy.passages_read_of_best // len(first_documents) or 1
        else:
            first_documents, share = documents[: policy.best_documents], policy.passages_read_of_best
        taken: Counter[DocumentRow] = Counter()
        first: list[PassageRow] = []
        for passage in ranked:
            document = document_row(passage)
            if document in first_documents and taken[document] < share and len(first) < policy.passages_read_of_best:
                taken[document] += 1
                first.append(passage)
        others = [passage for passage in ranked if document_row(passage) not in first_documents]
        return (first + others)[: policy.passages_read]

    def _with_context(self, passage: PassageRow) -> tuple[str, list[str]]:
        """Context and sentences, as the network takes them."""
        return self._index.library.passage(passage).context, self._index.library.sentences_of(passage)

    def _count_words(self, passage: PassageRow) -> list[_Known]:
        library = self._index.library
        stored, document = library.passage(passage), library.document_with(passage)
        context = stems(stored.context)
        result = []
        for sentence, text in zip(stored.sentences, library.sentences_of(passage), strict=True):
            own = stems(text)
            counts = Counter(context + own)
            result.append(
                _Known(
                    frozenset(own),
                    counts,
                    frozenset(counts),
                    counts.total(),
                    has_figure(text),
                    lost_a_word(document, sentence),
                )
            )
        return result


def _kinds_asked(query: Query) -> frozenset[AskedKind]:
    """The kinds of thing that ``query`` asks for; none if it asks for something else too."""
    of_parts = [find_asked_kinds(part.text) for part in query.parts] or [find_asked_kinds(query.text)]
    return frozenset[AskedKind]().union(*of_parts) if all(of_parts) else frozenset()


def _shares_of(query: Query, held: Iterable[frozenset[str]]) -> list[float]:
    """The share of the query's stems, by idf, that each of ``held`` has."""
    total, idfs = query.idf_total, list(query.idf.items())
    return [sum([idf for stem, idf in idfs if stem in own]) / total for own in held]


def _as_signal(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logits as a signal from 0 to 1; what was not read counts as what was turned down."""
    return np.where(np.isnan(logits), 0.0, 1 / (1 + np.exp(-logits / 2)))


def lost_a_word(document: Document, sentence: Sentence) -> bool:
    """Whether a source mark was a word of the sentence ("25% are from [2]"), which makes no sense without it."""
    return any(
        _WANTS_A_NOUN.search(document.text[sentence.start : mark.at])
        for mark in document.marks
        if sentence.start < mark.at <= sentence.end
    )


def _is_on_another(cities: Sequence[str], asked: frozenset[str], text: str) -> bool:
    """Whether a sentence of a document on ``cities``, one of them ``asked`` about, names others of them alone."""
    if asked.isdisjoint(cities) or asked.issuperset(cities):
        return False
    folded = fold(text)
    named = {city for city in cities if fold(city) in folded}
    return bool(named) and named.isdisjoint(asked)


def _bm25(sentences: Sequence[_Known], idf: Mapping[str, float]) -> NDArray[np.float64]:
    """BM25 of each sentence with its context, by the passages' document frequencies."""
    average = sum(sentence.length for sentence in sentences) / len(sentences) or 1.0
    scores = []
    for sentence in sentences:
        saturation = BM25_K1 * (1 - BM25_B + BM25_B * sentence.length / average)
        counts = sentence.counts
        scores.append(
            math.fsum(w * counts[stem] / (counts[stem] + saturation) for stem, w in idf.items() if stem in counts)
        )
    return np.array(scores)


def _min_max(values: NDArray[np.floating]) -> NDArray[np.floating]:
    low, high = values.min(), values.max()
    return (values - low) / (high - low) if high > low else np.zeros_like(values)
