"""The values of indicators: frozen, and what they say is a span of a stored document.

All offsets are character offsets into ``Document.text``, half open, as in ``types.py``.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

from pydantic import BaseModel, ConfigDict

from kin_assistant.types import Citation, Years

__all__ = [
    "SHOWN_ON_TOPIC",
    "SORTS",
    "STATUSES",
    "Change",
    "Figure",
    "Hedge",
    "Indicator",
    "IndicatorQuery",
    "Indicators",
    "PlaceSource",
    "Series",
    "Sort",
    "Span",
    "Status",
    "WantedSeries",
]

Hedge = Literal["", "about", "at least", "at most"]
"""How a figure is hedged: "some", "nearly" and "around" are all "about"."""
Change = Literal["", "before", "after"]
"""Which end of a change a figure is: "fell from 72% (before) to 8% (after)"."""
Status = Literal["actual", "planned"]
"""Whether it was so, or was aimed at or expected."""
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
Sort = Literal["relevance", "value", "year", "place", "document"]
"""Order of the figures: the largest value, the earliest year and the first name lead; values within a unit."""
SORTS: Final[tuple[Sort, ...]] = get_args(Sort)
WantedSeries = Literal["", "beside", "alone"]
"""Whether to find what was measured in several years, and the targets for it: beside all other figures, or those alone."""
SHOWN_ON_TOPIC: Final = 30
"""Figures that are shown on a topic, unless more are asked for."""
PlaceSource = Literal["", "sentence", "heading", "document"]
"""What tells the place; nothing where it is not told."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(_Value):
    """Words of a document: ``document.text[start:end] == text``."""

    start: int
    end: int
    text: str


class Figure(_Value):
    """A figure in a sentence of a document."""

    value: float
    """In ``unit``, with scale words counted in: "2.5 million pesos" is 2,500,000 PHP."""
    high: float | None = None
    """The upper end of a range, of which ``value`` is the lower."""
    unit: str = ""
    """Normalised, such as "%", "t/day", "US$", "persons"; empty where things are counted that are no unit."""
    hedge: Hedge = ""
    change: Change = ""
    status: Status = "actual"
    written: Span
    """The figure as the document writes it, with its hedge and unit."""
    measures: tuple[Span, ...] = ()
    """Words that say what it measures: of its sentence; of a table, the head of its column and the label of its row."""
    place: str | None = None
    country: str | None = None
    place_from: PlaceSource = ""
    years: Years | None = None
    """Those that the sentence, its table or its heading names; None where none does."""

    @property
    def measure(self) -> str:
        """What it measures, in the document's words."""
        return " \u2026 ".join(span.text for span in self.measures)


class Indicator(_Value):
    """A figure with the sentence that it stands in."""

    number: int
    """From 1, in the order that they are shown in."""
    figure: Figure
    citation: int
    """Number of the citation of its sentence."""
    disputed_by: tuple[int, ...] = ()
    """Numbers of the indicators that give another value for what seems to be the same."""


class Series(_Value):
    """What was measured of one thing in one place in several years."""

    place: str
    unit: str
    measure: str
    """What its figures measure, in the words of the one that says it shortest."""
    actual: tuple[int, ...]
    """Numbers of indicators, by year."""
    targets: tuple[int, ...] = ()
    """Numbers of the planned ones, by year."""


class Indicators(_Value):
    """Figures of the documents, each in its sentence."""

    topic: str = ""
    """Empty if all figures were asked for."""
    found: int = 0
    """Figures that fit, of which ``indicators`` may be the first."""
    indicators: tuple[Indicator, ...] = ()
    citations: tuple[Citation, ...] = ()
    series: tuple[Series, ...] = ()
    """Where series were asked for."""
    reason: str | None = None
    """Why there is no figure; set exactly then."""
    notes: tuple[str, ...] = ()
    build_id: str


class IndicatorQuery(_Value):
    """Which figures are asked for."""

    topic: str | None = None
    """None for all figures."""
    cities: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    unit: str = ""
    """A unit, however it is written ("tonnes"), with its rates ("t/day") or, without one, with any."""
    first_year: int | None = None
    last_year: int | None = None
    """Figures of which no year is told are left out if one of these is set."""
    status: Status | None = None
    sort: Sort | None = None
    """By default the nearest to the topic lead, or the documents' order is kept where there is none."""
    limit: int | None = None
    """Figures that are shown, at most."""
    series: WantedSeries = ""
