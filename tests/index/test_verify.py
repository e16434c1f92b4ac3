"""The check of a build finds what its hashes cannot: files that are as they were written, and wrong."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from kin_assistant.documents.reading import read_document
from kin_assistant.errors import IndexDamaged
from kin_assistant.index.bm25 import LexicalIndex
from kin_assistant.index.build import build_documents
from kin_assistant.index.dense import write_chroma
from kin_assistant.index.layout import IndexFolder
from kin_assistant.index.manifest import Manifest, hash_files
from kin_assistant.index.verify import check_build, check_build_in_child, check_deeply
from tests.embedders import HashingEmbedder


@pytest.fixture
def build(own_builds: Path) -> Path:
    return IndexFolder(own_builds).published()


@pytest.fixture(scope="module")
def large_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More passages than Chroma keeps in its log, so that its graph files count. Do not change it."""
    root = tmp_path_factory.mktemp("large") / "index"
    documents = [
        read_document(
            f"{number}.txt", f"Town {number} sorts w{number % 37} and x{number % 91}.".encode(), "0" * 64
        ).document
        for number in range(1300)
    ]
    build_documents(documents, root, HashingEmbedder(), now=datetime(2026, 11, 21, tzinfo=UTC))
    return IndexFolder(root).published()


@pytest.fixture
def large_build(large_index: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(large_index, tmp_path / "build-large-1"))


def seal(build: Path, **changes: object) -> None:
    """Write the manifest anew, as if the files had been like this from the beginning."""
    manifest = Manifest.read(build)
    manifest.model_copy(update={"files": hash_files(build), **changes}).write(build)


def segment(build: Path) -> Path:
    """The folder of Chroma's graph."""
    (folder,) = [path for path in (build / "chroma").iterdir() if path.is_dir()]
    return folder


def rewrite_store(build: Path, change: Callable[[list[str], np.ndarray], tuple[list[str], np.ndarray]]) -> None:
    """Replace Chroma's store by one with other ids or vectors."""
    with sqlite3.connect(build / "library.sqlite") as connection:
        rows = connection.execute("SELECT id, document FROM passages ORDER BY row").fetchall()
    ids, vectors = change([row[0] for row in rows], np.load(build / "vectors.npy"))
    shutil.rmtree(build / "chroma")
    write_chroma(build / "chroma", ids, vectors, [row[1] for row in rows][: len(ids)])


def execute(build: Path, sql: str) -> None:
    connection = sqlite3.connect(build / "library.sqlite")
    with connection:
        connection.execute(sql)
    connection.close()


def test_a_whole_build_passes(build: Path) -> None:
    before = hash_files(build)
    check_build(build)
    check_build_in_child(build)
    assert hash_files(build) == before, "checking writes nothing"


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda build: rewrite_store(build, lambda ids, vectors: (ids[:-1], vectors[:-1])), "passages are missing"),
        (lambda build: rewrite_store(build, lambda ids, vectors: ([f"x{i}" for i in ids], vectors)), "holds other passages"),
        (lambda build: rewrite_store(build, lambda ids, vectors: (ids, -vectors)), "holds other vectors"),
        (lambda build: np.save(build / "vectors.npy", np.load(build / "vectors.npy")[:-1]), "passages are missing"),
        (lambda build: np.save(build / "sentences.npy", np.load(build / "sentences.npy")[:-1]), "sentences are missing"),
        (lambda build: execute(build, "DELETE FROM passages WHERE row = 1"), "passages are missing"),
        (lambda build: execute(build, "UPDATE passages SET document = 0"), "belongs to no document"),
        (lambda build: execute(build, "UPDATE documents SET body = json_set(body, '$.text', 'short')"), "outside its document"),
    ],
    ids=[
        "a vector missing", "other ids", "opposite vectors", "fewer vectors", "fewer sentences", "fewer passages",
        "passages of another document", "shorter documents",
    ],
)  # fmt: skip
def test_files_that_agree_with_their_hashes_and_are_wrong_are_found(
    build: Path, spoil: Callable[[Path], object], fault: str
) -> None:
    spoil(build)
    seal(build)
    with pytest.raises(IndexDamaged, match=fault):
        check_build_in_child(build)


