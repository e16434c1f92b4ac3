"""From the lines of all pages to headings, paragraphs, items and tables, without what is repeated on every page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from kin_assistant.documents.readers.composition import TextComposer
from kin_assistant.documents.readers.grids import add_table
from kin_assistant.documents.readers.hyphenation import Vocabulary, ends_broken
from kin_assistant.documents.readers.listmarks import find_mark, is_bullet, is_sign
from kin_assistant.documents.readers.pdf_lines import Line, PageLines, Table, body_size, is_right_to_left

__all__ = ["compose"]

_NUMBERED_HEADING = re.compile(r"(?:[A-Z]|\d{1,2})(?:\.\d{1,2})*\.?\s+\S")
_CAPTION = re.compile(r"(?:table|figure|fig\.|box|map|chart|photo|source|note)s?\b[^.]{0,12}", re.IGNORECASE)
_NOTE = re.compile(r"(?:[*\u2020\u2021\u00b9\u00b2\u00b3\u2070-\u2079]|\[?\d{1,3}\]?)\s*\S")
_SENTENCE_END = re.compile(r"""[.!?:;\u3002\u061f\u0964\u2026]["'\u2019\u201d)\]\u00bb]*$""")
_NUMBER = re.compile(r"\d[\d,.]*(?:[%)]|\s|$)")
_INITIALS = re.compile(r"(?:^|\s)(?:[^\W\d_]\.){2,}$")
"""Letters that are each followed by a stop end a sentence or not; what follows tells."""
_ENTRY_END = re.compile(r" \u2026 \S{1,6}$")
"""The end of an entry in a table of contents: a row of dots and a page number."""
_DOTS = " \u2026 "
"""What is left of a row of dots between a name and its value."""
_LONGEST_HEADING = 200
_LONGEST_BOLD_HEADING = 120
_MOST_LEVELS = 6
_LOOK_AHEAD = 8
_FURTHER_AHEAD = 40
"""How many parts may stand between the halves of a broken word: the words in a figure, say."""
_NEARLY_FULL = 0.75
"""Share of its column that a line of a story fills which ends in the middle of a sentence."""
_LONGEST_QUOTE = 10
"""Lines of a quote that may stand between two parts of a paragraph."""


@dataclass(slots=True)
class _Part:
    """Lines that belong together; ``later`` are those on further pages."""

    kind: str
    lines: list[Line]
    page: int
    left: float = 0.0
    right: float = 0.0
    marker: str = ""
    level: int = 0
    note: bool = False
    later: list[_Part] = field(default_factory=list)

    @property
    def size(self) -> float:
        return self.lines[0].size

    @property
    def style(self) -> tuple[float, bool]:
        return round(self.size * 2) / 2, self.lines[0].bold


def compose(pages: Sequence[PageLines], composer: TextComposer) -> None:
    """Write what stands on ``pages``, without their running lines, into ``composer``."""
    lines = [line for page in pages for region in page.regions for line in region]
    body = body_size(lines)
    parts: list[_Part] = []
    for page in pages:
        for region in page.regions:
            parts += _parts_of(region, page.number, body)
    _classify(parts, body)
    parts = _join_over_breaks(parts)
    _set_levels(parts)
    _write(parts, composer, Vocabulary([line.text for line in lines]))


def _parts_of(region: Sequence[Line], page: int, body: float) -> Iterator[_Part]:
    """The lines of a region as paragraphs."""
    prose = [line for line in region if line.table is None]
    if prose:
        left, right = min(line.x0 for line in prose), max(line.x1 for line in prose)
        pitches = [
            after.bottom - before.bottom
            for before, after in pairwise(prose)
            if abs(before.size - after.size) < 0.5 and 0 < after.bottom - before.bottom < 2.2 * after.size
        ]
        pitch = median(pitches) if len(pitches) >= 3 else 0.0
        inside = sum(line.x0 > left + 0.5 * line.size for line in prose)
        shape = _Shape(left, right, pitch, body, hanging=len(prose) >= 6 and 0.45 * len(prose) < inside)
    open_part: _Part | None = None
    for line in region:
        if line.table is not None:
            if open_part is not None:
                yield open_part
                open_part = None
            yield _Part("table", [line], page)
        elif open_part is not None and _continues(open_part, line, shape):
            open_part.lines.append(line)
        else:
            if open_part is not None:
                yield open_part
            mark = find_mark(line.text)
            open_part = _Part("paragraph", [line], page, left, right, mark[1] if mark else "")
    if open_part is not None:
        yield open_part


