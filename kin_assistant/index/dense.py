"""Nearest passages by vector: Chroma, embedded, with explicit vectors. The only module that imports chromadb."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kin_assistant.errors import IndexDamaged, ResourceError
from kin_assistant.processes.scratch import ScratchFolder
from kin_assistant.processes.shortage import find_shortage

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection
    from numpy.typing import NDArray

__all__ = ["EXACT_UP_TO", "DenseIndex", "chroma_version", "load_chroma", "write_chroma"]

EXACT_UP_TO = 100_000
"""Passages; up to so many, answers rest on the vectors themselves and not on Chroma's graph."""

_COLLECTION = "passages"
_UPSERT_BATCH = 1000
_COPY = "kin-store-"
_UNUSABLE = "The vector store cannot be used, because it is damaged or because too little memory is left"

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
    with _faults_explained("The vector store could not be written"):
        _write(folder, ids, vectors, document_of)


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


@dataclass(frozen=True, slots=True)
class _Store:
    """A store that is open."""

    copy: ScratchFolder
    client: ClientAPI
    collection: Collection
    size: int


class DenseIndex:
    """A build's store of passages. It is opened when it is first used; safe to use from several threads.

    Chroma writes on opening, and a published build is not written to: so it gets a private copy.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._store: _Store | None = None

    @property
    def size(self) -> int:
        """How many passages it holds."""
        return self.open().size

    def open(self) -> _Store:
        """Open it now, if it is not. Raises ``IndexDamaged``, or ``ResourceError`` if there is no room for the copy."""
        with self._lock:
            if self._store is None:
                with _faults_explained(_UNUSABLE):
                    self._store = _open(self._folder)
            return self._store

    def search(
        self, vector: NDArray[np.float32], limit: int, documents: Sequence[int] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The passages nearest to ``vector``, nearest first: rows and cosines. ``documents`` restricts them to those rows."""
        return self.search_each(vector[None, :], limit, documents)[0]

    def search_each(
        self, vectors: NDArray[np.float32], limit: int, documents: Sequence[int] | None = None
    ) -> list[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """``search`` for each of ``vectors``, in a fraction of the time that as many calls take."""
        store = self.open()
        with _faults_explained(_UNUSABLE):
            found = store.collection.query(
                query_embeddings=vectors,
                n_results=min(limit, store.size),
                where=None if documents is None else {"document": {"$in": [int(row) for row in documents]}},
                include=["metadatas", "distances"],
            )
        return [
            (np.array([int(metadata["row"]) for metadata in metadatas], np.int64), 1 - np.array(distances, np.float32))
            for metadatas, distances in zip(found["metadatas"] or (), found["distances"] or (), strict=True)
        ]

    def ids(self) -> set[str]:
        """Ids of all passages in the store."""
        store = self.open()
        with _faults_explained(_UNUSABLE):
            return set(store.collection.get(include=[])["ids"])

    def close(self) -> None:
        """Close the store and remove the copy."""
        with self._lock:
            store, self._store = self._store, None
        if store:
            store.client.close()
            store.copy.close()


@contextmanager
def _faults_explained(what: str) -> Iterator[None]:
    from chromadb.errors import ChromaError

    try:
        yield
    except ChromaError as error:
        raise find_shortage(error) or IndexDamaged(f"{what}: {error}.") from error


def _open(folder: Path) -> _Store:
    copy = _copy_of(folder)
    client = _client(copy.path / "chroma")
    collection = client.get_collection(_COLLECTION, embedding_function=None)
    return _Store(copy, client, collection, collection.count())


def _copy_of(folder: Path) -> ScratchFolder:
    """A copy of ``folder``, as chroma/ in a folder of its own."""
    copy: ScratchFolder | None = None
    try:
        copy = ScratchFolder(_COPY)
        shutil.copytree(folder, copy.path / "chroma")
    except OSError as error:
        if copy:
            copy.close()
        raise ResourceError(
            "The vector store cannot be copied into the folder for temporary files. Make room in it, or name another with "
            "TMPDIR.",
            details=repr(error),
        ) from error
    return copy


def _client(folder: Path) -> ClientAPI:
    import chromadb
    from chromadb.config import Settings

    # Not from the file .env in the working folder, which may be one of documents.
    settings = Settings(_env_file=None, anonymized_telemetry=False)
    return chromadb.PersistentClient(str(folder), settings=settings)
