"""From a question to an ``Answer``: sentences chosen, cited and grouped, or a refusal with its reason."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kin_assistant.choosing import choose_sentences
from kin_assistant.errors import KinError
from kin_assistant.evidence import Candidate, EvidenceReader
from kin_assistant.explaining import why_not_quoted, why_quoted
from kin_assistant.figures import asks_for_figure, differ
from kin_assistant.followups import make_standalone
from kin_assistant.gazetteer import Place
from kin_assistant.index.opened import OpenIndex
from kin_assistant.lexical import fold, stems, words
from kin_assistant.parts import parts_of
from kin_assistant.places import Mention, PlaceIndex
from kin_assistant.questions import check_language, check_question
from kin_assistant.retrieval import Ranking, Retriever
from kin_assistant.scope import Scope, scope_of
from kin_assistant.spelling import Speller
from kin_assistant.support import LEAST_SUPPORT, support_of
from kin_assistant.types import (
    Answer,
    AnswerSentence,
    Citation,
    Document,
    DocumentInfo,
    Filters,
    NearDocument,
    Retrieved,
    Source,
)

__all__ = ["Answerer"]

_PASSAGES_READ = 60
_PASSAGES_OF_A_PLACE = 15
"""Passages of each place, if the question names several."""
_ALSO_RETRIEVED = 10
_NEAREST = 4
_READ_FOR_A_PART = 3
"""Passages read once more for each thing that a question for several asks for: those quoted, then the best of the others."""
_LEAST_ODDS_OF_A_PART = -2.0
"""A part is named as not answered below these; 5 of 7 that were named so on held-out compound questions were."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """What was read for one question."""

    question: str
    standalone: str
    scope: Scope
    filters: Filters | None
    """How the reader restricted the documents, if at all."""
    ranking: Ranking
    rows: list[int]
    candidates: list[Candidate]
    """Sentences that may be quoted, best first."""
    support: float


class Answerer:
    """Answers questions from one opened index."""

    def __init__(
        self,
        index: OpenIndex,
        retriever: Retriever,
        reader: EvidenceReader,
        places: PlaceIndex,
        *,
        answer_words: int = 150,
        max_question_characters: int = 2000,
        max_history_turns: int = 8,
    ) -> None:
        self._index = index
        self._retriever = retriever
        self._places = places
        self._reader = reader
        self._speller = Speller(index.vocabulary)
        self._languages = frozenset(info.language for info in index.library.infos if info.language)
        self._answer_words = answer_words
        self._max_characters = max_question_characters
        self._max_turns = max_history_turns

    def answer(
        self,
        question: str,
        *,
        filters: Filters | None = None,
        history: Sequence[str] = (),
        answer_id: str | None = None,
        most_words: int | None = None,
    ) -> Answer:
        """Answer ``question``, with what it leans on from the earlier questions in ``history``, in at most ``most_words``.

        Raises ``QuestionError`` for a question that cannot be read and ``FilterError`` for an unknown filter value.
        """
        started = time.perf_counter()
        question = check_question(question, max_characters=self._max_characters)
        reading = self._read(question, history, filters)
        retrieved = time.perf_counter()
        reason = self._reason_to_refuse(reading)
        chosen = [] if reason else self._choose(reading, most_words or self._answer_words)
        citations, sentences = self._cite(chosen, reading.standalone)
        notes = self._notes(reading, chosen, citations)
        also = self._also_retrieved(reading, chosen)
        finished = time.perf_counter()
        return Answer(
            id=answer_id,
            question=question,
            standalone_question=reading.standalone,
            abstained=bool(reason),
            reason=reason,
            notes=notes,
            text=reason or _as_text(sentences, citations, notes),
            sentences=sentences,
            citations=citations,
            also_retrieved=also,
            nearest=self._nearest(reading) if reason else (),
            confidence=round(reading.support, 4),
            build_id=self._index.manifest.build_id,
            elapsed_ms={
                "retrieve": _milliseconds(retrieved - started),
                "answer": _milliseconds(finished - retrieved),
                "total": _milliseconds(finished - started),
            },
        )

    # Reading

    def _read(self, question: str, history: Sequence[str], filters: Filters | None) -> _Reading:
        recent = [turn[: self._max_characters] for turn in history[-self._max_turns :]] if self._max_turns else []
        standalone = make_standalone(question, recent, self._places.find_places)
        known = {word for word in words(question) if all(stem in self._index.lexical for stem in stems(word))}
        check_language(question, known, self._languages)
        mentions = [mention for mention in self._places.find_places(standalone) if not mention.programme]
        scope = scope_of(standalone, mentions)
        about = self._rows_about(scope.named)
        favoured = about or self._rows_about(mention.place for mention in mentions)
        words_of_places = {word for mention in mentions for word in words(mention.surface)}
        asked = self._speller.respell(_asked_within(standalone, filters, scope), words_of_places)
        query = self._spell_out(asked, mentions)
        ranking = self._retriever.rank(query, filters=filters, favoured=sorted(favoured))
        rows = ranking.rows[:_PASSAGES_READ].tolist()
        cities = [self._rows_about([place]) for place in scope.named] if len(scope.named) > 1 else []
        if cities:
            # What is said of one place must not push out what is said of another.
            of_each = [
                self._retriever.rank(query, filters=filters, favoured=sorted(favoured), within=city) for city in cities
            ]
            rows += [row for one in of_each for row in one.rows[:_PASSAGES_OF_A_PLACE].tolist()]
            ranking = ranking.joined_with(of_each)
        rows = self._keep_places(list(dict.fromkeys(rows)), scope, about)
        candidates = self._reader.read(asked, ranking, rows, cities)
        support = support_of(
            candidates,
            float(ranking.cosines.max(initial=0.0)),
            {stem: self._index.lexical.idf(stem) for stem in set(ranking.stems)},
        )
        given = None if filters is None or filters.empty else filters
        return _Reading(question, standalone, scope, given, ranking, rows, candidates, support)

    def _rows_about(self, places: Iterable[Place]) -> set[int]:
        """Rows of the documents about any of ``places``."""
        return {self._index.library.row_of(name) for place in places for name in self._places.documents_about(place)}

    def _spell_out(self, question: str, mentions: Sequence[Mention]) -> str:
        """``question``, and behind it the places that it paraphrases ("the Thai capital") or misspells."""
        folded = fold(question)
        names = dict.fromkeys(mention.place.name for mention in mentions if mention.in_corpus)
        return " ".join([question, *(name for name in names if fold(name) not in folded)])

    def _keep_places(self, rows: list[int], scope: Scope, about: set[int]) -> list[int]:
        """Passages of documents about a place that the question names, or that name it themselves; all if it names none."""
        wanted = (*scope.named, *scope.absent)
        if not wanted:
            return rows
        names = [fold(place.name) for place in wanted]
        library = self._index.library
        return [
            row
            for row in rows
            if int(library.document_of[row]) in about or any(name in fold(self._passage_text(row)) for name in names)
        ]

    def _passage_text(self, row: int) -> str:
        library = self._index.library
        passage = library.passage(row)
        return library.document(int(library.document_of[row])).text[passage.start : passage.end]

    # Refusing

    def _reason_to_refuse(self, reading: _Reading) -> str | None:
        scope, filters = reading.scope, reading.filters
        if scope.absent and not scope.named and not reading.candidates:
            return f"No document is about {_listed([place.label for place in scope.absent], 'or')}."
        if filters and not len(reading.ranking.rows):
            return f"No document covers {_described(filters)}{' together' if _count(filters) > 1 else ''}."
        within = f" among those on {_described(filters)}" if filters else ""
        if not reading.candidates:
            about = f" on {_listed([place.name for place in scope.named], 'or')}" if scope.named else ""
            return f"No document{about} was found for this question{within}."
        if reading.support < LEAST_SUPPORT:
            about = f" on {_listed([place.name for place in scope.named], 'and')}" if scope.named else ""
            subject = f"No document{about}{within} seems" if filters else f"The documents{about} do not seem"
            return f"{subject} to answer this.{self._missing_words(reading)}"
        return None

    def _missing_words(self, reading: _Reading) -> str:
        corrected = self._speller.corrections(reading.question)
        asked = dict.fromkeys(word for word in words(reading.question) if word not in corrected)
        missing = [word for word in asked if self._is_missing(word)]
        return f" No document uses {_listed([f'“{word}”' for word in missing[:4]], 'or')}." if missing else ""

    def _is_missing(self, word: str) -> bool:
        word_stems = stems(word)
        return bool(word_stems) and not any(stem in self._index.lexical for stem in word_stems)

    def _nearest(self, reading: _Reading) -> tuple[NearDocument, ...]:
        """Documents that a refusal points to: of places near an absent one first, then by rank."""
        library = self._index.library
        rows: list[int] = []
        near = self._rows_about(city for place in reading.scope.absent for city in self._places.nearest(place))
        ranked = list(dict.fromkeys(int(library.document_of[row]) for row in reading.ranking.rows.tolist()))
        rows = [row for row in ranked if row in near] + [row for row in ranked if row not in near]
        return tuple(
            NearDocument(document_id=info.id, title=info.title, cities=info.cities)
            for info in (library.infos[row] for row in rows[:_NEAREST])
        )

    def _choose(self, reading: _Reading, most_words: int) -> list[Candidate]:
        return choose_sentences(
            reading.candidates,
            [self._rows_about([place]) for place in reading.scope.named],
            lambda row: self._index.library.passage(row).sentences,
            most_words - _WORDS_AROUND,
        )

    # Citing

    def _cite(
        self, chosen: Sequence[Candidate], question: str
    ) -> tuple[tuple[Citation, ...], tuple[AnswerSentence, ...]]:
        citations: list[Citation] = []
        sentences: list[AnswerSentence] = []
        said: dict[str, int] = {}
        for candidate in chosen:
            citation = self._citation(candidate, len(citations) + 1, question)
            citations.append(citation)
            words_said = " ".join(words(citation.quote))
            if words_said in said:
                # The same sentence in another document: said once, both named.
                earlier = sentences[said[words_said]]
                merged = AnswerSentence(text=earlier.text, citations=(*earlier.citations, citation.number))
                sentences[said[words_said]] = merged
                continue
            said[words_said] = len(sentences)
            sentences.append(AnswerSentence(text=citation.quote, citations=(citation.number,)))
        return tuple(citations), tuple(sentences)

    def _citation(self, candidate: Candidate, number: int, question: str) -> Citation:
        document = self._index.library.document(candidate.document_row)
        passage = self._index.library.passage(candidate.passage_row)
        start, end = candidate.sentence.start, candidate.sentence.end
        quote = document.text[start:end]
        if quote != candidate.text:
            raise KinError("A quote does not stand in its document.", details=f"{document.id} {start}:{end}")
        page = document.page_at(start)
        return Citation(
            number=number,
            passage_id=passage.id,
            document_id=document.id,
            title=document.title,
            cities=document.cities,
            countries=document.countries,
            years=_years_as_text(document),
            heading=passage.heading,
            page=page,
            page_label=document.page_labels[page - 1] if page and page <= len(document.page_labels) else None,
            recognised=page in document.ocr_pages,
            start=start,
            end=end,
            quote=quote,
            sources=_sources_of(document, start, end),
            why=why_quoted(candidate, question),
        )

    def _notes(self, reading: _Reading, chosen: Sequence[Candidate], citations: Sequence[Citation]) -> tuple[str, ...]:
        """What a reader should know about the answer: what is missing in it, and what in it does not agree."""
        if not chosen:
            return ()
        notes = []
        if reading.scope.absent:
            notes.append(f"No document is about {_listed([place.label for place in reading.scope.absent], 'or')}.")
        quoted = {candidate.document_row for candidate in chosen}
        silent = [place.name for place in reading.scope.named if quoted.isdisjoint(self._rows_about([place]))]
        if silent and len(reading.scope.named) > 1:
            notes.append(f"Nothing was found for {_listed(silent, 'or')}.")
        if missing := self._parts_not_answered(reading, chosen):
            notes.append(f"The documents do not seem to say {_listed([f'“{part}”' for part in missing], 'or')}.")
        notes += [
            f"[{one}] and [{other}] give different figures: compare what they count, and when."
            for one, other in _figures_that_differ(reading.standalone, chosen, citations)
        ]
        return tuple(notes)

    def _parts_not_answered(self, reading: _Reading, chosen: Sequence[Candidate]) -> list[str]:
        """What a question for several things asks for and no passage that was looked at gives, in the question's words."""
        parts = parts_of(reading.standalone)
        # In a follow-up a part may be what was carried over, which nobody asked for.
        if len(parts) < 2 or reading.standalone != reading.question:
            return []
        nearest = dict.fromkeys(candidate.passage_row for candidate in (*chosen, *reading.candidates))
        rows = list(nearest)[:_READ_FOR_A_PART]
        found = [self._reader.odds_of(part.asked, rows) for part in parts]
        missing = [
            part.text.strip(" ?.,;")
            for part, odds in zip(parts, found, strict=True)
            if odds is not None and odds < _LEAST_ODDS_OF_A_PART
        ]
        return missing if len(missing) < len(parts) else []

    def _also_retrieved(self, reading: _Reading, chosen: Sequence[Candidate]) -> tuple[Retrieved, ...]:
        library = self._index.library
        scores = dict(zip(reading.ranking.rows.tolist(), reading.ranking.scores.tolist(), strict=True))
        cited = {candidate.passage_row for candidate in chosen}
        rows = [row for row in reading.rows if row not in cited][:_ALSO_RETRIEVED]
        sentences: dict[int, list[Candidate]] = {row: [] for row in rows}
        for candidate in reading.candidates:
            if candidate.passage_row in sentences:
                sentences[candidate.passage_row].append(candidate)
        least = min((candidate.score for candidate in chosen), default=0.0)
        return tuple(
            Retrieved(
                passage_id=library.passage(row).id,
                document_id=library.passage(row).document_id,
                score=round(scores[row], 6),
                why=why_not_quoted(sentences[row], chosen, least) if chosen else "",
            )
            for row in rows
        )


