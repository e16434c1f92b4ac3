"""What a sync did with each file it found. The counts add up: every file has exactly one entry."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict

from kin_assistant.corpus.files import SkippedFile

__all__ = [
    "Change",
    "FileReport",
    "Status",
    "SyncReport",
    "as_one_line",
    "as_unchanged",
    "by_path",
    "report_lines",
    "report_skipped",
]

_BREAKING = ("Cc", "Zl", "Zp")
"""Categories of characters that end a line or move the cursor."""

Change = Literal["new", "changed", "renamed"]
Status = Literal["read", "unchanged", "skipped", "failed"]


class FileReport(BaseModel):
    """One file of the corpus folder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    document_id: str | None = None
    status: Status
    change: Change | None = None
    """For a file that was read: whether the build before had it."""
    renamed_from: str | None = None
    """The path at which the build before had the same content."""
    reason: str | None = None
    """Why it was skipped or failed."""
    pages: int | None = None
    pages_without_text: int = 0
    ocr_pages: int = 0
    """Pages whose text was recognised from a picture."""
    passages: int = 0
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0


class SyncReport(BaseModel):
    """One run of sync."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    build_id: str
    published: bool
    """Whether a new build was published; False if the published one was up to date."""
    why: str
    """Why a build was needed, or that none was."""
    files: tuple[FileReport, ...]
    removed: tuple[str, ...] = ()
    """Paths that the build before had and that are gone; a renamed file is none of them."""
    passages: int
    embedded: int
    """Passages that had to be embedded; the others' vectors were known."""
    seconds: float

    @property
    def totals(self) -> dict[str, int]:
        """Files by status, and what came of them."""
        statuses = Counter(file.status for file in self.files)
        changes = Counter(file.change for file in self.files if file.change)
        return {
            "found": len(self.files),
            "read": statuses["read"],
            "new": changes["new"],
            "changed": changes["changed"],
            "renamed": changes["renamed"],
            "unchanged": statuses["unchanged"],
            "skipped": statuses["skipped"],
            "failed": statuses["failed"],
            "removed": len(self.removed),
            "pages": sum(file.pages or 0 for file in self.files),
            "pages_without_text": sum(file.pages_without_text for file in self.files),
            "passages": self.passages,
            "embedded": self.embedded,
        }

    def as_json(self) -> dict[str, object]:
        """For ``kin sync --json``."""
        return {**self.model_dump(mode="json"), "totals": self.totals}


def as_unchanged(reports: Iterable[FileReport]) -> Iterator[FileReport]:
    """The reports that a build was published with, as they are when nothing has changed since."""
    nothing_done = {"status": "unchanged", "change": None, "renamed_from": None}
    for report in reports:
        yield report.model_copy(update=nothing_done) if report.document_id else report


def report_skipped(skipped: Iterable[SkippedFile]) -> Iterator[FileReport]:
    """Reports on what the walk left out."""
    for file in skipped:
        yield FileReport(path=file.path, status="skipped", reason=file.reason)


def by_path(reports: Iterable[FileReport]) -> tuple[FileReport, ...]:
    """``reports`` in the order of their paths."""
    return tuple(sorted(reports, key=lambda report: report.path))


def report_lines(report: SyncReport) -> Iterator[str]:
    """The report as text: what needs attention, why there was something to do, and the totals."""
    return map(as_one_line, _lines(report))


def as_one_line(text: str) -> str:
    r"""``text`` with its line breaks and control characters escaped, which names of files may hold.

    >>> as_one_line("failed: a\nread: b.md")
    'failed: a\\nread: b.md'
    """
    return "".join(
        char.encode("unicode_escape").decode() if unicodedata.category(char) in _BREAKING else char for char in text
    )


def _lines(report: SyncReport) -> Iterator[str]:
    for file in report.files:
        if file.status in ("skipped", "failed"):
            yield f"{file.status}: {file.path}: {file.reason}"
        elif file.change == "changed":
            yield f"changed: {file.path}"
        elif file.renamed_from:
            yield f"renamed: {file.renamed_from} to {file.path}"
        if file.pages_without_text:
            yield f"no text: {file.path}: {file.pages_without_text} of {file.pages} pages"
        for warning in file.warnings:
            yield f"note: {file.path}: {warning}"
    for path in report.removed:
        yield f"removed: {path}"
    totals = report.totals
    yield report.why
    yield (
        f"{totals['found']} files: {totals['read']} read ({totals['new']} new, {totals['changed']} changed,"
        f" {totals['renamed']} renamed), {totals['unchanged']} unchanged, {totals['skipped']} skipped,"
        f" {totals['failed']} failed; {totals['removed']} removed."
    )
    yield (
        f"{totals['passages']} passages, {totals['embedded']} of them embedded now; build {report.build_id},"
        f" {report.seconds:.1f} s."
    )
