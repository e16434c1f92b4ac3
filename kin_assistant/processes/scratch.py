"""Temporary folders that are removed even if their process is killed: then by the next one that makes such a folder."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filelock import BaseFileLock

__all__ = ["ScratchFolder", "remove_abandoned"]

_LOCK = ".owner"
"""Locked by the process that a folder belongs to; the system unlocks it when that process ends, in whatever way."""


class ScratchFolder:
    """A temporary folder of this process. Folders with the same ``prefix`` whose processes have ended are removed first.

    Raises ``OSError`` if there is no room for it.
    """

    def __init__(self, prefix: str) -> None:
        remove_abandoned(prefix)
        self.path, lock = _make(prefix)
        self._finalizer = weakref.finalize(self, _remove, self.path, lock)

    def close(self) -> None:
        """Remove the folder with all that is in it."""
        self._finalizer()


def _make(prefix: str) -> tuple[Path, BaseFileLock]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix))
        try:
            lock = _lock(folder)
        except FileNotFoundError:
            lock = None
        if lock is not None and (folder / _LOCK).exists():
            return folder, lock
        # Another process took the new folder for an abandoned one, because it was not locked yet.


def remove_abandoned(prefix: str) -> None:
    """Remove the folders with this ``prefix`` whose processes have ended."""
    for folder in sorted(Path(tempfile.gettempdir()).glob(f"{prefix}*")):
        try:
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue
            lock = _lock(folder)
        except OSError:
            continue  # another process has just removed it
        if lock is not None:
            _remove(folder, lock)


def _lock(folder: Path) -> BaseFileLock | None:
    """The lock of ``folder``, held now; None if another process holds it."""
    from filelock import FileLock, Timeout

    lock = FileLock(folder / _LOCK, timeout=0, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        return None
    return lock


def _remove(folder: Path, lock: BaseFileLock) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    lock.release()