def _figures_that_differ(
    question: str, chosen: Sequence[Candidate], citations: Sequence[Citation]
) -> list[tuple[int, int]]:
    """Numbers of citations from two documents on one city that both may answer and give different figures; one pair at most."""
    if not asks_for_figure(question):
        return []
    answering = [
        citation
        for candidate, citation in zip(chosen, citations, strict=True)
        if candidate.odds is not None and candidate.odds > 0
    ]
    return [
        (one.number, other.number)
        for i, one in enumerate(answering)
        for other in answering[i + 1 :]
        if one.document_id != other.document_id
        and not set(one.cities).isdisjoint(other.cities)
        and differ(one.quote, other.quote)
    ][:1]


_WORDS_AROUND = 12
"""Words kept free for the program's own line and the place names."""


def _asked_within(question: str, filters: Filters | None, scope: Scope) -> str:
    """The question with the places that the filters name, if it names none itself: so it would be asked without filters."""
    places = (filters.city or filters.country) if filters and not scope.named else ()
    return f"{question.rstrip(' ?.!')} in {_listed(places, 'or')}?" if places else question


def _described(filters: Filters) -> str:
    """Filters in words: "the city Surabaya and the years 1950-1960"."""
    parts = [
        f"the {field} {_listed(getattr(filters, field), 'or')}"
        for field in ("city", "country", "region", "theme")
        if getattr(filters, field)
    ]
    if filters.years:
        parts.append(f"the years {filters.years[0]}-{filters.years[1]}")
    return _listed(parts, "and")


