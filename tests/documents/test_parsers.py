"""Reading in child processes: a reader that crashes, hangs or swells costs its own file and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kin_assistant.documents.parsers import Limits, Parsers
from kin_assistant.documents.passages import split_document
from kin_assistant.documents.reading import Reading, read_document
from kin_assistant.errors import BuildFailed, DocumentError
from kin_assistant.settings import Settings
from tests.embedders import HashingEmbedder
from tests.misreaders import misread, read_elsewhere

LIMITS = Limits(seconds=20, memory=512 * 1024**2, result=1024**2, workers=1, trusted=0)


@pytest.fixture(scope="module")
def parsers() -> Iterator[Parsers]:
    with Parsers(misread, LIMITS) as opened:
        yield opened


def read(parsers: Parsers, text: str, path: str = "a.txt") -> Reading:
    return parsers.read(path, text.encode(), "0" * 64)


def reason(parsers: Parsers, text: str) -> str:
    with pytest.raises(DocumentError) as caught:
        read(parsers, text)
    return str(caught.value)


def processes_of(parent: int) -> set[int]:
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,comm="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(maxsplit=2) for line in listed.splitlines()]
    return {int(pid) for pid, ppid, name in rows if int(ppid) == parent and name != "ps"}


def test_a_child_reads_what_the_parent_would_read(parsers: Parsers) -> None:
    for path, data in (("a.md", b"# Title\n\nSome words.\n"), ("b.html", b"<h1>T</h1><p>caf\xe9 and more words</p>")):
        assert parsers.read(path, data, "1" * 64) == read_document(path, data, "1" * 64)


def test_what_describes_a_file_reaches_its_reader(parsers: Parsers) -> None:
    data, sidecar = b"<p>Some words of a text.</p>", b"title: A better title\n"
    reading = parsers.read("b.html", data, "1" * 64, sidecar)
    assert reading.document.title == "A better title"
    assert reading == read_document("b.html", data, "1" * 64, sidecar)


def test_reasons_of_readers_come_back_as_they_are(parsers: Parsers) -> None:
    with pytest.raises(DocumentError) as expected:
        read_document("a.md", b"---\ntitle: [\n---\n", "0" * 64)
    with pytest.raises(DocumentError) as found:
        parsers.read("a.md", b"---\ntitle: [\n---\n", "0" * 64)
    assert str(found.value) == str(expected.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("abort", "its reader crashed (SIGABRT)"),
        ("segfault", "its reader crashed (SIGSEGV)"),
        ("exit 0", "its reader crashed (exit code 0)"),
        ("swell", "reading it took more than 512 MB of memory"),
        ("swell-behind-a-reason", "reading it took more than 512 MB of memory"),
        ("long", "its text is larger than 1 MB"),
        ("raise", "it is damaged in a way that its reader does not know"),
        ("nest", "it is nested too deeply"),
    ],
)
def test_a_reader_that_fails_costs_that_file_alone(parsers: Parsers, text: str, words: str) -> None:
    assert reason(parsers, text) == words
    assert read(parsers, "Sound words.").document.text == "Sound words."


@pytest.mark.parametrize("text", ["hang", "spin"])
def test_a_reader_that_does_not_end_is_ended(text: str) -> None:
    limits = Limits(seconds=1.5, trusted=0, workers=1)
    with Parsers(misread, limits) as parsers:
        read(parsers, "Words, so that the child is there.")
        started = time.perf_counter()
        assert reason(parsers, text) == "reading it took more than 1.5 s"
        assert time.perf_counter() - started < 3
        assert read(parsers, "Sound words.").document.text == "Sound words."


def test_what_a_reader_started_ends_with_it(tmp_path: Path) -> None:
    with Parsers(misread, Limits(seconds=1, trusted=0, workers=1)) as parsers:
        reason(parsers, f"start {tmp_path / 'outlived'}")
    time.sleep(3.5)
    assert not (tmp_path / "outlived").exists()


@pytest.fixture(scope="module")
def small() -> Iterator[Parsers]:
    """Parsers for documents of up to 5,000 characters, 100 blocks and sentences, and 12 passages."""
    limits = Limits(seconds=20, characters=5_000, workers=1, trusted=0)
    with Parsers(read_document, limits, HashingEmbedder.pieces) as opened:
        yield opened


def stored(text: str) -> bytes:
    document = read_document("a.txt", text.encode(), "0" * 64).document
    return document.model_dump_json().encode()


def test_a_text_that_is_too_long_is_refused(small: Parsers) -> None:
    assert read(small, "Many words. " * 416).document.text
    assert reason(small, "Many words. " * 418) == "its text has 5,015 characters; 5,000 are the most that are read"


def test_a_text_of_too_many_paragraphs_is_refused(small: Parsers) -> None:
    assert len(read(small, "A b.\n\n" * 100).document.blocks) == 100
    assert reason(small, "A b.\n\n" * 101) == "it has 101 paragraphs and rows; 100 are the most that are read"


def test_a_child_splits_as_the_parent_would(small: Parsers) -> None:
    text = "Many words stand in this text. " * 90
    document = read_document("a.txt", text.encode(), "0" * 64).document
    passages = small.split("a", stored(text))
    assert list(passages) == split_document(document, HashingEmbedder().count_pieces)
    assert len(passages) > 2
    renamed = small.split("other", stored(text))
    assert {passage.document_id for passage in renamed} == {"other"}
    assert {passage.id for passage in renamed}.isdisjoint(passage.id for passage in passages)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Go on. " * 101, "its text has more than 100 sentences, the most that are read"),
        ("a;b;" * 1_000, "its text makes 32 passages; 12 are the most that are read"),
    ],
)
def test_a_text_that_splits_into_too_much_is_refused(small: Parsers, text: str, words: str) -> None:
    with pytest.raises(DocumentError) as caught:
        small.split("a", stored(text))
    assert str(caught.value) == words


def test_the_limits_are_those_of_the_settings() -> None:
    settings = Settings(read_seconds=77, read_memory_mb=300, read_characters=123_456, read_workers=3)
    limits = Limits.from_settings(settings)
    assert (limits.seconds, limits.memory, limits.characters, limits.workers) == (77, 300 * 1024**2, 123_456, 3)


def test_a_large_report_is_within_the_limits() -> None:
    """2,000 pages of 50 lines of 90 characters, ten paragraphs and forty sentences."""
    limits = Limits()
    assert limits.characters > 2_000 * 50 * 90
    assert limits.blocks > 2_000 * 40
    assert limits.passages > 2_000 * 50 * 90 / 900


def test_what_libraries_print_does_not_get_among_the_answers(parsers: Parsers) -> None:
    assert read(parsers, "print this").document.text == "print this"


def test_the_reading_of_another_file_is_refused() -> None:
    with Parsers(read_elsewhere, LIMITS) as parsers:
        assert reason(parsers, "Words.") == "its reader gave the result of another file"


def test_one_child_reads_many_files_and_ends_with_its_parsers() -> None:
    before = processes_of(os.getpid())
    with Parsers(misread, LIMITS) as parsers:
        read(parsers, "First words.")
        children = processes_of(os.getpid()) - before
        for number in range(20):
            read(parsers, f"Words {number}.")
        assert len(children) == 1
        assert processes_of(os.getpid()) - before == children
    assert processes_of(os.getpid()) - before == set()


def test_a_child_that_was_killed_between_files_is_replaced() -> None:
    before = processes_of(os.getpid())
    with Parsers(misread, LIMITS) as parsers:
        read(parsers, "First words.")
        (child,) = processes_of(os.getpid()) - before
        os.kill(child, signal.SIGKILL)
        time.sleep(0.2)
        assert read(parsers, "Second words.").document.text == "Second words."


def test_threads_share_the_children() -> None:
    with Parsers(misread, Limits(seconds=30, trusted=0)) as parsers, ThreadPoolExecutor(4) as pool:
        texts = [f"Words of file {number}." for number in range(40)]
        texts[7] = texts[23] = "abort"

        def text_or_reason(text: str) -> str:
            try:
                return read(parsers, text).document.text
            except DocumentError as error:
                return str(error)

        found = list(pool.map(text_or_reason, texts))
    expected = ["its reader crashed (SIGABRT)" if text == "abort" else text for text in texts]
    assert found == expected


def test_what_readers_leave_in_the_temporary_folder_goes_with_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Parsers(misread, LIMITS) as parsers:
        read(parsers, "scratch")
        assert list(tmp_path.rglob("left-over"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("at_work", [False, True])
def test_the_temporary_folder_of_a_parent_that_was_killed_goes_too(
    repository: Path, tmp_path: Path, *, at_work: bool
) -> None:
    script = (
        "import threading, time\n"
        "from kin_assistant.documents.parsers import Limits, Parsers\n"
        "from tests.misreaders import misread\n"
        "parsers = Parsers(misread, Limits(seconds=20, trusted=0, workers=1))\n"
        "parsers.read('a.txt', b'scratch', '0' * 64)\n"
        "slow = lambda: parsers.read('b.txt', b'wait', '0' * 64)\n"
        f"threading.Thread(target=slow, daemon=True).start() if {at_work} else None\n"
        "time.sleep(0.3)\n"
        "print('ready', flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=repository, stdout=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    assert parent.stdout.readline() == "ready\n"
    assert list(tmp_path.rglob("left-over"))
    parent.kill()
    parent.communicate()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and list(tmp_path.iterdir()):
        time.sleep(0.1)
    assert list(tmp_path.iterdir()) == []


def test_short_plain_texts_need_no_child() -> None:
    before = processes_of(os.getpid())
    with Parsers() as parsers:
        assert read(parsers, "Plain words.", "a.md").document.text == "Plain words."
        assert processes_of(os.getpid()) == before
        with pytest.raises(DocumentError, match="empty"):
            read(parsers, "", "a.txt")
        read(parsers, "---\ntitle: a\n<<: {b: c}\n---\nWords.", "a.md")
        assert len(processes_of(os.getpid()) - before) == 1, "merged front matter can grow without bounds"


def test_a_reader_that_cannot_be_started_is_a_fault_of_the_build_not_of_the_file() -> None:
    def nowhere(path: str, data: bytes, sha256: str, sidecar: bytes | None) -> Reading:
        raise AssertionError

    with Parsers(nowhere, LIMITS) as parsers, pytest.raises(BuildFailed, match="cannot be started") as caught:
        read(parsers, "Words.")
    assert "AttributeError" in caught.value.details


@pytest.mark.slow
def test_a_child_does_not_outlive_a_parent_that_was_killed(repository: Path) -> None:
    script = (
        "import os, threading, time\n"
        "from kin_assistant.documents.parsers import Limits, Parsers\n"
        "from tests.misreaders import misread\n"
        "parsers = Parsers(misread, Limits(seconds=2, trusted=0, workers=2))\n"
        "parsers.read('a.txt', b'Words.', '0' * 64)\n"
        "threading.Thread(target=lambda: parsers.read('b.txt', b'spin', '0' * 64), daemon=True).start()\n"
        "time.sleep(0.3)\n"
        "print('at work', flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=repository, stdout=subprocess.PIPE, text=True)
    assert parent.stdout.readline() == "at work\n"
    children = processes_of(parent.pid)
    assert children
    parent.kill()
    parent.communicate()
    deadline = time.monotonic() + 12
    while time.monotonic() < deadline and any(_is_running(child) for child in children):
        time.sleep(0.2)
    assert not [child for child in children if _is_running(child)]


def _is_running(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")
