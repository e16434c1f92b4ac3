"""The addresses by which other programs watch the page: whether it is up, whether it can answer, and figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from kin_assistant.processes.watchdog import is_call_overdue
from kin_assistant.ui.clients import Proxies, is_forwarded, peer_of

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from kin_assistant.monitoring.metrics import Metrics
    from kin_assistant.ui.served import Served

__all__ = ["METRICS", "CountedRequests", "add_health", "add_metrics"]

METRICS: Final = "/metrics"
_FORMAT: Final = "text/plain; version=0.0.4; charset=utf-8"
_NOT_STORED: Final = {"cache-control": "no-store"}
_PARTS: Final = {
    "": "page",
    "gradio_api/queue/join": "queue",
    "gradio_api/queue/data": "results",
}
"""Names of parts of the server whose address does not begin with them."""
_NO_PART: Final = "none"
_KNOWN_PARTS: Final = frozenset(
    {
        *(
            "answer",
            "api",
            "assets",
            "brief",
            "commitments",
            "compare",
            "corpus",
            "coverage",
            "documents",
            "favicon.ico",
        ),
        *(
            "figures",
            "gradio_api",
            "healthz",
            "library",
            "manifest.json",
            "metrics",
            "money",
            "package",
            "page",
            "pages",
        ),
        *("account", "audit", "login", "logout", "peers", "practices", "readyz", "static", "theme.css", "v1"),
    }
)


def add_health(app: FastAPI, served: Served) -> None:
    """Serve ``/healthz``, which tells that the process runs, and ``/readyz``, which tells whether it can answer.

    Everybody may ask, and nothing is looked up for it.
    """
    from starlette.responses import JSONResponse, PlainTextResponse

    async def tell_health(_: Request) -> Response:
        return PlainTextResponse("The page is up.\n", headers=_NOT_STORED)

    async def tell_readiness(_: Request) -> Response:
        if is_call_overdue():
            words = "An answer hangs. The program ends soon unless it comes back."
            return JSONResponse({"ready": False, "reason": words}, 503, _NOT_STORED)
        build = served.build
        told = {
            "ready": True,
            "build_id": build.id,
            "built_at": build.built_at.isoformat(),
            "documents": build.documents,
        }
        return JSONResponse(told, headers=_NOT_STORED)

    app.add_route("/healthz", tell_health, methods=["GET"], include_in_schema=False)
    app.add_route("/readyz", tell_readiness, methods=["GET"], include_in_schema=False)


def add_metrics(app: FastAPI, metrics: Metrics, readers: Proxies) -> None:
    """Serve ``/metrics`` to ``readers``. To others, and to whoever comes through a web server in front, it does not exist."""
    from starlette.responses import PlainTextResponse
    from starlette.responses import Response as Written

    async def tell_figures(request: Request) -> Response:
        # A web server in front may stand on this machine; its visitors do not.
        if is_forwarded(request) or not readers.trusts(peer_of(request)):
            return PlainTextResponse("There is nothing here.", 404)
        return Written(metrics.write(), headers=_NOT_STORED, media_type=_FORMAT)

    app.add_route(METRICS, tell_figures, methods=["GET"], include_in_schema=False)


class CountedRequests:
    """ASGI middleware. Tells of each request, once its answer begins, which part of the server it went to, and its status."""

    def __init__(self, app: ASGIApp, note: Callable[[str, int], None]) -> None:
        self._app, self._note = app, note

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._note(_part_of(scope["path"]), message["status"])
            await send(message)

        await self._app(scope, receive, noted)


def _part_of(path: str) -> str:
    """One of few names, whatever a visitor asks for."""
    address = path.removeprefix("/")
    first = address.partition("/")[0]
    return _PARTS.get(address) or (first if first in _KNOWN_PARTS else _NO_PART)
