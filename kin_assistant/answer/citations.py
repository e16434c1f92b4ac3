"""From selected sentences to numbered citations and the sentences that carry them."""

from __future__ import annotations

from collections.abc import Sequence

from kin_assistant.answer.evidence import Candidate
from kin_assistant.answer.explanation import explain_quote
from kin_assistant.errors import KinError
from kin_assistant.index.library import Library
from kin_assistant.text.words import words
from kin_assistant.types import AnswerSentence, Citation, Document, DocumentInfo, Source

__all__ = ["cite_sentences"]


def cite_sentences(
    selected: Sequence[Candidate], library: Library, question: str
) -> tuple[tuple[Citation, ...], tuple[AnswerSentence, ...]]:
    """A citation for each selected sentence, numbered from 1, and the sentences; one of two documents is said once.

    Raises ``KinError`` if a sentence does not stand in its document as it was read.
    """
    citations: list[Citation] = []
    sentences: list[AnswerSentence] = []
    said: dict[str, int] = {}
    for candidate in selected:
        citation = _cite(candidate, library, len(citations) + 1, question)
        citations.append(citation)
        words_said = " ".join(words(citation.quote))
        if words_said in said:
            earlier = sentences[said[words_said]]
            merged = AnswerSentence(text=earlier.text, citations=(*earlier.citations, citation.number))
            sentences[said[words_said]] = merged
            continue
        said[words_said] = len(sentences)
        sentences.append(AnswerSentence(text=citation.quote, citations=(citation.number,)))
    return tuple(citations), tuple(sentences)


def _cite(candidate: Candidate, library: Library, number: int, question: str) -> Citation:
    document = library.document(candidate.document)
    passage = library.passage(candidate.passage)
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
        why=explain_quote(candidate, question),
    )


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
