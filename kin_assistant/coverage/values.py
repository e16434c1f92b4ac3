"""What is known of a library's coverage: counts of documents, frozen, as they leave as JSON."""

from __future__ import annotations

from kin_assistant.types import RecordField, Value, Years

__all__ = [
    "CityCoverage",
    "CountryCoverage",
    "Coverage",
    "DecadeCoverage",
    "FieldCoverage",
    "LateDocument",
    "RecordCoverage",
    "ThemeCoverage",
]


class CountryCoverage(Value):
    """A country that documents are about."""

    name: str
    code: str | None
    """The two letters of ISO 3166; None for a country that the gazetteer does not know."""
    documents: int
    cities: int
    """Its cities that documents are about."""


class ThemeCoverage(Value):
    """A theme of documents, and the countries that they are about: a row of the matrix."""

    name: str
    documents: int
    by_country: tuple[int, ...]
    """Documents on each country, in the order of ``Coverage.countries``. A document may be about several."""
    without_country: int
    """Documents that name no country."""


class CityCoverage(Value):
    """A city that documents are about."""

    name: str
    """As the documents spell it, and as the filters take it."""
    country: str | None
    documents: int
    themes: tuple[str, ...]
    """Those of more of its documents first."""
    years: Years | None
    """From the first to the last year that any of its documents covers."""
    latitude: float | None
    """In degrees, north is positive; None for a city that the gazetteer does not know."""
    longitude: float | None
    """In degrees, east is positive."""


class DecadeCoverage(Value):
    """The documents whose years touch a decade, or the time before the first one."""

    name: str
    """As "1990s" or "before 1960"."""
    documents: int


class LateDocument(Value):
    """A document whose years run past the one in which the index was built: it tells of plans, or is mistaken."""

    id: str
    title: str
    years: Years


class FieldCoverage(Value):
    """A field of a good-practice record, and how many documents tell it."""

    field: RecordField
    documents: int


class RecordCoverage(Value):
    """A document, and how many fields of a good-practice record it tells."""

    id: str
    title: str
    fields: int


class Coverage(Value):
    """What the documents of a library cover. Names with more documents come first, then they go by letters."""

    build_id: str
    documents: int
    countries: tuple[CountryCoverage, ...] = ()
    """The columns of the matrix."""
    themes: tuple[ThemeCoverage, ...] = ()
    """The rows of the matrix."""
    cities: tuple[CityCoverage, ...] = ()
    decades: tuple[DecadeCoverage, ...] = ()
    """In order."""
    years: Years | None = None
    """The first and the last year of all."""
    built_in: int
    """The year in which the index was built."""
    without_countries: int = 0
    """Documents that name no country; so for the next three."""
    without_cities: int = 0
    without_themes: int = 0
    without_years: int = 0
    empty_pairs: int = 0
    """Pairs of a theme and a country without any document: the empty cells of the matrix."""
    late: tuple[LateDocument, ...] = ()
    fields: tuple[FieldCoverage, ...] = ()
    """In the order of such a record; empty where it was not asked for."""
    records: tuple[RecordCoverage, ...] = ()
    """Those that tell fewer fields first; empty where it was not asked for."""

    @property
    def rarest_themes(self) -> tuple[ThemeCoverage, ...]:
        """The themes with the fewest documents, ten or more where there are so many; those with as many as the last too."""
        rising = sorted(self.themes, key=lambda theme: theme.documents)
        most = rising[:_RARE][-1].documents if rising else 0
        return tuple(theme for theme in rising if theme.documents <= most)


_RARE = 10
