"""Sentences of the whole library, for answers that look at every document and not only at the best."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from kin_assistant.answer.evidence import Candidate, EvidenceReader
from kin_assistant.answer.origins import is_conclusion
from kin_assistant.answer.stretches import leans_back
from kin_assistant.documents.themes import find_themes_called
from kin_assistant.index.library import DocumentRow, PassageRow
from kin_assistant.index.snapshot import OpenIndex
from kin_assistant.models.embedder import Embedder
from kin_assistant.places.gazetteer import Place, PlaceKind
from kin_assistant.places.matching import Mention, PlaceIndex
from kin_assistant.places.scope import Scope
from kin_assistant.policy import SentenceSearchPolicy
from kin_assistant.processes.caching import remember
from kin_assistant.question.query import Query, append_place_names
from kin_assistant.retrieval import Ranking, Retriever
from kin_assistant.text.english import read_phrases
from kin_assistant.text.words import fold, stems
from kin_assistant.types import Sentence

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ROW", "Found", "SentenceSearch", "Topic", "first_of_documents", "stands_alone"]

_SENTENCES_AT_ONCE = 16_384
"""Sentences whose vectors are in memory together."""
_WHOLE = 0.999
_LONGEST_ACRONYM = 6
_ACRONYM = re.compile(rf"\b[A-Z]{{2,{_LONGEST_ACRONYM}}}\b")
_LONGEST_CHOICE = 6
"""Words of a topic that is a choice between a few things, not a statement with "or" in it."""
_ALTERNATIVES = re.compile(r"\s*(?:,\s*(?:or|and)\b|,|;|/|\bor\b|\band/or\b)\s*", re.IGNORECASE)
ROW = "| "
"""What a row of a table begins with."""
_SILENCE = (
    "The cost is not given in the pages read; the sources do not say or disagree; no figures were available to us."
)
"""What says only that something is not known is nothing to tell."""
_FRAGMENT = 4
"""Words of what is no sentence yet."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What is looked for in the sentences of many documents."""

    text: str
    vector: NDArray[np.float32]
    alternatives: tuple[tuple[str, ...], ...]
    """Stems, for each wording that is asked for or means the same: of "LPG or CNG", two; never empty."""
    idf: Mapping[str, float]
    themes: frozenset[str]
    """Themes of the library that are called so."""

    @property
    def stems(self) -> frozenset[str]:
        """Of all alternatives."""
        return frozenset(self.idf)


@dataclass(frozen=True, slots=True)
class Found:
    """A sentence, and how well it speaks of a topic."""

    passage: PassageRow
    document: DocumentRow
    sentence: Sentence
    number: int
    """In its passage, from 0."""
    text: str
    cosine: float
    share: float
    """Of the topic's words, by idf, in the best of its alternatives."""
    near: bool
    """Whether all of them stand close together."""
    heading: str
    compiled: bool
    """Whether the compiler of the document concludes it."""
    policy: SentenceSearchPolicy = field(repr=False, compare=False)

    @property
    def quotable(self) -> bool:
        """Whether it can be understood alone: a whole sentence that leans on none before it."""
        return stands_alone(self.text)

    @property
    def is_row(self) -> bool:
        """Whether it is a row of a table whose head is known, which says what its cells are."""
        return self.text.startswith(ROW) and self.sentence.lead_in is not None

    @property
    def silent(self) -> bool:
        """Whether it says only that something is not known."""
        folded = fold(self.text)
        return any(phrase in folded for phrase in read_phrases("silence"))

    @property
    def score(self) -> float:
        """For the choice of a sentence that shows what a document says of the topic."""
        policy = self.policy
        fitness = policy.near * self.near + policy.share * self.share + self.cosine
        return (
            fitness
            - policy.price_of_leaning * (not self.quotable)
            - policy.price_of_conclusion * self.compiled
            - policy.price_of_silence * self.silent
        )

    def as_candidate(self, logit: float | None = None) -> Candidate:
        """This sentence as one that may be quoted."""
        return Candidate(
            self.passage,
            self.document,
            self.sentence,
            self.text,
            self.score,
            self.cosine,
            frozenset(stems(self.text)),
            self.score,
            logit,
        )


