"""Proposes a brief: sections with the sentences that documents say on its topic, and what they do not say."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from kin_assistant.answer.citations import cite_sentences
from kin_assistant.answer.sentence_search import Found, SentenceSearch, Topic
from kin_assistant.briefs.brief import Brief, BriefItem, BriefSection, OwnText, Quote, Span
from kin_assistant.briefs.policy import BriefPolicy
from kin_assistant.briefs.selection import Choice, collect_choices, least_nearness, select_choices, select_silences
from kin_assistant.briefs.subject import Subject, read_subject
from kin_assistant.errors import BriefError
from kin_assistant.index.library import DocumentRow
from kin_assistant.places.gazetteer import Place
from kin_assistant.records.comparison import MAX_CITIES, ComparisonMaker
from kin_assistant.records.reader import RecordReader
from kin_assistant.text.wording import count_words, join_words
from kin_assistant.types import RecordField

__all__ = ["GAPS", "BriefMaker"]


@dataclass(frozen=True, slots=True)
class _Part:
    """A section that evidence is proposed for."""

    heading: str
    fields: frozenset[RecordField]
    about: str
    """What it is about, within a sentence."""


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What was found for a brief."""

    selected: Mapping[_Part, Sequence[Choice]]
    """Sentences for each section."""
    silences: Sequence[Found]
    """Sentences that say that something is not known."""
    documents: tuple[DocumentRow, ...]
    """The documents quoted in ``selected``."""
    emptied: Collection[_Part] = ()
    """Sections whose sentences were all left out."""


_PARTS: Final = (
    _Part("Background", frozenset({"situation", "objectives"}), "the situation before"),
    _Part("What peers did", frozenset({"process", "partners"}), "what was done"),
    _Part("Results", frozenset({"results"}), "results"),
    _Part("Costs and finance", frozenset({"finance"}), "cost and finance"),
    _Part("Lessons", frozenset({"lessons", "sustainability"}), "lessons"),
    _Part("How it could be replicated", frozenset({"transferability"}), "whether it can be replicated"),
)
GAPS: Final = "What the documents do not say"
"""Heads the last section."""
_NOTHING_FOUND: Final = "No evidence was found in the documents."
_LEFT_OUT: Final = "The evidence found for this section was left out."
_FEW_TITLES: Final = 3
"""More are counted and not named."""
_FEW_PLACES: Final = 3
"""A document on more places is about none of them in particular."""


