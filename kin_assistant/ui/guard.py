"""What stands between the network and Gradio: an allow list of addresses, a bound on requests, security headers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kin_assistant.api.addresses import is_for_programs
from kin_assistant.api.problems import fault_body
from kin_assistant.corpus.files import MAX_FILE_BYTES

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["MAX_BODY_BYTES", "POLICY", "Guard", "make_policy"]

MAX_BODY_BYTES = 256 * 1024
"""Of one request; the longest question and its filters need a tenth of it."""

_READ = frozenset({"GET", "HEAD"})
_ADDRESSES = {
    "/": _READ,
    "/coverage": _READ,
    "/favicon.ico": _READ,
    "/healthz": _READ,
    "/library": _READ,
    "/manifest.json": _READ,
    "/offline": _READ,
    "/practices": _READ,
    "/readyz": _READ,
    "/service-worker.js": _READ,
    "/theme.css": _READ,
    "/gradio_api/app_id": _READ,
    "/gradio_api/queue/data": frozenset({"GET"}),
    "/gradio_api/queue/join": frozenset({"POST"}),
}
"""The methods of each address that there is. Gradio has a hundred more, which the page does without."""
_FOLDERS = {
    "/answer/": _READ | {"POST"},
    "/assets/": _READ,
    "/brief/": _READ | {"POST"},
    "/commitments/": _READ,
    "/compare/": _READ,
    "/corpus/": frozenset({"DELETE", "GET", "POST", "PUT"}),
    "/coverage/": _READ,
    "/documents/": _READ,
    "/figures/": _READ,
    "/money/": _READ,
    "/package/": _READ,
    "/peers/": _READ,
    "/practices/": frozenset({"DELETE", "GET", "POST"}),
    "/library/": _READ | {"POST"},
    "/page/": _READ,
    "/pages/": _READ,
    "/static/": _READ,
    "/watched/": frozenset({"POST"}),
}
_NO_MORE: Mapping[str, frozenset[str]] = {}
_GRADIO = "/gradio_api/"

POLICY = b"content-security-policy"
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

    def __init__(
        self,
        app: ASGIApp,
        addresses: Mapping[str, frozenset[str]] = _NO_MORE,
        folders: Mapping[str, frozenset[str]] = _NO_MORE,
    ) -> None:
        """``addresses`` and ``folders`` are there besides those of the page, each with its methods."""
        self._app = app
        self._addresses, self._folders = {**_ADDRESSES, **addresses}, {**_FOLDERS, **folders}
        self._programs_may_ask = any(is_for_programs(path) for path in addresses)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] != "http":
            await self._app(scope, receive, send)
        elif status := self._refusal(scope):
            await self._refuse(scope, send, status)
        else:
            await self._pass_on(scope, receive, send)

    def _refusal(self, scope: Scope) -> int:
        """The status to refuse a request with, 0 to let it pass."""
        methods = self._methods(scope["path"])
        if not methods:
            return 404
        if scope["method"] not in methods:
            return 405
        headers = dict(scope["headers"])
        crossing = headers.get(b"sec-fetch-site") == b"cross-site"
        # The API looks at the origin itself, of whatever is sent to it.
        if crossing and scope["method"] not in _READ and not is_for_programs(scope["path"]):
            return 403
        length = headers.get(b"content-length", b"0")
        return 413 if not length.isdigit() or int(length) > _largest_body(scope) else 0

    def _methods(self, path: str) -> frozenset[str]:
        """None where the address does not exist."""
        folder = next((methods for folder, methods in self._folders.items() if path.startswith(folder)), frozenset())
        return self._addresses.get(path, folder)

    async def _refuse(self, scope: Scope, send: Send, status: int) -> None:
        words = {
            403: "Not allowed.",
            404: "There is nothing here.",
            405: "That cannot be done here.",
            413: "The request is too large.",
        }[status]
        headers = [(b"content-type", b"text/plain; charset=utf-8")]
        body = words.encode("ascii")
        if scope["path"].startswith(_GRADIO):
            # Gradio's script shows this sentence.
            headers, body = [(b"content-type", b"application/json")], json.dumps({"detail": words}).encode("ascii")
        elif self._programs_may_ask and is_for_programs(scope["path"]):
            kind, body = fault_body(scope["path"], status, words)
            headers = [(b"content-type", kind.encode("ascii"))]
        if status == 405:
            headers.append((b"allow", ", ".join(sorted(self._methods(scope["path"]))).encode("ascii")))
        await send(_with_headers({"type": "http.response.start", "status": status, "headers": headers}))
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        read = 0
        most = _largest_body(scope)

        async def bounded() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            # A client that hides its length is treated as one that went away.
            return message if read <= most else {"type": "http.disconnect"}

        async def guarded(message: Message) -> None:
            await send(_with_headers(message) if message["type"] == "http.response.start" else message)

        await self._app(scope, bounded, guarded)


def make_policy(scripts: Sequence[str] = ()) -> bytes:
    """The content security policy that lets the inline scripts of these SHA-256 run, in base64."""
    return _POLICY.format(scripts="".join(f" 'sha256-{digest}'" for digest in scripts)).encode("ascii")


def _largest_body(scope: Scope) -> int:
    """Only a file that is added may be large; its own route says more about one that is too large, hence the room."""
    adding = scope["method"] == "PUT" and scope["path"].startswith("/corpus/")
    return MAX_FILE_BYTES + MAX_BODY_BYTES if adding else MAX_BODY_BYTES


def _with_headers(start: Message) -> Message:
    """Only the front page brings a policy of its own."""
    headers = [*start["headers"], *_HEADERS]
    if not any(name.lower() == POLICY for name, _ in headers):
        headers.append((POLICY, _PLAIN_POLICY))
    return {**start, "headers": headers}


_PLAIN_POLICY = make_policy()
