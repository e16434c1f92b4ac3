"""A file is written whole or not at all."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from kin_assistant.cli.files import write_whole
from kin_assistant.errors import KinError


def test_a_file_replaces_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "a.md"
    target.write_text("old")
    write_whole(target, b"new")
    assert target.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [target]


def test_others_may_read_it_as_any_file_that_is_made_there(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.md", b"x")
    (tmp_path / "usual").touch()
    assert stat.S_IMODE((tmp_path / "a.md").stat().st_mode) == stat.S_IMODE((tmp_path / "usual").stat().st_mode)


@pytest.mark.parametrize("name", ["missing/a.md", "folder", "x" * 300])
def test_what_cannot_be_written_is_a_sentence_and_leaves_nothing_behind(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(KinError, match="cannot be written: "):
        write_whole(tmp_path / name, b"x")
    assert list(tmp_path.iterdir()) == [tmp_path / "folder"]


def test_a_file_that_stands_in_the_place_of_the_folder_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    with pytest.raises(KinError, match="cannot be written"):
        write_whole(tmp_path / "file" / "a.md", b"x")
    assert (tmp_path / "file").read_text() == "kept"
