"""The index folder: one published build, one builder, and nothing left over."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kin_assistant.errors import BuildRunning, IndexFault, IndexMissing, KinError
from kin_assistant.index.layout import IndexFolder
from kin_assistant.index.manifest import Manifest, Recipe
from kin_assistant.index.snapshot import open_published


def names(root: Path) -> set[str]:
    return {path.name for path in root.glob("build-*")}


def finish(build: Path) -> Path:
    """Make ``build`` look finished."""
    (build / "manifest.json").write_text("{}")
    return build


def test_without_a_pointer_nothing_is_published(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="kin sync"):
        IndexFolder(tmp_path / "nowhere").published()


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"\xff\xfe", b"../elsewhere", b"build-a/../../b", b"/etc", b"build", b"\0" * 30]
)
def test_a_pointer_to_no_build_is_not_followed(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "CURRENT").write_bytes(content)
    with pytest.raises(IndexMissing):
        IndexFolder(tmp_path).published()


def test_publishing_replaces_the_pointer_as_a_whole(tmp_path: Path) -> None:
    index = IndexFolder(tmp_path)
    for _ in range(2):
        build = finish(index.fresh_build("abc"))
        index.publish(build)
        assert index.published() == build
    assert {path.name for path in tmp_path.iterdir()} == {"CURRENT", "build-abc-1", "build-abc-2"}


def test_a_fresh_build_never_takes_the_folder_of_another(tmp_path: Path) -> None:
    index = IndexFolder(tmp_path / "index")
    assert len({index.fresh_build("abc") for _ in range(3)}) == 3


def test_what_an_interrupted_build_left_is_discarded(tmp_path: Path) -> None:
    index = IndexFolder(tmp_path)
    index.publish(finish(index.fresh_build("whole")))
    (index.fresh_build("broken") / "vectors.npy").write_bytes(b"x")
    (tmp_path / "build-file").write_text("not a folder")
    index.prune()
    assert names(tmp_path) == {"build-whole-1", "build-file"}


def test_a_build_that_was_finished_but_never_published_is_not_what_came_before(tmp_path: Path) -> None:
    index = IndexFolder(tmp_path)
    first = finish(index.fresh_build("first"))
    index.publish(first)
    finish(index.fresh_build("killed-before-it-was-published"))
    second = finish(index.fresh_build("second"))
    index.publish(second)
    index.prune()
    assert index.builds() == [second, first]
    assert names(tmp_path) == {"build-first-1", "build-second-1"}


def test_the_published_build_and_the_one_before_it_are_kept(tmp_path: Path) -> None:
    index = IndexFolder(tmp_path)
    for number in range(4):
        index.publish(finish(index.fresh_build(f"number{number}")))
        index.prune()
    assert [build.name for build in index.builds()] == ["build-number3-1", "build-number2-1"]
    assert names(tmp_path) == {"build-number2-1", "build-number3-1"}


def test_one_may_build_at_a_time(tmp_path: Path) -> None:
    with IndexFolder(tmp_path).locked():
        started = time.perf_counter()
        with pytest.raises(BuildRunning, match="Another build"), IndexFolder(tmp_path).locked():
            pass
        assert time.perf_counter() - started < 1
    with IndexFolder(tmp_path).locked():
        pass


def test_a_killed_builder_does_not_keep_the_right_to_build(tmp_path: Path, repository: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from kin_assistant.index.layout import IndexFolder\n"
        "with IndexFolder(Path(sys.argv[1])).locked(): print('locked', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, tmp_path], cwd=repository, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout.readline() == "locked\n"
    with pytest.raises(BuildRunning), IndexFolder(tmp_path).locked():
        pass
    holder.kill()
    holder.communicate()
    with IndexFolder(tmp_path).locked():
        pass


@pytest.mark.parametrize(
    "make", [lambda path: path.write_text("x"), lambda path: path.symlink_to("/proc/nothing")], ids=["a file", "a link"]
)
def test_an_index_folder_that_cannot_be_made_is_a_clear_fault(tmp_path: Path, make: object) -> None:
    make(tmp_path / "index")
    with pytest.raises(KinError, match="index"), IndexFolder(tmp_path / "index").locked():
        pass


def test_a_pointer_to_a_folder_that_is_gone_falls_back(own_builds: Path, recipe: Recipe) -> None:
    shutil.rmtree(IndexFolder(own_builds).published())
    opened = open_published(own_builds, recipe)
    assert len(opened.notices) == 1
    opened.close()


def test_no_damage_to_the_pointer_gives_another_answer(own_builds: Path, recipe: Recipe) -> None:
    whole = (own_builds / "CURRENT").read_bytes()
    known = {Manifest.read(build).build_id for build in IndexFolder(own_builds).builds()}
    for offset in range(0, len(whole), 3):
        damaged = bytearray(whole)
        damaged[offset] ^= 4
        (own_builds / "CURRENT").write_bytes(damaged)
        try:
            opened = open_published(own_builds, recipe)
        except IndexFault:
            continue
        assert opened.manifest.build_id in known
        opened.close()
