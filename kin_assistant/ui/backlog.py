"""What Gradio's queue holds for its visitors: events that wait or run, and results that were not fetched yet.

Gradio keeps them, and a copy of the page's settings for each visit, until somebody fetches them. This keeps the books of it
by client, and drops what nobody fetches. All that is known of Gradio's insides stands here.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import gradio

__all__ = ["Backlog"]

_SHARE = 4
"""A client may hold the places of the queue divided by this."""
_LEAST_SHARE = 5
"""A page sends so many events at once when its filters are cleared."""
_RESULTS_FOR_A_PLACE = 4
"""Results may be held for all clients together, for each place of the queue."""
_FETCH_SECONDS = 30.0
"""The page begins to fetch at once; what nobody fetches for so long is dropped."""
_STREAM_SECONDS = 300.0
"""So long may fetching last."""
_SWEEP_SECONDS = 1.0
_WAIT_SECONDS = 5.0
"""Whoever would wait longer for an answer to begin is told so at once."""
_LONGEST_WAIT = 30.0
"""Seconds after which somebody who was refused may try again, at most."""
_USUAL_SECONDS = 0.5
"""So long is an event taken to last before one of its function has ended. Twenty may ask a fresh server at the same moment."""
_LATEST = 0.2
"""Weight of the latest event in how long those of its function take."""


@dataclass(slots=True)
class _Session:
    """A visit for which Gradio works or holds results."""

    client: str
    since: float
    """When it last sent an event or stopped fetching."""
    stream: asyncio.Timeout | None = None
    """Ends the request that fetches its results, while there is one."""


class _Pace:
    """How long the events of one function took lately; Gradio knows how long all of them took since the server began."""

    def __init__(self) -> None:
        self.seconds = _USUAL_SECONDS
        self._taken, self._ended = 0.0, 0

    def follow(self, taken: float, ended: int) -> None:
        """So many events have ``ended`` until now, and have ``taken`` so many seconds together."""
        if ended > self._ended:
            latest = (taken - self._taken) / (ended - self._ended)
            weight = 1 - (1 - _LATEST) ** (ended - self._ended) if self._ended else 1.0
            self.seconds += weight * (latest - self.seconds)
            self._taken, self._ended = taken, ended


class Backlog:
    """For one event loop, that of Gradio's queue."""

    def __init__(self, page: gradio.Blocks, *, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock`` is steady and in seconds."""
        self._page = page
        self._clock = clock
        self._sessions: dict[str, _Session] = {}
        """Whoever sent an event last comes last."""
        self._arriving: Counter[tuple[str, str]] = Counter()
        """Events that are being handed to Gradio, by client and session."""
        self._paces: defaultdict[Any, _Pace] = defaultdict(_Pace)
        """Of each function of the page."""

    @property
    def full(self) -> bool:
        """Whether no further event may wait: no place is left, or its turn would come too late."""
        return (
            len(self._queue) + self._arriving.total() >= self._places or self._seconds_until_a_turn() >= _WAIT_SECONDS
        )

    @property
    def held(self) -> int:
        """How many events arrive, wait, run, or have a result that is to be fetched."""
        return self._held().total() + self._arriving.total()

    @property
    def wait(self) -> float:
        """Whole seconds until what waits now will have begun: who asks again earlier is likely to be refused again."""
        return min(max(math.ceil(self._seconds_until_a_turn()), 1), _LONGEST_WAIT)

    def share_used(self, client: str) -> bool:
        """Whether ``client`` holds all the places it may: of events that wait, run, or have a result to be fetched."""
        arriving = sum(number for (name, _), number in self._arriving.items() if name == client)
        return self._held()[client] + arriving >= max(self._places // _SHARE, _LEAST_SHARE)

    @contextmanager
    def arriving(self, client: str, session: str) -> Iterator[None]:
        """While an event of ``session`` is handed to Gradio."""
        key = (client, session)
        self._arriving[key] += 1
        # Known before Gradio answers: the page begins to fetch as soon as it has the answer.
        known = self._sessions.pop(session, None) or _Session(client, 0.0)
        known.client, known.since = client, self._clock()
        self._sessions[session] = known
        try:
            yield
        finally:
            self._arriving[key] -= 1
            if not self._arriving[key]:
                del self._arriving[key]

    def can_be_fetched(self, session: str) -> bool:
        """Whether there is something to fetch for ``session``, and nobody who fetches it now."""
        known = self._sessions.get(session)
        return known is not None and known.stream is None and session in self._queue.pending_messages_per_session

    @asynccontextmanager
    async def fetching(self, session: str) -> AsyncIterator[None]:
        """While the results of ``session`` are fetched. Raises ``TimeoutError`` if that lasts too long."""
        known = self._sessions[session]
        try:
            async with asyncio.timeout(_STREAM_SECONDS) as known.stream:
                yield
        except BaseException:
            await self.drop(session)
            raise
        finally:
            known.stream = None
            known.since = self._clock()

    async def drop(self, session: str) -> None:
        """Keep nothing of ``session``, and let Gradio not begin with what waits."""
        await self._queue.clean_events(session_hash=session)
        self._forget(session)

    async def make_room(self) -> None:
        """Where too many results are held, drop the oldest of the client that holds the most."""
        held = self._held()
        if held.total() < self._places * _RESULTS_FOR_A_PLACE:
            return
        client = max(held, key=lambda name: held[name])
        session, oldest = next((key, known) for key, known in self._sessions.items() if known.client == client)
        if oldest.stream:
            oldest.stream.reschedule(asyncio.get_running_loop().time())
        else:
            await self.drop(session)

    async def keep_sweeping(self) -> None:
        """Sweep until cancelled."""
        while True:
            await asyncio.sleep(_SWEEP_SECONDS)
            await self.sweep()

    async def sweep(self) -> None:
        """Drop what nobody fetches, and what Gradio leaves behind of visits that wait for nothing."""
        arriving = {session for _, session in self._arriving}
        for session, known in list(self._sessions.items()):
            if known.stream or session in arriving:
                continue
            if not self._events_of(session):
                self._forget(session)
            elif self._clock() - known.since >= _FETCH_SECONDS:
                await self.drop(session)
        queue, states = self._queue, self._page.state_holder.session_data
        for kept in (states, queue.pending_messages_per_session, queue.pending_event_ids_session):
            for session in kept.keys() - self._sessions.keys():
                self._forget(session)

    @property
    def _queue(self) -> Any:
        return self._page._queue

    @property
    def _places(self) -> int:
        return int(self._queue.max_size)

    def _seconds_until_a_turn(self) -> float:
        """By how long events like those that wait took lately."""
        queue = self._queue
        waiting = Counter(event.fn for own in queue.event_queue_per_concurrency_id.values() for event in own.queue)
        seconds = 0.0
        for function, number in waiting.items():
            pace, taken = self._paces[function], queue.process_time_per_fn.get(function)
            if taken:
                pace.follow(taken.process_time, taken.count)
            seconds += number * pace.seconds
        return seconds / int(queue.default_concurrency_limit)

    def _events_of(self, session: str) -> int:
        return len(self._queue.pending_event_ids_session.get(session, ()))

    def _held(self) -> Counter[str]:
        """The number of events and results of each client."""
        held: Counter[str] = Counter()
        for session, known in self._sessions.items():
            held[known.client] += self._events_of(session)
        return held

    def _forget(self, session: str) -> None:
        self._sessions.pop(session, None)
        self._queue.pending_event_ids_session.pop(session, None)
        self._queue.pending_messages_per_session.pop(session, None)
        holder = self._page.state_holder
        holder.session_data.pop(session, None)
        holder.time_last_used.pop(session, None)
