"""Adding files to the corpus folder and removing them, without ever leaving it."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import stat
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Literal

from kin_assistant.corpus.files import ABOUT_THE_FOLDER, MAX_FILE_BYTES
from kin_assistant.errors import KinError

__all__ = ["ADDED", "ChangeRefused", "NewFile", "Refusal", "clean_name", "open_new_file", "remove_file"]

ADDED = "added"
"""Folder below the corpus folder that new files go to."""

Refusal = Literal["disk", "empty", "exists", "kind", "missing", "name", "place", "size"]

_PARTIAL = re.compile(r"\.[0-9a-f]{16}\.partial")
"""What a file is called until it is whole."""
_OLD_SECONDS = 24 * 3600
_MAX_NAME_BYTES = 200
# What some systems refuse in names or read as something else.
_NOT_IN_NAMES = frozenset('<>:"|?*')
_DEVICES = frozenset({"aux", "con", "nul", "prn", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})


class ChangeRefused(KinError):
    """A file cannot be added or removed."""

    def __init__(self, why: Refusal, message: str, *, details: str = "") -> None:
        super().__init__(message, details=details)
        self.why = why


class NewFile:
    """A file on its way into the corpus folder; nothing is seen of it there until it is whole."""

    def __init__(self, stream: BinaryIO, partial: Path, target: Path) -> None:
        self._stream = stream
        self._partial = partial
        self._target = target
        self._size = 0

    def write(self, data: bytes) -> None:
        """Append ``data``. Raises ``ChangeRefused`` where the file grows beyond what is read."""
        self._size += len(data)
        if self._size > MAX_FILE_BYTES:
            raise ChangeRefused("size", f"The file is larger than {MAX_FILE_BYTES // 1024 // 1024} MB.")
        try:
            self._stream.write(data)
        except OSError as error:
            raise _disk_fault(error) from error

    def finish(self) -> str:
        """Put the file in its place, all at once, and give its path below the corpus folder.

        Raises ``ChangeRefused`` if it is empty, or if a file of that name has come in the meantime.
        """
        if not self._size:
            raise ChangeRefused("empty", "The file is empty.")
        try:
            self._stream.flush()
            os.fsync(self._stream.fileno())
            self._stream.close()
            _put(self._partial, self._target)
        except FileExistsError as error:
            raise _taken(self._target.name) from error
        except OSError as error:
            raise _disk_fault(error) from error
        return f"{ADDED}/{self._target.name}"


@contextmanager
def open_new_file(corpus: Path, name: str, suffixes: frozenset[str]) -> Iterator[NewFile]:
    """A file to be called ``name``; what is not finished leaves no trace.

    Raises ``ChangeRefused`` for a name that cannot be used or is taken, and for a suffix that is not in ``suffixes``.
    """
    name = clean_name(name, suffixes)
    folder = corpus / ADDED
    try:
        folder.mkdir(exist_ok=True)
        if folder.is_symlink() or not folder.is_dir():
            raise ChangeRefused(
                "place", f'The folder "{ADDED}" in the corpus folder is a link, so nothing is put there.'
            )
        _remove_leftovers(folder)
        # lexists: a link that leads nowhere is in the way too.
        if os.path.lexists(folder / name):
            raise _taken(name)
        partial = folder / f".{secrets.token_hex(8)}.partial"
        stream = partial.open("xb")
    except OSError as error:
        raise _disk_fault(error) from error
    try:
        yield NewFile(stream, partial, folder / name)
    finally:
        with contextlib.suppress(OSError):
            stream.close()
        partial.unlink(missing_ok=True)


def clean_name(name: str, suffixes: frozenset[str]) -> str:
    """``name`` as it is stored: in NFC, on one line, without characters that file systems refuse.

    Raises ``ChangeRefused`` for a name with folders in it, a hidden one, one that is too long, or an unknown suffix.
    """
    if "/" in name or "\\" in name or name in ("", ".", ".."):
        raise ChangeRefused("name", "The name of a file must be a name alone, without folders.")
    kept = "".join(
        " " if char.isspace() else "-" if char in _NOT_IN_NAMES else char
        for char in unicodedata.normalize("NFC", name)
        if char.isspace() or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    kept = " ".join(kept.split()).rstrip(". ")
    if not kept or kept.startswith("."):
        raise ChangeRefused("name", "The name of a file must not begin with a dot: such files are hidden and not read.")
    if len(kept.encode()) > _MAX_NAME_BYTES:
        raise ChangeRefused("name", f"The name is longer than {_MAX_NAME_BYTES} bytes. Please shorten it.")
    if kept.split(".")[0].strip().lower() in _DEVICES:
        raise ChangeRefused("name", f'"{kept}" is the name of a device on some systems. Please choose another.')
    suffix = PurePosixPath(kept).suffix.lower()
    if suffix not in suffixes:
        what = f"{suffix} files" if suffix else "files without a suffix"
        raise ChangeRefused("kind", f"There is no reader for {what}. Save it as PDF, DOCX or text first.")
    return kept


def remove_file(corpus: Path, path: str) -> None:
    """Remove the file ``path`` (POSIX, below ``corpus``) from the disk.

    Raises ``ChangeRefused`` for anything but a regular file that is reached without a link and is not hidden.
    """
    parts = path.split("/")
    if "\\" in path or "\0" in path or any(part in ("", ".", "..") or part.startswith(".") for part in parts):
        raise ChangeRefused("name", "That is not the path of a document in the corpus folder.")
    if path in ABOUT_THE_FOLDER:
        raise ChangeRefused("place", "That file describes the folder and is no document, so it stays.")
    current = corpus
    try:
        for part in parts[:-1]:
            current = current / part
            if not stat.S_ISDIR(current.lstat().st_mode):
                raise ChangeRefused("place", "Links are not followed, so nothing behind one is removed.")
        target = current / parts[-1]
        if not stat.S_ISREG(target.lstat().st_mode):
            raise ChangeRefused("place", "Only files are removed: no folders, links or devices.")
        target.unlink()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ChangeRefused("missing", "There is no such file in the corpus folder.") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its name is not valid"
        raise ChangeRefused("disk", f"The file could not be removed: {reason}.", details=repr(error)) from error


def _remove_leftovers(folder: Path) -> None:
    """Remove what killed processes left unfinished; what is still arriving is younger."""
    for path in filter(lambda path: _PARTIAL.fullmatch(path.name), folder.iterdir()):
        with contextlib.suppress(FileNotFoundError):  # another upload removes it as well
            status = path.lstat()
            if stat.S_ISREG(status.st_mode) and time.time() - status.st_mtime > _OLD_SECONDS:
                path.unlink()


def _put(partial: Path, target: Path) -> None:
    """Rename without replacing: ``FileExistsError`` if ``target`` is there."""
    try:
        os.link(partial, target)
    except FileExistsError:
        raise
    except OSError:
        # A file system without hard links: the name is taken first, then filled at once.
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        os.replace(partial, target)


def _taken(name: str) -> ChangeRefused:
    return ChangeRefused("exists", f'There is a file "{name}" already. Remove it first, or give this one another name.')


def _disk_fault(error: OSError) -> ChangeRefused:
    return ChangeRefused("disk", f"The file could not be stored: {error.strerror}.", details=repr(error))
