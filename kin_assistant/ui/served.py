"""The assistant that answers now. Another takes its place without a question being dropped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kin_assistant.assistant import Assistant
    from kin_assistant.index.build import Progress
    from kin_assistant.index.report import SyncReport

__all__ = ["Collection", "Served"]


@dataclass(frozen=True, slots=True)
class Collection:
    """The folders behind the page, and how they are brought up to date."""

    corpus: Path
    index: Path
    sync: Callable[[Progress], SyncReport]
    """Brings the index up to date with the corpus folder."""
    reopen: Callable[[], Assistant]
    """Opens what is published now."""


@dataclass(slots=True, eq=False)
class _InUse:
    assistant: Assistant
    users: int = 0


class Served:
    """Lends the assistant out; safe to use from several threads. One that was replaced is closed when the last returns it."""

    def __init__(self, assistant: Assistant) -> None:
        self._current = _InUse(assistant)
        self._lock = threading.Lock()

    @contextmanager
    def borrowed(self) -> Iterator[Assistant]:
        """The assistant of now, which stays open until it is given back."""
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

    def replace(self, assistant: Assistant) -> None:
        """Let ``assistant`` answer from now on."""
        with self._lock:
            before, self._current = self._current, _InUse(assistant)
            unwanted = not before.users
        if unwanted:
            before.assistant.close()
