"""Reading a file in a process of its own, with its time, its memory and whether what came of it keeps the promises."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import re
import resource
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import NamedTuple, Self

from kin_assistant.documents.passages import split_document
from kin_assistant.documents.reading import read_document
from kin_assistant.errors import DocumentError
from tests.hostile.promises import faults_of_passages, faults_of_reading, faults_of_reason

__all__ = ["MEMORY", "SECONDS", "Child", "Verdict"]

SECONDS = 60.0
"""What a file may take to be read."""
MEMORY = 2**30
"""What the process that reads may take."""

_ADDRESS_SPACE = 6 * 2**30
"""Far beyond the limit, to keep the machine alive."""
_MEGABYTE = 2**20
_PIECE = re.compile(r"\w{1,6}|[^\w\s]")
_CONTEXT = multiprocessing.get_context("spawn")


class Verdict(NamedTuple):
    """What came of reading one file."""

    status: str
    """``read``, ``failed`` with a reason, or what must never be: ``hung``, ``crashed``, ``raised``."""
    reason: str = ""
    seconds: float = 0.0
    peak: int = 0
    """Bytes that the process held at most while it read this file."""
    faults: tuple[str, ...] = ()
    """Promises that were broken."""
    title: str = ""
    text: str = ""
    pages: int | None = None
    pages_without_text: tuple[int, ...] = ()
    ocr_pages: tuple[int, ...] = ()
    page_starts: tuple[tuple[int, int], ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def harm(self) -> list[str]:
        """Everything that must not be; empty where all is well."""
        harm = list(self.faults)
        if self.status not in ("read", "failed"):
            harm.append(f"{self.status}: {self.reason}")
        if self.seconds > SECONDS:
            harm.append(f"took {self.seconds:.0f} s")
        if self.peak > MEMORY:
            harm.append(f"took {self.peak // _MEGABYTE} MiB")
        return harm


class Child:
    """A process that reads files, and is replaced when one of them ends it. For use in a ``with`` statement."""

    def __init__(self, *, programs: bool = False, seconds: float = SECONDS) -> None:
        """With ``programs``, text recognition and LibreOffice may be used where they are installed."""
        self._programs = programs
        self._seconds = seconds
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def read(self, path: str, data: bytes) -> Verdict:
        """Read the file ``path`` with this content."""
        if self._process is None:
            self._start()
        assert self._process is not None and self._connection is not None
        try:
            self._connection.send((path, data))
            if not self._connection.poll(self._seconds):
                self._end()
                return Verdict("hung", f"it took more than {self._seconds:.0f} s", self._seconds)
            verdict: Verdict = self._connection.recv()
        except (EOFError, OSError):
            self._process.join(5)
            code = self._process.exitcode
            self._end()
            return Verdict("crashed", f"the process ended with {code}")
        if verdict.peak > MEMORY:
            self._end()  # what it holds would be counted for the next file
        return verdict

    def _start(self) -> None:
        self._connection, theirs = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=_serve, args=(theirs, self._programs), daemon=True)
        self._process.start()
        theirs.close()
        # Importing what every reader needs is not the first file's time.
        self._connection.recv()

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _serve(connection: Connection, programs: bool) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not programs:
        os.environ["PATH"] = ""
    _judge("warm.md", b"# Warm\n\nA sentence of some words, so that all is loaded.\n")
    connection.send(None)
    while True:
        try:
            path, data = connection.recv()
        except EOFError:
            return
        connection.send(_judge(path, data))


def _judge(path: str, data: bytes) -> Verdict:
    _forget_peak()
    started = time.perf_counter()
    try:
        reading = read_document(path, data, hashlib.sha256(data).hexdigest())
    except DocumentError as error:
        reason = str(error)
        return Verdict("failed", reason, time.perf_counter() - started, _peak(), tuple(faults_of_reason(reason)))
    except BaseException as error:  # noqa: BLE001 (this is what is looked for)
        return Verdict("raised", f"{type(error).__name__}: {error}"[:500] + _place(error), peak=_peak())
    document = reading.document
    try:
        passages = split_document(document, _count_pieces)
        seconds = time.perf_counter() - started
        faults = (*faults_of_reading(reading), *faults_of_passages(document, passages))
    except BaseException as error:  # noqa: BLE001 (as above)
        return Verdict("raised", f"in splitting, {type(error).__name__}: {error}"[:500] + _place(error), peak=_peak())
    return Verdict(
        "read",
        seconds=seconds,
        peak=_peak(),
        faults=faults,
        title=document.title,
        text=document.text,
        pages=reading.pages,
        pages_without_text=reading.pages_without_text,
        ocr_pages=reading.ocr_pages,
        page_starts=document.page_starts,
        warnings=reading.warnings,
    )


def _place(error: BaseException) -> str:
    places = []
    trace = error.__traceback__
    while trace is not None:
        places.append(f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return f" (at {' '.join(places[-5:])})"


def _count_pieces(texts: Sequence[str]) -> list[int]:
    return [len(_PIECE.findall(text)) for text in texts]


def _forget_peak() -> None:
    # Linux counts the peak anew; elsewhere it is that of all files so far.
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak() -> int:
    """Bytes of memory that this process held at most."""
    with suppress(OSError):
        found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
        if found:
            return int(found[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
