"""A folder of hostile files and three good ones, built into an index: each file is accounted for, the good ones answer."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kin_assistant.assistant import Assistant
from kin_assistant.documents.parsers import Limits, Parsers
from kin_assistant.errors import DocumentError
from kin_assistant.index.build import sync
from kin_assistant.index.report import SyncReport
from kin_assistant.index.snapshot import current_recipe, open_published
from kin_assistant.settings import Settings
from tests.embedders import HashingEmbedder
from tests.hostile.catalogue import CATALOGUE
from tests.hostile.promises import faults_of_reason
from tests.request_kinds import KINDS

_NOW = datetime(2026, 11, 21, tzinfo=UTC)
_LARGEST = 3 * 1024
"""Larger specimens are read one by one elsewhere; here their passages would only take time."""
_LIMITS = Limits(seconds=5)
_GOOD = {
    "good/quelimane.md": "# Cyclists of Quelimane\n\nQuelimane paints bicycle lanes beside its river road every March.\n",
    "good/valdivia.txt": "Wetlands of Valdivia\n\nValdivia protects its urban wetlands with a municipal ordinance.\n",
    "good/tampere.html": "<html><body><h1>Trams</h1><p>Tampere opened its tramway with fifteen trams.</p></body></html>",
}
_QUESTIONS = {
    "Quelimane paints bicycle lanes beside its river road every March.": "What does Quelimane paint beside its river road?",
    "Valdivia protects its urban wetlands with a municipal ordinance.": "How does Valdivia protect its urban wetlands?",
    "Tampere opened its tramway with fifteen trams.": "With how many trams did Tampere open its tramway?",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SyncReport]:
    """The index, and the report of the sync that made it."""
    folder = tmp_path_factory.mktemp("hostile")
    for path, words in _GOOD.items():
        (folder / "corpus" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "corpus" / path).write_text(words, encoding="utf-8")
    for path, specimen in CATALOGUE.items():
        data = b"" if specimen.large else specimen.make()
        if not specimen.large and len(data) <= _LARGEST:
            (folder / "corpus" / path).write_bytes(data)
    report = sync(folder / "corpus", folder / "index", HashingEmbedder(), now=_NOW, limits=_LIMITS)
    return folder, report


def test_every_file_has_one_entry_and_the_totals_add_up(built: tuple[Path, SyncReport]) -> None:
    folder, report = built
    there = [
        path.relative_to(folder / "corpus").as_posix() for path in (folder / "corpus").rglob("*") if path.is_file()
    ]
    assert [file.path for file in report.files] == sorted(there)
    totals = report.totals
    assert totals["found"] == len(there) > 120
    assert totals["found"] == totals["read"] + totals["unchanged"] + totals["skipped"] + totals["failed"]
    assert Counter(file.status for file in report.files)["failed"] == totals["failed"]
    assert totals["passages"] == sum(file.passages for file in report.files)


def test_every_failure_has_a_reason_for_people(built: tuple[Path, SyncReport]) -> None:
    unread = {file.path: file.reason or "" for file in built[1].files if file.status in ("failed", "skipped")}
    assert {path: faults for path, reason in unread.items() if (faults := faults_of_reason(reason))} == {}


def test_the_good_files_are_answered_from(built: tuple[Path, SyncReport]) -> None:
    embedder = HashingEmbedder()
    opened = open_published(built[0] / "index", current_recipe(embedder.name, embedder.dimension))
    with Assistant(opened, embedder, Settings(), kinds=KINDS) as assistant:
        for sentence, question in _QUESTIONS.items():
            answer = assistant.ask(question)
            assert sentence in [said.text for said in answer.sentences], answer.reason
            for citation in answer.citations:
                assert assistant.document(citation.document_id).text[citation.start : citation.end] == citation.quote


@pytest.mark.parametrize("path", [path for path, specimen in CATALOGUE.items() if specimen.ends_its_reader])
def test_what_ends_its_reader_ends_nothing_else(path: str) -> None:
    with Parsers(limits=_LIMITS) as parsers:
        with pytest.raises(DocumentError) as caught:
            parsers.read(path, CATALOGUE[path].make(), "0" * 64)
        assert faults_of_reason(str(caught.value)) == []
        reading = parsers.read("good.html", _GOOD["good/tampere.html"].encode(), "0" * 64)
    assert "fifteen trams" in reading.document.text


def test_documents_that_repeat_themselves_keep_no_index_from_being_built(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number in range(1, 31):
        words = f"Town {number} has {number * 7} wells. Its {number}th well stands beside school {number * 3}."
        (corpus / f"{number}.txt").write_text(words, encoding="utf-8")
    for word in ("waste", "water", "noise"):
        (corpus / f"{word}.txt").write_text("\n\n".join([f"{word} plan " * 150] * 500), encoding="utf-8")
    report = sync(corpus, tmp_path / "index", HashingEmbedder(), now=_NOW, limits=Limits(seconds=60))
    assert report.totals["read"] == 33
