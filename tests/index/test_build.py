"""Bringing an index up to date: what is read, what is embedded again, and what the report says."""

from __future__ import annotations

import builtins
import errno
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from kin_assistant.documents.parsers import Limits
from kin_assistant.documents.passages import PieceSource
from kin_assistant.errors import BuildFailed, BuildRunning, CorpusError, IndexDamaged
from kin_assistant.index.build import build_documents, is_current, sync
from kin_assistant.index.layout import IndexFolder
from kin_assistant.index.manifest import Manifest, hash_files
from kin_assistant.index.report import FileReport, SyncReport
from kin_assistant.index.snapshot import OpenIndex, current_recipe, open_published
from kin_assistant.index.verify import check_build
from kin_assistant.models.embedder import Encoded
from tests.conftest import Write, write_corpus
from tests.doubles import KITAKYUSHU, PLAIN, SURABAYA, read_documents
from tests.embedders import HashingEmbedder, TranslatingEncoder
from tests.index.builder import BUILD_FAILED, build_with_small_files, start
from tests.misreaders import misread, note_reading

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
PAGE = "<h1>Clean rivers</h1><p>The river was cleaned by its neighbours.</p>"


class Story:
    """One corpus through several syncs; each is made once and looked at by several tests."""

    def __init__(self, folder: Path) -> None:
        self.corpus, self.index = folder / "corpus", folder / "index"
        self.embedder = HashingEmbedder()
        self.built: list[str] = []

    def sync(self) -> tuple[SyncReport, list[str]]:
        """The report, and what had to be embedded."""
        known = len(self.embedder.encoded_passages)
        report = sync(self.corpus, self.index, self.embedder, now=NOW)
        return report, self.embedder.encoded_passages[known:]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    own = Story(tmp_path_factory.mktemp("story"))
    write_corpus(
        own.corpus,
        {
            "surabaya.md": SURABAYA,
            "kitakyushu.md": KITAKYUSHU,
            "meeting.txt": PLAIN,
            "broken.md": "---\ntitle: [a\n---\nWords.",
            "twin.md": "---\nid: kitakyushu-air\n---\nAnother document of the same id.",
            "image.txt": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
            "caf\u00e9.txt": "Le caf\u00e9 est ferm\u00e9 \u00e0 midi; l'\u00e9cole est ouverte d\u00e8s huit heures.".encode(
                "latin-1"
            ),
            "picture.png": "not read",
            ".hidden.md": "not read",
            "empty.md": "",
        },
    )
    (own.corpus / "link.md").symlink_to(own.corpus / "surabaya.md")
    os.mkfifo(own.corpus / "pipe.md")
    told: dict[str, object] = {"story": own, "first": own.sync()}
    told["library"] = library_of(own.index)
    told["unchanged"] = own.sync()
    (own.corpus / "surabaya.md").write_text(SURABAYA.replace("Train the trainers first.", "Train the trainers twice."))
    (own.corpus / "kitakyushu.md").rename(own.corpus / "air.md")
    (own.corpus / "meeting.txt").unlink()
    write_corpus(own.corpus, {"rivers.html": PAGE})
    told["changed"] = own.sync()
    return told


def report_of(story: dict[str, object], step: str) -> SyncReport:
    return story[step][0]


def embedded_in(story: dict[str, object], step: str) -> list[str]:
    return story[step][1]


def file(report: SyncReport, path: str) -> FileReport:
    (found,) = [file for file in report.files if file.path == path]
    return found


def library_of(index: Path) -> list[tuple[object, ...]]:
    """Every row of the published library."""
    with sqlite3.connect(IndexFolder(index).published() / "library.sqlite") as connection:
        rows = connection.execute("SELECT * FROM documents ORDER BY row").fetchall()
        return rows + connection.execute("SELECT * FROM passages ORDER BY row").fetchall()


def opened(index: Path, embedder: HashingEmbedder) -> OpenIndex:
    return open_published(index, current_recipe(embedder.name, embedder.dimension))


# The report


@pytest.mark.parametrize("step", ["first", "unchanged", "changed"])
def test_every_file_has_one_entry_and_the_totals_add_up(story: dict[str, object], step: str) -> None:
    report = report_of(story, step)
    paths = [file.path for file in report.files]
    assert paths == sorted(set(paths))
    totals = report.totals
    assert totals["found"] == totals["read"] + totals["unchanged"] + totals["skipped"] + totals["failed"]
    assert totals["read"] == totals["new"] + totals["changed"] + totals["renamed"]
    assert totals["passages"] == sum(file.passages for file in report.files)


def test_the_first_sync_reads_everything(story: dict[str, object]) -> None:
    report = report_of(story, "first")
    assert (report.published, report.why) == (True, "There was no index yet.")
    assert report.totals | {"passages": 0, "embedded": 0} == {
        "found": 12, "read": 4, "new": 4, "changed": 0, "renamed": 0, "unchanged": 0, "skipped": 5, "failed": 3,
        "removed": 0, "pages": 0, "pages_without_text": 0, "passages": 0, "embedded": 0,
    }  # fmt: skip
    assert report.embedded == report.passages == len(embedded_in(story, "first"))


