"""Slows down who guesses passwords, and nobody else: wrong ones are counted under the name of whoever gives them."""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from kin_assistant.errors import KinError

__all__ = ["MOST_COUNTED", "Lockout", "NotAdmitted"]

MOST_COUNTED: Final = 10_000
"""Names under which wrong passwords are counted; the oldest is forgotten."""
_FREE_TRIES = 5
"""Wrong passwords under one name that cost no wait; the next ones cost twice as much each."""
_FIRST_WAIT = 60.0
_LONGEST_WAIT = 15 * 60.0
_MANY_WRONG = 100
"""Wrong passwords of all clients in ``_LONGEST_WAIT`` that look like guessing from many machines. Then the first wrong one
of a client costs a wait: who knows the password is let in, and of a thousand machines each has one guess."""


class NotAdmitted(KinError):
    """A request is refused; ``status`` is the one of the answer."""

    def __init__(self, status: int, message: str, *, wait: float = 0) -> None:
        super().__init__(message)
        self.status = status
        self.wait = wait
        """Seconds after which it may be tried again; 0 where waiting does not help."""


@dataclass(slots=True)
class _Tries:
    """The wrong passwords under one name."""

    wrong: int = 0
    locked_until: float = 0.0
    forgotten_at: float = 0.0


class Lockout:
    """Not safe to use from several threads at once; whoever has one holds a lock of its own."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._tries: OrderedDict[str, _Tries] = OrderedDict()
        self._wrong: deque[float] = deque(maxlen=_MANY_WRONG)
        """When the latest wrong passwords of all were given."""

    def __len__(self) -> int:
        """Under how many names wrong passwords are counted."""
        return len(self._tries)

    def check(self, name: str) -> None:
        """Raise ``NotAdmitted`` while ``name`` has to wait."""
        now = self._clock()
        tries = self._tries.get(name)
        if tries and tries.locked_until > now:
            raise too_many(tries.locked_until - now)

    def count_wrong(self, name: str) -> None:
        """A wrong password was given under ``name``."""
        now = self._clock()
        tries = self._tries.setdefault(name, _Tries())
        self._tries.move_to_end(name)
        if len(self._tries) > MOST_COUNTED:
            self._tries.popitem(last=False)
        if tries.forgotten_at <= now:
            tries.wrong = 0
        guessed_at = len(self._wrong) == _MANY_WRONG and self._wrong[0] > now - _LONGEST_WAIT
        self._wrong.append(now)
        tries.wrong += 1
        waits = tries.wrong - (1 if guessed_at else _FREE_TRIES)
        if waits >= 0:
            tries.locked_until = now + min(_FIRST_WAIT * 2 ** min(waits, 10), _LONGEST_WAIT)
        tries.forgotten_at = max(now, tries.locked_until) + _LONGEST_WAIT

    def forget(self, name: str) -> None:
        """The right password was given under ``name``."""
        self._tries.pop(name, None)


def too_many(wait: float) -> NotAdmitted:
    """Says after how many minutes it may be tried again."""
    minutes = math.ceil(wait / 60)
    return NotAdmitted(
        429, f"Too many wrong passwords. Please wait {minutes} minute{'s' if minutes > 1 else ''}.", wait=wait
    )
