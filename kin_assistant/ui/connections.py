"""Connections of the web server: how many there may be, how large a header may be, how long anything may take to arrive."""

from __future__ import annotations

import http
import logging
import math
import sys
import time
from asyncio import AbstractEventLoop, BaseTransport
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from kin_assistant.errors import ServeError
from kin_assistant.ui.clients import Proxies, counted_as

__all__ = ["BoundedProtocol", "ConnectionLimits", "Connections", "Room", "bind_protocol", "make_room"]

_KEPT_HANDLES = 128
"""Open files that are left to the index, to uploads and to child processes."""
_MOST_HANDLES = 4096
"""More would be of no use to a page that one computer answers."""
_LEAST_CONNECTIONS = 32
_USUAL_HANDLES = 1024

_SLICE = 4096
"""Bytes of a header that are looked at together."""
_SWEEP_SECONDS = 1.0
_REPORT_SECONDS = 60.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """What a client may cost before the application hears of its request."""

    connections: int
    """Of all clients."""
    connections_per_client: int
    header_bytes: int = 32 * 1024
    header_seconds: float = 15.0
    """From the connection, or the first byte after an answer, to the end of the header."""
    idle_seconds: float = 30.0
    """A body that is sent, or an answer that is fetched, must make progress in this time."""
    bytes_per_second: int = 1024
    """A body that arrives more slowly is given up too."""


@dataclass(frozen=True, slots=True)
class Room:
    """What the files that this program may open leave for connections."""

    connections: int
    backlog: int
    """Connections that the system holds until they are taken up; all of them may be taken up before one is refused."""


def make_room() -> Room:
    """Allow this program as many open files as it may allow itself and has a use for, and share them out.

    Raises ``ServeError`` if next to none are left for connections.
    """
    handles = _USUAL_HANDLES
    if sys.platform != "win32":
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        soft, handles = (_MOST_HANDLES if most == resource.RLIM_INFINITY else most for most in (soft, hard))
        handles = min(handles, max(soft, _MOST_HANDLES))
        if soft < handles:
            resource.setrlimit(resource.RLIMIT_NOFILE, (handles, hard))
        handles = min(handles, _MOST_HANDLES)
    backlog = handles // 4
    if handles - _KEPT_HANDLES - backlog < _LEAST_CONNECTIONS:
        least = (_KEPT_HANDLES + _LEAST_CONNECTIONS) * 4 // 3
        raise ServeError(
            f"This program may open {handles} files at once; the page needs {least}. Allow more: ulimit -n {_USUAL_HANDLES}"
        )
    return Room(handles - _KEPT_HANDLES - backlog, backlog)


