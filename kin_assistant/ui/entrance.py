"""The only way to Gradio. Of what a visitor sends, it is given what it needs to answer, and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from kin_assistant.ui.backlog import Backlog
from kin_assistant.ui.events import SESSION, EventRefused, Events
from kin_assistant.ui.front_page import FrontPage
from kin_assistant.ui.head import PageHead
from kin_assistant.ui.page import KINDS
from kin_assistant.ui.ratelimit import RateLimiter, please_wait

if TYPE_CHECKING:
    import gradio
    from fastapi import FastAPI
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Entrance", "put_entrance"]

_BODY_SECONDS = 10.0
"""So long may an event take to arrive."""
_END_SECONDS = 1.0
_HEADERS = frozenset({b"accept-encoding", b"if-modified-since", b"if-none-match", b"if-range", b"range"})
"""What Gradio sees of a request's headers. It believes others, such as X-Forwarded-Host, without knowing who sent them."""
_HOST = (b"host", b"localhost")
_JSON = (b"content-type", b"application/json")
_FAULT = b'data: {"msg":"unexpected_error"'
_FAULT_IN_OUR_WORDS = (
    _FAULT
    + b',"event_id":null,"message":"The answer could not be sent.","session_not_found":false,"success":false}\n\n'
)
"""Gradio tells here what went wrong inside, with addresses in memory."""


def put_entrance(app: FastAPI, page: gradio.Blocks, limiter: RateLimiter, head: PageHead) -> Entrance:
    """Put the entrance before Gradio, which was mounted last in ``app`` to serve ``page``."""
    mount = app.routes[-1]
    entrance = Entrance(mount.app, page, limiter, head)  # type: ignore[attr-defined]
    mount.app = entrance  # type: ignore[attr-defined]
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[Any]:
        async with inner(app) as state, entrance.opened():
            yield state

    app.router.lifespan_context = lifespan
    return entrance


class Entrance:
    """An ASGI application."""

    def __init__(
        self, gradio_app: ASGIApp, page: gradio.Blocks, limiter: RateLimiter, head: PageHead | None = None
    ) -> None:
        """Raises ``TypeError`` if ``page`` has a function of which nothing says what it may be sent."""
        self._gradio_app = gradio_app
        self._front_page = FrontPage(gradio_app, str((head or PageHead()).html("")))
        self._events = Events(page, KINDS)
        self._backlog = Backlog(page)
        self._limiter = limiter

    @property
    def held(self) -> int:
        """How many events arrive, wait, run, or have a result that is to be fetched."""
        return self._backlog.held

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """While the server runs. Raises ``ServeError`` if the page cannot be made."""
        await self._front_page.make()
        sweeping = asyncio.create_task(self._backlog.keep_sweeping())
        try:
            yield
        finally:
            sweeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sweeping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request that the guard let through."""
        match scope["path"]:
            case "/":
                await self._front_page(scope, receive, send)
            case "/gradio_api/queue/join":
                await self._take(scope, receive, send)
            case "/gradio_api/queue/data":
                await self._give(scope, receive, send)
            case _:
                headers = [pair for pair in scope["headers"] if pair[0] in _HEADERS]
                await self._gradio_app(_narrowed(scope, headers), receive, send)

    async def _take(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let an event into the queue."""
        if dict(scope["headers"]).get(b"content-type", b"").partition(b";")[0].strip().lower() != b"application/json":
            return await _refuse(send, 415, "The request must be JSON.")
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                body = await _read(receive)
            if body is None:
                return None
            event = self._events.read(body)
        except TimeoutError:
            return await _refuse(send, 408, "The request did not arrive in time.")
        except EventRefused as error:
            return await _refuse(send, 400, str(error))
        client = scope["client"][0] if scope.get("client") else "unknown"
        await self._backlog.make_room()
        if self._backlog.share_used(client):
            return await _refuse(
                send, 429, "Please wait for the answers to your last questions, then try again.", wait=1
            )
        if self._backlog.full:
            busy = "Too many questions are waiting. Please try again in a moment."
            return await _refuse(send, 503, busy, wait=self._backlog.wait)
        wait = self._limiter.acquire(client, event.kind.cost, follows=event.kind.follows)
        if wait:
            return await _refuse(send, 429, please_wait(wait), wait=wait)
        headers = [_JSON, (b"content-length", str(len(event.body)).encode("ascii"))]
        with self._backlog.arriving(client, event.session):
            await self._gradio_app(_narrowed(scope, headers), _replay(event.body, receive), send)
        return None

    async def _give(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand out the results of a session as they come."""
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        session = query[0][1] if len(query) == 1 and query[0][0] == "session_hash" else ""
        if not SESSION.fullmatch(session):
            return await _refuse(send, 400, "The request does not say which visit it belongs to.")
        if not self._backlog.can_be_fetched(session):
            return await _refuse(send, 404, "There is nothing to fetch.")
        ended = left = False

        async def watched() -> Message:
            nonlocal left
            message = await receive()
            left = left or (message["type"] == "http.disconnect" and not ended)
            return message

        async def noted(message: Message) -> None:
            nonlocal ended
            if message["type"] == "http.response.body":
                ended = ended or not message.get("more_body", False)
                if message.get("body", b"").startswith(_FAULT):
                    message = {**message, "body": _FAULT_IN_OUR_WORDS}
            await send(message)

        try:
            async with self._backlog.fetching(session):
                await self._gradio_app(_narrowed(scope, [], query=f"session_hash={session}"), watched, noted)
        except TimeoutError:
            # Whoever does not read must not keep the server waiting for the end either.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_END_SECONDS):
                    await send({"type": "http.response.body", "body": b"", "more_body": False})
        if left:
            await self._backlog.drop(session)
        return None


def _narrowed(scope: Scope, headers: list[tuple[bytes, bytes]], query: str = "") -> Scope:
    return {**scope, "headers": [_HOST, *headers], "query_string": query.encode("ascii")}


async def _read(receive: Receive) -> bytes | None:
    """The body; None if the client went away. The guard bounds it."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that gives ``body`` first."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay


async def _refuse(send: Send, status: int, sentence: str, *, wait: float = 0) -> None:
    """Answer as Gradio's script expects it, which shows the sentence."""
    headers = [_JSON, (b"cache-control", b"no-store")]
    if wait:
        headers.append((b"retry-after", str(math.ceil(wait)).encode("ascii")))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps({"detail": sentence}).encode("ascii")})
