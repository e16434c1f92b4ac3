"""``/v1/chat/completions`` and ``/v1/models``, as chat front ends ask them. What answers is no language model."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request, Response

from kin_assistant import __version__
from kin_assistant.api import operations
from kin_assistant.api.admission import Admission, client_of
from kin_assistant.api.problems import say_faults
from kin_assistant.api.requests import MAX_HISTORY, MAX_TEXT, AskRequest, ChatRequest
from kin_assistant.api.responses import Completion, CompletionChoice, CompletionMessage, Model, ModelList
from kin_assistant.errors import QuestionError
from kin_assistant.rendering import answer_markdown

if TYPE_CHECKING:
    from kin_assistant.assistant import Assistant

__all__ = ["MODEL", "make_chat", "question_of"]

MODEL = "kin-assistant"
"""Under this name a front end finds what answers here; whatever name it asks for, this answers."""

_JSON = "application/json"
_EVENTS = "text/event-stream"
_HEADERS = {"cache-control": "no-store"}


def make_chat(admission: Admission, now: Callable[[], datetime]) -> FastAPI:
    """Both as an application, to be mounted at ``CHAT``."""
    app = FastAPI(
        title="KIN Assistant for chat front ends",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    say_faults(app)

    @app.post("/chat/completions", response_model=Completion)
    async def complete(request: Request, asked: ChatRequest) -> Response:
        question = question_of(asked)
        markdown = await admission.run(
            client_of(request),
            "question",
            lambda assistant: answer_markdown(operations.ask(assistant, question), headed=False),
        )
        completion = Completion(
            id=f"chatcmpl-{secrets.token_hex(12)}",
            created=int(now().timestamp()),
            model=MODEL,
            choices=(CompletionChoice(message=CompletionMessage(content=markdown)),),
        )
        if not asked.stream:
            return Response(completion.model_dump_json(), media_type=_JSON, headers=_HEADERS)
        counted = asked.stream_options is not None and asked.stream_options.include_usage
        events = "".join(_events(completion, counted=counted))
        return Response(events, media_type=_EVENTS, headers=_HEADERS)

    @app.get("/models", response_model=ModelList)
    async def models(request: Request) -> Response:
        def listed(assistant: Assistant) -> ModelList:
            built = int(assistant.build.built_at.timestamp())
            return ModelList(data=(Model(id=MODEL, created=built, owned_by=MODEL),))

        found = await admission.run(client_of(request), "trifle", listed)
        return Response(found.model_dump_json(), media_type=_JSON, headers=_HEADERS)

    return app


def question_of(asked: ChatRequest) -> AskRequest:
    """The last message of a user is the question, the ones of users before it its history.

    Raises ``QuestionError`` if no user says anything, or too much at once.
    """
    said = [message.text for message in asked.messages if message.role == "user"]
    if not said:
        raise QuestionError("There is no message of a user. Please send one with the question.")
    *before, question = said
    if len(question) > MAX_TEXT:
        raise QuestionError(f"The question has {len(question):,} characters; at most {MAX_TEXT:,} are read.")
    history = [text[:MAX_TEXT] for text in before if text.strip()]
    return AskRequest(question=question, history=history[-MAX_HISTORY:])


def _events(completion: Completion, *, counted: bool) -> Iterator[str]:
    """The finished answer as a stream: who speaks, a piece for each paragraph, the end."""
    (choice,) = completion.choices

    def chunk(delta: dict[str, str] | None, end: str | None = None) -> str:
        choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": end, "logprobs": None}]
        fields: dict[str, object] = {
            "id": completion.id,
            "object": "chat.completion.chunk",
            "created": completion.created,
            "model": completion.model,
            "choices": choices,
        }
        if counted:
            fields["usage"] = completion.usage.model_dump() if delta is None else None
        return f"data: {json.dumps(fields)}\n\n"

    yield chunk({"role": choice.message.role, "content": ""})
    for piece in choice.message.content.split("\n\n"):
        yield chunk({"content": piece if piece.endswith("\n") else f"{piece}\n\n"})
    yield chunk({}, choice.finish_reason)
    if counted:
        yield chunk(None)
    yield "data: [DONE]\n\n"
