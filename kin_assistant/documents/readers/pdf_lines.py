"""From words with places to lines in the order they are read, column by column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise, takewhile
from statistics import median

from kin_assistant.documents.readers.listmarks import is_mark
from kin_assistant.documents.readers.pdf_words import Box, Word

__all__ = [
    "Line",
    "Segment",
    "Table",
    "find_gutter",
    "is_right_to_left",
    "lines_of",
    "regions_of",
    "rows_of",
    "segments_of",
]

_GAP = 1.0
"""Ems between two words from which on they do not belong to one run of text."""
_GUTTER = 0.7
"""Ems that the empty stripe between two columns must measure."""
_BIN = 2.0
_CROSSED = (0.04, 0.08, 0.12, 0.16, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7)
"""How much of the text may cross a gutter, as shares of the fullest place; tried in this order."""
_DEEPEST = 6
_MOST_FLOATING = 0.3
"""A page where more of the lines go across its gutter, by share of its lines of stories, is not one of columns."""
_FEWEST_LINES = 3
_INITIAL = 1.7
"""How much larger than the text a first letter is that hangs over several lines."""
_LONGEST_LEAD = 80
_LEADERS = re.compile(r"(?:\s*\.){5,}\s*|(?:\s*\u2026){2,}\s*")
_RTL = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LTR = re.compile(r"[A-Za-z\u00c0-\u024f\u0370-\u052f]")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, all of one length; the lines of a cell are parted by line ends."""

    rows: tuple[tuple[str, ...], ...]
    header_rows: int
    """How many rows at the top name the columns."""


@dataclass(slots=True)
class Segment:
    """A run of words on one line, or a table as a whole."""

    words: list[Word]
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    table: Table | None = None
    story: int = 0
    """The number of the story that it is a line of; 0 where it is of none."""
    place: int = 0
    """Where it stands in the file, counted from 1; 0 where that is not known."""

    @property
    def text(self) -> str:
        """The words with spaces between them."""
        return " ".join([word.text for word in self.words])

    @property
    def length(self) -> int:
        """Letters of the text, with the spaces."""
        return sum([len(word.text) for word in self.words], len(self.words))


