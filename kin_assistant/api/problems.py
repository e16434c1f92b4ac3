"""What is said when something cannot be done: a status and one sentence, in the form that whoever asks expects."""

from __future__ import annotations

import json
import logging
import math
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from kin_assistant.api.addresses import is_for_chat, is_for_mcp
from kin_assistant.api.operations import UnknownDocument
from kin_assistant.api.responses import Problem
from kin_assistant.errors import (
    AnswerTimeout,
    ComparisonError,
    FilterError,
    IndexFault,
    KinError,
    QuestionError,
    ResourceError,
)
from kin_assistant.rendering import plain

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Scope, Send

__all__ = ["PROBLEM", "Fault", "Refused", "explain_errors", "fault_body", "fault_of", "say_faults", "send_fault"]

PROBLEM = "application/problem+json"
"""The kind of content that RFC 9457 gives a fault."""

_JSON = "application/json"
_MAX_NAME = 80
_KIND_OF_SEVERAL = re.compile(r"(constrained-)?str|list\[.*\]")
"""Where a field may be of several kinds, pydantic's place of an error ends with the kind that was tried."""
_TRY_AGAIN_SECONDS = 60.0
_WRONG_REQUEST, _INTERNAL = -32600, -32603
"""Codes of JSON-RPC."""
_TITLES = {413: "Content Too Large", 422: "Unprocessable Content"}
"""Where an older Python has an older name for a status."""
_WORDS = {
    400: "The request cannot be read.",
    404: "There is nothing here.",
    405: "That cannot be done here.",
}
"""What is said of faults that FastAPI notices."""

logger = logging.getLogger(__name__)


class Refused(KinError):
    """A request is turned away before anything is done for it."""

    def __init__(self, status: int, message: str, *, wait: float = 0.0) -> None:
        """``wait``: the seconds after which it may be tried again; 0 where that does not help."""
        super().__init__(message)
        self.status, self.wait = status, wait


@dataclass(frozen=True, slots=True)
class Fault:
    """What is said of one."""

    status: int
    sentence: str
    wait: float = 0.0
    """Seconds after which it may be tried again; 0 where that does not help."""

    @property
    def headers(self) -> dict[str, str]:
        """Those that go with it."""
        headers = {"cache-control": "no-store"}
        return headers | {"retry-after": str(math.ceil(self.wait))} if self.wait else headers


def fault_of(error: KinError) -> Fault:
    """What is said of ``error``, which has a sentence of its own."""
    match error:
        case Refused():
            return Fault(error.status, str(error), error.wait)
        case UnknownDocument():
            return Fault(404, str(error))
        case QuestionError() | FilterError() | ComparisonError():
            return Fault(422, str(error))
        case AnswerTimeout() | ResourceError() | IndexFault():
            return Fault(503, str(error), _TRY_AGAIN_SECONDS)
        case _:
            return Fault(500, str(error))


def fault_body(path: str, status: int, sentence: str = "") -> tuple[str, bytes]:
    """Kind of content and content of a fault at ``path``; without a ``sentence``, with what the status says."""
    sentence = sentence or _WORDS.get(status, f"{_title(status)}.")
    if is_for_chat(path):
        kind = "rate_limit_error" if status == 429 else "server_error" if status >= 500 else "invalid_request_error"
        error = {"message": sentence, "type": kind, "param": None, "code": None}
        return _JSON, json.dumps({"error": error}).encode("ascii")
    if is_for_mcp(path):
        code = _INTERNAL if status >= 500 else _WRONG_REQUEST
        message = {"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": sentence}}
        return _JSON, json.dumps(message).encode("ascii")
    problem = Problem(title=_title(status), status=status, detail=sentence)
    return PROBLEM, json.dumps(problem.model_dump(mode="json")).encode("ascii")


async def send_fault(scope: Scope, send: Send, fault: Fault) -> None:
    """Answer a request of ASGI with ``fault``."""
    kind, body = fault_body(scope["path"], fault.status, fault.sentence)
    headers = [(b"content-type", kind.encode("ascii"))]
    headers += [(name.encode("ascii"), value.encode("ascii")) for name, value in fault.headers.items()]
    await send({"type": "http.response.start", "status": fault.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def explain_errors(errors: Sequence[Mapping[str, Any]], *, within: int = 0) -> str:
    """A sentence on the first of pydantic's ``errors``. What was sent is not repeated, but for the name of a field.

    So many parts of its place lead to the request itself: ``within``.
    """
    first = errors[0]
    if first["type"] == "json_invalid":
        return "The request is no valid JSON."
    where = (str(part) for part in first["loc"][within:])
    name = plain(".".join(part for part in where if not _KIND_OF_SEVERAL.fullmatch(part)))[:_MAX_NAME]
    if first["type"] == "extra_forbidden":
        return f"There is no field “{name}”."
    if first["type"] == "missing":
        return f"The field “{name}” is missing." if name else "The request has no body."
    said = first["msg"][:1].lower() + first["msg"][1:]
    return f"The field “{name}” is wrong: {said}." if name else f"The request is wrong: {said}."


def say_faults(app: FastAPI) -> None:
    """Let ``app`` answer every fault with its sentence. What was not foreseen is logged under a reference."""
    from fastapi.exceptions import RequestValidationError
    from starlette.exceptions import HTTPException

    def foreseen(request: Request, error: Exception) -> Response:
        assert isinstance(error, KinError)
        logger.info("%s: %s", type(error).__name__, plain(error.details))
        return _response(request, fault_of(error))

    def malformed(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        wrong = error.errors()
        return _response(
            request, Fault(400 if wrong[0]["type"] == "json_invalid" else 422, explain_errors(wrong, within=1))
        )

    def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return _response(request, Fault(error.status_code, ""), dict(error.headers or {}))

    def unforeseen(request: Request, _error: Exception) -> Response:
        # The traceback is logged by the server, which gets the error after the answer is sent.
        reference = secrets.token_hex(3).upper()
        logger.error("Reference %s: the traceback follows.", reference)
        sentence = f"Something went wrong (reference {reference}). Please try again."
        return _response(request, Fault(500, sentence))

    app.add_exception_handler(KinError, foreseen)
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(Exception, unforeseen)


def _response(request: Request, fault: Fault, headers: Mapping[str, str] | None = None) -> Response:
    from starlette.responses import Response

    kind, body = fault_body(request.scope["path"], fault.status, fault.sentence)
    return Response(body, fault.status, {**fault.headers, **(headers or {})}, media_type=kind)


def _title(status: int) -> str:
    return _TITLES.get(status) or HTTPStatus(status).phrase
