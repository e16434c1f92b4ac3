"""Setting text in frames on a page, line by line, and drawing what was set in an order of our own."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from eval.reading.prose import SOFT_HYPHEN

__all__ = ["HEIGHT", "WIDTH", "Flow", "Frame", "Hole", "MadePage", "Row", "Run", "Style", "draw_pages", "set_text"]

WIDTH, HEIGHT = A4


@dataclass(frozen=True, slots=True)
class Style:
    """How text is set; sizes and distances in points."""

    font: str = "Times-Roman"
    size: float = 10.0
    leading: float = 1.22
    """Distance from line to line, by size."""
    justified: bool = False
    hyphens: bool = False
    indent: float = 0.0
    """Of the first line of a paragraph."""
    apart: float = 0.0
    """Between paragraphs."""
    middle: bool = False
    heads: str = ""
    """The font of a paragraph that is a heading: a single sentence that ends without a stop."""
    words_alone: bool = False
    """Whether each word is drawn by itself, as some programs do with justified text."""


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a line as it is drawn; ``y`` is its foot, counted from the top of the page."""

    x: float
    y: float
    text: str
    font: str
    size: float
    word_space: float = 0.0


@dataclass(frozen=True, slots=True)
class Hole:
    """A part of a frame that is left free: left, top, right, bottom."""

    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Frame:
    """A part of a page that text is set in."""

    x0: float
    top: float
    x1: float
    bottom: float
    holes: tuple[Hole, ...] = ()

    def room_at(self, y: float, size: float) -> tuple[float, float] | None:
        """Left and right end of a line with its foot at ``y``."""
        left, right = self.x0, self.x1
        for hole in self.holes:
            if y - size < hole.bottom and y > hole.top and hole.x0 < right and hole.x1 > left:
                if hole.x0 - left > right - hole.x1:
                    right = hole.x0
                else:
                    left = hole.x1
        return (left, right) if right - left > 5 * size else None


