"""The addresses of the Coverage tab: made once for each build, downloads, and a client in a hurry."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from kin_assistant.coverage.values import Coverage
from kin_assistant.ui.coverage import add_coverage
from kin_assistant.ui.guard import Guard
from kin_assistant.ui.ratelimit import QUESTION, RateLimiter
from kin_assistant.ui.served import Served
from tests.conftest import write_corpus
from tests.doubles import AssistantDouble
from tests.form_library import TEXTS
from tests.libraries import Library


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Do not change it; take ``library``."""
    root = tmp_path_factory.mktemp("coverage")
    library = Library(write_corpus(root / "corpus", TEXTS), root / "index")
    library.sync()
    return library


@pytest.fixture
def library(built: Library, tmp_path: Path) -> Iterator[Library]:
    with built.copied(tmp_path) as library:
        yield library


@pytest.fixture
def client(library: Library) -> Iterator[Any]:
    from fastapi import FastAPI
    from starlette.testclient import TestClient

    app = FastAPI()
    app.add_middleware(Guard)
    add_coverage(app, Served(library.open()), RateLimiter(3 * QUESTION))
    with TestClient(app, base_url="http://127.0.0.1:7860") as opened:
        yield opened


def test_the_tab_is_sent_and_a_browser_that_has_it_is_told_so(client: Any) -> None:
    answer = client.get("/coverage")
    assert answer.status_code == 200
    assert 'aria-label="2 documents, composting, Indonesia"' in answer.text
    again = client.get("/coverage", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.text) == (304, "")


class Counting(AssistantDouble):
    """Notes how often it was asked."""

    surveys = 0

    def coverage(self) -> Coverage:
        self.surveys += 1
        return super().coverage()


def test_the_tab_is_made_once_for_a_build() -> None:
    from fastapi import FastAPI
    from starlette.testclient import TestClient

    assistant, app = Counting(), FastAPI()
    add_coverage(app, Served(assistant), RateLimiter(100))  # type: ignore[arg-type]
    with TestClient(app) as client:
        assert client.get("/coverage").text == client.get("/coverage").text
    assert assistant.surveys == 1


def test_another_build_has_another_tab(client: Any, library: Library) -> None:
    assert ", Peru" not in client.get("/coverage").text
    new = TEXTS["cebu.md"].replace("cebu-compost", "lima-waste").replace("Philippines", "Peru")
    write_corpus(library.corpus, {"lima.md": new})
    library.sync()
    assert ", Peru" in client.get("/coverage").text


def test_the_tables_are_downloaded(client: Any, library: Library) -> None:
    coverage = library.opened[0].coverage()
    answer = client.get("/coverage/coverage.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="coverage.csv"'
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[0] for row in rows[2:]] == [theme.name for theme in coverage.themes]
    answer = client.get("/coverage/coverage.xlsx")
    assert answer.headers["content-disposition"] == 'attachment; filename="coverage.xlsx"'
    assert load_workbook(io.BytesIO(answer.content))["Cities"].max_row == len(coverage.cities) + 1


def test_a_download_costs_as_much_as_a_question_and_there_are_no_others(client: Any) -> None:
    statuses = [client.get("/coverage/coverage.csv").status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert client.get("/coverage").status_code == 429
    assert client.get("/coverage").text.startswith("That was quick. Please wait")
    assert client.get("/coverage/other").status_code == 404
    assert client.post("/coverage").status_code == 405
