"""Temporary folders that are removed even if their process is killed: then by the next that makes such a folder. POSIX only."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
import weakref
from pathlib import Path

__all__ = ["ScratchFolder", "remove_abandoned"]

_LOCK = "owner"
"""Locked by the process that a folder belongs to; the system unlocks it when that process ends, in whatever way."""
_NEW_SECONDS = 3600.0
"""A folder without a lock that is younger may be one that is just being made."""


class ScratchFolder:
    """A temporary folder of this process. Folders with the same ``prefix`` whose processes have ended are removed first.

    Raises ``OSError`` if there is no room for it.
    """

    def __init__(self, prefix: str) -> None:
        remove_abandoned(prefix)
        self.path = Path(tempfile.mkdtemp(prefix=prefix))
        try:
            # Under another name until it is held: a lock that nobody holds means that the owner is gone.
            fresh = self.path / f"{_LOCK}.new"
            lock = os.open(fresh, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            fcntl.flock(lock, fcntl.LOCK_EX)
            fresh.rename(self.path / _LOCK)
        except BaseException:
            shutil.rmtree(self.path, ignore_errors=True)
            raise
        self._finalizer = weakref.finalize(self, _remove, self.path, lock)

    def close(self) -> None:
        """Remove the folder with all that is in it."""
        self._finalizer()


def remove_abandoned(prefix: str) -> None:
    """Remove the folders with this ``prefix`` whose processes have ended."""
    for folder in sorted(Path(tempfile.gettempdir()).glob(f"{prefix}*")):
        with contextlib.suppress(OSError):  # another process may have just removed it
            if folder.lstat().st_uid == os.getuid() and not folder.is_symlink() and not _has_owner(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _has_owner(folder: Path) -> bool:
    try:
        lock = os.open(folder / _LOCK, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return time.time() - folder.lstat().st_mtime < _NEW_SECONDS
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def _remove(folder: Path, lock: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.close(lock)
