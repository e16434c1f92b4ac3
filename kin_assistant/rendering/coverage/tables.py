"""Coverage as tables for spreadsheets: the matrix of themes and countries, and the list of cities."""

from __future__ import annotations

from typing import Final

from kin_assistant.coverage.values import Coverage
from kin_assistant.rendering.tables import write_csv
from kin_assistant.rendering.words import plain

__all__ = ["NO_COUNTRY", "coverage_cities", "coverage_csv", "coverage_matrix"]

NO_COUNTRY: Final = "No country named"
"""Heads the column of documents that name none."""


def coverage_matrix(coverage: Coverage) -> list[list[str | float | None]]:
    """A header and a row a theme: its documents, those on each country, and those that name no country."""
    rows: list[list[str | float | None]] = [
        ["Theme", "Documents", *(country.name for country in coverage.countries), NO_COUNTRY],
        ["All documents", coverage.documents, *(country.documents for country in coverage.countries)],
    ]
    rows[1].append(coverage.without_countries)
    rows += [[theme.name, theme.documents, *theme.by_country, theme.without_country] for theme in coverage.themes]
    return rows


def coverage_cities(coverage: Coverage) -> list[list[str | float | None]]:
    """A header and a row a city."""
    header: list[str | float | None] = [
        "City", "Country", "Documents", "First year", "Last year", "Number of themes", "Themes", "Latitude", "Longitude",
    ]  # fmt: skip
    rows: list[list[str | float | None]] = [
        [
            city.name,
            city.country,
            city.documents,
            *(city.years or (None, None)),
            len(city.themes),
            "; ".join(city.themes),
            city.latitude,
            city.longitude,
        ]
        for city in coverage.cities
    ]
    return [header, *rows]


def coverage_csv(coverage: Coverage) -> str:
    """``coverage_matrix`` as CSV. A name that a spreadsheet would take for a formula has an apostrophe in front."""
    return write_csv(
        [plain(cell) if isinstance(cell, str) else cell for cell in row] for row in coverage_matrix(coverage)
    )
