"""Filters on documents: parsed from a command or a batch line, said in words, applied to the documents of an index."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, Literal, get_args

from kin_assistant.errors import FilterError
from kin_assistant.text.wording import join_words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kin_assistant.types import DocumentInfo, Filters

__all__ = [
    "NAME_FIELDS",
    "NameField",
    "count_filters",
    "find_allowed_documents",
    "name_filters",
    "parse_filters",
    "place_names",
    "values_of",
]

NameField = Literal["city", "country", "region", "theme"]
"""A filter that takes names; "years" takes a span."""
NAME_FIELDS: Final[tuple[NameField, ...]] = get_args(NameField)

_YEARS = re.compile(r"\s*(\d{4})\s*(?:[-\u2013]\s*(\d{4})\s*)?")


def parse_filters(fields: object) -> Filters | None:
    """Filters from command line options or a batch line; None if there are none. Raises ``FilterError``."""
    if not fields:
        return None
    if not isinstance(fields, dict):
        raise FilterError('The "filters" must be an object such as {"city": "Surabaya"}.')
    values: dict[str, object] = {}
    for name, value in fields.items():
        if name == "years":
            values["years"] = _parse_years(value)
        elif name not in NAME_FIELDS:
            raise FilterError(f'There is no filter "{name}". There are: {", ".join((*NAME_FIELDS, "years"))}.')
        else:
            listed = [value] if isinstance(value, str) else value
            if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
                raise FilterError(f'The filter "{name}" must be a text or a list of texts.')
            values[name] = tuple(listed)
    from kin_assistant.types import Filters

    return Filters.model_validate(values)


def name_filters(filters: Filters) -> str:
    """The filters as a sentence needs them: "the city Surabaya and the years 1950-1960"."""
    parts = [f"the {field} {join_words(names, 'or')}" for field in NAME_FIELDS if (names := _names(filters, field))]
    if filters.years:
        parts.append(f"the years {filters.years[0]}-{filters.years[1]}")
    return join_words(parts)


def count_filters(filters: Filters) -> int:
    """How many kinds of filter are set."""
    return sum(bool(_names(filters, field)) for field in NAME_FIELDS) + (filters.years is not None)


def place_names(filters: Filters) -> str:
    """The cities, or else the countries, of the filters: "Cebu or Surabaya"; may be empty."""
    names = filters.city or filters.country
    return join_words(names, "or") if names else ""


def find_allowed_documents(infos: Sequence[DocumentInfo], filters: Filters | None) -> NDArray[np.int64] | None:
    """Positions in ``infos`` of the documents that pass ``filters``; None if all do.

    Raises ``FilterError`` for a value that no document carries.
    """
    import numpy as np

    from kin_assistant.text.words import fold

    if filters is None or filters.empty:
        return None
    for field in NAME_FIELDS:
        if wanted := _names(filters, field):
            known = {fold(value): value for info in infos for value in values_of(info, field)}
            for value in wanted:
                if fold(value) not in known:
                    raise FilterError(_explain_unknown(field, value, known.values()))
    return np.array([row for row, info in enumerate(infos) if _passes(info, filters)], np.int64)


def values_of(info: DocumentInfo, field: NameField) -> tuple[str, ...]:
    """What a document carries for the filter ``field``."""
    match field:
        case "city":
            return info.cities
        case "country":
            return info.countries
        case "theme":
            return info.themes
        case _:
            return (info.region,) if info.region else ()


def _parse_years(value: object) -> tuple[int, int]:
    """First and last year of "2000-2010", "2005" or [2000, 2010]. Raises ``FilterError``."""
    text = "-".join(str(part) for part in value) if isinstance(value, list | tuple) else str(value)
    match = _YEARS.fullmatch(text)
    if not match:
        raise FilterError(f'"{text}" is not a span of years. Write 2000-2010 or 2005.')
    first, last = int(match[1]), int(match[2] or match[1])
    if first > last:
        raise FilterError(f"The years {first}-{last} run backwards.")
    return first, last


def _names(filters: Filters, field: str) -> tuple[str, ...]:
    names: tuple[str, ...] = getattr(filters, field)
    return names


def _passes(info: DocumentInfo, filters: Filters) -> bool:
    from kin_assistant.text.words import fold

    for field in NAME_FIELDS:
        wanted = _names(filters, field)
        carried = {fold(value) for value in values_of(info, field)}
        if wanted and carried.isdisjoint(fold(value) for value in wanted):
            return False
    if filters.years is None:
        return True
    return info.years is not None and info.years[0] <= filters.years[1] and filters.years[0] <= info.years[1]


def _explain_unknown(field: str, value: str, known: Iterable[str]) -> str:
    from kin_assistant.text.words import find_near_names

    near = find_near_names(value, known)
    message = f'No document carries the {field} "{value}".'
    if near:
        return f"{message} Did you mean {join_words(near, 'or')}?"
    return f"{message} Run kin docs list to see what there is."
