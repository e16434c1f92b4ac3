"""Charts: every value stands where its year and size put it, can be told from the others, and can be read."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kin_assistant import Assistant
from kin_assistant.indicators.values import Figure, IndicatorQuery, Span
from kin_assistant.rendering.charts import Box, Chart, draw_chart

LETTER, LINE = 7, 14
"""Of a label, in units of the picture."""


def figure(years: tuple[int, int] | int, value: float, **more: object) -> Figure:
    span = years if isinstance(years, tuple) else (years, years)
    written = Span(start=0, end=1, text="x")
    return Figure.model_validate({"value": value, "unit": "t/day", "written": written, "years": span, **more})


def drawn(*figures: Figure) -> Chart:
    chart = draw_chart(figures)
    assert chart is not None
    return chart


def labels(chart: Chart) -> list[Box]:
    return [Box(mark.label_x, mark.label_y - LINE + 3, len(mark.label) * LETTER, LINE) for mark in chart.marks]


def middle(box: Box) -> tuple[float, float]:
    return box.x + box.width / 2, box.y + box.height / 2


def test_marks_stand_over_their_years_and_beside_their_values() -> None:
    chart = drawn(figure(2000, 50), figure(2005, 100), figure(2010, 0))
    years = {tick.label: tick.at for tick in chart.years}
    values = {tick.label: tick.at for tick in chart.values}
    assert list(values) == ["0", "25", "50", "75", "100"]
    assert [middle(mark.box) for mark in chart.marks] == [
        (pytest.approx(years[year]), pytest.approx(values[value]))
        for year, value in (("2000", "50"), ("2005", "100"), ("2010", "0"))
    ]
    assert years["2005"] == pytest.approx((years["2000"] + years["2010"]) / 2)


def test_the_axis_of_values_begins_at_zero_and_is_in_round_steps() -> None:
    assert [tick.label for tick in drawn(figure(2000, 46), figure(2001, 39)).values] == ["0", "20", "40", "60"]
    axis = drawn(figure(2000, 2.5e6), figure(2001, 9.1e6)).values
    assert [tick.label for tick in axis] == ["0", "2.5 million", "5 million", "7.5 million", "10 million"]
    below = [float(tick.label) for tick in drawn(figure(2000, -3), figure(2001, 4)).values]
    assert below[0] <= -3 < 0 < 4 <= below[-1] and 0 in below


def test_several_years_or_values_are_a_bar_and_one_is_a_point() -> None:
    chart = drawn(figure((1990, 1999), 72), figure(2011, 30), figure(2025, 60, high=70.0))
    over_years, point, over_values = (mark.box for mark in chart.marks)
    assert [mark.spread for mark in chart.marks] == [True, False, True]
    assert over_years.width > point.width == over_values.width
    assert over_values.height > point.height == over_years.height


def test_planned_values_are_told_from_what_was_so() -> None:
    chart = drawn(figure(2019, 84), figure(2019, 150, status="planned"), figure(2018, 61))
    assert [(mark.label, mark.planned) for mark in chart.marks] == [("61", False), ("84", False), ("planned 150", True)]
    assert len(chart.line.split()) == 2, "the line ends with what was measured"
    assert chart.description == "2018: 61; 2019: 84; 2019: planned 150"


def test_a_year_with_two_values_has_no_line() -> None:
    assert drawn(figure(1999, 72), figure(2005, 8)).line
    assert not drawn(figure(1999, 72), figure(1999, 8), figure(2005, 8)).line
    assert not drawn(figure((1990, 1999), 72), figure(1999, 8)).line


def test_a_value_that_two_sentences_give_is_one_mark() -> None:
    assert len(drawn(figure(1999, 72), figure(2005, 8), figure(1999, 72)).marks) == 2


def test_values_of_one_year_or_of_none_are_no_chart() -> None:
    assert draw_chart([figure(2005, 1), figure(2005, 2, status="planned")]) is None
    assert draw_chart([figure(2005, 1), figure(2006, 2).model_copy(update={"years": None})]) is None


def test_labels_name_the_hedge_and_the_axis_names_the_unit() -> None:
    chart = drawn(figure(2005, 1500, hedge="about"), figure(2006, 2e6, hedge="at least"))
    assert [mark.label for mark in chart.marks] == ["about 1,500", "at least 2 million"]
    assert chart.unit == "t/day"
    assert drawn(figure(2005, 3, unit=""), figure(2006, 4, unit="")).unit == "number"
    assert [mark.label for mark in drawn(figure(2005, 3, unit="%"), figure(2006, 4, unit="%")).marks] == ["3%", "4%"]


def test_all_series_of_the_documents_can_be_read(assistant: Assistant) -> None:
    found = assistant.indicators(IndicatorQuery(series="alone"))
    members = [[found.indicators[number - 1].figure for number in (*one.actual, *one.targets)] for one in found.series]
    charts = [chart for figures in members if (chart := draw_chart(figures))]
    assert len(charts) > 40
    for chart in charts:
        frame = Box(0, 0, chart.width, chart.height)
        for label in labels(chart):
            assert label.overlap(frame) == pytest.approx(label.width * label.height), chart.description
        for one, other in combinations(labels(chart), 2):
            assert one.overlap(other) < LINE, chart.description
        shown = [tick.at for tick in chart.years]
        assert all(later - earlier > 30 for earlier, later in pairwise(shown)), chart.description


@example([(1000, 0, 0.0), (1000, 1, 8.8e-168)])
@given(
    st.lists(
        st.tuples(
            st.integers(1000, 2999),
            st.integers(0, 40),
            st.floats(-1e12, 1e15, allow_nan=False, allow_subnormal=False),
        ),
        max_size=12,
    )
)
def test_whatever_is_measured_stays_in_the_picture(given: list[tuple[int, int, float]]) -> None:
    chart = draw_chart([figure((year, year + more), value) for year, more, value in given])
    if chart is None:
        assert len({(year, more) for year, more, _ in given}) < 2
        return
    frame = Box(0, 0, chart.width, chart.height)
    for mark in chart.marks:
        assert mark.box.overlap(frame) == pytest.approx(mark.box.width * mark.box.height)
    assert all(0 <= tick.at <= chart.height for tick in chart.values)
    assert all(0 <= tick.at <= chart.width for tick in chart.years)
