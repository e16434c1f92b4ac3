"""Who may change the documents: whoever is at the machine that serves the page for itself, or knows the password."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from kin_assistant.errors import KinError

__all__ = ["COOKIE", "SESSION_SECONDS", "Curators", "NotAdmitted"]

COOKIE = "kin_curator"
SESSION_SECONDS = 8 * 3600
_MAX_SESSIONS = 32
_TRIES = 5
_TRIES_OF_ALL = 100
"""Of all clients together, since a password can be guessed at from many machines."""
_LOCKED_SECONDS = 15 * 60.0
_MAX_CLIENTS = 10_000
_FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
"""A web server in front says with these that the request comes from elsewhere."""


class NotAdmitted(KinError):
    """A request to change something is refused; ``status`` is the one of the answer."""

    def __init__(self, status: int, message: str, *, wait: float = 0) -> None:
        super().__init__(message)
        self.status = status
        self.wait = wait
        """Seconds after which it may be tried again; 0 where waiting does not help."""


@dataclass(slots=True)
class _Tries:
    wrong: int = 0
    last: float = 0.0


class Curators:
    """Admits requests. With a password it must be given, on this machine too: a web server in front makes all look local."""

    def __init__(self, password: str = "", *, on_loopback: bool, clock: Callable[[], float]) -> None:
        self._password = _digest(password) if password else None
        self._on_loopback = on_loopback
        self._clock = clock
        self._sessions: OrderedDict[bytes, float] = OrderedDict()
        """When each ends, by the hash of its token."""
        self._tries: OrderedDict[str, _Tries] = OrderedDict()
        self._all_tries = _Tries()
        self._lock = threading.Lock()

    @property
    def asks_for_password(self) -> bool:
        """Whether there is one."""
        return self._password is not None

    def knows(self, headers: Mapping[str, str], token: str | None) -> bool:
        """Whether what a curator sees may be shown."""
        if self._password is not None:
            return self._has_session(token)
        return self._on_loopback and not any(name in headers for name in _FORWARDED)

    def admit(self, headers: Mapping[str, str], token: str | None) -> None:
        """Raise ``NotAdmitted`` unless the request comes from our own page and from a curator."""
        self.check_origin(headers)
        if self.knows(headers, token):
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

    def log_in(self, password: str, client: str) -> str:
        """A token for ``SESSION_SECONDS``. Raises ``NotAdmitted`` if the password is wrong or was tried too often."""
        now = self._clock()
        with self._lock:
            tries = self._tries.setdefault(client, _Tries())
            self._tries.move_to_end(client)
            if len(self._tries) > _MAX_CLIENTS:
                self._tries.popitem(last=False)
            for counted, limit in ((tries, _TRIES), (self._all_tries, _TRIES_OF_ALL)):
                if counted.wrong and now - counted.last >= _LOCKED_SECONDS:
                    counted.wrong = 0
                if counted.wrong >= limit:
                    wait = counted.last + _LOCKED_SECONDS - now
                    minutes = int(wait // 60) + 1
                    raise NotAdmitted(429, f"Too many wrong passwords. Please wait {minutes} minutes.", wait=wait)
            if self._password is None or not hmac.compare_digest(self._password, _digest(password)):
                for counted in (tries, self._all_tries):
                    counted.wrong += 1
                    counted.last = now
                raise NotAdmitted(401, "That is not the curator's password.")
            del self._tries[client]
            token = secrets.token_urlsafe(32)
            self._sessions[_digest(token)] = now + SESSION_SECONDS
            if len(self._sessions) > _MAX_SESSIONS:
                self._sessions.popitem(last=False)
        return token

    def log_out(self, token: str | None) -> None:
        """End the session of ``token``."""
        with self._lock:
            self._sessions.pop(_digest(token or ""), None)

    def _has_session(self, token: str | None) -> bool:
        # Looked up by hash, so that the time it takes tells nothing about the tokens.
        with self._lock:
            return bool(token) and self._sessions.get(_digest(token or ""), 0.0) > self._clock()


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
