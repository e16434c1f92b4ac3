"""Figures as HTML for the page: a table with their sentences, those that differ side by side, and series as charts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from kin_assistant.indicators.values import Indicator, Indicators, Series
from kin_assistant.rendering.charts import Chart, draw_chart
from kin_assistant.rendering.indicators import figure_text
from kin_assistant.rendering.rows import remove_bars
from kin_assistant.rendering.tabs import Asked, reason_html
from kin_assistant.rendering.templating import render
from kin_assistant.rendering.words import REFUSAL, count, period, places
from kin_assistant.types import Citation

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["figures_html"]

_MOST_CHARTS: Final = 6


class _Row(NamedTuple):
    """A figure in words; what is not told is empty."""

    value: str
    measure: str
    place: str
    years: str
    status: str
    disputed: bool


class _Sentence(NamedTuple):
    """A cited sentence, in which figures are set off, and these figures."""

    citation: Citation
    spans: list[tuple[int, int]]
    """Their offsets in the sentence."""
    figures: list[_Row]


class _Point(NamedTuple):
    """A value of a series, and the sentence that gives it."""

    years: str
    value: str
    planned: bool
    citation: Citation


class _Drawn(NamedTuple):
    """A series as a chart."""

    place: str
    measure: str
    chart: Chart
    points: list[_Point]


def figures_html(found: Indicators, *, shown: int, asked: Asked) -> Markup:
    """The first ``shown`` figures with their sentences, before them the series and the disputes of all; or why there are none.

    ``asked`` says for a download what figures were asked for.
    """
    if found.reason:
        return reason_html(REFUSAL, found.reason)
    charts = [drawn for one in found.series if (drawn := _draw(found, one))]
    notes = list(found.notes)
    if len(found.indicators) > shown:
        notes.insert(0, f"The table shows the first {shown}; a download has all of them.")
    if len(charts) > _MOST_CHARTS:
        notes.append(
            f"{count(len(charts), 'series', 'series')} run over several years; these are the first {_MOST_CHARTS}."
        )
    return render(
        "figures.html",
        "figures",
        found=found,
        notes=notes,
        charts=charts[:_MOST_CHARTS],
        disputes=[[_sentence(found, [one]) for one in group] for group in _disputes(found)],
        sentences=[
            _sentence(found, list(group))
            for _, group in groupby(found.indicators[:shown], key=lambda one: one.citation)
        ],
        asked=asked,
    )


def _sentence(found: Indicators, indicators: Sequence[Indicator]) -> _Sentence:
    citation = _citation(found, indicators[0])
    spans = [(one.figure.written.start - citation.start, one.figure.written.end - citation.start) for one in indicators]
    return _Sentence(citation, spans, [_row(one) for one in indicators])


def _row(indicator: Indicator) -> _Row:
    figure = indicator.figure
    place = places((figure.place,) if figure.place else (), (figure.country,) if figure.country else ())
    years, measure = period(figure.years), _in_words(figure.measure)
    return _Row(figure_text(figure), measure, place, years, figure.status, bool(indicator.disputed_by))


def _disputes(found: Indicators) -> Iterator[list[Indicator]]:
    """A figure with those that give another value for what seems to be the same."""
    by_number = {one.number: one for one in found.indicators}
    seen: set[int] = set()
    for one in found.indicators:
        if one.disputed_by and one.number not in seen:
            group = [one.number, *one.disputed_by]
            seen.update(group)
            yield [by_number[number] for number in group]


def _draw(found: Indicators, series: Series) -> _Drawn | None:
    """The series as a chart; None if its values are all of one year."""
    members = [found.indicators[number - 1] for number in (*series.actual, *series.targets)]
    members.sort(key=lambda one: one.figure.years or (0, 0))
    chart = draw_chart([one.figure for one in members])
    if chart is None:
        return None
    points = [
        _Point(period(one.figure.years), figure_text(one.figure), one.figure.status == "planned", _citation(found, one))
        for one in members
    ]
    return _Drawn(series.place, _in_words(series.measure), chart, points)


def _citation(found: Indicators, indicator: Indicator) -> Citation:
    return found.citations[indicator.citation - 1]


def _in_words(measure: str) -> str:
    return " ".join(remove_bars(measure).split())