@pytest.mark.parametrize(
    ("path", "status", "reason"),
    [
        ("broken.md", "failed", "not valid YAML"),
        ("twin.md", "failed", 'its id "kitakyushu-air" is taken by kitakyushu.md'),
        ("image.txt", "failed", "picture (PNG)"),
        ("picture.png", "skipped", "no reader"),
        (".hidden.md", "skipped", "hidden"),
        ("empty.md", "skipped", "empty"),
        ("link.md", "skipped", "symbolic link"),
        ("pipe.md", "skipped", "not a regular file"),
    ],
)
def test_what_was_not_read_is_listed_with_its_reason(
    story: dict[str, object], path: str, status: str, reason: str
) -> None:
    for step in ("first", "unchanged"):
        entry = file(report_of(story, step), path)
        assert entry.status == status
        assert reason in (entry.reason or "")
        assert entry.passages == 0


def test_a_guessed_encoding_is_noted(story: dict[str, object]) -> None:
    assert file(report_of(story, "first"), "caf\u00e9.txt").warnings[0].startswith("not UTF-8; read as ")


def test_an_unchanged_corpus_publishes_nothing(story: dict[str, object]) -> None:
    report = report_of(story, "unchanged")
    assert (report.published, report.embedded) == (False, 0)
    assert report.build_id == report_of(story, "first").build_id
    assert embedded_in(story, "unchanged") == []
    assert report.totals["unchanged"] == 4
    assert report.passages == report_of(story, "first").passages


def test_only_what_changed_is_embedded_again(story: dict[str, object]) -> None:
    report, embedded = story["changed"]
    assert len(embedded) == report.embedded == 2
    (lesson,) = [text for text in embedded if "Train the trainers twice." in text]
    assert lesson.startswith("Household composting in Surabaya. Surabaya, Indonesia. Lessons\n")
    assert any("The river was cleaned" in text for text in embedded)


def test_changed_renamed_added_and_removed_files_are_told_apart(story: dict[str, object]) -> None:
    report = report_of(story, "changed")
    assert (report.published, report.why) == (True, "The corpus has changed.")
    assert file(report, "surabaya.md").change == "changed"
    assert file(report, "rivers.html").change == "new"
    assert (file(report, "air.md").change, file(report, "air.md").renamed_from) == ("renamed", "kitakyushu.md")
    assert file(report, "caf\u00e9.txt").status == "unchanged"
    assert report.removed == ("meeting.txt",), "what was renamed is not gone"
    # The id was free again, and "air.md" comes before "twin.md".
    assert file(report, "air.md").document_id == "kitakyushu-air"
    assert file(report, "twin.md").reason == 'its id "kitakyushu-air" is taken by air.md'


def test_what_is_served_is_the_corpus_as_it_is_now(story: dict[str, object]) -> None:
    index = opened(story["story"].index, story["story"].embedder)
    texts = {info.path: index.library.document(row).text for row, info in enumerate(index.library.infos)}
    index.close()
    assert texts.keys() == {"surabaya.md", "air.md", "rivers.html", "caf\u00e9.txt"}
    assert "Train the trainers twice." in texts["surabaya.md"]
    assert "Train the trainers first." not in "".join(texts.values())


def test_the_published_build_and_the_one_before_are_kept(story: dict[str, object]) -> None:
    index = IndexFolder(story["story"].index)
    assert index.builds()[0] == index.published()
    assert [Manifest.read(build).build_id for build in index.builds()] == [
        report_of(story, "changed").build_id,
        report_of(story, "first").build_id,
    ]


def test_the_corpus_folder_is_not_written_to(story: dict[str, object]) -> None:
    assert {path.name for path in story["story"].corpus.iterdir()} == {
        *("surabaya.md", "air.md", "rivers.html", "broken.md", "twin.md", "image.txt", "caf\u00e9.txt", "picture.png"),
        *(".hidden.md", "empty.md", "link.md", "pipe.md"),
    }


# The same corpus


def test_the_same_corpus_gives_the_same_build(story: dict[str, object], tmp_path: Path) -> None:
    """Another machine, another time, another order of files: the same ids, texts, vectors and words."""
    own = Story(tmp_path)
    original = story["story"]
    for path in sorted(original.corpus.iterdir(), reverse=True):
        if path.is_file() and not path.is_symlink():
            write_corpus(own.corpus, {path.name: path.read_bytes()})
    report = sync(own.corpus, own.index, own.embedder, now=datetime(2027, 1, 1, tzinfo=UTC))
    assert report.build_id == report_of(story, "changed").build_id
    assert library_of(own.index) == library_of(original.index)
    one, two = IndexFolder(own.index).published(), IndexFolder(original.index).published()
    files = {path.relative_to(one) for path in one.rglob("*") if path.is_file()}
    same = {
        path for path in files if path.parts[0] != "chroma" and path.name not in ("manifest.json", "library.sqlite")
    }
    assert len(same) >= 8
    for path in same:
        assert (one / path).read_bytes() == (two / path).read_bytes(), path
    assert Manifest.read(one).built_at == datetime(2027, 1, 1, tzinfo=UTC)


