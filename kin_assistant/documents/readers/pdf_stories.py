"""Stories: text that runs line below line in the order of the file, as its writer set it.

Most programs write a column, a box or a quote as a whole before they write the next. Where they do, the order of the file tells
what belongs together better than the places do: lines side by side in three columns stand in line as the cells of a table do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from kin_assistant.documents.readers.pdf_lines import Segment, rows_of
from kin_assistant.documents.readers.pdf_words import Word

__all__ = ["keep_stories_whole", "mark_stories"]

_FEWEST_LINES = 3
_FORCED = 0.6
"""Share of the lines of a story that end because the next word had no room."""
_NEAR = 2
"""Lines above and below one that show how far it might have gone: a column may make room for something beside it."""
_FEWEST_WORDS = 2.0
_LONGEST_STEP = 2.3
"""Ems from the foot of a line to the foot of the next."""
_UNEVEN = 0.35
"""Ems by which the spaces of a justified line may differ."""
_SAME_SIZE = 0.12
_COLUMN_GAP = 1.0
"""Ems of white from which on segments of one line may be of two columns."""
_LONGEST_MARK = 2
_LONGEST_NOTE = 8
"""Lines of a note that may come between two lines of a story."""
_MOSTLY, _FEW = 0.7, 0.1
_EDGE = 0.6
"""Ems by which the ends of two lines may differ and still be in line."""
_SENTENCE_END = re.compile(r"""[.!?:;]["'\u2019\u201d)\]\u00bb]*$""")


def mark_stories(segments: Sequence[Segment]) -> list[Segment]:
    """``segments``, which come in the order of the file, with the number of its story in each that is of one.

    The pieces of a justified line whose spaces are as wide as those between columns become one segment.
    """
    marked: list[_StreamLine] = []
    number = 0
    for whole in _chains(segments):
        chain, notes = _without_notes(whole)
        marked += notes
        lines = _with_justified_lines_joined(chain) if len(chain) >= _FEWEST_LINES else chain
        if len(chain) >= _FEWEST_LINES and _is_prose(lines):
            number += 1
            for segment in (segment for line in lines for segment in line.segments):
                segment.story = number
        marked += lines
    ordered = [segment for line in sorted(marked, key=lambda line: line.number) for segment in line.segments]
    for place, segment in enumerate(ordered, 1):
        segment.place = place
    return ordered


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
                low = {id(segment) for segment in above}
                rest = [segment for segment in rest if id(segment) not in low]
            result.append(whole[number])
        if rest:
            result.append(rest)
    return result


@dataclass(slots=True)
class _StreamLine:
    """Segments that follow each other in the file and stand on one line, the marks over and under its letters among them."""

    segments: list[Segment]
    x0: float
    x1: float
    main: Segment
    """The longest."""
    number: int
    """Which line of the file it is."""

    @property
    def words(self) -> list[Word]:
        return [word for segment in self.segments for word in segment.words]

    @property
    def is_parted(self) -> bool:
        """Whether there is room between two segments as there is between columns."""
        end = self.segments[0].x1
        for segment in self.segments[1:]:
            if segment.x0 - end > _COLUMN_GAP * self.main.size:
                return True
            end = max(end, segment.x1)
        return False


def _chains(segments: Sequence[Segment]) -> list[list[_StreamLine]]:
    """Lines of which each stands right below the one before it in the file, a note beside them left out of account."""
    chains: list[list[_StreamLine]] = []
    for line in _lines(segments):
        for chain in chains[:-3:-1]:
            beside = chain is not chains[-1]
            if _follows(chain, line) and not (beside and _is_interrupted(chain, line, chains[-1])):
                chain.append(line)
                if beside:
                    chains[-2:] = chains[-1], chain
                break
        else:
            chains.append([line])
    return chains


def _is_interrupted(chain: Sequence[_StreamLine], line: _StreamLine, between: Sequence[_StreamLine]) -> bool:
    """Whether what the file holds between ``chain`` and ``line`` is more than a few lines beside them."""
    above = chain[-1]
    near = (
        line.main.bottom - above.main.bottom <= 1.7 * line.main.size
        and abs(line.x0 - above.x0) < _EDGE * line.main.size
    )
    left, right = min(each.x0 for each in chain), max(each.x1 for each in chain)
    apart = all(each.x0 > right or each.x1 < left for each in between)
    return not (near and apart and len(chain) > 1 and len(between) <= _LONGEST_NOTE)


def _lines(segments: Sequence[Segment]) -> Iterator[_StreamLine]:
    line: _StreamLine | None = None
    number = 0
    for segment in segments:
        if line is not None and _is_beside(line, segment):
            line.segments.append(segment)
            line.x0, line.x1 = min(line.x0, segment.x0), max(line.x1, segment.x1)
            if segment.length > line.main.length:
                line.main = segment
            continue
        if line is not None:
            yield line
        line = _StreamLine([segment], segment.x0, segment.x1, segment, number)
        number += 1
    if line is not None:
        yield line


def _is_beside(line: _StreamLine, segment: Segment) -> bool:
    if segment.table is not None or line.main.table is not None:
        return False
    last = line.segments[-1]
    overlap = min(segment.bottom, last.bottom) - max(segment.top, last.top)
    if segment.x0 >= last.x1 and overlap > 0.6 * min(segment.size, last.size):
        return True
    em = line.main.size
    touches = line.x0 - em < segment.x0 < line.x1 + em and segment.x0 > last.x0 - em
    return touches and overlap > 0 and abs(segment.bottom - line.main.bottom) < 0.7 * em


