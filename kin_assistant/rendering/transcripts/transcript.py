"""Answers that are taken along, one or a conversation: what they hold, and how they are laid out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from kin_assistant.rendering.briefs.layout import BriefLayout, Group, LaidSection, MarkedQuote, Missing, Own, Reference
from kin_assistant.rendering.layout import Paragraph, Quoted, lay_out, lay_out_rows, number_quotes
from kin_assistant.rendering.markdown import section_remark
from kin_assistant.rendering.words import (
    ORIGIN,
    REFUSAL,
    count,
    day,
    describe_filters,
    place_and_years,
    section_and_page,
)
from kin_assistant.types import Answer, AnswerSentence, Citation, DocumentInfo, Entry, Filters, NearDocument, Prose

__all__ = ["LaidAnswer", "Transcript", "TranscriptAnswer", "lay_out_answer", "lay_out_transcript"]

_CITED_NUMBER: Final = re.compile(r"\[(\d{1,3})\]")
_PROGRAM: Final = "All other text is the program's own."


@dataclass(frozen=True, slots=True)
class TranscriptAnswer:
    """An answer, and what it was asked of."""

    answer: Answer
    filters: Filters = field(default_factory=Filters)
    prose: Prose | None = None
    """What a language model wrote about it."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """Answers in the order in which they were asked, with at least one."""

    answers: tuple[TranscriptAnswer, ...]
    documents: tuple[DocumentInfo, ...]
    """Those that are quoted, each once, in the order in which they are."""
    library: str
    """What the corpus calls itself."""
    build_id: str
    """The build that the quotes were compared with."""
    at: datetime
    """When it is written, an aware time."""

    @classmethod
    def of(
        cls,
        answers: Sequence[TranscriptAnswer],
        infos: Sequence[DocumentInfo],
        *,
        library: str,
        build_id: str,
        at: datetime,
    ) -> Transcript:
        """A transcript of ``answers`` whose quotes stand in documents of ``infos``, those of the build."""
        known = {info.id: info for info in infos}
        cited = dict.fromkeys(citation.document_id for one in answers for citation in one.answer.citations)
        return cls(tuple(answers), tuple(known[name] for name in cited if name in known), library, build_id, at)


@dataclass(frozen=True, slots=True)
class LaidAnswer:
    """One answer as it stands on paper."""

    remarks: tuple[str, ...]
    """How it was asked, a sentence each."""
    blocks: tuple[Group | Own | Missing, ...]
    references: tuple[Reference, ...]
    """One for each number."""


def lay_out_transcript(transcript: Transcript) -> BriefLayout:
    """The layout of all answers with one list of references.

    A single answer keeps its numbers. Of several the third quote of the second is 2.3.
    """
    alone = len(transcript.answers) == 1
    laid = [
        lay_out_answer(one, prefix="" if alone else f"{number}.") for number, one in enumerate(transcript.answers, 1)
    ]
    asked = f"{transcript.library}, {day(transcript.at)}."
    if alone:
        title, remarks = transcript.answers[0].answer.question, (asked, *laid[0].remarks)
    else:
        title, remarks = f"{transcript.library}: {count(len(laid), 'question')} and what the documents say", (asked,)
    return BriefLayout(
        title=title,
        remarks=remarks,
        sections=tuple(
            LaidSection("", one.blocks)
            if alone
            else LaidSection(told.answer.question, (*_own(one.remarks), *one.blocks))
            for told, one in zip(transcript.answers, laid, strict=True)
        ),
        references=tuple(reference for one in laid for reference in one.references),
        build_id=transcript.build_id,
        other_words=_PROGRAM,
        is_numbered=not alone,
        has_annex=False,
    )


def lay_out_answer(told: TranscriptAnswer, *, prefix: str = "") -> LaidAnswer:
    """The layout of one answer; ``prefix`` stands in front of each of its numbers."""
    answer = told.answer
    searched, filters = answer.standalone_question, describe_filters(told.filters)
    remarks = (
        f"Searched as: {searched}" if searched != answer.question else "",
        f"Looked only in: {filters}" if filters else "",
    )
    return LaidAnswer(
        tuple(filter(None, remarks)),
        tuple(_Blocks(answer, prefix, told.prose).all()),
        tuple(_refer(citation, prefix) for citation in answer.citations),
    )


class _Blocks:
    """Makes the blocks of one answer."""

    def __init__(self, answer: Answer, prefix: str, prose: Prose | None) -> None:
        self._answer, self._prefix, self._prose = answer, prefix, prose
        self._known = {citation.number for citation in answer.citations}
        self._found = number_quotes(answer)

    def all(self) -> Iterator[Group | Own]:
        answer = self._answer
        yield from _own(self._renumber(words) for words in (answer.said, *answer.caveats))
        if self._prose and self._prose.sentences:
            yield from self._written(self._prose)
        if answer.abstained:
            yield from _own([f"{REFUSAL}. {answer.reason or ''}".rstrip()])
        for entry in answer.entries:
            yield self._entry(entry)
        yield from self._rows() if answer.form == "table" else self._groups()
        yield from _own(self._renumber(words) for words in answer.notes)
        if answer.nearest:
            yield from _own(["Nearest in the documents:", *(f"• {_describe_near(one)}" for one in answer.nearest)])

    def _written(self, prose: Prose) -> Iterator[Own]:
        sentences = (
            f"{one.text} {''.join(f'[{number}]' for number in one.citations)}".rstrip() for one in prose.sentences
        )
        said = f"Written by the language model {prose.written_by}, each sentence checked against the quotes below."
        yield from _own([self._renumber(" ".join(sentences)), said])

    def _entry(self, entry: Entry) -> Group | Own:
        words = f"{entry.label} ({entry.detail})" if entry.detail else entry.label
        reason = self._found.get(entry.number) if entry.number is not None else None
        return Group(words, ((self._mark(reason),),)) if reason else Own((f"• {words}",))

    def _rows(self) -> Iterator[Group | Own]:
        for section, cells in lay_out_rows(self._answer):
            remark = section_remark(section)
            if cells:
                for label, paragraphs in cells:
                    heading = " - ".join(filter(None, (section.heading, label)))
                    yield Group(heading, tuple(self._paragraphs(paragraphs)))
                yield from _own([remark])
            else:
                yield from _own([f"{section.heading}: {remark}" if remark else section.heading])

    def _groups(self) -> Iterator[Group | Own]:
        for group in lay_out(self._answer):
            above = " - ".join(filter(None, (place_and_years(group.citation), group.citation.title)))
            for part in group.parts:
                heading = " - ".join(filter(None, (above, part.heading)))
                yield Group(heading, tuple(self._paragraphs(part.paragraphs)))
                yield from _own([section_remark(part.section)])
                above = ""

    def _paragraphs(self, paragraphs: Sequence[Paragraph]) -> Iterator[tuple[MarkedQuote, ...]]:
        for paragraph in paragraphs:
            if paragraph.is_table:
                yield from ((self._mark(one),) for one in paragraph.quoted)
            else:
                yield tuple(self._mark(one, is_behind_head=not paragraph.lead_in) for one in paragraph.quoted)

    def _mark(self, quoted: Quoted, *, is_behind_head: bool = False) -> MarkedQuote:
        return MarkedQuote(_numbers(quoted.sentence, self._prefix), quoted.citation, is_behind_head)

    def _renumber(self, words: str) -> str:
        """``words`` with the numbers of this answer as they are in the whole."""
        if not self._prefix:
            return words
        return _CITED_NUMBER.sub(
            lambda match: f"[{self._prefix}{match[1]}]" if int(match[1]) in self._known else match[0], words
        )


def _describe_near(document: NearDocument) -> str:
    title = f"{document.title} ({', '.join(document.cities)})" if document.cities else document.title
    return ": ".join([title, *(f"“{sentence.quote}”" for sentence in document.sentences)])


def _own(words: Sequence[str] | Iterator[str]) -> Iterator[Own]:
    if paragraphs := tuple(filter(None, words)):
        yield Own(paragraphs)


def _numbers(sentence: AnswerSentence, prefix: str) -> str:
    return ", ".join(f"{prefix}{number}" for number in sentence.citations)


def _refer(citation: Citation, prefix: str) -> Reference:
    mark = f"{prefix}{citation.number}"
    page = section_and_page(citation)
    if citation.page_label:
        page += f" (printed as {citation.page_label})"
    recognised = "Text recognised from a picture" if citation.recognised else ""
    origin = ORIGIN.get(citation.origin, "")
    details = (place_and_years(citation), page, recognised, origin[:1].upper() + origin[1:])
    return Reference(mark, citation.title, details, citation.document_id, (MarkedQuote(mark, citation),))