@dataclass(frozen=True, slots=True)
class _Shape:
    """How the lines of a region are set."""

    left: float
    right: float
    pitch: float
    """Usual distance from line to line; 0 where there are too few."""
    body: float
    hanging: bool
    """Whether most lines are indented below the first of their paragraph, as in a list of references."""


def _continues(part: _Part, line: Line, shape: _Shape) -> bool:
    """Whether ``line`` goes on with the paragraph that ``part`` is so far."""
    last, first, em = part.lines[-1], part.lines[0], line.size or 1.0
    step = line.bottom - last.bottom
    if abs(line.size - last.size) > 0.12 * max(em, last.size) or step < -0.3 * em:
        return False
    lower = line.text[:1].islower()
    ended = bool(_SENTENCE_END.search(last.text[-12:])) and not (lower and _INITIALS.search(last.text[-12:]))
    if _ENTRY_END.search(last.text[-12:]) or (_DOTS in last.text and _DOTS in line.text):
        return False
    title = em > 1.1 * shape.body
    if step > _longest_step(part, shape.pitch, em, title=title, goes_on=lower and not ended):
        return False
    room = _room_left(last, line, _right_end(part, shape), em)
    if last.bold != line.bold and (len(part.lines) == 1 or line.bold) and (room or _is_below_heading(last, line)):
        return False
    if find_mark(line.text) and not _is_number_in_a_sentence(last, line, part):
        return False
    if is_right_to_left(line.text):
        return not (ended and last.x0 - shape.left > 0.2 * (shape.right - shape.left))
    if title or (part.marker and line.x0 > first.x0 + 0.3 * em):
        return True
    if shape.hanging and line.x0 - shape.left > 0.5 * em and first.x0 - shape.left < 0.5 * em:
        return True
    if len(part.lines) >= 2 and part.lines[1].x0 > first.x0 + 0.7 * em and line.x0 < last.x0 - 0.7 * em:
        return lower  # a hanging indent ends where the next entry begins
    indented = line.x0 - last.x0 > 0.7 * em and (len(part.lines) > 1 or not part.marker)
    if indented and not lower and line.x0 - shape.left < 6 * em and (ended or not room):
        return not (ended or len(part.lines) > 1)
    if part.marker and line.x0 < first.x0 - 0.3 * em:
        return not ended and (lower or not room)
    if line.story and line.story == last.story and not ended:
        full = last.x1 > shape.left + _NEARLY_FULL * (shape.right - shape.left)
        if full or (last.x1 + line.first + 0.3 * em > line.x1 and not line.text[:1].isupper()):
            return True
    return not (room and (ended or not lower))


def _longest_step(part: _Part, pitch: float, em: float, *, title: bool, goes_on: bool) -> float:
    """How far below the last line of ``part`` a line may stand that goes on with it."""
    own = part.lines[-1].bottom - part.lines[-2].bottom if len(part.lines) > 1 else pitch
    usual = min(own, pitch) if own and pitch else own or pitch
    limit = max(1.28 * usual, 1.15 * em) if usual else (2.0 if goes_on else 1.6) * em
    return max(limit, 1.6 * em) if title else min(limit, 2.2 * em)


def _is_below_heading(last: Line, line: Line) -> bool:
    """Whether a bold line without a stop and the line below it, which is not bold, are a heading and its text."""
    return last.bold and line.text[:1].isupper() and not line.lead and last.text[-1:].isalnum()


def _right_end(part: _Part, shape: _Shape) -> float:
    """Where lines end: earlier than the region does where all lines of a paragraph make room for something beside them."""
    if len(part.lines) < 3:
        return shape.right
    own = max(line.x1 for line in part.lines[-3:])
    return own if own < shape.right - 4 * part.size else shape.right


def _is_number_behind_words(last: Line, line: Line) -> bool:
    """Whether ``line`` begins with a number in the middle of a sentence: "... agreed in / 2005. The ..."."""
    return _NUMBER.match(line.text) is not None and last.text[-1:].islower()


def _room_left(last: Line, line: Line, right: float, em: float) -> bool:
    """Whether the first word of ``line`` would still have fitted behind ``last``: the break was meant."""
    return right - last.x1 > line.first + 1.2 * em


def _is_number_in_a_sentence(last: Line, line: Line, part: _Part) -> bool:
    """Whether what looks like a list mark ("... of / 12. The ...", "... by - / - as ...") is a part of a sentence."""
    if is_bullet(line.text[0]) or line.text[0] == "\u00b7":
        return line.text[0] == "\u00b7" and " \u00b7 " in last.text
    hanging = bool(part.marker) and line.x0 > part.lines[0].x0 + 0.3 * line.size
    ended = _SENTENCE_END.search(last.text[-12:]) or last.text.endswith(",")
    return (not ended or hanging) and abs(line.x0 - last.x0) < 0.5 * line.size and len(last.text) > 40


