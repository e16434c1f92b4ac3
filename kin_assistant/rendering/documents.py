"""A stored document as HTML, with the cited sentence marked by its offsets."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import groupby, pairwise

from kin_assistant.rendering.words import BAR, external_link, linked_source, period, places, safe
from kin_assistant.types import Block, Document, Source

__all__ = ["document_html", "section_at"]

Span = tuple[int, int]
PictureLink = Callable[[int, Span | None], str]
"""Address of the picture of a page, with a span of the text to be outlined in it."""

_MOST_PICTURES = 50
"""Of one run of pages without text."""
_NUMBER = re.compile(r"(\d+)\. \Z")
_CITED = ' id="cited" tabindex="-1"'
_GROUPS = {"item": "list", "header_row": "table", "row": "table"}
_WRAPPERS = {
    "list": '<ul class="kin-items">{}</ul>',
    "table": '<div class="kin-table" tabindex="0" role="group" aria-label="Table">{}</div>',
}


def document_html(document: Document, highlight: Span | None = None, *, picture: PictureLink | None = None) -> str:
    """The whole document: what is known about it, its blocks page by page, its sources.

    ``highlight`` is a span of ``document.text``: the element ``mark`` with the id ``cited`` holds exactly its words. With
    ``picture`` each page can be seen as it is printed; the one with the highlight stands open under its words.
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
        f"{_body(document, blocks, highlight, cited, picture)}{_sources(document.sources)}</article>"
    )


def section_at(document: Document, offset: int) -> str:
    """Section and page that ``document.text[offset]`` stands in: ``Results, page 3``; may be empty."""
    heading, page = "", None
    for block in document.blocks:
        if block.start > offset:
            break
        page = _page_of(document, offset, block)
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


def _body(
    document: Document,
    blocks: tuple[Block, ...],
    highlight: Span | None,
    cited: Block | None,
    picture: PictureLink | None,
) -> str:
    parts: list[str] = []
    seen = 0
    before = 0
    for (group, page), members in groupby(
        blocks, key=lambda block: (_GROUPS.get(block.kind), _page_of(document, block.start, block))
    ):
        if page is not None and page > seen:
            parts.append(_pages(document, seen + 1, page, picture))
            seen = page
        inner = ""
        proof = ""
        for block in members:
            words = _words(document, block, highlight, first=block is cited)
            inner += _block(block, words, document.text[before : block.start])
            before = block.end
            if block is cited and highlight and picture:
                proof = _proof(document, block, highlight, picture)
        parts.append(_WRAPPERS.get(group or "", "{}").format(inner) + proof)
    if document.page_starts and document.pages:
        parts.append(_pages(document, seen + 1, document.pages + 1, picture))
    return "".join(parts)


def _page_of(document: Document, offset: int, block: Block) -> int | None:
    page = document.page_at(offset)
    return block.page if page is None else page


def _pages(document: Document, first: int, page: int, picture: PictureLink | None) -> str:
    """The head of ``page``, and what became of the pages from ``first`` on before it."""
    known = document.pages or 0
    heads: list[str] = []
    if document.page_starts:
        with_text = {number for _, number in document.page_starts}
        for empty, numbers in groupby(range(first, page), key=lambda number: number not in with_text):
            run = list(numbers)
            pictures = _picture(document, run, picture) if picture else ""
            if empty:
                text = f"{_page_names(run)}: no text was found"
            else:
                text = f"{_page_names(run)}: the text stands above, in the paragraph that began before"
            heads.append(f'<p class="kin-page">{safe(text)}</p>{pictures}')
    if not document.page_starts or page <= known or not known:
        recognised = " \u00b7 recognised text (OCR)" if page in document.ocr_pages else ""
        heads.append(f'<p class="kin-page">{safe(f"Page {page}{_label(document, page)}{recognised}")}</p>')
        heads.append(_picture(document, [page], picture) if picture else "")
    return "".join(heads)


def _page_names(pages: list[int]) -> str:
    return f"Page {pages[0]}" if len(pages) == 1 else f"Pages {pages[0]} to {pages[-1]}"


def _label(document: Document, page: int) -> str:
    """What is printed on the page as its number, where it differs."""
    label = document.page_labels[page - 1] if page <= len(document.page_labels) else ""
    return f" (printed as {label})" if label and label != str(page) else ""


def _picture(document: Document, pages: list[int], picture: PictureLink) -> str:
    images = "".join(_image(document, page, picture(page, None), "") for page in pages[:_MOST_PICTURES])
    return f'<details class="kin-picture"><summary>Show {_page_names(pages).lower()} as printed</summary>{images}</details>'


def _proof(document: Document, block: Block, highlight: Span, picture: PictureLink) -> str:
    """The pages that the highlight stands on, as pictures."""
    start, end = _page_of(document, highlight[0], block), _page_of(document, highlight[1] - 1, block)
    if start is None or end is None:
        return ""
    pages = list(range(start, min(end, start + 1) + 1))
    images = "".join(
        _image(document, page, picture(page, highlight), ", with the marked sentence outlined where it could be found")
        for page in pages
    )
    return (
        f'<details class="kin-picture" open><summary>{_page_names(pages)} as printed, with the sentence outlined</summary>'
        f"{images}</details>"
    )


def _image(document: Document, page: int, address: str, remark: str) -> str:
    words = safe(f"Page {page} of {document.title} as printed{remark}")
    return f'<img class="kin-sheet" src="{safe(address)}" alt="{words}" loading="lazy" decoding="async">'


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
    sources: dict[int, tuple[int, ...]] = {}
    for mark in document.marks:
        if block.start <= mark.at <= block.end:
            # Adjoining marks, "[2][7]", stand at one place.
            sources[mark.at] = (*sources.get(mark.at, ()), *mark.sources)
    breaks = {offset: page for offset, page in document.page_starts if block.start < offset < block.end}
    edges = {
        block.start,
        block.end,
        *(edge for span in (lead, *bars, highlight or lead) for edge in span),
        *sources,
        *breaks,
    }
    cuts = sorted(edge for edge in edges if block.start <= edge <= block.end)

    def piece(span: Span) -> str:
        words = safe(document.text[span[0] : span[1]])
        marks = "".join(map(_source_mark, sources.get(span[1], ())))
        if bars:
            return f'<span class="{"kin-bar" if span in bars else "kin-cell"}">{words}{marks}</span>'
        if span[0] in breaks:
            words = _page_break(breaks[span[0]]) + words
        return (f"<strong>{words}</strong>" if _overlap(span, lead) else words) + marks

    # Marks follow the piece that ends where they stand; before the first there is none.
    parts = ["".join(map(_source_mark, sources.get(block.start, ())))]
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


def _page_break(page: int) -> str:
    """Where a page begins inside a paragraph, without words of its own, as with source marks."""
    return f'<span class="kin-break" role="separator" data-page="{page}" aria-label="Page {page} begins here"></span>'


def _overlap(one: Span, other: Span) -> bool:
    return max(one[0], other[0]) < min(one[1], other[1])
