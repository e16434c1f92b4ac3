"""A corpus folder with its index and what is served from them, for the tests of the page."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from kin_assistant import Assistant
from kin_assistant.index.build import Progress, sync
from kin_assistant.index.report import SyncReport
from kin_assistant.index.snapshot import current_recipe, open_published
from kin_assistant.settings import Settings
from kin_assistant.ui.served import Collection
from tests.embedders import HashingEmbedder
from tests.request_kinds import KINDS

__all__ = ["Library"]

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


@dataclass
class Library:
    """A corpus folder with its index, and what is served from them."""

    corpus: Path
    index: Path
    syncs: int = 0
    hold: threading.Event | None = None
    """A sync waits for it where it is set."""
    opened: list[Assistant] = field(default_factory=list)

    @property
    def collection(self) -> Collection:
        return Collection(self.corpus, self.index, self.sync)

    @contextmanager
    def copied(self, folder: Path) -> Iterator[Library]:
        """A copy in ``folder`` that a test may change; what it opened is closed afterwards."""
        copy = Library(
            Path(shutil.copytree(self.corpus, folder / "corpus")), Path(shutil.copytree(self.index, folder / "index"))
        )
        yield copy
        for assistant in copy.opened:
            assistant.close()

    def sync(self, progress: Progress = lambda *_: None) -> SyncReport:
        self.syncs += 1
        progress("Reading", 0, 1)
        if self.hold:
            self.hold.wait(10)
        return sync(self.corpus, self.index, HashingEmbedder(), now=NOW, progress=progress)

    def open(self) -> Assistant:
        embedder = HashingEmbedder()
        index = open_published(self.index, current_recipe(embedder.name, embedder.dimension))
        self.opened.append(Assistant(index, embedder, Settings(), kinds=KINDS))
        return self.opened[-1]
