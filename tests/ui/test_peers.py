"""The Peers tab: what was read, who is alike and why, with numbers that lead into documents; plain words; downloads."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest

from kin_assistant.ui.callbacks import MAX_SITUATION, Callbacks
from kin_assistant.ui.peers import add_peers, peers_panel
from tests.ui.conftest import Serve

SITUATION = "We are a city with too much food waste and little money"


@pytest.fixture
def client(serve: Serve) -> Any:
    return serve(add_peers, 2)


def test_what_was_read_and_who_is_alike_is_shown_and_numbers_lead_into_documents(callbacks: Callbacks) -> None:
    html = peers_panel(callbacks, SITUATION)
    assert "What was read of your city" in html
    assert "<dt>Means</dt><dd>little money" in html
    assert "<h3>Like yours</h3>" in html
    assert "<b>What was done</b>:" in html
    assert re.search(r'href="documents/[\w-]+\?start=\d+', html)
    assert 'formaction="peers/peers.csv"' in html
    assert f'<input type="hidden" name="situation" value="{SITUATION}">' in html


@pytest.mark.parametrize(
    ("situation", "said"),
    [
        ("", "Please write a sentence"),
        (None, "Please write a sentence"),
        (["x"], "Please write a sentence"),
        ("x" * (MAX_SITUATION + 1), f"in at most {MAX_SITUATION:,} characters"),
        ("???", "has no words in it"),
        ("penguins", "No document is about “penguins”."),
    ],
)
def test_what_has_no_peers_is_said(callbacks: Callbacks, situation: object, said: str) -> None:
    html = peers_panel(callbacks, situation)
    assert said in html
    assert "kin-peer" not in html.replace("kin-peers", "")


def test_markup_in_a_situation_is_shown_as_text(callbacks: Callbacks) -> None:
    assert "<img" not in peers_panel(callbacks, f'<img src=x onerror="alert(1)"> {SITUATION}')


def test_the_peers_are_downloaded_as_csv_and_json(client: Any) -> None:
    query = urlencode({"situation": SITUATION})
    answer = client.get(f"/peers/peers.csv?{query}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="peers.csv"'
    header, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert header[:2] == ["Rank", "Practice"]
    told = json.loads(client.get(f"/peers/peers.json?{query}").content)
    assert [row[1] for row in rows] == [peer["title"] for peer in told["peers"]]


@pytest.mark.parametrize("query", ["", "situation=", "situation=penguins", "topic=x"])
def test_what_cannot_be_downloaded_is_a_sentence(client: Any, query: str) -> None:
    answer = client.get(f"/peers/peers.csv?{query}")
    assert answer.status_code == 400
    assert answer.text.endswith(".") and "Traceback" not in answer.text
