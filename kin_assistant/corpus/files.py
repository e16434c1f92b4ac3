"""Which files are there: a walk that follows no links and leaves the corpus folder untouched."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from kin_assistant.corpus.profile import PROFILE_NAME
from kin_assistant.corpus.sidecars import hash_with_sidecar, is_sidecar, pair_sidecars
from kin_assistant.errors import CorpusError

__all__ = ["ABOUT_THE_FOLDER", "MAX_FILE_BYTES", "CorpusFile", "Listing", "SkippedFile", "read_bytes", "walk"]

MAX_FILE_BYTES = 50 * 1024 * 1024
"""Larger files are listed and not read."""

ABOUT_THE_FOLDER = frozenset({"LICENSE", "README.md", PROFILE_NAME})
"""Files of the folder itself that describe it and are no documents."""


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A regular file of the corpus."""

    path: str
    """POSIX path below the corpus folder."""
    sha256: str
    """Of its bytes."""
    sidecar: str | None = None
    """Path of the file beside it that describes it."""
    sidecar_sha256: str | None = None

    @property
    def content(self) -> str:
        """Hash of all that its document is made from: its bytes and its sidecar's."""
        return hash_with_sidecar(self.sha256, self.sidecar_sha256)


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """Something in the corpus folder that is not read, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Listing:
    """Everything found in a corpus folder, sorted by path."""

    files: tuple[CorpusFile, ...]
    skipped: tuple[SkippedFile, ...]


def walk(folder: Path, suffixes: frozenset[str]) -> Listing:
    """List the files below ``folder`` whose suffix is in ``suffixes`` (lower case, with the dot), and the others with a reason.

    Raises ``CorpusError`` if the folder cannot be listed.
    """
    if not folder.is_dir():
        raise CorpusError(f"There is no corpus folder at {folder}. Name one with --corpus.")
    hashes: dict[str, str] = {}
    skipped: list[SkippedFile] = []
    # Folders still to be visited; a list instead of recursion, so that depth is no limit.
    pending = [folder]
    while pending:
        current = pending.pop()
        try:
            entries = sorted(os.scandir(current), key=lambda entry: entry.name)
        except OSError as error:
            if current == folder:
                raise CorpusError(f"The corpus folder {folder} cannot be listed: {error.strerror}.") from error
            skipped.append(SkippedFile(_relative(current, folder), f"folder cannot be listed: {error.strerror}"))
            continue
        for entry in entries:
            path = Path(entry.path)
            relative = _relative(path, folder)
            try:
                reason = _reason_to_skip(entry, relative, suffixes)
                if reason is not None:
                    skipped.append(SkippedFile(relative, reason))
                elif entry.is_dir(follow_symlinks=False):
                    pending.append(path)
                else:
                    hashes[relative] = hashlib.sha256(read_bytes(folder, relative)).hexdigest()
            except OSError as error:
                skipped.append(SkippedFile(relative, f"cannot be read: {error.strerror}"))
    documents = sorted(path for path in hashes if not is_sidecar(path))
    pairing = pair_sidecars(documents, hashes.keys() - set(documents))
    files = [
        CorpusFile(path, hashes[path], sidecar, hashes[sidecar] if sidecar else None)
        for path in documents
        for sidecar in [pairing.sidecars.get(path)]
    ]
    skipped += [SkippedFile(path, f'describes "{document}"') for document, path in pairing.sidecars.items()]
    skipped += [SkippedFile(path, reason) for path, reason in pairing.orphans.items()]
    return Listing(tuple(files), tuple(sorted(skipped, key=lambda file: file.path)))


def read_bytes(folder: Path, path: str) -> bytes:
    """The bytes of one corpus file; a link or a pipe put in its place since the walk is refused."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with open(os.open(folder / path, flags), "rb") as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
        return stream.read(MAX_FILE_BYTES + 1)


def _reason_to_skip(entry: os.DirEntry[str], relative: str, suffixes: frozenset[str]) -> str | None:
    if entry.name.encode("utf-8", "replace").decode() != entry.name:
        return "file name is not valid text"
    if entry.is_symlink():
        return "symbolic link, not followed"
    if entry.name.startswith("."):
        return "hidden"
    if entry.is_dir(follow_symlinks=False):
        return None
    status = entry.stat(follow_symlinks=False)
    if not stat.S_ISREG(status.st_mode):
        return "not a regular file"
    if relative in ABOUT_THE_FOLDER:
        return "describes the folder, is no document"
    suffix = Path(entry.name).suffix.lower()
    if suffix not in suffixes and not is_sidecar(entry.name):
        return f"no reader for {suffix} files" if suffix else "no reader for files without a suffix"
    if status.st_size > MAX_FILE_BYTES:
        return f"larger than {MAX_FILE_BYTES // 1024 // 1024} MB"
    if status.st_size == 0:
        return "empty"
    return None


def _relative(path: Path, folder: Path) -> str:
    # Bytes of a name that are no text are shown escaped, so that the path can be printed and stored.
    return path.relative_to(folder).as_posix().encode("utf-8", "backslashreplace").decode()
