"""What comes before an operation: a request is let in from whom it may come, and once it has arrived whole."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kin_assistant.api.addresses import is_for_programs
from kin_assistant.api.problems import Fault, Refused, fault_of, send_fault

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["MAX_BODY_BYTES", "Arrival", "SharedOrigins"]

MAX_BODY_BYTES = 200 * 1024
"""Of one request. The server's own bound is above it, so that who hides a length is still told."""
_BODY_SECONDS = 10.0
_OWN_SITES = (None, "same-origin", "none")


class Arrival:
    """ASGI middleware before the API's operations."""

    def __init__(self, app: ASGIApp, origins: frozenset[str]) -> None:
        """``origins`` are the web origins whose scripts may ask."""
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        try:
            self._check_origin(scope)
            if scope["method"] == "POST":
                _check_kind(scope)
                async with asyncio.timeout(_BODY_SECONDS):
                    receive = await _arrived(receive)
        except TimeoutError:
            return await send_fault(scope, send, Fault(408, "The request did not arrive in time."))
        except Refused as refused:
            return await send_fault(scope, send, fault_of(refused))
        return await self._app(scope, receive, send)

    def _check_origin(self, scope: Scope) -> None:
        """Raise ``Refused`` for what a page of another site sends through a browser."""
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1")
        if origin in self._origins:
            return
        site = headers.get(b"sec-fetch-site", b"").decode("latin-1") or None
        foreign = bool(origin) and urlsplit(origin).netloc != headers.get(b"host", b"").decode("latin-1")
        if foreign or site not in _OWN_SITES:
            raise Refused(403, "Pages of other sites may not ask here.")


class SharedOrigins:
    """ASGI middleware. Lets scripts of ``origins`` read what the API answers; the page stays as it is for them."""

    def __init__(self, app: ASGIApp, origins: frozenset[str]) -> None:
        from starlette.middleware.cors import CORSMiddleware

        self._app = app
        self._shared = CORSMiddleware(
            app,
            allow_origins=sorted(origins),
            allow_methods=("GET", "POST"),
            allow_headers=("*",),  # clients of chat services send many; no cookie is ever let along
            expose_headers=("link", "retry-after"),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        shared = scope["type"] == "http" and is_for_programs(scope["path"])
        await (self._shared if shared else self._app)(scope, receive, send)


def _check_kind(scope: Scope) -> None:
    kind = dict(scope["headers"]).get(b"content-type", b"").partition(b";")[0].strip().lower()
    if kind != b"application/json":
        raise Refused(415, "The request must be JSON, and its content-type application/json.")


async def _arrived(receive: Receive) -> Receive:
    """A ``receive`` that gives the whole body. Raises ``Refused`` if it is too large or does not come."""
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise Refused(400, "The request did not arrive whole.")
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MAX_BODY_BYTES:
            raise Refused(413, "The request is too large.")
    messages: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay
