"""A network of another field, with its own documents and corpus.toml: nothing of this one is seen on its page."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from kin_assistant import Assistant
from kin_assistant.index.build import is_current, sync
from kin_assistant.models.embedder import open_embedder
from kin_assistant.ui.server import make_app
from tests.conftest import write_corpus

NOW = datetime(2026, 11, 21, tzinfo=UTC)
PROFILE = """
title = "Orchard Answers"
tagline = "What growers tried, in their own words"
heading = "Ask what other growers tried"
introduction = "Ask how members of the League grow apples and pears."
documents = "Notes of visits to member orchards."
examples = ["How did Oslo save its pears from frost?", "Who pays for the League's visits?"]

[[bodies]]
name = "the Northern Orchard League"
nouns = ["league"]
aliases = ["NOL"]
"""
FILES = {
    "corpus.toml": PROFILE,
    "pears.md": "---\ntitle: Pears and frost in Oslo\ncities: [Oslo]\ncountries: [Norway]\n---\n"
    "Oslo saved its pears from frost with water sprinklers in May. The sprinklers cost 40,000 kroner.",
    "league.md": "---\ntitle: The Northern Orchard League\n---\n"
    "The Northern Orchard League has 31 members. Members pay for the visits of the Northern Orchard League.",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, prepared_root: Path) -> Path:
    folder = tmp_path_factory.mktemp("league")
    shutil.copytree(prepared_root / "models", folder / "index" / "models")
    write_corpus(folder / "corpus", FILES)
    sync(folder / "corpus", folder / "index", open_embedder(cache=folder / "index" / "models"), now=NOW)
    return folder


@pytest.fixture(scope="module")
def assistant(folder: Path) -> Iterator[Assistant]:
    with Assistant.open(folder / "index") as opened:
        yield opened


def test_the_page_says_whose_documents_these_are_and_nothing_of_another_network(
    assistant: Assistant, tmp_path: Path
) -> None:
    with TestClient(make_app(assistant, feedback=tmp_path)) as client:
        pages = [client.get(path).text for path in ("/", "/documents/pears", "/documents/nothing")]
    seen = " ".join(pages)
    for words in ("Orchard Answers", "What growers tried", "Ask what other growers tried", "save its pears from frost"):
        assert words in seen
    assert not re.findall(r"Kitakyushu|\bKIN\b|Surabaya|[Ee]nvironment", seen)


def test_a_question_may_call_the_network_by_its_short_name(assistant: Assistant) -> None:
    answer = assistant.ask("How many members has NOL?")
    assert answer.standalone_question == "How many members has the Northern Orchard League?"
    assert "The Northern Orchard League has 31 members." in [citation.quote for citation in answer.citations]


def test_a_changed_profile_makes_the_index_stale_and_the_next_sync_serves_it(folder: Path, tmp_path: Path) -> None:
    own = Path(shutil.copytree(folder, tmp_path / "own"))
    model = open_embedder(cache=own / "index" / "models")
    assert is_current(own / "corpus", own / "index", model)
    (own / "corpus" / "corpus.toml").write_text(PROFILE.replace("Orchard Answers", "Pear Answers"))
    assert not is_current(own / "corpus", own / "index", model)
    report = sync(own / "corpus", own / "index", model, now=NOW)
    assert report.why == "corpus.toml has changed."
    assert report.embedded == 0
    with Assistant.open(own / "index") as opened:
        assert opened.build.profile.title == "Pear Answers"
