"""What an office fills in: the values of a submitted practice, cleaned and nothing more."""

from __future__ import annotations

import re
from typing import Final, Literal

from pydantic import ValidationError, field_validator

from kin_assistant.errors import KinError
from kin_assistant.text.cleaning import clean
from kin_assistant.types import Value

__all__ = ["Budget", "KeyDate", "Partner", "PracticeRefused", "Refusal", "Submission", "parse_submission"]

Refusal = Literal["disk", "faulty", "full", "missing"]

_BULLETS: Final = ("- ", "* ", "\u2022 ", "\u00b7 ")
_NOT_IN_YAML: Final = re.compile("[\ufffe\uffff]")
"""No characters; a front matter that holds them cannot be read."""


class PracticeRefused(KinError):
    """A practice cannot be read, kept or taken over."""

    def __init__(self, why: Refusal, message: str, *, details: str = "") -> None:
        super().__init__(message, details=details)
        self.why = why


class _Row(Value):
    """Several short texts that belong together."""

    @field_validator("*")
    @classmethod
    def _on_one_line(cls, value: str) -> str:
        return _clean(value)


class KeyDate(_Row):
    """What happened when."""

    date: str = ""
    event: str = ""


class Partner(_Row):
    """Who took part, and how it helped."""

    name: str = ""
    organisation: str = ""
    support: str = ""


class Budget(_Row):
    """A sum of money, as the office writes it."""

    period: str = ""
    amount: str = ""
    purpose: str = ""


class Submission(Value):
    """A practice as it was filled in. Whether it can be accepted is for ``check`` to say."""

    title: str = ""
    office: str = ""
    cities: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    """The categories of the record."""
    level: str = ""
    first_year: str = ""
    last_year: str = ""
    """Empty while it goes on."""
    situation: str = ""
    priorities: str = ""
    objectives: str = ""
    resources: str = ""
    process: str = ""
    results: str = ""
    sustainability: str = ""
    lessons: str = ""
    transferability: str = ""
    dates: tuple[KeyDate, ...] = ()
    partners: tuple[Partner, ...] = ()
    budgets: tuple[Budget, ...] = ()
    contact: str = ""

    @field_validator("title", "office", "level", "first_year", "last_year")
    @classmethod
    def _on_one_line(cls, value: str) -> str:
        return _clean(value)

    @field_validator("cities", "countries", "themes")
    @classmethod
    def _each_once(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(filter(None, map(_clean, values))))

    @field_validator(
        "situation",
        "priorities",
        "objectives",
        "resources",
        "process",
        "results",
        "sustainability",
        "lessons",
        "transferability",
        "contact",
    )
    @classmethod
    def _line_by_line(cls, value: str) -> str:
        """Without empty lines; what begins an item of a list is "- "."""
        return "\n".join(filter(None, (_clean_line(line) for line in value.splitlines())))

    @field_validator("dates", "partners", "budgets")
    @classmethod
    def _without_empty_rows(cls, rows: tuple[_Row, ...]) -> tuple[_Row, ...]:
        return tuple(row for row in rows if any(row.model_dump().values()))


def parse_submission(data: bytes) -> Submission:
    """A submission from JSON. Raises ``PracticeRefused`` for what the form does not send."""
    try:
        return Submission.model_validate_json(data)
    except ValidationError as error:
        raise PracticeRefused("faulty", "This is no practice as the form sends it.", details=str(error)) from error


def _clean(text: str) -> str:
    return clean(_NOT_IN_YAML.sub("", text))


def _clean_line(line: str) -> str:
    line = _clean(line)
    for bullet in _BULLETS:
        if line.startswith(bullet):
            return f"- {line[len(bullet) :].strip()}"
    return line
