"""Figures with their sentences as text for a terminal, as a table and as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from math import isclose
from typing import Final

from kin_assistant.indicators.values import Figure, Indicator, Indicators, Series
from kin_assistant.rendering.markdown import reference_list
from kin_assistant.rendering.rows import remove_bars
from kin_assistant.rendering.sentences import INDENT, quote_lines, sentence_text
from kin_assistant.rendering.tables import write_csv
from kin_assistant.rendering.words import REFUSAL, count, period, plain, section_and_page
from kin_assistant.text.vocabulary import read_vocabulary
from kin_assistant.types import Citation

__all__ = ["figure_text", "indicators_csv", "indicators_table", "indicators_text", "number_text"]

_VALUE, _PLACE, _YEARS, _STATUS = 30, 18, 11, 9
"""Characters of these columns."""
_SCALES: Final = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
_HEADER: Final = (
    "Number", "Value", "Upper value", "Unit", "Hedge", "Measures", "Place", "Country", "First year", "Last year", "Status",
    "As written", "Sentence", "Document", "Section", "Sources named there", "Disputed by",
)  # fmt: skip


def figure_text(figure: Figure) -> str:
    """The value with its unit and hedge, for people: "about 600 t/day", "at most US$ 2.5 million"."""
    value = number_text(figure.value)
    if figure.high is not None:
        value += f" to {number_text(figure.high)}"
    money, slash, rate = figure.unit.partition("/")
    if money == "%":
        value += figure.unit
    elif money in read_vocabulary().moneys:
        value = f"{money} {value}{slash}{rate}"
    elif figure.unit:
        value += figure.unit if figure.unit.startswith("/") else f" {figure.unit}"
    return f"{figure.hedge} {value}".strip()


def indicators_text(indicators: Indicators) -> str:
    """A line for each figure and below it its sentence, series first; then the references; or why there is none."""
    parts = [plain(indicators.topic) or "All figures"]
    if indicators.reason:
        return "\n\n".join([*parts, f"{REFUSAL}. {plain(indicators.reason)}"]) + "\n"
    parts += map(plain, indicators.notes)
    parts += ["\n".join(_series_lines(indicators, one)) for one in indicators.series]
    by_number = {citation.number: citation for citation in indicators.citations}
    for number, group in groupby(indicators.indicators, key=lambda one: one.citation):
        parts.append("\n".join([*map(_line, group), *quote_lines(by_number[number])]))
    parts += ["References", "\n".join(plain(line) for line in reference_list(indicators))]
    return "\n\n".join(parts) + "\n"


def indicators_table(indicators: Indicators) -> list[list[str | float | None]]:
    """A header and a row for each figure, with numbers as numbers; its sentence and what that is quoted from stand in it."""
    by_number = {citation.number: citation for citation in indicators.citations}
    rows = [_row(one, by_number[one.citation]) for one in indicators.indicators]
    return [list(_HEADER), *rows]


def indicators_csv(indicators: Indicators) -> str:
    """``indicators_table`` as CSV. A text that a spreadsheet would take for a formula has an apostrophe in front."""
    return write_csv(indicators_table(indicators))


def _row(indicator: Indicator, citation: Citation) -> list[str | float | None]:
    figure = indicator.figure
    first, last = figure.years or (None, None)
    return [
        indicator.number,
        figure.value,
        figure.high,
        figure.unit,
        figure.hedge,
        plain(figure.measure),
        plain(figure.place or ""),
        plain(figure.country or ""),
        first,
        last,
        figure.status,
        plain(figure.written.text),
        sentence_text(citation),
        plain(f"{citation.title} ({citation.document_id})"),
        plain(section_and_page(citation)),
        plain("; ".join(source.title for source in citation.sources)),
        ", ".join(map(str, indicator.disputed_by)),
    ]


def _line(indicator: Indicator) -> str:
    figure = indicator.figure
    columns = (
        (f"{indicator.number}.", len(INDENT) - 1),
        (figure_text(figure), _VALUE),
        (figure.place or "-", _PLACE),
        (period(figure.years) or "-", _YEARS),
        (figure.status, _STATUS),
    )
    line = " ".join(plain(text).ljust(width) for text, width in columns)
    measure = plain(" ".join(remove_bars(figure.measure).split())) or "-"
    if indicator.disputed_by:
        measure += f" (disputed: see {', '.join(map(str, indicator.disputed_by))})"
    return f"{line} {measure}".rstrip()


def _series_lines(indicators: Indicators, series: Series) -> Iterator[str]:
    by_number = {one.number: one for one in indicators.indicators}
    shown = count(len(series.actual), "value")
    yield plain(f"{series.place}: {' '.join(remove_bars(series.measure).split())} ({shown})")
    for name, numbers in (("", series.actual), ("target ", series.targets)):
        for number in numbers:
            one = by_number[number]
            yield f"{INDENT}{name}{period(one.figure.years):<11} {figure_text(one.figure)} (see {number})"


def number_text(value: float) -> str:
    """A number for people: "1,234.5", "2.5 million"."""
    for factor, name in _SCALES:
        if abs(value) >= factor and isclose(round(value / factor, 4) * factor, value, rel_tol=1e-9):
            return f"{value / factor:,.4f}".rstrip("0").rstrip(".") + f" {name}"
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.4f}".rstrip("0").rstrip(".")
