"""The folder of real files to read in: named by ``REAL_FILES``, else beside the repository, else none."""

from __future__ import annotations

import os
from pathlib import Path

from kin_assistant.documents.reading import SUFFIXES

__all__ = ["FOLDER", "paths"]

_BESIDE = Path(__file__).resolve().parents[3] / "shared" / "files"
# Read at import: the settings of whoever runs the tests are taken away when they begin.
_NAMED = os.environ.get("REAL_FILES")
FOLDER: Path | None = Path(_NAMED) if _NAMED else (_BESIDE if _BESIDE.is_dir() else None)


def paths(folder: Path) -> list[str]:
    """POSIX paths below ``folder`` of all files whose suffix is read, sorted."""
    found = (path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in found)
