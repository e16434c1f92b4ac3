"""The Figures tab: figures beside their sentences, charts, what differs, plain words for what is not found, and downloads."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from openpyxl import load_workbook
from selectolax.lexbor import LexborHTMLParser

from kin_assistant.api.requests import MAX_TOPIC
from kin_assistant.errors import KinError
from kin_assistant.indicators.values import Indicators
from kin_assistant.ui.callbacks import Callbacks
from kin_assistant.ui.figures import MAX_UNIT, ORDERS, STATUS_NAMES, FigureRequest, add_figures, figures_panel
from tests.ui.conftest import Serve

TOPIC = "landfill waste"
FILES = ("figures.csv", "figures.json", "figures.xlsx")


@pytest.fixture
def client(serve: Serve) -> Any:
    return serve(add_figures, 5)


def shown(callbacks: Callbacks, topic: object = TOPIC, **narrowed: Any) -> LexborHTMLParser:
    return LexborHTMLParser(figures_panel(callbacks, FigureRequest(topic, **narrowed)))


def found_by(callbacks: Callbacks, **narrowed: Any) -> Indicators:
    found = callbacks.find_figures(FigureRequest(TOPIC, **narrowed))
    assert isinstance(found, Indicators)
    return found


def cells(page: LexborHTMLParser, column: int) -> list[str]:
    """The words of a column of the table, of the value's for 0."""
    return [row.css("th, td")[column].text() for row in page.css("tbody tr")]


def address(name: str, topic: str = TOPIC, **more: Any) -> str:
    return f"/figures/{name}?{urlencode({'topic': topic, **more}, doseq=True)}"


# On the page


def test_each_figure_stands_in_a_row_with_its_unit_place_years_and_status(callbacks: Callbacks) -> None:
    page = shown(callbacks)
    assert [node.text() for node in page.css("thead th")] == [
        *("Value", "What it measures", "Place", "Years", "Status", "Sentence")
    ]
    rows = dict(zip(cells(page, 0), zip(*(cells(page, column) for column in (2, 3, 4)), strict=True), strict=True))
    assert rows["1,300 t/day"] == ("Surabaya, Indonesia", "2009", "actual")
    assert rows["about 400 t/day"] == ("Cebu, Philippines", "2009", "actual")
    assert rows["1,000 t/day"] == ("Surabaya, Indonesia", "2012", "planned")
    assert rows["12"] == ("", "", "actual"), "what is not told is empty"


def test_figures_are_set_off_in_their_sentence_whose_number_leads_into_the_document(callbacks: Callbacks) -> None:
    page, found = shown(callbacks), found_by(callbacks)
    said = page.css("td.kin-cell-said")
    written = [one.figure.written.text for one in found.indicators]
    assert [node.text() for cell in said for node in cell.css("strong")] == sorted_by_sentence(found, written)
    for cell in said:
        for label in cell.css(".kin-head"):
            label.decompose()
    quotes = [cell.css("p .kin-words")[-1].text() for cell in said]
    links = [cell.css_first("a.kin-cite[data-kin-read]").attributes["href"] or "" for cell in said]
    assert quotes == [citation.quote for citation in found.citations]
    for link, citation in zip(links, found.citations, strict=True):
        assert link.startswith(f"documents/{citation.document_id}?start={citation.start}&end={citation.end}&")


def sorted_by_sentence(found: Indicators, written: list[str]) -> list[str]:
    """As they stand in their sentences, one sentence after the other."""
    at = {one.number: (one.citation, one.figure.written.start) for one in found.indicators}
    order = sorted(range(len(written)), key=lambda position: at[position + 1])
    return [written[position] for position in order]


def test_a_figure_in_a_table_row_is_set_off_in_its_cell_behind_the_head_of_its_column(callbacks: Callbacks) -> None:
    row = next(cell for cell in shown(callbacks, "landfill fee").css("td.kin-cell-said") if cell.css(".kin-run"))
    assert [node.text() for node in row.css(".kin-cell")] == [
        "Landfill fee in Surabaya (Rp)", "2005: 20,000", "2009: 30,000",
    ]  # fmt: skip
    assert [node.text() for node in row.css(".kin-cell strong")] == ["20,000", "30,000"]


