"""Answers under policies that differ from the shipped one in a single value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kin_assistant.answer.composer import Composer
from kin_assistant.answer.evidence import EvidenceReader
from kin_assistant.answer.pipeline import AnswerPipeline
from kin_assistant.answer.sentence_search import SentenceSearch
from kin_assistant.answer.talk import TalkResponder
from kin_assistant.index.snapshot import OpenIndex
from kin_assistant.models.embedder import Embedder
from kin_assistant.places.matching import Gazetteer, PlaceIndex
from kin_assistant.policy import AnswerPolicy, EvidencePolicy, RetrievalPolicy, SentenceSearchPolicy
from kin_assistant.question.kinds import KindClassifier
from kin_assistant.question.names import LibraryNames
from kin_assistant.question.query import QueryParser
from kin_assistant.records.asked import FieldMatcher
from kin_assistant.records.reader import RecordReader
from kin_assistant.retrieval import Retriever
from kin_assistant.text.words import stems
from kin_assistant.types import WantedForm

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["AnswerBench", "Message", "double", "halve"]


class Message(NamedTuple):
    """What is asked, and how."""

    text: str
    form: WantedForm | None = None
    words: int = 150
    reads: bool = True
    """Whether a network reads the passages."""
    reranks: bool = False
    """Whether a cross-encoder ranks them again."""


def halve(name: str) -> AnswerPolicy:
    """The shipped policy with half of the value ``name`` ("stage.value"); of a whole number, down to a whole one.

    Half of nought is nought: there it is one less.
    """
    return _replace_value(name, lambda value: (value // 2 if isinstance(value, int) else value / 2) if value else -1.0)


def double(name: str) -> AnswerPolicy:
    """The shipped policy with twice that value, or one more than nought."""
    return _replace_value(name, lambda value: 2 * value or 1.0)


def _replace_value(name: str, change: Callable[[float], float]) -> AnswerPolicy:
    stage, _, field = name.partition(".")
    group = getattr(AnswerPolicy(), stage)
    return replace(AnswerPolicy(), **{stage: replace(group, **{field: change(getattr(group, field))})})


class AnswerBench:
    """Answers messages from one opened index under any policy; what no policy decides is done once."""

    def __init__(self, index: OpenIndex, embedder: Embedder, classifier: KindClassifier) -> None:
        self._index, self._embedder = index, _RememberingEmbedder(embedder)
        self._places = PlaceIndex(Gazetteer.load(), index.library.infos, index.vocabulary)
        self._sections = index.manifest.profile.compiler_sections
        self._records = RecordReader(index, embedder.name, compiler_sections=self._sections)
        self._fields = FieldMatcher(self._records, embedder.name)
        self._classifier = classifier
        self._parser = lru_cache(4)(self._make_parser)
        self._search = lru_cache(8)(self._open_search)

    def answer(self, message: Message, policy: AnswerPolicy) -> str:
        """All that a reader sees of the answer, as JSON; no scores."""
        search = self._search(policy.retrieval, policy.evidence, policy.search, message.reads, message.reranks)
        examples = self._index.manifest.profile.examples
        talk = TalkResponder(self._embedder, self._index.library.infos, examples, policy.talk)
        pipeline = AnswerPipeline(
            self._index.library,
            self._index.manifest.build_id,
            self._parser(policy.evidence.documents_of_name),
            search.retriever,
            search.reader,
            Composer(search, talk, self._records.fields_of, policy),
            policy=policy,
            answer_words=message.words,
            compiler_sections=self._sections,
        )
        answer = pipeline.answer(message.text, form=message.form)
        return answer.model_dump_json(
            exclude={"elapsed_ms": True, "confidence": True, "also_retrieved": {"__all__": {"score"}}}
        )

    def _make_parser(self, documents_of_name: int) -> QueryParser:
        names = LibraryNames(self._index, most_documents=documents_of_name)
        return QueryParser(self._index, self._embedder, self._places, self._classifier, names=names)

    def _open_search(
        self,
        retrieval: RetrievalPolicy,
        evidence: EvidencePolicy,
        search: SentenceSearchPolicy,
        reads: bool,
        reranks: bool,
    ) -> SentenceSearch:
        retriever = Retriever(
            self._index, self._embedder, policy=retrieval, reranker=_WordReranker() if reranks else None
        )
        reader = EvidenceReader(self._index, _WordReader() if reads else None, fields=self._fields, policy=evidence)
        return SentenceSearch(self._index, self._embedder, retriever, reader, self._places, search)


class _RememberingEmbedder:
    """An embedder that embeds each text once."""

    def __init__(self, embedder: Embedder) -> None:
        self.name, self.dimension, self._embedder = embedder.name, embedder.dimension, embedder
        self._known: dict[str, NDArray[np.float32]] = {}

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known |= zip(new, self._embedder.encode(new), strict=True)
        return np.array([self._known[text] for text in texts])


@cache
def _stems_of(text: str) -> frozenset[str]:
    return frozenset(stems(text))


def _overlap(asked: str, text: str) -> float:
    """The cosine of both as sets of stems."""
    one, other = _stems_of(asked), _stems_of(text)
    return len(one & other) / ((len(one) * len(other)) ** 0.5 or 1.0)


class _WordReader:
    """A double of ``EvidenceNetwork``: a sentence answers by the words that it shares with the question."""

    def score(self, question: str, passages: Sequence[tuple[str, Sequence[str]]]) -> list[NDArray[np.float32]]:
        """Log odds from -8 to 8."""
        return [np.array([16 * _overlap(question, text) - 8 for text in texts], np.float32) for _, texts in passages]


class _WordReranker:
    """A double of ``Reranker``, by the same."""

    def score(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([_overlap(query, text) for text in texts], np.float32)
