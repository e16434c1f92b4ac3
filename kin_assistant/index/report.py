"""What a sync did with each file it found. The counts add up: every file has exactly one entry."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from pydantic import BaseModel, ConfigDict

__all__ = ["Change", "FileReport", "Status", "SyncReport"]

Change = Literal["new", "changed"]
Status = Literal["read", "unchanged", "skipped", "failed"]


class FileReport(BaseModel):
    """One file of the corpus folder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    document_id: str | None = None
    status: Status
    change: Change | None = None
    """For a file that was read: whether the build before had it."""
    reason: str | None = None
    """Why it was skipped or failed."""
    pages: int | None = None
    pages_without_text: int = 0
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
    """Paths that the build before had and that are gone."""
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
            "unchanged": statuses["unchanged"],
            "skipped": statuses["skipped"],
            "failed": statuses["failed"],
            "removed": len(self.removed),
            "passages": self.passages,
            "embedded": self.embedded,
        }

    def as_json(self) -> dict[str, object]:
        """For ``kin sync --json``."""
        return {**self.model_dump(mode="json"), "totals": self.totals}
