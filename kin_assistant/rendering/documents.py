"""A stored document as HTML, with the cited sentence marked by its offsets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from kin_assistant.rendering.templating import render
from kin_assistant.rendering.words import period, places
from kin_assistant.text.rows import BAR
from kin_assistant.types import Block, Document

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["document_html", "section_at"]

Span = tuple[int, int]
PictureLink = Callable[[int, Span | None], str]
"""Address of the picture of a page, with a span of the text to be outlined in it."""

_MOST_PICTURES = 50
"""Of one run of pages without text."""
_NUMBER = re.compile(r"(\d+)\. \Z")
_GROUPS = {"item": "list", "header_row": "table", "row": "table"}


class _Piece(NamedTuple):
    """Characters that look alike."""

    words: str
    look: Literal["plain", "lead", "bar", "cell"]
    page: int | None
    """That begins with them, in the middle of a paragraph."""
    sources: tuple[int, ...]
    """That the document cites behind them."""


class _Run(NamedTuple):
    """Pieces that stand all inside or all outside of the highlight."""

    pieces: list[_Piece]
    is_cited: bool
    is_target: bool
    """Whether links to the highlight lead here: to the first block that it touches."""


class _Block(NamedTuple):
    """A block as it is shown."""

    kind: str
    rank: int
    """Of a heading, 2 to 6; of a list item, 1 to 4."""
    marker: str
    """Of a list item: its number, a bullet, or nothing."""
    runs: list[_Run]


class _Image(NamedTuple):
    """A page as a picture."""

    address: str
    words: str


class _Pictures(NamedTuple):
    """Pages as they are printed, to be opened or standing open."""

    summary: str
    images: list[_Image]
    is_open: bool


class _PageLine(NamedTuple):
    """Says where a page begins or what became of it."""

    words: str
    pictures: _Pictures | None


class _Stretch(NamedTuple):
    """Neighbouring blocks of one kind on one page, behind what is said of the pages up to them."""

    pages: list[_PageLine]
    group: str | None
    blocks: list[_Block]
    proof: _Pictures | None
    """The pages with the highlight, if it begins in these blocks."""


def document_html(
    document: Document,
    highlight: Span | None = None,
    *,
    picture: PictureLink | None = None,
    package: Sequence[tuple[str, str]] = (),
) -> Markup:
    """The whole document: what is known about it, its blocks page by page, its sources.

    ``highlight`` is a span of ``document.text``: the element ``mark`` with the id ``cited`` holds exactly its words. With
    ``picture`` each page can be seen as it is printed; the one with the highlight stands open under its words.
    ``package`` names the files of its know-how package, with their addresses. Raises ``ValueError`` if the span is not inside the
    text.
    """
    if highlight is not None and not 0 <= highlight[0] < highlight[1] <= len(document.text):
        raise ValueError("The highlighted span is not inside the document's text.")
    title, blocks = _title_and_blocks(document)
    cited = next(
        (block for block in (*title, *blocks) if highlight and _overlap((block.start, block.end), highlight)), None
    )
    if title:
        heading = _runs(document, title[0], highlight, target=title[0] is cited)
    else:
        heading = [_Run([_Piece(document.title, "plain", None, ())], is_cited=False, is_target=False)]
    return render(
        "document.html",
        "document",
        title=heading,
        package=package,
        facts=[fact for fact in _facts(document) if fact],
        stretches=list(_stretches(document, blocks, highlight, cited, picture)),
        sources=document.sources,
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


def _facts(document: Document) -> tuple[str, ...]:
    return (
        places(document.cities, document.countries),
        period(document.years),
        ", ".join(document.themes),
        f"compiled {document.compiled}" if document.compiled else "",
    )


def _stretches(
    document: Document,
    blocks: tuple[Block, ...],
    highlight: Span | None,
    cited: Block | None,
    picture: PictureLink | None,
) -> Iterator[_Stretch]:
    seen = 0
    before = 0
    for (group, page), members in groupby(
        blocks, key=lambda block: (_GROUPS.get(block.kind), _page_of(document, block.start, block))
    ):
        pages: list[_PageLine] = []
        if page is not None and page > seen:
            pages = list(_page_lines(document, seen + 1, page, picture))
            seen = page
        shown: list[_Block] = []
        proof = None
        for block in members:
            runs = _runs(document, block, highlight, target=block is cited)
            shown.append(_block(block, runs, document.text[before : block.start]))
            before = block.end
            if block is cited and highlight and picture:
                proof = _proof(document, block, highlight, picture)
        yield _Stretch(pages, group, shown, proof)
    if document.page_starts and document.pages:
        rest = list(_page_lines(document, seen + 1, document.pages + 1, picture))
        yield _Stretch(rest, None, [], None)


def _page_of(document: Document, offset: int, block: Block) -> int | None:
    page = document.page_at(offset)
    return block.page if page is None else page


def _page_lines(document: Document, first: int, page: int, picture: PictureLink | None) -> Iterator[_PageLine]:
    """The head of ``page``, and what became of the pages from ``first`` on before it."""
    if document.page_starts:
        with_text = {number for _, number in document.page_starts}
        for empty, numbers in groupby(range(first, page), key=lambda number: number not in with_text):
            run = list(numbers)
            if empty:
                fate = "no text was found"
            else:
                fate = "the text stands above, in the paragraph that began before"
            yield _PageLine(f"{_page_names(run)}: {fate}", _as_printed(document, run, picture))
    if not document.page_starts or not document.pages or page <= document.pages:
        recognised = " \u00b7 recognised text (OCR)" if page in document.ocr_pages else ""
        line = f"Page {page}{_label(document, page)}{recognised}"
        yield _PageLine(line, _as_printed(document, [page], picture))


def _page_names(pages: list[int]) -> str:
    return f"Page {pages[0]}" if len(pages) == 1 else f"Pages {pages[0]} to {pages[-1]}"


def _label(document: Document, page: int) -> str:
    """What is printed on the page as its number, where it differs."""
    label = document.page_labels[page - 1] if page <= len(document.page_labels) else ""
    return f" (printed as {label})" if label and label != str(page) else ""


def _as_printed(document: Document, pages: list[int], picture: PictureLink | None) -> _Pictures | None:
    if picture is None:
        return None
    images = [_image(document, page, picture(page, None)) for page in pages[:_MOST_PICTURES]]
    return _Pictures(f"Show {_page_names(pages).lower()} as printed", images, is_open=False)


def _proof(document: Document, block: Block, highlight: Span, picture: PictureLink) -> _Pictures | None:
    """The pages that the highlight stands on."""
    start, end = _page_of(document, highlight[0], block), _page_of(document, highlight[1] - 1, block)
    if start is None or end is None:
        return None
    pages = list(range(start, min(end, start + 1) + 1))
    remark = ", with the marked sentence outlined where it could be found"
    images = [_image(document, page, picture(page, highlight), remark) for page in pages]
    return _Pictures(f"{_page_names(pages)} as printed, with the sentence outlined", images, is_open=True)


def _image(document: Document, page: int, address: str, remark: str = "") -> _Image:
    return _Image(address, f"Page {page} of {document.title} as printed{remark}")


def _block(block: Block, runs: list[_Run], before: str) -> _Block:
    """``block`` as it is shown; ``before`` is what stands between the block before it and this one."""
    level = max(block.level, 1)
    if block.kind == "heading":
        return _Block(block.kind, min(level + 1, 6), "", runs)
    number = _NUMBER.search(before)
    marker = f"{number[1]}." if number else "\u2022" if before.endswith("- ") else ""
    return _Block(block.kind, min(level, 4), marker, runs)


def _runs(document: Document, block: Block, highlight: Span | None, *, target: bool) -> list[_Run]:
    """The block's characters, cut wherever they begin to look different."""
    lead = (block.start, block.start + block.lead)
    bars, sources = _bars_of(document, block), _sources_in(document, block)
    breaks = {offset: page for offset, page in document.page_starts if block.start < offset < block.end}
    edges = {
        block.start,
        block.end,
        *(edge for span in (lead, *bars, highlight or lead) for edge in span),
        *sources,
        *breaks,
    }
    cuts = sorted(edge for edge in edges if block.start <= edge <= block.end)
    # An empty cell has no characters, and holds its column open all the same.
    empty = {bar[1] for bar, following in pairwise(bars) if bar[1] == following[0]}
    spans = sorted([*pairwise(cuts), *((at, at) for at in empty)])

    def piece(span: Span) -> _Piece:
        words = document.text[span[0] : span[1]]
        behind = () if span in bars and span[1] in empty else sources.get(span[1], ())
        if bars:
            return _Piece(words, "bar" if span in bars else "cell", None, behind)
        return _Piece(words, "lead" if _overlap(span, lead) else "plain", breaks.get(span[0]), behind)

    runs = [
        _Run(list(map(piece, alike)), is_cited=is_cited, is_target=is_cited and target)
        for is_cited, alike in groupby(
            spans, key=lambda span: bool(highlight and highlight[0] <= span[0] < highlight[1])
        )
    ]
    if opening := sources.get(block.start):
        # Marks follow the piece that ends where they stand; before the first there is none.
        runs.insert(0, _Run([_Piece("", "plain", None, opening)], is_cited=False, is_target=False))
    return runs


def _bars_of(document: Document, block: Block) -> list[Span]:
    """What parts the cells of a row."""
    if block.kind not in ("row", "header_row"):
        return []
    text = document.text[block.start : block.end]
    return [(block.start + bar.start(), block.start + bar.end()) for bar in BAR.finditer(text)]


def _sources_in(document: Document, block: Block) -> dict[int, tuple[int, ...]]:
    """The sources that marks in a block name, by where they stand."""
    sources: dict[int, tuple[int, ...]] = {}
    for mark in document.marks:
        if block.start <= mark.at <= block.end:
            # Adjoining marks, "[2][7]", stand at one place.
            sources[mark.at] = (*sources.get(mark.at, ()), *mark.sources)
    return sources


def _overlap(one: Span, other: Span) -> bool:
    return max(one[0], other[0]) < min(one[1], other[1])