def test_figures_that_differ_stand_side_by_side_with_their_sentences(callbacks: Callbacks) -> None:
    page = shown(callbacks)
    (group,) = page.css(".kin-dispute")
    assert [node.text() for node in group.css(".kin-amount")] == ["1,500 t/day", "1,800 t/day"]
    assert [node.text() for node in group.css("strong:not(.kin-amount)")] == [
        "1,500 tonnes a day",
        "1,800 tonnes a day",
    ]
    assert len(group.css("a.kin-cite")) == 2
    flagged = [row.css_first("th").text() for row in page.css("tbody tr") if "disputed" in row.text()]
    assert sorted(flagged) == ["1,500 t/day", "1,800 t/day"]


def test_a_series_is_a_chart_with_a_name_a_description_and_links_to_its_sentences(callbacks: Callbacks) -> None:
    page = shown(callbacks, unit="t/day", cities=["Surabaya"])
    (figure,) = page.css("figure")
    svg = figure.css_first("svg[role=img]")
    names = {node.attributes["id"]: node.text() for node in svg.css("title, desc")}
    assert list(names) == (svg.attributes["aria-labelledby"] or "").split()
    title, description = names.values()
    assert title.startswith("Surabaya: ")
    assert description == "2005: 1,500; 2005: 1,800; 2009: 1,300; 2012: planned 1,000"
    assert [node.text() for node in svg.css("text.kin-value")] == ["1,500", "1,800", "1,300", "planned 1,000"]
    assert len(svg.css(".kin-mark")) == 4 and len(svg.css(".kin-mark.kin-planned")) == 1
    axis = [node.text() for node in svg.css("text.kin-axis")]
    assert axis[0] == "t/day" and axis[-3:] == ["2005", "2009", "2012"]
    points = [node.text().split("\u00a0")[0] for node in figure.css("li")]
    assert points == ["2005: 1,500 t/day", "2005: 1,800 t/day", "2009: 1,300 t/day", "2012: 1,000 t/day planned"]
    assert len(figure.css("li a.kin-cite[data-kin-read]")) == 4


def test_where_nothing_runs_over_years_there_is_no_chart(callbacks: Callbacks) -> None:
    page = shown(callbacks, cities=["Cebu"])
    assert cells(page, 0) == ["about 400 t/day"]
    assert not page.css("svg, .kin-dispute")


def test_figures_are_narrowed_and_ordered_as_chosen(callbacks: Callbacks) -> None:
    assert cells(shown(callbacks, status="planned"), 0) == ["1,000 t/day"]
    assert cells(shown(callbacks, countries=["Philippines"]), 0) == ["about 400 t/day"]
    assert cells(shown(callbacks, unit="tonnes", order="value"), 0) == [
        *("1,800 t/day", "1,500 t/day", "1,300 t/day", "1,000 t/day", "about 400 t/day")
    ]
    actual = cells(shown(callbacks, status="actual", unit="t/day", order="year"), 3)
    assert actual == sorted(actual)


@pytest.mark.parametrize(("status", "order"), [(status, order) for status in STATUS_NAMES for order in ORDERS])
def test_every_choice_on_offer_is_understood(callbacks: Callbacks, status: str, order: str) -> None:
    assert shown(callbacks, status=status, order=order).css("tbody tr")


