"""The Compare tab: what it shows, and the addresses at which its table can be downloaded."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from kin_assistant.rendering import comparison_csv, comparison_html, comparison_xlsx, render
from kin_assistant.rendering.words import FIELD_NAMES
from kin_assistant.ui.callbacks import Callbacks
from kin_assistant.ui.clients import client_of
from kin_assistant.ui.ratelimit import QUESTION, RateLimiter, please_wait

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

__all__ = ["add_comparisons", "comparison_panel", "offered_columns"]

_CSV = "text/csv; charset=utf-8"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MARK = b"\xef\xbb\xbf"
"""By which a spreadsheet knows that CSV is UTF-8."""


def offered_columns() -> list[tuple[str, str]]:
    """The columns to choose from: names as they head the table, with the fields they stand for."""
    return [(name, field) for field, name in FIELD_NAMES.items()]


def comparison_panel(callbacks: Callbacks, topic: object, cities: Sequence[str], columns: Sequence[str]) -> str:
    """The table as HTML, or the sentence that says why there is none."""
    found = callbacks.compare(topic, cities, columns)
    if isinstance(found, str):
        return str(render("comparison.html", "reason", heading="Not compared", words=found))
    query = urlencode({"topic": found.topic, "city": list(cities), "column": list(found.columns)}, doseq=True)
    return str(comparison_html(found, query=query))


def add_comparisons(app: FastAPI, callbacks: Callbacks, limiter: RateLimiter) -> None:
    """Serve ``/compare/table.csv`` and ``/compare/table.xlsx``; ``topic``, ``city`` and ``column`` say what is compared."""
    from starlette.responses import PlainTextResponse, Response

    def download(request: Request) -> Response:
        if wait := limiter.acquire(client_of(request), QUESTION):
            return PlainTextResponse(please_wait(wait), 429, {"retry-after": str(math.ceil(wait))})
        asked = request.query_params
        found = callbacks.compare(asked.get("topic", ""), asked.getlist("city"), asked.getlist("column"))
        if isinstance(found, str) or found.reason:
            return PlainTextResponse(found if isinstance(found, str) else found.reason, 400)
        if request.url.path.endswith(".xlsx"):
            content, kind, name = comparison_xlsx(found), _XLSX, "comparison.xlsx"
        else:
            content, kind, name = _MARK + comparison_csv(found).encode(), _CSV, "comparison.csv"
        headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
        return Response(content, media_type=kind, headers=headers)

    for path in ("/compare/table.csv", "/compare/table.xlsx"):
        app.add_route(path, download, methods=["GET"], include_in_schema=False)
