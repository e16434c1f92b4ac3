"""The published build as one file, with what nothing can make again, and back.

A backup is a zip of the build's folder as it stands. What is in it is told by its manifest, which carries the SHA-256 of
every file and one of its own. What nothing can make again stands beside it under names of its own (``own_files``). Nothing
else is taken out of a backup.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from kin_assistant.errors import IndexDamaged, IndexFault, IndexStale, KinError
from kin_assistant.index.layout import IndexFolder, flush, sync_to_disk
from kin_assistant.index.manifest import FORMAT, Manifest, Recipe
from kin_assistant.index.own_files import PREFIX, OwnFiles, PutBack, put_back, read_digests, write_own_files
from kin_assistant.index.verify import check_build_in_child

__all__ = ["MAX_BYTES", "restore_backup", "restore_own_files", "write_backup"]

MAX_BYTES = 64 * 1024**3
"""Larger backups are not restored."""

_MANIFEST = "manifest.json"
_MAX_MEMBERS = 1000
_MAX_MANIFEST_BYTES = 256 * 1024**2
_MAX_RATIO = 100
_FREE_OF_RATIO = 64 * 1024**2
_COPY_AT_ONCE = 1024 * 1024
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, UnicodeDecodeError)
"""What the standard library raises on damaged, encrypted or exotic archives."""


def write_backup(root: Path, target: Path, own: OwnFiles | None = None) -> tuple[Manifest, int]:
    """Write the published build in ``root``, and its ``own`` files, to the new file ``target``; how many those are.

    Raises ``KinError`` if ``target`` exists or cannot be written, and what makes the build unfit: ``IndexMissing``,
    ``IndexDamaged``, ``BuildRunning``.
    """
    if os.path.lexists(target):
        raise KinError(f"{target} exists already. A backup does not overwrite anything.")
    index = IndexFolder(root)
    index.published()
    with index.locked():
        build = index.published()
        manifest = Manifest.read(build)
        manifest.check_files(build)
        partial: Path | None = None
        digests: dict[str, str] = {}
        try:
            descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".partial", dir=target.parent)
            partial = Path(name)
            with open(descriptor, "wb") as stream:
                with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                    for path in (_MANIFEST, *sorted(manifest.files)):
                        archive.write(build / path, path)
                    if own:
                        digests = write_own_files(archive, own)
                stream.flush()
                os.fsync(stream.fileno())
            _check_archive(partial, manifest, digests)
            _publish(partial, target)
        except FileExistsError as error:
            raise KinError(f"{target} exists already. A backup does not overwrite anything.") from error
        except OSError as error:
            raise KinError(f"The backup cannot be written to {target}: {error.strerror or error}.") from error
        finally:
            if partial:
                partial.unlink(missing_ok=True)
    return manifest, len(digests)


def restore_backup(source: Path, root: Path, recipe: Recipe) -> Manifest:
    """Publish the build in the backup ``source`` in ``root``, if it is whole and of this program (``recipe``).

    Raises ``KinError`` with the reason why it is not; what was published before then stays.
    """
    index = IndexFolder(root)
    try:
        with source.open("rb") as stream, zipfile.ZipFile(stream) as archive:
            names = _checked_names(archive, source)
            _check_recipe(archive, names, source, recipe)
            read_digests(archive, source)  # so that nothing is restored of a backup that is damaged there
            with index.locked():
                index.prune()
                return _restore(archive, source, index)
    except _BROKEN as error:
        raise KinError(f"{source} is no backup, or is damaged.", details=repr(error)) from error
    except OSError as error:
        where = error.filename or root
        raise KinError(f"The backup cannot be restored: {where}: {error.strerror or error}.") from error


def restore_own_files(source: Path, own: OwnFiles) -> PutBack:
    """Put the documents, verdicts and waiting practices in the backup ``source`` back, without replacing anything.

    Raises ``KinError`` if there are any and they cannot be put back.
    """
    try:
        with source.open("rb") as stream, zipfile.ZipFile(stream) as archive:
            _checked_names(archive, source)
            return put_back(archive, source, read_digests(archive, source), own)
    except _BROKEN as error:
        raise KinError(f"{source} is no backup, or is damaged.", details=repr(error)) from error
    except OSError as error:
        raise KinError(f"{source} cannot be read: {error.strerror or error}.") from error


def _publish(partial: Path, target: Path) -> None:
    """Give ``partial`` its name, unless a file of that name has come up meanwhile."""
    try:
        os.link(partial, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if os.path.lexists(target):
            raise FileExistsError from None
        os.replace(partial, target)
    flush(target.parent)


def _check_archive(path: Path, manifest: Manifest, digests: Mapping[str, str]) -> None:
    """Whether what was written can be read again."""
    with zipfile.ZipFile(path) as archive:
        build = {name for name in archive.namelist() if not name.startswith(PREFIX)}
        if archive.testzip() is not None or build != {_MANIFEST, *manifest.files}:
            raise OSError("it cannot be read again")
        if read_digests(archive, path) != digests:
            raise OSError("it cannot be read again")


def _checked_names(archive: zipfile.ZipFile, source: Path) -> dict[str, zipfile.ZipInfo]:
    """The members by name, all of them harmless."""
    members = archive.infolist()
    names = {member.filename: member for member in members}
    size, packed = sum(member.file_size for member in members), sum(member.compress_size for member in members)
    if _MANIFEST not in names:
        raise KinError(f"{source} is no backup: it has no manifest.")
    if len(names) != len(members) or not all(_is_harmless(name) for name in names):
        raise KinError(f"{source} is not restored: it names files that no backup has.")
    of_the_build = [name for name in names if not name.startswith(PREFIX)]
    if len(of_the_build) > _MAX_MEMBERS or size > min(MAX_BYTES, _FREE_OF_RATIO + _MAX_RATIO * packed):
        raise KinError(f"{source} is not restored: it would take more room than a backup does.")
    return names


def _is_harmless(name: str) -> bool:
    parts = PurePosixPath(name).parts
    odd = name.startswith("/") or name.endswith("/") or "\0" in name
    # The files of a build are ours to name; those that people named may hold anything that a name can.
    odd = odd or (not name.startswith(PREFIX) and any(char in name for char in "\\:"))
    return bool(parts) and not odd and ".." not in parts and "/".join(parts) == name


def _check_recipe(archive: zipfile.ZipFile, names: dict[str, zipfile.ZipInfo], source: Path, recipe: Recipe) -> None:
    """Raise unless the backup is of this version, as far as its manifest tells before it is checked."""
    if names[_MANIFEST].file_size > _MAX_MANIFEST_BYTES:
        raise KinError(f"{source} is no backup: its manifest is too large.")
    try:
        fields = json.loads(archive.read(_MANIFEST))
    except ValueError as error:
        raise KinError(f"{source} is damaged: its manifest cannot be read.", details=str(error)) from error
    made_with = fields.get("recipe") if isinstance(fields, dict) else None
    found = made_with.get("format") if isinstance(made_with, dict) else None
    if found != FORMAT:
        raise IndexStale(f"The backup has format {found}, this version uses format {FORMAT}. Build anew with: kin sync")
    try:
        stored = Recipe.model_validate(made_with)
    except ValueError as error:
        raise KinError(f"{source} is damaged: its manifest cannot be read.", details=str(error)) from error
    difference = stored.difference(recipe)
    if difference:
        raise IndexStale(f"The backup was made with another {difference}. Build anew with: kin sync")


def _restore(archive: zipfile.ZipFile, source: Path, index: IndexFolder) -> Manifest:
    members = [member for member in archive.infolist() if not member.filename.startswith(PREFIX)]
    size = sum(member.file_size for member in members)
    if size > shutil.disk_usage(index.root).free:
        raise KinError(f"The backup cannot be restored: {index.root} has no room for {size:,} bytes.")
    folder = index.fresh_build("restored")
    try:
        for member in members:
            _extract(archive, member, folder / member.filename, source)
        try:
            manifest = Manifest.read(folder)
            manifest.check_files(folder)
            check_build_in_child(folder)
        except IndexDamaged as error:
            raise KinError(f"{source} is damaged. {error}", details=error.details) from error
        sync_to_disk(folder)
        index.publish(folder, _is_whole)
    except BaseException:
        index.prune()  # removes the folder, unless it is published
        raise
    index.prune()
    return manifest


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, source: Path) -> None:
    """Write one member to the new file ``target``, and no more of it than it says it has."""
    target.parent.mkdir(parents=True, exist_ok=True)
    left = member.file_size
    with archive.open(member) as packed, target.open("xb") as plain:
        while chunk := packed.read(_COPY_AT_ONCE):
            left -= len(chunk)
            if left < 0:
                raise KinError(f"{source} is damaged: {member.filename} is larger than it says.")
            plain.write(chunk)


def _is_whole(build: Path) -> bool:
    try:
        Manifest.read(build).check_files(build)
    except (IndexFault, sqlite3.Error):
        return False
    return True
