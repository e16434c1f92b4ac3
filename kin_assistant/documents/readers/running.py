"""Running heads, feet and page numbers: what stands at the same place of page after page."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["EdgeLine", "count_running"]

_FEW_PAGES = 5
_LONGEST = 90
_NUMBER = re.compile(r"(?<!\d)\d{1,4}(?!\d)")
_LONE_NUMBER = re.compile(r"\W*(?:page|p\.|seite|página)?\s*(\d{1,4})\s*(?:(?:of|/|\|)\s*\d{1,4})?\W*", re.IGNORECASE)
_ROMAN = re.compile(r"\W*[ivxlc]{1,7}\W*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class EdgeLine:
    """A line near the top or the bottom of a page."""

    text: str
    place: float
    """How far from the edge, in any unit."""
    extreme: bool = True
    """Whether it stands where page numbers do."""
    small: bool = False
    """Whether it is smaller than the text."""
    large: bool = False
    """Whether it is larger, as headings are."""


def count_running(
    edges: Sequence[tuple[int, Sequence[EdgeLine]]], *, top: bool, need: int, drift: float, same: float | None = None
) -> list[int]:
    """How many lines of each of ``edges`` (page number, lines from the edge inwards) are running heads, feet or page numbers.

    A line is one if the same words, with the number of the page or without, stand on ``need`` pages, no more than ``drift``
    apart; if they stand on two neighbouring pages no more than ``same`` apart; or if it is a page number alone.
    """
    seen = _Repetitions(edges, top=top, need=need, drift=drift, same=same)
    counts: list[int] = []
    for page, lines in edges:
        count = 0
        while count < len(lines) and seen.is_running(lines[count], page):
            count += 1
        counts.append(count)
    return counts


class _Repetitions:
    """What stands at one edge of the pages, and how often."""

    def __init__(
        self,
        edges: Sequence[tuple[int, Sequence[EdgeLine]]],
        *,
        top: bool,
        need: int,
        drift: float,
        same: float | None,
    ) -> None:
        self._top, self._need, self._drift, self._same = top, need, drift, same
        self._count = len(edges)
        self._places: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self._numbers: Counter[int] = Counter()
        self._pages: dict[tuple[str, float], int] = {}
        for page, lines in edges:
            for line in lines:
                for key in _keys(line, page):
                    self._places[key].append((page, line.place))
                lone = _LONE_NUMBER.fullmatch(line.text)
                if lone and line.extreme:
                    self._numbers[int(lone[1]) - page] += 1

    def is_running(self, line: EdgeLine, page: int) -> bool:
        often = any(self._pages_with(key, line.place) >= self._need for key in _keys(line, page))
        if often and (line.extreme or self._count > _FEW_PAGES):
            return True
        if not line.extreme:
            return False
        # The head of a short chapter: the same words on two pages that are close to each other.
        if self._same is not None and any(
            0 < abs(other - page) <= 2 and abs(at - line.place) <= self._same
            for other, at in self._places[_words(line)]
        ):
            return True
        lone = _LONE_NUMBER.fullmatch(line.text)
        if lone:
            return self._numbers[int(lone[1]) - page] >= 2 or int(lone[1]) == page
        if _ROMAN.fullmatch(line.text):
            return self._count > 2
        # A small line with the number of its page; a note below the text begins with a number of its own.
        number = rf"^{page}\b|\b{page}$" if self._top else rf"\b{page}$"
        return line.small and len(line.text) <= _LONGEST and re.search(number, line.text) is not None

    def _pages_with(self, key: str, place: float) -> int:
        """On how many pages ``key`` stands near ``place``."""
        if (key, place) not in self._pages:
            near = {page for page, at in self._places[key] if abs(at - place) <= self._drift}
            self._pages[key, place] = len(near)
        return self._pages[key, place]


def _keys(line: EdgeLine, page: int) -> list[str]:
    """The words of ``line``, and the words with each number as its distance from the page's."""
    text = _words(line)
    if not text:
        return []
    keys = [text]
    # The headings of chapters are numbered too, and numbers in sentences are not those of pages.
    if not (line.large or text.endswith(".")):
        for match in list(_NUMBER.finditer(text))[:4]:
            words = _NUMBER.sub("#", text[: match.start()]) + "@" + _NUMBER.sub("#", text[match.end() :])
            keys.append(f"{int(match[0]) - page}:{words}")
    return keys


def _words(line: EdgeLine) -> str:
    """The text of a line for comparing; empty without a letter."""
    text = "".join(line.text.lower().split())
    return text if any(char.isalpha() for char in text) else ""
