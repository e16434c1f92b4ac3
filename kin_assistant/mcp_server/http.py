"""The server over HTTP (Streamable HTTP), at an address of the page's application.

Each message is answered by itself, as JSON. There are no sessions and no streams: tools change nothing and are done at once, so
there is nothing that a server would have to remember or to announce.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kin_assistant.api.addresses import MCP
from kin_assistant.api.admission import client_of
from kin_assistant.api.arrival import Arrival
from kin_assistant.api.problems import Fault, Refused, fault_of, send_fault
from kin_assistant.errors import ServeError
from kin_assistant.mcp_server.server import check_package, make_server
from kin_assistant.mcp_server.tools import Call, Told

if TYPE_CHECKING:
    from fastapi import FastAPI
    from mcp.types import JSONRPCRequest
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from kin_assistant.api.admission import Admission

__all__ = ["add_mcp"]

_VERSION = "mcp-protocol-version"
_JSON = "application/json"
_TOOL_CALL = "tools/call"


def add_mcp(app: FastAPI, admission: Admission, *, origins: frozenset[str]) -> None:
    """Serve the tools in ``app``; where the package ``mcp`` is not installed, say so to whoever asks.

    A call of a tool pays and waits as the same request to the REST API does. Scripts of the web ``origins`` may ask.
    """
    from starlette.routing import Route

    part: ASGIApp
    try:
        check_package()
    except ServeError:
        part = _not_installed
    else:
        part = _Messages(admission)
    app.router.routes.append(Route(MCP, Arrival(part, origins), methods=["POST"]))


async def _not_installed(scope: Scope, _: Receive, send: Send) -> None:
    sentence = "MCP is not served here: the server lacks the extra “kin-assistant[mcp]”."
    await send_fault(scope, send, Fault(501, sentence))


class _Messages:
    """The address as an ASGI application. A message that reaches it has arrived whole."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._server = make_server(self._run)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from starlette.requests import Request
        from starlette.responses import Response

        request = Request(scope, receive)
        try:
            _check_version(request)
            body = await request.body()
            asked = _read_request(body)
            known = asked is not None and _is_known(asked)
            if not (asked and known and asked.method == _TOOL_CALL):  # which pays when it is let in
                self._admission.pay(client_of(request), "trifle")
        except Refused as refused:
            await send_fault(scope, send, fault_of(refused))
            return
        if asked is None:
            await Response(status_code=202)(scope, receive, send)
        elif known:
            await self._answer(scope, body, send)
        else:
            await Response(_wrong(asked), media_type=_JSON)(scope, receive, send)

    async def _answer(self, scope: Scope, body: bytes, send: Send) -> None:
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        async def replay() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def unstored(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], (b"cache-control", b"no-store")]}
            await send(message)

        # Whatever is accepted, JSON comes, as from the REST API; the package would refuse “*/*”.
        headers = [header for header in scope["headers"] if header[0] != b"accept"]
        headers.append((b"accept", _JSON.encode("ascii")))
        # For this message alone, so that nothing is kept. The package's own guard against foreign names and origins stays off,
        # which is its default: the server has looked at the name, ``Arrival`` at the origin.
        manager = StreamableHTTPSessionManager(self._server, json_response=True, stateless=True)
        async with manager.run():
            await manager.handle_request({**scope, "headers": headers}, replay, unstored)

    async def _run(self, call: Call, request: Request | None) -> Told:
        assert request is not None
        return await self._admission.run(client_of(request), call.tool.cost, call.run)


def _check_version(request: Request) -> None:
    """Raise ``Refused`` for a version of the protocol that the package does not speak. Who names none speaks an early one."""
    from mcp.shared.version import SUPPORTED_PROTOCOL_VERSIONS

    version = request.headers.get(_VERSION)
    if version is not None and version not in SUPPORTED_PROTOCOL_VERSIONS:
        spoken = ", ".join(SUPPORTED_PROTOCOL_VERSIONS)
        raise Refused(400, f"This version of the protocol is not spoken here. These are: {spoken}.")


def _read_request(body: bytes) -> JSONRPCRequest | None:
    """What asks for something; None for what only tells something, which nobody here waits for.

    Raises ``Refused`` for what is no message.
    """
    from mcp.types import JSONRPCMessage, JSONRPCRequest
    from pydantic import ValidationError

    try:
        message = JSONRPCMessage.model_validate_json(body).root
    except ValidationError as error:
        if error.errors(include_url=False)[0]["type"] == "json_invalid":
            raise Refused(400, "The request is no valid JSON.") from None
        raise Refused(400, "The request is no message of JSON-RPC 2.0. Send one message at a time.") from None
    return message if isinstance(message, JSONRPCRequest) else None


def _is_known(asked: JSONRPCRequest) -> bool:
    """Whether the protocol knows the method and its parameters. The package would log the others with what they hold."""
    from mcp.types import ClientRequest
    from pydantic import ValidationError

    try:
        ClientRequest.model_validate(asked.model_dump(by_alias=True, mode="json", exclude_none=True))
    except ValidationError:
        return False
    return True


def _wrong(asked: JSONRPCRequest) -> str:
    from mcp.types import INVALID_PARAMS, ErrorData, JSONRPCError

    sentence = "The protocol has no such method, or a parameter of it is missing or wrong."
    fault = JSONRPCError(jsonrpc="2.0", id=asked.id, error=ErrorData(code=INVALID_PARAMS, message=sentence))
    return fault.model_dump_json(by_alias=True, exclude_none=True)
