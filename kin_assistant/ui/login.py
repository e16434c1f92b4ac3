"""The pages around an account: the form to log in, who is logged in, and for administrators who changed what.

They are plain HTML and need no script but to be read in another language. Each form sends a random word that also stands
in a cookie, which another site can neither read nor set.
"""

from __future__ import annotations

import hmac
import logging
import re
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import parse_qs, quote, urlsplit

from kin_assistant.accounts.store import AccountStore
from kin_assistant.errors import AccountError, ServeError
from kin_assistant.rendering import render
from kin_assistant.ui.clients import Proxies, client_of
from kin_assistant.ui.components import asset_address
from kin_assistant.ui.gate import SESSION_COOKIE, Gatekeeper, visitor_of
from kin_assistant.ui.head import PageHead
from kin_assistant.ui.lockout import NotAdmitted

if TYPE_CHECKING:
    from fastapi import FastAPI
    from markupsafe import Markup
    from starlette.requests import Request
    from starlette.responses import Response

    from kin_assistant.settings import Settings
    from kin_assistant.ui.served import Served

__all__ = ["FORM_COOKIE", "add_login", "open_gatekeeper"]

FORM_COOKIE: Final = "kin_form"
_WORD: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_MOST_BYTES: Final = 8192
_ENTRIES_SHOWN: Final = 500
_FRESH: Final = {"cache-control": "no-store"}
_UNREADABLE: Final = (
    "The accounts of this page cannot be read just now, so nobody is let in. Please tell whoever runs it."
)

logger = logging.getLogger(__name__)


class _Row(NamedTuple):
    """Of the audit log, as it is shown."""

    when: str
    who: str
    what: str
    document: str


def open_gatekeeper(settings: Settings, proxies: Proxies) -> Gatekeeper | None:
    """None where no accounts are set. Raises ``ServeError`` for settings that contradict each other."""
    if not settings.accounts:
        if settings.proxy_user_header:
            raise ServeError(
                "KIN_PROXY_USER_HEADER needs KIN_ACCOUNTS, the file with the roles. Make it: kin accounts add"
            )
        return None
    if settings.proxy_user_header and not proxies.networks:
        raise ServeError("KIN_PROXY_USER_HEADER needs KIN_TRUSTED_PROXIES: anybody else could write the header.")
    store = AccountStore(Path(settings.accounts))
    try:
        store.find("")
    except AccountError as error:
        # The page starts all the same: it says so to everybody, and lets them in once the file is there.
        logger.error("%s Nobody is let in. Make it with: kin accounts add", error)
    return Gatekeeper(
        store,
        idle=settings.session_idle_minutes * 60,
        longest=settings.session_hours * 3600,
        proxies=proxies,
        user_header=settings.proxy_user_header,
        default_role="reader" if settings.proxy_default_role == "reader" else None,
    )


def add_login(app: FastAPI, served: Served, gatekeeper: Gatekeeper, head: PageHead) -> None:
    """Serve ``/login``, ``/logout``, ``/account`` and ``/audit``."""
    routes = _Routes(served, gatekeeper, head)
    for path, method, answer in (
        ("/login", "GET", routes.show_form),
        ("/login", "POST", routes.log_in),
        ("/logout", "POST", routes.log_out),
        ("/account", "GET", routes.show_account),
        ("/audit", "GET", routes.show_audit),
    ):
        app.add_route(path, answer, methods=[method], include_in_schema=False)


