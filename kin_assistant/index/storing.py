"""Writing Chroma's store: for many passages in a child process, so that the word index is made at the same time.

Chroma holds the interpreter's lock while it builds its graph, which takes longer than all the rest of a build.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kin_assistant.errors import IndexDamaged, KinError
from kin_assistant.index.dense import write_chroma

__all__ = ["StoreWriter"]

_WORTH_A_CHILD = 2000
"""Passages; for fewer, starting a process takes longer than it saves."""


class StoreWriter:
    """Writes the store of a build whose passages have ``ids`` and belong to the documents in the rows ``document_of``.

    A child, if there is one, is started at once and has imported Chroma when it is needed. To be used as a context.
    """

    def __init__(self, build: Path, ids: Sequence[str], document_of: Sequence[int]) -> None:
        self._build, self._ids, self._document_of = build, ids, document_of
        self._child: subprocess.Popen[str] | None = None
        if len(ids) >= _WORTH_A_CHILD:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "kin_assistant.index.storing", str(build)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            )  # fmt: skip

    def start(self) -> None:
        """Let the child begin; ``build/vectors.npy`` is there."""
        if self._child and self._child.stdin:
            with contextlib.suppress(BrokenPipeError):  # finish() tells why it ended
                self._child.stdin.write(json.dumps([list(self._ids), list(self._document_of)]) + "\n")
                self._child.stdin.flush()

    def finish(self) -> None:
        """Return when the store is written. Raises ``IndexDamaged`` if it cannot be."""
        if self._child is None:
            _write(self._build, self._ids, self._document_of)
            return
        message = self._child.stdout.read().strip() if self._child.stdout else ""
        if code := self._child.wait():
            fault = f"The vector store could not be written: that ended with {code}."
            raise IndexDamaged(message.splitlines()[-1] if message else fault)

    def __enter__(self) -> StoreWriter:
        return self

    def __exit__(self, *_: object) -> None:
        if self._child:
            self._child.kill()
            self._child.wait()
            for stream in (self._child.stdin, self._child.stdout):
                if stream:
                    with contextlib.suppress(BrokenPipeError):
                        stream.close()


def _write(build: Path, ids: Sequence[str], document_of: Sequence[int]) -> None:
    # A plain array over the mapped file: Chroma looks at every number, and a mapped array makes that slow.
    vectors = np.asarray(np.load(build / "vectors.npy", mmap_mode="r"))
    write_chroma(build / "chroma", ids, vectors, document_of)


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


def _main() -> None:
    with tempfile.TemporaryDirectory(prefix="kin-warm-") as folder:
        write_chroma(Path(folder), ["x"], np.ones((1, 2), np.float32), [0])  # imports what will be needed
    line = sys.stdin.readline()
    if not line:
        return
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        ids, document_of = json.loads(line)
        _write(Path(sys.argv[1]), ids, document_of)
    except (KinError, OSError) as error:
        print(error, flush=True)
        os._exit(1)
    os._exit(0)  # without waiting for the thread, which holds the input


if __name__ == "__main__":
    _main()
