"""A child process that writes a build's vector store and then checks the build.

Chroma holds the interpreter's lock while it builds its graph, so that in a child the word index is made at the same
time; and a broken store can end the process that opens it. One child does both, since Chroma takes long to import.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from kin_assistant.errors import IndexDamaged, KinError
from kin_assistant.index.dense import load_chroma, write_chroma
from kin_assistant.index.verify import CHECK_SECONDS, SECONDS_PER_PASSAGE, check_build, estimate_memory
from kin_assistant.processes.sandbox import Child, ChildLimits, set_limit

__all__ = ["ChromaProcess"]

_DONE = "done"
_LONGEST_ANSWER = 64 * 1024
_SECONDS = 4 * CHECK_SECONDS
"""A child that keeps its parent waiting for longer, and some time for each passage, hangs."""


class ChromaProcess:
    """The child for one build. It is started at once, so that Chroma is imported when it is needed. To be used as a context.

    Raises ``OSError`` if it cannot be started.
    """

    def __init__(self, build: Path) -> None:
        # Its memory is limited once it is known how many passages there are.
        self._child = Child(
            "kin_assistant.index.chroma_process", [str(build.absolute())], limits=ChildLimits(), takes_input=True
        )
        self._seconds = _SECONDS

    def begin(self, ids: Sequence[str], document_of: Sequence[int]) -> None:
        """Let it write the store of passages with ``ids`` of the documents in the rows ``document_of``; vectors.npy is there."""
        self._seconds += SECONDS_PER_PASSAGE * len(ids)
        self._order(json.dumps([list(ids), list(document_of)]))

    def finish(self) -> None:
        """Return when the store is written. Raises ``IndexDamaged`` if it cannot be, or takes too long."""
        self._await("writing its vector store")

    def check(self) -> None:
        """Raise ``IndexDamaged`` with the first thing that is wrong with the build; so does a child that crashes or hangs."""
        self._order("check")
        self._await("checking it")

    def _order(self, line: str) -> None:
        with self._child.deadline(self._seconds):
            try:
                self._child.send(line.encode() + b"\n")
            except EOFError:
                return  # how it ended is told by what waits for it

    def _await(self, what: str) -> None:
        with self._child.deadline(self._seconds):
            answer = self._child.receive_line(_LONGEST_ANSWER).decode("utf-8", "replace").strip()
            if answer == _DONE:
                return
            ending = self._child.wait()
        message = answer or f"The index is damaged: {what} {ending}."
        raise IndexDamaged(message, details=self._child.errors)

    def __enter__(self) -> ChromaProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.close()


def _answers(build: Path) -> Iterator[str]:
    ids, document_of = json.loads(sys.stdin.readline())
    set_limit("RLIMIT_DATA", estimate_memory(len(ids)), final=True)
    # A plain array over the mapped file: Chroma looks at every number, and a mapped array makes that slow.
    write_chroma(build / "chroma", ids, np.asarray(np.load(build / "vectors.npy", mmap_mode="r")), document_of)
    yield _DONE
    sys.stdin.readline()
    check_build(build)
    yield _DONE


def _main() -> None:
    load_chroma()  # while the parent is busy with the vectors
    try:
        for answer in _answers(Path(sys.argv[1])):
            print(answer, flush=True)
    except (KinError, OSError) as error:
        print(error, flush=True)
        os._exit(1)
    os._exit(0)  # without waiting for what Chroma does in threads


if __name__ == "__main__":
    _main()
