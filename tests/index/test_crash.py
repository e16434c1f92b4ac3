"""A builder that is killed at any moment leaves an index that answers, the old one or the new one."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kin_assistant.index.layout import IndexFolder
from kin_assistant.index.manifest import Manifest
from tests.conftest import write_corpus
from tests.index.builder import STEPS, build, run_check, start

KILLS = int(os.environ.get("CRASH_KILLS", "30"))
"""How often the builder is killed at random."""


def words(seed: int) -> str:
    """A document of a few hundred words that no other seed gives."""
    numbers = random.Random(seed)  # noqa: S311 (no secrets)
    vocabulary = [f"w{number}" for number in range(400)]
    sentences = [" ".join(numbers.choices(vocabulary, k=12)) for _ in range(60)]
    return "\n\n".join(sentences)


@pytest.fixture
def states(tmp_path: Path) -> list[Path]:
    """Two corpora that share most documents; each has one that the other has not."""
    shared = {f"shared-{number}.txt": words(number) for number in range(4)}
    return [
        write_corpus(tmp_path / "one", {**shared, "first.txt": words(10), "both.txt": words(11)}),
        write_corpus(tmp_path / "two", {**shared, "second.txt": words(12), "both.txt": words(13)}),
    ]


def finish(corpus: Path, index: Path) -> float:
    started = time.perf_counter()
    process = start(build, corpus, index)
    process.join(60)
    assert process.exitcode == 0
    return time.perf_counter() - started


def leftovers(index: Path) -> set[str]:
    known = {"CURRENT", "build.lock", "vectors.sqlite", "documents.sqlite"}
    return {path.name for path in index.iterdir() if path.name not in known and not path.name.startswith("build-")}


@pytest.mark.slow
def test_the_published_index_survives_kills_at_random_moments(states: list[Path], tmp_path: Path) -> None:
    index = tmp_path / "index"
    finish(states[0], index)
    duration = min(finish(states[1], index), finish(states[0], index))
    delays = random.Random(20261121)  # noqa: S311 (no secrets)
    runs, killed, started = 0, 0, time.perf_counter()
    while killed < KILLS:
        runs += 1
        begun = time.perf_counter()
        # Always the corpus that is not published, so that there is something to build.
        process = start(build, states["first.txt" in Manifest.read(IndexFolder(index).published()).corpus], index)
        process.join(delays.uniform(0, duration))
        if process.exitcode is None:
            process.kill()
            process.join()
        if process.exitcode == -signal.SIGKILL:
            killed += 1
        else:
            assert process.exitcode == 0
            duration = min(duration, time.perf_counter() - begun)
        assert run_check(index, states) == 0, f"after {runs} runs"
        assert runs < 3 * KILLS
    assert time.perf_counter() - started < 3 * max(KILLS, 30)
    finish(states[0], index)
    finish(states[1], index)
    assert run_check(index, states[1:]) == 0
    assert leftovers(index) == set()
    assert len(list(index.glob("build-*/"))) <= 2, "what the killed builders left is removed"


def test_what_a_killed_sync_leaves_in_the_temporary_folder_goes_with_the_next(tmp_path: Path, repository: Path) -> None:
    temporary, index = tmp_path / "temporary", tmp_path / "index"
    temporary.mkdir()
    corpus = write_corpus(tmp_path / "corpus", {"page.html": f"<p>{words(1)}</p>", "text.txt": words(2)})

    def run(moment: str) -> int:
        script = (
            "import sys; from pathlib import Path; from tests.index.builder import build\n"
            "build(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])"
        )
        return subprocess.run(
            [sys.executable, "-c", script, corpus, index, moment],
            cwd=repository, env={**os.environ, "TMPDIR": str(temporary)}, timeout=300, check=False,
        ).returncode  # fmt: skip

    for moment in ("Reading ends", "Storing begins", "Verifying begins"):
        assert run(moment) == -signal.SIGKILL
    assert run("never") == 0
    # A child that has just seen its parent go may still be removing its folder.
    deadline = time.monotonic() + 10
    while list(temporary.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [path.name for path in temporary.iterdir()] == []


MOMENTS = [
    "Reading begins",
    "Reading ends",
    "Splitting begins",
    "Splitting ends",
    "Embedding begins",
    "Embedding ends",
    "Storing begins",
    "Storing 1 of 4",
    "Storing 2 of 4",
    "Storing 3 of 4",
    "Storing ends",
    "Verifying begins",
    "Verifying ends",
    "before the pointer",
    "behind the pointer",
    "Publishing ends",
]


@pytest.mark.slow
def test_the_published_index_survives_a_kill_at_every_step(states: list[Path], tmp_path: Path) -> None:
    index = tmp_path / "index"
    finish(states[0], index)
    assert {moment.split()[0] for moment in MOMENTS} >= set(STEPS)
    for moment in MOMENTS:
        # From the first state each time; what the killed builder left stays for the next one.
        before = IndexFolder(index).published()
        process = start(build, states[1], index, moment)
        process.join(60)
        assert process.exitcode == -signal.SIGKILL, moment
        published = moment in ("behind the pointer", "Publishing ends")
        assert (IndexFolder(index).published() != before) == published, moment
        assert run_check(index, states[1:] if published else states[:1]) == 0, moment
        if published:
            finish(states[0], index)


@pytest.mark.slow
def test_the_command_survives_being_killed(tmp_path: Path, repository: Path, prepared_root: Path) -> None:
    """The real command with the real model, killed while it embeds and while it stores."""
    index = tmp_path / "index"
    shutil.copytree(prepared_root / "models", index / "models")
    corpus = write_corpus(tmp_path / "corpus", {f"{number}.txt": words(number) for number in range(3)})
    command = [sys.executable, "-m", "kin_assistant", "sync", "--corpus", corpus, "--index", index]
    subprocess.run(command, cwd=repository, check=True, capture_output=True, timeout=60)
    whole = Manifest.read(IndexFolder(index).published())
    write_corpus(corpus, {"new.txt": words(5)})
    for delay in (0.6, 1.2, 1.8):
        process = subprocess.Popen(command, cwd=repository, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        manifest = Manifest.read(IndexFolder(index).published())
        manifest.check_files(IndexFolder(index).published())
        assert manifest.corpus == whole.corpus or "new.txt" in manifest.corpus
    subprocess.run(command, cwd=repository, check=True, capture_output=True, timeout=60)
    verify = [*command[:3], "verify", *command[4:]]
    subprocess.run(verify, cwd=repository, check=True, capture_output=True, timeout=60)
    assert "new.txt" in Manifest.read(IndexFolder(index).published()).corpus
