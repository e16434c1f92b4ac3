"""Whether a build answers as it should: its counts, its ids, and its searches against exact ones.

Runs in a child process (``python -m kin_assistant.index.verify FOLDER``), because a broken vector store can end the
process that opens it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np

from kin_assistant.errors import IndexDamaged, KinError
from kin_assistant.index.manifest import Manifest

__all__ = ["check_build", "check_build_in_child"]

_SAMPLE = 200
_NEIGHBOURS = 20
_LEAST_OVERLAP = 0.95
_TIMEOUT_SECONDS = 300
# What a healthy store takes: vectors and links, Chroma's own SQLite tables, and some room.
_BYTES_PER_VECTOR = 24_000
_BYTES_AT_LEAST = 64 * 1024 * 1024


def check_build(build: Path) -> None:
    """Raise ``IndexDamaged`` with the first thing that is wrong with ``build``."""
    from kin_assistant.index.opened import open_build

    manifest = Manifest.read(build)
    size = sum(path.stat().st_size for path in (build / "chroma").rglob("*") if path.is_file())
    if size > _BYTES_AT_LEAST + _BYTES_PER_VECTOR * manifest.passages:
        raise IndexDamaged(f"The index is damaged: its vector store takes {size:,} bytes.", details=str(build))
    opened = open_build(build, manifest.recipe)
    try:
        library, dense = opened.library, opened.dense
        ids = library.passage_ids()
        _expect(len(library.infos) == manifest.documents, "documents are missing")
        _expect(len(ids) == manifest.passages == len(opened.vectors) == dense.size, "passages are missing")
        _expect(int(library.first_sentence[-1]) == manifest.sentences == len(opened.sentences), "sentences are missing")
        _expect(set(ids) == dense.ids(), "the vector store holds other passages")
        rows = np.unique(np.linspace(0, len(ids) - 1, min(_SAMPLE, len(ids))).astype(int))
        wanted = min(_NEIGHBOURS, len(ids))
        overlaps = []
        for row in rows:
            found, cosines = dense.search(np.array(opened.vectors[row]), wanted)
            _expect(len(found) == wanted, "a search gives too few passages")
            # Passages with the same text share a vector, so the nearest one need not be this one.
            _expect(cosines[0] > 0.999, "a passage is not found by its own vector")
            exact = np.asarray(opened.vectors @ opened.vectors[row])
            threshold = np.partition(exact, -wanted)[-wanted]
            overlaps.append(float(np.mean(exact[found] >= threshold - 1e-5)))
        _expect(float(np.mean(overlaps)) >= _LEAST_OVERLAP, "its searches disagree with exact ones")
        for row in rows[:20]:
            document = library.document(int(library.document_of[row]))
            passage = library.passage(int(row))
            _expect(passage.document_id == document.id, "a passage belongs to no document")
            _expect(0 <= passage.start < passage.end <= len(document.text), "a passage lies outside its document")
    finally:
        opened.close()


def check_build_in_child(build: Path) -> None:
    """``check_build`` in a child process; a child that crashes or hangs counts as damage too."""
    try:
        child = subprocess.run(
            [sys.executable, "-m", "kin_assistant.index.verify", str(build)],
            capture_output=True, text=True, timeout=_TIMEOUT_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise IndexDamaged("The index is damaged: checking it did not end.", details=str(build)) from error
    if child.returncode:
        message = child.stdout.strip().splitlines()[-1:] or [
            f"The index is damaged: checking it ended with {child.returncode}."
        ]
        raise IndexDamaged(message[0], details=child.stderr[-2000:])


def _expect(condition: bool, fault: str) -> None:
    if not condition:
        raise IndexDamaged(f"The index is damaged: {fault}.")


if __name__ == "__main__":
    try:
        check_build(Path(sys.argv[1]))
    except KinError as fault:
        print(fault)
        sys.exit(1)
