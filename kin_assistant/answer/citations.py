"""From selected sentences to numbered citations and the sentences that carry them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from kin_assistant.answer.evidence import Candidate
from kin_assistant.answer.explanation import explain_quote
from kin_assistant.answer.origins import tell_origin
from kin_assistant.errors import KinError
from kin_assistant.index.library import Library
from kin_assistant.text.words import words
from kin_assistant.types import AnswerSentence, Citation, DocumentInfo, LeadIn

__all__ = ["cite_sentences", "take_quote"]


def cite_sentences(
    selected: Sequence[Candidate], library: Library, question: str, *, compiler_sections: Collection[str] = ()
) -> tuple[tuple[Citation, ...], tuple[AnswerSentence, ...]]:
    """A citation for each selected sentence, numbered from 1, and the sentences; one of two documents is said once.

    ``compiler_sections`` are headings, casefolded, under which a sentence without a source mark is the compiler's own.
    Raises ``KinError`` if a sentence does not stand in its document as it was read.
    """
    citations: list[Citation] = []
    sentences: list[AnswerSentence] = []
    said: dict[str, int] = {}
    for candidate in selected:
        citation = _cite(candidate, library, len(citations) + 1, question, compiler_sections)
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


def take_quote(candidate: Candidate, library: Library) -> str:
    """The words of a sentence as they stand in its document. Raises ``KinError`` if they are not those that were read."""
    document = library.document(candidate.document)
    start, end = candidate.sentence.start, candidate.sentence.end
    quote = document.text[start:end]
    if quote != candidate.text:
        raise KinError("A quote does not stand in its document.", details=f"{document.id} {start}:{end}")
    return quote


def _cite(
    candidate: Candidate, library: Library, number: int, question: str, compiler_sections: Collection[str]
) -> Citation:
    document = library.document(candidate.document)
    passage = library.passage(candidate.passage)
    start, end = candidate.sentence.start, candidate.sentence.end
    span = candidate.sentence.lead_in
    quote = take_quote(candidate, library)
    page = document.page_at(start)
    origin, sources = tell_origin(document, passage, start, end, compiler_sections)
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
        lead_in=LeadIn(start=span[0], end=span[1], text=document.text[span[0] : span[1]]) if span else None,
        sources=sources,
        origin=origin,
        why=explain_quote(candidate, question),
    )


def _years_as_text(document: DocumentInfo) -> str | None:
    if document.years is None:
        return None
    first, last = document.years
    return str(first) if first == last else f"{first}-{last}"
