"""How much each client may ask of the server in a minute."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

__all__ = ["QUESTION", "TRIFLE", "RateLimiter", "please_wait"]

QUESTION = 10
"""Points that a question or a verdict costs."""
TRIFLE = 1
"""Points that something costs for which nothing is searched or stored."""

_MINUTE = 60.0
_MAX_CLIENTS = 10_000
"""Clients remembered at once; the one that spent nothing for the longest time is forgotten first."""


@dataclass(slots=True)
class _Spending:
    """Of one client in the last minute: each moment with its cost, and their sum."""

    moments: deque[tuple[float, int]] = field(default_factory=deque)
    points: int = 0

    def forget(self, before: float) -> None:
        while self.moments and self.moments[0][0] <= before:
            self.points -= self.moments.popleft()[1]

    def freed_at(self, points: int) -> float:
        """When so many points will have been spent for a minute."""
        for moment, cost in self.moments:
            points -= cost
            if points <= 0:
                return moment + _MINUTE
        return math.inf


class RateLimiter:
    """Adds up what each client spent in the last minute. Safe to use from several threads."""

    def __init__(self, points_per_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock`` is steady and in seconds."""
        self._points = points_per_minute
        self._clock = clock
        self._clients: OrderedDict[str, _Spending] = OrderedDict()
        """Whoever spent something last comes last."""
        self._lock = threading.Lock()

    def acquire(self, client: str, cost: int = TRIFLE, *, follows: bool = False) -> float:
        """0 if ``client`` may go on, and ``cost`` is counted; else the seconds to wait, and nothing is counted.

        What ``follows`` a question was not asked for by anybody, who would not see why to wait: a trifle for each question of
        a minute may exceed what the client has.
        """
        most = self._points + (self._points // QUESTION * TRIFLE if follows else 0)
        with self._lock:
            now = self._clock()
            spending = self._clients.get(client) or _Spending()
            spending.forget(now - _MINUTE)
            excess = spending.points + cost - most
            if excess > 0:
                # What costs more than a client ever has is never admitted; it is told to wait all the same.
                return min(spending.freed_at(excess) - now, _MINUTE)
            spending.points += cost
            spending.moments.append((now, cost))
            self._clients[client] = spending
            self._clients.move_to_end(client)
            self._make_room(now)
            return 0.0

    def _make_room(self, now: float) -> None:
        """Forget clients that spent nothing in the last minute, and more where there are too many."""
        while self._clients:
            client, spending = next(iter(self._clients.items()))
            if len(self._clients) <= _MAX_CLIENTS and spending.moments[-1][0] > now - _MINUTE:
                return
            del self._clients[client]


def please_wait(seconds: float) -> str:
    """The sentence for a client that must wait."""
    whole = math.ceil(seconds)
    return f"That was quick. Please wait {whole} second{'' if whole == 1 else 's'} and try again."
