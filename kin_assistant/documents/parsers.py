"""Reading and splitting documents in child processes: one that hangs, crashes or swells costs that document alone.

A child (this module, run by ``processes.sandbox``) takes one request after another. It gets them through its standard input
and answers through its standard output, in frames that begin with their lengths; it is replaced when it ends.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import logging
import math
import os
import signal
import struct
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, TypeVar

from pydantic import TypeAdapter, ValidationError

from kin_assistant.documents.passages import PieceSource, split_document
from kin_assistant.documents.reading import Reading, read_document
from kin_assistant.errors import BuildFailed, DocumentError
from kin_assistant.processes.sandbox import Child, ChildLimits, Ending, set_limit
from kin_assistant.types import Document, Passage

if TYPE_CHECKING:
    from kin_assistant.settings import Settings

__all__ = ["Limits", "Parsers", "ReadFunction"]

Item = TypeVar("Item")
Result = TypeVar("Result")

ReadFunction = Callable[[str, bytes, str, bytes | None], Reading]
"""Path below the corpus folder, bytes, their SHA-256, and the bytes of what describes the file, to a reading.

It stands in a module, so that a child finds it there.
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may take."""

    seconds: float = 120.0
    """For reading it, and again for splitting it: from the request to the result; also of processor time."""
    memory: int = 1024**3
    """Bytes that a child may allocate."""
    result: int = 64 * 1024**2
    """Bytes of a document, or of its passages, as JSON."""
    characters: int = 10_000_000
    """Of its text. A PDF of 2,000 closely printed pages has fewer."""
    workers: int = min(2, os.cpu_count() or 1)
    """Children at the same time."""
    trusted: int = 64 * 1024
    """Up to this size plain texts are read, and documents split, without a child. None so short takes more than seconds."""

    @classmethod
    def from_settings(cls, settings: Settings) -> Limits:
        """The limits that the settings name."""
        return cls(
            seconds=settings.read_seconds,
            memory=settings.read_memory_mb * 2**20,
            characters=settings.read_characters,
            workers=settings.read_workers,
        )

    @property
    def blocks(self) -> int:
        """Most blocks, and most sentences, of a document: what is embedded, stored and searched grows with them.

        A paragraph of prose has 500 characters, a sentence 120, a row of a sheet 50.
        """
        return self.characters // 50

    @property
    def passages(self) -> int:
        """Most passages of a document: each is a run of the embedding network. One of prose has 900 characters."""
        return self.characters // 400


_PLAIN = frozenset({".md", ".markdown", ".txt", ".text"})
_REQUEST = struct.Struct(
    ">cIIQq"
)  # kind, lengths of name and SHA-256 (UTF-8), of the body and of the sidecar (-1: none)
_REPLY = struct.Struct(">cQ")  # kind, length of what follows
_READ, _SPLIT = b"R", b"P"
_READY, _DONE, _FAILED, _UNFIT = b"S", b"D", b"F", b"X"
_TASKS = {_READ: ("reading it", "its reader"), _SPLIT: ("splitting its text", "splitting its text")}
"""What a task is called where it took too much, and where it crashed."""
_SECONDS_TO_START = 60.0
_LONGEST_REASON = 300


class Parsers:
    """A few child processes that read and split documents; they start when they are needed. Safe to use from several threads."""

    def __init__(
        self,
        reader: ReadFunction = read_document,
        limits: Limits | None = None,
        pieces: PieceSource | None = None,
    ) -> None:
        """``pieces`` tells what passages are measured with; without it, nothing can be split."""
        self.limits = limits or Limits()
        self._reader = reader
        self._pieces = pieces
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._closed = False

    def read(self, path: str, data: bytes, sha256: str, sidecar: bytes | None = None) -> Reading:
        """Read the bytes of the corpus file ``path`` and of the ``sidecar`` that describes it.

        Raises ``DocumentError`` with a reason that a curator can act on, and ``BuildFailed`` if no child can be started.
        """
        if _is_trusted(path, data + (sidecar or b""), self.limits.trusted):
            return _attempt(self._reader, path, data, sha256, sidecar)
        body = self._ask(_READ, path, sha256, data, sidecar)
        try:
            reading = _reading_type().validate_json(body)
        except ValidationError as error:
            raise DocumentError("its reader gave a result that makes no sense", details=str(error)) from error
        if (reading.document.path, reading.document.sha256) != (path, sha256):
            raise DocumentError("its reader gave the result of another file")
        return reading

    def split(self, document_id: str, document: bytes) -> tuple[Passage, ...]:
        """The passages of a document, given as JSON, under the id ``document_id``. Raises as ``read`` does."""
        assert self._pieces is not None
        if len(document) <= self.limits.trusted:
            return _split(document_id, document, self._pieces, self.limits)
        body = self._ask(_SPLIT, document_id, "", document, None)
        try:
            passages = _passages_type().validate_json(body)
        except ValidationError as error:
            raise DocumentError("splitting it gave a result that makes no sense", details=str(error)) from error
        if any(passage.document_id != document_id or passage.start >= passage.end for passage in passages):
            raise DocumentError("splitting it gave the result of another document")
        return passages

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[tuple[Item, Result]]:
        """Each item, in order, with what ``function`` makes of it; as many at once as there may be children."""
        running: deque[tuple[Item, Future[Result]]] = deque()
        executor = ThreadPoolExecutor(self.limits.workers, thread_name_prefix="kin-parsing")
        try:
            for item in items:
                running.append((item, executor.submit(function, item)))
                # A few more than can run, so that no child waits while results are stored; not all, for they take memory.
                if len(running) >= 4 * self.limits.workers:
                    done, future = running.popleft()
                    yield done, future.result()
            while running:
                done, future = running.popleft()
                yield done, future.result()
        except BaseException:
            self.close()  # whoever waits for a child is let go
            raise
        finally:
            executor.shutdown(wait=True, cancel_futures=True)

    def close(self) -> None:
        """End the children, also those at work."""
        with self._lock:
            self._closed = True
            workers, self._all, self._idle = self._all, set(), []
        for worker in workers:
            worker.end()

    def __enter__(self) -> Parsers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, task: bytes, name: str, sha256: str, body: bytes, sidecar: bytes | None) -> bytearray:
        worker = self._take()
        try:
            kind, reply = worker.ask(task, (name.encode(), sha256.encode(), body, sidecar))
        except BaseException:
            self._discard(worker)
            raise
        with self._lock:
            self._idle.append(worker)
        if kind != _DONE:
            raise DocumentError(reply.decode("utf-8", "replace")[:_LONGEST_REASON])
        return reply

    def _take(self) -> _Worker:
        with self._lock:
            while self._idle:
                worker = self._idle.pop()
                if worker.is_alive():
                    return worker
                self._all.discard(worker)
                worker.end()
            if self._closed:
                raise BuildFailed("The readers of documents were stopped.")
            try:
                worker = _Worker(self._reader, self._pieces, self.limits)
            except OSError as error:
                message = f"The readers of documents cannot be started: {error.strerror}."
                raise BuildFailed(message, details=repr(error)) from error
            self._all.add(worker)
        try:
            worker.wait_until_ready()
        except BaseException:
            self._discard(worker)
            raise
        return worker

    def _discard(self, worker: _Worker) -> None:
        with self._lock:
            self._all.discard(worker)
        worker.end()


class _Worker:
    """One child, as its parent sees it."""

    def __init__(self, reader: ReadFunction, pieces: PieceSource | None, limits: Limits) -> None:
        spec = {
            "reader": f"{reader.__module__}:{reader.__qualname__}",
            "limits": asdict(limits),
            "pieces": asdict(pieces) if pieces else None,
        }
        self._limits = limits
        self._child = Child(
            "kin_assistant.documents.parsers",
            [json.dumps(spec)],
            # Processor time is limited anew for each request.
            limits=ChildLimits(memory=limits.memory),
            takes_input=True,
            # There is a worker for each core. Tesseract's threads wait for each other most of their time: a page takes a
            # fifth of it with one of them.
            environment=(("OMP_THREAD_LIMIT", "1"), ("OPENBLAS_NUM_THREADS", "1"), ("TOKENIZERS_PARALLELISM", "false")),
        )
        self.is_alive = self._child.is_alive
        self.end = self._child.close

    def wait_until_ready(self) -> None:
        with self._child.deadline(_SECONDS_TO_START):
            try:
                kind, body = self._receive(1024 * 1024)
            except EOFError:
                kind, body = _UNFIT, bytearray(self._child.errors.encode())
        if kind != _READY:
            raise BuildFailed("The readers of documents cannot be started.", details=body.decode("utf-8", "replace"))

    def ask(self, task: bytes, parts: Sequence[bytes | None]) -> tuple[bytes, bytearray]:
        """Send a task with name, hash, body and sidecar; kind and body of the answer.

        Raises ``DocumentError`` if there is none; the child is of no more use then.
        """
        with self._child.deadline(self._limits.seconds):
            try:
                self._child.send(_REQUEST.pack(task, *(-1 if part is None else len(part) for part in parts)))
                for part in parts:
                    self._child.send(part or b"")
                return self._receive(self._limits.result)
            except EOFError as error:
                ending = self._child.wait()
                raise DocumentError(_why_it_ended(ending, task, self._limits), details=self._child.errors) from error

    def _receive(self, most: int) -> tuple[bytes, bytearray]:
        kind, length = _REPLY.unpack(self._child.receive(_REPLY.size))
        if length > max(most, _LONGEST_REASON * 8):
            raise DocumentError(f"its text is larger than {_size(most)}")
        return kind, self._child.receive(length)


def _why_it_ended(ending: Ending, task: bytes, limits: Limits) -> str:
    doing, doer = _TASKS[task]
    if ending.expired:
        return f"{doing} took more than {limits.seconds:g} s"
    if ending.out_of_memory:
        return f"{doing} took more than {_size(limits.memory)} of memory"
    return f"{doer} crashed ({ending.name})"


def _is_trusted(path: str, data: bytes, most: int) -> bool:
    # A merge key ("<<") in the YAML of a front matter can multiply, so that a short text takes for ever.
    return len(data) <= most and PurePosixPath(path).suffix.lower() in _PLAIN and b"<<" not in data


def _attempt(reader: ReadFunction, path: str, data: bytes, sha256: str, sidecar: bytes | None) -> Reading:
    """What ``reader`` makes of a file; whatever it raises becomes a ``DocumentError``, but for want of memory."""
    try:
        return reader(path, data, sha256, sidecar)
    except DocumentError as error:
        if _is_want_of_memory(error):
            raise MemoryError from error
        raise
    except RecursionError as error:
        raise DocumentError("it is nested too deeply") from error
    except MemoryError:
        raise
    except Exception as error:
        # The libraries that read formats raise what they like on damaged files.
        logging.getLogger(__name__).exception("unexpected fault of a reader")
        raise DocumentError("it is damaged in a way that its reader does not know", details=repr(error)) from error


def _split(document_id: str, document: bytes, pieces: PieceSource, limits: Limits) -> tuple[Passage, ...]:
    found = Document.model_validate_json(document)
    if found.id != document_id:
        found = found.model_copy(update={"id": document_id})
    passages = tuple(split_document(found, _counter(pieces), most_sentences=limits.blocks))
    if len(passages) > limits.passages:
        raise DocumentError(
            f"its text makes {len(passages):,} passages; {limits.passages:,} are the most that are read"
        )
    return passages


def _is_want_of_memory(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, MemoryError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _size(size: int) -> str:
    for unit, name in ((1024**3, "GB"), (1024**2, "MB")):
        if size >= unit:
            return f"{size / unit:g} {name}"
    return f"{size} bytes"


_counter = lru_cache(maxsize=1)(PieceSource.load)


@lru_cache(maxsize=1)
def _reading_type() -> TypeAdapter[Reading]:
    return TypeAdapter(Reading)


@lru_cache(maxsize=1)
def _passages_type() -> TypeAdapter[tuple[Passage, ...]]:
    return TypeAdapter(tuple[Passage, ...])


# In the child


def _work(reader_name: str, pieces: PieceSource | None, limits: Limits) -> None:
    """Do what is asked for until the parent asks no more."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # Whatever a library prints must not get among the answers.
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)

    def reply(kind: bytes, body: bytes) -> None:
        replies.write(_REPLY.pack(kind, len(body)) + body)
        replies.flush()

    try:
        module, _, name = reader_name.partition(":")
        reader: ReadFunction = getattr(importlib.import_module(module), name)
        _reading_type()
        # What every document needs is imported now, and not in the first one's time.
        read_document("first.md", b"# Words\n\nA sentence of some words, of a language that has to be told.\n", "")
    except Exception:
        logging.getLogger(__name__).exception("the reader cannot be imported")
        reply(_UNFIT, traceback.format_exc().encode("utf-8", "replace")[-100_000:])
        return
    reply(_READY, b"")
    with contextlib.suppress(BrokenPipeError):
        while head := requests.read(_REQUEST.size):
            task, *sizes = _REQUEST.unpack(head)
            _begin_request(limits.seconds)
            try:
                path_or_id, sha256, body = (_exactly(requests, size) for size in sizes[:3])
                sidecar = None if sizes[3] < 0 else _exactly(requests, sizes[3])
                if task == _READ:
                    result = _read_in_child(reader, path_or_id.decode(), body, sha256.decode(), sidecar, limits)
                else:
                    assert pieces is not None
                    result = _passages_type().dump_json(_split(path_or_id.decode(), body, pieces, limits))
                kind = _DONE
                if len(result) > limits.result:
                    kind, result = _FAILED, f"its text is larger than {_size(limits.result)}".encode()
            except DocumentError as error:
                kind, result = _FAILED, str(error)[:_LONGEST_REASON].encode("utf-8", "replace")
            reply(kind, result)
            _end_request()
            result = body = sidecar = None  # type: ignore[assignment]  # not to be held while waiting


