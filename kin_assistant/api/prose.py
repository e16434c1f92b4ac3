"""Prose for many at once: a slow language model holds none of the places for answers, and few of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from kin_assistant.types import Answer, Prose

if TYPE_CHECKING:
    from kin_assistant.writing.writer import ProseWriter

__all__ = ["Writers"]

_AT_ONCE: Final = 2
"""Texts that are written at the same time, in threads that wait for the model; nobody waits in line."""
_BUSY: Final = "The language model is busy with other questions. Please ask again in a moment."
_YOURS: Final = "The language model still writes about your last question. Please ask again when it is done."


class Writers:
    """Lets one writer write, for few clients at once. Safe to use from several threads."""

    def __init__(self, writer: ProseWriter, *, at_once: int = _AT_ONCE) -> None:
        """So many texts are written ``at_once``, one for a client; how long each may take, ``writer`` knows."""
        self._writer, self._at_once = writer, at_once
        self._clients: set[str] = set()
        self._lock = threading.Lock()

    @property
    def host(self) -> str:
        """Host, with its port, that questions and quotes are sent to; empty if that is not known."""
        return self._writer.host

    def write(self, client: str, answer: Answer) -> Prose | None:
        """What may be shown of what the model writes; None for an answer that nothing is written for.

        Holds the thread for as long as the model writes. Where there is no place, that is the prose's failure.
        """
        with self._place(client) as refused:
            if refused:
                return Prose(failure=refused, written_by=self._writer.name, sent_to=self._writer.host)
            return self._writer.write(answer)

    @contextmanager
    def _place(self, client: str) -> Iterator[str]:
        """A place for ``client``, or the sentence that says why there is none."""
        with self._lock:
            refused = _YOURS if client in self._clients else _BUSY if len(self._clients) >= self._at_once else ""
            if not refused:
                self._clients.add(client)
        try:
            yield refused
        finally:
            if not refused:
                with self._lock:
                    self._clients.discard(client)
