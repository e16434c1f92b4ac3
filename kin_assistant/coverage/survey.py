"""Takes stock of what documents cover, from their metadata."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from kin_assistant.coverage.cities import group_by_city, number_countries
from kin_assistant.coverage.counting import group_by_decade, group_by_name
from kin_assistant.coverage.values import (
    CityCoverage,
    CountryCoverage,
    Coverage,
    DecadeCoverage,
    FieldCoverage,
    LateDocument,
    RecordCoverage,
    ThemeCoverage,
)
from kin_assistant.places.gazetteer import Gazetteer
from kin_assistant.text.words import fold
from kin_assistant.types import RECORD_FIELDS, DocumentInfo, RecordField, Years

__all__ = ["MAX_READ", "add_fields", "survey_documents"]

MAX_READ = 2_000
"""Documents of a library whose records are looked into: that takes about a thousandth of a second for each."""


def survey_documents(
    infos: Sequence[DocumentInfo], gazetteer: Gazetteer, *, build_id: str = "", built_in: int
) -> Coverage:
    """What ``infos`` cover; ``built_in`` is the year after which years are later than the documents can know."""
    rows = dict(enumerate(infos))
    by_country, by_theme = group_by_name(rows, "country"), group_by_name(rows, "theme")
    cities = _survey_cities(infos, gazetteer)
    cities_in = Counter(city.country for city in cities)
    numbers = number_countries(infos, gazetteer)
    themes = [_survey_theme(name, held, by_country, infos) for name, held in by_theme.items()]
    spans = [info.years for info in infos if info.years]
    return Coverage(
        build_id=build_id,
        documents=len(infos),
        countries=tuple(
            CountryCoverage(
                name=name, code=gazetteer.codes.get(numbers.get(name, -1)), documents=len(held), cities=cities_in[name]
            )
            for name, held in by_country.items()
        ),
        themes=tuple(themes),
        cities=cities,
        decades=tuple(
            DecadeCoverage(name=decade.name, documents=len(decade.documents)) for decade in group_by_decade(rows)
        ),
        years=_span(spans),
        built_in=built_in,
        without_countries=sum(not info.countries for info in infos),
        without_cities=sum(not info.cities for info in infos),
        without_themes=sum(not info.themes for info in infos),
        without_years=sum(info.years is None for info in infos),
        empty_pairs=sum(number == 0 for theme in themes for number in theme.by_country),
        late=tuple(
            LateDocument(id=info.id, title=info.title, years=info.years)
            for info in infos
            if info.years and info.years[1] > built_in
        ),
    )


def add_fields(coverage: Coverage, infos: Sequence[DocumentInfo], told: Sequence[Collection[RecordField]]) -> Coverage:
    """``coverage`` with the fields of a good-practice record that each of ``infos`` tells, as ``told`` in their order."""
    often = Counter(field for fields in told for field in set(fields))
    records = [
        RecordCoverage(id=info.id, title=info.title, fields=len(set(fields)))
        for info, fields in zip(infos, told, strict=True)
    ]
    return coverage.model_copy(
        update={
            "fields": tuple(FieldCoverage(field=field, documents=often[field]) for field in RECORD_FIELDS),
            "records": tuple(sorted(records, key=lambda record: (record.fields, fold(record.title), record.id))),
        }
    )


def _survey_theme(
    name: str, held: Sequence[int], by_country: dict[str, tuple[int, ...]], infos: Sequence[DocumentInfo]
) -> ThemeCoverage:
    inside = set(held)
    return ThemeCoverage(
        name=name,
        documents=len(held),
        by_country=tuple(len(inside.intersection(others)) for others in by_country.values()),
        without_country=sum(not infos[row].countries for row in held),
    )


def _survey_cities(infos: Sequence[DocumentInfo], gazetteer: Gazetteer) -> tuple[CityCoverage, ...]:
    found = [
        CityCoverage(
            name=city.name,
            country=city.country,
            documents=len(city.documents),
            themes=tuple(group_by_name({row: infos[row] for row in city.documents}, "theme")),
            years=_span([years for row in city.documents if (years := infos[row].years)]),
            latitude=city.point.latitude if city.point else None,
            longitude=city.point.longitude if city.point else None,
        )
        for city in group_by_city(infos, gazetteer)
    ]
    return tuple(sorted(found, key=lambda city: (-city.documents, fold(city.name), city.country or "")))


def _span(spans: Sequence[Years]) -> Years | None:
    """From the first to the last year of all."""
    return (min(first for first, _ in spans), max(last for _, last in spans)) if spans else None
