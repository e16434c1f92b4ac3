"""The first step of a build: every file of the corpus becomes a document, or a reason why it does not.

What the store knows is not read again. Of files with the same bytes one is read; the others are skipped.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from kin_assistant.corpus.files import CorpusFile, read_bytes
from kin_assistant.documents.parsers import Parsers
from kin_assistant.errors import DocumentError
from kin_assistant.index.report import FileReport
from kin_assistant.index.store import Facts, ReadingStore, make_reading_key, pack_document

__all__ = ["IngestResult", "Progress", "ingest"]


Progress = Callable[[str, int, int], None]
"""Told of each step: its name, how much is done, and of how much. Called at the end of each step with both equal."""


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What there is to build from."""

    keys: dict[str, bytes]
    """Where the store has each document, by document id, sorted by it."""
    reports: list[FileReport]
    """One for each file."""
    corpus: dict[str, str]
    """Hash of each file's content, by path."""

    @property
    def documents(self) -> list[tuple[str, str, str]]:
        """Id, path and hash of every document."""
        documents = [report for report in self.reports if report.document_id]
        return [(report.document_id or "", report.path, self.corpus[report.path]) for report in documents]

    @property
    def failed(self) -> list[FileReport]:
        """Reports of the files that cannot be read."""
        return [report for report in self.reports if report.status == "failed"]

    def without(self, reasons: Mapping[str, str]) -> IngestResult:
        """The same without the documents that, for one of these ``reasons`` by their ids, are of no use after all."""
        keys = {document_id: key for document_id, key in self.keys.items() if document_id not in reasons}
        reports = []
        for report in self.reports:
            reason = reasons.get(report.document_id or "")
            if reason:
                report = FileReport(path=report.path, status="failed", reason=reason, seconds=report.seconds)
            reports.append(report)
        return IngestResult(keys, reports, self.corpus)


def ingest(
    corpus: Path,
    files: Sequence[CorpusFile],
    store: ReadingStore,
    before: Mapping[str, str],
    *,
    retry_failed: bool,
    parsers: Parsers,
    progress: Progress,
) -> IngestResult:
    """Read ``files`` as far as ``store`` does not know them.

    ``before`` are the documents of the build before: path to hash of their content. With ``retry_failed`` files that
    could not be read are tried again.
    """
    progress("Reading", 0, len(files))
    facts: dict[str, Facts] = {}
    groups = _groups_of_equal_content(files)

    def read(file: CorpusFile) -> tuple[Facts, bytes, bool]:
        return _read_file(corpus, file, parsers)

    # In rounds: of files with the same bytes the first one that can be read stands for all.
    while wanted := [file for group in groups if (file := _next_to_read(group, facts))]:
        unknown = []
        for file in wanted:
            known = store.facts(make_reading_key(file.path, file.content))
            if known and not (known.reason and retry_failed):
                facts[file.path] = known.model_copy(update={"seconds": 0.0})
            else:
                unknown.append(file)
        for file, (found, packed, lasting) in parsers.map(read, unknown):
            if lasting:
                store.put(make_reading_key(file.path, file.content), found, packed)
            facts[file.path] = found
            progress("Reading", min(len(facts), len(files) - 1), len(files))
    duplicates = {
        file.path: _read_instead(group, facts) for group in groups for file in group if file.path not in facts
    }
    ingested = _assemble(files, facts, duplicates, before)
    progress("Reading", len(files), len(files))
    return ingested


def _groups_of_equal_content(files: Iterable[CorpusFile]) -> list[list[CorpusFile]]:
    groups: dict[str, list[CorpusFile]] = {}
    for file in files:
        groups.setdefault(file.content, []).append(file)
    return list(groups.values())


def _next_to_read(group: Sequence[CorpusFile], facts: Mapping[str, Facts]) -> CorpusFile | None:
    """The file of ``group`` whose reading is still needed: the first, or one that another reader may make sense of."""
    tried = set()
    for file in group:
        suffix = PurePosixPath(file.path).suffix.lower()
        if file.path not in facts:
            if suffix not in tried:
                return file
        elif facts[file.path].reason is None:
            return None
        tried.add(suffix)
    return None


