"""A sync in the background, one at a time, and how far it is."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kin_assistant.errors import BuildRunning, KinError
from kin_assistant.index.layout import IndexFolder
from kin_assistant.rendering import plain

if TYPE_CHECKING:
    from kin_assistant.index.report import SyncReport
    from kin_assistant.ui.served import Collection, Served

__all__ = ["SyncState", "Syncs"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SyncState:
    """How far a sync is, or how the last one ended."""

    running: bool = False
    step: str = ""
    done: int = 0
    total: int = 0
    seconds_left: float | None = None
    """Until this step is done, as far as that can be told."""
    report: SyncReport | None = None
    fault: str = ""
    """Why it could not be done, as a sentence."""

    def as_json(self) -> dict[str, object]:
        """For the page."""
        return {
            "running": self.running,
            "step": self.step,
            "done": self.done,
            "total": self.total,
            "seconds_left": self.seconds_left,
            "report": self.report.as_json() if self.report else None,
            "fault": self.fault,
        }


class Syncs:
    """Brings the index up to date and lets the new build answer."""

    def __init__(self, collection: Collection, served: Served, *, clock: Callable[[], float]) -> None:
        self._collection = collection
        self._served = served
        self._clock = clock
        self._state = SyncState()
        self._step_began = 0.0
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def state(self) -> SyncState:
        """How far it is now."""
        return self._state

    def start(self) -> SyncState:
        """Begin. Raises ``BuildRunning`` if a sync is under way, of this process or another."""
        with self._lock:
            if self._state.running:
                raise BuildRunning("The index is being brought up to date already.")
            # Only tried, so that whoever asks hears of another builder at once; the sync takes the lock itself.
            with IndexFolder(self._collection.index).locked():
                pass
            self._step_began = self._clock()
            self._state = SyncState(running=True, step="Looking for changes")
            self._thread = threading.Thread(target=self._run, name="kin-sync", daemon=True)
            self._thread.start()
        return self._state

    def wait(self, seconds: float | None = None) -> None:
        """Until what is under way has ended."""
        if self._thread:
            self._thread.join(seconds)

    def _run(self) -> None:
        try:
            report = self._collection.sync(self._tell)
            self._tell("Opening", 0, 1)
            self._served.renew()
            self._state = SyncState(report=report)
        except Exception as error:  # noqa: BLE001 (the end of a thread: the curator gets a sentence, the log the rest)
            self._state = SyncState(fault=_explain(error))

    def _tell(self, step: str, done: int, total: int) -> None:
        now = self._clock()
        if step != self._state.step:
            self._step_began = now
        spent = now - self._step_began
        left = spent / done * (total - done) if done and spent > 1 else None
        self._state = replace(self._state, step=step, done=done, total=total, seconds_left=left)


def _explain(error: Exception) -> str:
    if isinstance(error, KinError):
        logger.info("%s: %s", type(error).__name__, plain(error.details))
        return str(error)
    reference = secrets.token_hex(3).upper()
    logger.error("Reference %s", reference, exc_info=error)
    return f"Something went wrong (reference {reference}). What was published before still answers."
