"""A stored document as HTML, with the cited sentence marked by its offsets."""

from __future__ import annotations

import re
from itertools import groupby, pairwise

from kin_assistant.rendering.words import BAR, external_link, linked_source, period, places, safe
from kin_assistant.types import Block, Document, Source

__all__ = ["document_html", "section_at"]

Span = tuple[int, int]

_NUMBER = re.compile(r"(\d+)\. \Z")
_CITED = ' id="cited" tabindex="-1"'
_GROUPS = {"item": "list", "header_row": "table", "row": "table"}
_WRAPPERS = {
    "list": '<ul class="kin-items">{}</ul>',
    "table": '<div class="kin-table" tabindex="0" role="group" aria-label="Table">{}</div>',
}


def document_html(document: Document, highlight: Span | None = None) -> str:
    """The whole document: what is known about it, its blocks, its sources.

    ``highlight`` is a span of ``document.text``: the element ``mark`` with the id ``cited`` holds exactly its words.
    Raises ``ValueError`` if the span is not inside the text.
    """
    if highlight is not None and not 0 <= highlight[0] < highlight[1] <= len(document.text):
        raise ValueError("The highlighted span is not inside the document's text.")
    title, blocks = _title_and_blocks(document)
    cited = next(
        (block for block in (*title, *blocks) if highlight and _overlap((block.start, block.end), highlight)), None
    )
    heading = _words(document, title[0], highlight, first=title[0] is cited) if title else safe(document.title)
    return (
        f'<article class="kin-document"><h2>{heading}</h2>{_facts(document)}'
        f"{_body(document, blocks, highlight, cited)}{_sources(document.sources)}</article>"
    )


def section_at(document: Document, offset: int) -> str:
    """Section and page that ``document.text[offset]`` stands in: ``Results, page 3``; may be empty."""
    heading, page = "", None
    for block in document.blocks:
        if block.start > offset:
            break
        page = block.page
        words = document.text[block.start : block.end]
        if block.kind == "heading" and words != document.title:
            heading = words
    return ", ".join(filter(None, (heading, f"page {page}" if page is not None else "")))


def _title_and_blocks(document: Document) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """The heading that repeats the title, if the text opens with it, and the other blocks."""
    if not document.blocks:
        return (), (Block(kind="paragraph", start=0, end=len(document.text)),) if document.text else ()
    first = document.blocks[0]
    repeats = first.kind == "heading" and document.text[first.start : first.end] == document.title
    return (document.blocks[:1], document.blocks[1:]) if repeats else ((), document.blocks)


def _facts(document: Document) -> str:
    facts = [
        places(document.cities, document.countries),
        period(document.years),
        ", ".join(document.themes),
        f"compiled {document.compiled}" if document.compiled else "",
    ]
    line = "".join(f"<span>{safe(fact)}</span>" for fact in facts if fact)
    return f'<p class="kin-meta kin-facts">{line}</p>'


def _sources(sources: tuple[Source, ...]) -> str:
    if not sources:
        return ""
    items = "".join(
        f'<li id="source-{number}" tabindex="-1">{linked_source(source)}: {safe(source.title)}{_unlinked(source)}</li>'
        for number, source in enumerate(sources, start=1)
    )
    return f'<section class="kin-sources"><h3>Sources of this document</h3><ol>{items}</ol></section>'


def _unlinked(source: Source) -> str:
    # An address that is not safe to follow is still shown, as text.
    return f' <span class="kin-meta">{safe(source.url)}</span>' if source.url and not external_link(source) else ""


def _body(document: Document, blocks: tuple[Block, ...], highlight: Span | None, cited: Block | None) -> str:
    parts: list[str] = []
    page: int | None = None
    before = 0
    for (group, block_page), members in groupby(blocks, key=lambda block: (_GROUPS.get(block.kind), block.page)):
        if block_page is not None and block_page != page:
            parts.append(f'<p class="kin-page">Page {block_page}</p>')
        page = block_page
        inner = ""
        for block in members:
            words = _words(document, block, highlight, first=block is cited)
            inner += _block(block, words, document.text[before : block.start])
            before = block.end
        parts.append(_WRAPPERS.get(group or "", "{}").format(inner))
    return "".join(parts)


def _block(block: Block, words: str, before: str) -> str:
    match block.kind:
        case "heading":
            rank = min(max(block.level, 1) + 1, 6)
            return f"<h{rank}>{words}</h{rank}>"
        case "item":
            number = _NUMBER.search(before)
            marker = f"{number[1]}." if number else "\u2022" if before.endswith("- ") else ""
            level = min(max(block.level, 1), 4)
            return (
                f'<li class="kin-level-{level}"><span class="kin-marker" aria-hidden="true">{marker}</span>'
                f"<span>{words}</span></li>"
            )
        case "header_row" | "row":
            return f'<div class="kin-line kin-{block.kind.replace("_", "-")}">{words}</div>'
        case _:
            return f"<p>{words}</p>"


def _words(document: Document, block: Block, highlight: Span | None, *, first: bool) -> str:
    """The block's characters, cut wherever they begin to look different."""
    lead = (block.start, block.start + block.lead)
    bars: list[Span] = []
    if block.kind in ("row", "header_row"):
        text = document.text[block.start : block.end]
        bars = [(block.start + bar.start(), block.start + bar.end()) for bar in BAR.finditer(text)]
    sources = {mark.at: mark.sources for mark in document.marks if block.start <= mark.at <= block.end}
    edges = {block.start, block.end, *(edge for span in (lead, *bars, highlight or lead) for edge in span), *sources}
    cuts = sorted(edge for edge in edges if block.start <= edge <= block.end)

    def piece(span: Span) -> str:
        words = safe(document.text[span[0] : span[1]])
        marks = "".join(_source_mark(number) for number in sources.get(span[1], ()))
        if bars:
            return f'<span class="{"kin-bar" if span in bars else "kin-cell"}">{words}{marks}</span>'
        return (f"<strong>{words}</strong>" if _overlap(span, lead) else words) + marks

    parts: list[str] = []
    for cited, spans in groupby(pairwise(cuts), key=lambda span: bool(highlight and _overlap(span, highlight))):
        inner = "".join(map(piece, spans))
        if cited:
            inner = f"<mark{_CITED if first else ''}>{inner}</mark>"
        parts.append(inner)
    return "".join(parts)


def _source_mark(number: int) -> str:
    """A link without words of its own, so that a marked sentence reads exactly as it is quoted; the style shows the number."""
    return (
        f'<a class="kin-source-mark" href="#source-{number}" data-number="{number}" aria-label="Source {number}"></a>'
    )


def _overlap(one: Span, other: Span) -> bool:
    return max(one[0], other[0]) < min(one[1], other[1])
