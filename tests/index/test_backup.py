"""A build as one file, and back: what comes out is what went in, and nothing else gets in."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from kin_assistant.errors import BuildRunning, IndexDamaged, IndexMissing, IndexStale, KinError
from kin_assistant.index.backup import restore_backup, write_backup
from kin_assistant.index.layout import IndexFolder
from kin_assistant.index.manifest import FORMAT, Manifest, Recipe, hash_files
from kin_assistant.index.snapshot import open_published

Members = dict[str, bytes]


@pytest.fixture(scope="module")
def backup(two_builds: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup. Do not change it."""
    copy = shutil.copytree(two_builds, tmp_path_factory.mktemp("backup") / "index")
    target = Path(copy).parent / "backup.zip"
    write_backup(Path(copy), target)
    return target


def members(backup: Path) -> Members:
    with zipfile.ZipFile(backup) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(target: Path, content: Members) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return target


def builds(root: Path) -> set[str]:
    return {path.name for path in root.glob("build-*")} if root.is_dir() else set()


def test_what_is_restored_is_what_was_backed_up(two_builds: Path, backup: Path, tmp_path: Path, recipe: Recipe) -> None:
    root = tmp_path / "elsewhere" / "index"
    manifest = restore_backup(backup, root, recipe)
    original = IndexFolder(two_builds).published()
    assert manifest == Manifest.read(original)
    assert hash_files(IndexFolder(root).published()) == hash_files(original)
    opened = open_published(root, recipe)
    assert opened.notices == ()
    assert {info.path for info in opened.library.infos} == {"surabaya.md", "kitakyushu.md", "meeting.txt"}
    opened.close()
    assert len(builds(root)) == 1


def test_what_was_published_before_a_restore_is_kept_behind_it(own_builds: Path, backup: Path, recipe: Recipe) -> None:
    before = IndexFolder(own_builds).published()
    restore_backup(backup, own_builds, recipe)
    assert IndexFolder(own_builds).builds()[1] == before
    assert len(builds(own_builds)) == 2


