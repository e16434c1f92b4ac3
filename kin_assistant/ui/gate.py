"""Who is let in where an office has accounts: whoever has a session, a password in the request, or the word of a web server.

Without an accounts file there is no gate. With one that cannot be read, nobody is let in.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from kin_assistant.accounts.passwords import MOST_LETTERS, is_password
from kin_assistant.accounts.roles import ROLES, Role
from kin_assistant.accounts.store import Account, AccountStore, clean_name
from kin_assistant.api.addresses import is_for_programs
from kin_assistant.api.problems import fault_body
from kin_assistant.errors import AccountError, AccountsUnavailable
from kin_assistant.ui.clients import NO_PROXIES, Proxies, client_of, peer_of
from kin_assistant.ui.lockout import Lockout, NotAdmitted, too_many
from kin_assistant.ui.ratelimit import RateLimiter, please_wait

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection, Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["ADDRESSES", "SESSION_COOKIE", "AccountGate", "Gatekeeper", "Visitor", "visitor_of"]

SESSION_COOKIE: Final = "kin_session"
_READ: Final = frozenset({"GET", "HEAD"})
ADDRESSES: Final = {"/account": _READ, "/audit": _READ, "/login": _READ | {"POST"}, "/logout": frozenset({"POST"})}
"""What there is besides where accounts are asked for."""
_OPEN: Final = frozenset(
    {
        "/favicon.ico",
        "/healthz",
        "/login",
        "/logout",
        "/manifest.json",
        "/metrics",
        "/offline",
        "/readyz",
        "/service-worker.js",
    }
)
_OPEN_FOLDER: Final = "/page/"
"""Style, scripts and the words of the page in other languages, none of which is secret; the form needs them."""
_CLOSED: Final = "The accounts of this page cannot be read just now, so nobody is let in. Please tell whoever runs it."
_UNKNOWN: Final = "Please log in first. A session that is not used ends by itself."
_MOST_REMEMBERED: Final = 200
_MOST_CHECKED: Final = 16
"""Passwords that are checked or wait for it; each takes a fifth of a second of a processor."""
_TRIES_PER_MINUTE: Final = 30

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks, and what that account may do."""

    name: str
    role: Role
    by_proxy: bool = False
    """Whether the web server in front says so, which then also logs out."""

    def may(self, role: Role) -> bool:
        """Whether it may do what ``role`` may."""
        return ROLES.index(self.role) >= ROLES.index(role)


def visitor_of(connection: HTTPConnection) -> Visitor | None:
    """Who asks; none where there are no accounts."""
    return getattr(connection.state, "visitor", None)


