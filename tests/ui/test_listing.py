"""The list of documents names every file so that it can be told apart and removed."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from kin_assistant.ui.served import Served
from kin_assistant.ui.server import make_frame
from tests.libraries import Library

OURS = {"x-kin-request": "1", "sec-fetch-site": "same-origin"}


@pytest.mark.parametrize(
    "name",
    ["two\nlines.txt", "back\rover.txt", "red\x1b[31m.txt", "100%.txt", "a b#c?.txt", "'quoted\".txt", "日本.txt"],
)
def test_a_file_with_an_odd_name_is_listed_and_removed(two_builds: Path, tmp_path: Path, name: str) -> None:
    from starlette.testclient import TestClient

    corpus = tmp_path / "corpus"
    (corpus / "folder").mkdir(parents=True)
    (corpus / "folder" / name).write_text("Notes.")
    library = Library(corpus, two_builds)
    app = make_frame(Served(library.open()), collection=library.collection, on_loopback=True)
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        listed = client.get("/library").text
        (address,) = re.findall(r'data-kin-remove="(folder/[^"]*)"', listed)
        answer = client.delete(f"/corpus/{html.unescape(address)}", headers=OURS)
    for opened in library.opened:
        opened.close()
    assert answer.status_code == 200, answer.text
    assert list((corpus / "folder").iterdir()) == []


def test_a_line_break_in_a_name_is_seen(two_builds: Path, tmp_path: Path) -> None:
    from starlette.testclient import TestClient

    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "two\nlines.txt").write_text("Notes.")
    library = Library(tmp_path / "corpus", two_builds)
    app = make_frame(Served(library.open()), collection=library.collection, on_loopback=True)
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        assert ">two\u240alines.txt<" in client.get("/library").text
    for opened in library.opened:
        opened.close()