def _count(filters: Filters) -> int:
    return sum(bool(value) for value in (filters.city, filters.country, filters.region, filters.theme, filters.years))


def _sources_of(document: Document, start: int, end: int) -> tuple[Source, ...]:
    """What the document cites for the words from ``start`` to ``end``; its only source stands for all of it."""
    if len(document.sources) == 1:
        return document.sources
    numbers = dict.fromkeys(number for mark in document.marks if start < mark.at <= end for number in mark.sources)
    return tuple(document.sources[number - 1] for number in numbers)


def _years_as_text(document: DocumentInfo) -> str | None:
    if document.years is None:
        return None
    first, last = document.years
    return str(first) if first == last else f"{first}-{last}"


def _as_text(sentences: Sequence[AnswerSentence], citations: Sequence[Citation], notes: Sequence[str]) -> str:
    """The answer as Markdown: a line on where it comes from, quotes under the places they are about, and what to know."""
    by_number = {citation.number: citation for citation in citations}
    documents = len({citation.document_id for citation in citations})
    lines = [f"From {documents} document{'s' if documents > 1 else ''}:"]
    heading, before = None, None
    for sentence in sentences:
        first = by_number[sentence.citations[0]]
        place = ", ".join(first.cities[:3]) or first.title
        if place != heading:
            lines.append(f"**{_escape(place)}**")
            heading = place
        marks = "".join(f"[{number}]" for number in sentence.citations)
        quote = f"{_escape(sentence.text)} {marks}"
        if before and first.continues(before):
            lines[-1] += f" {quote}"
        else:
            lines.append(f"> {quote}")
        before = first
    return "\n\n".join([*lines, *notes])


def _escape(text: str) -> str:
    """``text`` with Markdown's marks escaped, so that it is shown as it stands."""
    return re.sub(r"([\\`*_\[\]<>])", r"\\\1", text)


def _listed(names: Sequence[str], conjunction: str) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {conjunction} {names[-1]}"


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 2)
