"""The Commitments tab: what it shows, plain words for what is not found, and downloads."""

from __future__ import annotations

from typing import Any

import pytest

from kin_assistant.ui.callbacks import Callbacks
from kin_assistant.ui.commitments import add_commitments, commitments_panel
from tests.ui.conftest import Serve


@pytest.mark.parametrize(
    ("topic", "cities", "said"),
    [
        ("", (), "Please write a topic"),
        (None, (), "Please write a topic"),
        ("penguins", (), "The documents tell no commitment on “penguins”."),
        ("", ("Atlantis",), "No document is about “Atlantis”"),
        ("<img src=x>", (), "no commitment on"),
    ],
)
def test_what_cannot_be_shown_is_said(callbacks: Callbacks, topic: object, cities: tuple[str, ...], said: str) -> None:
    html = commitments_panel(callbacks, topic, cities)
    assert said in html and "<img" not in html and "<table" not in html


def test_commitments_are_shown_with_what_is_said_later_and_lead_into_documents(callbacks: Callbacks) -> None:
    html = commitments_panel(callbacks, "", ("Surabaya",))
    assert "landfill waste of Surabaya" in html
    assert "no later document speaks of it" in html
    assert 'href="documents/landfill-surabaya?start=' in html
    assert 'formaction="commitments/commitments.csv"' in html


def test_what_cannot_be_downloaded_is_a_sentence(serve: Serve) -> None:
    client: Any = serve(add_commitments, 2)
    for query in ("", "topic=penguins"):
        answer = client.get(f"/commitments/commitments.csv?{query}")
        assert answer.status_code == 400
        assert answer.text.endswith(".")
