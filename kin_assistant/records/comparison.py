"""What several cities did about a topic, side by side: rows are cities, columns fields of their records, cells are quotes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from kin_assistant.answer.citations import cite_sentences
from kin_assistant.answer.sentence_search import Found, SentenceSearch, Topic
from kin_assistant.errors import ComparisonError
from kin_assistant.index.library import DocumentRow, PassageRow
from kin_assistant.places.gazetteer import Place
from kin_assistant.records.policy import ComparisonPolicy
from kin_assistant.records.reader import FieldSentence, RecordReader
from kin_assistant.text.wording import count_words, join_words
from kin_assistant.text.words import find_near_names, fold, words
from kin_assistant.types import Cell, Citation, Comparison, ComparisonRow, RecordField

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["DEFAULT_COLUMNS", "MAX_CITIES", "ComparisonMaker"]

DEFAULT_COLUMNS: Final[tuple[RecordField, ...]] = (
    "situation", "process", "partners", "finance", "results", "lessons", "transferability",
)  # fmt: skip
MAX_CITIES: Final = 20
"""Cities of one comparison, at most: a longer table is read by nobody, and a shorter one takes no longer than an answer."""
_NEAR_CITIES: Final = 3


@dataclass(frozen=True, slots=True)
class _Choice:
    """A sentence for a cell."""

    found: Found
    field: FieldSentence
    score: float


class ComparisonMaker:
    """Compares the cities of one opened index. Safe to use from several threads."""

    def __init__(
        self,
        search: SentenceSearch,
        records: RecordReader,
        build_id: str,
        *,
        policy: ComparisonPolicy | None = None,
        compiler_sections: Collection[str] = (),
    ) -> None:
        self._search, self._library, self._records = search, search.library, records
        self._build_id = build_id
        self._policy = policy or ComparisonPolicy()
        self._compiler_sections = frozenset(map(str.casefold, compiler_sections))
        self._documents: dict[str, list[DocumentRow]] = {}
        for row, info in enumerate(self._library.infos):
            for city in info.cities:
                self._documents.setdefault(city, []).append(DocumentRow(row))
        self._spelt = {" ".join(words(city)): city for city in self._documents}
        self._longest = max((len(name.split()) for name in self._spelt), default=0)

    def compare(
        self, topic: str, cities: Sequence[str] = (), columns: Sequence[RecordField] = DEFAULT_COLUMNS
    ) -> Comparison:
        """The comparison of ``cities`` on ``topic``; without cities, of those that the documents say most of it about.

        Raises ``ComparisonError`` for more than ``MAX_CITIES`` and for a city that no document is about.
        """
        if len(cities) > MAX_CITIES:
            raise ComparisonError(f"At most {MAX_CITIES} cities can be compared at once; these are {len(cities)}.")
        named = list(dict.fromkeys(map(self.find_city, cities)))
        columns = tuple(dict.fromkeys(columns)) or DEFAULT_COLUMNS
        about = self._search.make_topic(topic)
        nearness = self.measure_documents(about)
        if max(nearness.values(), default=0.0) < self._policy.min_nearness:
            return self._refuse(topic, columns, f"No document is about “{topic}”.")
        chosen = named or self._choose_cities(nearness)
        citations: list[Citation] = []
        rows: list[ComparisonRow] = []
        for city in chosen:
            documents = self._documents_on(city, nearness)
            cells = tuple(self._fill_row(city, documents, nearness, about, columns, citations))
            ids = tuple(self._library.infos[row].id for row in documents)
            rows.append(ComparisonRow(city=city, document_ids=ids, cells=cells))
        if not citations:
            where = f" in {join_words(named, 'or')}" if named else ""
            return self._refuse(topic, columns, f"The documents do not speak of “{topic}”{where}.")
        return Comparison(
            topic=topic,
            columns=columns,
            rows=tuple(rows),
            citations=tuple(citations),
            notes=tuple(_explain_rows(rows)),
            build_id=self._build_id,
        )

    def _refuse(self, topic: str, columns: tuple[RecordField, ...], reason: str) -> Comparison:
        return Comparison(topic=topic, columns=columns, reason=reason, build_id=self._build_id)

    # Cities

    def find_city(self, name: str) -> str:
        """A city as the documents spell it. Raises ``ComparisonError`` with the nearest ones if there is none."""
        spelt = {fold(city): city for city in self._documents}
        if fold(name.strip()) in spelt:
            return spelt[fold(name.strip())]
        places = [mention.place for mention in self._search.places.find_places(name) if mention.place.kind == "city"]
        for place in places:
            if place.name in self._documents:
                return place.name
        raise ComparisonError(self._explain_unknown(name.strip(), places))

    def _explain_unknown(self, name: str, places: Sequence[Place]) -> str:
        around = self._search.places.nearest(places[0], _NEAR_CITIES) if places else ()
        near = [place.name for place in around if place.name in self._documents]
        if near:
            return f"No document is about {places[0].label}. Nearest are {join_words(near)}."
        if close := find_near_names(name, self._documents):
            return f"No document is about “{name}”. Did you mean {join_words(close, 'or')}?"
        return f"No document is about “{name}”. Run kin docs list to see the cities that there are."

    def _choose_cities(self, nearness: Mapping[DocumentRow, float]) -> list[str]:
        """The cities with the documents nearest to the topic, at most as many as make a table that can be read."""
        best: dict[str, float] = {}
        for row, near in nearness.items():
            cities = self._library.infos[row].cities
            if near >= self._policy.min_nearness and 0 < len(cities) <= self._policy.few_cities:
                for city in cities:
                    best[city] = max(best.get(city, 0.0), near)
        return sorted(best, key=lambda city: (-best[city], city))[: self._policy.rows]

    # Documents

    def measure_documents(self, topic: Topic) -> dict[DocumentRow, float]:
        """How near each document is to the topic, from 0 to about 1: its best passages by meaning and by words."""
        cosines = np.asarray(self._search.index.vectors @ topic.vector, np.float32)
        shares = self._shares_of_words(topic)
        scores = cosines + self._policy.share_of_words * shares
        first = np.searchsorted(self._library.document_of, np.arange(len(self._library.infos) + 1))
        nearness = {}
        for row in range(len(self._library.infos)):
            own = np.sort(scores[first[row] : first[row + 1]])[::-1][: self._policy.passages]
            nearness[DocumentRow(row)] = float(own.mean()) if len(own) else 0.0
        return nearness

    def _shares_of_words(self, topic: Topic) -> NDArray[np.float32]:
        """The share of the topic's words, by idf, that each passage with its title holds."""
        known = [stem for stem in topic.idf if stem in self._search.index.lexical]
        total = sum(topic.idf.values())
        held = np.zeros(len(self._library.document_of), np.float32)
        if not known or not total:
            return held
        for stem, row in zip(known, self._search.index.lexical.scores_by_stem(known), strict=True):
            held += (row > 0) * np.float32(topic.idf[stem] / total)
        return held

    def _documents_on(self, city: str, nearness: Mapping[DocumentRow, float]) -> list[DocumentRow]:
        """The documents about a city that bear on the topic, the nearest first."""
        own = [row for row in self._documents.get(city, ()) if nearness[row] >= self._policy.min_nearness]
        return sorted(own, key=lambda row: (-nearness[row], row))

    # Cells

    def _fill_row(
        self,
        city: str,
        documents: Sequence[DocumentRow],
        nearness: Mapping[DocumentRow, float],
        topic: Topic,
        columns: Sequence[RecordField],
        citations: list[Citation],
    ) -> Iterator[Cell]:
        """The cells of a city; their citations are added to ``citations``."""
        choices = list(self._choices(city, documents, nearness, topic))
        for column in columns:
            best = sorted(
                (one for one in choices if one.field.field == column),
                key=lambda one: (-one.score, one.found.passage, one.found.number),
            )
            best = [one for one in best if one.score >= self._policy.min_score]
            kept = [one for one in best if one.score >= self._policy.min_share * best[0].score][: self._policy.quotes]
            kept.sort(
                key=lambda one: (one.found.document != best[0].found.document, one.found.passage, one.found.number)
            )
            cited, _ = cite_sentences(
                [one.found.as_candidate() for one in kept],
                self._library,
                topic.text,
                compiler_sections=self._compiler_sections,
            )
            before = len(citations)
            citations += (one.model_copy(update={"number": before + one.number}) for one in cited)
            yield Cell(column=column, numbers=tuple(range(before + 1, len(citations) + 1)))

    def _choices(
        self, city: str, documents: Sequence[DocumentRow], nearness: Mapping[DocumentRow, float], topic: Topic
    ) -> Iterator[_Choice]:
        """The sentences that may stand in the row of ``city``, with what speaks for each."""
        fields: dict[tuple[PassageRow, int], FieldSentence] = {
            (one.passage, one.number): one for row in documents for one in self._records.sentences_of(row)
        }
        for found in self._search.sentences_of(documents, topic):
            field = fields.get((found.passage, found.number))
            # A sentence that says only that something is not known is no evidence.
            if field is None or found.silent or not self.may_stand_for(city, found):
                continue
            score = found.score + self._policy.document * nearness[found.document]
            yield _Choice(found, field, score + self._policy.heading * field.by_heading)

    def may_stand_for(self, city: str, found: Found) -> bool:
        """Whether a sentence is about ``city``: it names this city, or no city, in a document on this one alone.

        In a document on several, one that names two of them is left out: which of the two it tells of, nobody can say.
        """
        info = self._library.infos[found.document]
        if info.cities == (city,):
            named = self._cities_in(found.text)
            return not named or city in named
        return self._cities_in(found.text).intersection(info.cities) == {city}

    def _cities_in(self, text: str) -> set[str]:
        """The cities of the library that ``text`` names."""
        said = [word.removesuffix("'s").removesuffix("\u2019s") for word in words(text)]
        runs = {" ".join(said[at : at + size]) for size in range(1, self._longest + 1) for at in range(len(said))}
        return {self._spelt[run] for run in runs if run in self._spelt}


def _explain_rows(rows: Sequence[ComparisonRow]) -> Iterator[str]:
    silent = [row.city for row in rows if not any(cell.numbers for cell in row.cells)]
    if silent:
        yield f"The documents do not speak of it in {join_words(silent, 'or')}."
    counts = [len(row.document_ids) for row in rows if row.city not in silent]
    if counts and max(counts) > 2 * min(counts):
        told = join_words(
            f"{count_words(len(row.document_ids), 'document')} on {row.city}" for row in rows if row.document_ids
        )
        yield f"The cities are covered unequally: {told}."
