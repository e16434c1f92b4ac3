"""What is said of coverage: counts and lists as sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from kin_assistant.coverage.values import CityCoverage, Coverage
from kin_assistant.rendering.coverage.map import Marker
from kin_assistant.rendering.words import count, period
from kin_assistant.text.wording import join_words

__all__ = [
    "FIELDS_REMARK",
    "coverage_remarks",
    "name_city",
    "name_few",
    "note_map",
    "rarest_themes",
    "say_map",
]

FIELDS_REMARK: Final = (
    "The field of a sentence is told by its heading, or by a classifier that leaves out what it is not sure of. Documents may "
    "say more than is counted here."
)
_FEW_NAMES: Final = 5
_MAP_NAMES: Final = 5
"""Cities that the text in place of the map names."""


def coverage_remarks(coverage: Coverage) -> tuple[str, ...]:
    """How much there is and where little or nothing is known, in sentences; the first one counts everything."""
    if not coverage.documents:
        return ("The library holds no document, so it covers nothing yet.",)
    counts = [
        count(len(coverage.themes), "theme"),
        count(len(coverage.countries), "country", "countries"),
        count(len(coverage.cities), "city", "cities"),
        *([f"years {period(coverage.years)}"] if coverage.years else []),
    ]
    remarks = [f"{count(coverage.documents, 'document')}: {', '.join(counts)}."]
    lacking = [
        f"{number:,} {'names' if number == 1 else 'name'} no {what}"
        for number, what in (
            (coverage.without_themes, "theme"),
            (coverage.without_countries, "country"),
            (coverage.without_cities, "city"),
            (coverage.without_years, "years"),
        )
        if number
    ]
    if lacking:
        remarks.append(f"Of these documents {join_words(lacking)}.")
    pairs = len(coverage.themes) * len(coverage.countries)
    if not pairs:
        what = "country" if coverage.themes else "theme" if coverage.countries else "theme or a country"
        remarks.append(f"No document names a {what}, so there is no table of themes and countries.")
    else:
        remarks.append(
            f"Of {count(pairs, 'pair')} of a theme and a country, {coverage.empty_pairs:,} "
            f"{'has' if coverage.empty_pairs == 1 else 'have'} no document."
        )
    if coverage.late:
        remarks.append(_say_late(coverage))
    return tuple(remarks)


def name_city(city: CityCoverage) -> str:
    """``Surabaya, Indonesia``; the name alone where the country is not known or is the city."""
    return f"{city.name}, {city.country}" if city.country and city.country != city.name else city.name


def say_map(markers: Sequence[Marker]) -> str:
    """What is said in place of the map."""
    if not markers:
        return ""
    words = [marker.words for marker in markers[:_MAP_NAMES]]
    if (more := len(markers) - _MAP_NAMES) > 0:
        words.append(f"and {count(more, 'more city', 'more cities')}")
    return f"{'; '.join(words)}. The list of cities has them all."


def note_map(coverage: Coverage) -> list[str]:
    """What the map does not show."""
    notes: list[str] = []
    if unknown := [name_city(city) for city in coverage.cities if city.latitude is None]:
        notes.append(f"Not on the map, because the list of places does not know them: {name_few(unknown)}.")
    if only := [country.name for country in coverage.countries if not country.cities]:
        notes.append(f"Countries of which documents name no city: {name_few(only)}.")
    return notes


def rarest_themes(coverage: Coverage) -> Iterator[tuple[int, list[str]]]:
    """The themes with the fewest documents: the number, and the themes that have so many."""
    for documents, themes in groupby(coverage.rarest_themes, key=lambda theme: theme.documents):
        yield documents, [theme.name for theme in themes]


def name_few(names: Sequence[str], between: str = ", ", most: int = _FEW_NAMES) -> str:
    """The first names, and how many more there are, if it is more than one."""
    more = len(names) - most
    return between.join(names) if more <= 1 else f"{between.join(names[:most])} and {more:,} more"


def _say_late(coverage: Coverage) -> str:
    titles = [f"{document.title} ({period(document.years)})" for document in coverage.late]
    number = len(titles)
    return (
        f"{count(number, 'document')} {'names' if number == 1 else 'name'} years after {coverage.built_in}, when the index "
        f"was built: {name_few(titles, '; ')}. They tell of plans, or their years are mistaken."
    )
