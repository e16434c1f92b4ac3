"""The Money tab: rows beside their sentences, plain words for what is not found, and downloads."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from openpyxl import load_workbook

from kin_assistant.api.requests import MAX_TOPIC
from kin_assistant.ui.callbacks import Callbacks
from kin_assistant.ui.money import MAX_FUNDER, MoneyRequest, add_money, money_panel
from tests.ui.conftest import Serve

TOPIC = "compost baskets"


@pytest.fixture
def client(serve: Serve) -> Any:
    return serve(add_money, 3)


def test_each_sum_stands_beside_its_sentence_with_a_number_that_leads_into_the_document(callbacks: Callbacks) -> None:
    html = money_panel(callbacks, MoneyRequest(TOPIC))
    assert '<th scope="row">10 dollars</th>' in html
    assert "The baskets of Surabaya cost" in html
    assert 'href="documents/surabaya-composting?start=' in html
    assert f'<input type="hidden" name="topic" value="{TOPIC}">' in html


def test_a_city_alone_will_do(callbacks: Callbacks) -> None:
    html = money_panel(callbacks, MoneyRequest("", cities=("Cebu",)))
    assert "900,000 pesos" in html and "10 dollars" not in html


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (MoneyRequest(""), "Please write a topic or a name, or choose a city."),
        (MoneyRequest(None), "Please write a topic or a name, or choose a city."),
        (MoneyRequest("x" * (MAX_TOPIC + 1)), f"in at most {MAX_TOPIC} characters"),
        (MoneyRequest(TOPIC, funder="x" * (MAX_FUNDER + 1)), f"in at most {MAX_FUNDER} characters"),
        (MoneyRequest(TOPIC, role="gift"), "Please choose a role from the list."),
        (MoneyRequest(TOPIC, cities=("Atlantis",)), "No document is about “Atlantis”"),
        (MoneyRequest("penguins"), "no sum of money and no partner on “penguins”"),
        (MoneyRequest("", funder="Zorgbank"), "No document says that “Zorgbank” pays"),
    ],
)
def test_what_cannot_be_shown_is_said(callbacks: Callbacks, request_: MoneyRequest, said: str) -> None:
    html = money_panel(callbacks, request_)
    assert said in html and "<table" not in html


def test_markup_is_shown_as_text(callbacks: Callbacks) -> None:
    assert "<img" not in money_panel(callbacks, MoneyRequest(f"<img src=x> {TOPIC}", funder="<img src=x>"))


def test_what_is_shown_is_downloaded(client: Any) -> None:
    query = urlencode({"topic": TOPIC})
    _, *rows = csv.reader(io.StringIO(client.get(f"/money/money.csv?{query}").content.decode("utf-8-sig")))
    told = json.loads(client.get(f"/money/money.json?{query}").content)
    assert [row[1] for row in rows]
    assert len(rows) == len(told["contributions"])
    book = load_workbook(io.BytesIO(client.get(f"/money/money.xlsx?{query}").content))
    assert book["Money and partners"].max_row == len(rows) + 1


@pytest.mark.parametrize("query", ["", "topic=penguins", "role=gift", "topic=x&role=gift"])
def test_what_cannot_be_downloaded_is_a_sentence(client: Any, query: str) -> None:
    answer = client.get(f"/money/money.csv?{query}")
    assert answer.status_code == 400
    assert answer.text.endswith(".") and "Traceback" not in answer.text
