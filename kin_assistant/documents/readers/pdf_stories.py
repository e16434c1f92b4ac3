"""Stories: text that runs line below line in the order of the file, as its writer set it.

Most programs write a column, a box or a quote as a whole before they write the next. Where they do, the order of the file tells
what belongs together better than the places do: lines side by side in three columns stand in line as the cells of a table do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from kin_assistant.documents.readers.pdf_lines import Segment, rows_of

__all__ = ["keep_stories_whole", "mark_stories"]

_FEWEST_LINES = 3
_FORCED = 0.6
"""Share of the lines of a story that end because the next word had no room."""
_FEWEST_WORDS = 2.0
_LONGEST_STEP = 2.3
"""Ems from the foot of a line to the foot of the next."""
_UNEVEN = 0.35
"""Ems by which the spaces of a justified line may differ."""
_SAME_SIZE = 0.12
_EDGE = 0.6
"""Ems by which the ends of two lines may differ and still be in line."""
_SENTENCE_END = re.compile(r"""[.!?:;]["'\u2019\u201d)\]\u00bb]*$""")


def mark_stories(segments: Sequence[Segment]) -> list[Segment]:
    """``segments``, which come in the order of the file, with the number of its story in each that is of one.

    The pieces of a justified line whose spaces are as wide as those between columns become one segment.
    """
    marked: list[Segment] = []
    number = 0
    for chain in _chains(segments):
        if len(chain) < _FEWEST_LINES:
            marked += [segment for line in chain for segment in line]
            continue
        lines = _with_justified_lines_joined(chain)
        if _is_prose(lines):
            number += 1
            for segment in (segment for line in lines for segment in line):
                segment.story = number
        marked += [segment for line in lines for segment in line]
    return marked


def keep_stories_whole(regions: Sequence[list[Segment]]) -> list[list[Segment]]:
    """``regions`` in their order, where each story that other text stands beside or within is a region of its own."""
    apart = _stories_beside_others(regions)
    if not apart:
        return list(regions)
    whole: dict[int, list[Segment]] = {number: [] for number in apart}
    for region in regions:
        for segment in region:
            if segment.story in whole:
                whole[segment.story].append(segment)
    result: list[list[Segment]] = []
    written: set[int] = set()
    for region in regions:
        rest = [segment for segment in region if segment.story not in whole]
        here = list(dict.fromkeys(segment.story for segment in region if segment.story in whole))
        for number in sorted(here, key=lambda number: (_top(whole[number]), number)):
            if number in written:
                continue
            written.add(number)
            above = [segment for segment in rest if segment.bottom <= _top(whole[number]) + 0.3 * segment.size]
            if above:
                result.append(above)
                rest = [segment for segment in rest if segment not in above]
            result.append(whole[number])
        if rest:
            result.append(rest)
    return result


def _chains(segments: Sequence[Segment]) -> Iterator[list[list[Segment]]]:
    """Lines (runs of segments side by side) of which each stands right below the one before it in the file."""
    chain: list[list[Segment]] = []
    for line in _lines(segments):
        if chain and not _follows(chain, line):
            yield chain
            chain = []
        chain.append(line)
    if chain:
        yield chain


def _lines(segments: Sequence[Segment]) -> Iterator[list[Segment]]:
    line: list[Segment] = []
    for segment in segments:
        if line and not (
            segment.table is None
            and line[-1].table is None
            and segment.x0 >= line[-1].x1
            and min(segment.bottom, line[-1].bottom) - max(segment.top, line[-1].top) > 0.6 * min(segment.size, line[-1].size)
        ):
            yield line
            line = []
        line.append(segment)
    if line:
        yield line


