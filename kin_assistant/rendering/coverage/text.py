"""Coverage as text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Final

from kin_assistant.coverage.values import Coverage
from kin_assistant.rendering.coverage.wording import FIELDS_REMARK, coverage_remarks, name_city, name_few, rarest_themes
from kin_assistant.rendering.words import FIELD_NAMES, period, plain

__all__ = ["coverage_text"]

_WIDTH: Final = 110
"""Characters of a line on a terminal."""
_LONGEST_NAME: Final = 34
"""Characters of a theme's or city's name."""
_LETTERS: Final = 3
"""Of a country's short name, where the gazetteer knows no code for it."""
_FEW_THEMES: Final = 3
"""Themes that are named of a city."""
_BAR: Final = 40
"""Characters of the longest bar."""
_NO_COUNTRY, _NOTHING = "-", "."


def coverage_text(coverage: Coverage) -> str:
    """The counts, the matrix with short names of countries, the cities, the years and the fields of records."""
    parts = ["What the documents cover", "\n".join(map(_wrapped, coverage_remarks(coverage)))]
    if coverage.themes:
        rare = (f"{documents:>4}  {', '.join(names)}" for documents, names in rarest_themes(coverage))
        parts.append("\n".join(["Themes with the fewest documents", *(_wrapped(line, 6) for line in rare)]))
    if coverage.themes and coverage.countries:
        parts += _matrix(coverage)
    if coverage.cities:
        parts.append("\n".join(["Cities", *_cities(coverage)]))
    if coverage.decades:
        bars = _bars([(decade.name, decade.documents) for decade in coverage.decades], 0)
        parts.append("\n".join(["Documents by the years they cover", *bars]))
    if coverage.fields:
        bars = _bars([(FIELD_NAMES[one.field], one.documents) for one in coverage.fields], coverage.documents)
        parts.append(
            "\n".join(["Documents that tell a field of a good-practice record", *bars, _wrapped(FIELDS_REMARK)])
        )
    return "\n\n".join(map(plain, parts)) + "\n"


def _matrix(coverage: Coverage) -> Iterator[str]:
    """The matrix in as many pieces as the width of a line asks for, and what the short names stand for."""
    names = [*_short_names(coverage), _NO_COUNTRY]
    rows = [
        (
            "all documents",
            coverage.documents,
            [*(one.documents for one in coverage.countries), coverage.without_countries],
        )
    ]
    rows += [(theme.name, theme.documents, [*theme.by_country, theme.without_country]) for theme in coverage.themes]
    wide = max(len(_cut(name)) for name, _, _ in rows)
    total = max(len(f"{coverage.documents:,}"), len("all")) + 1
    column = max(*map(len, names), *(len(str(number)) for number in rows[0][2])) + 1
    room = max((_WIDTH - wide - total) // column, 1)
    for first in range(0, len(names), room):
        head = f"{'':{wide}}{'all':>{total}}" + "".join(f"{name:>{column}}" for name in names[first : first + room])
        lines = [
            f"{_cut(name):{wide}}{documents:>{total},}"
            + "".join(f"{number or _NOTHING:>{column}}" for number in numbers[first : first + room])
            for name, documents, numbers in rows
        ]
        yield "\n".join(["Documents by theme and country", head, *lines])
    legend = [f"{short} {country.name}" for short, country in zip(names, coverage.countries, strict=False)]
    yield _wrapped(f"{_NOTHING} no document; {_NO_COUNTRY} no country named; {', '.join(legend)}.")


def _short_names(coverage: Coverage) -> list[str]:
    """The code of each country; for one without, letters of its name, or its number where others have these."""
    taken = {country.code for country in coverage.countries}
    short: list[str] = []
    for number, country in enumerate(coverage.countries, 1):
        name = country.code or country.name[:_LETTERS].upper()
        if not country.code and name in taken:
            name = str(number)
        taken.add(name)
        short.append(name)
    return short


def _cities(coverage: Coverage) -> Iterator[str]:
    names = [_cut(plain(name_city(city))) for city in coverage.cities]
    wide = max(map(len, names))
    for name, city in zip(names, coverage.cities, strict=True):
        line = f"{name:{wide}}{city.documents:>5,}  {period(city.years):9}  {name_few(city.themes, most=_FEW_THEMES)}"
        yield _wrapped(line.rstrip(), wide + 18)


def _bars(numbers: Sequence[tuple[str, int]], most: int) -> Iterator[str]:
    """A line for each number with a bar; one as long as ``most``, or as the largest number, is the longest."""
    wide = max(len(name) for name, _ in numbers)
    longest = max([most, 1, *(number for _, number in numbers)])
    for name, number in numbers:
        yield f"{name:{wide}}{number:>7,}  {'#' * round(_BAR * number / longest)}".rstrip()


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def _wrapped(text: str, indent: int = 0) -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
        replace_whitespace=False,
    )