def test_a_backup_overwrites_nothing(own_builds: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup.zip"
    target.write_text("precious")
    with pytest.raises(KinError, match="exists already"):
        write_backup(own_builds, target)
    assert target.read_text() == "precious"
    (tmp_path / "link.zip").symlink_to(tmp_path / "nowhere")
    with pytest.raises(KinError, match="exists already"):
        write_backup(own_builds, tmp_path / "link.zip")


def test_a_backup_that_cannot_be_written_leaves_nothing(
    own_builds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(KinError, match="cannot be written"):
        write_backup(own_builds, tmp_path / "no" / "such" / "backup.zip")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "out").mkdir()
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(KinError, match="No space left on device"):
        write_backup(own_builds, tmp_path / "out" / "backup.zip")
    assert list((tmp_path / "out").iterdir()) == []


def test_only_a_whole_build_is_backed_up(own_builds: Path, tmp_path: Path) -> None:
    (IndexFolder(own_builds).published() / "vocabulary.txt").write_text("x")
    with pytest.raises(IndexDamaged, match=r"vocabulary\.txt was changed"):
        write_backup(own_builds, tmp_path / "backup.zip")
    with pytest.raises(IndexMissing):
        write_backup(tmp_path / "nowhere", tmp_path / "backup.zip")
    assert not (tmp_path / "backup.zip").exists()
    assert not (tmp_path / "nowhere").exists()


def test_nothing_is_backed_up_or_restored_while_a_build_runs(
    own_builds: Path, backup: Path, tmp_path: Path, recipe: Recipe
) -> None:
    with IndexFolder(own_builds).locked():
        with pytest.raises(BuildRunning):
            write_backup(own_builds, tmp_path / "backup.zip")
        with pytest.raises(BuildRunning):
            restore_backup(backup, own_builds, recipe)


# What is no backup, or a hostile one


def reseal(content: Members, **changes: object) -> Members:
    """``content`` with a manifest that was changed by its owner: its checksum is right."""
    fields = json.loads(content["manifest.json"])
    fields.pop("sha256")
    fields.update(changes)
    folder = Path(os.environ["PYTEST_RESEAL"])
    Manifest.model_validate(fields).write(folder)
    return {**content, "manifest.json": (folder / "manifest.json").read_bytes()}


def of_another_format(content: Members) -> Members:
    fields = json.loads(content["manifest.json"])
    fields["recipe"]["format"] = FORMAT - 1
    return {**content, "manifest.json": json.dumps(fields).encode()}


def of_another_model(content: Members) -> Members:
    fields = json.loads(content["manifest.json"])
    return reseal(content, recipe={**fields["recipe"], "model": "other"})


def without(content: Members, name: str) -> Members:
    return {path: data for path, data in content.items() if path != name}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda content: {**content, "../outside": b"x"}, "names files that no backup has"),
        (lambda content: {**content, "/tmp/outside": b"x"}, "names files that no backup has"),
        (lambda content: {**content, "lexical\\outside": b"x"}, "names files that no backup has"),
        (lambda content: {**content, "lexical/../x": b"x"}, "names files that no backup has"),
        (lambda content: {**content, "extra.txt": b"x"}, "does not belong there"),
        (lambda content: {**content, "bomb": bytes(300 * 1024**2)}, "would take more room"),
        (lambda content: {**content, **{f"x{number}": b"" for number in range(1200)}}, "would take more room"),
        (lambda content: without(content, "manifest.json"), "it has no manifest"),
        (lambda content: without(content, "vectors.npy"), "vectors.npy is missing"),
        (lambda content: {**content, "vectors.npy": b"x"}, "vectors.npy was changed"),
        (lambda content: {**content, "manifest.json": b"{"}, "manifest cannot be read"),
        (lambda content: {**content, "manifest.json": b"[]"}, "has format None"),
        (of_another_format, f"has format {FORMAT - 1}, this version uses format {FORMAT}"),
        (of_another_model, r"another embedding model \(other, now hashing\)"),
        (lambda content: reseal(content, passages=99), "passages are missing"),
        (lambda content: reseal(content, build_id="../../outside", passages=99), "passages are missing"),
    ],
)
def test_what_is_not_a_whole_build_of_this_version_is_not_published(
    backup: Path, own_builds: Path, tmp_path: Path, recipe: Recipe, monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Members], Members], words: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("PYTEST_RESEAL", str(tmp_path))
    spoilt = pack(tmp_path / "spoilt.zip", change(members(backup)))
    (tmp_path / "manifest.json").unlink(missing_ok=True)
    before, pointer = builds(own_builds), (own_builds / "CURRENT").read_bytes()
    listed = set(tmp_path.iterdir())
    with pytest.raises((KinError, IndexStale), match=words) as caught:
        restore_backup(spoilt, own_builds, recipe)
    assert str(caught.value).count("\n") == 0
    assert (builds(own_builds), (own_builds / "CURRENT").read_bytes()) == (before, pointer)
    assert set(tmp_path.iterdir()) == listed


def test_files_that_are_no_archives_are_refused(tmp_path: Path, recipe: Recipe) -> None:
    (tmp_path / "text.zip").write_text("This is no archive.")
    (tmp_path / "empty.zip").write_bytes(b"")
    for name in ("text.zip", "empty.zip"):
        with pytest.raises(KinError, match="is no backup, or is damaged"):
            restore_backup(tmp_path / name, tmp_path / "index", recipe)
    with pytest.raises(KinError, match=r"nowhere\.zip: No such file"):
        restore_backup(tmp_path / "nowhere.zip", tmp_path / "index", recipe)


def test_no_byte_of_a_backup_can_change_unnoticed(backup: Path, tmp_path: Path, recipe: Recipe) -> None:
    whole = backup.read_bytes()
    expected = members(backup)
    for offset in range(3, len(whole), len(whole) // 12):
        damaged = bytearray(whole)
        damaged[offset] ^= 0x21
        (tmp_path / "damaged.zip").write_bytes(damaged)
        root = tmp_path / f"index-{offset}"
        try:
            restore_backup(tmp_path / "damaged.zip", root, recipe)
        except KinError:
            assert builds(root) == set()
            continue
        published = IndexFolder(root).published()
        assert {name: (published / name).read_bytes() for name in expected} == expected, offset
