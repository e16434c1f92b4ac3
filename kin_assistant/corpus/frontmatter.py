"""What a curator says about a document, in YAML: at its head or in a file beside it."""

from __future__ import annotations

import re
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from kin_assistant.errors import DocumentError
from kin_assistant.types import Source

__all__ = ["MAX_FRONT_MATTER", "FrontMatter", "parse_front_matter"]

MAX_FRONT_MATTER: Final = 64 * 1024
"""Characters of front matter, at most."""

_DEEPEST: Final = 16
"""Lists and mappings within each other, at most."""
_MOST_BITS: Final = 4096
"""Of a number."""
_LANGUAGE: Final = re.compile(r"([a-z]{2})(?:[-_][a-z0-9]+)*", re.IGNORECASE)


class FrontMatter(BaseModel):
    """The fields that a curator may set; all are optional."""

    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True, frozen=True)

    id: str | None = None
    title: str | None = None
    cities: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    region: str | None = None
    themes: tuple[str, ...] = ()
    years: str | None = None
    sources: tuple[Source, ...] = ()
    compiled: str | None = None
    language: str | None = None
    """ISO 639-1 code."""

    @property
    def unknown(self) -> tuple[str, ...]:
        """Names, sorted, of the fields that mean nothing here."""
        return tuple(sorted(self.model_extra or ()))

    def overridden_by(self, other: FrontMatter) -> FrontMatter:
        """These fields, but those that ``other`` sets as it sets them."""
        return self.model_copy(update=other.model_dump(exclude_unset=True))

    @field_validator("cities", "countries", "themes", mode="before")
    @classmethod
    def _one_is_a_list_too(cls, value: object) -> object:
        return () if value is None else (value,) if isinstance(value, str) else value

    @field_validator("sources", mode="before")
    @classmethod
    def _nothing_is_no_source(cls, value: object) -> object:
        return () if value is None else value

    @field_validator("compiled", mode="before")
    @classmethod
    def _dates_are_text(cls, value: object) -> object:
        return None if value is None else str(value)

    @field_validator("years", mode="before")
    @classmethod
    def _lists_of_years_are_text(cls, value: object) -> object:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    @field_validator("language", mode="before")
    @classmethod
    def _code_of_a_language(cls, value: object) -> object:
        if value is None:
            return None
        # To YAML, an unquoted "no" (Norwegian) is false.
        match = _LANGUAGE.fullmatch("no" if value is False else str(value).strip())
        if match is None:
            raise ValueError('a code of two letters is expected, such as "en"')
        return match[1].lower()


def parse_front_matter(source: str, *, what: str, first_line: int = 1) -> FrontMatter:
    """The fields written in ``source``, which ``what`` ("its front matter") names in errors.

    ``first_line`` is the number that the first line of ``source`` has in its file. Raises ``DocumentError`` for what is
    too long, no valid YAML, too deep or built by reference (a few lines of which unfold to gigabytes), or of a wrong kind.
    """
    import yaml

    if len(source) > MAX_FRONT_MATTER:
        raise DocumentError(f"{what} is longer than {MAX_FRONT_MATTER // 1024} KB")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        depth = 0
        # A stream of events takes no more memory than its text, and shows what it would unfold to.
        for event in yaml.parse(source, Loader=loader):
            if isinstance(event, yaml.AliasEvent):
                raise DocumentError(f'{what} refers to another place of it with "*{event.anchor}"; write it out')
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                raise DocumentError(f"{what} has lists within lists, more than {_DEEPEST} deep")
        fields: Any = yaml.load(source, Loader=loader)  # noqa: S506 (a safe loader)
    except (ValueError, RecursionError) as error:  # dates that are none, numbers of thousands of digits
        raise DocumentError(f"{what} is not valid YAML: a date or a number in it is none") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + first_line}" if mark else ""
        raise DocumentError(f"{what} is not valid YAML{where}: {getattr(error, 'problem', None) or error}") from error
    if _holds_endless_number(fields):
        raise DocumentError(f"{what} has a number with more digits than any number here needs")
    if fields is None:
        return FrontMatter()
    if not isinstance(fields, dict):
        raise DocumentError(f"{what} is not a list of fields")
    try:
        return FrontMatter.model_validate({str(name): value for name, value in fields.items()})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise DocumentError(f'{what} field "{field}" is wrong: {first["msg"].removeprefix("Value error, ")}') from error


def _holds_endless_number(value: object) -> bool:
    """Whether a number that Python refuses to write out stands anywhere in ``value``; YAML reads such in other bases."""
    if isinstance(value, dict):
        return any(_holds_endless_number(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return any(map(_holds_endless_number, value))
    return isinstance(value, int) and value.bit_length() > _MOST_BITS
