"""The fields of a submitted practice, after UN-Habitat's database of best practices, with their limits of words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kin_assistant.types import RecordField

__all__ = [
    "CONTACT",
    "LEVELS",
    "MOST_PLACES",
    "MOST_ROWS",
    "MOST_THEMES",
    "NARRATIVE",
    "OFFICE",
    "ORGANISATIONS",
    "SUPPORTS",
    "TABLES",
    "TEXTS",
    "TITLE",
    "RowField",
    "Table",
    "TextField",
]

MOST_PLACES: Final = 10
"""Cities, and as many countries."""
MOST_THEMES: Final = 5
MOST_ROWS: Final = 20
"""Key dates, partners, and years of the financial profile, of each."""

LEVELS: Final = (
    "neighbourhood or village",
    "city or town",
    "metropolitan area",
    "province or state",
    "country",
    "several countries",
    "worldwide",
)
ORGANISATIONS: Final = (
    "local authority",
    "national government",
    "non-governmental organisation",
    "community organisation",
    "private company",
    "university or research body",
    "foundation",
    "international agency",
    "media",
    "other",
)
SUPPORTS: Final = ("technical", "financial", "political", "administrative", "other")


@dataclass(frozen=True, slots=True)
class TextField:
    """A field of free text."""

    name: str
    """Of the field of ``Submission``."""
    label: str
    """On the form and in what is said of it."""
    words: int
    """At most."""
    heading: str = ""
    """Over it in the document; empty where it has none of its own."""
    tells: RecordField | None = None
    """The field of a record that the heading announces."""
    required: bool = False
    hint: str = ""


TITLE: Final = TextField("title", "Title of the practice", 20, required=True)
OFFICE: Final = TextField("office", "Office that submits it", 20, required=True, hint="It is named as the source.")
CONTACT: Final = TextField(
    "contact",
    "Contact",
    60,
    "Contact",
    "contact",
    required=True,
    hint="Who answers questions: name, office, address, e-mail. Everybody who reads the practice sees it.",
)
NARRATIVE: Final = (
    TextField("situation", "Situation before", 50, "Situation before the initiative", "situation", required=True),
    TextField(
        "priorities", "Priorities", 100, "Establishment of priorities", "objectives", hint="Who set them, and how."
    ),
    TextField("objectives", "Objectives and strategies", 100, "Objectives and strategies", "objectives"),
    TextField(
        "resources",
        "Mobilisation of resources",
        200,
        "Mobilisation of resources",
        "finance",
        hint="Finance, technology, people: where each came from.",
    ),
    TextField("process", "Process", 400, "Process", "process", required=True, hint="What was done, by whom and how."),
    TextField(
        "results", "Results", 250, "Results achieved", "results", required=True, hint="With figures, units and years."
    ),
    TextField("sustainability", "Sustainability", 300, "Sustainability", "sustainability", hint="What keeps it going."),
    TextField("lessons", "Lessons learned", 300, "Lessons learned", "lessons", hint="Also what did not work, and why."),
    TextField("transferability", "Transferability", 300, "Transferability", "transferability"),
)
"""In the order of the record."""


@dataclass(frozen=True, slots=True)
class RowField:
    """A part of a key date, of a partner or of a year of the financial profile."""

    name: str
    label: str
    words: int
    required: bool = False
    choices: tuple[str, ...] = ()
    """One of them alone fits, where there are some."""


@dataclass(frozen=True, slots=True)
class Table:
    """A field of several rows."""

    name: str
    label: str
    heading: str
    tells: RecordField
    one: str
    """What a row is."""
    columns: tuple[RowField, ...]
    hint: str = ""


TABLES: Final = (
    Table(
        "dates",
        "Key dates",
        "Key dates",
        "dates",
        "key date",
        (RowField("date", "Date", 5, required=True), RowField("event", "What happened", 30, required=True)),
    ),
    Table(
        "partners",
        "Partners",
        "Partners",
        "partners",
        "partner",
        (
            RowField("name", "Name", 20, required=True),
            RowField("organisation", "Type of organisation", 5, choices=ORGANISATIONS),
            RowField("support", "Type of support", 5, choices=SUPPORTS),
        ),
    ),
    Table(
        "budgets",
        "Financial profile",
        "Financial profile",
        "finance",
        "sum",
        (
            RowField("period", "Year or years", 5, required=True),
            RowField("amount", "Amount with currency", 10, required=True),
            RowField("purpose", "Paid by whom, for what", 30),
        ),
    ),
)

TEXTS: Final = (TITLE, OFFICE, *NARRATIVE, CONTACT)
"""All fields of free text."""
