"""Figures on a topic: found by the search for sentences, filtered, sorted, cited, and compared with each other."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from kin_assistant.answer.citations import cite_sentences
from kin_assistant.answer.evidence import Candidate
from kin_assistant.answer.sentence_search import Found, SentenceSearch, Topic
from kin_assistant.index.library import DocumentRow
from kin_assistant.indicators.candidates import FigureFilter, FoundFigure
from kin_assistant.indicators.likeness import find_disputes, group_series
from kin_assistant.indicators.policy import IndicatorPolicy
from kin_assistant.indicators.reader import FigureReader
from kin_assistant.indicators.values import Figure, Indicator, IndicatorQuery, Indicators, Series, Sort
from kin_assistant.text.wording import count_words
from kin_assistant.text.words import stems
from kin_assistant.types import Citation

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["IndicatorFinder"]

_SHORTEST_FORM = 5
"""Letters."""
_FEW = 12
_NO_YEAR = (9999, 9999)


class IndicatorFinder:
    """Finds the figures of one opened index. Safe to use from several threads."""

    def __init__(
        self,
        search: SentenceSearch,
        build_id: str,
        *,
        policy: IndicatorPolicy | None = None,
        compiler_sections: Collection[str] = (),
    ) -> None:
        self._search, self._library = search, search.library
        self.reader = FigureReader(search.library, search.places)
        self._build_id = build_id
        self._policy = policy or IndicatorPolicy()
        self._compiler_sections = frozenset(map(str.casefold, compiler_sections))

    def find(self, query: IndicatorQuery) -> Indicators:
        """The figures that ``query`` asks for, with their sentences, disputes and, if asked for, series.

        Raises ``IndicatorError`` for a city, country or unit that nobody knows and for years that run backwards.
        """
        topic = query.topic or ""
        wanted = FigureFilter(query, self._library.infos, self._search.places)
        every = list(self._on_topic(query.topic) if query.topic is not None else self._all())
        found = [one for one in every if wanted.passes(one.figure)]
        if not found:
            return self._refuse(query, wanted, known=bool(every))
        compared = found[: self._policy.compared]
        vectors = self._vectors_of(compared)
        disputes = find_disputes(compared, vectors, self._policy)
        groups = group_series(compared, vectors, self._policy) if query.series else []
        order = _sort(found, query.sort or ("relevance" if query.topic else "document"), disputes)
        if query.series == "alone":
            in_series = {at for group in groups for at in (*group.actual, *group.planned)}
            order = [at for at in order if at in in_series]
            if not order:
                reason = f"The documents give no figure{wanted.describe(query)} for several years or beside a target."
                return Indicators(topic=topic, reason=reason, build_id=self._build_id)
        shown = order if query.limit is None else order[: query.limit]
        numbers = {at: number for number, at in enumerate(shown, 1)}
        citations, of_sentence = self._cite([found[at] for at in shown], topic)
        indicators = tuple(_number(found, numbers, of_sentence, disputes))
        series = tuple(
            one for group in groups if (one := _as_series(found, group.actual, group.planned, numbers)) is not None
        )
        return Indicators(
            topic=topic,
            found=len(order),
            indicators=indicators,
            citations=citations,
            series=series,
            notes=tuple(_explain(len(order), indicators)),
            build_id=self._build_id,
        )

    def _refuse(self, query: IndicatorQuery, wanted: FigureFilter, *, known: bool) -> Indicators:
        reason = f"The documents give no figure{wanted.describe(query)}."
        if known and query.topic:
            reason += f" They give some on “{query.topic}” without these filters."
        return Indicators(topic=query.topic or "", reason=reason, build_id=self._build_id)

    # Finding

    def _all(self) -> Iterator[FoundFigure]:
        for row in range(len(self._library.infos)):
            document = DocumentRow(row)
            passages = self._library.passages_of(document)
            for sentence in self.reader.sentences_of(document):
                for figure in sentence.figures:
                    passage = passages[sentence.passage]
                    yield FoundFigure(figure, document, passage, sentence.number, sentence.sentence)

    def _on_topic(self, topic: str) -> list[FoundFigure]:
        """The figures of the sentences that speak of ``topic``, the nearest first."""
        about = self._search.make_topic(topic)
        scored = [(self._score(one, about), one) for one in self._search.find(about) if not one.silent]
        if max((score for score, _ in scored), default=0.0) < self._policy.min_best:
            return []
        scores = {(one.passage, one.number): score for score, one in scored if score >= self._policy.min_score}
        documents = sorted({self._library.document_row(passage) for passage, _ in scores})
        found: list[FoundFigure] = []
        for document in documents:
            passages = self._library.passages_of(document)
            for sentence in self.reader.sentences_of(document):
                passage = passages[sentence.passage]
                score = scores.get((passage, sentence.number))
                if score is None:
                    continue
                for figure in sentence.figures:
                    own = score + self._policy.measure * _share_of(about, figure.measure)
                    own -= self._policy.small_count * _is_small_count(figure)
                    found.append(FoundFigure(figure, document, passage, sentence.number, sentence.sentence, own))
        # The figures of a sentence stay together.
        best: dict[tuple[int, int], float] = {}
        for one in found:
            best[one.sentence_key] = max(best.get(one.sentence_key, 0.0), one.score)
        found.sort(key=lambda one: (-best[one.sentence_key], *one.place_in_text))
        return found

    def _score(self, one: Found, about: Topic) -> float:
        policy = self._policy
        score = one.cosine + policy.share * _share_of(about, one.text) + policy.near * one.near
        return score - policy.compiled * one.compiled

    def _vectors_of(self, found: Sequence[FoundFigure]) -> NDArray[np.float32]:
        """The vectors of the figures' sentences; shape (figures, dimension)."""
        first = self._library.first_sentence
        rows = np.array([int(first[one.passage]) + one.number for one in found], np.int64)
        return np.asarray(self._search.index.sentences[rows]).astype(np.float32)

    # Citing

    def _cite(
        self, shown: Sequence[FoundFigure], topic: str
    ) -> tuple[tuple[Citation, ...], dict[tuple[int, int], int]]:
        """A citation for each sentence, in the order of its first figure, and the number of each."""
        sentences = list({one.sentence_key: one for one in shown}.values())
        candidates = [
            Candidate(
                one.passage,
                one.document,
                one.sentence,
                self._library.document(one.document).text[one.sentence.start : one.sentence.end],
                one.score,
                one.score,
                frozenset(),
                one.score,
            )
            for one in sentences
        ]
        cited, _ = cite_sentences(candidates, self._library, topic, compiler_sections=self._compiler_sections)
        citations = tuple(citation.model_copy(update={"why": ""}) for citation in cited)
        return citations, {one.sentence_key: number for number, one in enumerate(sentences, 1)}


