"""Where curators work: who is let in, the folder and its sync, and how a request is answered or refused."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from kin_assistant.corpus.uploads import ChangeRefused
from kin_assistant.corpus.uploads import Refusal as ChangeRefusal
from kin_assistant.errors import AccountsUnavailable, BuildRunning, KinError
from kin_assistant.practices.submission import PracticeRefused
from kin_assistant.practices.submission import Refusal as PracticeRefusal
from kin_assistant.ui.clients import client_of, is_forwarded
from kin_assistant.ui.curators import COOKIE, KNOWN_COOKIE, Curators, NotAdmitted
from kin_assistant.ui.gate import Gatekeeper, visitor_of
from kin_assistant.ui.inventory import InventoryKeeper
from kin_assistant.ui.ratelimit import RateLimiter, please_wait
from kin_assistant.ui.syncing import Syncs

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from kin_assistant.ui.served import Collection, Served

logger = logging.getLogger(__name__)

__all__ = ["Desk", "cookies_of", "refuse", "say"]

_STATUS_OF_CHANGE: dict[ChangeRefusal, int] = {
    "disk": 507, "empty": 400, "exists": 409, "kind": 415, "missing": 404, "name": 400, "place": 403, "size": 413,
}  # fmt: skip
_STATUS_OF_PRACTICE: dict[PracticeRefusal, int] = {"disk": 507, "faulty": 400, "full": 507, "missing": 404}


class Desk:
    """What the addresses for curators share. ``limiter`` holds all but curators."""

    def __init__(
        self,
        served: Served,
        collection: Collection | None,
        curators: Curators,
        limiter: RateLimiter,
        gatekeeper: Gatekeeper | None = None,
    ) -> None:
        """Without a ``collection`` nothing can be changed. With a ``gatekeeper`` the role of an account decides."""
        self.collection = collection
        self.curators = curators
        self.keeper = InventoryKeeper(
            collection.corpus if collection else None, collection.index if collection else None
        )
        self._limiter, self._gatekeeper = limiter, gatekeeper
        self._syncs = Syncs(collection, served, clock=time.monotonic) if collection else None

    @property
    def syncs(self) -> Syncs:
        """There are some where there is a collection."""
        assert self._syncs is not None
        return self._syncs

    def is_curator(self, request: Request) -> bool:
        """Whether it is a curator. Others are bounded. Raises ``NotAdmitted`` for one of them who asks too often."""
        token, browser = cookies_of(request)
        if self._gatekeeper:
            visitor = visitor_of(request)
            if visitor and visitor.may("curator"):
                return True
        elif self.curators.knows(token, forwarded=is_forwarded(request)):
            return True
        if wait := self._limiter.acquire(self.curators.name_client(client_of(request), token, browser)):
            raise NotAdmitted(429, please_wait(wait), wait=wait)
        return False

    def admit(self, request: Request) -> Collection:
        """The collection, which a curator may change. Raises ``NotAdmitted`` for anybody else."""
        curator = self.is_curator(request)
        if self._gatekeeper:
            self.curators.check_origin(request.headers)
            if not curator:
                raise NotAdmitted(403, "Your account may read. Documents are changed by curators.")
        else:
            self.curators.admit(request.headers, request.cookies.get(COOKIE), forwarded=is_forwarded(request))
        if self.collection is None:
            raise NotAdmitted(403, "This page serves an index without its documents, so they cannot be changed here.")
        return self.collection

    def note(self, request: Request, what: str, document: str = "") -> None:
        """Write into the audit log what was done, where there are accounts. Raises ``AccountsUnavailable``."""
        visitor = visitor_of(request)
        if not self._gatekeeper or not visitor:
            return
        try:
            self._gatekeeper.store.note(visitor.name, what, document, now=self._gatekeeper.now())
        except AccountsUnavailable as error:
            logger.error("%s %s: %s is not in the audit log.", error, what, document)
            raise NotAdmitted(503, "It was done, but could not be written into the audit log.") from error


def cookies_of(request: Request) -> tuple[str | None, str | None]:
    """The token of a session, and the name of a known browser."""
    return request.cookies.get(COOKIE), request.cookies.get(KNOWN_COOKIE)


def say(message: str, status: int = 200, **more: object) -> Response:
    """A sentence as JSON, with what else the page's script needs."""
    from starlette.responses import JSONResponse

    return JSONResponse({"message": message, **more}, status, {"cache-control": "no-store"})


def refuse(error: KinError) -> Response:
    """Why it is not done, with the status that tells other programs."""
    match error:
        case NotAdmitted():
            answer = say(str(error), error.status)
            if error.wait:
                answer.headers["retry-after"] = str(int(error.wait) + 1)
            return answer
        case ChangeRefused():
            return say(str(error), _STATUS_OF_CHANGE[error.why])
        case PracticeRefused():
            return say(str(error), _STATUS_OF_PRACTICE[error.why])
        case BuildRunning():
            return say(str(error), 409)
        case _:
            return say(str(error), 500)