def test_vectors_are_those_of_what_is_embedded(story: dict[str, object]) -> None:
    own = story["story"]
    index = opened(own.index, own.embedder)
    library = index.library
    for row in range(len(library.document_of)):
        passage = library.passage(row)
        text = library.document(int(library.document_of[row])).text
        expected = own.embedder.encode([f"{passage.context}\n{text[passage.start : passage.end]}"])[0]
        np.testing.assert_allclose(index.vectors[row], expected, atol=1e-6)
        first, last = library.first_sentence[row : row + 2]
        quotes = [text[sentence.start : sentence.end] for sentence in passage.sentences]
        np.testing.assert_allclose(index.sentences[first:last], own.embedder.encode(quotes), atol=2e-3)
    index.close()


# The same content twice


def test_of_files_with_the_same_bytes_one_is_read(tmp_path: Path, write: Write, embedder: HashingEmbedder) -> None:
    corpus = write({"b.md": SURABAYA, "a/copy.md": SURABAYA, "c.txt": SURABAYA, "d.md": KITAKYUSHU})
    for status in ("read", "unchanged"):
        report = sync(corpus, tmp_path / "index", embedder, now=NOW)
        assert [(entry.path, entry.status) for entry in report.files] == [
            ("a/copy.md", status), ("b.md", "skipped"), ("c.txt", "skipped"), ("d.md", status),
        ]  # fmt: skip
        assert file(report, "c.txt").reason == 'same content as "a/copy.md"'
        totals = report.totals
        assert totals["found"] == totals["read"] + totals["unchanged"] + totals["skipped"] + totals["failed"]


def test_where_the_first_of_equal_files_cannot_be_read_another_kind_is_tried(
    tmp_path: Path, write: Write, embedder: HashingEmbedder
) -> None:
    broken = "---\ntitle: [a\n---\nStill words."
    corpus = write({"a.md": broken, "b.md": broken, "c.txt": broken, "d.txt": broken})
    report = sync(corpus, tmp_path / "index", embedder, now=NOW)
    assert [(entry.path, entry.status) for entry in report.files] == [
        ("a.md", "failed"), ("b.md", "skipped"), ("c.txt", "read"), ("d.txt", "skipped"),
    ]  # fmt: skip
    assert file(report, "b.md").reason == 'same content as "c.txt"'


def test_the_copy_takes_the_place_of_a_file_that_is_gone(
    tmp_path: Path, write: Write, embedder: HashingEmbedder
) -> None:
    corpus = write({"a.md": SURABAYA, "b.md": SURABAYA})
    sync(corpus, tmp_path / "index", embedder, now=NOW)
    embedded = len(embedder.encoded_passages)
    (corpus / "a.md").unlink()
    report = sync(corpus, tmp_path / "index", embedder, now=NOW)
    assert (file(report, "b.md").change, file(report, "b.md").renamed_from) == ("renamed", "a.md")
    assert (report.removed, report.embedded) == ((), 0)
    assert len(embedder.encoded_passages) == embedded


def test_files_of_one_name_and_several_kinds_are_told_apart(
    tmp_path: Path, write: Write, embedder: HashingEmbedder
) -> None:
    corpus = write({"a.html": "<p>Words of a page.</p>", "a.md": "Words of a note.", "a.txt": "Words of a text."})
    for status in ("read", "unchanged"):
        report = sync(corpus, tmp_path / "index", embedder, now=NOW)
        assert [(entry.document_id, entry.status) for entry in report.files] == [
            ("a", status), ("a.md", status), ("a.txt", status),
        ]  # fmt: skip
    index = opened(tmp_path / "index", embedder)
    assert [(info.id, info.path) for info in index.library.infos] == [
        ("a", "a.html"),
        ("a.md", "a.md"),
        ("a.txt", "a.txt"),
    ]
    assert {index.library.passage(row).document_id for row in range(3)} == {"a", "a.md", "a.txt"}
    index.close()


# Interrupted, and taken up again


@pytest.fixture
def readings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """Paths of the files that ``note_reading`` has read since it was asked last."""
    notes = tmp_path / "notes" / "readings.notes"
    notes.parent.mkdir()
    notes.touch()
    monkeypatch.syspath_prepend(notes.parent)

    def since_last() -> list[str]:
        found = notes.read_text().splitlines()
        notes.write_text("")
        return sorted(found)

    return since_last


