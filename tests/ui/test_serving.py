"""``kin serve`` and ``kin ask`` as processes: the first questions, signals, a network that hangs, an index that is stale."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from http.client import HTTPException
from pathlib import Path

import pytest

from kin_assistant.index.build import sync
from kin_assistant.index.layout import IndexFolder
from kin_assistant.models.embedder import Embedder
from tests.conftest import NOW, write_corpus
from tests.doubles import QUESTION, SOURCES
from tests.served_process import environment_with, served

DONE, FAILED, HUNG, TERMINATED = 0, 1, 4, 143
TRIALS = int(os.environ.get("SERVER_TRIALS", "1"))

# Loaded by every Python process that has its folder on the path: a network that needs no loading, makes states as the mask is
# wide, and hangs once a file is there, and an index that needs Chroma at any size.
SITE = """
import os
import numpy
from kin_assistant.models import engine
from kin_assistant.index import snapshot

class Network:
    def run(self, inputs):
        for number, batch in enumerate(inputs):
            if os.path.exists(os.environ["HANG_FILE"]):
                if os.environ["HANG"] == "with the interpreter":
                    import ctypes
                    ctypes.PyDLL(None).sleep(1000)
                else:
                    import threading
                    threading.Event().wait()
            yield number, numpy.ones((*batch[1].shape, 384), numpy.float32)

engine.open_network = lambda *_, **__: Network()
if os.environ.get("NEEDS_CHROMA"):
    snapshot.EXACT_UP_TO = 0
if os.environ.get("LARGEST_FILE"):
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(os.environ["LARGEST_FILE"]), -1))
"""
Around = Callable[..., dict[str, str]]
NO_BYTECODE = {"PYTHONDONTWRITEBYTECODE": "1"}
"""Of what a process with a limit on files compiles, it would leave half for all others."""


@pytest.fixture
def around(tmp_path: Path, repository: Path) -> Around:
    """The environment of a process with the double, and with a folder of its own for temporary files."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(SITE)
    (tmp_path / "temporary").mkdir()

    def make(**settings: object) -> dict[str, str]:
        search = os.pathsep.join([str(tmp_path / "site"), str(repository)])
        hang = {"HANG_FILE": tmp_path / "hang", "HANG": "alone"}
        return environment_with(PYTHONPATH=search, TMPDIR=tmp_path / "temporary", **(hang | settings))

    return make


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, prepared_root: Path, model: Embedder) -> Path:
    """A small corpus and its index. Do not change them; take ``library``."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "index").mkdir()
    (folder / "index" / "models").symlink_to(prepared_root / "models")
    sync(write_corpus(folder / "corpus", SOURCES), folder / "index", model, now=NOW)
    return folder


@pytest.fixture
def library(built: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A small corpus and its index, of this test alone."""
    for name in ("corpus", "index"):
        shutil.copytree(built / name, tmp_path / name, symlinks=True)
    return tmp_path / "corpus", tmp_path / "index"


def copies(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "temporary").glob("kin-*"))


