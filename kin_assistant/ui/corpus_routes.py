"""The addresses by which the Documents tab lists, adds, removes and syncs."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kin_assistant.corpus.files import MAX_FILE_BYTES
from kin_assistant.corpus.sidecars import SIDECAR_SUFFIX
from kin_assistant.corpus.uploads import ChangeRefused, open_new_file, remove_file
from kin_assistant.documents.reading import SUFFIXES
from kin_assistant.errors import KinError
from kin_assistant.ui.clients import client_of
from kin_assistant.ui.curators import (
    COOKIE,
    KNOWN_COOKIE,
    KNOWN_SECONDS,
    SESSION_SECONDS,
    NotAdmitted,
)
from kin_assistant.ui.desk import Desk, cookies_of, refuse, say
from kin_assistant.ui.documents_tab import library_html
from kin_assistant.ui.inventory import Inventory
from kin_assistant.ui.kept_page import KeptPage

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

    from kin_assistant.ui.served import Served

__all__ = ["MAX_LOGIN_BYTES", "add_corpus_routes"]

MAX_LOGIN_BYTES = 4096


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


def add_corpus_routes(app: FastAPI, served: Served, desk: Desk) -> None:
    """Serve ``/library``, which everybody may read, and ``/corpus/...``, which is for curators."""
    from starlette.convertors import PathConvertor, register_url_convertor

    class AnyName(PathConvertor):
        """The name of a file may hold a line break."""

        regex = "(?s:.*)"

    register_url_convertor("name", AnyName())
    routes = _Routes(served, desk)
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

    def __init__(self, served: Served, desk: Desk) -> None:
        self._served, self._desk = served, desk
        self._pages = _LibraryPages(asks_for_password=desk.collection is not None and desk.curators.asks_for_password)

    # Documents

    def show_library(self, request: Request) -> Response:
        try:
            curator = self._desk.is_curator(request) and self._desk.collection is not None
        except NotAdmitted as error:
            return refuse(error)
        with self._served.lease() as assistant:
            inventory = self._desk.keeper.take(assistant.build, assistant.documents)
        return self._pages.of(inventory, curator=curator).answer(request)

    async def put_file(self, request: Request) -> Response:
        from starlette.concurrency import run_in_threadpool
        from starlette.requests import ClientDisconnect

        body = request.stream()
        try:
            folder = self._desk.admit(request).corpus
            # Said before the file travels, where its length is known.
            length = request.headers.get("content-length", "")
            if length.isdigit() and int(length) > MAX_FILE_BYTES:
                raise ChangeRefused("size", f"The file is larger than {MAX_FILE_BYTES // 1024 // 1024} MB.")
            with open_new_file(folder, request.path_params["path"], SUFFIXES) as arriving:
                async for chunk in body:
                    arriving.write(chunk)
                path = await run_in_threadpool(arriving.finish)
            self._desk.keeper.look_again()
            await run_in_threadpool(self._desk.note, request, "added", path)
        except ClientDisconnect:
            return say("The file did not arrive whole.", 400)
        except KinError as error:
            if isinstance(error, ChangeRefused) and error.why != "size":
                # A browser reads the answer only once it has sent everything.
                with contextlib.suppress(ClientDisconnect):
                    async for _ in body:
                        pass
            return refuse(error)
        return say("Added. It is quoted once the corpus folder has been read.", 201, path=path)

    def delete_file(self, request: Request) -> Response:
        try:
            path = request.path_params["path"]
            folder = self._desk.admit(request).corpus
            remove_file(folder, path)
            # What described the file would describe the next one of its name.
            with contextlib.suppress(ChangeRefused):
                remove_file(folder, path + SIDECAR_SUFFIX)
            self._desk.keeper.look_again()
            self._desk.note(request, "removed", path)
        except KinError as error:
            return refuse(error)
        return say("Removed. It is quoted until the corpus folder has been read.", path=path)

    # Reading the folder

    def start_sync(self, request: Request) -> Response:
        from starlette.responses import JSONResponse

        try:
            self._desk.admit(request)
            state = self._desk.syncs.start()
            self._desk.note(request, "had the corpus folder read")
        except KinError as error:
            return refuse(error)
        return JSONResponse(state.as_json(), 202)

    def tell_sync(self, request: Request) -> Response:
        from starlette.responses import JSONResponse

        try:
            self._desk.admit(request)
        except KinError as error:
            return refuse(error)
        return JSONResponse(self._desk.syncs.state.as_json(), headers={"cache-control": "no-store"})

    # Curators

    async def log_in(self, request: Request) -> Response:
        from starlette.requests import ClientDisconnect

        try:
            self._desk.is_curator(request)
            self._desk.curators.check_origin(request.headers)
            body = bytearray()
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_LOGIN_BYTES:
                    raise NotAdmitted(413, "That is no password.")
            password = body.decode("utf-8", "replace")
            token = self._desk.curators.log_in(password, client_of(request), *cookies_of(request))
        except ClientDisconnect:
            return say("The password did not arrive whole.", 400)
        except KinError as error:
            return refuse(error)
        answer = say("Logged in.")
        # A web server in front that does not tell the scheme is no reason to send the cookie in the clear.
        secure = "https" in (request.url.scheme, urlsplit(request.headers.get("origin", "")).scheme)
        for name, value, seconds in (
            (COOKIE, token, SESSION_SECONDS),
            (KNOWN_COOKIE, self._desk.curators.make_known(), KNOWN_SECONDS),
        ):
            answer.set_cookie(name, value, max_age=seconds, httponly=True, samesite="strict", secure=secure)
        return answer

    def log_out(self, request: Request) -> Response:
        try:
            self._desk.is_curator(request)
            self._desk.curators.check_origin(request.headers)
        except NotAdmitted as error:
            return refuse(error)
        self._desk.curators.log_out(request.cookies.get(COOKIE))
        answer = say("Logged out.")
        answer.delete_cookie(COOKIE)
        return answer
