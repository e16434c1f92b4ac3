"""Chroma's answers are those of an exact search, and its files are left alone."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kin_assistant.errors import ResourceError
from kin_assistant.index.dense import DenseIndex, write_chroma
from kin_assistant.index.manifest import hash_files

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIZE, DIMENSION, DOCUMENTS = 1500, 48, 40


@pytest.fixture(scope="module")
def vectors() -> NDArray[np.float32]:
    """Clustered unit vectors, as texts have."""
    numbers = np.random.default_rng(7)
    centres = numbers.normal(size=(DOCUMENTS, DIMENSION))
    values = centres[np.arange(SIZE) % DOCUMENTS] + 0.7 * numbers.normal(size=(SIZE, DIMENSION))
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def document_of() -> NDArray[np.int64]:
    return np.arange(SIZE) % DOCUMENTS


@pytest.fixture(scope="module")
def store(
    tmp_path_factory: pytest.TempPathFactory, vectors: NDArray[np.float32], document_of: NDArray[np.int64]
) -> Path:
    folder = tmp_path_factory.mktemp("dense") / "chroma"
    write_chroma(folder, [f"id-{row}" for row in range(SIZE)], vectors, document_of.tolist())
    return folder


@pytest.fixture(scope="module")
def dense(store: Path) -> Iterator[DenseIndex]:
    index = DenseIndex(store)
    yield index
    index.close()


def test_a_search_gives_the_exact_neighbours_and_their_cosines(dense: DenseIndex, vectors: NDArray[np.float32]) -> None:
    overlaps = []
    for row in range(0, SIZE, 30):
        rows, cosines = dense.search(vectors[row], 100)
        exact = vectors @ vectors[row]
        overlaps.append(len(set(rows.tolist()) & set(np.argsort(-exact)[:100].tolist())) / 100)
        np.testing.assert_allclose(cosines, exact[rows], atol=1e-5)
        assert (np.diff(cosines) <= 1e-6).all()
        assert rows[0] == row
    assert np.mean(overlaps) > 0.99


def test_a_search_in_some_documents_gives_the_exact_neighbours_in_them(
    dense: DenseIndex, vectors: NDArray[np.float32], document_of: NDArray[np.int64]
) -> None:
    allowed = [3, 17, 31]
    inside = np.flatnonzero(np.isin(document_of, allowed))
    for row in range(0, SIZE, 100):
        rows, _ = dense.search(vectors[row], 50, allowed)
        exact = vectors[inside] @ vectors[row]
        assert rows.tolist() == inside[np.lexsort((inside, -exact))][:50].tolist()


def test_more_than_there_is_gives_what_there_is(
    dense: DenseIndex, vectors: NDArray[np.float32], document_of: NDArray[np.int64]
) -> None:
    rows, _ = dense.search(vectors[0], 10_000, [5])
    assert sorted(rows.tolist()) == np.flatnonzero(document_of == 5).tolist()
    assert len(dense.search(vectors[0], 10_000)[0]) == SIZE


def test_all_ids_are_there(dense: DenseIndex) -> None:
    assert dense.size == SIZE
    assert dense.ids() == {f"id-{row}" for row in range(SIZE)}


def test_threads_get_their_own_answers(dense: DenseIndex, vectors: NDArray[np.float32]) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(lambda row: dense.search(vectors[row], 5)[0][0], range(0, SIZE, 10))
        assert list(found) == list(range(0, SIZE, 10))


def open_files(folder: Path) -> list[str]:
    """Files below ``folder`` that this process has open."""
    names = [os.path.realpath(link) for link in Path("/proc/self/fd").iterdir()]
    return [name for name in names if name.startswith(f"{folder}/")]


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files cannot be listed here")
def test_searching_opens_a_copy_that_is_removed_on_closing(
    store: Path, vectors: NDArray[np.float32], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = hash_files(store)
    index = DenseIndex(store)
    index.search(vectors[0], 5)
    assert open_files(tmp_path)
    assert open_files(store) == []
    index.close()
    assert hash_files(store) == before
    assert list(tmp_path.iterdir()) == []


def test_one_passage_is_enough(tmp_path: Path, vectors: NDArray[np.float32]) -> None:
    write_chroma(tmp_path / "chroma", ["only"], vectors[:1], [0])
    index = DenseIndex(tmp_path / "chroma")
    rows, cosines = index.search(vectors[1], 10)
    assert rows.tolist() == [0]
    assert cosines[0] == pytest.approx(float(vectors[0] @ vectors[1]), abs=1e-5)
    index.close()


def test_opening_makes_no_copy_until_it_is_searched(
    store: Path, vectors: NDArray[np.float32], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    index = DenseIndex(store)
    assert list(tmp_path.iterdir()) == []
    index.search(vectors[0], 1)
    assert len(list(tmp_path.glob("kin-store-*"))) == 1
    index.close()


def test_the_copy_of_a_killed_process_is_removed_by_the_next_that_opens_one(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    code = (
        "import os, signal, sys; from pathlib import Path; from kin_assistant.index.dense import DenseIndex\n"
        "index = DenseIndex(Path(sys.argv[1])); index.open(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    killed = subprocess.run([sys.executable, "-c", code, store], env=environment, timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(list(tmp_path.glob("kin-store-*"))) == 1
    index = DenseIndex(store)
    index.open()
    assert len(list(tmp_path.glob("kin-store-*"))) == 1, "its own"
    index.close()
    assert list(tmp_path.iterdir()) == []


def test_a_full_folder_for_temporary_files_is_a_sentence_and_leaves_nothing(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(ResourceError, match="Make room"):
            DenseIndex(store).open()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []
