"""Where the marks, labels and axes of a chart stand: the values of a series over years, as a picture of fixed size."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from kin_assistant.indicators.values import Figure
from kin_assistant.rendering.indicators import figure_text, number_text
from kin_assistant.rendering.words import period
from kin_assistant.types import Years

__all__ = ["Box", "Chart", "Mark", "Tick", "draw_chart"]

_WIDTH, _HEIGHT = 360, 230
"""Of the picture; all lengths are in its units, about a pixel on a phone."""
_TOP, _BOTTOM, _RIGHT = 34, 26, 14
"""Room around the plot: for the unit, for the years, and for half a year."""
_LINE, _LETTER = 14, 7
"""Height of a line of text and width of a letter, at a font size of 12."""
_RADIUS: Final = 4.5
_GAP: Final = 6
"""Between a mark and its label."""
_INSET: Final = 22
"""Between the frame and the first and last year."""
_MOST_STEPS: Final = 4
_STEPS: Final = (1, 2, 2.5, 5, 10)
_LEAST_SPAN: Final = 1e-8
"""Less between the lowest and the highest value has no steps that can be told apart."""
_YEAR_WIDTH: Final = 36
_LEVELS: Final = 4
"""Lines above and below a mark at which its label may stand."""
_OUTSIDE: Final = 100
"""A label that leaves the picture is so many times as bad as one that covers another."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    def overlap(self, other: Box) -> float:
        """The area that both have."""
        width = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        height = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return max(0.0, width) * max(0.0, height)


