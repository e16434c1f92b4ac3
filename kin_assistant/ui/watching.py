"""The Watched tab: questions that a browser keeps are asked again, to show what their answers have gained and lost.

The browser keeps what ``kin watch-questions`` keeps in its two files: the questions, and what was quoted last. What it sends
back may be anything. It is read as strictly as the files are, and no sentence of it is shown as a quote unless its document
has it now.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from kin_assistant.errors import KinError
from kin_assistant.rendering import change_html, describe_filters, plain
from kin_assistant.standing.files import answers_json, question_line, read_questions
from kin_assistant.standing.values import StandingQuestion
from kin_assistant.ui.callbacks import Callbacks
from kin_assistant.ui.clients import client_of
from kin_assistant.ui.ratelimit import QUESTION, TRIFLE, RateLimiter, please_wait
from kin_assistant.ui.turns import Turn

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.datastructures import QueryParams
    from starlette.requests import Request
    from starlette.responses import Response

__all__ = ["add_watching", "watched_line"]


def watched_line(turn: Turn) -> str:
    """The line of a file of questions that asks what ``turn`` was searched as; empty if there is no answer."""
    if turn.answer is None:
        return ""
    return question_line(StandingQuestion(question=turn.answer.standalone_question, filters=turn.filters))


def add_watching(app: FastAPI, callbacks: Callbacks, limiter: RateLimiter) -> None:
    """Serve ``/watched/review`` and ``/watched/questions``, to which forms are posted.

    The first asks the question of ``line`` and tells how its answer differs from ``kept``, as JSON with the HTML to show and
    what to keep then; it costs as much as a question. The second gives the lines of the file of questions ``text``.
    """
    from starlette.concurrency import run_in_threadpool
    from starlette.datastructures import QueryParams
    from starlette.responses import JSONResponse, PlainTextResponse

    def review(form: QueryParams) -> Response:
        found = callbacks.review(form.get("line", ""), form.get("kept", ""))
        if isinstance(found, str):
            return PlainTextResponse(found, 400)
        told, kept = found
        (change,) = told.changes
        words = {"html": change_html(change, told.build_id), "kept": answers_json(kept).decode(), "state": change.state}
        return JSONResponse(words, headers={"cache-control": "no-store"})

    def read(form: QueryParams) -> Response:
        try:
            questions = read_questions(form.get("text", "").encode(errors="replace"), "The file")
        except KinError as error:
            return PlainTextResponse(str(error), 400)
        lines = [{"line": question_line(one), "name": _name_question(one)} for one in dict.fromkeys(questions)]
        return JSONResponse(lines, headers={"cache-control": "no-store"})

    def add_route(path: str, cost: int, answer: Callable[[QueryParams], Response]) -> None:
        async def respond(request: Request) -> Response:
            if wait := limiter.acquire(client_of(request), cost):
                return PlainTextResponse(please_wait(wait), 429, {"retry-after": str(math.ceil(wait))})
            return await run_in_threadpool(answer, QueryParams(await request.body()))

        app.add_route(path, respond, methods=["POST"], include_in_schema=False)

    add_route("/watched/review", QUESTION, review)
    add_route("/watched/questions", TRIFLE, read)


def _name_question(asked: StandingQuestion) -> str:
    """The question, and where it is looked for."""
    filters = describe_filters(asked.filters)
    return plain(f"{asked.question} ({filters})" if filters else asked.question)