class BriefMaker:
    """Proposes briefs from one opened index. Safe to use from several threads."""

    def __init__(
        self,
        search: SentenceSearch,
        records: RecordReader,
        comparisons: ComparisonMaker,
        build_id: str,
        *,
        library: str = "",
        compiler_sections: Collection[str] = (),
        policy: BriefPolicy | None = None,
    ) -> None:
        """``library`` is what the corpus calls itself."""
        self._search, self._library, self._records, self._comparisons = search, search.library, records, comparisons
        self._build_id, self._name = build_id, library
        self._compiler_sections = frozenset(map(str.casefold, compiler_sections))
        self._policy = policy or BriefPolicy()

    def propose(
        self,
        title: str,
        cities: Sequence[str] = (),
        documents: Sequence[str] = (),
        left_out: Collection[Span] = (),
    ) -> Brief:
        """A brief on ``title``, with evidence from documents on ``cities`` and from ``documents``, by id, if any are named.

        No sentence in ``left_out`` is quoted, and none takes its place. Raises ``BriefError`` for a title without a topic,
        for a topic that the documents do not speak of, for an unknown document, too many cities and where what is left out
        was not proposed or is all there is, and ``ComparisonError`` for a city that no document is about.
        """
        subject = read_subject(title, self._search.places)
        if len(cities) > MAX_CITIES:
            raise BriefError(f"At most {MAX_CITIES} cities can be named for a brief; these are {len(cities)}.")
        named = list(dict.fromkeys(map(self._comparisons.find_city, cities)))
        allowed = self._rows_allowed(subject, named, documents)
        topic = self._search.make_topic(subject.topic)
        nearness = self._comparisons.measure_documents(topic)
        chosen = self._choose_documents(subject, nearness, allowed, asked_for=bool(documents))
        evidence = self._gather(chosen, topic, named or [place.name for place in subject.where if place.kind == "city"])
        if not evidence.documents:
            where = named or [place.label for place in subject.where]
            raise BriefError(_explain_nothing(subject.topic, join_words(where, "or") if where else "", documents))
        if left_out:
            evidence = self._leave_out(evidence, left_out)
        return Brief(
            title=subject.title,
            topic=subject.topic,
            place=join_words(place.label for place in subject.audience) if subject.audience else None,
            cities=tuple(named),
            documents=tuple(documents),
            library=self._name,
            build_id=self._build_id,
            remarks=tuple(self._remark(subject, evidence.documents, named)),
            sections=tuple(self._write_sections(subject, evidence)),
        )

    def _gather(self, chosen: Mapping[DocumentRow, float], topic: Topic, cities: Sequence[str]) -> _Evidence:
        """The sentences for each section from the documents ``chosen``, about ``cities`` if any are named."""
        choices, silences = collect_choices(
            chosen, topic, self._search, self._records, lambda found: self._may_stand(found, cities), self._policy
        )
        said: set[str] = set()
        selected = {part: select_choices(choices, part.fields, said, self._policy) for part in _PARTS}
        quoted = {one.document for own in selected.values() for one in own}
        return _Evidence(
            selected, select_silences(silences, said, self._policy), tuple(row for row in chosen if row in quoted)
        )

    def _leave_out(self, evidence: _Evidence, left_out: Collection[Span]) -> _Evidence:
        """``evidence`` without the sentences in ``left_out``. Raises ``BriefError``."""
        used: set[Span] = set()

        def keep(found: Found) -> bool:
            place = self._library.infos[found.document].id, found.sentence.start, found.sentence.end
            holding = {span for span in left_out if span.holds(*place)}
            used.update(holding)
            return not holding

        selected: dict[_Part, Sequence[Choice]] = {}
        for part, choices in evidence.selected.items():
            kept = (replace(choice, found=tuple(filter(keep, choice.found))) for choice in choices)
            selected[part] = [choice for choice in kept if choice.found]
        silences = list(filter(keep, evidence.silences))
        if not used.issuperset(left_out):
            raise BriefError("What is to be left out is not among the evidence. Propose the brief again.")
        quoted = {one.document for own in selected.values() for one in own}
        if not quoted:
            raise BriefError(f"All evidence was left out. Keep a quote of a section other than “{GAPS}”.")
        emptied = [part for part, choices in evidence.selected.items() if choices and not selected[part]]
        return _Evidence(selected, silences, tuple(row for row in evidence.documents if row in quoted), emptied)

    def _write_sections(self, subject: Subject, evidence: _Evidence) -> Iterator[BriefSection]:
        for part, choices in evidence.selected.items():
            found = dict.fromkeys(one for choice in choices for one in choice.found)
            items: list[BriefItem] = [*self._cite(list(found), subject.topic)]
            nothing = OwnText(text=_LEFT_OUT if part in evidence.emptied else _NOTHING_FOUND)
            yield BriefSection(heading=part.heading, items=tuple(items or [nothing]))
        gaps: list[BriefItem] = [OwnText(text=text) for text in self._name_gaps(subject, evidence)]
        yield BriefSection(heading=GAPS, items=(*gaps, *self._cite(evidence.silences, subject.topic)))

    # Documents

    def _rows_allowed(
        self, subject: Subject, cities: Sequence[str], documents: Sequence[str]
    ) -> frozenset[DocumentRow] | None:
        """The documents that evidence may come from; None for all."""
        named = frozenset(map(self._row_of, documents)) if documents else None
        if cities:
            rows = map(DocumentRow, range(len(self._library.infos)))
            own = frozenset(row for row in rows if not set(cities).isdisjoint(self._library.infos[row].cities))
        elif subject.where:
            ids = (name for place in subject.where for name in self._search.places.documents_about(place))
            own = frozenset(map(self._library.row_of, ids))
        else:
            return named
        return own if named is None else own & named

    def _row_of(self, document_id: str) -> DocumentRow:
        try:
            return self._library.row_of(document_id)
        except KeyError:
            raise BriefError(f"There is no document “{document_id}”. Run kin docs list to see what there is.") from None

    def _choose_documents(
        self,
        subject: Subject,
        nearness: Mapping[DocumentRow, float],
        allowed: frozenset[DocumentRow] | None,
        *,
        asked_for: bool,
    ) -> dict[DocumentRow, float]:
        """The documents nearest to the topic, those on the place that the brief is written for before all others.

        ``asked_for`` tells whether ``allowed`` are documents that were named one by one: then it is not asked how near they are.
        """
        policy = self._policy
        own = self._documents_about(subject.audience)
        near = least_nearness(max(nearness.values(), default=0.0), policy)
        least = 0.0 if asked_for else policy.min_nearness
        fitting = [
            row
            for row in (nearness if allowed is None else allowed)
            if nearness[row] >= (near if allowed is None and row not in own else least)
        ]
        chosen: dict[DocumentRow, float] = {}
        counts: dict[tuple[str, ...], int] = {}
        for row in sorted(fitting, key=lambda row: (row not in own, -nearness[row], row)):
            info = self._library.infos[row]
            where = info.cities or info.countries
            counts[where] = counts.get(where, 0) + 1
            if allowed is not None or counts[where] <= policy.documents_of_place:
                chosen[row] = nearness[row]
        return dict(islice(chosen.items(), policy.documents))

    def _documents_about(self, places: Sequence[Place]) -> frozenset[DocumentRow]:
        """The documents on ``places``, but for lists of many."""
        ids = (name for place in places for name in self._search.places.documents_about(place))
        rows = map(self._library.row_of, ids)
        return frozenset(row for row in rows if len(self._library.infos[row].cities) <= _FEW_PLACES)

    def _may_stand(self, found: Found, cities: Sequence[str]) -> bool:
        """Whether a sentence tells of one of ``cities``, or else of a single one of those that its document is about."""
        own = self._library.infos[found.document].cities
        wanted = [city for city in cities if city in own] or own
        return not own or any(self._comparisons.may_stand_for(city, found) for city in wanted)

    # Words

    def _cite(self, found: Sequence[Found], topic: str) -> Iterator[Quote]:
        cited, _ = cite_sentences(
            [one.as_candidate() for one in found], self._library, topic, compiler_sections=self._compiler_sections
        )
        for one in cited:
            yield Quote.of_citation(one, self._library.infos[self._library.row_of(one.document_id)].sha256)

    def _remark(self, subject: Subject, quoted: Collection[DocumentRow], cities: Sequence[str]) -> Iterator[str]:
        """What a reader should know before the evidence: for whom it is, and where it is from."""
        for place in subject.audience:
            about = self._documents_about([place])
            if not about:
                listed = " in particular" if self._search.places.documents_about(place) else ""
                yield f"No document is about {place.label}{listed}; all evidence is from elsewhere."
            elif about.isdisjoint(quoted):
                told = count_words(len(about), "document is", "documents are")
                yield f"{told} about {place.label}, and none speaks of this topic; all evidence is from elsewhere."
        yield f"The evidence is from {self._describe_evidence(quoted)}."
        covered = {city for row in quoted for city in self._library.infos[row].cities}
        if silent := [city for city in cities if city not in covered]:
            yield f"No evidence was found on {join_words(silent, 'or')}."

    def _describe_evidence(self, quoted: Collection[DocumentRow]) -> str:
        """``3 documents: 2 on Cebu and Surabaya, 1 on many places``."""
        told = count_words(len(quoted), "document")
        single = [row for row in quoted if self._places_of(row)]
        places = [name for row in single for name in self._places_of(row)]
        if len(single) == len(quoted):
            return f"{told} on {join_words(places)}"
        on_places = f"{len(single)} on {join_words(places)}, " if places else ""
        return f"{told}: {on_places}{len(quoted) - len(single)} on many places or none in particular"

    def _places_of(self, row: DocumentRow) -> tuple[str, ...]:
        """The places of a document, if they are few."""
        info = self._library.infos[row]
        where = info.cities or info.countries
        return where if len(where) <= _FEW_PLACES else ()

    def _name_gaps(self, subject: Subject, evidence: _Evidence) -> Iterator[str]:
        """What the quoted documents say nothing of, a paragraph each."""
        quoted = evidence.documents
        empty = [part for part, own in evidence.selected.items() if not own and part not in evidence.emptied]
        for place in subject.audience:
            if self._documents_about([place]).isdisjoint(quoted):
                yield f"No quote is about {place.label}. What holds there has to be found out there."
        if empty:
            yield f"On {join_words((part.about for part in empty), 'or')} no sentence near the topic was found."
        for part in _PARTS:
            silent = [row for row in quoted if not self._tells(row, part.fields)]
            if not evidence.selected[part]:
                continue
            if len(silent) > _FEW_TITLES:
                yield f"On {part.about} nothing was found in {len(silent)} of the {len(quoted)} documents quoted here."
            elif silent:
                titles = join_words((f"“{self._library.infos[row].title}”" for row in silent), "or")
                yield f"On {part.about} nothing was found in {titles}."

    def _tells(self, row: DocumentRow, fields: Collection[RecordField]) -> bool:
        """Whether any sentence of a document tells one of ``fields``."""
        return any(one.field in fields for one in self._records.sentences_of(row))


def _explain_nothing(topic: str, where: str, documents: Sequence[str]) -> str:
    if documents:
        return f"Of the documents that were named none speaks of “{topic}”{f' in {where}' if where else ''}."
    return f"The documents do not speak of “{topic}” in {where}." if where else f"No document is about “{topic}”."
