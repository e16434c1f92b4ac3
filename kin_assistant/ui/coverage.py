"""The Coverage tab, which comes from an address of its own, and the addresses of its downloads."""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING, Final

from kin_assistant.errors import KinError
from kin_assistant.rendering import coverage_csv, coverage_html, coverage_xlsx
from kin_assistant.ui.clients import client_of
from kin_assistant.ui.downloads import add_downloads, offer_files
from kin_assistant.ui.kept_page import KeptPage
from kin_assistant.ui.ratelimit import TRIFLE, RateLimiter, please_wait

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.datastructures import QueryParams
    from starlette.requests import Request
    from starlette.responses import Response

    from kin_assistant.assistant import Assistant
    from kin_assistant.coverage.values import Coverage
    from kin_assistant.ui.served import Served

__all__ = ["add_coverage"]

_FILES: Final = offer_files("coverage", coverage_csv, coverage_xlsx)


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
    """Serve ``/coverage``, and the files below it."""
    from starlette.responses import PlainTextResponse

    page = _CoveragePage()

    def show(request: Request) -> Response:
        if wait := limiter.acquire(client_of(request), TRIFLE):
            return PlainTextResponse(please_wait(wait), 429, {"retry-after": str(math.ceil(wait))})
        try:
            with served.lease() as assistant:
                return page.of(assistant).answer(request)
        except KinError as error:
            return PlainTextResponse(str(error), 500)

    def survey(_: QueryParams) -> Coverage | str:
        try:
            with served.lease() as assistant:
                return assistant.coverage()
        except KinError as error:
            return str(error)

    app.add_route("/coverage", show, methods=["GET"], include_in_schema=False)
    add_downloads(app, limiter, "coverage", _FILES, survey)
