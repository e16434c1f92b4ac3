"""Running heads, feet and page numbers: what stands at the same place of page after page."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from kin_assistant.documents.readers.pdf_lines import Line, PageLines, body_size

__all__ = ["without_running_lines"]

_EDGE_LINES = 5
_EDGE = 0.22
"""Share of the page, from above or below, where running lines stand."""
_EXTREME = 0.1
_DRIFT = 6.0
_SAME = 1.0
_FEW_PAGES = 5
_LONGEST = 90
_NUMBER = re.compile(r"(?<!\d)\d{1,4}(?!\d)")
_LONE_NUMBER = re.compile(r"\W*(?:page|p\.|seite|página)?\s*(\d{1,4})\s*(?:(?:of|/|\|)\s*\d{1,4})?\W*", re.IGNORECASE)
_ROMAN = re.compile(r"\W*[ivxlc]{1,7}\W*", re.IGNORECASE)


def without_running_lines(pages: Sequence[PageLines]) -> list[PageLines]:
    """``pages`` without running heads, feet and page numbers.

    A line goes if the same words, with the number of the page or without, stand at the same height of three pages (of two,
    close to the edge, in a document of a few pages), or if it is a page number alone; and only from the edge inwards.
    """
    seen = _Repetitions(pages)
    result: list[PageLines] = []
    for page in pages:
        gone: set[int] = set()
        for top in (True, False):
            for line in _edge(page, top=top):
                if not seen.is_running(line, page, top=top):
                    break
                gone.add(id(line))
        regions = tuple(tuple(line for line in region if id(line) not in gone) for region in page.regions)
        result.append(PageLines(page.number, page.height, regions))
    return result


class _Repetitions:
    """What stands at the edges of the pages, and how often."""

    def __init__(self, pages: Sequence[PageLines]) -> None:
        self._count = len(pages)
        self._body = body_size(line for page in pages for region in page.regions for line in region)
        self._places: dict[tuple[bool, str], list[tuple[int, float]]] = defaultdict(list)
        self._numbers: Counter[tuple[bool, int]] = Counter()
        for page in pages:
            for top in (True, False):
                for line in _edge(page, top=top):
                    for key in self._keys(line, page):
                        self._places[top, key].append((page.number, _place(line, page, top=top)))
                    lone = _LONE_NUMBER.fullmatch(line.text)
                    if lone and _is_extreme(line, page):
                        self._numbers[top, int(lone[1]) - page.number] += 1

    def is_running(self, line: Line, page: PageLines, *, top: bool) -> bool:
        extreme = _is_extreme(line, page)
        need = 3 if self._count > _FEW_PAGES else 2
        if extreme or need > 2:
            place = _place(line, page, top=top)
            for key in self._keys(line, page):
                if len({other for other, at in self._places[top, key] if abs(at - place) <= _DRIFT}) >= need:
                    return True
        if not extreme:
            return False
        # The head of a short chapter: the same words on two pages that are close to each other.
        same = self._places[top, _words(line)]
        if any(
            0 < abs(other - page.number) <= 2 and abs(at - _place(line, page, top=top)) <= _SAME for other, at in same
        ):
            return True
        lone = _LONE_NUMBER.fullmatch(line.text)
        if lone:
            return self._numbers[top, int(lone[1]) - page.number] >= 2 or int(lone[1]) == page.number
        if _ROMAN.fullmatch(line.text):
            return self._count > 2
        # A small line with the number of its page; a note below the text begins with a number of its own.
        number = rf"^{page.number}\b|\b{page.number}$" if top else rf"\b{page.number}$"
        small = line.size < 0.95 * self._body and len(line.text) <= _LONGEST
        return small and re.search(number, line.text) is not None

    def _keys(self, line: Line, page: PageLines) -> list[str]:
        """The words of ``line``, and the words with each number as its distance from the page's."""
        text = _words(line)
        if not text:
            return []
        keys = [text]
        if line.size <= 1.1 * self._body:  # the headings of chapters are numbered too
            for match in list(_NUMBER.finditer(text))[:4]:
                words = _NUMBER.sub("#", text[: match.start()]) + "@" + _NUMBER.sub("#", text[match.end() :])
                keys.append(f"{int(match[0]) - page.number}:{words}")
        return keys


def _words(line: Line) -> str:
    """The text of a line for comparing; empty without a letter."""
    text = line.text.lower().replace(" ", "")
    return text if any(char.isalpha() for char in text) else ""


def _edge(page: PageLines, *, top: bool) -> list[Line]:
    """The outermost lines of a page, from the edge inwards."""
    lines = [line for region in page.regions for line in region if line.table is None]
    if top:
        lines = [line for line in lines if line.bottom < _EDGE * page.height]
        return sorted(lines, key=lambda line: (line.top + line.bottom, line.x0))[:_EDGE_LINES]
    lines = [line for line in lines if line.top > (1 - _EDGE) * page.height]
    return sorted(lines, key=lambda line: (-line.top - line.bottom, line.x0))[:_EDGE_LINES]


def _place(line: Line, page: PageLines, *, top: bool) -> float:
    return line.bottom if top else page.height - line.top


def _is_extreme(line: Line, page: PageLines) -> bool:
    return line.bottom < _EXTREME * page.height or line.top > (1 - _EXTREME) * page.height