def _read_instead(group: Sequence[CorpusFile], facts: Mapping[str, Facts]) -> str:
    """Path of the file that was read for the whole group."""
    tried = [file.path for file in group if file.path in facts]
    return next((path for path in tried if facts[path].reason is None), tried[0])


def _read_file(corpus: Path, file: CorpusFile, parsers: Parsers) -> tuple[Facts, bytes, bool]:
    """What came of a file, its document as it is stored, and whether that is worth remembering."""
    started = time.perf_counter()

    def failed(reason: str, *, lasting: bool) -> tuple[Facts, bytes, bool]:
        return Facts(reason=reason, seconds=time.perf_counter() - started), b"", lasting

    try:
        data = read_bytes(corpus, file.path)
        sidecar = read_bytes(corpus, file.sidecar) if file.sidecar else None
    except OSError as error:
        return failed(f"cannot be read: {error.strerror}", lasting=False)
    if (_sha256(data), None if sidecar is None else _sha256(sidecar)) != (file.sha256, file.sidecar_sha256):
        return failed("changed while it was being read", lasting=False)
    try:
        reading = parsers.read(file.path, data, file.sha256, sidecar)
    except DocumentError as error:
        return failed(str(error), lasting=True)
    facts = Facts(
        document_id=reading.document.id,
        pages=reading.pages,
        pages_without_text=len(reading.pages_without_text),
        ocr_pages=len(reading.ocr_pages),
        warnings=reading.warnings,
        seconds=time.perf_counter() - started,
    )
    return facts, pack_document(reading.document), True


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _assemble(
    files: Sequence[CorpusFile], facts: Mapping[str, Facts], duplicates: Mapping[str, str], before: Mapping[str, str]
) -> IngestResult:
    keys: dict[str, bytes] = {}
    paths: dict[str, str] = {}
    reports = []
    present = {file.path for file in files}
    gone = {sha256: path for path, sha256 in sorted(before.items(), reverse=True) if path not in present}
    for file in files:
        if file.path in duplicates:
            reason = f'same content as "{duplicates[file.path]}"'
            reports.append(FileReport(path=file.path, status="skipped", reason=reason))
            continue
        found = facts[file.path]
        reason, document_id = found.reason or "", found.document_id or ""
        if document_id in paths and document_id == str(PurePosixPath(file.path).with_suffix("")):
            document_id = file.path  # "report.pdf" beside "report.docx": an id that nobody gave can be another
        if not reason and document_id in paths:
            reason = f'its id "{document_id}" is taken by {paths[document_id]}'
        if reason:
            reports.append(FileReport(path=file.path, status="failed", reason=reason, seconds=found.seconds))
            continue
        keys[document_id] = make_reading_key(file.path, file.content)
        paths[document_id] = file.path
        report = FileReport(
            path=file.path, document_id=document_id, status="unchanged", warnings=found.warnings,
            pages=found.pages, pages_without_text=found.pages_without_text, ocr_pages=found.ocr_pages,
            seconds=found.seconds,
        )  # fmt: skip
        reports.append(report.model_copy(update=_change(file, before, gone)))
    ordered = {document_id: keys[document_id] for document_id in sorted(keys)}
    return IngestResult(ordered, reports, {file.path: file.content for file in files})


def _change(file: CorpusFile, before: Mapping[str, str], gone: Mapping[str, str]) -> dict[str, str]:
    """Fields of the report on a file that the build before did not have like this; empty for one that is unchanged."""
    if before.get(file.path) == file.content:
        return {}
    if file.path in before:
        return {"status": "read", "change": "changed"}
    if file.content in gone:
        return {"status": "read", "change": "renamed", "renamed_from": gone[file.content]}
    return {"status": "read", "change": "new"}
