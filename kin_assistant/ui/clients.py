"""Which client a request comes from: the address at the other end, or the one that a trusted web server in front tells."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection
    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = [
    "NO_PROXIES",
    "ClientAddresses",
    "OpenRequests",
    "Proxies",
    "client_of",
    "counted_as",
    "is_forwarded",
    "peer_of",
]

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_FORWARDING = frozenset(
    {b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-gradio-server", b"x-real-ip"}
)
"""Taken out of every request once they are read, since Gradio believes some of them from anybody."""

_UNKNOWN = "unknown"
_HOUSEHOLD = 64
"""Bits of an IPv6 address that stand for one client, who chooses the others freely."""


@dataclass(frozen=True, slots=True)
class Proxies:
    """The web servers in front whose word on the client is believed; by default none."""

    networks: tuple[_Network, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Proxies:
        """Addresses and networks, separated by commas. Raises ``ValueError`` for anything else."""
        return cls(tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip()))

    def trusts(self, address: str) -> bool:
        """Whether ``address`` is one of them."""
        parsed = _parse(address)
        return parsed is not None and any(parsed in network for network in self.networks)

    def find_client(self, peer: str, forwarded_for: Iterable[str]) -> str:
        """Who sent a request that came from ``peer`` with these values of ``X-Forwarded-For``.

        Each web server appends the address that it was asked from. So the list is read from its end, as long as the one who
        wrote the entry is trusted: what stands further left may be invented.
        """
        client = peer
        hops = [hop.strip() for value in forwarded_for for hop in value.split(",")]
        while hops and self.trusts(client) and _parse(hops[-1]) is not None:
            client = hops.pop()
        return client


NO_PROXIES = Proxies()


def counted_as(address: str) -> str:
    """Under which name a client is counted: its IPv4 address, or the /64 network of its IPv6 address."""
    parsed = _parse(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, _HOUSEHOLD), strict=False))
    return str(parsed or _UNKNOWN)


def _parse(text: str) -> _Address | None:
    """An address, which may carry a port or a zone; an IPv4 address in IPv6 form is the IPv4 address."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, ipaddress.IPv6Address) else address


class ClientAddresses:
    """ASGI middleware, the outermost one. It settles once who the client is; everybody else reads ``scope["client"]``."""

    def __init__(self, app: ASGIApp, proxies: Proxies) -> None:
        self._app = app
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] in ("http", "websocket"):
            scope = self._settled(scope)
        await self._app(scope, receive, send)

    def _settled(self, scope: Scope) -> Scope:
        peer, port = scope.get("client") or (_UNKNOWN, 0)
        told = [(name, value) for name, value in scope["headers"] if name in _FORWARDING]
        scheme = scope["scheme"]
        if self._proxies.trusts(peer):
            values = [value.decode("latin-1") for name, value in told if name == b"x-forwarded-for"]
            client = self._proxies.find_client(peer, values)
            # Only the nearest web server is asked: it knows how it was reached.
            last = next((value for name, value in reversed(told) if name == b"x-forwarded-proto"), b"")
            if last in (b"http", b"https"):
                scheme = last.decode()
        else:
            client = peer
        return {
            **scope,
            "client": (counted_as(client), port),
            "scheme": scheme,
            "headers": [pair for pair in scope["headers"] if pair[0] not in _FORWARDING],
            "state": {**scope.get("state", {}), "forwarded": bool(told), "peer": peer},
        }


class OpenRequests:
    """ASGI middleware. Bounds the requests of one client that are being answered; all may have come by one web server."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        client = scope["client"][0]
        if self._open[client] >= self._most:
            await _refuse(send)
            return
        self._open[client] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._open[client] -= 1
            if not self._open[client]:
                del self._open[client]


async def _refuse(send: Send) -> None:
    headers = [(b"content-type", b"text/plain"), (b"retry-after", b"5")]
    await send({"type": "http.response.start", "status": 429, "headers": headers})
    await send({"type": "http.response.body", "body": b"Too many requests at once."})


def client_of(connection: HTTPConnection) -> str:
    """Under which name the client of a request is counted."""
    return connection.client.host if connection.client else _UNKNOWN


def peer_of(connection: HTTPConnection) -> str:
    """The address at the other end of the connection, whoever it speaks for."""
    return str(connection.state.peer)


def is_forwarded(connection: HTTPConnection) -> bool:
    """Whether a header says that a request comes from elsewhere than from the other end of its connection."""
    return bool(connection.state.forwarded) or "via" in connection.headers
