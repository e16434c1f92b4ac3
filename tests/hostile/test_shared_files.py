"""Real files of the folder that ``REAL_FILES`` names: each is read, or has a reason. With ``-s``, a table of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.hostile.child import Child
from tests.hostile.real_files import paths

_NAMED = os.environ.get("REAL_FILES")


@pytest.mark.skipif(not _NAMED, reason="REAL_FILES names no folder")
def test_every_real_file_is_read_or_has_a_reason() -> None:
    folder = Path(_NAMED or "")
    found = paths(folder)
    assert found, f"no files to read in {folder}"
    harm = {}
    lines = []
    with Child(programs=True) as child:
        for path in found:
            verdict = child.read(path, (folder / path).read_bytes())
            if verdict.harm:
                harm[path] = verdict.harm
            said = verdict.reason or "; ".join(verdict.warnings)
            lines.append(
                f"{path:70.70} {verdict.status:7} {verdict.seconds:6.2f} s {verdict.peak >> 20:5} MiB"
                f" {len(verdict.text):8,} {verdict.pages or '':>4} {said}"
            )
    print("\n" + "\n".join(lines))
    assert harm == {}