def _overwrite_graph(build: Path) -> None:
    numbers = np.random.default_rng(3)
    for path in segment(build).iterdir():
        path.write_bytes(numbers.bytes(max(64, path.stat().st_size)))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda build: shutil.rmtree(segment(build)),
        lambda build: (segment(build) / "data_level0.bin").write_bytes(b""),
        lambda build: os.truncate(segment(build) / "data_level0.bin", 5000),
        lambda build: rewrite_store(build, lambda ids, vectors: (ids, np.roll(vectors, 1, axis=0))),
        _overwrite_graph,
    ],
    ids=["graph gone", "graph empty", "graph truncated", "vectors of other passages", "graph of random bytes"],
)
def test_a_broken_graph_is_found_whatever_chroma_does_with_it(
    large_build: Path, spoil: Callable[[Path], object]
) -> None:
    """It may answer with less, raise, or end the process that asks: which is why that is a child."""
    spoil(large_build)
    seal(large_build)
    with pytest.raises(IndexDamaged):
        check_build_in_child(large_build)


def test_a_large_build_passes(large_build: Path) -> None:
    check_build_in_child(large_build)


@pytest.mark.parametrize("count", ["documents", "passages", "sentences"])
def test_counts_must_be_those_of_the_manifest(build: Path, count: str) -> None:
    seal(build, **{count: getattr(Manifest.read(build), count) + 1})
    with pytest.raises(IndexDamaged, match="are missing"):
        check_build(build)


def test_a_store_of_absurd_size_is_refused_without_being_read(build: Path) -> None:
    with (segment(build) / "link_lists.bin").open("r+b") as stream:
        stream.truncate(10**12)  # sparse: a terabyte that takes no room
    started = time.perf_counter()
    with pytest.raises(IndexDamaged, match="takes 1,000,000,"):
        check_build_in_child(build)
    assert time.perf_counter() - started < 10


def test_a_folder_that_is_no_build_is_damage(tmp_path: Path) -> None:
    with pytest.raises(IndexDamaged):
        check_build_in_child(tmp_path)


# Everything against what it was made from


def test_a_whole_build_passes_the_deep_check_and_is_left_as_it_was(build: Path, large_build: Path) -> None:
    for whole in (build, large_build):
        before = hash_files(whole)
        check_deeply(whole, HashingEmbedder())
        assert hash_files(whole) == before


def _turn_a_vector(build: Path, name: str, change: Callable[[np.ndarray], object]) -> None:
    vectors = np.load(build / name)
    change(vectors[1])
    np.save(build / name, vectors)


def _rewrite_words(build: Path) -> None:
    shutil.rmtree(build / "lexical")
    count = Manifest.read(build).passages
    LexicalIndex.build(["other words"] * count).save(build / "lexical")


def _half_a_turn(vector: np.ndarray) -> None:
    vector[:] = np.roll(vector, 1)


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (
            lambda build: execute(build, "UPDATE passages SET body = json_set(body, '$.start', 1) WHERE row = 0"),
            "not as it stands",
        ),
        (
            lambda build: execute(build, "UPDATE passages SET body = json_set(body, '$.context', 'x') WHERE row = 2"),
            "not as it stands",
        ),
        (
            lambda build: execute(build, "UPDATE documents SET body = json_set(body, '$.title', 'x') WHERE row = 1"),
            "not what it stores",
        ),
        (lambda build: _turn_a_vector(build, "sentences.npy", lambda vector: vector.fill(np.nan)), "a vector has no value"),
        (lambda build: _turn_a_vector(build, "sentences.npy", lambda vector: vector.fill(0)), "another length than 1"),
        (lambda build: _turn_a_vector(build, "sentences.npy", _half_a_turn), "the vectors of another text"),
        (lambda build: rewrite_store(build, lambda ids, vectors: (ids, _a_little_off(vectors))), "holds other vectors"),
        (_rewrite_words, "its word index is not that"),
        (lambda build: (build / "vocabulary.txt").write_text("other"), "its vocabulary is not that"),
    ],
)  # fmt: skip
def test_the_deep_check_finds_what_does_not_follow_from_the_documents(
    build: Path, spoil: Callable[[Path], object], fault: str
) -> None:
    spoil(build)
    seal(build)
    check_build(build)
    with pytest.raises(IndexDamaged, match=fault):
        check_deeply(build, HashingEmbedder())


def _a_little_off(vectors: np.ndarray) -> np.ndarray:
    """Vectors that still find themselves, and are others."""
    moved = vectors.copy()
    moved[1] += 0.002 * np.sign(moved[1])
    return moved / np.linalg.norm(moved, axis=1, keepdims=True)


def test_another_embedder_than_the_builds_is_found_out(build: Path) -> None:
    class Other(HashingEmbedder):
        def _vector(self, text: str) -> np.ndarray:
            return super()._vector(text[::-1])

    with pytest.raises(IndexDamaged, match="the vectors of another text"):
        check_deeply(build, Other())