@dataclass(slots=True)
class Line:
    """A line of a column, or a table as a whole."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    bold: bool
    first: float = 0.0
    """Width of the first word."""
    lead: str = ""
    """The bold words that it opens with, where they end like a run-in heading."""
    table: Table | None = None
    story: int = 0
    """The story that all of it is of; 0 where there is none."""
    place: int = 0
    """Where its first word stands in the file, as in ``Segment``."""
    end: int = 0
    """Where its last word does."""


@dataclass(frozen=True, slots=True)
class PageLines:
    """The lines of a page in reading order, one run for each column or stretch."""

    number: int
    height: float
    regions: tuple[tuple[Line, ...], ...]


def body_size(lines: Iterable[Line]) -> float:
    """The size that most of the text is set in, in half points."""
    amounts: Counter[float] = Counter()
    for line in lines:
        amounts[round(line.size * 2) / 2] += len(line.text)
    del amounts[0.0]
    return max(amounts, key=lambda size: (amounts[size], -size), default=10.0)


def segments_of(words: Iterable[Word]) -> list[Segment]:
    """Runs of words without a wide gap, in the order of the file; what is printed twice at one place comes once."""
    segments: list[Segment] = []
    seen: dict[tuple[str, int, int], None] = {}
    open_segment: Segment | None = None
    for word in words:
        key = (word.text, round(word.x0 / 2), round(word.top / 2))
        if key in seen:
            continue
        seen[key] = None
        if open_segment is not None and _goes_on(open_segment, word):
            open_segment.words.append(word)
            open_segment.x0, open_segment.x1 = min(open_segment.x0, word.x0), max(open_segment.x1, word.x1)
            if word.size >= 0.8 * open_segment.size:
                open_segment.top, open_segment.bottom = (
                    min(open_segment.top, word.top),
                    max(open_segment.bottom, word.bottom),
                )
        else:
            open_segment = Segment([word], word.x0, word.top, word.x1, word.bottom, word.size)
            segments.append(open_segment)
    return _with_initials_joined(_with_markers_joined(segments))


def _goes_on(segment: Segment, word: Word) -> bool:
    overlap = min(segment.bottom, word.bottom) - max(segment.top, word.top)
    if overlap < 0.5 * min(segment.bottom - segment.top, word.bottom - word.top):
        return False
    last, em = segment.words[-1], max(segment.size, word.size)
    if last.size > _INITIAL * word.size and len(last.text) == 1 and len(segment.words) == 1:
        return False
    gap = word.x0 - last.x1 if word.x0 >= last.x0 else last.x0 - word.x1
    return -em < gap < _GAP * em


def _with_markers_joined(segments: list[Segment]) -> list[Segment]:
    """A bullet or number stands apart from its item; together they are one run."""
    joined: list[Segment] = []
    for segment in segments:
        before = joined[-1] if joined else None
        if (
            before is not None
            and len(before.words) == 1
            and is_mark(before.words[0].text)
            and 0 <= segment.x0 - before.x1 < 4 * segment.size
            and min(segment.bottom, before.bottom) - max(segment.top, before.top) > 0.3 * segment.size
        ):
            before.words += segment.words
            before.x1 = segment.x1
            before.top, before.bottom = min(before.top, segment.top), max(before.bottom, segment.bottom)
            before.size = segment.size
        else:
            joined.append(segment)
    return joined


def _with_initials_joined(segments: list[Segment]) -> list[Segment]:
    """A large first letter that hangs over several lines belongs to the first of them."""
    joined: list[Segment] = []
    for segment in segments:
        cap = joined[-1] if joined else None
        if (
            cap is not None
            and len(cap.words) == 1
            and len(cap.words[0].text) == 1
            and cap.words[0].text.isupper()
            and cap.size > _INITIAL * segment.size
            and segment.top < cap.top + 0.6 * (cap.bottom - cap.top)
            and segment.bottom < cap.bottom + 0.2 * segment.size
            and -0.2 * segment.size < segment.x0 - cap.x1 < 1.2 * segment.size
            and segment.words[0].text[0].isalpha()
        ):
            first = segment.words[0]
            apart = cap.words[0].text in "AI" and segment.x0 - cap.x1 > 0.35 * segment.size
            text = cap.words[0].text + (" " if apart else "") + first.text
            segment.words[0] = first._replace(text=text)
            joined.pop()
        joined.append(segment)
    return joined


def regions_of(segments: Sequence[Segment], depth: int = 0) -> list[list[Segment]]:
    """``segments`` in parts to be read one after the other, each a column or a stretch across all columns."""
    whole = [list(segments)] if segments else []
    gutter = find_gutter(segments) if depth < _DEEPEST and len(segments) >= 2 * _FEWEST_LINES else None
    if gutter is None:
        return whole
    right_first = is_right_to_left(" ".join(segment.text for segment in segments))
    floating = _floating(segments, gutter)
    loose = {id(segment) for segment in floating}
    regions: list[list[Segment]] = []
    for across, band in _bands([segment for segment in segments if id(segment) not in loose], gutter):
        if across:
            regions.append(band)
            continue
        for part in _stretches(band, gutter):
            sides = [
                [segment for segment in part if segment.x1 <= gutter],
                [segment for segment in part if segment.x1 > gutter],
            ]
            for side in reversed(sides) if right_first else sides:
                regions += regions_of(side, depth + 1)
        bottom = max(segment.bottom for segment in band)
        regions += [[segment for segment in floating if segment.top < bottom]]
        floating = [segment for segment in floating if segment.top >= bottom]
    return [region for region in (*regions, floating) if region]


def _stretches(band: Sequence[Segment], gutter: float) -> list[list[Segment]]:
    """``band`` in stretches below each other, of which the file holds each, left and right, before it holds the next."""
    if any(not segment.place for segment in band):
        return [list(band)]
    ordered = sorted(band, key=lambda segment: segment.place)
    runs = [list(run) for _, run in groupby(ordered, key=lambda segment: segment.x1 <= gutter)]
    stretches: list[list[Segment]] = [[]]
    for number, run in enumerate(runs):
        above = stretches[-1]
        turned = number >= 2 and number + 1 < len(runs) and len({segment.x1 <= gutter for segment in above}) == 2
        if turned and _is_told(runs[number - 2]) and _is_told(runs[number - 1]):
            low = max(segment.bottom for segment in above)
            if all(segment.top > low - 0.3 * segment.size for later in runs[number:] for segment in later):
                stretches.append([])
        stretches[-1].extend(run)
    return stretches


def _is_told(segments: Sequence[Segment]) -> bool:
    """Whether most of ``segments`` are lines of stories."""
    return 2 * sum(segment.story > 0 for segment in segments) > len(segments)


def _floating(segments: Sequence[Segment], gutter: float) -> list[Segment]:
    """Lines across ``gutter`` that text runs past on both sides: a quote, say, for which two columns make room."""
    across = [s for s in segments if s.x0 < gutter < s.x1 and s.table is None]
    told = [s for s in segments if s.story]
    if not across or len(across) > _MOST_FLOATING * len(told):
        return []
    floating = [s for s in across if _has_beside(s, told, left=True) and _has_beside(s, told, left=False)]
    lines = list(floating)
    for segment in across:  # the last line of a quote may stand lower than the text beside it
        near = any(
            abs(s.bottom - segment.bottom) < 2 * s.size and abs(s.size - segment.size) < 0.1 * s.size for s in lines
        )
        if near and not any(segment is other for other in floating):
            floating.append(segment)
    return sorted(floating, key=lambda s: (s.top + s.bottom, s.x0))


def _has_beside(segment: Segment, told: Sequence[Segment], *, left: bool) -> bool:
    return any(
        (s.x1 <= segment.x0 if left else s.x0 >= segment.x1)
        and min(s.bottom, segment.bottom) - max(s.top, segment.top) > 0.3 * s.size
        for s in told
        if s.story != segment.story
    )


def _bands(segments: Sequence[Segment], gutter: float) -> list[tuple[bool, list[Segment]]]:
    """From top to bottom: stretches across ``gutter`` (True) and stretches beside it."""
    bands: list[tuple[bool, list[Segment]]] = []
    for segment in sorted(segments, key=lambda s: (s.top + s.bottom, s.x0)):
        across = segment.x0 < gutter < segment.x1
        if not bands or bands[-1][0] != across:
            bands.append((across, []))
        bands[-1][1].append(segment)
    merged: list[tuple[bool, list[Segment]]] = []
    for i, (across, band) in enumerate(bands):
        # A line or two beside lines that go across are a part of them: authors under a title, say.
        beside = (i and bands[i - 1][0]) or (i + 1 < len(bands) and bands[i + 1][0])
        flat = across or bool(beside and len(rows_of(band)) <= 2)
        if merged and merged[-1][0] == flat:
            merged[-1][1].extend(band)
        else:
            merged.append((flat, list(band)))
    return merged


def find_gutter(segments: Sequence[Segment]) -> float | None:
    """The middle of the empty stripe that divides most of the text into columns, if there is one."""
    left, right = min(s.x0 for s in segments), max(s.x1 for s in segments)
    count = int((right - left) / _BIN) + 1
    if not 8 <= count <= 10_000:
        return None
    changes = [0.0] * (count + 1)
    for segment in segments:
        height = segment.bottom - segment.top
        changes[int((segment.x0 - left) / _BIN)] += height
        changes[min(count, int((segment.x1 - left) / _BIN) + 1)] -= height
    covered, total = [], 0.0
    for change in changes[:count]:
        total += change
        covered.append(round(total, 3))
    em = median(s.size for s in segments if s.table is None) if any(s.table is None for s in segments) else 10.0
    wide = max(2, int(_GUTTER * em / _BIN))
    most = max(covered)
    height = sum(segment.bottom - segment.top for segment in segments)
    tried: set[int] = set()
    for level in _CROSSED:
        for start, end in _stripes(covered, level * most, wide):
            middle = left + (start + end) / 2 * _BIN
            if (start + end) // 2 in tried:
                continue
            tried.add((start + end) // 2)
            beside = [
                sum(s.bottom - s.top for s in segments if s.x1 <= middle),
                sum(s.bottom - s.top for s in segments if s.x0 >= middle),
            ]
            if min(beside) > 0.02 * height and _divides(segments, middle):
                return middle
    return None


def _stripes(covered: Sequence[float], most: float, wide: int) -> list[tuple[int, int]]:
    """Stripes of at least ``wide`` bins between text, covered by no more than ``most``, the widest first."""
    stripes: list[tuple[int, int]] = []
    start: int | None = None
    for at, amount in enumerate(covered):
        if amount <= most:
            start = at if start is None else start
        else:
            if start and at - start >= wide:
                stripes.append((start, at))
            start = None
    return sorted(stripes, key=lambda stripe: (stripe[0] - stripe[1], stripe[0]))[:8]


def _divides(segments: Sequence[Segment], gutter: float) -> bool:
    """Whether text runs in columns on both sides of ``gutter``: lines that fill them, not cells of a table."""
    for across, band in _bands(segments, gutter):
        if across:
            continue
        sides = [s for s in band if s.x1 <= gutter], [s for s in band if s.x1 > gutter]
        if all(_is_column(side) for side in sides):
            return True
    return False


def _is_column(side: Sequence[Segment]) -> bool:
    """Whether most of the text of ``side`` is in lines that fill it, alone or as columns of their own."""
    lines = [segment for segment in side if segment.table is None]
    if len(lines) < _FEWEST_LINES:
        return False
    told = sum(segment.length for segment in lines if segment.story)
    if told > 0.5 * sum(segment.length for segment in lines):
        return True
    left, right = min(s.x0 for s in lines), max(s.x1 for s in lines)
    full = [row for row in rows_of(lines) if sum(s.x1 - s.x0 for s in row) > 0.5 * (right - left)]
    in_full = sum(segment.length for row in full for segment in row)
    letters = sum(segment.length for segment in lines)
    return len(full) >= _FEWEST_LINES and in_full >= max(0.5 * letters, 18 * sum(map(len, full)))


def rows_of(segments: Iterable[Segment]) -> list[list[Segment]]:
    """Segments that stand side by side, from top to bottom, each row from left to right."""
    rows: list[list[Segment]] = []
    top = bottom = 0.0
    for segment in sorted(segments, key=lambda s: (s.top + s.bottom, s.x0)):
        overlap = min(bottom, segment.bottom) - max(top, segment.top)
        if rows and overlap > 0.5 * min(bottom - top, segment.bottom - segment.top) and segment.table is None:
            rows[-1].append(segment)
            if segment.size >= rows[-1][0].size:
                top, bottom = segment.top, segment.bottom
        else:
            rows.append([segment])
            top, bottom = segment.top, segment.bottom
            if segment.table is not None:
                top = bottom = segment.bottom  # nothing stands beside a table
    for row in rows:
        row.sort(key=lambda s: s.x0)
    return rows


def lines_of(segments: Sequence[Segment]) -> list[Line]:
    """The lines of one region, from top to bottom."""
    lines: list[Line] = []
    for row in rows_of(segments):
        if row[0].table is not None:
            table = row[0]
            lines.append(Line("", table.x0, table.top, table.x1, table.bottom, 0.0, False, table=table.table))
            continue
        if is_right_to_left(" ".join(segment.text for segment in row)):
            row.reverse()
        words = [word for segment in row for word in segment.words]
        size = _usual_size(words)
        bold = sum(len(word.text) for word in words if word.bold) > 0.8 * sum(len(word.text) for word in words)
        x0, top, x1, bottom = _around((w.x0, w.top, w.x1, w.bottom) for w in words if w.size >= 0.8 * size)
        x0, x1 = min(x0, *(w.x0 for w in words), x0), max(x1, *(w.x1 for w in words), x1)
        first, lead = words[0].x1 - words[0].x0, "" if bold else _lead(words)
        stories = {segment.story for segment in row}
        story = stories.pop() if len(stories) == 1 else 0
        place, end = min(segment.place for segment in row), max(segment.place for segment in row)
        lines.append(
            Line(_spaced(words), x0, top, x1, bottom, size, bold, first, lead, story=story, place=place, end=end)
        )
    return lines


def _lead(words: Sequence[Word]) -> str:
    bold = list(takewhile(lambda word: word.bold, words))
    lead = " ".join(word.text for word in bold)
    return lead if lead[-1:] in (".", ":") and len(lead) <= _LONGEST_LEAD else ""


def _usual_size(words: Sequence[Word]) -> float:
    """The size at which half of the letters are reached."""
    sizes = sorted((word.size, len(word.text)) for word in words)
    half = sum(length for _, length in sizes) / 2
    for size, length in sizes:
        half -= length
        if half <= 0:
            return size
    return 0.0


def _around(boxes: Iterable[Box]) -> Box:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _spaced(words: Sequence[Word]) -> str:
    """The words of a line; letters that were only set apart for effect become a word again, rows of dots one sign."""
    texts = [word.text for word in words]
    if len(texts) >= 5 and all(len(text) == 1 and text.isalpha() for text in texts):
        wide = 1.6 * median(after.x0 - before.x0 for before, after in pairwise(words))
        parts = [texts[0]]
        for before, after in pairwise(words):
            parts.append((" " if after.x0 - before.x0 > wide else "") + after.text)
        return "".join(parts)
    return _LEADERS.sub(" \u2026 ", " ".join(texts)).strip()


def is_right_to_left(text: str) -> bool:
    """Whether most letters of ``text`` are Hebrew or Arabic."""
    return not text.isascii() and len(_RTL.findall(text)) > len(_LTR.findall(text))
