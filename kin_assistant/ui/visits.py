"""The conversations of all visitors, in memory: so many, so many of one client, and none for ever."""

from __future__ import annotations

import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from kin_assistant.ui.turns import MAX_TURNS, Turn

__all__ = ["MAX_VISITS", "MAX_VISITS_OF_CLIENT", "Visits"]

MAX_VISITS = 500
"""Each holds a few hundred kilobytes at most."""
MAX_VISITS_OF_CLIENT = 24
"""So that one client cannot push out the others; an office may share an address."""
_IDLE_SECONDS = 8 * 3600.0


@dataclass(slots=True)
class _Visit:
    client: str
    turns: tuple[Turn, ...]
    last: float
    """When something was added or changed."""
    stops: int = 0
    """How often its reader did not want to wait any longer."""


class Visits:
    """Keeps the turns of each session. Safe to use from several threads."""

    def __init__(
        self,
        *,
        most: int = MAX_VISITS,
        most_of_client: int = MAX_VISITS_OF_CLIENT,
        idle_seconds: float = _IDLE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``clock`` is steady and in seconds."""
        self._most = most
        self._most_of_client = most_of_client
        self._idle_seconds = idle_seconds
        self._clock = clock
        self._visits: OrderedDict[str, _Visit] = OrderedDict()
        """By session; the one that was used last comes last."""
        self._newest: Turn | None = None
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._visits)

    def turns(self, session: str) -> tuple[Turn, ...]:
        """What was asked in ``session``, oldest first."""
        with self._lock:
            visit = self._visits.get(session)
            return visit.turns if visit else ()

    def find(self, turn_id: str) -> Turn | None:
        """The turn of that id, whichever visit holds it; None if none does."""
        with self._lock:
            return next((turn for visit in self._visits.values() for turn in visit.turns if turn.id == turn_id), None)

    def add(
        self,
        session: str,
        client: str,
        turn: Turn,
        *,
        instead_of: str = "",
        onwards: bool = False,
        stops: int | None = None,
    ) -> tuple[Turn, ...]:
        """All turns of ``session`` with ``turn``, which ``client`` brought about. The oldest ones leave.

        It takes the place of the one whose id is ``instead_of``, if there is one, and with ``onwards`` of all after it.
        Where more than ``stops`` were counted, nobody waits for it any longer: nothing changes and there are no turns.
        """
        with self._lock:
            known = self._visits.get(session)
            if known and stops is not None and known.stops > stops:
                return ()
            before = known.turns if known else ()
            place = next((at for at, each in enumerate(before) if each.id == instead_of), None)
            if place is not None:
                turns = (*before[:place], turn, *(() if onwards else before[place + 1 :]))
            else:
                turns = (*before, turn)[-MAX_TURNS:]
            self._newest = turn
            return self._put(session, client, turns)

    def reopen(self, session: str, client: str, last: str) -> tuple[Turn, ...]:
        """Begin ``session`` with the turns up to the one of the id ``last``, if any visit holds it still."""
        with self._lock:
            turns: tuple[Turn, ...] = ()
            for visit in self._visits.values():
                ids = [turn.id for turn in visit.turns]
                if last in ids:
                    turns = visit.turns[: ids.index(last) + 1]
                    break
            return self._put(session, client, turns)

    def stops(self, session: str) -> int:
        """How often the reader of ``session`` did not want to wait any longer."""
        with self._lock:
            visit = self._visits.get(session)
            return visit.stops if visit else 0

    def stop(self, session: str, client: str) -> None:
        """The reader of ``session`` does not want to wait for what is being answered."""
        with self._lock:
            visit = self._visits.get(session)
            self._put(session, client, visit.turns if visit else ())
            self._visits[session].stops += 1

    def newest(self) -> Turn | None:
        """The turn that was added last, in any session."""
        with self._lock:
            return self._newest

    def end(self, session: str) -> None:
        """Forget what was asked in ``session``."""
        with self._lock:
            self._visits.pop(session, None)

    def change(self, session: str, turn: Turn) -> tuple[Turn, ...]:
        """All turns of ``session``, with ``turn`` in the place of the one of its id if there is one still."""
        with self._lock:
            visit = self._visits.get(session)
            if visit is None:
                return ()
            visit.turns = tuple(turn if turn.id == known.id else known for known in visit.turns)
            visit.last = self._clock()
            self._visits.move_to_end(session)
            return visit.turns

    def _put(self, session: str, client: str, turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
        known = self._visits.pop(session, None)
        self._visits[session] = _Visit(client, turns, self._clock(), known.stops if known else 0)
        self._make_room(client)
        return turns

    def _make_room(self, client: str) -> None:
        """Forget what is old, then the visits of ``client`` that are too many, then those of whoever has the most."""
        before = self._clock() - self._idle_seconds
        while self._visits and next(iter(self._visits.values())).last <= before:
            self._visits.popitem(last=False)
        held = Counter(visit.client for visit in self._visits.values())
        if held[client] > self._most_of_client:
            self._forget_oldest_of(client)
        elif len(self._visits) > self._most:
            self._forget_oldest_of(max(held, key=lambda name: held[name]))

    def _forget_oldest_of(self, client: str) -> None:
        oldest = next(session for session, visit in self._visits.items() if visit.client == client)
        del self._visits[oldest]
