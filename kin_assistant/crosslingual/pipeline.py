"""From a question in another language to an ``Answer``: quotes in English under a sentence in the asker's language, or none."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Iterator, Sequence

from kin_assistant.answer.citations import cite_sentences
from kin_assistant.answer.evidence import Candidate
from kin_assistant.answer.sentence_search import stands_alone
from kin_assistant.crosslingual.policy import CrosslingualPolicy
from kin_assistant.crosslingual.retrieval import CrosslingualRetriever, Near, QuestionEncoder, read_directions
from kin_assistant.errors import OtherLanguage
from kin_assistant.filters import count_filters, find_allowed_documents, name_filters
from kin_assistant.index.library import DocumentRow, Library
from kin_assistant.index.snapshot import OpenIndex
from kin_assistant.places.matching import PlaceIndex
from kin_assistant.question.notices import Notice, notice_in
from kin_assistant.text.cleaning import clean
from kin_assistant.types import Answer, Citation, Filters, NearDocument, Section

__all__ = ["CrosslingualPipeline", "open_pipeline"]

_UNDERSTOOD = "The question was understood by its meaning; the quotes are in English, as the documents are."
_NOTHING_NEAR = "Nothing in the documents comes near this question."
_ASK_IN_ENGLISH = "Please ask in English."
_WHY = "near to the question in meaning"


class CrosslingualPipeline:
    """Answers questions in other languages from one opened index that has multilingual vectors."""

    def __init__(
        self,
        library: Library,
        build_id: str,
        retriever: CrosslingualRetriever,
        *,
        policy: CrosslingualPolicy | None = None,
        answer_words: int = 150,
        compiler_sections: Collection[str] = (),
    ) -> None:
        self._library, self._build_id, self._retriever = library, build_id, retriever
        self._policy = policy or CrosslingualPolicy()
        self._answer_words = answer_words
        self._compiler_sections = frozenset(map(str.casefold, compiler_sections))

    def answer_otherwise(
        self,
        answer: Callable[[], Answer],
        question: str,
        filters: Filters | None,
        answer_id: str | None,
        max_words: int | None,
    ) -> Answer:
        """What ``answer`` answers to ``question``; what is near in meaning, where that is in another language."""
        try:
            return answer()
        except OtherLanguage as fault:
            return self.answer(
                clean(question), fault.language, filters=filters, answer_id=answer_id, max_words=max_words
            )

    def answer(
        self,
        question: str,
        language: str | None,
        *,
        filters: Filters | None = None,
        answer_id: str | None = None,
        max_words: int | None = None,
    ) -> Answer:
        """Answer ``question``, which is in ``language`` (ISO 639-1; None if that is not known), as it stands.

        The quotes take at most ``max_words``. Raises ``FilterError`` for an unknown filter value.
        """
        started = time.perf_counter()
        allowed = find_allowed_documents(self._library.infos, filters)
        near = self._retriever.rank(question, language, allowed)
        confidence = self._estimate_confidence(near)
        retrieved = time.perf_counter()
        reason = self._reason_to_refuse(near, confidence, language, filters)
        chosen = [] if reason else self._choose(near, max_words or self._answer_words)
        citations, sentences = cite_sentences(
            [one for group in chosen for one in group],
            self._library,
            question,
            compiler_sections=self._compiler_sections,
        )
        citations = tuple(citation.model_copy(update={"why": _WHY}) for citation in citations)
        finished = time.perf_counter()
        return Answer(
            id=answer_id,
            question=question,
            standalone_question=question,
            abstained=bool(reason),
            reason=reason,
            said="" if reason else _say_twice(_UNDERSTOOD, "understood", language),
            sections=tuple(_sections(chosen, citations)),
            sentences=sentences,
            citations=citations,
            nearest=self._nearest(near) if reason else (),
            confidence=round(confidence, 4),
            build_id=self._build_id,
            elapsed_ms={
                "retrieve": _milliseconds(retrieved - started),
                "answer": _milliseconds(finished - retrieved),
                "total": _milliseconds(finished - started),
            },
        )

    def _estimate_confidence(self, near: Near) -> float:
        """How likely the nearest document answers, from 0 to 1."""
        if not near.documents:
            return 0.0
        return 1 / (1 + math.exp(-self._policy.steepness * (float(near.scores[0]) - self._policy.middle)))

    def _reason_to_refuse(
        self, near: Near, confidence: float, language: str | None, filters: Filters | None
    ) -> str | None:
        if not near.documents and filters:
            return f"No document covers {name_filters(filters)}{' together' if count_filters(filters) > 1 else ''}."
        if confidence >= self._policy.min_confidence:
            return None
        own = (notice_in(language, "nothing_near"), notice_in(language, "ask_in_english"))
        return " ".join(filter(None, (*own, _NOTHING_NEAR, _ASK_IN_ENGLISH)))

    def _choose(self, near: Near, words: int) -> list[list[Candidate]]:
        """The sentences to quote, by document, in reading order; the first one always, the others while there is room."""
        policy = self._policy
        chosen: list[list[Candidate]] = []
        for place, row in enumerate(near.documents[: policy.documents]):
            if near.scores[place] < near.scores[0] - policy.max_gap:
                break
            most = 1 if place else policy.sentences_of_first
            taken: list[Candidate] = []
            for candidate in self._candidates(near, row):
                length = len(candidate.text.split())
                if (chosen or taken) and length > words:
                    continue
                taken.append(candidate)
                words -= length
                if len(taken) == most:
                    break
            if taken:
                chosen.append(sorted(taken, key=lambda one: one.sentence.start))
        return chosen

    def _candidates(self, near: Near, document: DocumentRow) -> list[Candidate]:
        """The sentences of a document that can be quoted alone, else all, the best first; one in two passages once."""
        found: dict[tuple[int, int], Candidate] = {}
        for passage in self._library.passages_of(document):
            first = int(self._library.first_sentence[passage])
            stored = self._library.passage(passage).sentences
            for number, (sentence, text) in enumerate(zip(stored, self._library.sentences_of(passage), strict=True)):
                score = float(near.of_sentences[first + number])
                known = found.get((sentence.start, sentence.end))
                if known is None or known.score < score:
                    cosine = float(near.cosines[first + number])
                    one = Candidate(passage, document, sentence, text, score, cosine, frozenset(), score)
                    found[sentence.start, sentence.end] = one
        alone = [one for one in found.values() if stands_alone(one.text)] or list(found.values())
        return sorted(alone, key=lambda one: (-one.score, one.sentence.start))

    def _nearest(self, near: Near) -> tuple[NearDocument, ...]:
        infos = [self._library.infos[row] for row in near.documents[: self._policy.near_documents]]
        return tuple(NearDocument(document_id=info.id, title=info.title, cities=info.cities) for info in infos)


def open_pipeline(
    index: OpenIndex,
    encoder: QuestionEncoder | None,
    places: PlaceIndex,
    answer_words: int,
    compiler_sections: Collection[str],
) -> CrosslingualPipeline | None:
    """What answers questions in other languages; None without a model, or where the build has no vectors of it.

    Raises ``ModelError`` if the directions of languages are missing or damaged.
    """
    if encoder is None or index.multilingual is None or index.multilingual.model != encoder.name:
        return None
    return CrosslingualPipeline(
        index.library,
        index.manifest.build_id,
        CrosslingualRetriever(index.library, index.multilingual, encoder, read_directions(), places),
        answer_words=answer_words,
        compiler_sections=compiler_sections,
    )


def _sections(chosen: Sequence[Sequence[Candidate]], citations: Sequence[Citation]) -> Iterator[Section]:
    """A section for each document, with the numbers of its citations."""
    numbers = iter(citations)
    for group in chosen:
        yield Section(numbers=tuple(next(numbers).number for _ in group))


def _say_twice(message: str, notice: Notice, language: str | None) -> str:
    """``message``, before it the same in the language of the question, where it is known."""
    own = notice_in(language, notice)
    return f"{own} {message}" if own else message


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 2)
