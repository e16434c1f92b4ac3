"""The Coverage tab, which comes from an address of its own, and the addresses of its downloads."""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING, Final

from kin_assistant.errors import KinError
from kin_assistant.rendering import coverage_csv, coverage_html, coverage_xlsx
from kin_assistant.ui.clients import client_of
from kin_assistant.ui.kept_page import KeptPage
from kin_assistant.ui.ratelimit import QUESTION, TRIFLE, RateLimiter, please_wait

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

    from kin_assistant.assistant import Assistant
    from kin_assistant.ui.served import Served

__all__ = ["add_coverage"]

_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class _CoveragePage:
    """The tab as HTML, made anew for each build; of those who ask meanwhile one makes it and the others wait."""

    def __init__(self) -> None:
        self._kept: tuple[str, KeptPage] | None = None
        self._lock = threading.Lock()

    def of(self, assistant: Assistant) -> KeptPage:
        with self._lock:
            build_id = assistant.build.id
            if self._kept is None or self._kept[0] != build_id:
                self._kept = build_id, KeptPage.keep(coverage_html(assistant.coverage()))
            return self._kept[1]


def add_coverage(app: FastAPI, served: Served, limiter: RateLimiter) -> None:
    """Serve ``/coverage``, and the files ``/coverage/table.csv`` and ``/coverage/table.xlsx``."""
    from starlette.responses import PlainTextResponse, Response

    page = _CoveragePage()

    def refused(request: Request, cost: int) -> Response | None:
        wait = limiter.acquire(client_of(request), cost)
        return PlainTextResponse(please_wait(wait), 429, {"retry-after": str(math.ceil(wait))}) if wait else None

    def show(request: Request) -> Response:
        if answer := refused(request, TRIFLE):
            return answer
        try:
            with served.borrowed() as assistant:
                return page.of(assistant).answer(request)
        except KinError as error:
            return PlainTextResponse(str(error), 500)

    def download(request: Request) -> Response:
        if answer := refused(request, QUESTION):
            return answer
        try:
            with served.borrowed() as assistant:
                coverage = assistant.coverage()
        except KinError as error:
            return PlainTextResponse(str(error), 500)
        if request.url.path.endswith(".xlsx"):
            content, kind, name = coverage_xlsx(coverage), _XLSX, "coverage.xlsx"
        else:
            # By the mark a spreadsheet knows that it is UTF-8.
            content, kind, name = coverage_csv(coverage).encode("utf-8-sig"), "text/csv; charset=utf-8", "coverage.csv"
        headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
        return Response(content, media_type=kind, headers=headers)

    app.add_route("/coverage", show, methods=["GET"], include_in_schema=False)
    for path in ("/coverage/table.csv", "/coverage/table.xlsx"):
        app.add_route(path, download, methods=["GET"], include_in_schema=False)