@dataclass(slots=True)
class Gatekeeper:
    """Tells who asks. ``idle`` and ``longest`` are in seconds, ``now`` in seconds since 1970."""

    store: AccountStore
    idle: float = 3600
    longest: float = 12 * 3600
    proxies: Proxies = NO_PROXIES
    user_header: str = ""
    """Of a web server in front that is one of ``proxies``; of anybody else it counts for nothing."""
    default_role: Role | None = "reader"
    """Of whom it names and who has no account; none to refuse them."""
    now: Callable[[], float] = time.time
    lockout: Lockout = field(default_factory=lambda: Lockout(time.monotonic))
    limiter: RateLimiter = field(default_factory=lambda: RateLimiter(_TRIES_PER_MINUTE))
    """Of one client, whatever names it gives."""
    _checking: set[str] = field(default_factory=set)
    """Tries that are being checked: of one client and account one at a time, so that none is counted late."""
    _remembered: OrderedDict[bytes, str | None] = field(default_factory=OrderedDict)
    """The stored password that a header was found right for, by a hash of the header."""
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def identify(self, connection: HTTPConnection) -> Visitor | None:
        """Who asks, if that is known. Raises ``NotAdmitted`` and ``AccountsUnavailable``."""
        if named := self._named_by_proxy(connection):
            return named
        if session := connection.cookies.get(SESSION_COOKIE):
            account = self.store.use_session(session, now=self.now(), idle=self.idle, longest=self.longest)
            if account:
                return Visitor(account.name, account.role)
        given = connection.headers.get("authorization", "")
        if is_for_programs(connection.url.path) and given[:6].lower() == "basic ":
            return self._read_password(given[6:], client_of(connection))
        self.store.find("")  # an accounts file that cannot be read is said, whoever asks
        return None

    def log_in(self, name: str, password: str, client: str) -> Account:
        """The account. Raises ``NotAdmitted`` if the password is wrong or was tried too often from ``client``."""
        try:
            name = clean_name(name)
        except AccountError:
            name = ""  # nobody has it, and that takes as long
        tried = f"{client} {name}"
        if wait := self.limiter.acquire(client):
            raise NotAdmitted(429, please_wait(wait), wait=wait)
        with self._lock:
            self.lockout.check(tried)
            if tried in self._checking:
                raise too_many(1)
            if len(self._checking) >= _MOST_CHECKED:
                raise NotAdmitted(503, "Many are logging in just now. Please try again in a moment.", wait=5)
            self._checking.add(tried)
        try:
            account = self.store.find(name)
            right = is_password(password[: MOST_LETTERS + 1], account.password if account else None)
        finally:
            with self._lock:
                self._checking.discard(tried)
        with self._lock:
            if account is None or not right:
                self.lockout.count_wrong(tried)
                raise NotAdmitted(401, "This name and this password do not belong together.")
            self.lockout.forget(tried)
        return account

    def begin_session(self, account: Account) -> str:
        """The id of a new session."""
        return self.store.begin_session(account, now=self.now())

    def _named_by_proxy(self, connection: HTTPConnection) -> Visitor | None:
        if not self.user_header or not self.proxies.trusts(peer_of(connection)):
            return None
        given = [value for value in connection.headers.getlist(self.user_header) if value.strip()]
        if not given:
            return None
        try:
            if len(given) > 1:
                raise AccountError("The web server in front names several users.")
            name = clean_name(given[0])
        except AccountError as error:
            raise NotAdmitted(403, f"The web server in front says something that is no name. {error}") from error
        account = self.store.find(name)
        role = account.role if account else self.default_role
        if role is None:
            raise NotAdmitted(403, "You have no account here. Please ask whoever runs this page for one.")
        return Visitor(name, role, by_proxy=True)

    def _read_password(self, encoded: str, client: str) -> Visitor:
        """Of HTTP's basic scheme. What was right once is remembered, until the account changes."""
        try:
            name, _, password = base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
            name = clean_name(name)
        except (binascii.Error, UnicodeDecodeError, AccountError) as error:
            raise NotAdmitted(401, "The Authorization header cannot be read.") from error
        seen = hmac.new(self._key, f"{name}:{password}".encode(), hashlib.sha256).digest()
        account = self.store.find(name)
        if account is None or account.password is None or self._remembered.get(seen) != account.password:
            account = self.log_in(name, password, client)
            with self._lock:
                self._remembered[seen] = account.password
                if len(self._remembered) > _MOST_REMEMBERED:
                    self._remembered.popitem(last=False)
        return Visitor(account.name, account.role)


class AccountGate:
    """ASGI middleware. Who is not known is led to the form, or told so where a program asks."""

    def __init__(self, app: ASGIApp, gatekeeper: Gatekeeper) -> None:
        self._app, self._gatekeeper = app, gatekeeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        from starlette.concurrency import run_in_threadpool
        from starlette.requests import Request

        if scope["type"] != "http" or scope["path"] in _OPEN or scope["path"].startswith(_OPEN_FOLDER):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            visitor = await run_in_threadpool(self._gatekeeper.identify, request)
        except AccountError as error:
            if isinstance(error, AccountsUnavailable):
                logger.error("%s Nobody is let in.", error)
            await _refuse(request, NotAdmitted(503, _CLOSED))(scope, receive, send)
        except NotAdmitted as error:
            await _refuse(request, error)(scope, receive, send)
        else:
            if visitor is None:
                await _ask_to_log_in(request)(scope, receive, send)
            else:
                state = {**scope.get("state", {}), "visitor": visitor}
                await self._app({**scope, "state": state}, receive, send)


def _ask_to_log_in(request: Request) -> Response:
    from starlette.responses import RedirectResponse

    path = request.url.path
    if request.method not in _READ or "text/html" not in request.headers.get("accept", ""):
        return _refuse(request, NotAdmitted(401, _UNKNOWN))
    wanted = path[1:] + (f"?{request.url.query}" if request.url.query else "")
    # Relative, since the page may stand below a folder of a site.
    target = "../" * (path.count("/") - 1) + "login" + (f"?next={quote(wanted, safe='')}" if wanted else "")
    return RedirectResponse(target, 303, {"cache-control": "no-store"})


def _refuse(request: Request, error: NotAdmitted) -> Response:
    """In the form that whoever asks expects: programs, Gradio's script (``detail``), ours (``message``), or a browser."""
    from starlette.responses import JSONResponse, PlainTextResponse, Response

    headers = {"cache-control": "no-store"}
    if error.wait:
        headers["retry-after"] = str(int(error.wait) + 1)
    if is_for_programs(request.url.path):
        if error.status == 401:
            headers["www-authenticate"] = 'Basic realm="KIN Assistant", charset="UTF-8"'
        kind, body = fault_body(request.url.path, error.status, str(error))
        return Response(body, error.status, headers, kind)
    if "text/html" in request.headers.get("accept", ""):
        return PlainTextResponse(f"{error}\n", error.status, headers)
    return JSONResponse({"message": str(error), "detail": str(error)}, error.status, headers)