def _follows(chain: Sequence[_StreamLine], line: _StreamLine) -> bool:
    """Whether ``line`` goes on below the last line of ``chain``."""
    above, em = chain[-1], line.main.size or 1.0
    if line.main.table is not None or above.main.table is not None:
        return False
    if abs(line.main.size - above.main.size) > _SAME_SIZE * em:
        return False
    step = line.main.bottom - above.main.bottom
    if step < 0.5 * em or line.x0 > above.x1 or line.x1 < above.x0:
        return False
    if step <= _LONGEST_STEP * em:
        left, right = min(each.x0 for each in chain[-4:]), max(each.x1 for each in chain[-4:])
        return abs(line.x0 - left) < 6 * em or abs(line.x1 - right) < em
    # A picture or a quote may stand between two lines of a sentence.
    goes_on = not _SENTENCE_END.search(above.words[-1].text) and line.words[0].text[0].islower()
    return goes_on and not above.is_parted and abs(line.x0 - above.x0) < _EDGE * em


def _without_notes(chain: list[_StreamLine]) -> tuple[list[_StreamLine], list[_StreamLine]]:
    """``chain`` without what stands on its lines and beyond the column that the others fill, and these notes."""
    bare = [line for line in chain if not line.is_parted]
    if len(bare) == len(chain) or len(bare) < _MOSTLY * len(chain):
        return chain, []
    left, right = min(line.x0 for line in bare), max(line.x1 for line in bare)
    kept: list[_StreamLine] = []
    notes: list[_StreamLine] = []
    for line in chain:
        inside = [segment for segment in line.segments if segment.x0 < right and segment.x1 > left]
        beyond = [segment for segment in line.segments if segment.x0 >= right or segment.x1 <= left]
        if not inside or not beyond:
            kept.append(line)
            continue
        kept.append(_line_of(inside, line.number))
        notes += [_line_of([segment], line.number) for segment in beyond]
    return kept, notes


def _line_of(segments: list[Segment], number: int) -> _StreamLine:
    longest = max(segments, key=lambda segment: segment.length)
    return _StreamLine(
        segments, min(segment.x0 for segment in segments), max(segment.x1 for segment in segments), longest, number
    )


def _with_justified_lines_joined(chain: list[_StreamLine]) -> list[_StreamLine]:
    """Lines of one segment each where the spaces within a line are even, and most lines of ``chain`` are such lines."""
    parted = [line for line in chain if line.is_parted]
    if not parted:
        return chain
    right = median(line.x1 for line in chain)
    left = median(line.x0 for line in chain)
    told = [line for line in parted if len(line.words) > 2]
    even = [line for line in told if _is_even(line)]
    whole = sum(not line.is_parted and len(line.words) > 2 and _spans(line, left, right) for line in chain)
    if len(even) < _MOSTLY * len(told) or whole + len(even) < 0.5 * len(chain):
        return chain
    return [
        _joined(line) if line.is_parted and _is_even(line) and _spans(line, left, right) else line for line in chain
    ]


def _spans(line: _StreamLine, left: float, right: float) -> bool:
    em = line.main.size
    return line.x0 < left + 3 * em and abs(line.x1 - right) < _EDGE * em


def _is_even(line: _StreamLine) -> bool:
    gaps = [after.x0 - before.x1 for before, after in pairwise(line.words)]
    return max(gaps) - min(gaps) < _UNEVEN * line.main.size


def _joined(line: _StreamLine) -> _StreamLine:
    segments = line.segments
    top, bottom = min(segment.top for segment in segments), max(segment.bottom for segment in segments)
    whole = Segment(line.words, line.x0, top, line.x1, bottom, line.main.size)
    return _StreamLine([whole], line.x0, line.x1, whole, line.number)


def _is_prose(lines: Sequence[_StreamLine]) -> bool:
    """Whether lines are text that was broken where its column ends, not labels or figures below each other."""
    if sum(line.is_parted for line in lines) > _FEW * len(lines):
        return False
    if sum(len(line.words) for line in lines) < _FEWEST_WORDS * len(lines):
        return False
    forced = open_lines = capitals = 0
    for number, (line, after) in enumerate(pairwise(lines)):
        first = after.words[0]
        if not _SENTENCE_END.search(line.words[-1].text):
            open_lines += 1
            capitals += first.text[0].isupper()
        right = max(near.x1 for near in lines[max(0, number - _NEAR) : number + _NEAR + 1])
        forced += line.x1 + (first.x1 - first.x0) + 0.1 * line.main.size > right
    return forced >= _FORCED * (len(lines) - 1) and capitals <= 0.5 * open_lines


def _stories_beside_others(regions: Sequence[Sequence[Segment]]) -> set[int]:
    """Stories in rows that hold other text too, and stories that are spread over several regions."""
    apart: set[int] = set()
    home: dict[int, int] = {}
    for number, region in enumerate(regions):
        past: set[int] = set()
        above: set[int] = set()
        for row in rows_of(region):
            _take_in_marks(row, above)
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


def _take_in_marks(row: Sequence[Segment], above: set[int]) -> None:
    """Give what touches a line of a story, a mark or a part of a formula, to that story."""
    if len(row) == 1 and row[0].length <= _LONGEST_MARK and row[0].table is None and not row[0].story:
        row[0].story = max(above, default=0)
    end, close = 0.0, list[Segment]()
    for segment in row:
        if close and segment.x0 - end >= _EDGE * min(segment.size, close[-1].size):
            _give_one_story(close)
            close = []
        end = max(end, segment.x1) if close else segment.x1
        close.append(segment)
    _give_one_story(close)


def _give_one_story(close: Sequence[Segment]) -> None:
    story = max((segment.story for segment in close), default=0)
    for segment in close:
        if not segment.story and segment.table is None:
            segment.story = story


def _top(segments: Sequence[Segment]) -> float:
    return min(segment.top for segment in segments)
