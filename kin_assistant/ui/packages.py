"""The addresses at which the know-how package of a document is downloaded, and the links to them on its page."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from kin_assistant.briefs.brief import Brief
from kin_assistant.rendering import brief_docx, brief_html, brief_markdown, brief_pdf
from kin_assistant.types import DocumentInfo
from kin_assistant.ui.callbacks import Callbacks
from kin_assistant.ui.clients import client_of
from kin_assistant.ui.ratelimit import QUESTION, RateLimiter, please_wait

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

__all__ = ["add_packages", "package_links"]

_KINDS: Final = {
    "docx": ("Word", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "pdf": ("PDF", "application/pdf"),
    "html": ("HTML", "text/html; charset=utf-8"),
    "md": ("Markdown", "text/markdown; charset=utf-8"),
}
"""By the end of the file's name: how it is called, and its media type."""


def package_links(info: DocumentInfo) -> list[tuple[str, str]]:
    """Names and addresses of the files, from a document's own address."""
    return [(name, f"../package/{quote(info.id, safe='')}.{kind}") for kind, (name, _) in _KINDS.items()]


def add_packages(app: FastAPI, callbacks: Callbacks, limiter: RateLimiter) -> None:
    """Serve ``/package/<id>.docx`` and the other formats; each costs as much as a question."""
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import PlainTextResponse, Response

    async def download(request: Request) -> Response:
        return await run_in_threadpool(answer, request)

    def answer(request: Request) -> Response:
        document_id, _, kind = request.path_params["name"].rpartition(".")
        if kind not in _KINDS:
            return PlainTextResponse(f"A package is written as {', '.join(_KINDS)}.", 404)
        if wait := limiter.acquire(client_of(request), QUESTION):
            return PlainTextResponse(please_wait(wait), 429, {"retry-after": str(math.ceil(wait))})
        package = callbacks.make_package(document_id)
        if isinstance(package, str):
            return PlainTextResponse(package, 404)
        headers = {"content-disposition": f'attachment; filename="package.{kind}"', "cache-control": "no-store"}
        return Response(_write(package, kind, callbacks.now()), media_type=_KINDS[kind][1], headers=headers)

    app.add_route("/package/{name:path}", download, methods=["GET"], include_in_schema=False)


def _write(package: Brief, kind: str, now: datetime) -> bytes:
    match kind:
        case "docx":
            return brief_docx(package, now)
        case "pdf":
            return brief_pdf(package, now)
        case "html":
            return brief_html(package).encode()
        case _:
            return brief_markdown(package).encode()
