"""How the quotes of an answer stand: under their document, by what they are about, in paragraphs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from kin_assistant.answer.stretches import leans_back
from kin_assistant.rendering.rows import head_of, row_head, same_table
from kin_assistant.types import Answer, AnswerSentence, Citation, LeadIn, Section

__all__ = [
    "Cell",
    "Group",
    "Paragraph",
    "Part",
    "Quoted",
    "join_paragraphs",
    "lay_out",
    "lay_out_rows",
    "number_quotes",
]


class Quoted(NamedTuple):
    """A sentence with the first of its citations, which names the document that it stands under."""

    sentence: AnswerSentence
    citation: Citation


class Paragraph(NamedTuple):
    """Quotes that stand together in one paragraph of their document; an item alone, the rows under one head together."""

    quoted: list[Quoted]
    lead_in: str
    """What heads the list or table, before its first quote; else empty."""
    is_table: bool
    """Whether the quotes are rows, each with as many cells as ``lead_in``."""


class Part(NamedTuple):
    """The quotes of a section that stand in one document."""

    section: Section
    paragraphs: list[Paragraph]

    @property
    def heading(self) -> str:
        """What the quotes are about, unless it only says again which document they are of."""
        title = self.paragraphs[0].quoted[0].citation.title
        return "" if title in self.section.heading else self.section.heading


class Group(NamedTuple):
    """Parts of one document that follow each other."""

    citation: Citation
    """Of its first quote."""
    parts: list[Part]


class Cell(NamedTuple):
    """Quotes of a row that stand under one heading of their document."""

    label: str
    """That heading; empty if no row has quotes from under several."""
    paragraphs: list[Paragraph]


def lay_out_rows(answer: Answer) -> list[tuple[Section, list[Cell]]]:
    """The rows of a table, each with its quotes by the heading of the document that they stand under, in order."""
    found = number_quotes(answer)
    rows = [(section, [found[number] for number in section.numbers if number in found]) for section in answer.sections]
    several = any(len({_innermost(one) for one in quoted}) > 1 for _, quoted in rows)
    return [
        (
            section,
            [
                Cell(label if several else "", join_paragraphs(list(run)))
                for label, run in groupby(quoted, key=_innermost)
            ],
        )
        for section, quoted in rows
    ]


def _innermost(quoted: Quoted) -> str:
    return quoted.citation.heading.rpartition(" > ")[2]


def lay_out(answer: Answer) -> list[Group]:
    """The sections of an answer that hold quotes, by document, in order; all quotes are one section if it has none."""
    found = number_quotes(answer)
    sections = answer.sections if answer.sections or answer.entries else (Section(numbers=tuple(found)),)
    parts = [
        Part(section, join_paragraphs(list(quoted), apart=answer.form == "list"))
        for section in sections
        for _, quoted in groupby(
            (found[number] for number in section.numbers if number in found), key=lambda one: one.citation.document_id
        )
    ]
    return [
        Group(own[0].paragraphs[0].quoted[0].citation, own)
        for _, of_document in groupby(parts, key=lambda part: part.paragraphs[0].quoted[0].citation.document_id)
        if (own := list(of_document))
    ]


def number_quotes(answer: Answer) -> dict[int, Quoted]:
    """The quoted sentences, each by the first of its numbers."""
    citations = {citation.number: citation for citation in answer.citations}
    return {
        sentence.citations[0]: Quoted(sentence, citations[sentence.citations[0]])
        for sentence in answer.sentences
        if sentence.citations and sentence.citations[0] in citations
    }


def join_paragraphs(quoted: Sequence[Quoted], *, apart: bool = False) -> list[Paragraph]:
    """Quoted sentences in paragraphs, in order; those that can stand ``apart`` each in its own, if so wished.

    Rows that follow each other under one head are a table; it has its head, even if that was shown before.
    """
    paragraphs: list[Paragraph] = []
    heading: tuple[str, LeadIn | None] | None = None
    for pair in quoted:
        citation = pair.citation
        joined = bool(paragraphs) and citation.continues(paragraphs[-1].quoted[-1].citation)
        if joined and (not apart or leans_back(citation.quote)):
            paragraphs[-1].quoted.append(pair)
            continue
        if paragraphs and same_table(citation, paragraphs[-1].quoted[-1].citation):
            paragraphs[-1].quoted.append(pair)
            continue
        new = (citation.document_id, citation.lead_in)
        is_table = bool(row_head(citation))
        paragraphs.append(Paragraph([pair], head_of(citation) if is_table or new != heading else "", is_table))
        heading = new
    return paragraphs
