"""Child processes with limits: what reads, converts, draws or checks what others made runs in one of these.

A child runs one module. ``python -m kin_assistant.processes.sandbox`` sets the limits and then hands over to that
module. A child

- imports from the folders that its parent imports from, but never from the working folder;
- sees the few environment variables named here, so no password and no token;
- has a temporary folder of its own, which is also its working folder and is removed with it;
- leads a process group of its own, which is killed as a whole;
- ends with its parent, however that ends.

``docs/decisions/0015-child-processes.md`` gives the reasons. POSIX only.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import runpy
import select
import selectors
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from kin_assistant.processes.scratch import ScratchFolder, remove_abandoned

__all__ = ["Child", "ChildLimits", "Ending", "Outcome", "remove_leftovers", "run_child", "set_limit"]


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """What the system lets a child take. None: no limit."""

    memory: int | None = None
    """Bytes that it may allocate."""
    cpu_seconds: float | None = None
    """Processor time of all its threads together."""
    file_bytes: int | None = None
    """Length of each file that it writes."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a child ended."""

    code: int
    """Exit code; the negative number of the signal that killed it."""
    expired: bool
    """Whether it was killed because its time was over."""
    out_of_memory: bool

    @property
    def name(self) -> str:
        """``exit code 1`` or ``SIGSEGV``."""
        if self.code >= 0:
            return f"exit code {self.code}"
        try:
            return signal.Signals(-self.code).name
        except ValueError:
            return f"signal {-self.code}"

    def __str__(self) -> str:
        """As a clause: "ended with exit code 1"."""
        if self.expired:
            return "took too long"
        if self.out_of_memory:
            return "took too much memory"
        return f"ended with {self.name}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a child that ran to its end."""

    ending: Ending
    output: bytes
    """Its standard output; cut off, and the child killed, where that grew too long."""
    errors: str
    """The end of its standard error."""


