"""Submitted practices that wait for a curator: a folder outside the corpus, a file each, bounded in number and size."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from kin_assistant.corpus.uploads import ADDED, ChangeRefused, open_new_file
from kin_assistant.practices.document import PracticeDocument, write_practice
from kin_assistant.practices.submission import PracticeRefused, Submission
from kin_assistant.types import Value

__all__ = ["MAX_BYTES", "MOST_WAITING", "PracticeQueue", "WaitingPractice", "WaitingPractices"]

MOST_WAITING: Final = 100
"""No visitor can fill the disk: no more are taken until a curator has read some."""
MAX_BYTES: Final = 128 * 1024
"""Of one file; the longest practice that fits the limits of its fields takes half of it."""

_ID: Final = re.compile(r"[0-9a-f]{12}")
_LOCK: Final = ".lock"
_LOCK_SECONDS: Final = 5
_FOLDER_MODE, _FILE_MODE = 0o700, 0o600
_MARKDOWN: Final = frozenset({".md"})


class WaitingPractice(Value):
    """A practice with the moment at which it was sent."""

    submitted: datetime
    submission: Submission

    @property
    def id(self) -> str:
        """Follows from what was sent, so that the same practice waits once."""
        return hashlib.sha256(self.submission.model_dump_json().encode()).hexdigest()[:12]

    def write(self) -> PracticeDocument:
        """Its document. Raises ``PracticeRefused`` if it has faults, as one that was changed by hand may."""
        return write_practice(self.submission, self.submitted)


@dataclass(frozen=True, slots=True)
class WaitingPractices:
    """All that waits."""

    practices: tuple[WaitingPractice, ...]
    """The oldest first."""
    unreadable: tuple[str, ...]
    """Names of files that hold no practice, sorted."""


class PracticeQueue:
    """The folder of them. Several processes may use it at the same time: a practice is accepted or declined once."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is made when the first practice is sent."""
        self._folder = folder

    def send(self, submission: Submission, at: datetime) -> WaitingPractice:
        """Let a practice wait; one that waits already stays as it is.

        ``at`` is when it was sent, with its time zone. Raises ``PracticeRefused`` if it has faults, if too many wait, or if it
        cannot be stored.
        """
        practice = WaitingPractice(submitted=at.replace(microsecond=0), submission=submission)
        practice.write()
        data = practice.model_dump_json().encode()
        if len(data) > MAX_BYTES:
            raise PracticeRefused("faulty", f"The practice is longer than {MAX_BYTES // 1024} KB.")
        with self._locked(make=True):
            if self._path(practice.id).exists():
                return self._read(self._path(practice.id))
            if len(self._files()) >= MOST_WAITING:
                raise PracticeRefused(
                    "full", f"{MOST_WAITING} practices wait for a curator already. Please try again another day."
                )
            self._store(self._path(practice.id), data)
        return practice

    def waiting(self) -> WaitingPractices:
        """What waits. Raises ``PracticeRefused`` if the folder cannot be read."""
        practices: list[WaitingPractice] = []
        unreadable: list[str] = []
        for path in self._files():
            try:
                practices.append(self._read(path))
            except PracticeRefused as error:
                if error.why != "missing":  # else somebody has just taken it
                    unreadable.append(path.name)
        practices.sort(key=lambda practice: (practice.submitted, practice.id))
        return WaitingPractices(tuple(practices), tuple(unreadable))

    def find(self, identity: str) -> WaitingPractice:
        """The practice with this id. Raises ``PracticeRefused`` if none waits or it cannot be read."""
        return self._read(self._path(identity))

    def accept(self, identity: str, corpus: Path) -> str:
        """Write its document into the folder of added documents below ``corpus``; its path there. It waits no longer.

        Raises ``PracticeRefused``, or ``ChangeRefused`` if it cannot be written; then it waits as before.
        """
        with self._locked():
            document = self.find(identity).write()
            data = document.markdown.encode()
            try:
                with open_new_file(corpus, document.name, _MARKDOWN) as arriving:
                    arriving.write(data)
                    path = arriving.finish()
            except ChangeRefused as error:
                path = f"{ADDED}/{document.name}"
                # Whoever accepted it was stopped before it left the queue.
                if error.why != "exists" or not _holds(corpus / path, data):
                    raise
            self._remove(identity)
        return path

    def decline(self, identity: str) -> None:
        """Delete it, readable or not. Raises ``PracticeRefused`` if none waits or it cannot be deleted."""
        with self._locked():
            self._remove(identity)

    def _path(self, identity: str) -> Path:
        if not _ID.fullmatch(identity):
            raise _missing(identity)
        return self._folder / f"{identity}.json"

    def _files(self) -> list[Path]:
        try:
            return sorted(
                path for path in self._folder.iterdir() if _ID.fullmatch(path.stem) and path.suffix == ".json"
            )
        except FileNotFoundError:
            return []
        except OSError as error:
            raise _disk_fault("read", error) from error

    @staticmethod
    def _read(path: Path) -> WaitingPractice:
        try:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
            practice = WaitingPractice.model_validate_json(data)
        except FileNotFoundError as error:
            raise _missing(path.stem) from error
        except OSError as error:
            raise _disk_fault("read", error) from error
        except ValidationError as error:
            raise PracticeRefused("faulty", f"The file {path.name} holds no practice.", details=str(error)) from error
        if practice.id != path.stem:
            raise PracticeRefused("faulty", f"The file {path.name} holds another practice than its name says.")
        return practice

    def _store(self, path: Path, data: bytes) -> None:
        """Whole or not at all, and for nobody else on this machine."""
        partial = path.with_name(f".{secrets.token_hex(8)}.partial")
        try:
            with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, path)
        except OSError as error:
            raise _disk_fault("stored", error) from error
        finally:
            with contextlib.suppress(OSError):
                partial.unlink()

    def _remove(self, identity: str) -> None:
        try:
            self._path(identity).unlink()
        except FileNotFoundError as error:
            raise _missing(identity) from error
        except OSError as error:
            raise _disk_fault("deleted", error) from error

    @contextmanager
    def _locked(self, *, make: bool = False) -> Iterator[None]:
        """While nobody else adds, accepts or declines. Where there is no folder nothing waits; it is made if need be."""
        from filelock import FileLock, Timeout

        lock = FileLock(self._folder / _LOCK, timeout=_LOCK_SECONDS, mode=_FILE_MODE)
        try:
            if make:
                self._folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
            elif not self._folder.is_dir():
                raise PracticeRefused("missing", "No practice waits.")
            lock.acquire()
        except (OSError, Timeout) as error:
            raise _disk_fault("stored" if make else "changed", error) from error
        try:
            yield
        finally:
            lock.release()


def _holds(path: Path, data: bytes) -> bool:
    try:
        return not path.is_symlink() and path.read_bytes() == data
    except OSError:
        return False


def _missing(identity: str) -> PracticeRefused:
    return PracticeRefused("missing", f"No practice “{identity[:40]}” waits. It may have been accepted or declined.")


def _disk_fault(what: str, error: Exception) -> PracticeRefused:
    return PracticeRefused("disk", f"The practice could not be {what} on this machine.", details=repr(error))
