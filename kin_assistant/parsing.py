"""Reading documents in child processes: a file that hangs, crashes or swells its reader costs that file alone.

A child (``python -m kin_assistant.parsing``) reads one file after another. It gets them through its standard input and
answers through its standard output, in frames that begin with their length; it is replaced when it ends.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import math
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import IO

from pydantic import TypeAdapter, ValidationError

from kin_assistant.documents import Reading, read_document
from kin_assistant.errors import BuildFailed, DocumentError

__all__ = ["Limits", "Parsers", "ReadFunction"]


ReadFunction = Callable[[str, bytes, str, bytes | None], Reading]
"""Path below the corpus folder, bytes, their SHA-256, and the bytes of what describes the file, to a reading.

It stands in a module, so that a child finds it there.
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the reading of one file may take."""

    seconds: float = 120.0
    """From sending the file to its result; also of processor time."""
    memory: int = 1024**3
    """Bytes that a child may allocate."""
    result: int = 64 * 1024**2
    """Bytes of a document as JSON."""
    workers: int = min(2, os.cpu_count() or 1)
    """Children at the same time."""
    trusted: int = 64 * 1024
    """Up to this size plain texts are read without a child. No text so short keeps their readers longer than seconds."""


_PLAIN = frozenset({".md", ".markdown", ".txt", ".text"})
_REQUEST = struct.Struct(">IIQq")  # lengths of path and SHA-256 (UTF-8), of the file and of its sidecar (-1: none)
_REPLY = struct.Struct(">cQ")  # kind, length of what follows
_READY, _READ, _FAILED, _UNFIT = b"S", b"R", b"F", b"X"
_OUT_OF_MEMORY = 77  # exit code of a child; one that has no memory left may not be able to say more
_SECONDS_TO_START = 60.0
_LONGEST_REASON = 300


class Parsers:
    """A few child processes that read documents; they start when they are needed. Safe to use from several threads."""

    def __init__(self, reader: ReadFunction = read_document, limits: Limits | None = None) -> None:
        self._reader = reader
        self._limits = limits or Limits()
        self._lock = threading.Lock()
        self._idle: list[_Child] = []
        self._all: set[_Child] = set()
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self._closed = False

    def read(self, path: str, data: bytes, sha256: str, sidecar: bytes | None = None) -> Reading:
        """Read the bytes of the corpus file ``path`` and of the ``sidecar`` that describes it.

        Raises ``DocumentError`` with a reason that a curator can act on, and ``BuildFailed`` if no child can be started.
        """
        if _is_trusted(path, data + (sidecar or b""), self._limits.trusted):
            return _attempt(self._reader, path, data, sha256, sidecar)
        child = self._take()
        try:
            kind, body = child.ask((path.encode(), sha256.encode(), data, sidecar), self._limits)
        except BaseException:
            self._discard(child)
            raise
        if child.is_alive():
            with self._lock:
                self._idle.append(child)
        else:
            self._discard(child)
        if kind != _READ:
            raise DocumentError(body.decode("utf-8", "replace")[:_LONGEST_REASON])
        try:
            reading = _reading_type().validate_json(body)
        except ValidationError as error:
            raise DocumentError("its reader gave a result that makes no sense", details=str(error)) from error
        if (reading.document.path, reading.document.sha256) != (path, sha256):
            raise DocumentError("its reader gave the result of another file")
        return reading

    def close(self) -> None:
        """End the children, also those at work."""
        with self._lock:
            self._closed = True
            children, self._all, self._idle = self._all, set(), []
        for child in children:
            child.end()
        if self._scratch:
            self._scratch.cleanup()
            self._scratch = None

    def __enter__(self) -> Parsers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _take(self) -> _Child:
        with self._lock:
            while self._idle:
                child = self._idle.pop()
                if child.is_alive():
                    return child
            if self._closed:
                raise BuildFailed("The readers of documents were stopped.")
            if self._scratch is None:
                # What a killed reader leaves in it goes with the folder.
                self._scratch = tempfile.TemporaryDirectory(prefix="kin-reading-", ignore_cleanup_errors=True)
            child = _Child(self._reader, self._limits, self._scratch.name)
            self._all.add(child)
        try:
            child.wait_until_ready()
        except BaseException:
            self._discard(child)
            raise
        return child

    def _discard(self, child: _Child) -> None:
        with self._lock:
            self._all.discard(child)
        child.end()


class _Child:
    """One process, as its parent sees it."""

    def __init__(self, reader: ReadFunction, limits: Limits, scratch: str) -> None:
        command = [sys.executable, "-P", "-m", "kin_assistant.parsing", f"{reader.__module__}:{reader.__qualname__}"]
        command += [str(limits.seconds), str(limits.memory), str(limits.result), scratch]
        search = os.pathsep.join(path for path in sys.path if path)
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            # A session of its own: Ctrl+C is for the parent, and what the reader starts can be ended with it.
            start_new_session=True,
            # Tesseract's threads wait for each other most of their time: a page takes a fifth of it with one of them.
            env={**os.environ, "PYTHONPATH": search, "TMPDIR": scratch, "OMP_THREAD_LIMIT": "1"},
        )  # fmt: skip
        self._lock = threading.Lock()
        self._expired = False

    def wait_until_ready(self) -> None:
        timer = self._start_timer(_SECONDS_TO_START)
        try:
            kind, body = self._receive(1024 * 1024)
        except EOFError:
            kind, body = _UNFIT, b""
        finally:
            timer.cancel()
        if kind != _READY:
            raise BuildFailed("The readers of documents cannot be started.", details=body.decode("utf-8", "replace"))

    def ask(self, parts: Sequence[bytes | None], limits: Limits) -> tuple[bytes, bytes]:
        """Send path, hash, file and sidecar; kind and body of the answer.

        Raises ``DocumentError`` if there is none; the child is of no more use then.
        """
        timer = self._start_timer(limits.seconds)
        try:
            self._send(parts)
            return self._receive(limits.result)
        except (EOFError, BrokenPipeError) as error:
            raise DocumentError(self._why_it_ended(limits)) from error
        finally:
            timer.cancel()
            timer.join()

    def is_alive(self) -> bool:
        """Whether it can be asked again."""
        return not self._expired and self._process.poll() is None

    def end(self) -> None:
        """End the process and whatever it started."""
        self._kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                with contextlib.suppress(BrokenPipeError):  # for what could not be sent any more
                    stream.close()

    def _why_it_ended(self, limits: Limits) -> str:
        # The timer still runs, for one that closed its end of the pipe and goes on.
        code = self._process.wait()
        if self._expired or (sys.platform != "win32" and code == -signal.SIGXCPU):
            return f"reading it took more than {limits.seconds:g} s"
        if code == _OUT_OF_MEMORY:
            return f"reading it took more than {_size(limits.memory)} of memory"
        return f"its reader crashed ({_name_of(code)})"

    def _start_timer(self, seconds: float) -> threading.Timer:
        timer = threading.Timer(seconds, self._expire)
        timer.daemon = True
        timer.start()
        return timer

    def _expire(self) -> None:
        self._expired = True
        self._kill()

    def _kill(self) -> None:
        with self._lock:
            if self._process.poll() is not None:
                return  # its number may be another process's by now
            try:
                if sys.platform == "win32":
                    self._process.kill()
                else:
                    os.killpg(self._process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                self._process.kill()

    def _send(self, parts: Sequence[bytes | None]) -> None:
        stream = self._process.stdin
        assert stream is not None
        stream.write(_REQUEST.pack(*(-1 if part is None else len(part) for part in parts)))
        for part in parts:
            stream.write(part or b"")
        stream.flush()

    def _receive(self, most: int) -> tuple[bytes, bytes]:
        stream = self._process.stdout
        assert stream is not None
        kind, length = _REPLY.unpack(_exactly(stream, _REPLY.size))
        if length > max(most, _LONGEST_REASON * 8):
            self._kill()
            raise DocumentError(f"its text is larger than {_size(most)}")
        return kind, _exactly(stream, length)


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


def _is_want_of_memory(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, MemoryError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _exactly(stream: IO[bytes], length: int) -> bytes:
    data = stream.read(length)
    if len(data) != length:
        raise EOFError
    return data


def _size(size: int) -> str:
    for unit, name in ((1024**3, "GB"), (1024**2, "MB")):
        if size >= unit:
            return f"{size / unit:g} {name}"
    return f"{size} bytes"


def _name_of(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


@lru_cache(maxsize=1)
def _reading_type() -> TypeAdapter[Reading]:
    return TypeAdapter(Reading)


# In the child


def _work(reader_name: str, limits: Limits, scratch: str) -> None:
    """Read what is asked for until the parent is gone, and remove the folder ``scratch`` that it made for its children."""
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
    except Exception:
        logging.getLogger(__name__).exception("the reader cannot be imported")
        reply(_UNFIT, traceback.format_exc().encode("utf-8", "replace")[-100_000:])
        return
    _set_limit("RLIMIT_DATA", limits.memory)
    _set_limit("RLIMIT_CORE", 0)
    reply(_READY, b"")
    with contextlib.suppress(BrokenPipeError):
        while head := requests.read(_REQUEST.size):
            sizes = _REQUEST.unpack(head)
            _begin_file(limits.seconds)
            try:
                path, sha256, data = (_exactly(requests, size) for size in sizes[:3])
                sidecar = None if sizes[3] < 0 else _exactly(requests, sizes[3])
                reading = _attempt(reader, path.decode(), data, sha256.decode(), sidecar)
                body = _reading_type().dump_json(reading)
                kind = _READ
                if len(body) > limits.result:
                    kind, body = _FAILED, f"its text is larger than {_size(limits.result)}".encode()
            except DocumentError as error:
                kind, body = _FAILED, str(error)[:_LONGEST_REASON].encode("utf-8", "replace")
            except MemoryError:
                os._exit(_OUT_OF_MEMORY)
            reply(kind, body)
            _end_file()
            reading = data = body = sidecar = None  # type: ignore[assignment]  # not to be held while waiting
    # A parent that ends in order ends this process and removes the folder itself.
    shutil.rmtree(scratch, ignore_errors=True)


def _begin_file(seconds: float) -> None:
    """Let the system end this process soon after the time is over, even if the parent is gone and it hangs in C."""
    if sys.platform == "win32":
        return
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(math.ceil(seconds) + 5)
    _set_limit("RLIMIT_CPU", math.ceil(time.process_time() + seconds) + 1)


def _end_file() -> None:
    if sys.platform != "win32":
        signal.alarm(0)


def _set_limit(name: str, value: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    kind = getattr(resource, name)
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


if __name__ == "__main__":
    _work(
        sys.argv[1],
        Limits(seconds=float(sys.argv[2]), memory=int(sys.argv[3]), result=int(sys.argv[4])),
        scratch=sys.argv[5],
    )
