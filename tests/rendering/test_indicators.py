"""Figures as text, CSV and workbook: beside their sentences, and nothing taken for a formula."""

from __future__ import annotations

import csv
import io

import pytest
from openpyxl import load_workbook

from kin_assistant.errors import KinError
from kin_assistant.indicators.values import Figure, Indicator, Indicators, Series, Span
from kin_assistant.rendering import (
    figure_text,
    indicators_csv,
    indicators_text,
    indicators_xlsx,
    verified_indicators,
)
from kin_assistant.types import Citation, Document, LeadIn

QUOTE = "=Waste of Cebu fell by about 600 tonnes a day in 2009."


def figure(value: float = 600, unit: str = "t/day", **more: object) -> Figure:
    start = QUOTE.index("about")
    written = Span(start=start, end=start + 22, text=QUOTE[start : start + 22])
    measure = Span(start=0, end=5, text=QUOTE[:5])
    about = {"place": "Cebu", "years": (2009, 2009), "hedge": "about", "measures": (measure,)}
    return Figure.model_validate({"value": value, "unit": unit, "written": written, **about, **more})


def indicators(**more: object) -> Indicators:
    citation = Citation(
        number=1, passage_id="p", document_id="d", title="=Title", cities=("Cebu",), countries=(), years=None,
        heading="Results", page=None, start=0, end=len(QUOTE), quote=QUOTE,
    )  # fmt: skip
    one = Indicator(number=1, figure=figure(), citation=1)
    return Indicators.model_validate(
        {"topic": "waste", "found": 1, "indicators": (one,), "citations": (citation,), "build_id": "b", **more}
    )


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (figure(), "about 600 t/day"),
        (figure(20, "%", high=30.0, hedge=""), "20 to 30%"),
        (figure(16.1e9, "JPY", hedge="at most"), "at most JPY 16.1 billion"),
        (figure(2000, "US$/household", hedge=""), "US$ 2,000/household"),
        (figure(0.05, "", hedge=""), "0.05"),
        (figure(1190, "/year", hedge=""), "1,190/year"),
        (figure(1_234_567, "persons", hedge=""), "1,234,567 persons"),
        (figure(8, "%/year", hedge=""), "8%/year"),
    ],
)
def test_a_figure_reads_as_people_write_it(told: Figure, text: str) -> None:
    assert figure_text(told) == text


def test_a_figure_is_printed_with_its_sentence_and_reference() -> None:
    lines = indicators_text(indicators()).splitlines()
    (line,) = (line for line in lines if line.startswith("1."))
    assert line.split() == ["1.", "about", "600", "t/day", "Cebu", "2009", "actual", "=Wast"]
    assert f"\u201c{QUOTE}\u201d [1]" in " ".join(" ".join(lines).split())
    assert any(line.startswith("[1] ") and "=Title" in line for line in lines)


def test_a_row_is_printed_with_the_heads_of_its_columns() -> None:
    head, row = "| City | Waste, t/day | Source |", "| Cebu | about 600 | |"
    start = row.index("about")
    (cited,) = indicators().citations
    headed = cited.model_copy(update={"quote": row, "lead_in": LeadIn(start=0, end=len(head), text=head)})
    one = figure(written=Span(start=start, end=start + 9, text="about 600"), measures=())
    told = indicators(indicators=(Indicator(number=1, figure=one, citation=1),), citations=(headed,))
    run = "Cebu \u00b7 Waste, t/day: about 600"
    assert f"\u201c{run}\u201d [1]" in indicators_text(told)
    header, cells = csv.reader(io.StringIO(indicators_csv(told)))
    assert cells[header.index("Sentence")] == run
    narrow = headed.model_copy(update={"quote": "| All | 600 |"})
    assert "\u201cCity \u00b7 Waste, t/day \u00b7 Source / All \u00b7 600\u201d [1]" in indicators_text(
        told.model_copy(update={"citations": (narrow,)})
    )


def test_figures_of_one_sentence_share_it() -> None:
    one = Indicator(number=1, figure=figure(), citation=1)
    both = indicators(indicators=(one, one.model_copy(update={"number": 2, "disputed_by": (1,)})))
    text = indicators_text(both)
    assert text.count("\u201c") == 1
    assert "(disputed: see 1)" in text


def test_a_series_is_printed_by_year_with_its_target() -> None:
    series = Series(place="Cebu", unit="t/day", measure="Waste", actual=(1,), targets=(1,))
    text = indicators_text(indicators(series=(series,)))
    assert "Cebu: Waste (1 value)" in text
    assert "target 2009        about 600 t/day (see 1)" in text


def test_a_reason_stands_in_the_place_of_figures() -> None:
    empty = Indicators(topic="penguins", reason="The documents give no figure.", build_id="b")
    assert indicators_text(empty) == "penguins\n\nThe documents do not say this. The documents give no figure.\n"


def test_no_cell_of_csv_begins_as_a_formula_does() -> None:
    header, row = csv.reader(io.StringIO(indicators_csv(indicators())))
    cells = dict(zip(header, row, strict=True))
    assert cells["Sentence"] == f"'{QUOTE}"
    assert cells["Document"] == "'=Title (d)"
    assert (cells["Value"], cells["Unit"], cells["First year"], cells["Upper value"]) == ("600", "t/day", "2009", "")


def test_a_workbook_has_numbers_as_numbers_and_no_formula() -> None:
    sheet = load_workbook(io.BytesIO(indicators_xlsx(indicators())))["Indicators"]
    header, row = sheet.iter_rows(min_row=1, max_row=2)
    cells = dict(zip((cell.value for cell in header), row, strict=True))
    assert cells["Value"].value == 600 and cells["Value"].data_type == "n"
    assert cells["Sentence"].value == QUOTE and cells["Sentence"].data_type == "s"
    assert all(cell.data_type != "f" for cell in row)


def test_a_figure_that_is_not_in_its_sentence_is_not_shown() -> None:
    document = Document(id="d", path="d.md", sha256="0", title="T", text=QUOTE)
    assert verified_indicators(indicators(), lambda _: document) == indicators()
    moved = figure(written=Span(start=1, end=23, text="about 600 tonnes a day"))
    other = Indicator(number=1, figure=moved, citation=1)
    with pytest.raises(KinError, match="differs from its document"):
        verified_indicators(indicators(indicators=(other,)), lambda _: document)
    with pytest.raises(KinError, match="differs from its document"):
        verified_indicators(indicators(), lambda _: document.model_copy(update={"text": QUOTE.upper()}))
