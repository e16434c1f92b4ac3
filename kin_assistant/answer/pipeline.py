"""From a question to an ``Answer``: understood, searched, read, and refused or answered with cited sentences."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from kin_assistant.answer.citations import cite_sentences, take_quote
from kin_assistant.answer.composer import Composer
from kin_assistant.answer.draft import Draft, DraftEntry, DraftSection
from kin_assistant.answer.evidence import Candidate, Evidence, EvidenceReader
from kin_assistant.answer.explanation import explain_silence
from kin_assistant.answer.forms import take_form
from kin_assistant.answer.parts import PartRead, find_unanswered, read_parts
from kin_assistant.answer.refusal import estimate_confidence, reason_to_doubt, reason_to_refuse
from kin_assistant.answer.sentence_search import stands_alone
from kin_assistant.answer.stretches import estimate_worth
from kin_assistant.errors import QuestionError
from kin_assistant.index.library import DocumentRow, Library, PassageRow
from kin_assistant.policy import AnswerPolicy
from kin_assistant.processes.caching import remember
from kin_assistant.question.query import Query, QueryParser
from kin_assistant.retrieval import Ranking, Retriever
from kin_assistant.text.asked import AskedKind, find_asked_kinds, gives
from kin_assistant.text.figures import differ, find_asked
from kin_assistant.text.wording import join_words
from kin_assistant.text.words import fold
from kin_assistant.types import (
    Answer,
    Citation,
    Entry,
    Filters,
    NearDocument,
    NearSentence,
    Retrieved,
    Section,
    WantedForm,
)

__all__ = ["AnswerPipeline"]

_ANSWERS_IN_MEMORY = 256
_MISSING: Mapping[AskedKind, str] = {
    "money": "No price or cost was found: the sentences below give no sum of money.",
    "date": "No date was found: the sentences below give none.",
    "payer": "Who paid was not found: the sentences below do not say it.",
}
"""What is said where nothing of a kind that is asked for is quoted."""


@dataclass(frozen=True, slots=True)
class _Made:
    """What is answered before it is cited, and what it was made from."""

    query: Query
    draft: Draft
    evidence: Evidence | None
    """None for what is answered from the library, and for talk."""
    reason: str | None
    """Why nothing is answered; the draft is empty then."""
    confidence: float
    parts: tuple[PartRead, ...]
    forms: tuple[WantedForm, ...]
    """The other forms that it can have."""
    retrieved_at: float
    """When all was found, by the clock of ``time.perf_counter``."""


class AnswerPipeline:
    """Answers questions from one opened index."""

    def __init__(
        self,
        library: Library,
        build_id: str,
        parser: QueryParser,
        retriever: Retriever,
        reader: EvidenceReader,
        composer: Composer,
        *,
        policy: AnswerPolicy | None = None,
        answer_words: int = 150,
        compiler_sections: Sequence[str] = (),
    ) -> None:
        self._library, self._build_id = library, build_id
        self._parser, self._retriever, self._reader = parser, retriever, reader
        self._policy = policy or AnswerPolicy()
        self._composer = composer
        self._answer_words = answer_words
        self._compiler_sections = frozenset(map(str.casefold, compiler_sections))
        # In a conversation each message may point at those before it, which then are answered again.
        self._names_shown = remember(self._find_names_shown, _ANSWERS_IN_MEMORY)

    def answer(
        self,
        question: str,
        *,
        filters: Filters | None = None,
        history: Sequence[str] = (),
        answer_id: str | None = None,
        max_words: int | None = None,
        form: WantedForm | None = None,
    ) -> Answer:
        """Answer ``question``, with what it leans on from the earlier questions in ``history``, in at most ``max_words``.

        ``form`` is a form to have the answer in, where that fits, in the place of the one that the question calls for.
        Raises ``QuestionError`` for a question that cannot be read and ``FilterError`` for an unknown filter value.
        """
        started = time.perf_counter()
        understand = partial(
            self._parser.understand,
            question,
            history=history,
            filters=filters,
            form=form,
            names_shown=lambda earlier, before: self._names_shown(earlier, tuple(before), filters),
        )
        words = max_words or self._answer_words
        made = self._make_draft(understand(), words)
        if made.reason and history:
            made = self._ask_behind(made, partial(understand, leans=True), words)
        query, draft, evidence, reason = made.query, made.draft, made.evidence, made.reason
        quoted = draft.candidates
        citations, sentences = cite_sentences(
            quoted, self._library, query.standalone, compiler_sections=self._compiler_sections
        )
        if "fact" in query.kinds and citations:
            answering = tuple(find_asked(query.standalone, citations[0].quote))
            citations = (citations[0].model_copy(update={"answering": answering}), *citations[1:])
        numbers = {candidate: citation.number for candidate, citation in zip(quoted, citations, strict=True)}
        caveats = self._caveats(evidence.query, quoted, made.parts) if evidence and not reason else ()
        unwritten = () if reason or draft.form == "words" else _name_unwritten(query)
        finished = time.perf_counter()
        return Answer(
            id=answer_id,
            question=query.original,
            standalone_question=query.standalone,
            leans=query.leans,
            carried=query.carried,
            kind=query.kinds[0],
            kinds=query.kinds,
            form=draft.form,
            wanted_form=query.wanted_form,
            other_forms=tuple(form for form in made.forms if form != query.wanted_form),
            abstained=bool(reason),
            reason=reason,
            said=draft.said,
            caveats=(*unwritten, *draft.caveats, *caveats, *_name_missing(query, citations)),
            notes=(*draft.notes, *_notes(query, quoted, citations)),
            sections=tuple(_section(section, numbers) for section in draft.sections),
            entries=tuple(self._entry(entry, numbers) for entry in draft.entries),
            sentences=sentences,
            citations=citations,
            also_retrieved=self._also_retrieved(evidence, quoted) if evidence else (),
            nearest=self._nearest(evidence) if evidence and reason else (),
            confidence=round(made.confidence, 4),
            build_id=self._build_id,
            elapsed_ms={
                "retrieve": _milliseconds(made.retrieved_at - started),
                "answer": _milliseconds(finished - made.retrieved_at),
                "total": _milliseconds(finished - started),
            },
        )

    def _make_draft(self, query: Query, words: int) -> _Made:
        """What is answered to ``query`` in quotes of at most ``words`` words, or why nothing is."""
        evidence, reason, confidence = None, None, 1.0
        draft = self._composer.compose_from_library(query, self._read)
        if draft is None:
            evidence = self._read(query)
            confidence = estimate_confidence(evidence, self._policy.refusal)
            reason = reason_to_refuse(evidence, confidence, self._policy.refusal)
        retrieved = time.perf_counter()
        if reason and (small_talk := self._composer.respond_to_small_talk(query)):
            draft, reason, evidence, query = small_talk, None, None, replace(query, kinds=("talk",))
        if evidence and not reason:
            draft = self._composer.compose_from_evidence(evidence, words)
            if doubt := reason_to_doubt(query, draft.candidates, confidence, self._policy.refusal):
                draft = self._composer.compose_from_evidence(evidence, words, sure=False)
                draft = replace(draft, caveats=(doubt, *draft.caveats))
        draft = draft or Draft("quotes")
        parts: Sequence[PartRead] = ()
        if evidence and not reason:
            parts = read_parts(evidence, draft, self._reader, self._library, self._policy.parts)
            draft = self._composer.complete_parts(draft, evidence, parts, words)
        forms = self._composer.find_forms(draft, query, evidence, words, self._read) if not reason else {}
        draft = self._composer.count_lists(take_form(draft, query.wanted_form, forms), query, evidence, words)
        return _Made(query, draft, evidence, reason, confidence, tuple(parts), tuple(forms), retrieved)

    def _ask_behind(self, refused: _Made, understand: Callable[[], Query], words: int) -> _Made:
        """A message ``refused`` alone with what came before it, if it may lean on that and is then answered surely."""
        if not _may_lean(refused.query):
            return refused
        behind = self._make_draft(understand(), words)
        sure = behind.evidence and behind.confidence >= self._policy.refusal.confidence_behind
        return behind if sure and not behind.reason else refused

    def _find_names_shown(self, question: str, history: tuple[str, ...], filters: Filters | None) -> tuple[str, ...]:
        """The places or titles that the answer to an earlier question shows, in its order; none if that cannot be asked."""
        try:
            answer = self.answer(question, history=history, filters=filters)
        except QuestionError:
            return ()
        if answer.entries:
            return tuple(entry.label for entry in answer.entries)
        if answer.form == "table":
            return tuple(section.heading for section in answer.sections)
        return tuple(dict.fromkeys(citation.title for citation in answer.citations))

    def read(self, question: str, *, filters: Filters | None = None, history: Sequence[str] = ()) -> Evidence:
        """Understand ``question``, search, and read what was found. Raises as ``answer`` does."""
        return self._read(self._parser.understand(question, history=history, filters=filters))

    def _read(self, query: Query) -> Evidence:
        return self._reader.read(query, *self._retrieve(query))

    def _retrieve(self, query: Query) -> tuple[Ranking, list[PassageRow]]:
        """All candidate passages, and those to be read: each place that the query names has its part."""
        limits = self._policy.evidence
        ranking = self._retriever.rank(query)
        passages = ranking.passages[: limits.passages]
        if len(query.about) > 1:
            # What is said of one place must not push out what is said of another.
            of_each = [self._retriever.rank(query, within=about) for about in query.about]
            passages += [row for one in of_each for row in one.passages[: limits.passages_per_place]]
            ranking = ranking.join(of_each)
        return ranking, self._keep_named(query, self._keep_places(query, list(dict.fromkeys(passages))))

    def _keep_places(self, query: Query, passages: list[PassageRow]) -> list[PassageRow]:
        """Passages of documents about a place that the query names, or that name it themselves; all if it names none."""
        wanted = (*query.scope.named, *query.scope.absent)
        if not wanted:
            return passages
        about, names = query.named_documents, [fold(place.name) for place in wanted]
        return [
            row
            for row in passages
            if self._library.document_row(row) in about
            or any(name in fold(self._library.text_of(row)) for name in names)
        ]

    def _keep_named(self, query: Query, passages: list[PassageRow]) -> list[PassageRow]:
        """Passages of documents that hold a name of the query, or are about a place of it that none of these is about.

        All if it has no such name, or asks for advice, where what is named is an example.
        """
        held = frozenset[DocumentRow]().union(*query.held)
        if query.kinds[0] == "advice":
            return passages
        held = held.union(*(about for about in query.about if held and about.isdisjoint(held)))
        return [row for row in passages if self._library.document_row(row) in held] or passages

    def _entry(self, entry: DraftEntry, numbers: Mapping[Candidate, int]) -> Entry:
        return Entry(
            label=entry.label,
            document_ids=tuple(self._library.infos[row].id for row in entry.documents),
            detail=entry.detail,
            number=numbers[entry.reason] if entry.reason else None,
        )

    def _caveats(self, query: Query, quoted: Sequence[Candidate], parts: Sequence[PartRead]) -> tuple[str, ...]:
        """What the answer lacks: places without evidence, parts of the question that are not answered."""
        caveats: list[str] = []
        documents = {candidate.document for candidate in quoted}
        said = [fold(candidate.text) for candidate in quoted]
        silent = [
            place.name
            for place, about in zip(query.scope.named, query.about, strict=True)
            if len(query.about) > 1
            and documents.isdisjoint(about)
            and not any(fold(place.name) in text for text in said)
        ]
        if silent:
            caveats.append(f"Nothing was found for {join_words(silent, 'or')}.")
        if missing := find_unanswered(parts, self._policy.parts):
            caveats.append(f"The documents do not seem to say {join_words([f'“{part}”' for part in missing], 'or')}.")
        return tuple(caveats)

    def _nearest(self, evidence: Evidence) -> tuple[NearDocument, ...]:
        """Documents that a refusal points to, by rank: on the places that are named, else of those near an absent one first.

        What is ranked above all of the named places comes before them: their subject is that of the question.
        """
        query = evidence.query
        near = query.named_documents or self._parser.documents_near(query.scope.absent)
        ranked = list(dict.fromkeys(map(self._library.document_row, evidence.ranking.passages)))
        rows = [row for row in ranked if row in near]
        if query.named_documents and rows:
            rows = [*ranked[: min(ranked.index(rows[0]), self._policy.refusal.near_elsewhere)], *rows]
        else:
            rows += self._near_in_subject(query, [row for row in ranked if row not in near], least=not rows)
        rows = rows[: self._policy.refusal.near_documents]
        sentences = self._nearest_sentences(evidence, rows)
        return tuple(
            NearDocument(document_id=info.id, title=info.title, cities=info.cities, sentences=tuple(sentences[row]))
            for row, info in ((row, self._library.infos[row]) for row in rows)
        )

    def _near_in_subject(self, query: Query, ranked: Sequence[DocumentRow], *, least: int) -> list[DocumentRow]:
        """Those of the documents ``ranked`` whose sentences are near the query, at ``least`` so many of the nearest."""
        nearness = self._composer.search.nearness_of_documents(query.vector)
        nearest = sorted(ranked, key=lambda row: -nearness[row])[:least]
        return [row for row in ranked if nearness[row] >= self._policy.refusal.min_nearness or row in nearest]

    def _nearest_sentences(
        self, evidence: Evidence, rows: Collection[DocumentRow]
    ) -> dict[DocumentRow, list[NearSentence]]:
        """Of the documents ``rows``, the sentences near the query that are worth most as answers, by document."""
        limits = self._policy.refusal
        near = [
            one
            for one in evidence.candidates
            if one.document in rows and one.cosine >= limits.min_cosine_near and stands_alone(one.text)
        ]
        worth = estimate_worth(near, self._policy.selection)
        found: dict[DocumentRow, list[NearSentence]] = {row: [] for row in rows}
        for one in sorted(near, key=lambda one: -worth[one])[: limits.near_sentences]:
            quote = take_quote(one, self._library)
            found[one.document].append(NearSentence(start=one.sentence.start, end=one.sentence.end, quote=quote))
        return found

    def _also_retrieved(self, evidence: Evidence, selected: Sequence[Candidate]) -> tuple[Retrieved, ...]:
        """The best passages that were read and not quoted, with the reason."""
        ranking = evidence.ranking
        scores = dict(zip(ranking.passages, ranking.scores.tolist(), strict=True))
        cited = {candidate.passage for candidate in selected}
        most = self._policy.evidence.passages_unquoted
        rows = [row for row in evidence.passages if row not in cited][:most]
        sentences: dict[PassageRow, list[Candidate]] = {row: [] for row in rows}
        for candidate in evidence.candidates:
            if candidate.passage in sentences:
                sentences[candidate.passage].append(candidate)
        least = min((candidate.score for candidate in selected), default=0.0)
        return tuple(
            Retrieved(
                passage_id=self._library.passage(row).id,
                document_id=self._library.passage(row).document_id,
                score=round(scores[row], 6),
                why=explain_silence(sentences[row], selected, least) if selected else "",
            )
            for row in rows
        )


def _section(section: DraftSection, numbers: Mapping[Candidate, int]) -> Section:
    return Section(
        heading=section.heading,
        numbers=tuple(numbers[candidate] for candidate in section.candidates),
        shown=section.shown,
        of=section.of,
        remark=section.remark,
    )


def _may_lean(query: Query) -> bool:
    """Whether a message that did not seem to lean may do so after all: it names no place."""
    return not (query.leans or query.scope.named or query.scope.unwritten or query.areas)


def _name_unwritten(query: Query) -> tuple[str, ...]:
    """What of the places in the question no document is about, or names."""
    places = [place.label for place in query.scope.unwritten]
    about = [f"No document is about {join_words(places, 'or')}."] if places else []
    named = [f"No document names {join_words(query.areas, 'or')}."] if query.areas else []
    return (*about, *named)


def _name_missing(query: Query, citations: Sequence[Citation]) -> tuple[str, ...]:
    """What is said where a price, a date or who paid is plainly asked for and no quote gives one."""
    asked = find_asked_kinds(query.standalone)
    given = [(one.quote, one.lead_in.text if one.lead_in else "") for one in citations]
    missing = [said for kind, said in _MISSING.items() if kind in asked and not any(gives(kind, *one) for one in given)]
    return tuple(missing) if citations else ()


def _notes(query: Query, quoted: Sequence[Candidate], citations: Sequence[Citation]) -> tuple[str, ...]:
    """What in the quotes does not agree."""
    if query.wants_figure and (pair := _figures_that_differ(quoted, citations)):
        return (f"[{pair[0]}] and [{pair[1]}] give different figures: compare what they count, and when.",)
    return ()


def _figures_that_differ(selected: Sequence[Candidate], citations: Sequence[Citation]) -> tuple[int, int] | None:
    """Numbers of two citations, from two documents on one city, that both may answer and give different figures."""
    answering = [
        citation
        for candidate, citation in zip(selected, citations, strict=True)
        if candidate.logit is not None and candidate.logit > 0
    ]
    for i, one in enumerate(answering):
        for other in answering[i + 1 :]:
            of_one_city = not set(one.cities).isdisjoint(other.cities)
            if one.document_id != other.document_id and of_one_city and differ(one.quote, other.quote):
                return one.number, other.number
    return None


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 2)
