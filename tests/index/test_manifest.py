"""What a build says about itself, and what is noticed when it no longer holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kin_assistant.errors import IndexDamaged, IndexStale
from kin_assistant.index.layout import IndexFolder
from kin_assistant.index.manifest import FORMAT, Manifest, Recipe, hash_files

RECIPE = Recipe(model="double@1", dimension=64, chromadb="1.5.9")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": 99}, f"index format ({FORMAT}, now 99)"),
        ({"reader": 99}, "document reader"),
        ({"chunker": 99}, "passage splitter"),
        ({"lexical": 99}, "word index"),
        ({"model": "other"}, "embedding model (double@1, now other)"),
        ({"dimension": 32}, "embedding model"),
        ({"chromadb": "2.0"}, "vector store version (1.5.9, now 2.0)"),
    ],
)
def test_every_difference_between_recipes_is_named(change: dict[str, object], words: str) -> None:
    difference = RECIPE.difference(RECIPE.model_copy(update=change))
    assert difference is not None
    assert words in difference


def test_every_field_of_a_recipe_can_be_named() -> None:
    for field, value in RECIPE.model_dump().items():
        other = f"{value}x" if isinstance(value, str) else value + 1
        assert RECIPE.difference(RECIPE.model_copy(update={field: other})), field
    assert RECIPE.difference(RECIPE.model_copy()) is None


def test_a_manifest_is_read_as_it_was_written(own_builds: Path, tmp_path: Path) -> None:
    manifest = Manifest.read(IndexFolder(own_builds).published())
    (tmp_path / "copy").mkdir()
    manifest.write(tmp_path / "copy")
    assert Manifest.read(tmp_path / "copy") == manifest
    assert manifest.documents == 3
    assert set(manifest.corpus) == {"surabaya.md", "kitakyushu.md", "meeting.txt"}


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"{}", b"\xff\xfe", b'{"recipe": {"format": 3}}', b'{"recipe": 1}']
)
def test_what_is_no_manifest_is_damage(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(IndexDamaged, match="manifest"):
        Manifest.read(tmp_path)


def test_a_missing_manifest_is_damage(tmp_path: Path) -> None:
    with pytest.raises(IndexDamaged, match="no readable manifest"):
        Manifest.read(tmp_path)


def test_another_format_is_stale_whatever_else_it_holds(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"recipe": {"format": FORMAT + 1}, "new": True}))
    with pytest.raises(IndexStale, match=f"format {FORMAT + 1}; this version uses format {FORMAT}"):
        Manifest.read(tmp_path)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda build: (build / "vocabulary.txt").write_text("x"), "vocabulary.txt was changed"),
        (lambda build: (build / "vectors.npy").unlink(), "vectors.npy is missing"),
        (lambda build: (build / "extra.txt").write_text("x"), "extra.txt does not belong there"),
        (lambda build: (build / "vocabulary.txt").unlink() or (build / "vocabulary.txt").mkdir(), "vocabulary.txt is missing"),
    ],
)  # fmt: skip
def test_files_are_compared_byte_for_byte(own_builds: Path, spoil: object, words: str) -> None:
    build = IndexFolder(own_builds).published()
    Manifest.read(build).check_files(build)
    spoil(build)
    with pytest.raises(IndexDamaged, match=words):
        Manifest.read(build).check_files(build)


def test_a_file_that_does_not_belong_there_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "huge").open("wb") as stream:
        stream.truncate(10**12)  # sparse; hashing it would take an hour
    assert hash_files(tmp_path, expected={}) == {"huge": ""}


def test_no_bit_of_a_manifest_can_change_unnoticed(own_builds: Path) -> None:
    build = IndexFolder(own_builds).published()
    path = build / "manifest.json"
    whole, manifest = path.read_bytes(), Manifest.read(build)
    unnoticed = []
    for offset in range(0, len(whole), 7):
        damaged = bytearray(whole)
        damaged[offset] ^= 1 << (offset % 7)
        path.write_bytes(damaged)
        try:
            read = Manifest.read(build)
            read.check_files(build)
        except (IndexDamaged, IndexStale):
            continue
        if read != manifest:
            unnoticed.append(whole[max(0, offset - 20) : offset + 20])
    assert not unnoticed
