"""How many questions a client may ask in a minute."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque

__all__ = ["Pace"]

_MINUTE = 60.0
_MAX_CLIENTS = 10_000
"""Clients remembered at once; the one that was quiet for the longest time is forgotten first."""


class Pace:
    """Counts what each client did in the last minute. Safe to use from several threads."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._moments: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def admit(self, client: str, now: float) -> float:
        """0 if ``client`` may go on at ``now`` (seconds of any steady clock), else the seconds to wait."""
        with self._lock:
            moments = self._moments.setdefault(client, deque())
            self._moments.move_to_end(client)
            if len(self._moments) > _MAX_CLIENTS:
                self._moments.popitem(last=False)
            while moments and moments[0] <= now - _MINUTE:
                moments.popleft()
            if len(moments) >= self._per_minute:
                return moments[0] + _MINUTE - now
            moments.append(now)
            return 0.0
