"""The addresses at which what a tab shows is downloaded."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from kin_assistant.errors import KinError
from kin_assistant.ui.clients import client_of
from kin_assistant.ui.ratelimit import QUESTION, RateLimiter, please_wait

if TYPE_CHECKING:
    from fastapi import FastAPI
    from pydantic import BaseModel
    from starlette.datastructures import QueryParams
    from starlette.requests import Request
    from starlette.responses import Response

__all__ = ["DOCX", "JSON", "Files", "add_downloads", "found_or_reason", "offer_files", "write_json"]

_CSV: Final = "text/csv; charset=utf-8"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
JSON: Final = "application/json"
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_Found = TypeVar("_Found")
Files = Mapping[str, tuple[str, Callable[[_Found], bytes]]]
"""Names of files, each with its media type and what writes it."""


class _Reasoned(Protocol):
    @property
    def reason(self) -> str | None: ...


_WithReason = TypeVar("_WithReason", bound=_Reasoned)


def offer_files(
    stem: str,
    csv: Callable[[_Found], str],
    xlsx: Callable[[_Found], bytes] | None = None,
    json: Callable[[_Found], str] | None = None,
) -> Files[_Found]:
    """The files called ``stem`` that can be had: what writes each."""
    # The mark in front tells a spreadsheet that CSV is UTF-8.
    files: dict[str, tuple[str, Callable[[_Found], bytes]]] = {
        f"{stem}.csv": (_CSV, lambda found: csv(found).encode("utf-8-sig"))
    }
    if xlsx:
        files[f"{stem}.xlsx"] = (_XLSX, xlsx)
    if json:
        files[f"{stem}.json"] = (JSON, lambda found: json(found).encode())
    return files


def write_json(found: BaseModel) -> str:
    """A value as JSON, with a line break at its end."""
    return f"{found.model_dump_json(indent=2)}\n"


def found_or_reason(found: _WithReason | str) -> _WithReason | str:
    """What was found; or the sentence that says why it holds nothing."""
    return found if isinstance(found, str) else found.reason or found


def add_downloads(
    app: FastAPI,
    limiter: RateLimiter,
    folder: str,
    files: Files[_Found],
    find: Callable[[QueryParams], _Found | str],
    *,
    form: bool = False,
    cost: Callable[[QueryParams], int] = lambda _: QUESTION,
) -> None:
    """Serve ``files`` below ``folder``.

    ``find`` gives what the query of the address asks for, or the sentence that says why there is nothing. With ``form`` what
    is asked for may also come as the body of a POST, which has more room. A download costs as much as a question, or what
    ``cost`` says of its query, in points.
    """
    from starlette.concurrency import run_in_threadpool
    from starlette.datastructures import QueryParams
    from starlette.responses import PlainTextResponse, Response

    async def download(request: Request) -> Response:
        asked = QueryParams(await request.body()) if request.method == "POST" else request.query_params
        return await run_in_threadpool(answer, request, asked)

    def answer(request: Request, asked: QueryParams) -> Response:
        if wait := limiter.acquire(client_of(request), cost(asked)):
            return PlainTextResponse(please_wait(wait), 429, {"retry-after": str(math.ceil(wait))})
        found = find(asked)
        if isinstance(found, str):
            return PlainTextResponse(found, 400)
        name = request.url.path.rpartition("/")[2]
        kind, write = files[name]
        try:
            content = write(found)
        except KinError as error:
            return PlainTextResponse(str(error), 400)
        headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
        return Response(content, media_type=kind, headers=headers)

    for name in files:
        app.add_route(
            f"/{folder}/{name}", download, methods=["GET", "POST"] if form else ["GET"], include_in_schema=False
        )