@dataclass(frozen=True, slots=True)
class Tick:
    """A value of an axis, and where it stands on it."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A value: a point, or a bar over the years or values between which it lies; and its label, by its left end."""

    box: Box
    radius: float
    spread: bool
    """Whether it is such a bar."""
    planned: bool
    label: str
    label_x: float
    label_y: float


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with all that is drawn."""

    plot: Box
    unit: str
    years: tuple[Tick, ...]
    values: tuple[Tick, ...]
    marks: tuple[Mark, ...]
    line: str
    """Points of the line through what was measured, as SVG writes them; empty where a year has several values."""
    description: str
    """What is seen, in words."""
    width: int = _WIDTH
    height: int = _HEIGHT


@dataclass(frozen=True, slots=True, order=True)
class _Value:
    """What is marked: one and the same of two sentences is marked once."""

    years: Years
    planned: bool
    low: float
    high: float
    label: str = field(compare=False)


def draw_chart(figures: Sequence[Figure]) -> Chart | None:
    """The chart of figures in one unit, by year; None if all that are dated are of the same years, so that there is no course."""
    shown = sorted({_value(one, one.years) for one in figures if one.years})
    if len({one.years for one in shown}) < 2:
        return None
    steps = _steps([end for one in shown for end in (one.low, one.high)])
    ticks = [number_text(value) for value in steps]
    left = max(map(len, ticks)) * _LETTER + 10
    plot = Box(left, _TOP, _WIDTH - _RIGHT - left, _HEIGHT - _TOP - _BOTTOM)
    first, last = min(one.years[0] for one in shown), max(one.years[1] for one in shown)

    def x(year: int) -> float:
        return round(plot.x + _INSET + (year - first) / (last - first) * (plot.width - 2 * _INSET), 1)

    def y(value: float) -> float:
        return round(plot.y + plot.height * (1 - (value - steps[0]) / (steps[-1] - steps[0])), 1)

    boxes = [_around(x(one.years[0]), y(one.high), x(one.years[1]), y(one.low)) for one in shown]
    places = _place_labels(boxes, [one.label for one in shown], plot)
    return Chart(
        plot=plot,
        unit=figures[0].unit or "number",
        years=tuple(Tick(x(year), str(year)) for year in _shown_years([one.years for one in shown], x)),
        values=tuple(Tick(y(value), label) for value, label in zip(steps, ticks, strict=True)),
        marks=tuple(
            Mark(
                box,
                _RADIUS,
                spread=max(box.width, box.height) > 2 * _RADIUS,
                planned=one.planned,
                label=one.label,
                label_x=place.x,
                label_y=place.y + _LINE - 3,
            )
            for one, box, place in zip(shown, boxes, places, strict=True)
        ),
        line=_line([(one.years, box) for one, box in zip(shown, boxes, strict=True) if not one.planned]),
        description="; ".join(f"{period(one.years)}: {one.label}" for one in shown),
    )


def _value(figure: Figure, years: Years) -> _Value:
    """The unit stands at the axis and not in the label; "%" is as short as none."""
    label = figure_text(figure.model_copy(update={"unit": "%" if figure.unit == "%" else ""}))
    planned = figure.status == "planned"
    high = figure.value if figure.high is None else figure.high
    return _Value(years, planned, figure.value, high, f"planned {label}" if planned else label)


def _line(measured: Sequence[tuple[Years, Box]]) -> str:
    """The line through what was measured, by year; none where two values are of one year."""
    if any(before[1] >= after[0] for (before, _), (after, _) in pairwise(measured)):
        return ""
    return " ".join(f"{box.x + box.width / 2:.1f},{box.y + box.height / 2:.1f}" for _, box in measured)


def _around(left: float, top: float, right: float, bottom: float) -> Box:
    """The box of a mark between two years and two values."""
    return Box(left - _RADIUS, top - _RADIUS, right - left + 2 * _RADIUS, bottom - top + 2 * _RADIUS)


def _steps(values: Iterable[float]) -> list[float]:
    """Round values for the axis, in equal steps from the lowest of zero and all values to the highest."""
    low, high = min(0.0, *values), max(0.0, *values)
    span = high - low if high - low > _LEAST_SPAN else 1.0
    power = 10.0 ** math.floor(math.log10(span / _MOST_STEPS))
    step = next(power * factor for factor in _STEPS if power * factor * _MOST_STEPS >= span)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(number * step, 10) for number in range(first, max(last, first + 1) + 1)]


def _shown_years(periods: Sequence[Years], x: Callable[[int], float]) -> list[int]:
    """The first and the last year, and those between that have room."""
    years = sorted({year for ends in periods for year in ends})
    shown = [years[0], years[-1]]
    for year in years[1:-1]:
        if all(abs(x(year) - x(other)) >= _YEAR_WIDTH for other in shown):
            shown.append(year)
    return sorted(shown)


def _place_labels(marks: Sequence[Box], labels: Sequence[str], plot: Box) -> list[Box]:
    """A box for each label, where it covers the least of the marks and of the labels before it."""
    frame = Box(plot.x, _LINE + 2, _WIDTH - plot.x, plot.y + plot.height - _LINE - 2)
    placed: list[Box] = []

    def covered(place: Box) -> float:
        outside = place.width * place.height - place.overlap(frame)
        return outside * _OUTSIDE + sum(place.overlap(other) for other in (*marks, *placed))

    for mark, label in zip(marks, labels, strict=True):
        placed.append(min(_places_near(mark, len(label) * _LETTER), key=covered))
    return placed


def _places_near(mark: Box, width: float) -> Iterator[Box]:
    """Where a label of that width may stand, the best first: above, below, at the right and at the left."""
    right, bottom = mark.x + mark.width, mark.y + mark.height
    middle = mark.x + mark.width / 2
    for level in range(_LEVELS):
        for x in (middle - width / 2, middle, middle - width):
            yield Box(x, mark.y - 2 - _LINE * (level + 1), width, _LINE)
            yield Box(x, bottom + 2 + _LINE * level, width, _LINE)
        if level == 0:
            yield Box(right + _GAP, mark.y + mark.height / 2 - _LINE / 2, width, _LINE)
            yield Box(mark.x - _GAP - width, mark.y + mark.height / 2 - _LINE / 2, width, _LINE)