def _read_in_child(
    reader: ReadFunction, path: str, data: bytes, sha256: str, sidecar: bytes | None, limits: Limits
) -> bytes:
    """A reading as JSON. Raises ``DocumentError`` also for one that is too long."""
    reading = _attempt(reader, path, data, sha256, sidecar)
    characters, blocks = len(reading.document.text), len(reading.document.blocks)
    if characters > limits.characters:
        raise DocumentError(f"its text has {characters:,} characters; {limits.characters:,} are the most that are read")
    if blocks > limits.blocks:
        raise DocumentError(f"it has {blocks:,} paragraphs and rows; {limits.blocks:,} are the most that are read")
    return _reading_type().dump_json(reading)


def _exactly(stream: IO[bytes], length: int) -> bytes:
    data = stream.read(length)
    if len(data) != length:
        raise EOFError
    return data


def _begin_request(seconds: float) -> None:
    """Let the system end this process soon after the time is over, even if it hangs in C."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(math.ceil(seconds) + 5)
    set_limit("RLIMIT_CPU", time.process_time() + seconds + 1)


def _end_request() -> None:
    signal.alarm(0)


def _main(spec: str) -> None:
    fields = json.loads(spec)
    pieces = PieceSource(**fields["pieces"]) if fields["pieces"] else None
    _work(fields["reader"], pieces, Limits(**fields["limits"]))


if __name__ == "__main__":
    _main(sys.argv[1])