_PASSED_ON = (
    *("PATH", "LANG", "LANGUAGE", "TZ", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TESSDATA_PREFIX"),
    *("LC_ALL", "LC_COLLATE", "LC_CTYPE", "LC_MESSAGES", "LC_MONETARY", "LC_NUMERIC", "LC_TIME"),
    *("OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "TOKENIZERS_PARALLELISM"),
)
"""Environment variables that a child sees, by name: a pattern would one day match a secret."""
_PREFIX = "kin-child-"
_OUT_OF_MEMORY = 77
"""Exit code; a child without memory may not be able to say more."""
_AT_ONCE = 1024 * 1024
_LOOK_SECONDS = 1.0
"""So often it is looked whether a child that is waited for still runs."""
_FAREWELL_SECONDS = 1.0
"""So long a child whose input has ended waits to learn that its parent is gone."""
_KEPT_OF_ERRORS = 16 * 1024
_SHOWN_OF_ERRORS = 2000


class Child:
    """One running child. To be used as a context: leaving it kills the child and whatever that has started.

    One thread at a time talks to it; any thread may kill it. Raises ``OSError`` if it cannot be started.
    """

    def __init__(
        self,
        module: str,
        arguments: Sequence[str] = (),
        *,
        limits: ChildLimits,
        takes_input: bool = False,
        environment: Sequence[tuple[str, str]] = (),
        ends_by_itself: bool = False,
    ) -> None:
        """Run ``module`` with ``arguments``, in which paths are absolute: its working folder is its own.

        One that ``ends_by_itself`` is not killed in the end; any other ends early only because its parent is gone.
        """
        self._lock = threading.Lock()
        self._until = math.inf
        self._expired = False
        self._scratch = ScratchFolder(_PREFIX)
        working_folder = self._scratch.path / "tmp"
        lifeline, self._lifeline = os.pipe()
        try:
            working_folder.mkdir()
            self._process = subprocess.Popen(
                _command(
                    lifeline,
                    self._scratch.path,
                    limits,
                    module,
                    arguments,
                    0.0 if ends_by_itself else _FAREWELL_SECONDS,
                ),
                bufsize=0,
                stdin=subprocess.PIPE if takes_input else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=working_folder,
                env=_environment(working_folder) | dict(environment),
                # A session of its own: Ctrl+C is for the parent, and the group can be killed as a whole.
                start_new_session=True,
                pass_fds=(lifeline,),
            )
        except BaseException:
            os.close(self._lifeline)
            self._scratch.close()
            raise
        finally:
            os.close(lifeline)
        assert self._process.stdout is not None and self._process.stderr is not None  # they are pipes
        self._output, self._input = self._process.stdout, self._process.stdin
        if self._input:
            os.set_blocking(self._input.fileno(), False)
        self._errors = _Tail(self._process.stderr)

    @property
    def errors(self) -> str:
        """The end of its standard error, so far."""
        return self._errors.text()

    @contextlib.contextmanager
    def deadline(self, seconds: float) -> Iterator[None]:
        """What the block sends to the child and receives from it may take ``seconds`` in all; then the child is killed."""
        self._until = time.monotonic() + seconds
        try:
            yield
        finally:
            self._until = math.inf

    def send(self, data: bytes) -> None:
        """Hand it ``data``. Raises ``EOFError`` if it ends before it has taken all, or its time does."""
        assert self._input is not None
        left = memoryview(data)
        try:
            while left:
                self._await(self._input, selectors.EVENT_WRITE)
                with contextlib.suppress(BlockingIOError):
                    left = left[os.write(self._input.fileno(), left[:_AT_ONCE]) :]
        except BrokenPipeError as error:
            raise EOFError from error

    def receive(self, length: int) -> bytearray:
        """The next ``length`` bytes of its output. Raises ``EOFError`` if it ends before that, or its time does."""
        data = bytearray()
        while len(data) < length:
            data += self._read(length - len(data))
        return data

    def receive_line(self, most: int) -> bytes:
        """The next line of its output, of at most ``most`` bytes; what there is of one if it ends before that."""
        line = bytearray()
        with contextlib.suppress(EOFError):
            while not line.endswith(b"\n") and len(line) < most:
                line += self._read(1)
        return bytes(line)

    def communicate(self, given: bytes, *, most: int) -> Outcome:
        """Hand it all of ``given``, and take all of its output; one of more than ``most`` bytes is cut off, and it is killed."""
        output = bytearray()
        with contextlib.suppress(EOFError):
            if self._input:
                with contextlib.suppress(EOFError):  # how it ended is told below
                    self.send(given)
                self._input.close()
            while len(output) <= most:
                output += self._read(most + 1 - len(output))
        if len(output) > most:
            self.kill()
        return Outcome(self.wait(), bytes(output[:most]), self.errors)

    def is_alive(self) -> bool:
        """Whether it still runs."""
        if self._process.returncode is not None:
            return False
        if not hasattr(os, "waitid"):
            return self._process.poll() is None
        try:
            # It is not reaped, so that its number stays its own and its group can still be killed.
            return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
        except ChildProcessError:
            return False

    def wait(self) -> Ending:
        """How it ended. One that still runs at the end of its time is killed, and what it has started in any case."""
        pause = 0.001
        while self.is_alive() and not self._is_late():
            time.sleep(pause)
            pause = min(2 * pause, 0.05)
        self.kill()
        code = self._process.wait()
        expired = self._expired or code == -signal.SIGXCPU
        return Ending(code, expired=expired, out_of_memory=code == _OUT_OF_MEMORY and not expired)

    def kill(self) -> None:
        """Kill it and whatever it has started."""
        with self._lock:
            if self._process.returncode is not None:
                return  # its number may be another process's by now
            with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS says the latter of an ended group
                os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """Kill it, wait until it is gone, and remove its temporary folder."""
        self.kill()
        self._process.wait()
        for stream in (self._input, self._output):
            if stream:
                stream.close()
        with self._lock:
            if self._lifeline >= 0:
                os.close(self._lifeline)
                self._lifeline = -1
            self._scratch.close()

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self, most: int) -> bytes:
        self._await(self._output, selectors.EVENT_READ)
        data = os.read(self._output.fileno(), min(most, _AT_ONCE))
        if not data:
            raise EOFError
        return data

    def _await(self, stream: IO[bytes], event: int) -> None:
        """Return when ``stream`` is ready. What the child has started may hold it open beyond the child's own end."""
        with selectors.DefaultSelector() as selector:
            selector.register(stream, event)
            while not selector.select(max(0.0, min(self._until - time.monotonic(), _LOOK_SECONDS))):
                if self._is_late() or not self.is_alive():
                    raise EOFError

    def _is_late(self) -> bool:
        if time.monotonic() >= self._until:
            self._expired = True
            self.kill()
        return self._expired


def run_child(
    module: str,
    arguments: Sequence[str] = (),
    *,
    seconds: float,
    limits: ChildLimits,
    given: bytes | None = None,
    most_output: int = 64 * 1024,
) -> Outcome:
    """Run ``module`` to its end, for at most ``seconds``. Raises ``OSError`` if it cannot be started."""
    takes_input = given is not None
    child = Child(module, arguments, limits=limits, takes_input=takes_input, ends_by_itself=True)
    with child, child.deadline(seconds):
        return child.communicate(given or b"", most=most_output)


def remove_leftovers() -> None:
    """Remove the temporary folders of children whose parent was killed together with them."""
    remove_abandoned(_PREFIX)


def set_limit(name: str, value: float, *, final: bool = False) -> None:
    """Limit what this process may take: ``name`` as in the module ``resource``. A ``final`` limit cannot be raised again."""
    import resource

    kind = getattr(resource, name)
    _, hard = resource.getrlimit(kind)
    most = math.ceil(value) if hard == resource.RLIM_INFINITY else min(math.ceil(value), hard)
    if final and (hard == resource.RLIM_INFINITY or most < hard):
        # At the soft limit of processor time the signal says what it is for; at the hard one the process is just killed.
        hard = most + 1 if kind == resource.RLIMIT_CPU else most
    resource.setrlimit(kind, (most, hard))


class _Tail:
    """Reads a stream to its end, so that nobody waits to write to it, and keeps the last of it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._kept = b""
        self._thread = threading.Thread(target=self._read, args=(stream,), name="kin-child-errors", daemon=True)
        self._thread.start()

    def text(self) -> str:
        self._thread.join(_LOOK_SECONDS)  # of a child that runs on, what it has said so far will do
        return self._kept.decode("utf-8", "replace")[-_SHOWN_OF_ERRORS:]

    def _read(self, stream: IO[bytes]) -> None:
        with stream:
            while chunk := os.read(stream.fileno(), _KEPT_OF_ERRORS):
                self._kept = (self._kept + chunk)[-_KEPT_OF_ERRORS:]


def _command(
    lifeline: int, scratch: Path, limits: ChildLimits, module: str, arguments: Sequence[str], farewell: float
) -> list[str]:
    spec = {"lifeline": lifeline, "scratch": str(scratch), "farewell": farewell, **asdict(limits)}
    # -P and -s: neither the working folder nor the user's own packages are looked into.
    flags = ["-P", "-s", "-X", "utf8", *(["-B"] if sys.dont_write_bytecode else [])]
    own = ["-m", "kin_assistant.processes.sandbox", json.dumps(spec), module]
    return [sys.executable, *flags, *own, *arguments]


def _environment(scratch: Path) -> dict[str, str]:
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    # No child needs the user's files or a model hub.
    own = {"HOME": str(scratch), "TMPDIR": str(scratch), "HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
    return passed_on | own | {"PYTHONPATH": os.pathsep.join(_import_path())}


def _import_path() -> list[str]:
    """Where this process imports from, without the working folder, which may be one of documents.

    It stays only where this program itself is run from it, as in a checkout.
    """
    program = Path(__file__).resolve().parent.parent.parent
    try:
        here = Path.cwd()
    except FileNotFoundError:  # it was removed, so that nothing can be in it
        here = program
    paths = [str(here / path) for path in sys.path]  # "" is the working folder, too
    return [path for path in paths if here.resolve() == program or Path(path).resolve() != here.resolve()]


# In the child


def _end_with_parent(lifeline: int, scratch: str) -> None:
    """Wait until the parent is gone, then remove ``scratch`` and end the whole group."""
    with contextlib.suppress(OSError):
        os.read(lifeline, 1)  # nothing is ever written to it: it returns when the other end is closed
    shutil.rmtree(scratch, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


def _main() -> None:
    spec, module = json.loads(sys.argv[1]), sys.argv[2]
    sys.argv[:] = [module, *sys.argv[3:]]
    os.set_inheritable(spec["lifeline"], False)
    watch = threading.Thread(target=_end_with_parent, args=(spec["lifeline"], spec["scratch"]), daemon=True)
    watch.start()
    set_limit("RLIMIT_CORE", 0, final=True)
    for name, value in (
        ("RLIMIT_DATA", spec["memory"]),
        ("RLIMIT_CPU", spec["cpu_seconds"]),
        ("RLIMIT_FSIZE", spec["file_bytes"]),
    ):
        if value is not None:
            set_limit(name, value, final=True)
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)
    finally:
        # Of a parent that is killed, the input may be closed a moment before the lifeline.
        if select.select([spec["lifeline"]], [], [], spec["farewell"])[0]:
            watch.join()  # the parent is gone, and with it whoever else would remove the folder


if __name__ == "__main__":
    _main()
