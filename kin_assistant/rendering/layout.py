"""How the quotes of an answer stand: under their document, by what they are about, in paragraphs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from kin_assistant.types import Answer, AnswerSentence, Citation, Section

__all__ = ["Group", "Part", "Quoted", "join_paragraphs", "lay_out", "quotes_by_number"]


class Quoted(NamedTuple):
    """A sentence with the first of its citations, which names the document that it stands under."""

    sentence: AnswerSentence
    citation: Citation


class Part(NamedTuple):
    """The quotes of a section that stand in one document."""

    section: Section
    paragraphs: list[list[Quoted]]


class Group(NamedTuple):
    """Parts of one document that follow each other."""

    citation: Citation
    """Of its first quote."""
    parts: list[Part]


def lay_out(answer: Answer) -> list[Group]:
    """The sections of an answer by document, in order. Sections without quotes have no part in it."""
    found = quotes_by_number(answer)
    parts = [
        Part(section, join_paragraphs(list(quoted)))
        for section in answer.sections
        for _, quoted in groupby(
            (found[number] for number in section.numbers if number in found), key=lambda one: one.citation.document_id
        )
    ]
    return [
        Group(own[0].paragraphs[0][0].citation, own)
        for _, of_document in groupby(parts, key=lambda part: part.paragraphs[0][0].citation.document_id)
        if (own := list(of_document))
    ]


def quotes_by_number(answer: Answer) -> dict[int, Quoted]:
    """The quoted sentences, each by the first of its numbers."""
    citations = {citation.number: citation for citation in answer.citations}
    return {
        sentence.citations[0]: Quoted(sentence, citations[sentence.citations[0]])
        for sentence in answer.sentences
        if sentence.citations and sentence.citations[0] in citations
    }


def join_paragraphs(quoted: Sequence[Quoted]) -> list[list[Quoted]]:
    """Quoted sentences in runs that stand together in one paragraph of their document."""
    runs: list[list[Quoted]] = []
    for pair in quoted:
        if runs and pair.citation.continues(runs[-1][-1].citation):
            runs[-1].append(pair)
        else:
            runs.append([pair])
    return runs