@pytest.mark.parametrize(
    ("step", "done"), [("Reading", 3), ("Splitting", 2), ("Embedding", 0), ("Storing", 2), ("Verifying", 0)]
)
def test_nothing_is_read_or_embedded_twice_after_an_interruption(
    tmp_path: Path, write: Write, embedder: HashingEmbedder, readings: Callable[[], list[str]], step: str, done: int
) -> None:
    def progress(name: str, so_far: int, _total: int) -> None:
        if name == step and so_far == done:
            raise KeyboardInterrupt

    corpus = write({f"{number}.txt": f"Words of file {number}." for number in range(9)})
    with pytest.raises(KeyboardInterrupt):
        sync(corpus, tmp_path / "index", embedder, now=NOW, progress=progress, reader=note_reading)
    before, embedded = readings(), list(embedder.encoded_passages)
    assert len(before) >= (3 if step == "Reading" else 9)
    report = sync(corpus, tmp_path / "index", embedder, now=NOW, reader=note_reading)
    assert report.totals["read"] == 9
    again = readings()
    if step == "Reading":
        # Up to two workers' files, and those that waited to be stored, may be read again.
        assert 9 <= len(before + again) <= 9 + 8
    else:
        assert again == []
    assert len(embedder.encoded_passages) == 9
    if step in ("Storing", "Verifying"):
        assert len(embedded) == 9


def test_only_changed_files_are_read(
    tmp_path: Path, write: Write, embedder: HashingEmbedder, readings: Callable[[], list[str]]
) -> None:
    corpus = write({f"{number}.txt": f"Words of file {number}." for number in range(5)})
    sync(corpus, tmp_path / "index", embedder, now=NOW, reader=note_reading)
    assert len(readings()) == 5
    write({"3.txt": "Other words."})
    sync(corpus, tmp_path / "index", embedder, now=NOW, reader=note_reading)
    assert readings() == ["3.txt"]


@pytest.mark.parametrize("content", [b"", b"This is no database." * 300], ids=["empty", "text"])
def test_a_damaged_store_of_readings_costs_time_only(
    tmp_path: Path, write: Write, embedder: HashingEmbedder, readings: Callable[[], list[str]], content: bytes
) -> None:
    corpus, root = write({"a.txt": "Words of a.", "b.txt": "Words of b."}), tmp_path / "index"
    sync(corpus, root, embedder, now=NOW, reader=note_reading)
    readings()
    IndexFolder(root).reading_cache.write_bytes(content)
    assert sync(corpus, root, embedder, now=NOW, reader=note_reading).totals["unchanged"] == 2
    assert readings() == [], "an unchanged corpus needs no store"
    write({"a.txt": "New words."})
    report = sync(corpus, root, embedder, now=NOW, reader=note_reading)
    assert (file(report, "a.txt").change, file(report, "b.txt").status) == ("changed", "unchanged")
    assert readings() == ["a.txt", "b.txt"]


def test_a_change_of_what_describes_a_file_is_a_change_of_its_document(
    tmp_path: Path, write: Write, embedder: HashingEmbedder
) -> None:
    corpus = write({"a.txt": "Some words of a text.", "b.txt": "Other words."})
    sync(corpus, tmp_path / "index", embedder, now=NOW)
    write({"a.txt.meta.yaml": "title: A better title"})
    assert not is_current(corpus, tmp_path / "index", embedder)
    report = sync(corpus, tmp_path / "index", embedder, now=NOW)
    assert (file(report, "a.txt").change, file(report, "b.txt").status) == ("changed", "unchanged")
    assert file(report, "a.txt.meta.yaml").reason == 'describes "a.txt"'
    index = opened(tmp_path / "index", embedder)
    assert index.library.infos[0].title == "A better title"
    index.close()


# Readers that fail


CHILDREN = Limits(seconds=10, memory=512 * 1024**2, workers=2, trusted=0)


def test_a_reader_that_crashes_costs_its_file_and_is_not_called_again_until_asked(
    tmp_path: Path, write: Write, embedder: HashingEmbedder, readings: Callable[[], list[str]]
) -> None:
    corpus, root = (
        write({"a.txt": "Words of a.", "b.txt": "abort", "c.txt": "swell", "d.txt": "Words of d."}),
        tmp_path / "i",
    )

    def run(**options: bool) -> SyncReport:
        return sync(corpus, root, embedder, now=NOW, reader=note_reading, limits=CHILDREN, **options)

    first = run()
    assert readings() == ["a.txt", "b.txt", "c.txt", "d.txt"]
    reasons = {entry.path: entry.reason for entry in first.files if entry.status == "failed"}
    assert reasons == {
        "b.txt": "its reader crashed (SIGABRT)", "c.txt": "reading it took more than 512 MB of memory",
    }  # fmt: skip
    assert {path: file(run(), path).reason for path in reasons} == reasons
    assert readings() == []
    write({"e.txt": "Words of e."})
    assert {path: file(run(), path).reason for path in reasons} == reasons
    assert readings() == ["e.txt"], "those that failed are remembered in a new build too"
    again = run(retry_failed=True)
    assert readings() == ["b.txt", "c.txt"]
    assert (again.published, again.totals["failed"]) == (False, 2)
    write({"b.txt": "Sound words."})
    mended = run()
    assert readings() == ["b.txt"]
    assert file(mended, "b.txt").status == "read"


