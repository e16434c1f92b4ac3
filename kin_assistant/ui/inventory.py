"""What the library holds: a line for each document and each file of the corpus folder, and its health."""

from __future__ import annotations

import math
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from kin_assistant.corpus.files import Listing, walk
from kin_assistant.documents.reading import SUFFIXES
from kin_assistant.errors import CorpusError, IndexFault
from kin_assistant.index.layout import IndexFolder
from kin_assistant.index.manifest import Manifest
from kin_assistant.index.report import FileReport
from kin_assistant.types import DocumentInfo

if TYPE_CHECKING:
    from kin_assistant.index.snapshot import BuildInfo

__all__ = ["Entry", "Inventory", "InventoryKeeper", "Status"]

Status = Literal["in use", "changed", "gone", "new", "failed", "skipped"]

_Snapshot = tuple[tuple[str, int, int], ...]

_LOOK_SHARE = 20
"""The folder is looked at for a twentieth of the time at most, whoever asks."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A document, or a file that is none."""

    path: str
    status: Status
    reason: str = ""
    """Why it failed or was skipped, a clause."""
    info: DocumentInfo | None = None
    passages: int | None = None
    """None where it is not known."""
    pages_without_text: int = 0
    ocr_pages: int = 0
    warnings: tuple[str, ...] = ()
    removable: bool = False
    """Whether there is a file of the corpus that could be removed."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """Everything that is listed."""

    build: BuildInfo
    entries: tuple[Entry, ...]
    """Documents by title, then files that are none by path."""
    folder: str = ""
    """What is wrong with the corpus folder, as a sentence; empty if it could be listed."""
    compared: bool = False
    """Whether the documents were compared with the corpus folder."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """Entries by status."""

    @property
    def changed(self) -> bool:
        """Whether the corpus folder has changed since the build was made."""
        return any(self.counts.get(status) for status in ("changed", "gone", "new"))


class _Basis(NamedTuple):
    """What an inventory is made from; the documents go with the build."""

    build: BuildInfo
    manifest: Manifest | None
    listing: Listing | None
    fault: str


class InventoryKeeper:
    """Takes stock. Safe to use from several threads.

    Files are read again only when the folder looks different, and what was taken is given again, the same object, as long as
    nothing does. Looking costs time where there are many files, so a look counts for a multiple of what it took.
    """

    def __init__(self, corpus: Path | None, index: Path | None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._corpus = corpus
        self._index = index
        self._clock = clock
        self._lock = threading.Lock()
        self._listed: tuple[_Snapshot, Listing] | None = None
        self._look_again_at = -math.inf
        self._manifest: Manifest | None = None
        self._taken: tuple[_Basis, Inventory] | None = None

    def look_again(self) -> None:
        """The folder was changed from here."""
        with self._lock:
            self._look_again_at = -math.inf

    def take(self, build: BuildInfo, infos: Sequence[DocumentInfo]) -> Inventory:
        """What there is now, of the served ``build`` with its documents' ``infos`` and of the folder."""
        with self._lock:
            if self._taken and self._taken[0].build != build:
                self._look_again_at = -math.inf  # another process may have changed the folder too
            manifest = self._manifest_of(build.id)
            listing, fault = self._listing()
            basis = _Basis(build, manifest, listing, fault)
            if self._taken is None or self._taken[0] != basis:
                self._taken = basis, _take(basis, infos)
            return self._taken[1]

    def _listing(self) -> tuple[Listing | None, str]:
        if self._corpus is None:
            return None, ""
        began = self._clock()
        if self._listed and began < self._look_again_at:
            return self._listed[1], ""
        snapshot = _snapshot(self._corpus)
        ended = self._clock()
        self._look_again_at = ended + _LOOK_SHARE * (ended - began)
        if self._listed and self._listed[0] == snapshot:
            return self._listed[1], ""
        try:
            listing = walk(self._corpus, SUFFIXES)
        except CorpusError:
            self._listed = None
            return None, "The corpus folder is not there, so nothing can be said about changes in it."
        self._listed = (snapshot, listing)
        return listing, ""

    def _manifest_of(self, build_id: str) -> Manifest | None:
        """None if the build of that id is no longer stored or cannot be read; the page then does without."""
        if self._index is None:
            return None
        if self._manifest is None or self._manifest.build_id != build_id:
            self._manifest = _find_manifest(self._index, build_id)
        return self._manifest


def _take(basis: _Basis, infos: Sequence[DocumentInfo]) -> Inventory:
    manifest, listing = basis.manifest, basis.listing
    if listing is None or manifest is None:
        reports = {report.path: report for report in manifest.reports} if manifest else {}
        entries = [_entry(info, "in use", reports.get(info.path)) for info in infos]
    else:
        entries = _compare(infos, manifest, listing)
    documents = sorted((item for item in entries if item.info), key=_title_of)
    others = sorted((item for item in entries if not item.info), key=lambda item: item.path)
    return Inventory(
        build=basis.build,
        entries=(*documents, *others),
        folder=basis.fault,
        compared=listing is not None and manifest is not None,
        counts=Counter(item.status for item in entries),
    )


def _find_manifest(index: Path, build_id: str) -> Manifest | None:
    try:
        for folder in IndexFolder(index).builds():
            manifest = Manifest.read(folder)
            if manifest.build_id == build_id:
                return manifest
    except IndexFault:
        pass
    return None


def _compare(infos: Sequence[DocumentInfo], manifest: Manifest, listing: Listing) -> list[Entry]:
    reports = {report.path: report for report in manifest.reports}
    found = {file.path: file.content for file in listing.files}
    entries: list[Entry] = []
    for info in infos:
        known, now = manifest.corpus.get(info.path), found.get(info.path)
        status: Status = "gone" if now is None else "in use" if now == known else "changed"
        entries.append(_entry(info, status, reports.get(info.path)))
    documents = {info.path for info in infos}
    for path in sorted(found.keys() - documents):
        report = reports.get(path)
        if manifest.corpus.get(path) != found[path]:
            reason = "changed, and not read since" if path in manifest.corpus else ""
            entries.append(Entry(path, "new", reason, removable=True))
        elif report and report.status == "skipped":
            entries.append(Entry(path, "skipped", report.reason or "", removable=True))
        else:
            reason = (report.reason if report else None) or "could not be read"
            entries.append(Entry(path, "failed", reason, removable=True))
    entries += [Entry(file.path, "skipped", file.reason) for file in listing.skipped]
    return entries


def _entry(info: DocumentInfo, status: Status, report: FileReport | None) -> Entry:
    if report is None:
        return Entry(info.path, status, info=info, removable=status != "gone")
    return Entry(
        info.path,
        status,
        info=info,
        passages=report.passages,
        pages_without_text=report.pages_without_text,
        ocr_pages=report.ocr_pages,
        warnings=report.warnings,
        removable=status != "gone",
    )


def _snapshot(folder: Path) -> _Snapshot:
    """Names, sizes and times of all files: cheap, and different whenever a file was written."""
    found: list[tuple[str, int, int]] = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in (*names, *folders):
            path = os.path.join(parent, name)  # noqa: PTH118 (a path may be no valid text, and there are many)
            try:
                status = os.lstat(path)
            except OSError:
                continue
            found.append((path, status.st_size, status.st_mtime_ns))
    return tuple(sorted(found))


def _title_of(entry: Entry) -> tuple[str, str]:
    return (entry.info.title.casefold() if entry.info else "", entry.path)
