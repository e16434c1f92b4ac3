"""Doubles for tests: an ``Assistant`` in memory, with three documents, answers and refusals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from kin_assistant.briefs.brief import Brief
from kin_assistant.commitments.values import CommitmentQuery, Commitments
from kin_assistant.contributions.values import ContributionQuery, Contributions
from kin_assistant.corpus.profile import CorpusProfile
from kin_assistant.coverage.survey import survey_documents
from kin_assistant.coverage.values import Coverage
from kin_assistant.documents.reading import read_document
from kin_assistant.errors import BriefError, FilterError, QuestionError
from kin_assistant.indicators.values import IndicatorQuery, Indicators
from kin_assistant.places.gazetteer import Gazetteer
from kin_assistant.types import (
    WANTED_FORMS,
    Answer,
    AnswerSentence,
    Citation,
    Comparison,
    Document,
    DocumentInfo,
    Filters,
    Hit,
    NearDocument,
    Record,
    RecordField,
    Retrieved,
    SearchResult,
    Sentence,
    WantedForm,
)

SURABAYA = """---
id: surabaya-composting
title: Household composting in Surabaya
cities: [Surabaya]
countries: [Indonesia]
region: South-East Asia
themes: [composting, solid waste]
years: "2001-2011"
sources:
  - {title: "Reducing waste through composting", publisher: IGES, year: 2009, url: "https://example.org/iges"}
  - {title: "City profile", publisher: PEMSEA, year: 2011, url: "https://example.org/pemsea"}
compiled: 2026-11-21
---

# Household composting in Surabaya

## What the city did
The city gave compost baskets to households and trained neighbourhood leaders [1]. Each basket holds the food waste of one family.

## Results
IGES reported that waste had dropped by over 20 per cent [1]. PEMSEA gives 30 per cent for the same years [2].
The two figures count different waste.

| Year | Waste a day |
|---|---|
| 2005 | 1,480 tons [1] |
| 2009 | 1,150 tons [2] |

## Lessons
1. Train the trainers first.
2. Give baskets, do not sell them [2].
"""

KITAKYUSHU = """---
id: kitakyushu-air
title: How Kitakyushu cleaned its air
cities: [Kitakyushu]
countries: [Japan]
region: East Asia
themes: [air pollution]
years: "1960-1990"
sources:
  - {title: "Kitakyushu's recovery", publisher: City of Kitakyushu, year: 1999, url: "https://example.org/kitakyushu"}
compiled: 2026-11-21
---

# How Kitakyushu cleaned its air

