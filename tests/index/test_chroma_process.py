"""The child that writes and checks a build: what goes wrong in it is told as damage, and it ends with its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from kin_assistant.errors import IndexDamaged
from kin_assistant.index.chroma_process import ChromaProcess
from kin_assistant.index.dense import DenseIndex
from kin_assistant.index.layout import IndexFolder

IDS = ["a", "b", "c"]


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """A folder with three vectors."""
    np.save(tmp_path / "vectors.npy", np.eye(3, 8, dtype=np.float32))
    return tmp_path


def children() -> list[int]:
    """Ids of the processes that this one has started."""
    return [int(pid) for tasks in Path("/proc/self/task").glob("*/children") for pid in tasks.read_text().split()]


def test_the_store_holds_what_was_given(build: Path) -> None:
    with ChromaProcess(build) as store:
        store.begin(IDS, [0, 0, 1])
        store.finish()
    dense = DenseIndex(build / "chroma")
    assert dense.ids() == set(IDS)
    assert dense.search(np.eye(3, 8, dtype=np.float32)[1], 3, [0])[0].tolist() == [1, 0]
    dense.close()


def test_why_it_cannot_be_written_is_told(build: Path) -> None:
    (build / "vectors.npy").unlink()
    with ChromaProcess(build) as store:
        store.begin(IDS, [0, 0, 1])
        with pytest.raises(IndexDamaged, match="No such file"):
            store.finish()


def test_what_nobody_foresaw_goes_into_the_details(build: Path) -> None:
    (build / "vectors.npy").write_bytes(b"no array")
    with ChromaProcess(build) as store:
        store.begin(IDS, [0, 0, 1])
        with pytest.raises(IndexDamaged, match="writing its vector store ended with exit code 1") as fault:
            store.finish()
    assert "Traceback" in fault.value.details


def test_the_first_thing_that_is_wrong_is_told(own_builds: Path) -> None:
    build = IndexFolder(own_builds).published()
    (build / "chroma").rename(own_builds / "aside")
    with ChromaProcess(build) as store:
        store.begin(["x", "y"], [0, 0])
        store.finish()
        with pytest.raises(IndexDamaged, match=r"its file chroma/\S+ (is missing|was changed|does not belong there)"):
            store.check()


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="processes cannot be listed here")
@pytest.mark.parametrize("moment", ["before", "while it writes", "while it checks"])
def test_a_child_that_is_killed_counts_as_damage(build: Path, moment: str) -> None:
    before = children()
    with ChromaProcess(build) as store:
        (child,) = set(children()) - set(before)
        if moment == "before":
            os.kill(child, signal.SIGKILL)
        store.begin(IDS, [0, 0, 1])
        if moment == "while it checks":
            store.finish()
        os.kill(child, signal.SIGKILL)
        with pytest.raises(IndexDamaged, match="ended with SIGKILL"):
            (store.check if moment == "while it checks" else store.finish)()
    assert children() == before


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes cannot be listed here")
def test_it_ends_with_its_parent(build: Path, repository: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from kin_assistant.index.chroma_process import ChromaProcess\n"
        "with ChromaProcess(Path(sys.argv[1])): print(flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script, build], cwd=repository, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    parent.stdout.readline()
    (child,) = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
    parent.kill()
    parent.communicate()
    waited = time.perf_counter()
    while _runs(child):
        assert time.perf_counter() - waited < 60
        time.sleep(0.05)


def _runs(pid: str) -> bool:
    """Whether it is there and more than a name that nobody has asked for yet."""
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
