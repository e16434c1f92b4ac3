"""Watching a folder: every change is noticed once, when it is over."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kin_assistant.index.watch import changes, snapshot
from tests.conftest import Write, write_corpus


class Ended(Exception):
    """Raised when a script of changes is over."""


def played(folder: Path, script: list[Callable[[], object]]) -> Iterator[None]:
    """Changes of ``folder`` where each wait runs one step of ``script``."""
    steps = iter(script)

    def sleep(_seconds: float) -> None:
        step = next(steps, None)
        if step is None:
            raise Ended
        step()

    return changes(folder, sleep=sleep)


def count(noticed: Iterator[None]) -> int:
    found = 0
    try:
        for _ in noticed:
            found += 1
    except Ended:
        pass
    return found


def nothing() -> None:
    """Time passes."""


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: write_corpus(folder, {"b.md": "new"}),
        lambda folder: write_corpus(folder, {"a.md": "longer than before"}),
        lambda folder: os.utime(folder / "a.md", (1, 1)),
        lambda folder: (folder / "a.md").unlink(),
        lambda folder: (folder / "a.md").rename(folder / "c.md"),
        lambda folder: (folder / "sub" / "deep.md").write_text("changed"),
        lambda folder: (folder / "empty").mkdir(),
    ],
    ids=["added", "changed", "touched", "removed", "renamed", "changed below", "folder added"],
)
def test_every_kind_of_change_is_noticed_once(write: Write, change: Callable[[Path], object]) -> None:
    folder = write({"a.md": "a", "sub/deep.md": "b"})
    assert count(played(folder, [nothing, lambda: change(folder), nothing, nothing, nothing])) == 2, "at once, and then"


def test_nothing_is_noticed_where_nothing_changes(write: Write) -> None:
    assert count(played(write({"a.md": "a"}), [nothing] * 5)) == 1


def test_a_change_is_told_of_when_the_folder_is_quiet(write: Write) -> None:
    folder = write({"a.md": "a"})
    growing = [lambda size=size: write_corpus(folder, {"b.md": "x" * size}) for size in range(1, 5)]
    assert count(played(folder, [*growing, nothing, nothing, nothing])) == 2


def test_what_changes_while_the_caller_is_at_work_is_noticed_next(write: Write) -> None:
    folder = write({"a.md": "a"})
    noticed = played(folder, [nothing, nothing, nothing, nothing])
    next(noticed)
    write_corpus(folder, {"b.md": "b"})
    assert count(noticed) == 1


def test_a_folder_may_come_and_go(tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    come = lambda: write_corpus(folder, {"a.md": "a"})  # noqa: E731
    go = lambda: ((folder / "a.md").unlink(), folder.rmdir())  # noqa: E731
    assert snapshot(folder) == {}
    assert count(played(folder, [nothing, come, nothing, go, nothing])) == 3


def test_links_are_not_followed_and_pipes_not_opened(write: Write, tmp_path: Path) -> None:
    folder = write({"a.md": "a"})
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    os.mkfifo(folder / "pipe.md")
    assert {Path(path).name for path in snapshot(folder)} == {"a.md", "loop", "pipe.md"}
