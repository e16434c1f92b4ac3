"""The assistant that answers now. When another build is published, one over that takes its place; no question is dropped."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kin_assistant.errors import KinError

if TYPE_CHECKING:
    from kin_assistant.assistant import Assistant
    from kin_assistant.index.build import Progress
    from kin_assistant.index.report import SyncReport
    from kin_assistant.index.snapshot import BuildInfo

__all__ = ["Collection", "Served"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Collection:
    """The folders behind the page, and how they are brought up to date."""

    corpus: Path
    index: Path
    sync: Callable[[Progress], SyncReport]
    """Brings the index up to date with the corpus folder."""


@dataclass(slots=True, eq=False)
class _InUse:
    assistant: Assistant
    users: int = 0


class Served:
    """Lends the assistant out; safe to use from several threads. One that was replaced is closed when the last returns it."""

    def __init__(self, assistant: Assistant) -> None:
        self._current = _InUse(assistant)
        self._noticed: str | None = None
        """The newer build that somebody opens or has tried to open, by name."""
        self._lock = threading.Lock()
        self._renewing = threading.Lock()

    @contextmanager
    def lease(self) -> Iterator[Assistant]:
        """The assistant of now, which stays open until it is given back.

        A build that another process has published since is opened first, by whoever comes first; others do not wait.
        """
        self._notice()
        with self._lock:
            mine = self._current
            mine.users += 1
        try:
            yield mine.assistant
        finally:
            with self._lock:
                mine.users -= 1
                unwanted = mine is not self._current and not mine.users
            if unwanted:
                mine.assistant.close()

    @property
    def build(self) -> BuildInfo:
        """The build that answers now. Opens nothing."""
        return self._current.assistant.build

    def renew(self) -> None:
        """Let what is published now answer. Raises as ``Assistant.open`` does, and the one of before stays."""
        with self._renewing:
            if self._current.assistant.newer_build():
                self._replace(self._current.assistant.reopened())

    def _notice(self) -> None:
        newer = self._current.assistant.newer_build()
        with self._lock:
            if newer is None or newer == self._noticed:
                return
            self._noticed = newer
        try:
            self.renew()
        except (KinError, OSError) as error:  # once for each build; what answered before answers on
            logger.warning("Build %s was published and cannot be opened: %s", newer, error)

    def _replace(self, assistant: Assistant) -> None:
        with self._lock:
            before, self._current = self._current, _InUse(assistant)
            unwanted = not before.users
        if unwanted:
            before.assistant.close()
