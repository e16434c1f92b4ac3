"""Practices of cities like the one of a situation, ranked, each with the traits that match and a few quoted sentences."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kin_assistant.answer.citations import cite_sentences
from kin_assistant.answer.sentence_search import Found, SentenceSearch, Topic
from kin_assistant.answer.telling import take_of_places
from kin_assistant.coverage.cities import CityGroup, group_by_city
from kin_assistant.errors import QuestionError
from kin_assistant.index.library import DocumentRow, PassageRow
from kin_assistant.peers.likeness import Measured, liken_place, liken_problem
from kin_assistant.peers.policy import LikenessPolicy
from kin_assistant.peers.situation import Situation, SituationReader, is_meant
from kin_assistant.peers.values import MAX_PEERS, PEERS, Likeness, Peer, Peers
from kin_assistant.peers.vocabulary import find_phrases, read_peer_vocabulary
from kin_assistant.places.gazetteer import Gazetteer
from kin_assistant.policy import AdvicePolicy
from kin_assistant.records.comparison import ComparisonMaker
from kin_assistant.records.reader import FieldSentence, RecordReader
from kin_assistant.text.wording import join_words
from kin_assistant.types import Cell, Citation, RecordField

__all__ = ["PeerFinder"]

_FIELDS: Final[tuple[RecordField, ...]] = ("process", "results", "finance")
"""What is quoted of each: what was done, what came of it, what it cost."""
_FIELDS_OF_MEANS: Final[frozenset[RecordField]] = frozenset(
    {"process", "results", "finance", "lessons", "transferability"}
)
_TOO_LITTLE: Final = (
    "Too little of a city's situation could be read from these words. Say what is the matter, how many people live there, "
    "in which country or region it is, or whether it is on the coast."
)
_NO_PROBLEM: Final = (
    "What is the matter could not be read from your words: these are ranked by place, size, coast and means alone."
)
_PLACE_ALONE: Final = "No document is on a place that is like yours in any of this."


@dataclass(frozen=True, slots=True)
class _Practice:
    """A document, the city in it that is most like, and what both rank by."""

    row: DocumentRow
    city: CityGroup | None
    measured: tuple[Measured, ...]
    means: Found | None
    """The sentence that speaks of low cost."""
    score: float


class PeerFinder:
    """Finds peers in one opened index. Safe to use from several threads."""

    def __init__(
        self,
        search: SentenceSearch,
        records: RecordReader,
        comparisons: ComparisonMaker,
        build_id: str,
        *,
        compiler_sections: Collection[str] = (),
        policy: LikenessPolicy | None = None,
    ) -> None:
        self._search, self._library, self._records, self._comparisons = search, search.library, records, comparisons
        self._build_id = build_id
        self._policy = policy or LikenessPolicy()
        self._compiler_sections = frozenset(map(str.casefold, compiler_sections))
        gazetteer, infos = Gazetteer.load(), self._library.infos
        themes = {theme for info in infos for theme in info.themes}
        self._reader = SituationReader(search.places, themes, coast_km=self._policy.coast_km)
        self._cities: dict[DocumentRow, list[CityGroup]] = {}
        for city in group_by_city(infos, gazetteer):
            for row in city.documents:
                self._cities.setdefault(DocumentRow(row), []).append(city)

    def find(self, situation: str, limit: int = PEERS) -> Peers:
        """At most ``limit`` peers of the city that ``situation``, one line, speaks of, each of other places.

        Without any the reason says why. Raises ``QuestionError`` for a limit that is not from 1 to ``MAX_PEERS``.
        """
        if not 1 <= limit <= MAX_PEERS:
            raise QuestionError(f"From 1 to {MAX_PEERS} peers can be shown, not {limit}.")
        read = self._reader.read(situation)
        if all(trait.kind == "means" for trait in read.traits):
            return self._answer(read, reason=_TOO_LITTLE)
        topic = self._search.make_topic(read.problem or situation)
        nearness = self._comparisons.measure_documents(topic)
        ranked = self._rank(read, nearness, topic)
        if not ranked:
            return self._answer(read, reason=f"No document is about “{read.matter}”." if read.problem else _PLACE_ALONE)
        citations: list[Citation] = []

        def make(row: DocumentRow) -> Peer | None:
            return self._make_peer(ranked[row], topic, nearness[row], citations, on_problem=bool(read.problem))

        peers = take_of_places(ranked, self._library.infos, make, AdvicePolicy(), most=limit)
        if not peers:
            return self._answer(read, reason=f"The documents say too little of “{read.matter or situation}” to quote.")
        return self._answer(read, peers, citations)

    def _answer(
        self, read: Situation, peers: Sequence[Peer] = (), citations: Sequence[Citation] = (), reason: str | None = None
    ) -> Peers:
        notes = [] if read.problem or not peers else [_NO_PROBLEM]
        if read.unknown:
            notes.append(f"The bundled gazetteer does not know {join_words(read.unknown, 'or')}.")
        if read.city and peers:
            notes.append(f"Documents on {read.city.name} itself are left out.")
        return Peers(
            situation=read.text,
            traits=read.traits,
            peers=tuple(peers),
            citations=tuple(citations),
            reason=reason,
            notes=tuple(notes),
            build_id=self._build_id,
        )

    # Documents

    def _rank(
        self, read: Situation, nearness: Mapping[DocumentRow, float], topic: Topic
    ) -> dict[DocumentRow, _Practice]:
        """The documents that bear on the problem, or without one those whose place is like, the most alike first."""
        nearest = max(nearness.values(), default=0.0) or 1.0
        found = []
        for row, near in nearness.items():
            info = self._library.infos[row]
            shares_theme = not read.themes.isdisjoint(info.themes)
            least = self._policy.min_nearness_of_theme if shares_theme else self._policy.min_nearness
            if read.problem and near < least:
                continue
            practice = self._measure(row, read, near / nearest if read.problem else 0.0, topic)
            if practice and (practice.means or any(one.likeness.alike for one in practice.measured)):
                found.append(practice)
        found.sort(key=lambda one: (-one.score, -nearness[one.row], one.row))
        return {one.row: one for one in found}

    def _measure(self, row: DocumentRow, read: Situation, near: float, topic: Topic) -> _Practice | None:
        """A document by its city that is most like; None if it is on the very city of the situation."""
        info = self._library.infos[row]
        cities: list[CityGroup | None] = [*self._cities.get(row, ())] or [None]
        if read.city and any(city and city.name == read.city.name for city in cities):
            return None
        of_problem = [liken_problem(read, info, self._policy)] if read.problem else []
        best: _Practice | None = None
        for city in cities:
            measured = (*of_problem, *liken_place(read, info, city, self._policy))
            means = self._find_means(row, topic, city) if read.little_money else None
            score = near + sum(one.weight for one in measured) + (self._policy.means if means else 0.0)
            if best is None or score > best.score:
                best = _Practice(row, city, measured, means, score)
        return best

    def _may_stand(self, found: Found, city: CityGroup | None) -> bool:
        return city is None or self._comparisons.may_stand_for(city.name, found)

    def _find_means(self, row: DocumentRow, topic: Topic, city: CityGroup | None) -> Found | None:
        """The sentence nearest to the problem that speaks of low cost where it tells what was done and what came of it."""
        phrases = read_peer_vocabulary().low_cost
        if not find_phrases(self._library.document(row).text, phrases):
            return None
        fields = self._fields_of(row)
        best: Found | None = None
        for found in self._search.sentences_of([row], topic):
            field = fields.get((found.passage, found.number))
            says = any(is_meant(found.text, start) for start, _ in find_phrases(found.text, phrases))
            fits = (
                says and found.quotable and not found.silent and field is not None and field.field in _FIELDS_OF_MEANS
            )
            if fits and self._may_stand(found, city) and (best is None or found.score > best.score):
                best = found
        return best

    # Quotes

    def _make_peer(
        self, practice: _Practice, topic: Topic, near: float, citations: list[Citation], *, on_problem: bool
    ) -> Peer | None:
        """The practice with its quotes, which are added to ``citations``; None if none of its sentences can be quoted."""
        info = self._library.infos[practice.row]
        best = self._choose_sentences(practice, topic, near, on_problem=on_problem)
        if not best:
            return None
        # In the order in which they are read: why it is like, then what was done.
        shown = (practice.means, *(best.get(field) for field in _FIELDS))
        found = list(dict.fromkeys(one for one in shown if one))
        cited, _ = cite_sentences(
            [one.as_candidate() for one in found],
            self._library,
            topic.text,
            compiler_sections=self._compiler_sections,
        )
        before = len(citations)
        numbers = {one: before + place for place, one in enumerate(found, 1)}
        citations += (one.model_copy(update={"number": before + one.number}) for one in cited)
        likenesses = [one.likeness for one in practice.measured]
        if practice.means:
            told = "a sentence of the document speaks of low cost"
            likenesses.append(
                Likeness(kind="means", alike=True, told=told, source="document", number=numbers[practice.means])
            )
        return Peer(
            document_id=info.id,
            title=info.title,
            city=practice.city.name if practice.city else None,
            cities=info.cities,
            countries=info.countries,
            years=cited[0].years,
            likenesses=tuple(sorted(likenesses, key=lambda one: not one.alike)),
            cells=tuple(
                Cell(column=field, numbers=(numbers[best[field]],) if field in best else ()) for field in _FIELDS
            ),
            score=round(practice.score, 4),
        )

    def _choose_sentences(
        self, practice: _Practice, topic: Topic, near: float, *, on_problem: bool
    ) -> dict[RecordField, Found]:
        """The best sentence for each field that is quoted, as far as there is one that can be understood alone."""
        fields = self._fields_of(practice.row)
        best: dict[RecordField, tuple[float, Found]] = {}
        for found in self._search.sentences_of([practice.row], topic):
            told = fields.get((found.passage, found.number))
            if told is None or told.field not in _FIELDS or not found.quotable or found.silent:
                continue
            score = found.score + self._policy.document * near + self._policy.heading * told.by_heading
            enough = not on_problem or score >= self._policy.min_score
            better = told.field not in best or score > best[told.field][0]
            if enough and better and self._may_stand(found, practice.city):
                best[told.field] = score, found
        chosen = {field: found for field, (_, found) in best.items()}
        bears = not on_problem or any(found.score >= self._policy.min_best for found in chosen.values())
        return chosen if bears else {}

    def _fields_of(self, row: DocumentRow) -> dict[tuple[PassageRow, int], FieldSentence]:
        return {(one.passage, one.number): one for one in self._records.sentences_of(row)}