def test_many_figures_are_shown_in_part_and_a_sentence_says_so(
    callbacks: Callbacks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kin_assistant.ui.figures.SHOWN_ON_TOPIC", 2)
    page = shown(callbacks)
    assert len(page.css("tbody tr")) == 2
    assert "The table shows the first 2; a download has all of them." in page.text()
    assert len(page.css(".kin-dispute")) == 1 and page.css("figure"), "these are taken from all figures"


@pytest.mark.parametrize(
    ("topic", "narrowed", "said"),
    [
        ("", {}, "Please write a topic, such as non-revenue water."),
        (" \u200b ", {}, "Please write a topic"),
        (None, {}, "Please write a topic"),
        (["x"], {}, "Please write a topic"),
        ("x" * (MAX_TOPIC + 1), {}, f"in at most {MAX_TOPIC} characters"),
        ("waste " * 2_000, {}, f"in at most {MAX_TOPIC} characters"),
        ("?!", {}, "has no words in it"),
        ("penguin breeding", {}, "The documents give no figure on “penguin breeding”."),
        (TOPIC, {"cities": ["Atlantis"]}, "There is no city “Atlantis”."),
        (TOPIC, {"countries": ["Wakanda"]}, "There is no country “Wakanda”."),
        (TOPIC, {"countries": ["Germany"]}, "They give some on “landfill waste” without these filters."),
        (TOPIC, {"unit": "furlongs"}, "There is no unit “furlongs”."),
        (TOPIC, {"unit": "t" * (MAX_UNIT + 1)}, f"a unit in at most {MAX_UNIT} characters"),
        (TOPIC, {"status": "wished"}, "Please choose an order and planned or actual figures"),
        (TOPIC, {"order": "beauty"}, "Please choose an order and planned or actual figures"),
    ],
)
def test_what_is_not_found_is_said(callbacks: Callbacks, topic: object, narrowed: dict[str, Any], said: str) -> None:
    page = shown(callbacks, topic, **narrowed)
    assert said in page.text()
    assert page.css("[role=status] p") and not page.css("form, table")


def test_markup_in_what_is_asked_is_words_on_the_page(callbacks: Callbacks) -> None:
    refused = shown(callbacks, '<img src=x onerror="alert(1)"> penguin breeding')
    assert not refused.css("img") and "<img src=x" in refused.text()
    page = shown(callbacks, 'landfill waste "><i>', unit="t/day")
    assert not page.css("i")
    assert [node.text() for node in page.css("h2")] == ['landfill waste "><i>']
    assert page.css_first("input[name=topic]").attributes["value"] == 'landfill waste "><i>'


def test_a_figure_that_is_not_in_its_sentence_is_not_shown(
    callbacks: Callbacks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise KinError("A quote differs from its document, so this answer is not shown. Please ask again.")

    monkeypatch.setattr("kin_assistant.ui.callbacks.verified_indicators", refuse)
    page = shown(callbacks)
    assert "A quote differs from its document" in page.text()
    assert not page.css("table, .kin-words")


# Downloads


def test_the_form_asks_for_the_figures_that_are_shown(callbacks: Callbacks, client: Any) -> None:
    page = shown(callbacks, cities=["Surabaya"], countries=["Indonesia"], status="actual", unit="t", order="value")
    asked = [(node.attributes["name"], node.attributes["value"]) for node in page.css("form input[type=hidden]")]
    buttons = [node.attributes["formaction"] for node in page.css("form[data-kin-downloads] button")]
    assert buttons == ["figures/figures.csv", "figures/figures.xlsx", "figures/figures.json"]
    answer = client.get(f"/{buttons[2]}?{urlencode(asked)}")
    assert Indicators.model_validate_json(answer.content) == found_by(
        callbacks, cities=["Surabaya"], countries=["Indonesia"], status="actual", unit="t", order="value"
    )


def test_all_figures_are_downloaded_as_csv_as_a_workbook_and_as_json(callbacks: Callbacks, client: Any) -> None:
    found = found_by(callbacks)
    answers = {name: client.get(address(name)) for name in FILES}
    for name, answer in answers.items():
        assert answer.status_code == 200
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
        assert answer.headers["cache-control"] == "no-store"
    assert Indicators.model_validate_json(answers["figures.json"].content) == found
    rows = list(csv.DictReader(io.StringIO(answers["figures.csv"].content.decode("utf-8-sig"))))
    assert [float(row["Value"]) for row in rows] == [one.figure.value for one in found.indicators]
    sheet = load_workbook(io.BytesIO(answers["figures.xlsx"].content))["Indicators"]
    assert sheet.max_row == len(rows) + 1


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "Please write a topic"),
        (f"topic={'x' * 2_000}", "in at most"),
        ("topic=penguin+breeding", "The documents give no figure"),
        ("topic=landfill+waste&city=Atlantis", "There is no city"),
        ("topic=landfill+waste&unit=furlongs", "There is no unit"),
        ("topic=landfill+waste&status=x", "Please choose"),
        ("topic=landfill+waste&order=x", "Please choose"),
    ],
)
def test_what_cannot_be_downloaded_is_a_sentence(client: Any, name: str, query: str, said: str) -> None:
    answer = client.get(f"/figures/{name}?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/plain")
    assert said in answer.text and answer.text.endswith(".")


def test_a_download_costs_as_much_as_a_question_and_there_are_no_others(client: Any) -> None:
    statuses = [client.get("/figures/figures.csv?topic=").status_code for _ in range(6)]
    assert statuses == [400] * 5 + [429]
    assert client.get("/figures/figures.pdf").status_code == 404
    assert client.post("/figures/figures.csv").status_code == 405


def test_nothing_is_stored(callbacks: Callbacks, client: Any) -> None:
    before = sorted(Path(callbacks.feedback).rglob("*"))
    shown(callbacks)
    assert client.get(address("figures.xlsx")).status_code == 200
    assert sorted(Path(callbacks.feedback).rglob("*")) == before
