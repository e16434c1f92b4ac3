"""What stands between the network and Gradio: an allow list of addresses, a bound on requests, security headers."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING

from kin_assistant.corpus import MAX_FILE_BYTES

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["MAX_BODY_BYTES", "Guard"]

MAX_BODY_BYTES = 256 * 1024
"""Of one request; the longest question and its filters need a tenth of it."""

_ADDRESSES = frozenset(
    {
        "/",
        "/config",
        "/favicon.ico",
        "/library",
        "/manifest.json",
        "/robots.txt",
        "/theme.css",
        "/gradio_api/cancel",
        "/gradio_api/info",
        "/gradio_api/queue/data",
        "/gradio_api/queue/join",
        "/gradio_api/reset",
        "/gradio_api/startup-events",
    }
)
_FOLDERS = ("/assets/", "/corpus/", "/documents/", "/gradio_api/heartbeat/", "/page/", "/pages/", "/static/")

_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)

_POLICY = (
    "default-src 'none'; "
    # Gradio compiles its HTML templates in the browser, hence 'unsafe-eval'; inline scripts run only by their hash.
    "script-src 'self' 'unsafe-eval'{scripts}; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
    "manifest-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)


class Guard:
    """ASGI middleware. Gradio serves more addresses than the page needs; the others do not exist here."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] != "http":
            await self._app(scope, receive, send)
        elif status := _refusal(scope):
            await _refuse(send, status)
        else:
            await self._pass_on(scope, receive, send)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        read = 0
        most = _largest_body(scope)

        async def bounded() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            # A client that hides its length is treated as one that went away.
            return message if read <= most else {"type": "http.disconnect"}

        start: Message | None = None
        page = b""

        async def guarded(message: Message) -> None:
            nonlocal start, page
            whole = scope["path"] == "/"
            if message["type"] == "http.response.start" and whole:
                start = message
            elif message["type"] == "http.response.start":
                await send(_with_headers(message, b""))
            elif message["type"] == "http.response.body" and whole and start:
                page += message.get("body", b"")
                if not message.get("more_body", False):
                    await send(_with_headers(start, page))
                    await send({"type": "http.response.body", "body": page})
            else:
                await send(message)

        if scope["path"] == "/":
            # The page's inline scripts are hashed, so it must arrive here as it is; it is compressed further out.
            scope = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]}
        await self._app(scope, bounded, guarded)


def _refusal(scope: Scope) -> int:
    """The status to refuse a request with, 0 to let it pass."""
    path = scope["path"]
    if path not in _ADDRESSES and not path.startswith(_FOLDERS):
        return 404
    headers = dict(scope["headers"])
    if scope["method"] not in ("GET", "HEAD", "OPTIONS") and headers.get(b"sec-fetch-site") == b"cross-site":
        return 403
    length = headers.get(b"content-length", b"0")
    return 413 if not length.isdigit() or int(length) > _largest_body(scope) else 0


def _largest_body(scope: Scope) -> int:
    """Only a file that is added may be large; its own route says more about one that is too large, hence the room."""
    adding = scope["method"] == "PUT" and scope["path"].startswith("/corpus/")
    return MAX_FILE_BYTES + MAX_BODY_BYTES if adding else MAX_BODY_BYTES


async def _refuse(send: Send, status: int) -> None:
    body = {403: b"Not allowed.", 404: b"There is nothing here.", 413: b"The request is too large."}[status]
    start: Message = {"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]}
    await send(_with_headers(start, b""))
    await send({"type": "http.response.body", "body": body})


def _with_headers(start: Message, page: bytes) -> Message:
    hashes = (base64.b64encode(hashlib.sha256(script).digest()).decode() for script in _INLINE_SCRIPT.findall(page))
    policy = _POLICY.format(scripts="".join(f" 'sha256-{value}'" for value in hashes))
    headers = [*start["headers"], *_HEADERS, (b"content-security-policy", policy.encode())]
    return {**start, "headers": headers}
