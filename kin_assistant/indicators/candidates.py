"""Figures that come into question for a query, each with its sentence and how near that is to the topic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kin_assistant.errors import IndicatorError
from kin_assistant.index.library import DocumentRow, PassageRow
from kin_assistant.indicators.units import read_label
from kin_assistant.indicators.values import Figure, IndicatorQuery
from kin_assistant.places.gazetteer import PlaceKind
from kin_assistant.places.matching import PlaceIndex
from kin_assistant.text.vocabulary import read_vocabulary
from kin_assistant.text.wording import join_words
from kin_assistant.text.words import find_near_names, fold
from kin_assistant.types import DocumentInfo, Sentence

__all__ = ["FigureFilter", "FoundFigure"]

_LAST_YEAR: Final = 9999


@dataclass(frozen=True, slots=True)
class FoundFigure:
    """A figure, and where it stands."""

    figure: Figure
    document: DocumentRow
    passage: PassageRow
    number: int
    """Of its sentence in the passage, from 0."""
    sentence: Sentence
    score: float = 0.0
    """How near the sentence is to the topic."""

    @property
    def place_in_text(self) -> tuple[int, int, int]:
        """For sorting by document and position."""
        return self.document, self.sentence.start, self.figure.written.start

    @property
    def sentence_key(self) -> tuple[int, int]:
        """The same for all figures of a sentence."""
        return self.document, self.sentence.start


class FigureFilter:
    """What a query restricts, checked against what there is.

    Raises ``IndicatorError`` for a city, country or unit that nobody knows and for years that run backwards.
    """

    def __init__(self, query: IndicatorQuery, infos: Sequence[DocumentInfo], places: PlaceIndex) -> None:
        first, last = query.first_year, query.last_year
        if first is not None and last is not None and first > last:
            raise IndicatorError(f"The years {first}-{last} run backwards.")
        self._places, self._infos = places, infos
        self.cities = tuple(dict.fromkeys(self._find_place(name, "city") for name in query.cities))
        self.countries = tuple(dict.fromkeys(self._find_place(name, "country") for name in query.countries))
        self._unit = _find_unit(query.unit) if query.unit.strip() else None
        self._years = None if first is None and last is None else (first or 0, _LAST_YEAR if last is None else last)
        self._status = query.status

    def passes(self, figure: Figure) -> bool:
        """Whether a figure is one that was asked for."""
        if self.cities and figure.place not in self.cities:
            return False
        if self.countries and figure.country not in self.countries:
            return False
        if self._unit is not None and figure.unit != self._unit and not figure.unit.startswith(f"{self._unit}/"):
            return False
        if self._status and figure.status != self._status:
            return False
        if self._years is None:
            return True
        return figure.years is not None and figure.years[0] <= self._years[1] and self._years[0] <= figure.years[1]

    def describe(self, query: IndicatorQuery) -> str:
        """What was asked for, as the end of a sentence: " on “compost” in Surabaya since 2000"."""
        parts = [f" on “{query.topic}”"] if query.topic else []
        if self.cities or self.countries:
            parts.append(f" in {join_words((*self.cities, *self.countries), 'or')}")
        if self._unit is not None:
            parts.append(f" in {self._unit}")
        if query.first_year is not None and query.last_year is not None:
            parts.append(f" of the years {query.first_year}-{query.last_year}")
        elif query.first_year is not None or query.last_year is not None:
            parts.append(f" since {query.first_year}" if query.first_year is not None else f" up to {query.last_year}")
        if query.status:
            parts.append(" that was planned" if query.status == "planned" else " that was reached")
        return "".join(parts)

    def _find_place(self, name: str, kind: PlaceKind) -> str:
        """A place as the documents spell it."""
        carried = (info.cities if kind == "city" else info.countries for info in self._infos)
        known = {fold(place): place for places in carried for place in places}
        if fold(name.strip()) in known:
            return known[fold(name.strip())]
        for mention in self._places.find_places(name):
            if mention.place.kind == kind:
                return mention.place.name
        near = find_near_names(name, known.values())
        hint = f"Did you mean {join_words(near, 'or')}?" if near else "Run kin docs list to see what there is."
        raise IndicatorError(f"There is no {kind} “{name.strip()}”. {hint}")


def _find_unit(text: str) -> str:
    """A unit by one of its names. Raises ``IndicatorError``."""
    known = read_vocabulary()
    label = read_label(text.strip())
    if label.unit:
        return label.unit
    names = {fold(name): name for name in known.units}
    if fold(text.strip()) in names:
        return names[fold(text.strip())]
    some = "%, t, t/day, kg/person/day, m3, km, ha, mg/l, kWh, US$, JPY, IDR, PHP, persons, households, years"
    raise IndicatorError(f"There is no unit “{text.strip()}”. There are, among others: {some}.")
