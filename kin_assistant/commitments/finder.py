"""Commitments on a topic or of cities, each with the nearest sentences of later years on the same place and subject."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import groupby

import numpy as np

from kin_assistant.answer.citations import cite_sentences
from kin_assistant.answer.evidence import Candidate
from kin_assistant.answer.sentence_search import SentenceSearch
from kin_assistant.commitments.policy import CommitmentPolicy
from kin_assistant.commitments.reader import CommitmentReader, DatedSentence, FoundCommitment
from kin_assistant.commitments.values import Commitment, CommitmentQuery, Commitments, Later
from kin_assistant.contributions.documents import DocumentChooser, as_practice
from kin_assistant.index.library import DocumentRow, PassageRow
from kin_assistant.indicators.values import Span
from kin_assistant.records.comparison import ComparisonMaker
from kin_assistant.records.reader import RecordReader
from kin_assistant.text.wording import count_words, join_words
from kin_assistant.text.words import fold, stems
from kin_assistant.types import Citation

__all__ = ["CommitmentFinder"]


class CommitmentFinder:
    """Finds the commitments of one opened index. Safe to use from several threads."""

    def __init__(
        self,
        search: SentenceSearch,
        records: RecordReader,
        comparisons: ComparisonMaker,
        build_id: str,
        *,
        policy: CommitmentPolicy | None = None,
        compiler_sections: Collection[str] = (),
    ) -> None:
        self._search, self._library, self._build_id = search, search.library, build_id
        self._documents = DocumentChooser(search, comparisons)
        self._policy = policy or CommitmentPolicy()
        self._compiler_sections = frozenset(map(str.casefold, compiler_sections))
        self.reader = CommitmentReader(search.library, search.places, records, self._compiler_sections)
        self._of_city: dict[str, list[DocumentRow]] = {}
        for row, info in enumerate(self._library.infos):
            for city in info.cities:
                self._of_city.setdefault(city, []).append(DocumentRow(row))

    def find(self, query: CommitmentQuery) -> Commitments:
        """What ``query`` asks for, by practice. Raises ``ComparisonError`` for a city that no document is about."""
        cities = self._documents.find_cities(query.cities)
        found = [
            one
            for one in self._on_topic(query.topic, cities)
            if self._documents.is_in(cities, one.place, one.at.document)
        ]
        if not found:
            about = f" on “{query.topic}”" if query.topic else ""
            where = f" of {join_words(cities, 'or')}" if cities else ""
            reason = f"The documents tell no commitment{where}{about}."
            return Commitments(topic=query.topic or "", reason=reason, build_id=self._build_id)
        shown = found if query.limit is None else found[: query.limit]
        later = [self._find_later(one) for one in shown]
        citations, numbers = self._cite([at for one, own in zip(shown, later, strict=True) for at in (one.at, *own)])
        commitments = tuple(
            _number(one, number, own, numbers) for number, (one, own) in enumerate(zip(shown, later, strict=True), 1)
        )
        by_document = groupby(enumerate(shown, 1), key=lambda one: one[1].at.document)
        return Commitments(
            topic=query.topic or "",
            found=len(found),
            commitments=commitments,
            practices=tuple(
                as_practice(self._library.infos[row], [number for number, _ in own]) for row, own in by_document
            ),
            citations=citations,
            notes=tuple(_explain(len(found), commitments)),
            build_id=self._build_id,
        )

    def _on_topic(self, topic: str | None, cities: Sequence[str]) -> list[FoundCommitment]:
        """Those of the documents near the topic, and behind them those that are near it themselves in other documents."""
        chosen = self._documents.choose(topic, cities)
        found = [one for row in chosen for one in self.reader.commitments_of(row)]
        if topic is None:
            return found
        vector = self._search.embed(topic)
        passages = {PassageRow(row) for row in self._search.index.nearest(vector, self._policy.passages).tolist()}
        others = sorted({self._library.document_row(row) for row in passages}.difference(chosen))
        elsewhere = [one for row in others for one in self.reader.commitments_of(row) if one.at.passage in passages]
        if not elsewhere:
            return found
        cosines = self._vectors_of([one.at for one in elsewhere]) @ vector
        near = [(float(cosine), one) for cosine, one in zip(cosines, elsewhere, strict=True)]
        near = [pair for pair in near if pair[0] >= self._policy.min_nearness]
        best: dict[DocumentRow, float] = {}
        for cosine, one in near:
            best[one.at.document] = max(best.get(one.at.document, 0.0), cosine)
        near.sort(key=lambda pair: (-best[pair[1].at.document], pair[1].at.document, pair[1].at.sentence.start))
        return [*found, *(one for _, one in near)]

    def _find_later(self, one: FoundCommitment) -> list[DatedSentence]:
        """The sentences nearest to a commitment that name a later year and speak of its place, by year."""
        policy = self._policy
        candidates = [at for row in self._rows_of(one) for at in self.reader.dated_of(row) if self._may_follow(at, one)]
        if not candidates:
            return []
        cosines = self._vectors_of(candidates) @ self._vectors_of([one.at])[0]
        of_place = set(stems(one.place or ""))
        own = set(stems(one.at.text)) - of_place
        near = [
            (float(cosine), at)
            for cosine, at in zip(cosines, candidates, strict=True)
            if cosine >= policy.min_cosine and len(own & set(stems(at.text))) >= policy.min_common
        ]
        near.sort(key=lambda pair: (-pair[0], pair[1].passage, pair[1].number))
        chosen = [at for _, at in near[: policy.later]]
        return sorted(chosen, key=lambda at: (max(at.years), at.passage, at.number))

    def _rows_of(self, one: FoundCommitment) -> list[DocumentRow]:
        return self._of_city.get(one.place or "", [one.at.document])

    def _may_follow(self, at: DatedSentence, one: FoundCommitment) -> bool:
        """Whether a sentence names a year behind the one in which it was said, or else the one by which it was to be done."""
        if (at.passage, at.number) == (one.at.passage, one.at.number):
            return False
        last = max(at.years)
        after = last > one.said_in if one.said_in is not None else (one.deadline is not None and last >= one.deadline)
        several = len(self._library.infos[at.document].cities) > 1
        return after and not (several and one.place and fold(one.place) not in fold(at.text))

    def _vectors_of(self, sentences: Sequence[DatedSentence]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        """Shape (sentences, dimension)."""
        first = self._library.first_sentence
        rows = np.array([int(first[one.passage]) + one.number for one in sentences], np.int64)
        return np.asarray(self._search.index.sentences[rows]).astype(np.float32)

    def _cite(
        self, sentences: Sequence[DatedSentence]
    ) -> tuple[tuple[Citation, ...], dict[tuple[DocumentRow, int], int]]:
        """A citation for each sentence, in the order in which they are first shown, and the number of each."""
        once = list({(one.document, one.sentence.start): one for one in sentences}.values())
        candidates = [
            Candidate(one.passage, one.document, one.sentence, one.text, 0.0, 0.0, frozenset(), 0.0) for one in once
        ]
        cited, _ = cite_sentences(candidates, self._library, "", compiler_sections=self._compiler_sections)
        citations = tuple(citation.model_copy(update={"why": ""}) for citation in cited)
        return citations, {(one.document, one.sentence.start): number for number, one in enumerate(once, 1)}


def _number(
    one: FoundCommitment,
    number: int,
    later: Sequence[DatedSentence],
    numbers: dict[tuple[DocumentRow, int], int],
) -> Commitment:
    start, end = (one.at.sentence.start + at for at in one.cue)
    return Commitment(
        number=number,
        told_by=Span(start=start, end=end, text=one.at.text[slice(*one.cue)]),
        said_in=one.said_in,
        deadline=one.deadline,
        place=one.place,
        country=one.country,
        citation=numbers[one.at.document, one.at.sentence.start],
        later=tuple(Later(year=max(at.years), citation=numbers[at.document, at.sentence.start]) for at in later),
    )


def _explain(found: int, shown: Sequence[Commitment]) -> list[str]:
    notes = []
    if found > len(shown):
        notes.append(f"{count_words(found, 'commitment')} fit; these are the first {len(shown)}.")
    silent = sum(not one.later and (one.said_in or one.deadline) is not None for one in shown)
    if silent:
        which = "any of them" if silent == len(shown) > 1 else f"{silent} of them" if silent < len(shown) else "it"
        notes.append(f"No later document speaks of {which}.")
    return notes
