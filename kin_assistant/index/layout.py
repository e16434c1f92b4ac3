"""The index folder: which build is published, who may build, and what is left over."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kin_assistant.errors import BuildFailed, BuildRunning, IndexMissing

__all__ = ["IndexFolder", "sync_to_disk"]

_POINTER = "CURRENT"
_KEPT_BUILDS = 2


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

    def published(self) -> Path:
        """The folder of the published build. Raises ``IndexMissing``."""
        try:
            name = (self.root / _POINTER).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            name = ""
        if not name.startswith("build-") or "/" in name:
            raise IndexMissing("There is no index yet. Run: kin sync")
        return self.root / name

    def builds(self) -> list[Path]:
        """Finished builds, the newest first."""
        folders = [path for path in self.root.glob("build-*") if (path / "manifest.json").is_file()]
        return sorted(folders, key=lambda path: (path / "manifest.json").stat().st_mtime_ns, reverse=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the right to build. Raises ``BuildRunning`` at once if another process holds it."""
        from filelock import FileLock, Timeout

        try:
            self.root.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.root / "build.lock", timeout=0)
            with lock:
                yield
        except Timeout as error:
            raise BuildRunning("Another build of this index is running. Wait for it to end.") from error
        except PermissionError as error:
            raise BuildFailed(f"The index folder {self.root} cannot be written to.", details=str(error)) from error

    def fresh_build(self, build_id: str) -> Path:
        """An empty folder for a new build, with a name that no other build has."""
        number = 1
        while (folder := self.root / f"build-{build_id}-{number}").exists():
            number += 1
        folder.mkdir(parents=True)
        return folder

    def publish(self, build: Path) -> None:
        """Make ``build`` the published one: on disk first, then by one atomic replacement."""
        sync_to_disk(build)
        partial = self.root / f"{_POINTER}.partial"
        partial.write_text(build.name + "\n", "utf-8")
        _flush(partial)
        os.replace(partial, self.root / _POINTER)
        _flush(self.root)

    def discard_unfinished(self) -> None:
        """Remove what an interrupted build left behind. Call with the lock held."""
        for folder in self.root.glob("build-*"):
            if folder.is_dir() and not (folder / "manifest.json").is_file():
                shutil.rmtree(folder, ignore_errors=True)

    def prune(self) -> None:
        """Keep the published build and the one before it. Call with the lock held."""
        published = self.published()
        others = [build for build in self.builds() if build != published]
        for build in others[_KEPT_BUILDS - 1 :]:
            # Without its manifest a half-removed folder counts as unfinished.
            (build / "manifest.json").unlink(missing_ok=True)
            shutil.rmtree(build, ignore_errors=True)


def sync_to_disk(folder: Path) -> None:
    """Flush every file and folder below ``folder`` to the disk, and the folder it stands in."""
    for path in sorted(folder.rglob("*"), reverse=True):
        _flush(path)
    _flush(folder)
    _flush(folder.parent)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
