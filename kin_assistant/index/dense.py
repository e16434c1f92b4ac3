"""Nearest passages by vector: Chroma, embedded, with explicit vectors. The only module that imports chromadb."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kin_assistant.errors import IndexDamaged

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from numpy.typing import NDArray

__all__ = ["DenseIndex", "chroma_version", "write_chroma"]

_COLLECTION = "passages"
_UPSERT_BATCH = 1000
_COPY = "kin-chroma-"
_OLD_SECONDS = 24 * 3600

# More links and a wider search than Chroma's defaults: top-100 lists then agree with exact search to the last place on
# corpora of this size. One thread, so that the same vectors give the same graph.
_GRAPH = {"space": "cosine", "max_neighbors": 32, "ef_construction": 200, "ef_search": 200, "num_threads": 1}


def chroma_version() -> str:
    """The installed version; stores are not carried over from one to another."""
    return version("chromadb")


def write_chroma(folder: Path, ids: Sequence[str], vectors: NDArray[np.float32], document_of: Sequence[int]) -> None:
    """Write a store of passages: ``ids``, their ``vectors`` (passages, dimension) and the rows of their documents."""
    from chromadb.errors import ChromaError

    try:
        _write(folder, ids, vectors, document_of)
    except ChromaError as error:
        raise IndexDamaged(f"The vector store could not be written: {error}") from error


def _write(folder: Path, ids: Sequence[str], vectors: NDArray[np.float32], document_of: Sequence[int]) -> None:
    client = _client(folder)
    collection = client.create_collection(_COLLECTION, embedding_function=None, configuration={"hnsw": _GRAPH})
    for start in range(0, len(ids), _UPSERT_BATCH):
        end = min(start + _UPSERT_BATCH, len(ids))
        collection.upsert(
            ids=list(ids[start:end]),
            embeddings=vectors[start:end],
            metadatas=[{"row": row, "document": int(document_of[row])} for row in range(start, end)],
        )
    client.close()


class DenseIndex:
    """Chroma over a private copy of the build's store: Chroma writes on opening, and a published build is not written to."""

    def __init__(self, folder: Path) -> None:
        _remove_leftovers()
        self._copy = tempfile.TemporaryDirectory(prefix=f"{_COPY}{os.getpid()}-", ignore_cleanup_errors=True)
        store = Path(self._copy.name) / "chroma"
        shutil.copytree(folder, store)
        self._client = _client(store)
        self._collection = self._client.get_collection(_COLLECTION, embedding_function=None)
        self.size = self._collection.count()

    def search(
        self, vector: NDArray[np.float32], limit: int, documents: Sequence[int] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The passages nearest to ``vector``, nearest first: rows and cosines. ``documents`` restricts them to those rows."""
        where = None if documents is None else {"document": {"$in": [int(row) for row in documents]}}
        found = self._collection.query(
            query_embeddings=vector[None, :],
            n_results=min(limit, self.size),
            where=where,
            include=["metadatas", "distances"],
        )
        metadatas, distances = found["metadatas"] or [[]], found["distances"] or [[]]
        rows = np.array([int(metadata["row"]) for metadata in metadatas[0]], np.int64)
        return rows, 1 - np.array(distances[0], np.float32)

    def ids(self) -> set[str]:
        """Ids of all passages in the store."""
        return set(self._collection.get(include=[])["ids"])

    def close(self) -> None:
        """Close the store and remove the copy."""
        self._client.close()
        self._copy.cleanup()


def _remove_leftovers() -> None:
    """Remove the copies of processes of ours that were killed. One whose number now belongs to another process stays."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_COPY}*"):
        pid = folder.name.removeprefix(_COPY).split("-")[0]
        # Processes of another machine or container may share the folder: theirs are left alone for a day.
        with contextlib.suppress(OSError):
            old = time.time() - folder.stat().st_mtime > _OLD_SECONDS
            if pid.isdigit() and old and folder.stat().st_uid == os.getuid() and not _runs(int(pid)):
                shutil.rmtree(folder, ignore_errors=True)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _client(folder: Path) -> ClientAPI:
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
