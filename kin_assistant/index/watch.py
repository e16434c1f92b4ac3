"""Noticing that a corpus folder has changed, by looking at it again and again: works on every file system."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

__all__ = ["changes", "snapshot"]

Snapshot = dict[str, tuple[int, int, int, int]]
"""Kind and rights, inode, size and time of change of everything below a folder, by path."""


def snapshot(folder: Path) -> Snapshot:
    """The state of everything below ``folder``; empty if it cannot be listed. Follows no links and opens no file."""
    found: Snapshot = {}
    pending = [str(folder)]
    while pending:
        try:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    status = entry.stat(follow_symlinks=False)
                    found[entry.path] = (status.st_mode, status.st_ino, status.st_size, status.st_mtime_ns)
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
        except OSError:
            continue  # gone since it was listed, or closed to us; it then counts as it was found
    return found


def changes(
    folder: Path, *, poll: float = 1.0, settle: float = 1.5, sleep: Callable[[float], None] = time.sleep
) -> Iterator[None]:
    """Yield at once, and whenever ``folder`` has changed and then been quiet for ``settle`` seconds.

    It is looked at every ``poll`` seconds. What changes while the caller is at work is noticed afterwards.
    """
    known = snapshot(folder)
    yield
    while True:
        sleep(poll)
        seen = snapshot(folder)
        if seen == known:
            continue
        while True:
            sleep(settle)
            later = snapshot(folder)
            if later == seen:
                break
            seen = later
        known = seen
        yield
