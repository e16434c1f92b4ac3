"""A temporary folder goes with its process, and one whose process was killed goes when the next is made."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kin_assistant.processes.scratch import ScratchFolder


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, of this test alone."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.fixture
def other(temporary: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that has such a folder, and has put a file into it."""
    code = (
        "from kin_assistant.processes.scratch import ScratchFolder\n"
        "folder = ScratchFolder('kin-test-')\n"
        "(folder.path / 'file').write_text('x')\n"
        "print(folder.path, flush=True)\n"
        "input()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(temporary)},
    )
    yield process
    process.kill()
    process.communicate()


def test_a_folder_is_removed_when_it_is_closed(temporary: Path) -> None:
    folder = ScratchFolder("kin-test-")
    (folder.path / "below").mkdir()
    (folder.path / "below" / "file").write_text("x")
    assert list(temporary.iterdir()) == [folder.path]
    folder.close()
    folder.close()
    assert list(temporary.iterdir()) == []


def test_a_folder_that_is_forgotten_is_removed(temporary: Path, other: subprocess.Popen[str]) -> None:
    assert other.stdout is not None
    assert Path(other.stdout.readline().strip()).is_dir()
    other.communicate("end\n", timeout=30)
    assert list(temporary.iterdir()) == []


def test_the_folder_of_a_killed_process_is_removed_at_once_and_that_of_a_running_one_stays(
    other: subprocess.Popen[str],
) -> None:
    assert other.stdout is not None
    theirs = Path(other.stdout.readline().strip())
    mine = ScratchFolder("kin-test-")
    assert (theirs / "file").read_text() == "x"
    other.kill()
    other.wait()
    assert theirs.is_dir()
    ScratchFolder("kin-test-").close()
    assert not theirs.exists()
    assert mine.path.is_dir(), "of the same process"
    mine.close()


def test_what_has_another_name_or_is_a_link_stays(temporary: Path, tmp_path: Path) -> None:
    (temporary / "kin-other-1").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (temporary / "kin-test-link").symlink_to(tmp_path / "elsewhere")
    ScratchFolder("kin-test-").close()
    assert {path.name for path in temporary.iterdir()} == {"kin-other-1", "kin-test-link"}
    assert (tmp_path / "elsewhere").is_dir()


def test_folders_that_are_made_at_once_do_not_remove_each_other() -> None:
    def use(_: int) -> bool:
        folder = ScratchFolder("kin-test-")
        (folder.path / "file").write_text("x")
        whole = (folder.path / "file").read_text() == "x"
        folder.close()
        return whole

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(use, range(200)))


def test_without_a_folder_for_temporary_files_there_is_an_error_of_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(OSError, match="No such file"):
        ScratchFolder("kin-test-")
