"""The addresses by which the Documents tab lists, adds, removes and syncs."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from kin_assistant.corpus.files import MAX_FILE_BYTES
from kin_assistant.corpus.sidecars import SIDECAR_SUFFIX
from kin_assistant.corpus.uploads import ChangeRefused, Refusal, new_file, remove_file
from kin_assistant.documents.reading import SUFFIXES
from kin_assistant.errors import BuildRunning, KinError
from kin_assistant.ui.clients import client_of, is_forwarded
from kin_assistant.ui.curators import (
    COOKIE,
    KNOWN_COOKIE,
    KNOWN_SECONDS,
    SESSION_SECONDS,
    Curators,
    NotAdmitted,
)
from kin_assistant.ui.inventory import Inventory, InventoryKeeper
from kin_assistant.ui.kept_page import KeptPage
from kin_assistant.ui.listing import library_html
from kin_assistant.ui.ratelimit import RateLimiter, please_wait
from kin_assistant.ui.syncing import Syncs

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

    from kin_assistant.ui.served import Collection, Served

__all__ = ["MAX_LOGIN_BYTES", "add_corpus_routes"]

MAX_LOGIN_BYTES = 4096

_STATUS_OF: dict[Refusal, int] = {
    "disk": 507, "empty": 400, "exists": 409, "kind": 415, "missing": 404, "name": 400, "place": 403, "size": 413,
}  # fmt: skip


class _LibraryPages:
    """The list as HTML, made anew when it has changed; of those who ask meanwhile one makes it and the others wait."""

    def __init__(self, *, asks_for_password: bool) -> None:
        self._asks_for_password = asks_for_password
        self._kept: dict[bool, tuple[Inventory, KeptPage]] = {}
        self._lock = threading.Lock()

    def of(self, inventory: Inventory, *, curator: bool) -> KeptPage:
        """For a curator, or for everybody else."""
        with self._lock:
            kept = self._kept.get(curator)
            if kept is None or kept[0] is not inventory:
                html = library_html(
                    inventory, curator=curator, asks_for_password=self._asks_for_password, suffixes=SUFFIXES
                )
                kept = self._kept[curator] = inventory, KeptPage.keep(html)
            return kept[1]


def add_corpus_routes(
    app: FastAPI, served: Served, collection: Collection | None, curators: Curators, limiter: RateLimiter
) -> None:
    """Serve ``/library``, which everybody may read, and ``/corpus/...``, which is for curators.

    Without a ``collection`` nothing can be changed. ``limiter`` holds all but curators.
    """
    from starlette.concurrency import run_in_threadpool
    from starlette.convertors import PathConvertor, register_url_convertor
    from starlette.requests import ClientDisconnect
    from starlette.responses import JSONResponse

    syncs = Syncs(collection, served, clock=time.monotonic) if collection else None
    keeper = InventoryKeeper(collection.corpus if collection else None, collection.index if collection else None)
    pages = _LibraryPages(asks_for_password=collection is not None and curators.asks_for_password)

    def said(message: str, status: int = 200, **more: Any) -> Response:
        return JSONResponse({"message": message, **more}, status, {"cache-control": "no-store"})

    def refused(error: KinError) -> Response:
        match error:
            case NotAdmitted():
                answer = said(str(error), error.status)
                if error.wait:
                    answer.headers["retry-after"] = str(int(error.wait) + 1)
                return answer
            case ChangeRefused():
                return said(str(error), _STATUS_OF[error.why])
            case BuildRunning():
                return said(str(error), 409)
            case _:
                return said(str(error), 500)

    def cookies(request: Request) -> tuple[str | None, str | None]:
        return request.cookies.get(COOKIE), request.cookies.get(KNOWN_COOKIE)

    def known(request: Request) -> bool:
        """Whether it is a curator. Others are bounded. Raises ``NotAdmitted`` for one of them who asks too often."""
        token, browser = cookies(request)
        if curators.knows(token, forwarded=is_forwarded(request)):
            return True
        if wait := limiter.acquire(curators.name_client(client_of(request), token, browser)):
            raise NotAdmitted(429, please_wait(wait), wait=wait)
        return False

    def admitted(request: Request) -> Collection:
        known(request)
        curators.admit(request.headers, request.cookies.get(COOKIE), forwarded=is_forwarded(request))
        if collection is None:
            raise NotAdmitted(403, "This page serves an index without its documents, so they cannot be changed here.")
        return collection

    def library(request: Request) -> Response:
        try:
            curator = known(request) and collection is not None
        except NotAdmitted as error:
            return refused(error)
        with served.borrowed() as assistant:
            inventory = keeper.take(assistant.build, assistant.documents)
        return pages.of(inventory, curator=curator).answer(request)

    async def put(request: Request) -> Response:
        body = request.stream()
        try:
            folder = admitted(request).corpus
            # Said before the file travels, where its length is known.
            length = request.headers.get("content-length", "")
            if length.isdigit() and int(length) > MAX_FILE_BYTES:
                raise ChangeRefused("size", f"The file is larger than {MAX_FILE_BYTES // 1024 // 1024} MB.")
            with new_file(folder, request.path_params["path"], SUFFIXES) as arriving:
                async for chunk in body:
                    arriving.write(chunk)
                path = await run_in_threadpool(arriving.finish)
            keeper.look_again()
        except ClientDisconnect:
            return said("The file did not arrive whole.", 400)
        except KinError as error:
            if isinstance(error, ChangeRefused) and error.why != "size":
                # A browser reads the answer only once it has sent everything.
                with contextlib.suppress(ClientDisconnect):
                    async for _ in body:
                        pass
            return refused(error)
        return said("Added. It is quoted once the corpus folder has been read.", 201, path=path)

    def delete(request: Request) -> Response:
        try:
            path = request.path_params["path"]
            folder = admitted(request).corpus
            remove_file(folder, path)
            # What described the file would describe the next one of its name.
            with contextlib.suppress(ChangeRefused):
                remove_file(folder, path + SIDECAR_SUFFIX)
            keeper.look_again()
        except KinError as error:
            return refused(error)
        return said("Removed. It is quoted until the corpus folder has been read.", path=path)

    def start(request: Request) -> Response:
        try:
            admitted(request)
            assert syncs is not None  # there is a collection
            state = syncs.start()
        except KinError as error:
            return refused(error)
        return JSONResponse(state.as_json(), 202)

    def state(request: Request) -> Response:
        try:
            admitted(request)
        except KinError as error:
            return refused(error)
        assert syncs is not None  # there is a collection
        return JSONResponse(syncs.state.as_json(), headers={"cache-control": "no-store"})

    async def log_in(request: Request) -> Response:
        try:
            known(request)
            curators.check_origin(request.headers)
            body = bytearray()
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_LOGIN_BYTES:
                    raise NotAdmitted(413, "That is no password.")
            token = curators.log_in(body.decode("utf-8", "replace"), client_of(request), *cookies(request))
        except ClientDisconnect:
            return said("The password did not arrive whole.", 400)
        except KinError as error:
            return refused(error)
        answer = said("Logged in.")
        # A web server in front that does not tell the scheme is no reason to send the cookie in the clear.
        secure = "https" in (request.url.scheme, urlsplit(request.headers.get("origin", "")).scheme)
        for name, value, seconds in (
            (COOKIE, token, SESSION_SECONDS),
            (KNOWN_COOKIE, curators.make_known(), KNOWN_SECONDS),
        ):
            answer.set_cookie(name, value, max_age=seconds, httponly=True, samesite="strict", secure=secure)
        return answer

    def log_out(request: Request) -> Response:
        try:
            known(request)
            curators.check_origin(request.headers)
        except NotAdmitted as error:
            return refused(error)
        curators.log_out(request.cookies.get(COOKIE))
        answer = said("Logged out.")
        answer.delete_cookie(COOKIE)
        return answer

    class AnyName(PathConvertor):
        """The name of a file may hold a line break."""

        regex = "(?s:.*)"

    register_url_convertor("name", AnyName())
    app.add_route("/library", library, methods=["GET"], include_in_schema=False)
    app.add_route("/corpus/sync", start, methods=["POST"], include_in_schema=False)
    app.add_route("/corpus/sync", state, methods=["GET"], include_in_schema=False)
    app.add_route("/corpus/login", log_in, methods=["POST"], include_in_schema=False)
    app.add_route("/corpus/logout", log_out, methods=["POST"], include_in_schema=False)
    app.add_route("/corpus/{path:name}", put, methods=["PUT"], include_in_schema=False)
    app.add_route("/corpus/{path:name}", delete, methods=["DELETE"], include_in_schema=False)
