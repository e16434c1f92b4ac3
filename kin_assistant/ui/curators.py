"""Who may change the documents: whoever is at the machine that serves the page for itself, or knows the password.

A lock slows down who guesses, by client, and nobody else: there is none that holds all. A browser from which somebody has
once logged in counts for itself, whoever guesses from its address.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from kin_assistant.ui.lockout import Lockout, NotAdmitted

__all__ = ["COOKIE", "KNOWN_COOKIE", "KNOWN_SECONDS", "SESSION_SECONDS", "Curators", "NotAdmitted"]

COOKIE = "kin_curator"
SESSION_SECONDS = 8 * 3600
KNOWN_COOKIE = "kin_known"
"""What a browser keeps from which somebody has logged in. It admits nobody."""
KNOWN_SECONDS = 365 * 24 * 3600
_MAX_SESSIONS = 32


class Curators:
    """Admits requests. With a password it must be given, on this machine too: a web server in front makes all look local."""

    def __init__(self, password: str = "", *, on_loopback: bool, clock: Callable[[], float]) -> None:
        self._password = _digest(password) if password else None
        self._seal_key = _derive_key(password) if password else b""
        self._on_loopback = on_loopback
        self._clock = clock
        self._sessions: OrderedDict[bytes, float] = OrderedDict()
        """When each ends, by the hash of its token."""
        self._lockout = Lockout(clock)
        self._lock = threading.Lock()

    @property
    def asks_for_password(self) -> bool:
        """Whether there is one."""
        return self._password is not None

    def knows(self, token: str | None, *, forwarded: bool = False) -> bool:
        """Whether what a curator sees may be shown. One that was ``forwarded`` by a web server is not at this machine."""
        if self._password is not None:
            return self._has_session(token)
        return self._on_loopback and not forwarded

    def admit(self, headers: Mapping[str, str], token: str | None, *, forwarded: bool = False) -> None:
        """Raise ``NotAdmitted`` unless the request comes from our own page and from a curator."""
        self.check_origin(headers)
        if self.knows(token, forwarded=forwarded):
            return
        if self._password is not None:
            raise NotAdmitted(401, "Please log in as a curator first.")
        raise NotAdmitted(
            403, "Documents can be changed here only on the machine that serves the page, or with a curator's password."
        )

    @staticmethod
    def check_origin(headers: Mapping[str, str]) -> None:
        """Raise ``NotAdmitted`` for what another site could have sent: it cannot set our header or hide its origin."""
        origin, site = headers.get("origin"), headers.get("sec-fetch-site", "same-origin")
        foreign = origin is not None and urlsplit(origin).netloc != headers.get("host")
        if headers.get("x-kin-request") != "1" or site != "same-origin" or foreign:
            raise NotAdmitted(403, "This request does not come from the page.")

    def log_in(self, password: str, client: str, token: str | None = None, known: str | None = None) -> str:
        """A token for ``SESSION_SECONDS``. Raises ``NotAdmitted`` if the password is wrong or was tried too often.

        Tries are counted by ``name_client``.
        """
        client = self.name_client(client, token, known)
        with self._lock:
            self._lockout.check(client)
            if self._password is None or not hmac.compare_digest(self._password, _digest(password)):
                self._lockout.count_wrong(client)
                raise NotAdmitted(401, "That is not the curator's password.")
            self._lockout.forget(client)
            made = secrets.token_urlsafe(32)
            self._sessions[_digest(made)] = self._clock() + SESSION_SECONDS
            if len(self._sessions) > _MAX_SESSIONS:
                self._sessions.popitem(last=False)
        return made

    def name_client(self, client: str, token: str | None, known: str | None) -> str:
        """Under which name the tries and requests of an address are counted.

        A browser whose ``token`` is that of a session, or that was made ``known``, counts for itself, whatever others do from
        its address.
        """
        if token and self._has_session(token):
            return f"session {_digest(token).hex()}"
        browser = self._name_of(known or "")
        return f"browser {browser}" if browser else f"client {client}"

    def make_known(self) -> str:
        """What a browser is to keep from which somebody has just logged in: a name of its own, which only we can have given.

        It holds for as long as the password does, over restarts too.
        """
        name = secrets.token_urlsafe(16)
        return f"{name}.{self._seal(name)}"

    def _name_of(self, known: str) -> str:
        """The name of a known browser; empty for what we did not make."""
        name, _, seal = known.partition(".")
        return name if self._seal_key and hmac.compare_digest(_digest(seal), _digest(self._seal(name))) else ""

    def _seal(self, name: str) -> str:
        return hmac.new(self._seal_key, name.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def log_out(self, token: str | None) -> None:
        """End the session of ``token``."""
        with self._lock:
            self._sessions.pop(_digest(token or ""), None)

    def _has_session(self, token: str | None) -> bool:
        # Looked up by hash, so that the time it takes tells nothing about the tokens.
        with self._lock:
            return bool(token) and self._sessions.get(_digest(token or ""), 0.0) > self._clock()


def _derive_key(password: str) -> bytes:
    """Slowly, so that who steals what a known browser keeps cannot try many passwords on it."""
    return hashlib.scrypt(password.encode("utf-8", "surrogatepass"), salt=KNOWN_COOKIE.encode(), n=2**14, r=8, p=1)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
