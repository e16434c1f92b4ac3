"""The addresses by which the Documents tab lists, adds, removes and syncs."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kin_assistant.corpus.files import MAX_FILE_BYTES
from kin_assistant.corpus.sidecars import SIDECAR_SUFFIX
from kin_assistant.corpus.uploads import ChangeRefused, Refusal, open_new_file, remove_file
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
from kin_assistant.ui.documents_tab import library_html
from kin_assistant.ui.inventory import Inventory, InventoryKeeper
from kin_assistant.ui.kept_page import KeptPage
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
    from starlette.convertors import PathConvertor, register_url_convertor

    class AnyName(PathConvertor):
        """The name of a file may hold a line break."""

        regex = "(?s:.*)"

    register_url_convertor("name", AnyName())
    routes = _Routes(served, collection, curators, limiter)
    for path, method, answer in (
        ("/library", "GET", routes.show_library),
        ("/corpus/sync", "POST", routes.start_sync),
        ("/corpus/sync", "GET", routes.tell_sync),
        ("/corpus/login", "POST", routes.log_in),
        ("/corpus/logout", "POST", routes.log_out),
        ("/corpus/{path:name}", "PUT", routes.put_file),
        ("/corpus/{path:name}", "DELETE", routes.delete_file),
    ):
        app.add_route(path, answer, methods=[method], include_in_schema=False)


class _Routes:
    """What is answered at each address."""

    def __init__(self, served: Served, collection: Collection | None, curators: Curators, limiter: RateLimiter) -> None:
        self._served, self._collection, self._curators, self._limiter = served, collection, curators, limiter
        self._syncs = Syncs(collection, served, clock=time.monotonic) if collection else None
        self._keeper = InventoryKeeper(
            collection.corpus if collection else None, collection.index if collection else None
        )
        self._pages = _LibraryPages(asks_for_password=collection is not None and curators.asks_for_password)

    # Who asks

    def _is_curator(self, request: Request) -> bool:
        """Whether it is a curator. Others are bounded. Raises ``NotAdmitted`` for one of them who asks too often."""
        token, browser = _cookies(request)
        if self._curators.knows(token, forwarded=is_forwarded(request)):
            return True
        if wait := self._limiter.acquire(self._curators.name_client(client_of(request), token, browser)):
            raise NotAdmitted(429, please_wait(wait), wait=wait)
        return False

    def _admit(self, request: Request) -> Collection:
        """The collection, which a curator may change. Raises ``NotAdmitted`` for anybody else."""
        self._is_curator(request)
        self._curators.admit(request.headers, request.cookies.get(COOKIE), forwarded=is_forwarded(request))
        if self._collection is None:
            raise NotAdmitted(403, "This page serves an index without its documents, so they cannot be changed here.")
        return self._collection

    # Documents

    def show_library(self, request: Request) -> Response:
        try:
            curator = self._is_curator(request) and self._collection is not None
        except NotAdmitted as error:
            return _refuse(error)
        with self._served.lease() as assistant:
            inventory = self._keeper.take(assistant.build, assistant.documents)
        return self._pages.of(inventory, curator=curator).answer(request)

    async def put_file(self, request: Request) -> Response:
        from starlette.concurrency import run_in_threadpool
        from starlette.requests import ClientDisconnect

        body = request.stream()
        try:
            folder = self._admit(request).corpus
            # Said before the file travels, where its length is known.
            length = request.headers.get("content-length", "")
            if length.isdigit() and int(length) > MAX_FILE_BYTES:
                raise ChangeRefused("size", f"The file is larger than {MAX_FILE_BYTES // 1024 // 1024} MB.")
            with open_new_file(folder, request.path_params["path"], SUFFIXES) as arriving:
                async for chunk in body:
                    arriving.write(chunk)
                path = await run_in_threadpool(arriving.finish)
            self._keeper.look_again()
        except ClientDisconnect:
            return _say("The file did not arrive whole.", 400)
        except KinError as error:
            if isinstance(error, ChangeRefused) and error.why != "size":
                # A browser reads the answer only once it has sent everything.
                with contextlib.suppress(ClientDisconnect):
                    async for _ in body:
                        pass
            return _refuse(error)
        return _say("Added. It is quoted once the corpus folder has been read.", 201, path=path)

    def delete_file(self, request: Request) -> Response:
        try:
            path = request.path_params["path"]
            folder = self._admit(request).corpus
            remove_file(folder, path)
            # What described the file would describe the next one of its name.
            with contextlib.suppress(ChangeRefused):
                remove_file(folder, path + SIDECAR_SUFFIX)
            self._keeper.look_again()
        except KinError as error:
            return _refuse(error)
        return _say("Removed. It is quoted until the corpus folder has been read.", path=path)

    # Reading the folder

    def start_sync(self, request: Request) -> Response:
        from starlette.responses import JSONResponse

        try:
            self._admit(request)
            assert self._syncs is not None  # there is a collection
            state = self._syncs.start()
        except KinError as error:
            return _refuse(error)
        return JSONResponse(state.as_json(), 202)

    def tell_sync(self, request: Request) -> Response:
        from starlette.responses import JSONResponse

        try:
            self._admit(request)
        except KinError as error:
            return _refuse(error)
        assert self._syncs is not None  # there is a collection
        return JSONResponse(self._syncs.state.as_json(), headers={"cache-control": "no-store"})

    # Curators

    async def log_in(self, request: Request) -> Response:
        from starlette.requests import ClientDisconnect

        try:
            self._is_curator(request)
            self._curators.check_origin(request.headers)
            body = bytearray()
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_LOGIN_BYTES:
                    raise NotAdmitted(413, "That is no password.")
            password = body.decode("utf-8", "replace")
            token = self._curators.log_in(password, client_of(request), *_cookies(request))
        except ClientDisconnect:
            return _say("The password did not arrive whole.", 400)
        except KinError as error:
            return _refuse(error)
        answer = _say("Logged in.")
        # A web server in front that does not tell the scheme is no reason to send the cookie in the clear.
        secure = "https" in (request.url.scheme, urlsplit(request.headers.get("origin", "")).scheme)
        for name, value, seconds in (
            (COOKIE, token, SESSION_SECONDS),
            (KNOWN_COOKIE, self._curators.make_known(), KNOWN_SECONDS),
        ):
            answer.set_cookie(name, value, max_age=seconds, httponly=True, samesite="strict", secure=secure)
        return answer

    def log_out(self, request: Request) -> Response:
        try:
            self._is_curator(request)
            self._curators.check_origin(request.headers)
        except NotAdmitted as error:
            return _refuse(error)
        self._curators.log_out(request.cookies.get(COOKIE))
        answer = _say("Logged out.")
        answer.delete_cookie(COOKIE)
        return answer


def _cookies(request: Request) -> tuple[str | None, str | None]:
    return request.cookies.get(COOKIE), request.cookies.get(KNOWN_COOKIE)


def _say(message: str, status: int = 200, **more: str) -> Response:
    from starlette.responses import JSONResponse

    return JSONResponse({"message": message, **more}, status, {"cache-control": "no-store"})


def _refuse(error: KinError) -> Response:
    match error:
        case NotAdmitted():
            answer = _say(str(error), error.status)
            if error.wait:
                answer.headers["retry-after"] = str(int(error.wait) + 1)
            return answer
        case ChangeRefused():
            return _say(str(error), _STATUS_OF[error.why])
        case BuildRunning():
            return _say(str(error), 409)
        case _:
            return _say(str(error), 500)