class Connections:
    """All open connections of one server. Belongs to the thread of its event loop."""

    def __init__(
        self, limits: ConnectionLimits, proxies: Proxies, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.limits = limits
        self.clock = clock
        self._proxies = proxies
        self._open: dict[BoundedProtocol, str] = {}
        """By the name that their clients are counted under."""
        self._of_client: Counter[str] = Counter()
        self._waiting: OrderedDict[BoundedProtocol, None] = OrderedDict()
        """Those without a request, the one that is so for the longest time first."""
        self._sweeping = False
        self._refused = 0
        self._replaced = 0
        self._reported = -math.inf

    def admit(self, connection: BoundedProtocol, address: str) -> int:
        """0, or the status to refuse a new connection with. Where there are too many, one without a request makes room."""
        # All visitors of a web server in front come from its address; their requests are counted by ``OpenRequests``.
        client = "" if self._proxies.trusts(address) else counted_as(address)
        if client and self._of_client[client] >= self.limits.connections_per_client and not self._make_room(client):
            return self._refuse(429)
        if len(self._open) >= self.limits.connections and not self._make_room():
            return self._refuse(503)
        self._open[connection] = client
        self._of_client[client] += 1
        if not self._sweeping:
            self._sweeping = True
            connection.loop.call_later(_SWEEP_SECONDS, self._sweep, connection.loop)
        return 0

    def forget(self, connection: BoundedProtocol) -> None:
        """A connection has ended; one that was forgotten before may be named again."""
        self._waiting.pop(connection, None)
        client = self._open.pop(connection, None)
        if client is not None:
            self._of_client[client] -= 1
            if not self._of_client[client]:
                del self._of_client[client]

    def mark(self, connection: BoundedProtocol, *, waiting: bool) -> None:
        """Say whether a connection waits for a request."""
        if not waiting:
            self._waiting.pop(connection, None)
        elif connection in self._open:
            self._waiting.setdefault(connection)

    def _make_room(self, client: str | None = None) -> bool:
        for connection in self._waiting:
            if client in (None, self._open[connection]) and connection.is_quiet:
                self.forget(connection)
                connection.transport.abort()
                self._replaced += 1
                self._report()
                return True
        return False

    def _refuse(self, status: int) -> int:
        self._refused += 1
        self._report()
        return status

    def _sweep(self, loop: AbstractEventLoop) -> None:
        now = self.clock()
        for connection in list(self._open):
            connection.check(now)
        self._report()
        self._sweeping = bool(self._open)
        if self._sweeping:
            loop.call_later(_SWEEP_SECONDS, self._sweep, loop)

    def _report(self) -> None:
        """One sentence a minute at most, whatever comes."""
        now = self.clock()
        if not self._refused + self._replaced or now - self._reported < _REPORT_SECONDS:
            return
        logger.warning(
            "Too many connections: %d refused, %d silent ones closed to make room. %d may be open, %d of one client "
            "(KIN_CONNECTIONS_PER_CLIENT); more open files (ulimit -n) allow more.",
            self._refused,
            self._replaced,
            self.limits.connections,
            self.limits.connections_per_client,
        )
        self._refused = self._replaced = 0
        self._reported = now


class BoundedProtocol(H11Protocol):
    """uvicorn's HTTP/1.1 connection with what it lacks: deadlines for headers, bodies and answers, and a bound on headers.

    An answer that is being given has no deadline, so a stream of events lives for as long as its page is open.
    """

    register: ClassVar[Connections]

    def connection_made(self, transport: BaseTransport) -> None:
        """Take the connection up, or refuse it if there are too many."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self._state: object = None
        self._deadline = math.inf
        self._unsent = 0
        self._unsent_since = 0.0
        status = self.register.admit(self, self.client[0] if self.client else "")
        if status:
            self._answer(status, "Too many connections.")
        else:
            self._follow(0)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the register."""
        self.register.forget(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Pass on what arrived; a header in slices, so that a large one is refused before it is copied."""
        received = len(data)
        while data and not self.transport.is_closing():
            size = _SLICE if self.conn.their_state is h11.IDLE else len(data)
            super().data_received(data[:size])
            data = data[size:]
        self._follow(received)

    def on_response_complete(self) -> None:
        """Begin to wait for the next request."""
        super().on_response_complete()
        self._follow(0)

    def resume_writing(self) -> None:
        """The client fetches what it asked for."""
        self._unsent = 0
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request; nothing more can be said where an answer has begun already."""
        too_large = len(self.conn.trailing_data[0]) > self.register.limits.header_bytes
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.abort()
        elif too_large:
            self._answer(431, "The header of the request is too large.")
        else:
            self._answer(400, msg)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is left to be sent."""
        return self.transport.get_write_buffer_size() == 0

    def check(self, now: float) -> None:
        """Close the connection if its client has used up its time."""
        limits = self.register.limits
        if self.flow.read_paused:  # it is the application that lets the client wait
            self._deadline = max(self._deadline, now + limits.idle_seconds)
        elif now >= self._deadline:
            self.transport.close()
        unsent = self.transport.get_write_buffer_size()
        if not unsent or not self._unsent or unsent < self._unsent:
            self._unsent, self._unsent_since = unsent, now
        elif now - self._unsent_since >= limits.idle_seconds:
            self.transport.abort()

    def _follow(self, received: int) -> None:
        """Set the deadline by what is awaited from the client."""
        limits, now, state = self.register.limits, self.register.clock(), self.conn.their_state
        begins = state is not self._state
        self._state = state
        self.register.mark(self, waiting=state is h11.IDLE)
        if state is h11.IDLE:
            if begins:
                self._deadline = now + limits.header_seconds
        elif state is h11.SEND_BODY:
            most = now + limits.idle_seconds
            if begins:
                self._deadline = most
            elif self.conn.our_state is not h11.DONE:  # what is sent after the answer earns no more time
                self._deadline = min(most, self._deadline + received / limits.bytes_per_second)
        else:
            self._deadline = math.inf

    def _answer(self, status: int, words: str) -> None:
        phrase = http.HTTPStatus(status).phrase
        head = f"HTTP/1.1 {status} {phrase}\r\ncontent-type: text/plain\r\nconnection: close\r\n"
        self.transport.write(f"{head}content-length: {len(words)}\r\n\r\n{words}".encode("ascii"))
        self.transport.close()

    def _should_upgrade(self) -> bool:
        # Nothing here speaks another protocol; without this, uvicorn logs two lines for each such request.
        return False


def bind_protocol(connections: Connections) -> type[BoundedProtocol]:
    """The protocol whose connections are counted by ``connections``, as uvicorn wants it: a class."""
    return type("BoundProtocol", (BoundedProtocol,), {"register": connections})
