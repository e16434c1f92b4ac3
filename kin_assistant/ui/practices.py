"""The addresses of the Submit tab, and those by which curators read, accept and decline what was sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from kin_assistant.errors import KinError
from kin_assistant.practices.checks import check
from kin_assistant.practices.document import write_practice
from kin_assistant.practices.queue import PracticeQueue, WaitingPractices
from kin_assistant.practices.reading import read_as_document
from kin_assistant.practices.submission import Submission, parse_submission
from kin_assistant.rendering import practice_form_html, practice_preview_html, waiting_practices_html
from kin_assistant.ui.clients import client_of
from kin_assistant.ui.curators import NotAdmitted
from kin_assistant.ui.desk import Desk, refuse, say
from kin_assistant.ui.ratelimit import QUESTION, TRIFLE, RateLimiter, please_wait

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

__all__ = ["add_practices"]

_POINTS_PER_MINUTE: Final = 60
"""For one client: six practices, or as many previews as anybody reads."""
_PREVIEW: Final = 2 * TRIFLE
_SENDING: Final = QUESTION
_FRESH: Final = {"cache-control": "no-store"}


def add_practices(app: FastAPI, desk: Desk, queue: PracticeQueue | None, *, now: Callable[[], datetime]) -> None:
    """Serve ``/practices``, which has the form, and the addresses below it.

    Everybody may preview and download a practice, and send it where there is a ``queue`` and a collection that it can be
    accepted into. ``now`` gives the time with its zone.
    """
    routes = _Routes(desk, queue, RateLimiter(_POINTS_PER_MINUTE), now)
    for path, method, answer in (
        ("/practices", "GET", routes.show_form),
        ("/practices/preview", "POST", routes.answering(routes.preview, _PREVIEW)),
        ("/practices/practice.md", "POST", routes.answering(routes.download, _PREVIEW)),
        ("/practices/send", "POST", routes.answering(routes.send, _SENDING)),
        ("/practices/waiting", "GET", routes.list_waiting),
        ("/practices/waiting/{practice}", "GET", routes.show_waiting),
        ("/practices/waiting/{practice}", "POST", routes.accept),
        ("/practices/waiting/{practice}", "DELETE", routes.decline),
    ):
        app.add_route(path, answer, methods=[method], include_in_schema=False)


class _Routes:
    """What is answered at each address."""

    def __init__(
        self, desk: Desk, queue: PracticeQueue | None, limiter: RateLimiter, now: Callable[[], datetime]
    ) -> None:
        self._desk, self._queue, self._limiter, self._now = desk, queue, limiter, now

    # For everybody

    def show_form(self, request: Request) -> Response:
        from starlette.responses import HTMLResponse

        try:
            self._spend(request, TRIFLE)
        except NotAdmitted as error:
            return refuse(error)
        can_be_sent = self._queue is not None and self._desk.collection is not None
        return HTMLResponse(practice_form_html(can_be_sent=can_be_sent), headers=_FRESH)

    def answering(
        self, answer: Callable[[Submission], Response], cost: int
    ) -> Callable[[Request], Awaitable[Response]]:
        """Reads what the form sends and lets ``answer`` answer, unless it has faults, which are told instead."""
        from starlette.concurrency import run_in_threadpool
        from starlette.requests import ClientDisconnect

        def respond(data: bytes) -> Response:
            submission = parse_submission(data)
            checked = check(submission, today=self._now().date())
            if checked.faults:
                number = len(checked.faults)
                message = f"{number} thing{'s' if number > 1 else ''} must be put right first."
                faults = [{"field": fault.field, "sentence": fault.sentence} for fault in checked.faults]
                return say(message, 422, faults=faults)
            return answer(submission)

        async def read(request: Request) -> Response:
            try:
                self._spend(request, cost)
                self._desk.curators.check_origin(request.headers)
                return await run_in_threadpool(respond, await request.body())
            except ClientDisconnect:
                return say("The practice did not arrive whole.", 400)
            except KinError as error:
                return refuse(error)

        return read

    def preview(self, submission: Submission) -> Response:
        return self._show(submission, self._now())

    def download(self, submission: Submission) -> Response:
        from starlette.responses import Response

        document = write_practice(submission, self._now())
        headers = _FRESH | {"content-disposition": f'attachment; filename="{document.name}"'}
        return Response(document.markdown, media_type="text/markdown; charset=utf-8", headers=headers)

    def send(self, submission: Submission) -> Response:
        if self._queue is None or self._desk.collection is None:
            raise NotAdmitted(403, "Practices cannot be sent here. Please download yours instead.")
        self._queue.send(submission, self._now())
        return say("Sent. A curator reads it before it is quoted.", 201)

    def _spend(self, request: Request, cost: int) -> None:
        if wait := self._limiter.acquire(client_of(request), cost):
            raise NotAdmitted(429, please_wait(wait), wait=wait)

    # For curators

    def list_waiting(self, request: Request) -> Response:
        from starlette.responses import HTMLResponse

        try:
            self._desk.admit(request)
            # A page that keeps none says so by showing none.
            waiting = self._queue.waiting() if self._queue else WaitingPractices((), ())
            return HTMLResponse(waiting_practices_html(waiting), headers=_FRESH)
        except KinError as error:
            return refuse(error)

    def show_waiting(self, request: Request) -> Response:
        try:
            waiting = self._admit(request).find(request.path_params["practice"])
            return self._show(waiting.submission, waiting.submitted)
        except KinError as error:
            return refuse(error)

    def accept(self, request: Request) -> Response:
        try:
            queue = self._admit(request)
            path = queue.accept(request.path_params["practice"], self._desk.admit(request).corpus)
            self._desk.keeper.look_again()
            self._desk.note(request, "accepted the practice", path)
        except KinError as error:
            return refuse(error)
        try:
            self._desk.syncs.start()
        except KinError as error:
            return say(f"Accepted as {path}. {error} Read the corpus folder once more afterwards.", path=path)
        return say(f"Accepted as {path}. It is quoted once the corpus folder has been read.", path=path)

    def decline(self, request: Request) -> Response:
        try:
            practice = request.path_params["practice"]
            self._admit(request).decline(practice)
            self._desk.note(request, "declined the practice", practice)
        except KinError as error:
            return refuse(error)
        return say("Declined and deleted.")

    def _admit(self, request: Request) -> PracticeQueue:
        """The queue, for a curator. Raises ``NotAdmitted`` for anybody else."""
        self._desk.admit(request)
        if self._queue is None:
            raise NotAdmitted(403, "This page keeps no submitted practices.")
        return self._queue

    @staticmethod
    def _show(submission: Submission, submitted: datetime) -> Response:
        from starlette.responses import HTMLResponse

        document = read_as_document(write_practice(submission, submitted))
        remarks = check(submission, today=submitted.date()).remarks
        return HTMLResponse(practice_preview_html(document, remarks), headers=_FRESH)
