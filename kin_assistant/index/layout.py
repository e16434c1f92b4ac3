"""The index folder: which build is published, who may build, and what is left over."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kin_assistant.errors import BuildFailed, BuildRunning, IndexMissing

__all__ = ["MULTILINGUAL", "OWN", "IndexFolder", "VectorFiles", "flush", "sync_to_disk"]

_POINTER = "CURRENT"


@dataclass(frozen=True, slots=True)
class VectorFiles:
    """What the files of one model's vectors are called in a build."""

    passages: str
    sentences: str
    kind: str
    """Type of the passages' numbers; sentences have 16 bits."""


OWN: Final = VectorFiles("vectors.npy", "sentences.npy", "<f4")
"""Of the embedding model."""
MULTILINGUAL: Final = VectorFiles("multilingual_vectors.npy", "multilingual_sentences.npy", "<f2")
"""Of the model for questions in other languages, where there is one."""


class IndexFolder:
    """The folder that holds the builds."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def models(self) -> Path:
        """Where converted models are kept."""
        return self.root / "models"

    @property
    def vector_cache(self) -> Path:
        """The store of vectors by content."""
        return self.root / "vectors.sqlite"

    @property
    def multilingual_cache(self) -> Path:
        """The same of the vectors for questions in other languages."""
        return self.root / "multilingual.sqlite"

    @property
    def reading_cache(self) -> Path:
        """The store of documents that were read and of their passages."""
        return self.root / "documents.sqlite"

    def published(self) -> Path:
        """The folder of the published build. Raises ``IndexMissing``."""
        return self.builds()[0]

    def builds(self) -> list[Path]:
        """The published build and, if there was one, the build that was published before it. Raises ``IndexMissing``."""
        try:
            names = (self.root / _POINTER).read_text("utf-8").split()
        except (OSError, UnicodeDecodeError):
            names = []
        if not names or not all(name.startswith("build-") and "/" not in name for name in names):
            raise IndexMissing("There is no index yet. Run: kin sync")
        return [self.root / name for name in names]

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the right to build. Raises ``BuildRunning`` at once if another process holds it."""
        from filelock import FileLock, Timeout

        try:
            self.root.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.root / "build.lock", timeout=0)
            lock.acquire()
        except Timeout as error:
            raise BuildRunning("Another build of this index is running. Wait for it to end.") from error
        except OSError as error:
            message = f"The index folder {self.root} cannot be written to: {error.strerror}."
            raise BuildFailed(message, details=str(error)) from error
        try:
            yield
        finally:
            lock.release()

    def fresh_build(self, build_id: str) -> Path:
        """An empty folder for a new build, with a name that no other build has."""
        number = 1
        while (folder := self.root / f"build-{build_id}-{number}").exists():
            number += 1
        folder.mkdir(parents=True)
        return folder

    def publish(self, build: Path, is_whole: Callable[[Path], bool] = Path.is_dir) -> None:
        """Make ``build``, whose files are on the disk, the published one, by one atomic replacement of the pointer.

        The newest of the builds before it that ``is_whole`` stays to fall back on.
        """
        try:
            before = next(filter(is_whole, self.builds()), None)
        except IndexMissing:
            before = None
        names = [build.name, before.name] if before else [build.name]
        partial = self.root / f"{_POINTER}.partial"
        partial.write_text("".join(f"{name}\n" for name in names), "utf-8")
        flush(partial)
        os.replace(partial, self.root / _POINTER)
        flush(self.root)

    def prune(self) -> None:
        """Remove every build but those the pointer names: older ones, and what a killed builder left. Needs the lock."""
        try:
            kept = self.builds()
        except IndexMissing:
            kept = []
        for folder in self.root.glob("build-*"):
            if folder not in kept and folder.is_dir():
                shutil.rmtree(folder, ignore_errors=True)


def sync_to_disk(folder: Path) -> None:
    """Flush every file and folder below ``folder`` to the disk, and the folder it stands in."""
    for path in sorted(folder.rglob("*"), reverse=True):
        flush(path)
    flush(folder)
    flush(folder.parent)


def flush(path: Path) -> None:
    """Flush one file or folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