class Miscounting(HashingEmbedder):
    """Its counter of word pieces misbehaves in the children."""

    pieces = PieceSource("tests.misreaders:load_miscounter", "")


def test_a_document_whose_splitting_fails_costs_that_document_and_is_not_split_again_until_asked(
    tmp_path: Path, write: Write, readings: Callable[[], list[str]]
) -> None:
    texts = {"a.txt": "Words of a.", "b.txt": "abort here", "c.txt": "swell here", "d.txt": "hang here"}
    corpus, root, embedder = write(texts), tmp_path / "i", Miscounting()
    expected = {
        "b.txt": "splitting its text crashed (SIGABRT)",
        "c.txt": "splitting its text took more than 512 MB of memory",
        "d.txt": "splitting its text took more than 10 s",
    }

    def run(**options: bool) -> SyncReport:
        return sync(corpus, root, embedder, now=NOW, limits=CHILDREN, **options)

    def reasons(report: SyncReport) -> dict[str, str | None]:
        return {entry.path: entry.reason for entry in report.files if entry.status == "failed"}

    first = run()
    assert reasons(first) == expected
    assert (first.totals["read"], first.passages, file(first, "a.txt").status) == (1, 1, "read")
    assert readings() == ["abort here", "hang here", "swell here"]
    write({"e.txt": "Words of e."})
    second = run()
    assert reasons(second) == expected
    assert file(second, "e.txt").status == "read"
    assert readings() == []
    write({"b.txt": "Sound words."})
    (corpus / "d.txt").unlink()
    assert reasons(run(retry_failed=True)) == {"c.txt": expected["c.txt"]}
    assert readings() == ["swell here"]


def test_passages_that_say_the_same_are_embedded_once(tmp_path: Path, write: Write, embedder: HashingEmbedder) -> None:
    words = "\n\n".join(["## A section\n\n" + "The same words of a flood. " * 20] * 40)
    report = sync(write({"flood.md": words, "a.txt": "Words of a."}), tmp_path / "index", embedder, now=NOW)
    assert report.passages == 41
    assert len(embedder.encoded_passages) == report.embedded == 2
    index = opened(tmp_path / "index", embedder)
    for row in range(report.passages):
        passage = index.library.passage(row)
        document = index.library.document(int(index.library.document_of[row]))
        text = f"{passage.context}\n{document.text[passage.start : passage.end]}"
        np.testing.assert_allclose(index.vectors[row], embedder.encode([text])[0], atol=1e-6)
    index.close()


FLOODS = {
    "words.txt": "waste " * 1_500_000,
    "endless.txt": "a" * 12_000_000,
    "quotes.csv": '"' * 1_000_000,
    "typographic.txt": "\u201c" * 300_000,
    "dots.txt": "." * 500_000,
    "rows.txt": "Go on.\n\n" * 250_000,
    "entities.html": "<p>" + "&amp;" * 300_000 + "</p>",
}


@pytest.mark.slow
def test_floods_cost_their_own_document_and_neither_the_sync_nor_the_memory(
    tmp_path: Path, write: Write, repository: Path
) -> None:
    corpus = write({**FLOODS, "good.md": SURABAYA, "also-good.md": KITAKYUSHU})
    script = (
        "import resource, sys, json; from pathlib import Path; from datetime import UTC, datetime\n"
        "from kin_assistant.index.build import sync; from kin_assistant.documents.parsers import Limits\n"
        "from tests.embedders import HashingEmbedder\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "now = datetime(2026, 11, 21, tzinfo=UTC)\n"
        "report = sync(Path(sys.argv[1]), Path(sys.argv[2]), HashingEmbedder(), now=now, limits=Limits(seconds=300))\n"
        "grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before\n"
        "print(json.dumps([grown, {file.path: file.reason for file in report.files}]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, corpus, tmp_path / "index"],
        cwd=repository, capture_output=True, text=True, timeout=1500, check=True,
    )  # fmt: skip
    grown, reasons = json.loads(done.stdout)
    assert grown < 1024 * 1024, "kilobytes"
    failed = {path: reason for path, reason in reasons.items() if reason}
    assert set(failed) <= {"endless.txt", "rows.txt"}
    assert failed["endless.txt"] == "its text has 12,000,000 characters; 10,000,000 are the most that are read"
    assert failed["rows.txt"].endswith("are the most that are read")


