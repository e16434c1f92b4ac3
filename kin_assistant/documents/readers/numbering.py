"""What Word writes before headings and items of lists: "2.1", "a)", "(iii)", counted as the file says.

A list (``w:num``) takes its levels from a definition (``w:abstractNum``) and may change some of them. Lists of one definition
count on where the other stopped, unless they say where they begin. The rules are those of ECMA-376 part 1, 17.9.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from kin_assistant.documents.readers.archive import Element
from kin_assistant.documents.readers.openxml import attribute, children, find_child, is_switched_on, name_of

__all__ = ["BULLET", "DEEPEST", "Numbering", "read_depth"]

BULLET: Final = "-"
"""What stands for all bullets, whatever they look like."""
DEEPEST: Final = 8
"""Levels are counted from 0."""

_MAX_START: Final = 1_000_000
_LONGEST_LETTER_LIST: Final = 26 * 26
_HIGHEST_ROMAN: Final = 400
_LONGEST_TEXT: Final = 100
"""Characters around the numbers of a label; a longer text is not written before each item."""
_PLACE: Final = re.compile(r"%([1-9])")
_NUMBER: Final = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class _Level:
    """How paragraphs of one level are numbered."""

    shape: str = "bullet"
    """``w:numFmt``: decimal, lowerLetter, bullet, none and so on."""
    text: str | None = None
    """With ``%1`` where the number of the first level stands; None where the file does not say."""
    start: int = 1
    legal: bool = False
    """Whether the numbers of all levels are written in figures."""
    restarts_after: int = DEEPEST
    """It begins anew after a paragraph of the levels before this one; 0 for one that never does."""
    style: str = ""
    """Id of the paragraph style that is numbered by it."""


@dataclass(frozen=True, slots=True)
class _List:
    definition: str
    levels: Mapping[int, _Level]
    starts: Mapping[int, int]
    """Where it begins anew when its first paragraph comes, by level."""


class Numbering:
    """The lists of a document. It counts: each paragraph is asked for once, in order."""

    def __init__(self, root: Element | None, style_lists: Mapping[str, str]) -> None:
        """``root`` is the part with the lists; ``style_lists`` gives the list of each style that names one, by their ids."""
        levels: dict[str, dict[int, _Level]] = {}
        links: dict[str, str] = {}
        lists: list[Element] = []
        for part in children(root):
            if name_of(part.tag) == "w:abstractNum":
                identity = attribute(part, "w:abstractNumId") or ""
                levels[identity] = dict(_read_levels(part))
                links[identity] = attribute(find_child(part, "w:numStyleLink"), "w:val") or ""
            elif name_of(part.tag) == "w:num":
                lists.append(part)
        of_list = {
            attribute(part, "w:numId") or "": attribute(find_child(part, "w:abstractNumId"), "w:val") or ""
            for part in lists
        }
        self._lists: dict[str, _List] = {}
        for part in lists:
            number = attribute(part, "w:numId") or ""
            definition = of_list[number]
            if not levels.get(definition) and links.get(definition):
                definition = of_list.get(style_lists.get(links[definition], ""), definition)
            self._lists[number] = _read_list(part, definition, levels.get(definition, {}))
        self._counts: dict[str, dict[int, int]] = {}
        """Numbers of the last paragraphs of each level, by definition."""
        self._begun: set[tuple[str, int]] = set()

    def depth_of_styles(self, number: str, styles: Iterable[str]) -> int | None:
        """The level of the list ``number`` that numbers one of ``styles``, the first that has one; None without such a level."""
        found = self._lists.get(number)
        depths = {level.style: depth for depth, level in found.levels.items() if level.style} if found else {}
        return next((depths[style] for style in styles if style in depths), None)

    def count(self, number: str, depth: int) -> str:
        """What stands before the next paragraph of the list ``number``: its number, ``BULLET``, or nothing.

        A list that the file does not describe has bullets.
        """
        found = self._lists.get(number) or _List(f"of {number}", {}, {})
        counts = self._counts.setdefault(found.definition, {})
        if depth in found.starts and (number, depth) not in self._begun:
            counts.pop(depth, None)
        self._begun.add((number, depth))
        for higher in range(depth):
            # Who begins with 1.1 has used 1.
            counts.setdefault(higher, found.levels.get(higher, _Level()).start)
        level = found.levels.get(depth, _Level())
        counts[depth] = counts[depth] + 1 if depth in counts else level.start
        for deeper in range(depth + 1, DEEPEST + 1):
            if depth < found.levels.get(deeper, _Level()).restarts_after:
                counts.pop(deeper, None)
        return _label(level, depth, found.levels, counts)


def read_depth(value: str | None) -> int | None:
    """The level that an attribute names; None where it names none."""
    return int(value) if value in tuple("012345678") else None


def _read_levels(parent: Element) -> Iterable[tuple[int, _Level]]:
    for part in parent:
        if name_of(part.tag) == "w:lvl":
            yield read_depth(attribute(part, "w:ilvl")) or 0, _read_level(part)


def _read_level(part: Element) -> _Level:
    text = find_child(part, "w:lvlText")
    return _Level(
        shape=attribute(find_child(part, "w:numFmt"), "w:val") or "decimal",
        text=None if text is None else (attribute(text, "w:val") or "")[:_LONGEST_TEXT],
        start=_read_number(find_child(part, "w:start"), 1),
        legal=bool(is_switched_on(part, "w:isLgl")),
        restarts_after=_read_number(find_child(part, "w:lvlRestart"), DEEPEST),
        style=attribute(find_child(part, "w:pStyle"), "w:val") or "",
    )


def _read_list(part: Element, definition: str, levels: Mapping[int, _Level]) -> _List:
    own = dict(levels)
    starts: dict[int, int] = {}
    for override in part:
        if name_of(override.tag) != "w:lvlOverride":
            continue
        depth = read_depth(attribute(override, "w:ilvl")) or 0
        for _, level in _read_levels(override):
            own[depth] = level
        start = find_child(override, "w:startOverride")
        if start is not None:
            starts[depth] = _read_number(start, 1)
            own[depth] = replace(own.get(depth, _Level()), start=starts[depth])
    return _List(definition, own, starts)


def _read_number(element: Element | None, default: int) -> int:
    value = attribute(element, "w:val") or ""
    return min(int(value), _MAX_START) if _NUMBER.fullmatch(value) else default


def _label(level: _Level, depth: int, levels: Mapping[int, _Level], counts: Mapping[int, int]) -> str:
    if level.shape == "bullet":
        return "" if level.text == "" else BULLET

    def numeral_at(place: re.Match[str]) -> str:
        at = int(place[1]) - 1
        shape = levels.get(at, _Level()).shape
        if at not in counts or at > depth or shape in ("bullet", "none"):
            return ""
        return _numeral(counts[at], "decimal" if level.legal else shape)

    if level.text is None:
        return "" if level.shape == "none" else f"{_numeral(counts[depth], level.shape)}."
    return _PLACE.sub(numeral_at, level.text).strip()


# Numerals


def _numeral(number: int, shape: str) -> str:
    """``number`` as ``shape`` writes it; in figures where that is not known, or does not go so far."""
    write = _NUMERALS.get(shape)
    return write(number) if write else str(number)


def _letters(number: int) -> str:
    if not 0 < number < _LONGEST_LETTER_LIST:
        return str(number)
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _roman(number: int) -> str:
    if not 0 < number < _HIGHEST_ROMAN:
        return str(number)
    roman = ""
    for value, letters in zip(
        (100, 90, 50, 40, 10, 9, 5, 4, 1), ("c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"), strict=True
    ):
        roman += letters * (number // value)
        number %= value
    return roman


def _ideographs(number: int) -> str:
    """As spoken: 十, 十一, 二十一."""
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    return (
        f"{_IDEOGRAPHS[tens] if tens > 1 else ''}{'十' if tens else ''}{_IDEOGRAPHS[ones] if ones or not tens else ''}"
    )


def _listed(signs: str) -> Callable[[int], str]:
    return lambda number: signs[number - 1] if 0 < number <= len(signs) else str(number)


def _in_digits(digits: str) -> Callable[[int], str]:
    table = str.maketrans("0123456789", digits)
    return lambda number: str(number).translate(table)


_IDEOGRAPHS: Final = "〇一二三四五六七八九"
_COUNTED_BY_IDEOGRAPHS: Final = (
    "chineseCounting chineseCountingThousand taiwaneseCounting taiwaneseCountingThousand japaneseCounting".split()
)
_NUMERALS: Final[Mapping[str, Callable[[int], str]]] = {
    "decimalZero": lambda number: f"{number:02d}",
    "lowerLetter": _letters,
    "upperLetter": lambda number: _letters(number).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
    "decimalEnclosedCircle": _listed("①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"),
    "decimalFullWidth": _in_digits("０１２３４５６７８９"),
    "thaiNumbers": _in_digits("๐๑๒๓๔๕๖๗๘๙"),
    "hindiNumbers": _in_digits("०१२३४५६७८९"),
    "ideographDigital": _in_digits(_IDEOGRAPHS),
    "ganada": _listed("가나다라마바사아자차카타파하"),
    **dict.fromkeys(_COUNTED_BY_IDEOGRAPHS, _ideographs),
}
