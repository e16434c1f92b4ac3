"""The Compare tab: a table whose numbers lead into documents, plain words for what cannot be compared, and downloads."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from openpyxl import load_workbook

from kin_assistant.api.requests import MAX_TOPIC
from kin_assistant.ui.callbacks import Callbacks
from kin_assistant.ui.comparing import add_comparisons, comparison_panel, offer_columns
from tests.ui.conftest import Serve

COLUMNS = [("column", "process"), ("column", "lessons")]


@pytest.fixture
def client(serve: Serve) -> Any:
    return serve(add_comparisons, 2)


def test_the_table_has_a_row_a_city_and_its_numbers_lead_into_documents(callbacks: Callbacks) -> None:
    html = comparison_panel(callbacks, "compost baskets", ["Surabaya", "Cebu"], ["process", "lessons"])
    assert '<th scope="row">Surabaya</th>' in html
    assert '<th scope="col">What was done</th>' in html
    assert 'href="documents/surabaya-composting?start=' in html
    assert "no evidence in the documents" in html
    assert 'formaction="compare/comparison.csv"' in html
    asked = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html)
    assert asked == [("topic", "compost baskets"), ("city", "Surabaya"), ("city", "Cebu"), *COLUMNS]


@pytest.mark.parametrize(
    ("topic", "cities", "columns", "said"),
    [
        ("", [], [], "Please write a topic"),
        (None, [], [], "Please write a topic"),
        ("x" * (MAX_TOPIC + 1), [], [], f"in at most {MAX_TOPIC} characters"),
        ("compost", ["Lahore"], [], "No document is about Lahore"),
        ("compost", [f"City {number}" for number in range(40)], [], "At most 20 cities"),
        ("compost", [], ["colour"], "There is no column"),
        ("penguin breeding", [], [], "No document is about “penguin breeding”."),
    ],
)
def test_what_cannot_be_compared_is_said(
    callbacks: Callbacks, topic: object, cities: list[str], columns: list[str], said: str
) -> None:
    html = comparison_panel(callbacks, topic, cities, columns)
    assert said in html
    assert "<table" not in html


def test_markup_in_a_topic_is_shown_as_text(callbacks: Callbacks) -> None:
    html = comparison_panel(callbacks, '<img src=x onerror="alert(1)"> compost', ["Surabaya"], [])
    assert "<img" not in html


def test_every_column_on_offer_is_understood(callbacks: Callbacks) -> None:
    for name, field in offer_columns():
        assert f">{name}</th>" in comparison_panel(callbacks, "compost baskets", ["Surabaya"], [field, "process"])


def test_the_table_is_downloaded_as_csv_and_as_a_workbook(client: Any) -> None:
    query = urlencode({"topic": "compost baskets", "city": ["Surabaya", "Cebu"], "column": ["process"]}, doseq=True)
    answer = client.get(f"/compare/comparison.csv?{query}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="comparison.csv"'
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["City", "Surabaya", "Cebu"]
    book = load_workbook(io.BytesIO(client.get(f"/compare/comparison.xlsx?{query}").content))
    assert [cell.value for cell in book["Comparison"]["A"]] == ["City", "Surabaya", "Cebu"]


@pytest.mark.parametrize(
    "query", ["", "topic=", "topic=compost&city=Lahore", "topic=penguin+breeding", "topic=a&column=x"]
)
def test_what_cannot_be_downloaded_is_a_sentence(client: Any, query: str) -> None:
    answer = client.get(f"/compare/comparison.xlsx?{query}")
    assert answer.status_code == 400
    assert answer.text.endswith(".") and "Traceback" not in answer.text


def test_a_download_costs_as_much_as_a_question_and_there_are_no_others(callbacks: Callbacks, client: Any) -> None:
    statuses = [client.get("/compare/comparison.csv?topic=").status_code for _ in range(3)]
    assert statuses == [400, 400, 429]
    assert client.get("/compare/other").status_code == 404
    assert client.post("/compare/comparison.csv").status_code == 405


def test_the_folder_is_left_as_it_was(callbacks: Callbacks) -> None:
    before = sorted(Path(callbacks.feedback).iterdir())
    comparison_panel(callbacks, "compost", [], [])
    assert sorted(Path(callbacks.feedback).iterdir()) == before
