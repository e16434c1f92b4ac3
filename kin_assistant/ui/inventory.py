"""What the library holds: a line for each document and each file of the corpus folder, and its health."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from kin_assistant.corpus import Listing, walk
from kin_assistant.documents import SUFFIXES
from kin_assistant.errors import CorpusError, IndexFault
from kin_assistant.index.layout import IndexFolder
from kin_assistant.index.manifest import Manifest
from kin_assistant.index.report import FileReport
from kin_assistant.types import DocumentInfo

if TYPE_CHECKING:
    from kin_assistant.assistant import BuildInfo

__all__ = ["Entry", "Inventory", "InventoryKeeper", "Status"]

Status = Literal["in use", "changed", "gone", "new", "failed", "skipped"]

_Snapshot = tuple[tuple[str, int, int], ...]


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


class InventoryKeeper:
    """Takes stock; files are read again only when the folder looks different. Safe to use from several threads."""

    def __init__(self, corpus: Path | None, index: Path | None) -> None:
        self._corpus = corpus
        self._index = index
        self._lock = threading.Lock()
        self._listed: tuple[_Snapshot, Listing] | None = None
        self._manifest: Manifest | None = None

    def take(self, build: BuildInfo, infos: Sequence[DocumentInfo]) -> Inventory:
        """What there is now, of the served ``build`` with its documents' ``infos`` and of the folder."""
        with self._lock:
            manifest = self._manifest_of(build.id)
            listing, fault = self._listing()
        if listing is None or manifest is None:
            reports = {report.path: report for report in manifest.reports} if manifest else {}
            entries = [_entry(info, "in use", reports.get(info.path)) for info in infos]
        else:
            entries = _compare(infos, manifest, listing)
        documents = sorted((item for item in entries if item.info), key=_title_of)
        others = sorted((item for item in entries if not item.info), key=lambda item: item.path)
        return Inventory(
            build=build,
            entries=(*documents, *others),
            folder=fault,
            compared=listing is not None and manifest is not None,
            counts=Counter(item.status for item in entries),
        )

    def _listing(self) -> tuple[Listing | None, str]:
        if self._corpus is None:
            return None, ""
        snapshot = _snapshot(self._corpus)
        if self._listed and self._listed[0] == snapshot:
            return self._listed[1], ""
        try:
            listing = walk(self._corpus, SUFFIXES)
        except CorpusError:
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