class SentenceSearch:
    """Looks through the sentences of one opened index."""

    def __init__(
        self,
        index: OpenIndex,
        embedder: Embedder,
        retriever: Retriever,
        reader: EvidenceReader,
        places: PlaceIndex,
        policy: SentenceSearchPolicy | None = None,
    ) -> None:
        self.index, self.library = index, index.library
        self.retriever, self.reader, self.places = retriever, reader, places
        self._embedder, self._policy = embedder, policy or SentenceSearchPolicy()
        self.compiler_sections = frozenset(map(str.casefold, index.manifest.profile.compiler_sections))
        self._themes = frozenset(theme for info in self.library.infos for theme in info.themes)
        self._known_places: dict[tuple[str, PlaceKind], Place | None] = {}
        self._words_of = remember(self._read_words, 20_000)
        self.embed = remember(self._embed, 256)

    def speaks_of(self, place: Place, candidate: Candidate) -> bool:
        """Whether a sentence is on ``place``, or may be: it names it, or no city in a document on one city at most."""
        cities = {mention.place for mention in self.places.find_places(candidate.text) if mention.place.kind == "city"}
        if place in cities or any(place.name in (city.country, city.region) for city in cities):
            return True
        of_several = len(self.library.infos[candidate.document].cities) > 1
        return not cities and not (of_several and place.kind == "city")

    def is_compiled(self, candidate: Candidate) -> bool:
        """Whether the compiler of the document concludes a sentence."""
        document, passage = self.library.document(candidate.document), self.library.passage(candidate.passage)
        span = candidate.sentence.start, candidate.sentence.end
        return is_conclusion(document, passage, *span, self.compiler_sections)

    def make_topic(self, text: str, vector: NDArray[np.float32] | None = None) -> Topic:
        """What ``text``, a noun phrase or the rest of a request, asks to look for; ``vector`` is that of ``text``, if known."""
        short = len(text.split()) <= _LONGEST_CHOICE
        wordings = [part for part in _ALTERNATIVES.split(text) if part.strip()] if short else [text]
        wordings += [
            text.replace(short, long)
            for short in dict.fromkeys(_ACRONYM.findall(text))
            for long in self._spell_out(short)
        ]
        alternatives = tuple(dict.fromkeys(own for part in wordings if (own := tuple(dict.fromkeys(stems(part))))))
        known = {stem: self.index.lexical.idf(stem) for own in alternatives for stem in own}
        themes = frozenset[str]().union(*(find_themes_called(part, self._themes) for part in {text, *wordings}))
        return Topic(text, self.embed(text) if vector is None else vector, alternatives or ((),), known, themes)

    def find(self, topic: Topic, within: Collection[DocumentRow] | None = None) -> list[Found]:
        """Sentences that may speak of ``topic``, the best first; ``within`` restricts the documents."""
        found = [
            sentence
            for passage in self._passages_for(topic, within)
            for sentence in self._look_at(passage, topic)
            if sentence.share > 0 or sentence.cosine > 0
        ]
        found.sort(key=lambda one: (-one.score, one.passage, one.number))
        return found

    def sentences_of(self, documents: Iterable[DocumentRow], topic: Topic) -> list[Found]:
        """All sentences of ``documents``, in their order, measured against ``topic``."""
        wanted = np.isin(self.library.document_of, sorted(documents))
        rows = np.flatnonzero(wanted).tolist()
        return [found for row in rows for found in self._look_at(PassageRow(row), topic)]

    def nearness_of_documents(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """The mean cosine of ``vector`` with the few nearest sentences of each document; shape (documents,)."""
        vectors = self.index.sentences
        cosines = np.concatenate(
            [
                np.asarray(vectors[first : first + _SENTENCES_AT_ONCE]).astype(np.float32) @ vector
                for first in range(0, len(vectors), _SENTENCES_AT_ONCE)
            ]
        )
        starts = np.searchsorted(self.library.document_of, np.arange(len(self.library.infos) + 1))
        bounds = self.library.first_sentence[starts]
        counted = self._policy.nearest_sentences
        nearest = (np.sort(cosines[first:last])[-counted:] for first, last in pairwise(bounds.tolist()))
        return np.array([own.mean() if len(own) else 0.0 for own in nearest], np.float32)

    def words_held(self, query: Query) -> NDArray[np.float32]:
        """BM25 of each document for ``query``, each word where the document holds it best; shape (documents,).

        What a long message tells stands in several sections of a document, and all of it in no passage.
        """
        of_passages = self.index.lexical.scores_by_stem(query.stems)
        best = np.zeros((len(self.library.infos), len(of_passages)), np.float32)
        np.maximum.at(best, self.library.document_of, of_passages.T)
        return np.asarray(best.sum(axis=1))

    def read(self, query: Query, ranking: Ranking, passages: Sequence[PassageRow]) -> list[Candidate]:
        """The sentences of ``passages``, all of ``ranking``, read with ``query``; the best first."""
        return list(self.reader.read(query, ranking, passages).candidates)

    def logits_of(
        self, topic: Topic, query: Query, passages: Sequence[PassageRow]
    ) -> dict[tuple[PassageRow, int], float]:
        """What the network says of the sentences in ``passages``, asked for ``topic`` alone."""
        if not passages:
            return {}
        asked = self.rephrase(query, topic.text)
        rows = np.array(passages, np.int64)
        cosines = np.asarray(self.index.vectors[rows] @ topic.vector, np.float32)
        candidates = self.read(asked, Ranking(rows, cosines, cosines), passages)
        numbers = {row: [s.start for s in self.library.passage(row).sentences] for row in passages}
        return {
            (one.passage, numbers[one.passage].index(one.sentence.start)): one.logit
            for one in candidates
            if one.logit is not None
        }

    def cosines_with(self, found: Sequence[Found], text: str) -> NDArray[np.float32]:
        """How near each sentence is to ``text``; shape (sentences,)."""
        cosines: NDArray[np.float32] = self.vectors_of(found) @ self.embed(text)
        return cosines

    def vectors_of(self, found: Sequence[Found]) -> NDArray[np.float32]:
        """The sentences' vectors; shape (sentences, dimension)."""
        first = self.library.first_sentence
        rows = np.array([int(first[one.passage]) + one.number for one in found], np.int64)
        return np.asarray(self.index.sentences[rows]).astype(np.float32)

    def rephrase(self, query: Query, text: str) -> Query:
        """``query`` with ``text`` asked in its place, of no place and no name in particular."""
        own = tuple(stems(text))
        return replace(
            query,
            text=text,
            search_text=text,
            stems=own,
            idf={stem: self.index.lexical.idf(stem) for stem in dict.fromkeys(own)},
            vector=self.embed(text),
            about=(),
            held=(),
            parts=(),
        )

    def ask_alone(self, query: Query, text: str) -> Query:
        """``query`` with ``text`` asked in its place, and with the places of ``text`` alone."""
        mentions = [mention for mention in self.places.find_places(text) if not mention.programme]
        about = {self.library.row_of(name) for one in mentions for name in self.places.documents_about(one.place)}
        return replace(
            self.rephrase(query, append_place_names(text, mentions)), scope=Scope(), boosted=frozenset(about)
        )

    def spell_out(self, text: str) -> str:
        """``text``, and behind it what the documents write in full for its acronyms: "BRT" with "bus rapid transit"."""
        names = [name for short in dict.fromkeys(_ACRONYM.findall(text)) for name in sorted(self._spell_out(short))]
        return " ".join([text, *names])

    def documents_allowed(self, query: Query) -> frozenset[DocumentRow]:
        """The documents that pass the reader's filters."""
        rows = range(len(self.library.infos)) if query.allowed is None else query.allowed.tolist()
        return frozenset(map(DocumentRow, rows))

    def mentions_of(self, query: Query) -> list[Mention]:
        """The places that ``query`` names, but for the asker's own and those of programmes."""
        mentions = self.places.find_places(query.standalone)
        return [mention for mention in mentions if not mention.programme and mention.place not in query.scope.own]

    def country_of(self, city: str) -> str | None:
        """The country of a city that documents are about, where it is known."""
        place = self._place(city, "city")
        alone = [info.countries for info in self.library.infos if city in info.cities and len(info.countries) == 1]
        return (place and place.country) or (alone[0][0] if alone else None)

    def is_inside(self, name: str, kind: PlaceKind, around: Sequence[Place]) -> bool:
        """Whether a city or country is one of the places ``around``, or in one; true where nothing is known against it."""
        place = self._place(name, kind)
        if not around or place is None:
            return True
        known = {"city": (place.name, place.country, place.region), "country": (place.name, place.region)}
        within = {one.name for one in around}
        smaller = all(one.kind == "city" for one in around) and kind == "country"
        return smaller or not within.isdisjoint(known.get(kind, ()))

    def _place(self, name: str, kind: PlaceKind) -> Place | None:
        if (name, kind) not in self._known_places:
            mentions = [mention.place for mention in self.places.find_places(name) if mention.place.kind == kind]
            self._known_places[name, kind] = mentions[0] if mentions else None
        return self._known_places[name, kind]

    def _passages_for(self, topic: Topic, within: Collection[DocumentRow] | None) -> list[PassageRow]:
        """Passages that use all words of an alternative, and those nearest in meaning."""
        columns = list(topic.idf)
        held = self.index.lexical.scores_by_stem(columns) > 0
        known = [stem for stem in columns if stem in self.index.lexical]
        chosen = np.zeros(len(self.library.document_of), bool)
        for own in topic.alternatives:
            rows = [known.index(stem) for stem in own if stem in known]
            if rows and len(rows) == len(own):
                chosen |= held[rows].all(axis=0)
        documents = None if within is None else np.array(sorted(within), np.int64)
        chosen[self.index.nearest(topic.vector, self._policy.nearest_passages, documents)] = True
        if documents is not None:
            chosen &= np.isin(self.library.document_of, documents)
        return [PassageRow(row) for row in np.flatnonzero(chosen).tolist()]

    def _look_at(self, passage: PassageRow, topic: Topic) -> list[Found]:
        first, last = int(self.library.first_sentence[passage]), int(self.library.first_sentence[passage + 1])
        cosines = np.asarray(self.index.sentences[first:last]).astype(np.float32) @ topic.vector
        stored = self.library.passage(passage)
        texts = self.library.sentences_of(passage)
        document = self.library.document_row(passage)
        heading = stored.heading.split(" > ")[-1]
        found = []
        for number, words in enumerate(self._words_of(passage)):
            share, near = max(_share_of(topic, own, words, self._policy.window) for own in topic.alternatives)
            sentence, cosine = stored.sentences[number], float(cosines[number])
            compiled = is_conclusion(
                self.library.document(document), stored, sentence.start, sentence.end, self.compiler_sections
            )
            found.append(
                Found(
                    passage,
                    document,
                    sentence,
                    number,
                    texts[number],
                    cosine,
                    share,
                    near,
                    heading,
                    compiled,
                    self._policy,
                )
            )
        return found

    def _spell_out(self, short: str) -> set[str]:
        """What documents write in full before "(ADB)"."""
        rows = np.flatnonzero(self.index.lexical.scores_by_stem(stems(short)).sum(axis=0) > 0)
        name = re.compile(
            r"\b" + r"[\w-]*\s+(?:(?:for|of|and|the)\s+)*".join(short) + rf"[\w-]*\s+\({short}\)", re.IGNORECASE
        )
        texts = (self.library.text_of(PassageRow(row)) for row in rows.tolist())
        return {match[0].rpartition("(")[0].strip() for text in texts for match in name.finditer(text)}

    def _read_words(self, passage: PassageRow) -> list[list[str]]:
        return [stems(text) for text in self.library.sentences_of(passage)]

    def _embed(self, text: str) -> NDArray[np.float32]:
        vector: NDArray[np.float32] = self._embedder.encode([text])[0]
        return vector


def first_of_documents(found: Iterable[Found]) -> dict[DocumentRow, Found]:
    """The first of ``found`` for each document, in their order."""
    first: dict[DocumentRow, Found] = {}
    for one in found:
        first.setdefault(one.document, one)
    return first


def stands_alone(text: str) -> bool:
    """Whether a sentence can be understood without one before it: whole, no row of a table, not leaning back."""
    whole = not text.startswith(ROW) and not text.endswith(":") and len(text.split()) > _FRAGMENT
    return whole and not leans_back(text)


def _share_of(topic: Topic, own: Sequence[str], words: Sequence[str], window: int) -> tuple[float, bool]:
    """The share of the stems ``own`` that a sentence holds, and whether it holds all of them close together."""
    total = sum(topic.idf[stem] for stem in own)
    if not total:
        return 0.0, False
    held = set(words).intersection(own)
    share = sum(topic.idf[stem] for stem in held) / total
    return share, share > _WHOLE and _stand_close(own, words, window)


def _stand_close(own: Sequence[str], words: Sequence[str], window: int) -> bool:
    """Whether all stems ``own`` stand within so many words as they are, and ``window`` more."""
    wanted, span = set(own), len(own) + window * (len(own) > 1)
    return any(wanted <= set(words[at : at + span]) for at, word in enumerate(words) if word in wanted)
