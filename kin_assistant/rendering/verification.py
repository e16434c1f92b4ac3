"""The last look before an answer is shown: is every quote really in its document?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from kin_assistant.briefs.brief import Brief
from kin_assistant.commitments.values import Commitments
from kin_assistant.contributions.values import Contributions
from kin_assistant.errors import KinError
from kin_assistant.indicators.values import Indicators, Span
from kin_assistant.peers.values import Peers
from kin_assistant.types import Answer, Citation, Comparison, Document, Record, SearchResult

__all__ = [
    "verified",
    "verified_commitments",
    "verified_contributions",
    "verified_hits",
    "verified_indicators",
    "verified_table",
]

_Table = TypeVar("_Table", Brief, Comparison, Peers, Record)


def verified(answer: Answer, document_lookup: Callable[[str], Document]) -> Answer:
    """``answer`` itself, once every quote, and every sentence that a refusal shows, was found at its offsets in its document.

    ``document_lookup`` gives a document for its id and raises ``KeyError`` for an unknown one. Raises ``KinError`` if one
    differs from its document or if a sentence of the answer is not one of the quotes that it cites.
    """
    quotes = _verify_quotes(answer.citations, document_lookup)
    for sentence in answer.sentences:
        if sentence.text not in [quotes.get(number) for number in sentence.citations]:
            raise _not_verbatim(f"sentence {sentence.text[:80]!r} is not what it cites")
    for near in answer.nearest:
        for one in near.sentences:
            if not one.quote or _text_of(near.document_id, document_lookup)[one.start : one.end] != one.quote:
                raise _not_verbatim(f"near sentence {one.quote[:80]!r} of {near.document_id!r}")
    return answer


def verified_table(table: _Table, document_lookup: Callable[[str], Document]) -> _Table:
    """``table`` itself, once every quote was found at its offsets in its document; raises as ``verified`` does."""
    _verify_quotes(table.citations, document_lookup)
    return table


def verified_indicators(indicators: Indicators, document_lookup: Callable[[str], Document]) -> Indicators:
    """``indicators`` itself, once every sentence was found in its document and every figure in its sentence; else raises so."""
    _verify_quotes(indicators.citations, document_lookup)
    cited = {citation.number: citation for citation in indicators.citations}
    for indicator in indicators.indicators:
        figure = indicator.figure
        _verify_spans((figure.written, *figure.measures), cited[indicator.citation], f"indicator {indicator.number}")
    return indicators


def verified_contributions(contributions: Contributions, document_lookup: Callable[[str], Document]) -> Contributions:
    """``contributions`` itself, once every sentence and all that was read from it was found in its document; else raises so."""
    _verify_quotes(contributions.citations, document_lookup)
    cited = {citation.number: citation for citation in contributions.citations}
    for one in contributions.contributions:
        figure = (one.figure.written, *one.figure.measures) if one.figure else ()
        single = (span for span in (one.told_by, one.purpose) if span)
        spans = (*figure, *one.equals, *single, *(party.words for party in one.parties))
        _verify_spans(spans, cited[one.citation], f"contribution {one.number}")
    return contributions


def verified_commitments(commitments: Commitments, document_lookup: Callable[[str], Document]) -> Commitments:
    """``commitments`` itself, once every sentence and the words that tell it were found in its document; else raises."""
    _verify_quotes(commitments.citations, document_lookup)
    cited = {citation.number: citation for citation in commitments.citations}
    for one in commitments.commitments:
        _verify_spans((one.told_by,), cited[one.citation], f"commitment {one.number}")
    return commitments


def _verify_spans(spans: Iterable[Span], citation: Citation, of: str) -> None:
    """Raise ``KinError`` for words that neither the sentence nor what heads it has where they are said to stand."""
    texts = [(citation.start, citation.quote)]
    if citation.lead_in:
        texts.append((citation.lead_in.start, citation.lead_in.text))
    for span in spans:
        stands = any(
            start <= span.start and text[span.start - start : span.end - start] == span.text for start, text in texts
        )
        if not stands or not span.text:
            raise _not_verbatim(f"{span.text!r} of {of} is not in its sentence")


def verified_hits(result: SearchResult, document_lookup: Callable[[str], Document]) -> SearchResult:
    """``result`` itself, once every passage was found at its offsets in its document; raises as ``verified`` does."""
    for hit in result.hits:
        if document_lookup(hit.document_id).text[hit.start : hit.end] != hit.text:
            raise _not_verbatim(f"passage of {hit.document_id!r} at {hit.start}")
    return result


def _verify_quotes(citations: Iterable[Citation], document_lookup: Callable[[str], Document]) -> dict[int, str]:
    """The quotes by number. Raises ``KinError`` for one that differs from its document."""
    quotes: dict[int, str] = {}
    for citation in citations:
        text = _text_of(citation.document_id, document_lookup)
        if not 0 <= citation.start < citation.end or text[citation.start : citation.end] != citation.quote:
            raise _not_verbatim(f"citation {citation.number} of {citation.document_id!r} at {citation.start}")
        head = citation.lead_in
        if head and text[head.start : head.end] != head.text:
            raise _not_verbatim(f"what heads citation {citation.number} of {citation.document_id!r} at {head.start}")
        quotes[citation.number] = citation.quote
    return quotes


def _text_of(document_id: str, document_lookup: Callable[[str], Document]) -> str:
    """The text of a document; that of an unknown one is empty."""
    try:
        return document_lookup(document_id).text
    except KeyError:
        return ""


def _not_verbatim(details: str) -> KinError:
    return KinError(
        "A quote differs from its document, so this answer is not shown. Please ask again.", details=details
    )
