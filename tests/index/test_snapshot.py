"""Opening what was published: whole, or the build before it, or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from kin_assistant.errors import IndexDamaged, IndexFault, IndexMissing, IndexStale
from kin_assistant.index.layout import IndexFolder
from kin_assistant.index.manifest import Manifest, Recipe, hash_files
from kin_assistant.index.snapshot import open_build, open_published
from tests.embedders import HashingEmbedder

FILES = [
    "library.sqlite",
    "vectors.npy",
    "sentences.npy",
    "vocabulary.txt",
    "lexical/*.npy",
    "lexical/*.json",
    "chroma/chroma.sqlite3",
    "chroma/*/data_level0.bin",
    "chroma/*/header.bin",
    "chroma/*/length.bin",
    "manifest.json",
]


@pytest.fixture
def one_build(own_builds: Path) -> Path:
    """An index without an earlier build to fall back on."""
    index = IndexFolder(own_builds)
    for build in index.builds():
        if build != index.published():
            shutil.rmtree(build)
    return own_builds


def found(build: Path, pattern: str) -> list[Path]:
    paths = sorted(build.glob(pattern))
    assert paths, pattern
    return paths


def test_the_published_build_is_opened_with_all_its_parts(own_builds: Path, recipe: Recipe) -> None:
    index = open_published(own_builds, recipe)
    assert index.notices == ()
    assert index.folder == IndexFolder(own_builds).published()
    assert len(index.library.infos) == 3
    assert len(index.vectors) == index.dense.size == index.manifest.passages
    assert len(index.sentences) == index.manifest.sentences
    assert "Surabaya" in index.vocabulary
    index.close()


def test_opening_and_searching_write_nothing_to_the_build(own_builds: Path, recipe: Recipe) -> None:
    build = IndexFolder(own_builds).published()
    before = hash_files(build), {path: path.stat().st_mtime_ns for path in build.rglob("*")}
    index = open_published(own_builds, recipe)
    index.dense.search(np.array(index.vectors[0]), 3)
    index.library.document(0)
    index.close()
    assert (hash_files(build), {path: path.stat().st_mtime_ns for path in build.rglob("*")}) == before


@pytest.mark.parametrize("pattern", FILES)
def test_every_flipped_byte_is_noticed(one_build: Path, recipe: Recipe, pattern: str) -> None:
    build = IndexFolder(one_build).published()
    known = Manifest.read(build)
    for path in found(build, pattern):
        whole = path.read_bytes()
        for offset in np.unique(np.linspace(0, len(whole) - 1, 25).astype(int)):
            damaged = bytearray(whole)
            damaged[offset] ^= 1 << (offset % 8)
            path.write_bytes(damaged)
            try:
                index = open_published(one_build, recipe)
            except IndexFault:
                continue
            # Only white space of the manifest may differ without harm.
            assert index.manifest == known, (path.name, offset)
            index.close()
        path.write_bytes(whole)
    open_published(one_build, recipe).close()


@pytest.mark.parametrize("pattern", FILES)
@pytest.mark.parametrize("damage", ["truncated", "removed", "emptied", "grown"])
def test_files_of_another_length_are_noticed(one_build: Path, recipe: Recipe, pattern: str, damage: str) -> None:
    build = IndexFolder(one_build).published()
    path = found(build, pattern)[0]
    whole = path.read_bytes()
    match damage:
        case "truncated":
            path.write_bytes(whole[:-3])
        case "removed":
            path.unlink()
        case "emptied":
            path.write_bytes(b"")
        case "grown":
            path.write_bytes(whole + b"x")
    with pytest.raises(IndexDamaged):
        open_published(one_build, recipe)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda build: (build / "vectors.npy").write_bytes(b"x"),
        lambda build: (build / "manifest.json").unlink(),
        lambda build: shutil.rmtree(build / "chroma"),
        lambda build: shutil.rmtree(build),
    ],
    ids=["a changed file", "no manifest", "no store", "no folder"],
)
def test_a_damaged_build_gives_way_to_the_one_before_with_a_notice(
    own_builds: Path, recipe: Recipe, spoil: Callable[[Path], object]
) -> None:
    spoil(IndexFolder(own_builds).published())
    index = open_published(own_builds, recipe)
    assert index.notices == (
        "The newest index cannot be used, so the one of 20 November 2026, 09:30 UTC answers. To repair it, run: kin sync",
    )
    assert {info.path for info in index.library.infos} == {"surabaya.md", "kitakyushu.md"}
    vector = HashingEmbedder().encode(["compost baskets"])[0]
    _, cosines = index.dense.search(vector, 3)
    np.testing.assert_allclose(cosines, np.sort(index.vectors @ vector)[::-1][:3], atol=1e-5)
    index.close()


def test_without_a_whole_build_nothing_is_served(own_builds: Path, recipe: Recipe) -> None:
    for build in IndexFolder(own_builds).builds():
        (build / "library.sqlite").write_bytes(b"")
    with pytest.raises(IndexDamaged, match=r"library\.sqlite was changed"):
        open_published(own_builds, recipe)


def test_without_an_index_the_command_that_makes_one_is_named(tmp_path: Path, recipe: Recipe) -> None:
    with pytest.raises(IndexMissing, match="Run: kin sync"):
        open_published(tmp_path / "nowhere", recipe)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"model": "another@1"}, r"embedding model \(hashing, now another@1\)"),
        ({"dimension": 32}, "embedding model"),
        ({"chunker": 99}, r"passage splitter \(\d+, now 99\)"),
        ({"reader": 99}, "document reader"),
        ({"lexical": 99}, "word index"),
        ({"chromadb": "9.9"}, "vector store version"),
    ],
)
def test_a_build_by_another_recipe_is_stale_and_the_difference_named(
    own_builds: Path, recipe: Recipe, change: dict[str, object], words: str
) -> None:
    with pytest.raises(IndexStale, match=words):
        open_published(own_builds, recipe.model_copy(update=change))


def test_links_and_strangers_in_a_build_are_noticed(one_build: Path, recipe: Recipe) -> None:
    build = IndexFolder(one_build).published()
    (build / "chroma" / "extra.bin").write_bytes(b"x")
    with pytest.raises(IndexDamaged, match="does not belong there"):
        open_build(build, recipe)


def test_closing_frees_every_file(own_builds: Path, recipe: Recipe) -> None:
    def descriptors() -> int:
        return len(os.listdir("/proc/self/fd"))

    if not Path("/proc/self/fd").is_dir():
        pytest.skip("there is no /proc")
    open_published(own_builds, recipe).close()
    before = descriptors()
    for _ in range(5):
        open_published(own_builds, recipe).close()
    assert descriptors() <= before + 2