def _share_of(topic: Topic, text: str) -> float:
    """The share of the topic's words, by idf, that ``text`` uses in any form: "reduced" counts for "reduction"."""
    used = set(stems(text))
    shares = [0.0]
    for own in topic.alternatives:
        total = sum(topic.idf[stem] for stem in own)
        held = sum(topic.idf[stem] for stem in own if any(_are_forms(stem, other) for other in used))
        shares.append(held / total if total else 0.0)
    return max(shares)


def _are_forms(stem: str, other: str) -> bool:
    """Whether two stems are forms of one word: equal, or one begins with the other and both are long enough."""
    shorter, longer = sorted((stem, other), key=len)
    return stem == other or (
        len(shorter) >= _SHORTEST_FORM and longer.startswith(shorter) and len(longer) <= len(shorter) + 3
    )


def _is_small_count(figure: Figure) -> bool:
    """Whether a figure only counts a few things, in words: "three steps" is seldom an indicator."""
    return not figure.unit and figure.written.text[:1].isalpha() and figure.value <= _FEW


def _sort(found: Sequence[FoundFigure], by: Sort, disputes: dict[int, tuple[int, ...]]) -> list[int]:
    """Positions of ``found`` in the order asked for; by relevance, disputed figures stand side by side."""
    positions = range(len(found))
    if by == "value":
        return sorted(positions, key=lambda at: (found[at].figure.unit, -found[at].figure.value, at))
    if by == "year":
        return sorted(positions, key=lambda at: (found[at].figure.years or _NO_YEAR, at))
    if by == "place":
        return sorted(
            positions, key=lambda at: (found[at].figure.place or "\uffff", found[at].figure.years or _NO_YEAR, at)
        )
    if by == "document":
        return sorted(positions, key=lambda at: found[at].place_in_text)
    return list(dict.fromkeys(one for at in positions for one in (at, *disputes.get(at, ()))))


def _number(
    found: Sequence[FoundFigure],
    numbers: Mapping[int, int],
    of_sentence: Mapping[tuple[int, int], int],
    disputes: Mapping[int, tuple[int, ...]],
) -> Iterator[Indicator]:
    """The figures that have one of ``numbers``, by position, with those of their sentences and of what disputes them."""
    for at, number in numbers.items():
        disputing = (numbers[other] for other in disputes.get(at, ()) if other in numbers)
        yield Indicator(
            number=number,
            figure=found[at].figure,
            citation=of_sentence[found[at].sentence_key],
            disputed_by=tuple(sorted(disputing)),
        )


def _as_series(
    found: Sequence[FoundFigure], actual: Sequence[int], planned: Sequence[int], numbers: dict[int, int]
) -> Series | None:
    """A series by the numbers of its indicators; None if those that are shown make none."""
    shown = [at for at in actual if at in numbers]
    targets = [at for at in planned if at in numbers]
    if not shown or len(shown) + len(targets) < 2:
        return None
    newest = found[shown[-1]].figure
    # The shortest says it most plainly.
    plainest = min((found[at].figure.measure for at in shown), key=len)
    return Series(
        place=newest.place or "",
        unit=newest.unit,
        measure=plainest,
        actual=tuple(numbers[at] for at in shown),
        targets=tuple(numbers[at] for at in targets),
    )


def _explain(found: int, indicators: Sequence[Indicator]) -> Iterator[str]:
    if found > len(indicators):
        yield f"{count_words(found, 'figure')} fit; these are the first {len(indicators)}."
    disputed = sum(bool(one.disputed_by) for one in indicators)
    if disputed:
        marked = "is" if disputed == 1 else "are"
        yield (
            f"{count_words(disputed, 'figure')} {marked} disputed: another sentence gives a different value for what seems to"
            " be the same."
        )