**An agreement.** The city and its factories signed agreements on smoke [1]. Women's groups measured dust on their laundry [1].
"""

PLAIN = "Notes of a meeting\n\nThe members met in Kitakyushu. They agreed to share what failed as well as what worked."

SOURCES = {"surabaya.md": SURABAYA, "kitakyushu.md": KITAKYUSHU, "meeting.txt": PLAIN}

QUESTION = "How did Surabaya cut its household waste?"
"""Has an answer of three quotes from two documents."""

UNKNOWN = "What did Lahore do about floods?"
"""Is refused, with a document that is near."""


@dataclass(frozen=True)
class BuildInfo:
    """As ``kin_assistant`` describes a build."""

    id: str = "b0123456789"
    built_at: datetime = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
    documents: int = 3
    passages: int = 6
    sentences: int = 14
    model: str = "double"
    profile: CorpusProfile = field(default_factory=CorpusProfile)
    notices: tuple[str, ...] = ()


def read_documents() -> dict[str, Document]:
    """The three documents by id, read as the real ones are."""
    readings = [read_document(path, text.encode(), "0" * 64) for path, text in SOURCES.items()]
    return {reading.document.id: reading.document for reading in readings}


def cite(document: Document, words: str, number: int, *, heading: str = "", sources: tuple[int, ...] = ()) -> Citation:
    """A citation of ``words``, which must stand in ``document``."""
    start = document.text.index(words)
    return Citation(
        number=number,
        passage_id=f"passage-{number}",
        document_id=document.id,
        title=document.title,
        cities=document.cities,
        countries=document.countries,
        years=f"{document.years[0]}-{document.years[1]}" if document.years else None,
        heading=heading,
        page=None,
        start=start,
        end=start + len(words),
        quote=words,
        sources=tuple(document.sources[source - 1] for source in sources),
        origin="sources" if sources else "none named" if document.sources else "document",
    )


@dataclass
class AssistantDouble:
    """Answers every question that names Surabaya and refuses every other one."""

    build: BuildInfo = field(default_factory=BuildInfo)
    fault: Exception | None = None
    """Raised by ``ask`` and ``suggest`` if set."""
    further: tuple[str, ...] = ()
    """What ``suggest`` gives."""
    asked: list[tuple[str, Filters | None, tuple[str, ...]]] = field(default_factory=list)
    forms: list[WantedForm | None] = field(default_factory=list)
    """What form each of ``asked`` was wanted in."""
    looked_further: list[tuple[str, Filters | None, tuple[str, ...]]] = field(default_factory=list)
    _documents: dict[str, Document] = field(default_factory=read_documents)

    @property
    def documents(self) -> tuple[DocumentInfo, ...]:
        """Sorted by id."""
        return tuple(self._documents[key].info for key in sorted(self._documents))

    def coverage(self) -> Coverage:
        """Counted from the metadata of the three; no records are looked into."""
        return survey_documents(
            self.documents, Gazetteer.load(), build_id=self.build.id, built_in=self.build.built_at.year
        )

    def document(self, document_id: str) -> Document:
        """With text; raises ``KeyError``."""
        return self._documents[document_id]

    def ask(
        self,
        question: str,
        *,
        filters: Filters | None = None,
        history: Sequence[str] = (),
        id: str | None = None,
        words: int | None = None,  # noqa: ARG002
        form: WantedForm | None = None,
    ) -> Answer:
        """The one answer or a refusal."""
        self.asked.append((question, filters, tuple(history)))
        self.forms.append(form)
        if self.fault is not None:
            raise self.fault
        if not question.strip():
            raise QuestionError("Please write a question.")
        if filters and any(city not in ("Surabaya", "Kitakyushu") for city in filters.city):
            raise FilterError("No document is about that city.")
        if filters and filters.city == ("Kitakyushu",):
            return self._refusal(question, id, 'No document carries the city "Kitakyushu" and speaks of this.')
        if history and not {"Surabaya", "Lahore"} & set(question.split()):
            return self._answer(question, f"{question} Surabaya", id, form=form)
        if "Surabaya" in question:
            return self._answer(question, question, id, form=form)
        return self._refusal(question, id, "No document is about Lahore.")

    def suggest(
        self,
        answer: Answer,
        *,
        filters: Filters | None = None,
        history: Sequence[str] = (),
        go_on: Callable[[], bool] = lambda: True,
    ) -> tuple[str, ...]:
        """The same for every answer, unless it is told to stop."""
        self.looked_further.append((answer.question, filters, tuple(history)))
        if self.fault is not None:
            raise self.fault
        return self.further if go_on() else ()

    def search(
        self, query: str, *, limit: int = 10, filters: Filters | None = None, id: str | None = None
    ) -> SearchResult:
        """The first words of each document in the cities of ``filters``."""
        cities = set(filters.city) if filters else set()
        hits = tuple(
            Hit(
                passage_id=key,
                document_id=key,
                score=0.5,
                text=document.text[:40],
                heading="",
                page=None,
                start=0,
                end=40,
            )
            for key, document in sorted(self._documents.items())
            if not cities or cities & set(document.cities)
        )
        return SearchResult(id=id, query=query, hits=hits[:limit])

    def sentences(self, document_id: str) -> tuple[Sentence, ...]:
        """The first of a document; raises ``KeyError``."""
        return (Sentence(start=0, end=self._documents[document_id].text.index("\n")),)

    def record(self, document_id: str) -> Record:
        """One without a field; raises ``KeyError``."""
        return Record(document=self._documents[document_id].info, build_id=self.build.id)

    def package(self, document_id: str) -> Brief:
        """One without a section; raises ``KeyError``."""
        info = self._documents[document_id].info
        return Brief(title=info.title, topic=info.title, documents=(info.id,), build_id=self.build.id)

    def contributions(self, query: ContributionQuery) -> Contributions:
        """None."""
        return Contributions(topic=query.topic or "", reason="Nothing is known.", build_id=self.build.id)

    def commitments(self, query: CommitmentQuery) -> Commitments:
        """None."""
        return Commitments(topic=query.topic or "", reason="Nothing is known.", build_id=self.build.id)

    def compare(
        self,
        topic: str,
        cities: Sequence[str] = (),  # noqa: ARG002
        columns: Sequence[RecordField] = (),
    ) -> Comparison:
        """None that has a row."""
        if not topic.strip():
            raise QuestionError("Please write a topic.")
        return Comparison(topic=topic, columns=tuple(columns), reason="Nothing is known.", build_id=self.build.id)

    def propose_brief(self, title: str, **_: object) -> Brief:
        """None: the documents know of nothing."""
        raise BriefError(f"No document is about “{title}”.")

    def training_sheet(self, theme: str) -> Brief:
        """None: the documents know of nothing."""
        raise BriefError(f"No document tells a practice on “{theme}”.")

    def indicators(self, query: IndicatorQuery) -> Indicators:
        """None: the documents give no figure."""
        return Indicators(topic=query.topic or "", reason="The documents give no figure.", build_id=self.build.id)

    def newer_build(self) -> str | None:
        """None: there is no other."""
        return None

    def close(self) -> None:
        """Nothing to close."""

    def _answer(self, question: str, standalone: str, id: str | None, *, form: WantedForm | None) -> Answer:
        surabaya, meeting = self._documents["surabaya-composting"], self._documents["meeting"]
        citations = (
            cite(
                surabaya,
                "IGES reported that waste had dropped by over 20 per cent.",
                1,
                heading="Results",
                sources=(1,),
            ),
            cite(surabaya, "PEMSEA gives 30 per cent for the same years.", 2, heading="Results", sources=(2,)),
            cite(surabaya, "| 2009 | 1,150 tons |", 3, heading="Results", sources=(2,)),
            cite(surabaya, "The two figures count different waste.", 4, heading="Results"),
            cite(meeting, "They agreed to share what failed as well as what worked.", 5),
        )
        return Answer(
            id=id,
            question=question,
            standalone_question=standalone,
            leans=standalone != question,
            wanted_form=form,
            other_forms=tuple(other for other in WANTED_FORMS if other != form),
            abstained=False,
            notes=("The documents give different figures: [1] [2].",),
            sentences=tuple(AnswerSentence(text=item.quote, citations=(item.number,)) for item in citations),
            citations=citations,
            also_retrieved=(Retrieved(passage_id="p9", document_id="kitakyushu-air", score=0.2),),
            confidence=0.8,
            build_id=self.build.id,
        )

    def _refusal(self, question: str, id: str | None, reason: str) -> Answer:
        near = self._documents["surabaya-composting"]
        return Answer(
            id=id,
            question=question,
            standalone_question=question,
            abstained=True,
            reason=reason,
            nearest=(NearDocument(document_id=near.id, title=near.title, cities=near.cities),),
            confidence=0.1,
            build_id=self.build.id,
        )
