"""What is compared, and what passes between the program that compares and the processes of both sides."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

__all__ = ["SIDES", "Reply", "Request", "SideName", "Workload"]

SideName = Literal["ours", "plain"]
SIDES: tuple[SideName, ...] = ("ours", "plain")


class Message(BaseModel):
    """A frozen value that is a line of JSON between two processes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Workload(Message):
    """Documents that both sides are given."""

    name: str
    folder: Path
    """Markdown files with front matter or, where ``split`` is given, a collection in BEIR layout."""
    split: str | None = None


class Request(Message):
    """What a side is to do."""

    task: Literal["ingest", "open", "search", "answer"]
    store: Path
    """Folder for what the side derives from the documents."""
    workload: Workload | None = None
    """What to ingest."""
    queries: tuple[str, ...] = ()
    limit: int = 10
    """Passages that a search gives."""


class Reply(Message):
    """What came of a request; fields that do not belong to its task keep their defaults."""

    passages: int = 0
    seconds: float = 0.0
    """Of ingesting, from the documents to a store that is on the disk; the network was loaded before."""
    share_read: float = 1.0
    """Of the text of the passages, what the network read: it cuts a text off after 256 word pieces."""
    milliseconds: tuple[float, ...] = ()
    """Of each query."""
    found: tuple[tuple[str, ...], ...] = ()
    """For each query the documents of the passages found, best first."""
    own_mb: float = 0.0
    """The most memory that the process has held so far (resident, MiB)."""
    children_mb: float = 0.0
    """The most that the largest of its ended children held."""
    fault: str = ""
    """Why it cannot be done, as a sentence; empty if it was done."""