def start(arguments: list[str], index: Path, environment: Mapping[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "kin_assistant", *arguments, "--index", str(index)]
    return subprocess.Popen(
        command,
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_until(condition: Callable[[], object], seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


# The first questions


@pytest.mark.slow
@pytest.mark.parametrize("trial", range(TRIALS))
@pytest.mark.parametrize("questions", [2, 20])
def test_the_first_questions_of_a_server_may_come_at_once(
    shipped_corpus: Path, shipped_index: Path, tmp_path: Path, questions: int, trial: int
) -> None:
    # Twenty of one client: it may hold a quarter of the queue.
    environment = environment_with(KIN_QUESTIONS_PER_MINUTE=100, KIN_QUEUE_SIZE=100)
    with served(shipped_corpus, shipped_index, tmp_path, environment) as page:
        with ThreadPoolExecutor(questions) as pool:
            answers = list(pool.map(page.ask, [QUESTION] * questions))
        assert all("<blockquote" in answer for answer in answers)
        assert page.stop(signal.SIGTERM) == DONE


THREADS_OF = """
import sys
from kin_assistant.cli.main import main
code = main(["serve", "--corpus", sys.argv[1], "--index", sys.argv[2], "--port", sys.argv[3]])
from threadpoolctl import threadpool_info
print(code, [pool["num_threads"] for pool in threadpool_info() if pool["internal_api"] == "openblas"])
"""


@pytest.mark.parametrize(("wanted", "threads"), [({}, 1), ({"OPENBLAS_NUM_THREADS": "2"}, 2)])
def test_a_server_gives_linear_algebra_one_thread_unless_it_is_told_otherwise(
    library: tuple[Path, Path], wanted: dict[str, str], threads: int
) -> None:
    """So that the two answers that are made at once do not wait for each other."""
    if (os.cpu_count() or 1) < threads:
        pytest.skip("OpenBLAS starts no more threads than there are processors")
    environment = environment_with(**wanted)
    if not wanted:
        environment.pop("OPENBLAS_NUM_THREADS", None)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        arguments = [*map(str, library), str(taken.getsockname()[1])]  # it ends there, with everything loaded
        ended = subprocess.run(
            [sys.executable, "-c", THREADS_OF, *arguments],
            env=environment, capture_output=True, text=True, timeout=180, check=False,
        )  # fmt: skip
    assert ended.stdout == f"{FAILED} [{threads}]\n", ended.stderr


# Signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_server_that_is_stopped_removes_its_copy_and_ends_well(
    library: tuple[Path, Path], tmp_path: Path, around: Around, number: int
) -> None:
    with served(*library, tmp_path, around(NEEDS_CHROMA=1)) as page:
        assert len(copies(tmp_path)) == 1
        assert page.stop(number) == DONE, page.log.read_text()
        assert "Traceback" not in page.log.read_text()
    assert copies(tmp_path) == []


def test_a_server_counts_and_logs_that_something_was_asked_and_not_what(
    library: tuple[Path, Path], tmp_path: Path, around: Around
) -> None:
    settings = {"KIN_METRICS_READERS": "127.0.0.1", "KIN_LOG": "json"}
    with served(*library, tmp_path, around(**settings)) as page:
        page.ask(QUESTION)
        figures = page.get("/metrics")
        assert page.stop(signal.SIGTERM) == DONE, page.log.read_text()
    assert "\nkin_question_seconds_count 1.0\n" in figures
    counted = re.findall(r'^kin_questions_total{kind="[a-z]+",outcome="([a-z]+)"} 1.0$', figures, re.MULTILINE)
    assert re.search(r"^process_resident_memory_bytes [1-9]", figures, re.MULTILINE)
    log = page.log.read_text()
    lines = [json.loads(line) for line in log.splitlines()]
    assert [line["outcome"] for line in lines if line.get("what") == "question"] == counted
    assert len(counted) == 1
    assert any(line["message"].startswith("The page is at http://127.0.0.1:") for line in lines)
    assert "Surabaya" not in log + figures


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_question_that_is_stopped_removes_its_copy(
    library: tuple[Path, Path], tmp_path: Path, around: Around, number: int
) -> None:
    (tmp_path / "hang").touch()
    process = start(["ask", QUESTION], library[1], around(NEEDS_CHROMA=1))
    wait_until(lambda: copies(tmp_path))
    time.sleep(1)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (TERMINATED, "", "")
    assert copies(tmp_path) == []


def test_what_was_told_to_ignore_a_hang_up_goes_on(library: tuple[Path, Path], tmp_path: Path, around: Around) -> None:
    (tmp_path / "hang").touch()
    command = ["nohup", sys.executable, "-m", "kin_assistant", "ask", QUESTION, "--index", str(library[1])]
    process = subprocess.Popen(
        command, env=around(NEEDS_CHROMA=1), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    wait_until(lambda: copies(tmp_path))
    process.send_signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(2)
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode == TERMINATED


# A network that hangs


@pytest.mark.parametrize(("hang", "code"), [("alone", HUNG), ("with the interpreter", FAILED)])
def test_a_page_whose_network_hangs_says_so_and_ends_for_its_supervisor(
    library: tuple[Path, Path], tmp_path: Path, around: Around, hang: str, code: int
) -> None:
    with served(*library, tmp_path, around(KIN_ANSWER_SECONDS=4, HANG=hang)) as page:
        assert "took longer than" not in page.ask(QUESTION)
        (tmp_path / "hang").touch()
        if hang == "alone":
            assert "The answer took longer than 4 seconds and was given up." in page.ask(QUESTION)
        else:
            with pytest.raises((OSError, HTTPException, AssertionError)):
                page.ask(QUESTION)
        assert page.process.wait(60) == code
        log = page.log.read_text()
        assert "in run" in log, "where it hangs"
        assert ("A call hangs." in log) == (hang == "alone")


@pytest.mark.parametrize("hang", ["alone", "with the interpreter"])
def test_a_question_to_a_network_that_hangs_ends(
    library: tuple[Path, Path], tmp_path: Path, around: Around, hang: str
) -> None:
    (tmp_path / "hang").touch()
    process = start(["ask", QUESTION], library[1], around(KIN_ANSWER_SECONDS=2, HANG=hang))
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (FAILED, "")
    sentence = "kin: The answer took longer than 2 seconds and was given up. Please try again in a minute.\n"
    assert err.endswith(sentence) if hang == "alone" else "Timeout" in err


def test_a_batch_to_a_network_that_hangs_ends_at_its_first_line(
    library: tuple[Path, Path], tmp_path: Path, around: Around
) -> None:
    (tmp_path / "hang").touch()
    (tmp_path / "in.jsonl").write_text('{"question": "How is waste cut?"}\n' * 9)
    arguments = ["ask", "--batch", str(tmp_path / "in.jsonl"), "--out", str(tmp_path / "out.jsonl")]
    process = start(arguments, library[1], around(KIN_ANSWER_SECONDS=2))
    _, err = process.communicate(timeout=60)
    assert process.returncode == FAILED
    assert "took longer than 2 seconds" in err


# An index that is stale


STALE = "The documents have changed since this index was built."


def test_a_page_comes_up_while_another_process_syncs_and_shows_what_that_publishes(
    library: tuple[Path, Path], tmp_path: Path, around: Around, model: Embedder
) -> None:
    corpus, index = library
    write_corpus(corpus, {"note.txt": "Lahore planted four thousand trees along its canals in 2019."})
    with ExitStack() as other_process:
        other_process.enter_context(IndexFolder(index).locked())
        page = other_process.enter_context(served(corpus, index, tmp_path, around()))
        assert "Another build of this index is running." in page.log.read_text()
        assert STALE in page.get("/")
        assert STALE in page.get("/library")


def test_a_page_over_a_stale_index_shows_what_another_process_publishes(
    library: tuple[Path, Path], tmp_path: Path, around: Around, model: Embedder
) -> None:
    corpus, index = library
    write_corpus(corpus, {"note.txt": "Lahore planted four thousand trees along its canals in 2019."})
    with ExitStack() as lock:
        lock.enter_context(IndexFolder(index).locked())
        with served(corpus, index, tmp_path, around()) as page:
            lock.close()
            sync(corpus, index, model, now=NOW)
            assert "four thousand trees" in page.get("/documents/note")
            assert STALE not in page.get("/library")


def test_a_page_comes_up_over_an_index_that_cannot_be_written_to(
    library: tuple[Path, Path], tmp_path: Path, around: Around
) -> None:
    corpus, index = library
    write_corpus(corpus, {"note.txt": "Lahore planted four thousand trees along its canals in 2019."})
    (index / "build.lock").unlink()
    (index / "build.lock").mkdir()  # as good as a folder without rights, which do not bind an administrator
    with served(corpus, index, tmp_path, around()) as page:
        assert f"The index folder {index} cannot be written to" in page.log.read_text()
        assert STALE in page.get("/")
        assert str(index) not in page.get("/"), "a visitor is not told where it lies"


def test_a_page_comes_up_where_the_disk_is_full(library: tuple[Path, Path], tmp_path: Path, around: Around) -> None:
    corpus, index = library
    write_corpus(corpus, {"note.txt": "Lahore planted four thousand trees along its canals in 2019."})
    with served(corpus, index, tmp_path, around(LARGEST_FILE=8192, **NO_BYTECODE)) as page:
        assert "The new index could not be built, and the one before it stays." in page.log.read_text()
        assert STALE in page.get("/")
        assert "<blockquote" in page.ask(QUESTION) or "kin-refusal" in page.ask(QUESTION)


def test_where_nothing_can_be_served_both_reasons_are_told(
    library: tuple[Path, Path], tmp_path: Path, around: Around
) -> None:
    empty = tmp_path / "empty"
    with IndexFolder(empty).locked():
        process = start(["serve", "--corpus", str(library[0])], empty, around())
        _, err = process.communicate(timeout=120)
    assert process.returncode == FAILED
    last = err.splitlines()[-1]
    assert last == (
        "kin: Another build of this index is running. Wait for it to end. There is no index yet. Run: kin sync"
    )


# Too little of what the machine has


def in_process_with(
    limit: int, value: int, arguments: list[str], environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kin_assistant", *arguments],
        env={**(environment or os.environ), **NO_BYTECODE}, capture_output=True, text=True, timeout=180, check=False,
        preexec_fn=partial(resource.setrlimit, limit, (value, value)),
    )  # fmt: skip


_LOADER_FAILED = 127
"""Exit code of a process that the dynamic loader ends."""


def assert_a_sentence(ended: subprocess.CompletedProcess[str]) -> None:
    """It did what it should, or said in one sentence why not."""
    assert "Traceback" not in ended.stderr
    if ended.returncode in (-signal.SIGABRT, _LOADER_FAILED):
        # The C library found no room for what belongs to a new thread, and lets nobody say more.
        assert re.fullmatch(r"Fatal glibc error: .*out of memory\n|cannot allocate memory for .*\n", ended.stderr)
        return
    assert ended.returncode in (DONE, FAILED), ended.stderr
    if ended.returncode == FAILED:
        assert ended.stdout == ""
        assert ended.stderr.count("kin: ") == 1, ended.stderr
        assert ended.stderr.splitlines()[-1].startswith("kin: ")
        assert "The index is damaged" not in ended.stderr
        assert "should not have" not in ended.stderr


@pytest.mark.parametrize("megabytes", [200, 400, 700, 1100, 1300])
def test_too_little_memory_is_a_sentence(shipped_index: Path, megabytes: int) -> None:
    ended = in_process_with(resource.RLIMIT_AS, megabytes * 2**20, ["ask", QUESTION, "--index", str(shipped_index)])
    assert_a_sentence(ended)
    assert megabytes > 200 or ended.returncode == FAILED


@pytest.mark.parametrize("files", [6, 8, 10, 12, 16])
def test_too_few_open_files_are_a_sentence(shipped_index: Path, files: int) -> None:
    ended = in_process_with(resource.RLIMIT_NOFILE, files, ["ask", QUESTION, "--index", str(shipped_index)])
    assert_a_sentence(ended)
    assert files > 6 or ended.returncode == FAILED


@pytest.mark.parametrize("megabytes", [300, 900])
def test_too_little_memory_for_a_check_is_no_damage(shipped_index: Path, megabytes: int) -> None:
    assert_a_sentence(in_process_with(resource.RLIMIT_AS, megabytes * 2**20, ["verify", "--index", str(shipped_index)]))


@pytest.mark.parametrize("options", [[], ["--deep"]])
def test_no_room_for_temporary_files_is_no_damage(shipped_index: Path, options: list[str]) -> None:
    arguments = ["verify", *options, "--index", str(shipped_index)]
    ended = in_process_with(resource.RLIMIT_FSIZE, 8192, arguments)
    assert_a_sentence(ended)
    assert ended.returncode == FAILED
    assert "The index cannot be checked. The vector store cannot be copied into" in ended.stderr


@pytest.mark.parametrize("chroma", ["", "1"])
def test_no_room_for_temporary_files_is_a_sentence_where_they_are_needed(
    library: tuple[Path, Path], around: Around, chroma: str
) -> None:
    arguments = ["ask", QUESTION, "--index", str(library[1])]
    ended = in_process_with(resource.RLIMIT_FSIZE, 8192, arguments, around(NEEDS_CHROMA=chroma))
    assert_a_sentence(ended)
    assert ended.returncode == (FAILED if chroma else DONE)
