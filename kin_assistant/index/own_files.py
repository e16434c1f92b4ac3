"""What a backup holds beside the index because nothing can make it again: added documents, verdicts, practices, accounts.

All are put back without replacing anything: a file that is there and differs stays, and is named.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from kin_assistant.accounts.store import AccountStore
from kin_assistant.corpus.files import MAX_FILE_BYTES
from kin_assistant.corpus.uploads import ADDED
from kin_assistant.errors import KinError
from kin_assistant.index.layout import flush

__all__ = ["PREFIX", "OwnFiles", "PutBack", "put_back", "read_digests", "write_own_files"]

PREFIX = "own/"
"""Before the names of these files in a backup; no file of a build has such a name."""

_DIGESTS = f"{PREFIX}files.json"
_VERDICTS = "feedback/feedback.jsonl"
_ACCOUNTS = "accounts/accounts.sqlite"
_WAITING = re.compile(r"practices/[0-9a-f]{12}\.json")
_MAX_DIGESTS_BYTES = 64 * 1024**2
_MAX_FILES = 100_000
_COPY_AT_ONCE = 1024 * 1024
_PRIVATE_FOLDER, _PRIVATE_FILE = 0o700, 0o600


@dataclass(frozen=True, slots=True)
class OwnFiles:
    """Where they are."""

    corpus: Path
    """Its folder ``added/`` is saved."""
    feedback: Path
    practices: Path
    """Those that were submitted and wait for a curator."""
    accounts: Path | None = None
    """The accounts file, where there is to be one."""

    def folder_of(self, name: str) -> Path:
        """The folder that the file which a backup calls ``name`` belongs in, or below."""
        if name == _ACCOUNTS and self.accounts:
            return self.accounts.parent
        if name == _VERDICTS:
            return self.feedback
        return self.practices if _WAITING.fullmatch(name) else self.corpus

    def place_of(self, name: str) -> Path | None:
        """Where the file that a backup calls ``name`` belongs; none for accounts where there are to be none."""
        if name == _ACCOUNTS:
            return self.accounts
        return self.folder_of(name) / (PurePosixPath(name).name if _is_private(name) else name)


@dataclass(frozen=True, slots=True)
class PutBack:
    """What came of putting the files of a backup back, by their names in it."""

    restored: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    """Were there already, with the same content."""
    kept: tuple[str, ...] = ()
    """Were there with another content, and stay as they are."""


def write_own_files(archive: zipfile.ZipFile, own: OwnFiles) -> dict[str, str]:
    """Write them into a backup; their SHA-256 by name. Raises ``OSError``, and ``KinError`` for what cannot be saved."""
    digests = {}
    for name, path in _found(own):
        digests[name] = _write(archive, name, path)
    if own.accounts and own.accounts.exists():
        with tempfile.TemporaryDirectory() as folder:
            # A copy, since the file may be written to meanwhile.
            AccountStore(own.accounts).copy(Path(folder, "copy"))
            digests[_ACCOUNTS] = _write(archive, _ACCOUNTS, Path(folder, "copy"))
    archive.writestr(_DIGESTS, json.dumps(digests, sort_keys=True, indent=1))
    return digests


def read_digests(archive: zipfile.ZipFile, source: Path) -> dict[str, str]:
    """SHA-256 by name of the files in a backup; empty for one that holds none.

    Raises ``KinError`` unless they are exactly the members of ``archive``, and each may be put where it says.
    """
    members = {member.filename: member for member in archive.infolist() if member.filename.startswith(PREFIX)}
    if not members:
        return {}
    if _DIGESTS not in members or members[_DIGESTS].file_size > _MAX_DIGESTS_BYTES or len(members) > _MAX_FILES:
        raise KinError(f"{source} is damaged: what it holds beside the index is not listed.")
    try:
        digests = json.loads(archive.read(_DIGESTS))
    except ValueError as error:
        raise KinError(f"{source} is damaged: what it holds beside the index is not listed.") from error
    if not isinstance(digests, dict) or not all(isinstance(digest, str) for digest in digests.values()):
        raise KinError(f"{source} is damaged: what it holds beside the index is not listed.")
    if {f"{PREFIX}{name}" for name in digests} != members.keys() - {_DIGESTS}:
        raise KinError(f"{source} is damaged: it does not hold the files that it lists.")
    for name in digests:
        if not _is_ours(name) or members[f"{PREFIX}{name}"].file_size > MAX_FILE_BYTES:
            raise KinError(f"{source} is not restored: it names files that no backup has.")
    return digests


def put_back(archive: zipfile.ZipFile, source: Path, digests: dict[str, str], own: OwnFiles) -> PutBack:
    """Put the files of a backup where they belong. Raises ``KinError`` with the first that cannot be."""
    outcomes: dict[str, list[str]] = {"restored": [], "unchanged": [], "kept": []}
    for name in sorted(digests):
        target = own.place_of(name)
        if target is None:
            continue
        try:
            outcomes[_put_back(archive, name, digests[name], target, own)].append(name)
        except _Spoilt as error:
            raise KinError(f"{source} is damaged: its file {name} is not as it was saved.") from error
        except OSError as error:
            raise KinError(f"{target} cannot be restored: {error.strerror or error}.", details=repr(error)) from error
    return PutBack(*(tuple(outcomes[outcome]) for outcome in ("restored", "unchanged", "kept")))


class _Spoilt(Exception):
    """A file of a backup has another content than it had."""


def _found(own: OwnFiles) -> Iterator[tuple[str, Path]]:
    """Name and path of each file, sorted. Links are not followed, and hidden files are none of ours."""
    top = own.corpus / ADDED
    for folder, folders, files in os.walk(top, onerror=_raise) if top.is_dir() and not top.is_symlink() else ():
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(folder, name)
            if not name.startswith(".") and stat.S_ISREG(path.lstat().st_mode):
                if str(path).encode("utf-8", "replace").decode() != str(path):
                    raise KinError(f"A file in {top} has a name that is not valid text. Rename it.", details=repr(path))
                yield path.relative_to(own.corpus).as_posix(), path
    waiting = sorted(os.listdir(own.practices)) if own.practices.is_dir() else []
    for name in (_VERDICTS, *(f"practices/{name}" for name in waiting)):
        place = own.place_of(name) if _is_private(name) else None
        if place and place.is_file() and not place.is_symlink():
            yield name, place


def _raise(error: OSError) -> None:
    raise error


def _write(archive: zipfile.ZipFile, name: str, path: Path) -> str:
    digest = hashlib.sha256()
    with (
        open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as source,
        archive.open(f"{PREFIX}{name}", "w") as target,
    ):
        # As long as it is now: verdicts may be written meanwhile, each at the end.
        left = os.fstat(source.fileno()).st_size
        if left > MAX_FILE_BYTES:
            raise KinError(
                f"{path} is larger than {MAX_FILE_BYTES // 1024 // 1024} MB, and so are no files that are read."
            )
        while left and (chunk := source.read(min(left, _COPY_AT_ONCE))):
            left -= len(chunk)
            digest.update(chunk)
            target.write(chunk)
    return digest.hexdigest()


def _is_private(name: str) -> bool:
    """Whether the file is for the secretariat alone, unlike a document."""
    return name in (_ACCOUNTS, _VERDICTS) or _WAITING.fullmatch(name) is not None


def _is_ours(name: str) -> bool:
    parts = PurePosixPath(name).parts
    inside = len(parts) > 1 and parts[0] == ADDED and not any(part.startswith(".") for part in parts)
    plain = "/".join(parts) == name and "\0" not in name
    return plain and (inside or _is_private(name))


def _put_back(archive: zipfile.ZipFile, name: str, digest: str, target: Path, own: OwnFiles) -> str:
    private = _is_private(name)
    folder = _folder_for(target, own.folder_of(name), private=private)
    # Uploads name their unfinished files like this, too, and remove old ones.
    partial = folder / f".{secrets.token_hex(8)}.partial"
    try:
        with (
            archive.open(f"{PREFIX}{name}") as packed,
            open(
                os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE if private else 0o666), "wb"
            ) as plain,
        ):
            shutil.copyfileobj(packed, plain, _COPY_AT_ONCE)
            plain.flush()
            os.fsync(plain.fileno())
        if _digest(partial) != digest:
            raise _Spoilt
        if not _take_name(partial, target):
            is_same = stat.S_ISREG(target.lstat().st_mode) and _digest(target) == digest
            return "unchanged" if is_same else "kept"
        flush(folder)
        return "restored"
    finally:
        partial.unlink(missing_ok=True)


def _take_name(partial: Path, target: Path) -> bool:
    """Give ``partial`` its name; whether that was free."""
    try:
        os.link(partial, target)
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        if os.path.lexists(target):
            return False
        os.replace(partial, target)
    return True


def _folder_for(target: Path, top: Path, *, private: bool) -> Path:
    """The folder of ``target``, made where it is missing. Raises ``OSError`` if a link below ``top`` leads elsewhere."""
    top.mkdir(mode=_PRIVATE_FOLDER if private else 0o777, parents=True, exist_ok=True)
    folder = top
    for part in target.parent.relative_to(top).parts:
        folder = folder / part
        with contextlib.suppress(FileExistsError):
            folder.mkdir()
        if not stat.S_ISDIR(folder.lstat().st_mode):
            raise OSError(f"{folder} is a link or no folder")
    return folder


def _digest(path: Path) -> str:
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
