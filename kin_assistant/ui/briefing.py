"""The Brief tab: what it shows, and the addresses at which a brief can be downloaded."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from kin_assistant.briefs.brief import Brief
from kin_assistant.briefs.files import brief_json
from kin_assistant.rendering import brief_docx, brief_html, brief_markdown, proposal_html, refused_proposal_html
from kin_assistant.ui.callbacks import Callbacks
from kin_assistant.ui.clients import client_of
from kin_assistant.ui.ratelimit import QUESTION, RateLimiter, please_wait

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

__all__ = ["add_briefs", "brief_panel"]

_Writer = Callable[[Brief, datetime], bytes]

_FORMATS: Final[Mapping[str, tuple[str, _Writer]]] = {
    "brief.docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", brief_docx),
    "brief.html": ("text/html; charset=utf-8", lambda brief, _: brief_html(brief).encode()),
    "brief.md": ("text/markdown; charset=utf-8", lambda brief, _: brief_markdown(brief).encode()),
    "brief.json": ("application/json", lambda brief, _: brief_json(brief)),
}
"""The files on offer by name, each with its media type and what writes it."""


def brief_panel(callbacks: Callbacks, title: object, cities: Sequence[str]) -> str:
    """The proposed brief as HTML, or the sentence that says why there is none."""
    found = callbacks.propose(title, cities)
    return str(refused_proposal_html(found) if isinstance(found, str) else proposal_html(found))


def add_briefs(app: FastAPI, callbacks: Callbacks, limiter: RateLimiter) -> None:
    """Serve a brief as the files below ``/brief/``; ``title``, ``city`` and ``without`` say which brief it is."""
    from starlette.responses import PlainTextResponse, Response

    def download(request: Request) -> Response:
        if wait := limiter.acquire(client_of(request), QUESTION):
            return PlainTextResponse(please_wait(wait), 429, {"retry-after": str(math.ceil(wait))})
        asked = request.query_params
        found = callbacks.propose(asked.get("title", ""), asked.getlist("city"), asked.getlist("without"))
        if isinstance(found, str):
            return PlainTextResponse(found, 400)
        name = request.url.path.rpartition("/")[2]
        kind, write = _FORMATS[name]
        headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
        return Response(write(found, callbacks.now()), media_type=kind, headers=headers)

    for name in _FORMATS:
        app.add_route(f"/brief/{name}", download, methods=["GET"], include_in_schema=False)
