"""Who may change the documents: whoever is at the machine that serves the page for itself, or knows the password.

A lock slows down who guesses, by client, and nobody else: there is none that holds all. A browser from which somebody has
once logged in counts for itself, whoever guesses from its address.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import secrets
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from kin_assistant.errors import KinError

__all__ = ["COOKIE", "KNOWN_COOKIE", "KNOWN_SECONDS", "SESSION_SECONDS", "Curators", "NotAdmitted"]

COOKIE = "kin_curator"
SESSION_SECONDS = 8 * 3600
KNOWN_COOKIE = "kin_known"
"""What a browser keeps from which somebody has logged in. It admits nobody."""
KNOWN_SECONDS = 365 * 24 * 3600
_MAX_SESSIONS = 32
_FREE_TRIES = 5
"""Wrong passwords of one client that cost no wait; the next ones cost twice as much each."""
_FIRST_WAIT = 60.0
_LONGEST_WAIT = 15 * 60.0
_MANY_WRONG = 100
"""Wrong passwords of all clients in ``_LONGEST_WAIT`` that look like guessing from many machines. Then the first wrong one
of a client costs a wait: who knows the password is let in, and of a thousand machines each has one guess."""
_MAX_CLIENTS = 10_000


class NotAdmitted(KinError):
    """A request to change something is refused; ``status`` is the one of the answer."""

    def __init__(self, status: int, message: str, *, wait: float = 0) -> None:
        super().__init__(message)
        self.status = status
        self.wait = wait
        """Seconds after which it may be tried again; 0 where waiting does not help."""


@dataclass(slots=True)
class _Tries:
    """The wrong passwords of one client."""

    wrong: int = 0
    locked_until: float = 0.0
    forgotten_at: float = 0.0


class Curators:
    """Admits requests. With a password it must be given, on this machine too: a web server in front makes all look local."""

    def __init__(self, password: str = "", *, on_loopback: bool, clock: Callable[[], float]) -> None:
        self._password = _digest(password) if password else None
        self._seal_key = _derive_key(password) if password else b""
        self._on_loopback = on_loopback
        self._clock = clock
        self._sessions: OrderedDict[bytes, float] = OrderedDict()
        """When each ends, by the hash of its token."""
        self._tries: OrderedDict[str, _Tries] = OrderedDict()
        self._wrong: deque[float] = deque(maxlen=_MANY_WRONG)
        """When the latest wrong passwords of all clients were given."""
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
        now = self._clock()
        with self._lock:
            tries = self._tries_of(client, now)
            if tries.locked_until > now:
                raise _too_many(tries.locked_until - now)
            if self._password is None or not hmac.compare_digest(self._password, _digest(password)):
                self._count_wrong(tries, now)
                raise NotAdmitted(401, "That is not the curator's password.")
            del self._tries[client]
            made = secrets.token_urlsafe(32)
            self._sessions[_digest(made)] = now + SESSION_SECONDS
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

    def _tries_of(self, client: str, now: float) -> _Tries:
        tries = self._tries.setdefault(client, _Tries())
        self._tries.move_to_end(client)
        if len(self._tries) > _MAX_CLIENTS:
            self._tries.popitem(last=False)
        if tries.forgotten_at <= now:
            tries.wrong = 0
        return tries

    def _count_wrong(self, tries: _Tries, now: float) -> None:
        guessed_at = len(self._wrong) == _MANY_WRONG and self._wrong[0] > now - _LONGEST_WAIT
        self._wrong.append(now)
        tries.wrong += 1
        waits = tries.wrong - (1 if guessed_at else _FREE_TRIES)
        if waits >= 0:
            tries.locked_until = now + min(_FIRST_WAIT * 2 ** min(waits, 10), _LONGEST_WAIT)
        tries.forgotten_at = max(now, tries.locked_until) + _LONGEST_WAIT

    def log_out(self, token: str | None) -> None:
        """End the session of ``token``."""
        with self._lock:
            self._sessions.pop(_digest(token or ""), None)

    def _has_session(self, token: str | None) -> bool:
        # Looked up by hash, so that the time it takes tells nothing about the tokens.
        with self._lock:
            return bool(token) and self._sessions.get(_digest(token or ""), 0.0) > self._clock()


def _too_many(wait: float) -> NotAdmitted:
    minutes = math.ceil(wait / 60)
    return NotAdmitted(
        429, f"Too many wrong passwords. Please wait {minutes} minute{'s' if minutes > 1 else ''}.", wait=wait
    )


def _derive_key(password: str) -> bytes:
    """Slowly, so that who steals what a known browser keeps cannot try many passwords on it."""
    return hashlib.scrypt(password.encode("utf-8", "surrogatepass"), salt=KNOWN_COOKIE.encode(), n=2**14, r=8, p=1)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
