"""How much is done for other programs at once, and for each client. The page has its own queue; the budget is the same."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Literal, TypeVar

from kin_assistant.api.problems import Refused

if TYPE_CHECKING:
    from starlette.requests import Request

    from kin_assistant.assistant import Assistant

__all__ = ["Admission", "Cost", "client_of"]

Cost = Literal["question", "trifle"]
"""As much as a question on the page, or as a look at its filters."""

_AT_ONCE = 2
"""As many as the page answers at once."""
_SHARE = 4
"""A client may hold the places divided by this."""
_LEAST_SHARE = 5
_SOON = 1.0

_Result = TypeVar("_Result")


class Admission:
    """For one event loop. Whoever is let in waits for a place, and is answered in a thread."""

    def __init__(
        self,
        borrow: Callable[[], AbstractContextManager[Assistant]],
        charge: Callable[[str, Cost], float],
        *,
        places: int,
    ) -> None:
        """``borrow`` lends the assistant that answers now.

        ``charge`` takes what something costs from a client's budget and gives 0, or the seconds to wait and takes nothing.
        So many ``places`` there are for requests that wait or run.
        """
        self._borrow, self._charge, self._places = borrow, charge, places
        self._share = max(places // _SHARE, _LEAST_SHARE)
        self._held: Counter[str] = Counter()
        """Requests that wait or run, by client."""
        self._running = asyncio.Semaphore(_AT_ONCE)

    @property
    def held(self) -> int:
        """How many requests wait or run."""
        return self._held.total()

    def pay(self, client: str, cost: Cost) -> None:
        """Take what something costs from the client's budget. Raises ``Refused``."""
        if wait := self._charge(client, cost):
            seconds = math.ceil(wait)
            unit = "second" if seconds == 1 else "seconds"
            raise Refused(429, f"You have asked much in the last minute. Please wait {seconds} {unit}.", wait=wait)

    async def run(self, client: str, cost: Cost, call: Callable[[Assistant], _Result]) -> _Result:
        """What ``call`` makes of the assistant, in a thread. Raises ``Refused`` where there is no place or budget left."""
        from starlette.concurrency import run_in_threadpool

        if self._held[client] >= self._share:
            raise Refused(429, "Please wait for the answers to your last requests, then try again.", wait=_SOON)
        if self._held.total() >= self._places:
            raise Refused(503, "Too many requests are waiting. Please try again in a moment.", wait=_SOON)
        self.pay(client, cost)
        self._held[client] += 1
        try:
            async with self._running:
                return await run_in_threadpool(self._answer, call)
        finally:
            self._held[client] -= 1
            if not self._held[client]:
                del self._held[client]

    def _answer(self, call: Callable[[Assistant], _Result]) -> _Result:
        with self._borrow() as assistant:
            return call(assistant)


def client_of(request: Request) -> str:
    """Under which name the client of a request is counted; the server has settled who it is."""
    return request.client.host if request.client else "unknown"
