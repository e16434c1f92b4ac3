"""The page as Gradio builds it, made once when the server starts and the same for every visitor."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING

from kin_assistant.errors import ServeError
from kin_assistant.ui.guard import POLICY, make_policy

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["FrontPage"]

_HOST = "page.invalid"
_ROOT = f"http://{_HOST}"
_RELATIVE_ROOT = "./"
_MANIFEST = '<link rel="manifest" href="/manifest.json" />'
"""Of Gradio's own, which is found at the root of a site alone."""
_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)


class FrontPage:
    """Answers with the page. Gradio would write into it what a visitor's request says about the host and the query.

    Its inline scripts are therefore known, and no other one is allowed to run.
    """

    def __init__(self, gradio_app: ASGIApp, head: str) -> None:
        """``head`` is HTML that must be there before the page is drawn; what Gradio is given as one comes later."""
        self._gradio_app = gradio_app
        self._head = head
        self._page = b""
        self._policy = b""

    async def make(self) -> None:
        """Build the page. Raises ``ServeError`` if Gradio does not build what is expected of it."""
        page = (await self._build()).decode("utf-8")
        if f'"{_ROOT}"' not in page:
            raise ServeError("Gradio's page does not say where it is, so it cannot be served.")
        if page.count(_MANIFEST) != 1:
            raise ServeError("Gradio's page has no place for our head, so it cannot be served.")
        # The script resolves this against the address that the visitor opened.
        page = page.replace(f'"{_ROOT}"', f'"{_RELATIVE_ROOT}"')
        self._page = page.replace(_MANIFEST, self._head).encode("utf-8")
        if _HOST.encode() in self._page:
            raise ServeError("Gradio's page says where it is in an unexpected place, so it cannot be served.")
        digests = (hashlib.sha256(script).digest() for script in _INLINE_SCRIPT.findall(self._page))
        self._policy = make_policy([base64.b64encode(digest).decode("ascii") for digest in digests])

    async def __call__(self, scope: Scope, _: Receive, send: Send) -> None:
        """Handle a request for the page, whatever else it says."""
        if not self._page:
            await self.make()
        headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-length", str(len(self._page)).encode()),
            (b"cache-control", b"no-cache"),
            (POLICY, self._policy),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else self._page})

    async def _build(self) -> bytes:
        status = 0
        page = bytearray()

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def keep(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                page.extend(message.get("body", b""))

        scope: Scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": "/",
            "raw_path": b"/",
            "root_path": "",
            "query_string": b"",
            "headers": [(b"host", _HOST.encode())],
            "client": None,
            "server": None,
        }
        await self._gradio_app(scope, receive, keep)
        if status != 200:
            raise ServeError("Gradio did not build its page, so it cannot be served.", details=f"status {status}")
        return bytes(page)
