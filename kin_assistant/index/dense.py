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

__all__ = ["EXACT_UP_TO", "DenseIndex", "chroma_version", "load_chroma", "write_chroma"]

EXACT_UP_TO = 100_000
"""Passages; up to so many, answers rest on the vectors themselves and not on Chroma's graph."""

_COLLECTION = "passages"
_UPSERT_BATCH = 1000
_COPY = "kin-chroma-"
_OLD_SECONDS = 24 * 3600

# One thread, so that the same vectors give the same graph. Where answers rest on it, it has more links and is searched
# more widely than by default: top-100 lists then agree with exact ones almost to the last place. Elsewhere it is built in
# a third of the time, and a still wider search makes up for most of that.
_GRAPH = {"space": "cosine", "num_threads": 1}
_CAREFUL = {"max_neighbors": 32, "ef_construction": 200, "ef_search": 200}
_QUICK = {"max_neighbors": 24, "ef_construction": 24, "ef_search": 400}


def chroma_version() -> str:
    """The installed version; stores are not carried over from one to another."""
    return version("chromadb")


def load_chroma() -> None:
    """Import Chroma, which takes about a second, so that who needs it later need not wait."""
    import chromadb  # noqa: F401


def write_chroma(folder: Path, ids: Sequence[str], vectors: NDArray[np.float32], document_of: Sequence[int]) -> None:
    """Write a store of passages: ``ids``, their ``vectors`` (passages, dimension) and the rows of their documents."""
    from chromadb.errors import ChromaError

    try:
        _write(folder, ids, vectors, document_of)
    except ChromaError as error:
        raise IndexDamaged(f"The vector store could not be written: {error}") from error


def _write(folder: Path, ids: Sequence[str], vectors: NDArray[np.float32], document_of: Sequence[int]) -> None:
    client = _client(folder)
    graph = _GRAPH | (_CAREFUL if len(ids) > EXACT_UP_TO else _QUICK)
    collection = client.create_collection(_COLLECTION, embedding_function=None, configuration={"hnsw": graph})
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
        return self.search_each(vector[None, :], limit, documents)[0]

    def search_each(
        self, vectors: NDArray[np.float32], limit: int, documents: Sequence[int] | None = None
    ) -> list[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """``search`` for each of ``vectors``, in a fraction of the time that as many calls take."""
        found = self._collection.query(
            query_embeddings=vectors,
            n_results=min(limit, self.size),
            where=None if documents is None else {"document": {"$in": [int(row) for row in documents]}},
            include=["metadatas", "distances"],
        )
        return [
            (np.array([int(metadata["row"]) for metadata in metadatas], np.int64), 1 - np.array(distances, np.float32))
            for metadatas, distances in zip(found["metadatas"] or (), found["distances"] or (), strict=True)
        ]

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

    # Not from the file .env in the working folder, which may be one of documents.
    settings = Settings(_env_file=None, anonymized_telemetry=False)
    return chromadb.PersistentClient(str(folder), settings=settings)