@dataclass(slots=True)
class Flow:
    """Sentences that are read one after the other."""

    kind: Literal["text", "aside"] = "text"
    paragraphs: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table, a statement or a form, cell by cell, without the empty ones."""

    cells: tuple[str, ...]
    kind: Literal["open", "ruled"] = "open"


@dataclass(slots=True)
class MadePage:
    """A page with what is drawn on it and what a person reads there."""

    stories: list[list[Run]] = field(default_factory=list)
    """What is drawn, a list for each piece of text, in the order of the file."""
    flows: list[Flow] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    boxes: list[tuple[float, float, float, float, float]] = field(default_factory=list)
    """Left, top, right, bottom and grey of what is painted behind the text."""
    rules: list[tuple[float, float, float, float]] = field(default_factory=list)
    width: float = WIDTH
    height: float = HEIGHT

    def by_rows(self) -> None:
        """Draw line by line across the whole page, as some programs do, instead of piece by piece."""
        runs = sorted((run for story in self.stories for run in story), key=lambda run: (round(run.y), run.x))
        self.stories = [runs]


def set_text(
    paragraphs: Iterator[Sequence[str]], frames: Sequence[Frame], style: Style, *, whole: bool = False
) -> tuple[list[Run], list[list[str]]]:
    """Set ``paragraphs`` in ``frames`` until these are full; what was drawn, and the sentences that it holds.

    Sentences bear soft hyphens where they may be broken. With ``whole`` the last paragraph ends with its last whole sentence.
    """
    places = list(_places(frames, style))
    runs: list[Run] = []
    held: list[list[str]] = []
    at = 0
    for sentences in paragraphs:
        done, count = 0, len(sentences)
        own = style
        if style.heads and sentences[-1][-1].isalpha():
            own = replace(style, font=style.heads, justified=False, indent=0.0)
        lines = list(_lines_of(sentences, places[at:], own))
        while whole and count and lines[-1].finished < count:
            count = lines[-1].finished
            lines = list(_lines_of(sentences[:count], places[at:], own))
        for number, line in enumerate(lines):
            place = places[at]
            runs += _drawn(line, place, own, last=line.finished == count, first=number == 0)
            done = max(done, line.finished)
            at += 1
        if done:
            held.append([sentence.replace(SOFT_HYPHEN, "") for sentence in sentences[:done]])
        if at >= len(places) or count < len(sentences):
            break
        if style.apart:
            above = places[at - 1]
            while (
                at < len(places)
                and places[at].frame == above.frame
                and places[at].y < above.y + style.size + style.apart
            ):
                at += 1
        if at >= len(places):
            break
    return runs, held


@dataclass(frozen=True, slots=True)
class _Place:
    frame: int
    x0: float
    x1: float
    y: float


@dataclass(frozen=True, slots=True)
class _SetLine:
    words: tuple[str, ...]
    finished: int
    """Sentences whose end was reached."""


def _places(frames: Sequence[Frame], style: Style) -> Iterator[_Place]:
    for number, frame in enumerate(frames):
        y = frame.top + style.size
        while y <= frame.bottom:
            room = frame.room_at(y, style.size)
            if room is not None:
                yield _Place(number, *room, y)
            y += style.size * style.leading


def _lines_of(sentences: Sequence[str], places: Sequence[_Place], style: Style) -> Iterator[_SetLine]:
    words = [(word, number) for number, sentence in enumerate(sentences) for word in sentence.split(" ")]
    space = stringWidth(" ", style.font, style.size)
    rest: str | None = None
    at = 0
    for number, place in enumerate(places):
        if at >= len(words):
            return
        room = place.x1 - place.x0 - (0 if number else style.indent)
        line: list[str] = []
        used = 0.0
        while at < len(words):
            word = rest if rest is not None else words[at][0]
            bare = word.replace(SOFT_HYPHEN, "")
            need = stringWidth(bare, style.font, style.size) + (space if line else 0)
            if used + need <= room or not line:
                line.append(bare)
                used += need
                rest = None
                at += 1
                continue
            broken = _broken(word, room - used - space, style)
            if broken is not None:
                line.append(broken[0])
                rest = broken[1]
            break
        yield _SetLine(tuple(line), words[at][1] if at < len(words) else len(sentences))


def _broken(word: str, room: float, style: Style) -> tuple[str, str] | None:
    """The parts of ``word`` before and after the last place where it can be broken within ``room``."""
    breaks = [n for n, char in enumerate(word) if (char == SOFT_HYPHEN and style.hyphens) or (char == "-" and n > 1)]
    for place in reversed(breaks):
        before = word[:place].replace(SOFT_HYPHEN, "") + "-"
        if len(before) > 2 and stringWidth(before, style.font, style.size) <= room:
            return before, word[place + 1 :]
    return None


def _drawn(line: _SetLine, place: _Place, style: Style, *, last: bool, first: bool) -> Iterator[Run]:
    text = " ".join(line.words)
    x = place.x0 + (style.indent if first else 0)
    spare = place.x1 - x - stringWidth(text, style.font, style.size)
    if style.middle:
        x += spare / 2
    gaps = len(line.words) - 1
    stretch = spare / gaps if style.justified and not last and gaps else 0.0
    if not style.words_alone:
        yield Run(x, place.y, text, style.font, style.size, stretch)
        return
    space = stringWidth(" ", style.font, style.size) + stretch
    for word in line.words:
        yield Run(x, place.y, word, style.font, style.size)
        x += stringWidth(word, style.font, style.size) + space


def draw_pages(pages: Sequence[MadePage]) -> bytes:
    """The file that holds ``pages``."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    for page in pages:
        canvas.setPageSize((page.width, page.height))
        for x0, top, x1, bottom, grey in page.boxes:
            canvas.setFillGray(grey)
            canvas.rect(x0, page.height - bottom, x1 - x0, bottom - top, stroke=0, fill=1)
        canvas.setFillGray(0)
        canvas.setLineWidth(0.6)
        for x0, y0, x1, y1 in page.rules:
            canvas.line(x0, page.height - y0, x1, page.height - y1)
        for story in page.stories:
            for run in story:
                text = canvas.beginText(run.x, page.height - run.y)
                text.setFont(run.font, run.size)
                text.setWordSpace(run.word_space)
                text.textOut(run.text)
                canvas.drawText(text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()
