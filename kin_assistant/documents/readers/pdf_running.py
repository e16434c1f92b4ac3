"""The lines of PDF pages without running heads, feet and page numbers."""

from __future__ import annotations

from collections.abc import Sequence

from kin_assistant.documents.readers.pdf_lines import Line, PageLines, body_size
from kin_assistant.documents.readers.running import EdgeLine, count_running

__all__ = ["without_running_lines"]

_EDGE_LINES = 5
_EDGE = 0.22
"""Share of the page, from above or below, where running lines stand."""
_EXTREME = 0.1
_FEW_PAGES = 5
_DRIFT, _SAME = 6.0, 1.0


def without_running_lines(pages: Sequence[PageLines]) -> list[PageLines]:
    """``pages`` without running heads, feet and page numbers; two equal ones are enough in a document of a few pages."""
    body = body_size(line for page in pages for region in page.regions for line in region)
    need = 3 if len(pages) > _FEW_PAGES else 2
    gone: set[int] = set()
    for top in (True, False):
        edges = [_edge(page, top=top) for page in pages]
        told = [
            (page.number, [_edge_line(line, page, body, top=top) for line in edge])
            for page, edge in zip(pages, edges, strict=True)
        ]
        counts = count_running(told, top=top, need=need, drift=_DRIFT, same=_SAME)
        gone |= {id(line) for edge, count in zip(edges, counts, strict=True) for line in edge[:count]}
    return [
        PageLines(
            page.number,
            page.height,
            tuple(tuple(line for line in region if id(line) not in gone) for region in page.regions),
        )
        for page in pages
    ]


def _edge(page: PageLines, *, top: bool) -> list[Line]:
    """The outermost lines of a page, from the edge inwards."""
    lines = [line for region in page.regions for line in region if line.table is None]
    if top:
        lines = [line for line in lines if line.bottom < _EDGE * page.height]
        return sorted(lines, key=lambda line: (line.top + line.bottom, line.x0))[:_EDGE_LINES]
    lines = [line for line in lines if line.top > (1 - _EDGE) * page.height]
    return sorted(lines, key=lambda line: (-line.top - line.bottom, line.x0))[:_EDGE_LINES]


def _edge_line(line: Line, page: PageLines, body: float, *, top: bool) -> EdgeLine:
    return EdgeLine(
        line.text,
        place=line.bottom if top else page.height - line.top,
        extreme=line.bottom < _EXTREME * page.height or line.top > (1 - _EXTREME) * page.height,
        small=line.size < 0.95 * body,
        large=line.size > 1.1 * body,
    )
