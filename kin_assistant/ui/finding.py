"""What the Documents tab finds: passages in the text of the documents, and the list that it shows as a file."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

from kin_assistant.rendering import documents_csv, hits_html
from kin_assistant.types import DocumentInfo, Filters
from kin_assistant.ui.callbacks import Callbacks
from kin_assistant.ui.clients import client_of
from kin_assistant.ui.downloads import add_downloads, offer_files
from kin_assistant.ui.ratelimit import QUESTION, TRIFLE, RateLimiter, please_wait

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.datastructures import QueryParams
    from starlette.requests import Request
    from starlette.responses import Response

__all__ = ["add_finding"]

_FILTERS: Final = ("city", "country", "region", "theme")


def add_finding(app: FastAPI, callbacks: Callbacks, limiter: RateLimiter) -> None:
    """Serve ``/library/search`` and ``/library/documents.csv``.

    The search takes ``q`` and the filters of the page by their names, and costs as much as a question. The file has the
    documents of the form's ``id`` fields in their order, or all of them.
    """
    from starlette.responses import HTMLResponse, PlainTextResponse

    def search(request: Request) -> Response:
        if wait := limiter.acquire(client_of(request), QUESTION):
            return PlainTextResponse(please_wait(wait), 429, {"retry-after": str(math.ceil(wait))})
        asked = request.query_params
        names = {name: tuple(filter(None, asked.getlist(name))) for name in _FILTERS}
        year = asked.get("year", "")
        years = (int(year), int(year)) if re.fullmatch(r"[0-9]{4}", year) else None
        found = callbacks.search(asked.get("q", ""), Filters.model_validate({**names, "years": years}))
        if isinstance(found, str):
            return PlainTextResponse(found, 400)
        return HTMLResponse(hits_html(found), headers={"cache-control": "no-store"})

    def find(asked: QueryParams) -> list[DocumentInfo] | str:
        known = callbacks.documents()
        wanted = dict.fromkeys(asked.getlist("id"))
        return [known[name] for name in wanted or known if name in known]

    app.add_route("/library/search", search, methods=["GET"], include_in_schema=False)
    add_downloads(
        app, limiter, "library", offer_files("documents", documents_csv), find, form=True, cost=lambda _: TRIFLE
    )