def _follows(chain: Sequence[Sequence[Segment]], line: Sequence[Segment]) -> bool:
    """Whether ``line`` goes on below the last line of ``chain``."""
    above, first, em = chain[-1], line[0], line[0].size or 1.0
    if first.table is not None or above[0].table is not None or abs(first.size - above[0].size) > _SAME_SIZE * em:
        return False
    step = first.bottom - above[0].bottom
    if step < 0.5 * em or first.x0 > above[-1].x1 or line[-1].x1 < above[0].x0:
        return False
    if step <= _LONGEST_STEP * em:
        left = min(each[0].x0 for each in chain[-4:])
        return abs(first.x0 - left) < 6 * em or abs(line[-1].x1 - max(each[-1].x1 for each in chain[-4:])) < em
    # A picture or a quote may stand between two lines of a sentence.
    goes_on = not _SENTENCE_END.search(above[-1].words[-1].text) and first.words[0].text[0].islower()
    return goes_on and abs(first.x0 - above[0].x0) < _EDGE * em


def _with_justified_lines_joined(chain: Sequence[list[Segment]]) -> list[list[Segment]]:
    """Lines of one segment each where the spaces within a line are even, and most lines of ``chain`` are such lines."""
    parted = [line for line in chain if len(line) > 1]
    if not parted:
        return list(chain)
    left, right = _edges(chain)
    told = [line for line in parted if sum(len(segment.words) for segment in line) > 2]
    even = [line for line in told if _is_even(line)]
    whole = sum(len(line) == 1 and len(line[0].words) > 2 and _spans(line, left, right) for line in chain)
    if len(even) < 0.7 * len(told) or whole + len(even) < 0.5 * len(chain):
        return list(chain)
    return [
        [_joined(line)] if len(line) > 1 and _is_even(line) and _spans(line, left, right) else line for line in chain
    ]


def _edges(chain: Sequence[Sequence[Segment]]) -> tuple[float, float]:
    return median(line[0].x0 for line in chain), median(line[-1].x1 for line in chain)


def _spans(line: Sequence[Segment], left: float, right: float) -> bool:
    em = line[0].size
    return line[0].x0 < left + 3 * em and abs(line[-1].x1 - right) < _EDGE * em


def _is_even(line: Sequence[Segment]) -> bool:
    words = [word for segment in line for word in segment.words]
    gaps = [after.x0 - before.x1 for before, after in pairwise(words)]
    return max(gaps) - min(gaps) < _UNEVEN * line[0].size


def _joined(line: Sequence[Segment]) -> Segment:
    words = [word for segment in line for word in segment.words]
    return Segment(
        words,
        line[0].x0,
        min(segment.top for segment in line),
        line[-1].x1,
        max(segment.bottom for segment in line),
        line[0].size,
    )


def _is_prose(lines: Sequence[Sequence[Segment]]) -> bool:
    """Whether lines are text that was broken where its column ends, not labels or figures below each other."""
    if sum(len(line) > 1 for line in lines) > 0.1 * len(lines):
        return False
    words = sum(len(segment.words) for line in lines for segment in line)
    if words < _FEWEST_WORDS * len(lines):
        return False
    right = max(line[-1].x1 for line in lines)
    forced = 0
    for line, after in pairwise(lines):
        first = after[0].words[0]
        forced += line[-1].x1 + (first.x1 - first.x0) + 0.1 * line[-1].size > right
    return forced >= _FORCED * (len(lines) - 1)


def _stories_beside_others(regions: Sequence[Sequence[Segment]]) -> set[int]:
    """Stories in rows that hold other text too, and stories that are spread over several regions."""
    apart: set[int] = set()
    home: dict[int, int] = {}
    for number, region in enumerate(regions):
        past: set[int] = set()
        above: set[int] = set()
        for row in rows_of(region):
            stories = {segment.story for segment in row}
            if len(stories) > 1:
                apart |= stories
            apart |= stories & past - above  # something stands between two of its lines
            past |= stories
            above = stories
        for segment in region:
            if home.setdefault(segment.story, number) != number:
                apart.add(segment.story)
    apart.discard(0)
    return apart


def _top(segments: Sequence[Segment]) -> float:
    return min(segment.top for segment in segments)