def test_a_file_that_can_be_read_now_is_published_on_a_retry(
    tmp_path: Path, write: Write, embedder: HashingEmbedder, readings: Callable[[], list[str]]
) -> None:
    corpus, root = write({"a.txt": "Words of a.", "b.txt": "hang"}), tmp_path / "index"
    short = replace(CHILDREN, seconds=3)
    first = sync(corpus, root, embedder, now=NOW, reader=misread, limits=short)
    assert file(first, "b.txt").reason == "reading it took more than 3 s"
    report = sync(corpus, root, embedder, now=NOW, retry_failed=True)  # by a reader that does not hang
    assert (report.published, report.why) == (True, "Files that had failed were tried again.")
    assert (file(report, "b.txt").status, file(report, "a.txt").status) == ("read", "unchanged")


def test_a_file_that_changes_while_it_is_read_is_not_taken_for_what_it_was(
    tmp_path: Path, write: Write, embedder: HashingEmbedder
) -> None:
    corpus = write({"a.txt": "Words of a.", "b.txt": "Words of b."})

    def progress(step: str, done: int, _total: int) -> None:
        if (step, done) == ("Reading", 0):
            write({"b.txt": "Other words."})

    report = sync(corpus, tmp_path / "index", embedder, now=NOW, progress=progress)
    assert file(report, "b.txt").reason == "changed while it was being read"
    report = sync(corpus, tmp_path / "index", embedder, now=NOW)
    assert file(report, "b.txt").status == "read"


# What the build was made with


def test_a_build_by_another_model_is_replaced_and_the_model_named(own_builds: Path, write: Write) -> None:
    other = HashingEmbedder("other")
    report = sync(write({"a.md": "Words."}), own_builds, other, now=NOW)
    assert report.why == "The index was made with another embedding model (hashing, now other)."
    assert report.embedded == 1


def test_whether_an_index_is_current_is_told_without_building(
    own_builds: Path, write: Write, embedder: HashingEmbedder
) -> None:
    corpus = write({"surabaya.md": SURABAYA, "kitakyushu.md": KITAKYUSHU, "meeting.txt": PLAIN})
    assert is_current(corpus, own_builds, embedder)
    assert not is_current(corpus, own_builds, HashingEmbedder("other"))
    assert not is_current(corpus, own_builds / "nowhere", embedder)
    (corpus / "meeting.txt").write_text("Other words.")
    assert not is_current(corpus, own_builds, embedder)


def test_a_damaged_build_is_built_anew_though_the_corpus_is_the_same(
    own_builds: Path, write: Write, embedder: HashingEmbedder
) -> None:
    corpus = write({"surabaya.md": SURABAYA, "kitakyushu.md": KITAKYUSHU, "meeting.txt": PLAIN})
    damaged = IndexFolder(own_builds).published() / "library.sqlite"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    report = sync(corpus, own_builds, embedder, now=NOW)
    assert report.published
    assert report.why == "The index is damaged: its file library.sqlite was changed."
    assert embedder.encoded_passages == [], "the cache has the vectors"
    index = opened(own_builds, embedder)
    assert index.notices == ()
    index.close()


def test_a_damaged_build_is_not_kept_to_fall_back_on(own_builds: Path, write: Write, embedder: HashingEmbedder) -> None:
    index = IndexFolder(own_builds)
    damaged, whole = index.builds()
    (damaged / "library.sqlite").write_bytes(b"")
    sync(write({"a.md": "New words."}), own_builds, embedder, now=NOW)
    assert index.builds()[1] == whole
    (index.published() / "library.sqlite").write_bytes(b"")
    fallback = opened(own_builds, embedder)
    assert fallback.folder == whole
    fallback.close()


def test_documents_in_memory_can_be_indexed(tmp_path: Path, embedder: HashingEmbedder) -> None:
    documents = read_documents()
    manifest = build_documents(documents.values(), tmp_path / "index", embedder, now=NOW)
    index = opened(tmp_path / "index", embedder)
    assert [info.id for info in index.library.infos] == sorted(documents)
    assert manifest.documents == 3
    index.close()


# Nothing to index


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({}, "the folder is empty"),
        ({"a.png": "x", "b": "x"}, "2 files were found, of kinds that are not read"),
        ({"a.md": "---\ntitle: [\n---\n", "b.txt": " "}, "None of the 2 files"),
        ({"a.md": "# Only a heading"}, "no sentence that could be quoted"),
    ],
)
def test_without_a_readable_document_there_is_no_build(
    write: Write, tmp_path: Path, own_builds: Path, embedder: HashingEmbedder, files: dict[str, str], reason: str
) -> None:
    corpus = write(files)
    published = IndexFolder(own_builds).published()
    with pytest.raises(CorpusError, match=reason):
        sync(corpus, own_builds, embedder, now=NOW)
    assert IndexFolder(own_builds).published() == published
    assert len(list(own_builds.glob("build-*/"))) == 2


# One builder


def test_a_second_builder_is_told_so_at_once(own_builds: Path, write: Write, embedder: HashingEmbedder) -> None:
    corpus = write({"a.md": "Words."})
    with IndexFolder(own_builds).locked(), pytest.raises(BuildRunning):
        sync(corpus, own_builds, embedder, now=NOW)


