"""A child process that writes a build's vector store and then checks the build.

Chroma holds the interpreter's lock while it builds its graph, so that in a child the word index is made at the same
time; and a broken store can end the process that opens it. One child does both, since Chroma takes long to import.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import SimpleQueue

import numpy as np

from kin_assistant.errors import IndexDamaged, KinError
from kin_assistant.index.dense import load_chroma, write_chroma
from kin_assistant.index.verify import CHECK_SECONDS, check_build

__all__ = ["StoreProcess"]

_DONE = "done"


class StoreProcess:
    """The child for one build. It is started at once, so that Chroma is imported when it is needed. To be used as a context."""

    def __init__(self, build: Path) -> None:
        self._errors = tempfile.NamedTemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 (closed on leaving)
        self._child = subprocess.Popen(
            [sys.executable, "-m", "kin_assistant.index.storing", str(build)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True,
        )  # fmt: skip

    def begin(self, ids: Sequence[str], document_of: Sequence[int]) -> None:
        """Let it write the store of passages with ``ids`` of the documents in the rows ``document_of``; vectors.npy is there."""
        self._order(json.dumps([list(ids), list(document_of)]))

    def finish(self) -> None:
        """Return when the store is written. Raises ``IndexDamaged`` if it cannot be."""
        self._await("writing its vector store")

    def check(self) -> None:
        """Raise ``IndexDamaged`` with the first thing that is wrong with the build; so does a child that crashes or hangs."""
        self._order("check")
        watchdog = threading.Timer(CHECK_SECONDS, self._child.kill)
        watchdog.start()
        try:
            self._await("checking it")
        finally:
            watchdog.cancel()

    def _order(self, line: str) -> None:
        assert self._child.stdin is not None  # it is a pipe
        with contextlib.suppress(BrokenPipeError):  # how it ended is told by what waits for it
            self._child.stdin.write(line + "\n")
            self._child.stdin.flush()

    def _await(self, what: str) -> None:
        assert self._child.stdout is not None  # it is a pipe
        answer = self._child.stdout.readline().strip()
        if answer == _DONE:
            return
        if not answer:
            answer = f"The index is damaged: {what} ended with {self._child.wait()}."
        self._errors.seek(0)
        raise IndexDamaged(answer, details=self._errors.read()[-2000:])

    def __enter__(self) -> StoreProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.kill()
        with contextlib.suppress(BrokenPipeError):
            self._child.communicate()
        self._errors.close()


def _follow(orders: SimpleQueue[str]) -> None:
    """Pass on what the parent says, and end with it."""
    for line in sys.stdin:
        orders.put(line)
    os._exit(1)


def _answers(build: Path, orders: SimpleQueue[str]) -> Iterator[str]:
    ids, document_of = json.loads(orders.get())
    # A plain array over the mapped file: Chroma looks at every number, and a mapped array makes that slow.
    write_chroma(build / "chroma", ids, np.asarray(np.load(build / "vectors.npy", mmap_mode="r")), document_of)
    yield _DONE
    orders.get()
    check_build(build)
    yield _DONE


def _main() -> None:
    orders: SimpleQueue[str] = SimpleQueue()
    threading.Thread(target=_follow, args=[orders], daemon=True).start()
    load_chroma()  # while the parent is busy with the vectors
    try:
        for answer in _answers(Path(sys.argv[1]), orders):
            print(answer, flush=True)
    except (KinError, OSError) as error:
        print(error, flush=True)
        os._exit(1)
    os._exit(0)  # without waiting for the thread, which holds the input


if __name__ == "__main__":
    _main()
