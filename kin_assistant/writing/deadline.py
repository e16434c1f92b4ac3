"""A bound on the time of a stream, also of one that never gives anything."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator

from kin_assistant.errors import LanguageModelError, ResourceError

__all__ = ["stream_within"]

_AHEAD = 64
"""Pieces that are taken before they are asked for, at most."""
_LOOK_AGAIN_SECONDS = 0.5


class _End:
    """Follows the last piece, with what was raised in the place of another."""

    def __init__(self, fault: BaseException | None = None) -> None:
        self.fault = fault


def stream_within(seconds: float, start: Callable[[], Iterator[str]]) -> Generator[str, None, None]:
    """The pieces of what ``start`` gives, taken in a thread of their own, which ends soon after nobody wants more.

    Raises what ``start`` and its pieces raise, and ``LanguageModelError`` once ``seconds`` have passed since the first piece
    was asked for. What hangs then is left behind in its thread, so whatever it waits for should have a limit too.
    """
    deadline = time.monotonic() + seconds
    taken: queue.Queue[str | _End] = queue.Queue(_AHEAD)
    stopped = threading.Event()

    def put(piece: str | _End) -> None:
        while not stopped.is_set():
            with contextlib.suppress(queue.Full):
                taken.put(piece, timeout=_LOOK_AGAIN_SECONDS)
                return

    def take() -> None:
        try:
            pieces = start()
            try:
                for piece in pieces:
                    put(piece)
                    if stopped.is_set():
                        break
            finally:
                if close := getattr(pieces, "close", None):
                    close()  # hangs up, which tells the server that nobody listens any more
        except BaseException as error:  # noqa: BLE001 (for whoever waits)
            put(_End(error))
        else:
            put(_End())

    try:
        threading.Thread(target=take, name="kin-language-model", daemon=True).start()
    except RuntimeError as error:
        raise ResourceError("The system lets this program start no more threads.", details=repr(error)) from error
    try:
        while True:
            try:
                piece = taken.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise LanguageModelError(
                    f"The language model took longer than {seconds:g} seconds and was given up."
                ) from None
            if not isinstance(piece, _End):
                yield piece
            elif piece.fault is None:
                return
            else:
                raise piece.fault
    finally:
        stopped.set()