def _classify(parts: Sequence[_Part], body: float) -> None:
    below_body: dict[int, bool] = {}
    for i, part in enumerate(parts):
        if part.kind == "table":
            continue
        text = " ".join(line.text for line in part.lines)
        small = part.size < 0.93 * body
        if not small and len(text) > 60:
            below_body[part.page] = True
        if _is_heading(part, text, body, parts[i + 1] if i + 1 < len(parts) else None):
            part.kind, part.marker = "heading", ""
        elif small and below_body.get(part.page) and _NOTE.match(text):
            part.note, part.marker = True, ""
        else:
            part.note = bool(_CAPTION.match(text))
            part.kind = "item" if part.marker else "paragraph"


def _is_heading(part: _Part, text: str, body: float, after: _Part | None) -> bool:
    letters = sum(char.isalpha() for char in text)
    ratio = part.size / body
    if letters < 3 or letters < 0.4 * len(text.replace(" ", "")) or len(text) > _LONGEST_HEADING:
        return False
    if part.marker and (is_sign(part.marker) or part.marker[0] == "("):
        return False
    if text[0].islower() and ratio < 1.3:
        return False
    ends = text[-1] in ".,;:" and not (ratio >= 1.4 and text[-1] == ":")
    if ratio >= 1.15:
        return not ends and len(part.lines) <= 5
    if ratio < 0.93 or ends or len(part.lines) > 2 or len(text) > _LONGEST_BOLD_HEADING or _CAPTION.match(text):
        return False
    if after is None or (after.kind == "table" and not _NUMBERED_HEADING.match(text)):
        return False
    if all(line.bold for line in part.lines):
        return True
    capitals = text.isupper() and letters >= 4 and len(part.lines) == 1
    return capitals and (bool(_NUMBERED_HEADING.match(text)) or ratio >= 1.0) and not after.lines[0].text.isupper()


def _join_over_breaks(parts: Sequence[_Part]) -> list[_Part]:
    """Join the paragraphs that go on in the next column or on the next page, past the notes in between."""
    begins = {(part.page, part.lines[0].place): number for number, part in enumerate(parts) if part.lines[0].place}
    order: list[_Part] = []
    done: set[int] = set()
    for i, part in enumerate(parts):
        if i in done:
            continue
        at = i
        while part.kind in ("paragraph", "item") and _is_open(part):
            after = _next_in_file(parts, at, begins, done)
            if after is None:
                after = _continuation(parts, part, at, done)
            if after is None:
                break
            if not part.later:
                # Notes on the page where the paragraph begins are written first, so that pages ascend.
                notes = [n for n in range(i + 1, after) if n not in done and parts[n].page == part.page]
                order += [parts[n] for n in notes]
                done.update(notes)
            part.later.append(parts[after])
            done.add(after)
            at = after
        order.append(part)
    return order


def _next_in_file(parts: Sequence[_Part], at: int, begins: dict[tuple[int, int], int], done: set[int]) -> int | None:
    """Number of the part that the file holds right behind part ``at``, if it goes on with a sentence of it."""
    piece = parts[at]
    last = piece.lines[-1]
    number = begins.get((piece.page, last.end + 1), -1)
    if number <= at or number in done:
        return None
    after = parts[number]
    first = after.lines[0]
    if after.kind != "paragraph" or after.note or after.marker or not (last.story or first.story):
        return None
    if abs(last.size - first.size) > 0.1 * first.size or last.bold != first.bold:
        return None
    if ends_broken(last.text) and not first.text[:1].islower():
        return None
    capital = first.text[:1].isupper()
    if first.top > last.bottom and (capital or first.top - last.bottom < 2 * first.size):
        return None  # they stand below each other, and nothing between them
    full = len(piece.lines) > 1 and last.x1 > piece.right - (1 - _NEARLY_FULL) * (piece.right - piece.left)
    return number if full or not capital else None


