"""How a command ends when it is stopped from outside: in order where that is possible, at once where it is not."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

__all__ = ["Terminated", "leave_at_once", "raising_terminated"]


class Terminated(SystemExit):
    """SIGTERM or SIGHUP came. Event loops keep other exceptions to themselves."""


@contextmanager
def raising_terminated() -> Iterator[None]:
    """Within it, SIGTERM and SIGHUP raise ``Terminated``, so that what is temporary is removed. One that is ignored stays so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one would interrupt the removing
        raise Terminated(128 + signal.SIGTERM)

    def hang_up(*_: object) -> None:
        signal.raise_signal(signal.SIGTERM)  # the web server handles it while it runs

    wanted = {signal.SIGTERM: stop, signal.SIGHUP: hang_up}
    replaced = [number for number in wanted if signal.getsignal(number) is signal.SIG_DFL]
    for number in replaced:
        signal.signal(number, wanted[number])
    try:
        yield
    finally:
        for number in replaced:
            signal.signal(number, signal.SIG_DFL)


def leave_at_once(code: int) -> NoReturn:
    """End the process without waiting for its threads."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
