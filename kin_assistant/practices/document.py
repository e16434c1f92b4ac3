"""The Markdown document that a submitted practice yields: in the shape of a record, with the office as its source.

What the office wrote stands in it as text. Every character that means something in Markdown is written with a backslash, each
line is a paragraph or an item of its own, and the front matter holds nothing but quoted strings. So no field can end the field
it stands in: not by a heading, not by three dashes, not by HTML.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from kin_assistant.places.gazetteer import Gazetteer, fold, key_of
from kin_assistant.practices.checks import check
from kin_assistant.practices.fields import CONTACT, NARRATIVE, TABLES, Table
from kin_assistant.practices.submission import PracticeRefused, Submission

__all__ = ["LEVEL", "NOTE", "OPEN_END", "PracticeDocument", "write_practice"]

NOTE: Final = "Note for users"
"""Heads the statement of who submitted it; what has no field in a record stands there too, lest it be taken for one."""
LEVEL: Final = "The office gives its level as: "
OPEN_END: Final = "on, and still going on."

_SPECIAL: Final = re.compile(r"[\\`*_\[\]<>|~]|&(?=#?\w+;)")
_AT_START: Final = re.compile(r"[#+=-]")
_NUMBER: Final = re.compile(r"\d{1,9}(?=[.)])")
_ID_WORDS: Final = 6
_ID_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class PracticeDocument:
    """The document and what its file is called."""

    name: str
    markdown: str


def write_practice(submission: Submission, submitted: datetime) -> PracticeDocument:
    """The document of a practice that was ``submitted`` then.

    Its name and id follow from the submission, so that the same one has the same. Raises ``PracticeRefused`` if the submission
    has faults.
    """
    checked = check(submission, today=submitted.date())
    if checked.faults:
        raise PracticeRefused("faulty", " ".join(fault.sentence for fault in checked.faults))
    identity = _identify(submission)
    parts = [_front_matter(submission, submitted.date(), identity), *_sections(submission, submitted.date())]
    return PracticeDocument(f"{identity}.md", "\n\n".join(parts) + "\n")


def _identify(submission: Submission) -> str:
    """``practice-exampleville-compost-bins-1a2b3c4d``: letters, digits and hyphens."""
    words = [fold(word) for word in re.findall(r"[^\W_]+", f"{submission.cities[0]} {submission.title}")]
    named = list(dict.fromkeys(filter(None, words)))[:_ID_WORDS]
    digest = hashlib.sha256(submission.model_dump_json().encode()).hexdigest()[:_ID_DIGITS]
    return "-".join(("practice", *(word[:20] for word in named), digest))


def _front_matter(submission: Submission, submitted: date, identity: str) -> str:
    first, last = submission.first_year, submission.last_year
    fields = [
        ("id", identity),
        ("title", submission.title),
        ("cities", submission.cities),
        ("countries", submission.countries),
        ("region", _region_of(submission.countries)),
        ("themes", submission.themes),
        ("years", f"{first}-{last or max(first, str(submitted.year))}"),
    ]
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in fields if value]
    source = [
        ("title", f"{submission.title} (practice as the office submitted it)"),
        ("publisher", submission.office),
        ("year", submitted.year),
    ]
    written = [f"    {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in source]
    return "\n".join(("---", *lines, "sources:", f"  - {written[0].strip()}", *written[1:], "---"))


def _region_of(countries: Sequence[str]) -> str:
    """The region that all of them lie in; empty where that is not known."""
    gazetteer = Gazetteer.load()
    regions = {
        gazetteer.places[name.place].region
        for country in countries
        for name in gazetteer.names.get(key_of(country), ())
        if name.place is not None and gazetteer.places[name.place].kind == "country"
    }
    return next(iter(regions)) or "" if len(regions) == 1 else ""


def _sections(submission: Submission, submitted: date) -> Iterator[str]:
    yield f"# {_escape(submission.title)}"
    yield f"## {NOTE}"
    yield (
        f"This practice was submitted by {_escape(submission.office)} on {_day(submitted)}. "
        "It was not compiled by those who keep these documents: what it says is the word of that office."
    )
    yield f"{LEVEL}{_escape(submission.level)}."
    last = f"to {submission.last_year}." if submission.last_year else OPEN_END
    yield f"The office gives its years as: from {submission.first_year} {last}"
    for field in NARRATIVE:
        yield from _section(field.heading, getattr(submission, field.name))
    for table in TABLES:
        rows = [tuple(row.model_dump().values()) for row in getattr(submission, table.name)]
        if rows:
            yield f"## {table.heading}"
            yield "\n".join(_table(table, rows))
    yield from _section(CONTACT.heading, submission.contact)


def _section(heading: str, text: str) -> Iterator[str]:
    if not text:
        return
    yield f"## {heading}"
    items: list[str] = []
    for line in text.split("\n"):
        if line.startswith("- "):
            items.append(f"- {_escape(line[2:])}")
            continue
        if items:
            yield "\n".join(items)
            items = []
        yield _escape(line)
    if items:
        yield "\n".join(items)


def _table(table: Table, rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    yield _row([column.label for column in table.columns])
    yield _row(["---"] * len(table.columns))
    for row in rows:
        yield _row([_escape(cell) for cell in row])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escape(line: str) -> str:
    """``line`` as a line of Markdown that shows exactly its characters."""
    written = _SPECIAL.sub(r"\\\g<0>", line)
    number = _NUMBER.match(written)
    at = number.end() if number else 0
    return f"{written[:at]}\\{written[at:]}" if number or _AT_START.match(written) else written


def _day(day: date) -> str:
    # Not strftime: month names must not follow the locale of the machine.
    months = "January February March April May June July August September October November December".split()
    return f"{day.day} {months[day.month - 1]} {day.year}"