def _continuation(parts: Sequence[_Part], part: _Part, at: int, done: set[int]) -> int | None:
    """Number of the part that goes on with ``part``, whose last piece is number ``at``."""
    page = parts[at].page
    broken = ends_broken(parts[at].lines[-1].text)
    for number in range(at + 1, min(len(parts), at + 1 + (_FURTHER_AHEAD if broken else _LOOK_AHEAD))):
        after = parts[number]
        if number in done:
            continue
        if after.page > page + 1:
            break
        if after.kind == "heading" and not broken:
            return None
        if after.kind == "table" or (number > at + 1 and after.note) or after.size < 0.9 * part.size:
            continue
        fits = not broken or after.lines[0].text[:1].islower()
        if fits and after.kind == "paragraph" and _goes_on(part, parts[at], after):
            return number
        if after.note or broken or _is_set_apart(part, after):
            continue
        return None
    # What comes next may begin with a capital or a number too: "COVID- / 19".
    after = parts[at + 1] if broken and at + 1 < len(parts) and at + 1 not in done else part
    fits = after.kind == "paragraph" and after is not part and after.page <= page + 1
    return at + 1 if fits and _goes_on(part, parts[at], after) else None


def _is_set_apart(part: _Part, after: _Part) -> bool:
    """Whether ``after`` is set larger than ``part`` or in another weight, as a quote is that stands between its columns."""
    other = after.size > 1.12 * part.size or after.lines[0].bold != part.lines[0].bold
    return other and after.kind == "paragraph" and not after.later and len(after.lines) <= _LONGEST_QUOTE


def _is_open(part: _Part) -> bool:
    last = (part.later[-1] if part.later else part).lines[-1]
    return not _SENTENCE_END.search(last.text[-12:]) or bool(_INITIALS.search(last.text[-12:]))


def _goes_on(part: _Part, piece: _Part, after: _Part) -> bool:
    """Whether ``after`` goes on with ``part``, whose last piece is ``piece``."""
    last, first = piece.lines[-1], after.lines[0]
    if after.marker or abs(last.size - first.size) > 0.1 * first.size or last.bold != first.bold:
        return False
    if after.page == piece.page and after.left == piece.left and after.right == piece.right:
        # They stand below each other and were parted for a reason, which may be a quote that stands between them.
        full = last.x1 > piece.right - 0.25 * (piece.right - piece.left)
        apart = first.top - last.bottom > 2 * first.size
        return full and apart and first.text[:1].islower() and (last.text[-1:].isalpha() or last.text[-1:] == ",")
    if ends_broken(last.text) or first.text[:1].islower():
        return True
    if len(piece.lines) >= 2 and _is_number_behind_words(last, first):
        return True
    if _INITIALS.search(last.text[-12:]):
        return False
    full = last.x1 > piece.right - 0.12 * (piece.right - piece.left)
    return full and len(piece.lines) >= 2 and len(after.lines) >= 2 and first.text[:1].isalnum() and not part.note


def _set_levels(parts: Sequence[_Part]) -> None:
    styles = sorted({part.style for part in parts if part.kind == "heading"}, reverse=True)
    levels = {style: min(level, _MOST_LEVELS) for level, style in enumerate(styles, 1)}
    indents: list[float] = []
    for part in parts:
        if part.kind == "heading":
            part.level = levels[part.style]
        if part.kind != "item":
            indents = indents if part.note else []
            continue
        at = part.lines[0].x0
        while indents and indents[-1] > at + 3:
            indents.pop()
        if not indents or at > indents[-1] + 3:
            indents.append(at)
        part.level = len(indents)


def _write(parts: Sequence[_Part], composer: TextComposer, vocabulary: Vocabulary) -> None:
    for part in parts:
        if part.kind == "table":
            table = part.lines[0].table
            assert table is not None
            _write_table(table, part.page, composer, vocabulary)
            continue
        texts = vocabulary.join_pages((piece.page, line.text) for piece in (part, *part.later) for line in piece.lines)
        page, text = texts[0]
        lead = ""
        if part.kind == "item":
            cut = len(part.marker)
            text = text[cut:].lstrip()
        else:
            lead = part.lines[0].lead
        marker = ""
        if part.kind == "item":
            marker = "  " * (part.level - 1) + ("-" if is_sign(part.marker) else part.marker) + " "
        kind = part.kind if part.kind in ("heading", "item") else "paragraph"
        composer.add(
            kind,  # type: ignore[arg-type]  # one of the three
            text,
            level=part.level if kind != "paragraph" else 0,
            page=page,
            marker=marker,
            lead=lead,
            continued=texts[1:],
        )


def _write_table(table: Table, page: int, composer: TextComposer, vocabulary: Vocabulary) -> None:
    rows = [[vocabulary.join(cell.split("\n")) for cell in row] for row in table.rows]
    add_table(composer, rows, header_rows=table.header_rows, page=page)
