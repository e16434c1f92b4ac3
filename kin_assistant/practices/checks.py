"""What keeps a submitted practice from being accepted, a plain sentence each, and what its office should look at."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from kin_assistant.documents.themes import theme_names
from kin_assistant.places.gazetteer import Gazetteer, PlaceKind, key_of
from kin_assistant.practices.fields import (
    LEVELS,
    MOST_PLACES,
    MOST_ROWS,
    MOST_THEMES,
    TABLES,
    TEXTS,
    RowField,
    Table,
    TextField,
)
from kin_assistant.practices.submission import Submission

__all__ = ["Checked", "Remark", "check", "count_words"]

_CHARACTERS_A_WORD: Final = 15
"""So that a text without spaces is bounded too."""
_NO_WORDS: Final = frozenset("-*\u2022\u00b7")
_FIRST_YEAR, _LAST_YEAR = 1800, 2100
_YEAR: Final = re.compile(r"[0-9]{4}")
_SOURCE_MARK: Final = re.compile(r"\[\s*\d{1,3}(?:\s*[,;]\s*\d{1,3})*\s*\]")


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence on one field."""

    field: str
    """Its name in ``Submission``; that of a row is followed by its number from 0 and its part: ``partners.0.name``."""
    sentence: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found; without faults it can be sent."""

    faults: tuple[Remark, ...]
    remarks: tuple[Remark, ...]
    """What is allowed and should be looked at once more."""


def check(submission: Submission, *, today: date, gazetteer: Gazetteer | None = None) -> Checked:
    """Compare ``submission`` with the rules of the record. ``gazetteer`` knows the world's places; by default the bundled one."""
    faults = (
        *_check_texts(submission),
        *_check_places(submission),
        *_check_themes(submission.themes),
        *_check_level(submission.level),
        *_check_years(submission, today),
        *_check_tables(submission),
    )
    return Checked(faults, tuple(_unknown_places(submission, gazetteer or Gazetteer.load())))


def count_words(text: str) -> int:
    """Words as the form counts them: what stands between spaces; the mark of an item is none."""
    return sum(1 for word in text.split() if word not in _NO_WORDS)


def _check_texts(submission: Submission) -> Iterator[Remark]:
    for field in TEXTS:
        yield from _check_text(field, field.name, getattr(submission, field.name))


def _check_text(field: TextField | RowField, name: str, text: str) -> Iterator[Remark]:
    words, most = count_words(text), field.words * _CHARACTERS_A_WORD
    if field.required and not text:
        yield Remark(name, f"“{field.label}” is missing.")
    elif words > field.words:
        yield Remark(name, f"“{field.label}” has {words:,} words; there is room for {field.words:,}.")
    elif len(text) > most:
        yield Remark(name, f"“{field.label}” has {len(text):,} characters; there is room for {most:,}.")
    if mark := _SOURCE_MARK.search(text):
        # The document has one source, the office: its reader would take the mark out of the text.
        yield Remark(
            name,
            f"“{field.label}” has “{mark[0]}” in it, which would be read as the number of a source. Please write round brackets.",
        )


def _check_places(submission: Submission) -> Iterator[Remark]:
    for name, label, values in (("cities", "City", submission.cities), ("countries", "Country", submission.countries)):
        if not values:
            yield Remark(name, f"“{label}” is missing.")
        if len(values) > MOST_PLACES:
            yield Remark(name, f"“{label}” names {len(values)} places; there is room for {MOST_PLACES}.")
        for value in values:
            yield from _check_text(RowField(name, label, 6), name, value)


def _check_themes(themes: Collection[str]) -> Iterator[Remark]:
    known = theme_names()
    if not themes:
        yield Remark("themes", "Please choose a theme.")
    if len(themes) > MOST_THEMES:
        yield Remark("themes", f"{len(themes)} themes are chosen; at most {MOST_THEMES} may be.")
    for theme in themes:
        if theme not in known:
            yield Remark("themes", f"There is no theme “{theme[:80]}”.")


def _check_level(level: str) -> Iterator[Remark]:
    if not level:
        yield Remark("level", "“Level of activity” is missing.")
    elif level not in LEVELS:
        yield Remark("level", f"There is no level “{level[:80]}”. There are: {', '.join(LEVELS)}.")


def _check_years(submission: Submission, today: date) -> Iterator[Remark]:
    first, last = submission.first_year, submission.last_year
    if not first:
        yield Remark("first_year", "“First year” is missing.")
    for name, label, year in (("first_year", "First year", first), ("last_year", "Last year", last)):
        if year and not (_YEAR.fullmatch(year) and _FIRST_YEAR <= int(year) <= _LAST_YEAR):
            yield Remark(name, f"“{label}” must be a year from {_FIRST_YEAR} to {_LAST_YEAR}, such as 2004.")
            return
    if first and int(first) > today.year:
        yield Remark("first_year", f"The practice cannot have begun in {first}: it is {today.year} now.")
    if first and last and int(last) < int(first):
        yield Remark("last_year", f"The last year, {last}, lies before the first, {first}.")


def _check_tables(submission: Submission) -> Iterator[Remark]:
    for table in TABLES:
        rows = getattr(submission, table.name)
        if len(rows) > MOST_ROWS:
            yield Remark(table.name, f"“{table.label}” has {len(rows)} rows; there is room for {MOST_ROWS}.")
        for number, row in enumerate(rows):
            for column in table.columns:
                name = f"{table.name}.{number}.{column.name}"
                yield from _check_cell(table, column, name, number, getattr(row, column.name))


def _check_cell(table: Table, column: RowField, name: str, number: int, text: str) -> Iterator[Remark]:
    where = f"{table.label}, row {number + 1}, {column.label.lower()}"
    named = RowField(column.name, where, column.words, column.required)
    if text and column.choices and text not in column.choices:
        yield Remark(name, f"“{where}” must be one of: {', '.join(column.choices)}.")
    else:
        yield from _check_text(named, name, text)


def _unknown_places(submission: Submission, gazetteer: Gazetteer) -> Iterator[Remark]:
    kinds: tuple[tuple[str, PlaceKind, tuple[str, ...]], ...] = (
        ("cities", "city", submission.cities),
        ("countries", "country", submission.countries),
    )
    for name, kind, values in kinds:
        for value in values:
            if not _is_known(value, kind, gazetteer):
                yield Remark(
                    name,
                    f"The program's list of the world's places has no {kind} “{value[:80]}”. It is kept as it is written; "
                    "please look at its spelling.",
                )


def _is_known(name: str, kind: PlaceKind, gazetteer: Gazetteer) -> bool:
    found = gazetteer.names.get(key_of(name), ()) if key_of(name) else ()
    # Singapore is a city and a country.
    return any(
        one.place is not None and (gazetteer.places[one.place].kind == kind or gazetteer.places[one.place].name == name)
        for one in found
    )