def test_an_open_index_answers_on_while_another_build_is_published(
    own_builds: Path, write: Write, embedder: HashingEmbedder
) -> None:
    before = opened(own_builds, embedder)
    vector = before.vectors[0].copy()
    expected = before.dense.search(vector, 5)
    for words in ("First words.", "Second words.", "Third words."):
        sync(write({"a.md": words}), own_builds, embedder, now=NOW)
    assert not before.folder.exists(), "its folder was pruned"
    np.testing.assert_array_equal(before.dense.search(vector, 5)[0], expected[0])
    assert before.library.document(0).text
    assert float(before.vectors[0] @ vector) == pytest.approx(1)
    before.close()


# Failures on the way


class NoVectors(HashingEmbedder):
    """An embedder that is out of order."""

    def encode_passages(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> Iterator[tuple[int, Encoded]]:
        for position, encoded in super().encode_passages(texts, spans):
            yield position, Encoded(encoded.vector * 0, encoded.sentences * 0)


def test_a_build_that_does_not_verify_is_not_published(
    own_builds: Path, write: Write, embedder: HashingEmbedder
) -> None:
    before = IndexFolder(own_builds).published()
    with pytest.raises(BuildFailed, match="the one before it stays"):
        sync(write({"a.md": "New words.", "b.md": "Other words."}), own_builds, NoVectors(), now=NOW)
    assert IndexFolder(own_builds).published() == before
    index = opened(own_builds, embedder)
    assert index.notices == ()
    index.close()
    assert len(list(own_builds.glob("build-*/"))) == 2


class Interrupted(Exception):
    """Stands for whatever may happen in a callback."""


@pytest.mark.parametrize("fault", [KeyboardInterrupt, Interrupted, OSError(errno.EIO, "Input/output error")])
def test_what_is_published_stays_published_whatever_happens_next(
    own_builds: Path, write: Write, embedder: HashingEmbedder, fault: BaseException
) -> None:
    def progress(step: str, done: int, total: int) -> None:
        if step == "Publishing":
            raise fault

    with pytest.raises((KeyboardInterrupt, Interrupted, OSError, BuildFailed)):
        sync(write({"a.md": "New words."}), own_builds, embedder, now=NOW, progress=progress)
    index = opened(own_builds, embedder)
    assert index.notices == ()
    index.close()


@pytest.mark.parametrize("step", ["Reading", "Splitting", "Embedding", "Storing", "Verifying"])
def test_an_interrupted_build_leaves_the_published_one_and_no_folder(
    own_builds: Path, write: Write, embedder: HashingEmbedder, step: str
) -> None:
    def progress(name: str, done: int, total: int) -> None:
        if name == step and (done or name == "Verifying"):
            raise KeyboardInterrupt

    before = {path.name for path in own_builds.iterdir()}
    with pytest.raises(KeyboardInterrupt):
        sync(write({"a.md": "New words."}), own_builds, embedder, now=NOW, progress=progress)
    assert {path.name for path in own_builds.iterdir()} == before


def _fail_at(monkeypatch: pytest.MonkeyPatch, number: int) -> Callable[[], int]:
    """Let the ``number``-th write of the standard library and NumPy find the disk full; gives how many there were."""
    count = 0

    def failing(function: Callable[..., object], writes: Callable[..., bool]) -> Callable[..., object]:
        def run(*arguments: object, **named: object) -> object:
            nonlocal count
            if writes(*arguments, **named):
                count += 1
                if count == number:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return function(*arguments, **named)

        return run

    def opens_to_write(path: object, mode: str = "r", *more: object, **named: object) -> bool:
        return isinstance(path, str | Path) and any(letter in mode for letter in "wax+")

    def makes_a_folder(path: object, *more: object, **named: object) -> bool:
        return not Path(path).exists()

    def always(*arguments: object, **named: object) -> bool:
        return True

    for owner, name, writes in (
        (builtins, "open", opens_to_write),
        (io, "open", opens_to_write),
        (np, "save", always),
        (os, "mkdir", makes_a_folder),
        (os, "fsync", always),
        (os, "replace", always),
    ):
        monkeypatch.setattr(owner, name, failing(getattr(owner, name), writes))
    return lambda: count


@pytest.mark.slow
def test_a_full_disk_at_any_write_leaves_a_whole_build(
    two_builds: Path, tmp_path: Path, write: Write, embedder: HashingEmbedder
) -> None:
    corpus = write({"a.md": "New words."})
    embedder_of_all = HashingEmbedder()

    def attempt(number: int) -> tuple[int, BaseException | None]:
        root = Path(shutil.copytree(two_builds, tmp_path / f"index-{number}"))
        fault = None
        with pytest.MonkeyPatch.context() as patch:
            writes = _fail_at(patch, number)
            try:
                sync(corpus, root, embedder_of_all, now=NOW)
            except BuildFailed as error:
                fault = error
        index = opened(root, embedder)
        assert index.notices == (), number
        assert fault is not None or "a.md" in index.manifest.corpus, number
        index.close()
        # Where only the last flush failed, the new build is published, and the oldest waits to be removed.
        assert len(list(root.glob("build-*/"))) <= 2 + ("a.md" in index.manifest.corpus), number
        shutil.rmtree(root)
        return writes(), fault

    total, fault = attempt(0)
    assert fault is None
    # The last ones come behind the verification, which takes a second; a few of them stand for all.
    verified = total - FLUSHED_FILES - 4
    for number in [*range(1, verified), *range(verified, total - 3, 12), *range(total - 3, total + 1)]:
        _, fault = attempt(number)
        assert fault is not None, f"write {number} failed unnoticed"
        assert "No space left" in f"{fault} {fault.details}"


FLUSHED_FILES = 17
"""About as many files and folders as a build has."""


@pytest.mark.parametrize("limit", [0, 600, 3000, 12_000, 22_000, 30_000, 60_000, 150_000])
def test_files_that_cannot_grow_leave_the_published_build(
    own_builds: Path, write: Write, embedder: HashingEmbedder, limit: int
) -> None:
    """Also where C and Rust do the writing: SQLite and Chroma."""
    before = IndexFolder(own_builds).published()
    process = start(build_with_small_files, write({"a.md": "New words."}), own_builds, limit)
    process.join(60)
    assert process.exitcode == BUILD_FAILED
    assert IndexFolder(own_builds).published() == before
    index = opened(own_builds, embedder)
    assert index.notices == ()
    index.close()
    assert len(list(own_builds.glob("build-*/"))) == 2


# Vectors for questions in other languages


def test_a_build_has_them_where_a_model_for_them_is_there(
    tmp_path: Path, write: Write, embedder: HashingEmbedder
) -> None:
    corpus, root = write({"surabaya.md": SURABAYA, "kitakyushu.md": KITAKYUSHU}), tmp_path / "index"
    second = TranslatingEncoder()
    sync(corpus, root, embedder, now=NOW, multilingual=second)
    index = opened(root, embedder)
    vectors = index.multilingual
    assert vectors is not None
    assert vectors.model == index.manifest.multilingual == "translating"
    assert vectors.passages.shape == (index.manifest.passages, second.dimension)
    assert vectors.sentences.shape == (index.manifest.sentences, second.dimension)
    check_build(index.folder)
    index.close()


def test_an_index_without_them_works_on_and_gets_them_with_the_next_sync(
    tmp_path: Path, write: Write, embedder: HashingEmbedder
) -> None:
    corpus, root, second = write({"surabaya.md": SURABAYA}), tmp_path / "index", TranslatingEncoder()
    sync(corpus, root, embedder, now=NOW)
    index = opened(root, embedder)
    assert index.multilingual is None
    index.close()
    assert is_current(corpus, root, embedder)
    assert not is_current(corpus, root, embedder, second)
    report = sync(corpus, root, embedder, now=NOW, multilingual=second)
    assert (report.published, report.why) == (True, "The index had no vectors for questions in other languages.")
    assert is_current(corpus, root, embedder, second)
    assert not sync(corpus, root, embedder, now=NOW, multilingual=second).published


def test_an_index_with_them_is_current_without_the_model(
    tmp_path: Path, write: Write, embedder: HashingEmbedder
) -> None:
    corpus, root = write({"surabaya.md": SURABAYA}), tmp_path / "index"
    sync(corpus, root, embedder, now=NOW, multilingual=TranslatingEncoder())
    assert is_current(corpus, root, embedder)
    assert not sync(corpus, root, embedder, now=NOW).published


def test_only_new_passages_are_embedded_for_them(tmp_path: Path, write: Write, embedder: HashingEmbedder) -> None:
    root, second = tmp_path / "index", TranslatingEncoder()
    sync(write({"surabaya.md": SURABAYA}), root, embedder, now=NOW, multilingual=second)
    before = len(second.encoded_passages)
    sync(write({"new.md": "One new sentence about buses."}), root, embedder, now=NOW, multilingual=second)
    (new,) = second.encoded_passages[before:]
    assert "buses" in new


def test_a_build_whose_vectors_for_them_are_cut_short_is_found_damaged(
    tmp_path: Path, write: Write, embedder: HashingEmbedder
) -> None:
    root = tmp_path / "index"
    sync(write({"surabaya.md": SURABAYA}), root, embedder, now=NOW, multilingual=TranslatingEncoder())
    build = IndexFolder(root).published()
    path = build / "multilingual_vectors.npy"
    np.save(path, np.load(path)[:-1])
    manifest = Manifest.read(build)
    manifest.model_copy(update={"files": hash_files(build)}).write(build)
    with pytest.raises(IndexDamaged, match="vectors for other languages are missing"):
        check_build(build)
