"""A published build, opened read-only: a snapshot of the index, which later builds do not change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kin_assistant.corpus.profile import CorpusProfile
from kin_assistant.errors import IndexDamaged, IndexFault, IndexStale
from kin_assistant.index.bm25 import LexicalIndex
from kin_assistant.index.dense import EXACT_UP_TO, DenseIndex, chroma_version
from kin_assistant.index.layout import MULTILINGUAL, OWN, IndexFolder
from kin_assistant.index.library import Library
from kin_assistant.index.manifest import Manifest, Recipe

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "BuildInfo",
    "MultilingualVectors",
    "OpenIndex",
    "current_recipe",
    "describe_build",
    "open_build",
    "open_published",
]


@dataclass(frozen=True, slots=True)
class BuildInfo:
    """The build that answers."""

    id: str
    built_at: datetime
    documents: int
    passages: int
    sentences: int
    model: str
    profile: CorpusProfile
    """Whose documents these are."""
    notices: tuple[str, ...]
    """What a user should know about how it was opened, a sentence each."""


@dataclass(frozen=True, slots=True)
class MultilingualVectors:
    """Vectors of a second model, in which questions in other languages are near to what answers them; mapped from disk."""

    model: str
    passages: NDArray[np.float16]
    """Shape (passages, dimension)."""
    sentences: NDArray[np.float16]
    """Shape (sentences, dimension)."""


@dataclass(frozen=True, slots=True)
class OpenIndex:
    """The parts of one build."""

    folder: Path
    manifest: Manifest
    library: Library
    vectors: NDArray[np.float32]
    """Shape (passages, dimension), mapped from disk."""
    sentences: NDArray[np.float16]
    """Shape (sentences, dimension), mapped from disk; rows by ``library.first_sentence``."""
    lexical: LexicalIndex
    dense: DenseIndex
    vocabulary: frozenset[str]
    """The words of the documents as they are written."""
    multilingual: MultilingualVectors | None = None
    """Vectors for questions in other languages, if it was built with them."""
    notices: tuple[str, ...] = ()
    """What a user should know about how it was opened, a sentence each."""

    def nearest(
        self, vector: NDArray[np.float32], limit: int, documents: NDArray[np.int64] | None = None
    ) -> NDArray[np.int64]:
        """Rows of the passages nearest to ``vector``, nearest first, ties by row; ``documents`` restricts them.

        Up to ``EXACT_UP_TO`` passages by their exact cosines, which takes a core about 10 ms, so that equal builds give
        equal answers; beyond, by Chroma's graph, which is faster there and now and then overlooks a neighbour.
        """
        if len(self.vectors) > EXACT_UP_TO:
            return self.dense.search(vector, limit, None if documents is None else documents.tolist())[0]
        cosines = np.asarray(self.vectors @ vector)
        rows = np.arange(len(cosines))
        if documents is not None:
            rows = np.flatnonzero(np.isin(self.library.document_of, documents))
        if len(rows) > limit:
            least = np.partition(cosines[rows], -limit)[-limit]
            rows = rows[cosines[rows] >= least]
        return rows[np.lexsort((rows, -cosines[rows]))][:limit]

    def close(self) -> None:
        """Close files and remove the copy of the vector store."""
        self.library.close()
        self.dense.close()


def current_recipe(model: str, dimension: int) -> Recipe:
    """What a build made now would be made with."""
    return Recipe(model=model, dimension=dimension, chromadb=chroma_version())


def open_published(root: Path, recipe: Recipe) -> OpenIndex:
    """Open the published build; if it is damaged the one before it, with a notice.

    Every file is compared with the hash that was taken when the build was verified, so that nothing damaged reaches
    Chroma or SQLite. Raises ``IndexMissing``, ``IndexStale`` if it was made with another recipe, ``IndexDamaged`` if no
    whole build is left, or ``ResourceError`` if there is no room to open it.
    """
    fault: IndexFault | None = None
    for build in IndexFolder(root).builds():
        try:
            opened = open_build(build, recipe)
        except IndexFault as error:
            fault = fault or error
            continue
        if fault is None:
            return opened
        when = f"{opened.manifest.built_at:%d %B %Y, %H:%M} UTC"
        notice = f"The newest index cannot be used, so the one of {when} answers. To repair it, run: kin sync"
        return replace(opened, notices=(notice,))
    assert fault is not None  # the pointer names at least one build
    if isinstance(fault, IndexDamaged) and "kin sync" not in str(fault):
        raise IndexDamaged(f"{fault} Run: kin sync", details=fault.details) from fault
    raise fault


def open_build(build: Path, recipe: Recipe) -> OpenIndex:
    """Open one build folder. Raises ``IndexDamaged``, ``IndexStale``, or ``ResourceError`` if there is no room to."""
    if not build.is_dir():
        raise IndexDamaged("The published index is gone. Run: kin sync", details=str(build))
    manifest = Manifest.read(build)
    difference = manifest.recipe.difference(recipe)
    if difference:
        raise IndexStale(f"The index was made with another {difference}. Run: kin sync")
    manifest.check_files(build)
    opened = OpenIndex(
        folder=build,
        manifest=manifest,
        library=Library(build / "library.sqlite"),
        vectors=np.load(build / OWN.passages, mmap_mode="r"),
        sentences=np.load(build / OWN.sentences, mmap_mode="r"),
        lexical=LexicalIndex.load(build / "lexical", manifest.passages),
        dense=DenseIndex(build / "chroma"),
        vocabulary=frozenset((build / "vocabulary.txt").read_text("utf-8").split("\n")),
        multilingual=_open_multilingual(build, manifest.multilingual),
    )
    if manifest.passages > EXACT_UP_TO:  # else no answer needs it, and it takes a second, its copy, and 50 MB
        try:
            opened.dense.open()
        except BaseException:
            opened.close()
            raise
    return opened


def describe_build(index: OpenIndex) -> BuildInfo:
    """What is to be known of an opened build."""
    manifest = index.manifest
    return BuildInfo(
        id=manifest.build_id,
        built_at=manifest.built_at,
        documents=manifest.documents,
        passages=manifest.passages,
        sentences=manifest.sentences,
        model=manifest.recipe.model,
        profile=manifest.profile,
        notices=index.notices,
    )


def _open_multilingual(build: Path, model: str) -> MultilingualVectors | None:
    if not model:
        return None
    passages, sentences = (
        np.load(build / name, mmap_mode="r") for name in (MULTILINGUAL.passages, MULTILINGUAL.sentences)
    )
    return MultilingualVectors(model, passages, sentences)
