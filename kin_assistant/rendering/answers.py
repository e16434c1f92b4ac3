"""An answer, its evidence and a refusal as HTML for the page."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kin_assistant.rendering.markdown import group_by_document, join_paragraphs
from kin_assistant.rendering.words import (
    ORIGIN,
    REFUSAL,
    document_link,
    linked_source,
    place_and_years,
    places,
    quoted_words,
    safe,
    section_and_page,
)
from kin_assistant.types import Answer, AnswerSentence, Citation, DocumentInfo

__all__ = ["answer_html", "evidence_html", "refusal_html"]

_CITED_NUMBER = re.compile(r"\[(\d{1,3})\]")


def answer_html(answer: Answer) -> str:
    """The quoted sentences under the name of their document, then what the program says; a refusal if it is one."""
    if answer.abstained:
        return refusal_html(answer)
    groups = []
    for quoted in group_by_document(answer):
        quotes = "".join(
            f'<blockquote class="kin-quote"><p>{" ".join(_quote(answer, sentence) for sentence, _ in paragraph)}'
            "</p></blockquote>"
            for paragraph in join_paragraphs(quoted)
        )
        groups.append(f'<section class="kin-group">{_group_heading(quoted[0][1])}{quotes}</section>')
    return f'<div class="kin-answer">{"".join(groups)}{_notes(answer)}</div>'


def refusal_html(answer: Answer) -> str:
    """A refusal with its reason and the documents nearest to the question."""
    items = "".join(
        f"<li>{_document_title(item.document_id, item.title)}{_aside(places(item.cities))}"
        f'<button type="button" class="kin-quiet" data-kin-fill="{safe(f"What is reported on: {item.title}?")}">'
        f'Ask about it<span class="kin-unseen">: {safe(item.title)}</span></button></li>'
        for item in answer.nearest
    )
    nearest = f'<p class="kin-label">Nearest in the documents</p><ul class="kin-nearest">{items}</ul>' if items else ""
    return (
        f'<div class="kin-refusal"><h3>{REFUSAL}</h3><p>{safe(answer.reason or "")}</p>{_notes(answer)}{nearest}</div>'
    )


def evidence_html(answer: Answer, documents: Mapping[str, DocumentInfo]) -> str:
    """One card for each cited document, in the order of the numbers, and what was read beside them.

    ``documents`` are those of the build, by id.
    """
    cited: dict[str, list[Citation]] = {}
    for citation in answer.citations:
        cited.setdefault(citation.document_id, []).append(citation)
    cards = [_card(answer, citations) for citations in cited.values()]
    read: dict[str, str] = {}
    for item in answer.also_retrieved:
        read.setdefault(item.document_id, item.why)
    also = [(documents[name], why) for name, why in read.items() if name in documents and name not in cited]
    if also:
        items = "".join(
            f"<li>{_document_title(info.id, info.title)}{_aside('; '.join(filter(None, (places(info.cities), why))))}</li>"
            for info, why in also
        )
        cards.append(
            f'<details class="kin-also"><summary>Also read, not quoted ({len(also)})</summary><ul>{items}</ul></details>'
        )
    return "".join(cards)


def _quote(answer: Answer, sentence: AnswerSentence) -> str:
    links = "".join(_citation_link(answer, number, said=True) for number in sentence.citations)
    return f"{quoted_words(sentence.text)}\u00a0{links}"


def _card(answer: Answer, citations: list[Citation]) -> str:
    first = citations[0]
    proofs = "".join(_proof(answer, citation) for citation in citations)
    return (
        f'<article class="kin-card"><h4>{_document_title(first.document_id, first.title)}</h4>'
        f'<p class="kin-meta">{safe(place_and_years(first))}</p>{proofs}</article>'
    )


def _proof(answer: Answer, citation: Citation) -> str:
    link = document_link(citation.document_id, start=citation.start, end=citation.end, build_id=answer.build_id)
    return (
        f'<div class="kin-proof" id="{_anchor(answer, citation.number, "quote")}" tabindex="-1">'
        f'<p class="kin-where"><a class="kin-number" href="#{_anchor(answer, citation.number, "said")}" data-kin-back '
        f'aria-label="Quote {citation.number}: back to it in the answer">{citation.number}</a> '
        f"{safe(section_and_page(citation))}</p>"
        f'<a class="kin-open" href="{safe(link)}" data-kin-read>Open in document'
        f'<span class="kin-unseen">, quote {citation.number}</span></a>'
        f'<blockquote class="kin-quote"><p>{quoted_words(citation.quote)}</p></blockquote>{_origin(citation)}'
        f"{_why(citation)}</div>"
    )


def _origin(citation: Citation) -> str:
    if citation.sources:
        return f'<p class="kin-origin">after {", ".join(map(linked_source, citation.sources))}</p>'
    origin = ORIGIN.get(citation.origin)
    return f'<p class="kin-origin">{origin}</p>' if origin else ""


def _why(citation: Citation) -> str:
    return f'<p class="kin-origin">Chosen because: {safe(citation.why)}</p>' if citation.why else ""


def _group_heading(citation: Citation) -> str:
    place = place_and_years(citation)
    lead = f'<span class="kin-place">{safe(place)}</span><span class="kin-unseen"> - </span>' if place else ""
    return f'<h3>{lead}<span class="kin-title">{safe(citation.title)}</span></h3>'


def _document_title(document_id: str, title: str) -> str:
    return f'<a href="{safe(document_link(document_id))}" data-kin-read>{safe(title)}</a>'


def _aside(words: str) -> str:
    return f' <span class="kin-meta">{safe(words)}</span>' if words else ""


def _notes(answer: Answer) -> str:
    known = {citation.number for citation in answer.citations}

    def link(match: re.Match[str]) -> str:
        return _citation_link(answer, int(match[1])) if int(match[1]) in known else match[0]

    return "".join(f'<p class="kin-note">{_CITED_NUMBER.sub(link, safe(note))}</p>' for note in answer.notes)


def _citation_link(answer: Answer, number: int, *, said: bool = False) -> str:
    """A number that leads to its evidence; ``said`` where it stands behind the quote, to which the evidence leads back."""
    title = next((citation.title for citation in answer.citations if citation.number == number), "")
    anchor = f' id="{_anchor(answer, number, "said")}"' if said else ""
    return (
        f'<a class="kin-cite"{anchor} href="#{_anchor(answer, number, "quote")}" data-kin-cite '
        f'aria-label="{safe(f"Evidence {number}: {title}")}">{number}</a>'
    )


def _anchor(answer: Answer, number: int, kind: str) -> str:
    return f"{re.sub(r'[^A-Za-z0-9-]', '', answer.id or '') or 'answer'}-{kind}-{number}"