class _Routes:
    """What is answered at each address."""

    def __init__(self, served: Served, gatekeeper: Gatekeeper, head: PageHead) -> None:
        self._served, self._gatekeeper, self._head = served, gatekeeper, head

    def show_form(self, request: Request) -> Response:
        return self._form(request, request.query_params.get("next", ""))

    async def log_in(self, request: Request) -> Response:
        from starlette.concurrency import run_in_threadpool
        from starlette.requests import ClientDisconnect
        from starlette.responses import RedirectResponse

        wanted = name = ""
        try:
            fields = await self._read(request)
            wanted = fields.get("next", "")
            name, password = fields.get("name", ""), fields.get("password", "")
            account = await run_in_threadpool(self._gatekeeper.log_in, name, password, client_of(request))
            session = await run_in_threadpool(self._gatekeeper.begin_session, account)
            # Whoever was logged in in this browser is no more.
            await run_in_threadpool(self._gatekeeper.store.end_session, request.cookies.get(SESSION_COOKIE, ""))
        except ClientDisconnect:
            return self._form(request, wanted, NotAdmitted(400, "The password did not arrive whole."))
        except NotAdmitted as error:
            return self._form(request, wanted, error, name)
        except AccountError as error:
            return self._form(request, wanted, _unavailable(error), name)
        # Below our own address, whatever it says.
        answer = RedirectResponse("./" + quote(wanted, safe="/?=&%+"), 303, _FRESH)
        answer.set_cookie(
            SESSION_COOKIE,
            session,
            max_age=int(self._gatekeeper.longest),
            httponly=True,
            samesite="lax",  # a link in a mail leads to its document, and not to the form
            secure=_is_encrypted(request),
        )
        return answer

    async def log_out(self, request: Request) -> Response:
        from starlette.concurrency import run_in_threadpool
        from starlette.requests import ClientDisconnect
        from starlette.responses import RedirectResponse

        try:
            await self._read(request)
            await run_in_threadpool(self._gatekeeper.store.end_session, request.cookies.get(SESSION_COOKIE, ""))
        except ClientDisconnect:
            return self._form(request, "", NotAdmitted(400, "The request did not arrive whole."))
        except NotAdmitted as error:
            return self._form(request, "", error)
        except AccountError as error:
            return self._form(request, "", _unavailable(error))
        answer = RedirectResponse("./login", 303, _FRESH)
        answer.delete_cookie(SESSION_COOKIE)
        return answer

    def show_account(self, request: Request) -> Response:
        visitor = visitor_of(request)
        assert visitor is not None, "the gate lets nobody else through"
        body = render(
            "accounts.html",
            "account",
            name=visitor.name,
            role=visitor.role,
            sees_audit=visitor.may("administrator"),
            can_log_out=not visitor.by_proxy,
            word=_word_of(request),
        )
        return self._page(request, "Account", body)

    def show_audit(self, request: Request) -> Response:
        visitor = visitor_of(request)
        assert visitor is not None, "the gate lets nobody else through"
        if not visitor.may("administrator"):
            return self._page(request, "Not allowed", _sentence("The audit log is for administrators."), 403)
        try:
            entries = self._gatekeeper.store.entries(_ENTRIES_SHOWN)
        except AccountError as error:
            return self._page(request, "Audit log", _sentence(str(_unavailable(error))), 503)
        rows = [
            _Row(f"{datetime.fromtimestamp(entry.time, UTC):%Y-%m-%d %H:%M:%S}", entry.who, entry.what, entry.document)
            for entry in entries
        ]
        return self._page(request, "Audit log", render("accounts.html", "audit", rows=rows, most=_ENTRIES_SHOWN))

    async def _read(self, request: Request) -> dict[str, str]:
        """The fields of a form of ours. Raises ``NotAdmitted`` for what another site could have sent."""
        origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site", "same-origin")
        if site != "same-origin" or (origin is not None and urlsplit(origin).netloc != request.headers.get("host")):
            raise NotAdmitted(403, "This request does not come from the page.")
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > _MOST_BYTES:
                raise NotAdmitted(413, "That is no name and password.")
        try:
            parsed = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=8)
        except ValueError as error:
            raise NotAdmitted(400, "The form cannot be read.") from error
        fields = {name: values[-1] for name, values in parsed.items()}
        kept, sent = request.cookies.get(FORM_COOKIE, ""), fields.get("word", "")
        if not _WORD.fullmatch(kept) or not hmac.compare_digest(kept.encode(), sent.encode()):
            raise NotAdmitted(403, "The form was open for too long, or cookies are off. Please try again.")
        return fields

    def _form(self, request: Request, wanted: str, error: NotAdmitted | None = None, name: str = "") -> Response:
        refusal = str(error) if error else ""
        body = render("accounts.html", "login", word=_word_of(request), wanted=wanted, name=name, refusal=refusal)
        answer = self._page(request, "Log in", body, error.status if error else 200)
        if error and error.wait:
            answer.headers["retry-after"] = str(int(error.wait) + 1)
        return answer

    def _page(self, request: Request, title: str, body: Markup, status: int = 200) -> Response:
        from starlette.responses import HTMLResponse

        page = render(
            "accounts.html",
            "page",
            site=self._served.build.profile.title,
            title=title,
            head=self._head.html(""),
            style=asset_address("style.css"),
            body=body,
        )
        answer = HTMLResponse(page, status, _FRESH)
        answer.set_cookie(
            FORM_COOKIE, _word_of(request), httponly=True, samesite="strict", secure=_is_encrypted(request)
        )
        return answer


def _word_of(request: Request) -> str:
    """What the forms of this browser send; made when the first of them is shown."""
    kept = request.cookies.get(FORM_COOKIE, "")
    if not _WORD.fullmatch(kept):
        kept = getattr(request.state, "form_word", "") or secrets.token_urlsafe(32)
        request.state.form_word = kept
    return kept


def _is_encrypted(request: Request) -> bool:
    """A web server in front that does not tell the scheme is no reason to send a cookie in the clear."""
    return "https" in (request.url.scheme, urlsplit(request.headers.get("origin", "")).scheme)


def _sentence(words: str) -> Markup:
    return render("accounts.html", "sentence", words=words)


def _unavailable(error: AccountError) -> NotAdmitted:
    logger.error("%s Nobody is let in.", error)
    return NotAdmitted(503, _UNREADABLE)
