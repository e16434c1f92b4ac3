"""The server with its tools, which any transport can serve."""

from __future__ import annotations

import functools
import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from kin_assistant import __version__
from kin_assistant.errors import KinError, ServeError
from kin_assistant.mcp_server.tools import TOOLS, Call, Told, read_call
from kin_assistant.rendering import plain

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server
    from starlette.requests import Request

__all__ = ["Run", "check_package", "make_server"]

_ABOUT = (
    "Answers questions from a stored body of public documents with sentences quoted word for word, each cited. Nothing is "
    "generated. Quote what is given without changing it, and give its reference. If an answer says that the documents do not "
    "say something, say so too."
)

logger = logging.getLogger(__name__)

Run = Callable[[Call, "Request | None"], Awaitable[Told]]
"""Lets a call be worked on; it is given the HTTP request that brought the call, if one did."""


def check_package() -> None:
    """Raise ``ServeError`` if the package ``mcp``, which few need, is not installed."""
    try:
        import mcp  # noqa: F401
    except ModuleNotFoundError as error:
        raise ServeError(
            'The package "mcp" is not installed. Run: pip install "kin-assistant[mcp]"', details=repr(error)
        ) from error


def make_server(run: Run) -> Server[Any, Any]:
    """The server, for whatever transport. Its tools are worked on by ``run``."""
    from mcp.server.lowlevel import Server
    from mcp.types import CallToolRequest, CallToolResult, ServerResult, TextContent, Tool, ToolAnnotations

    @functools.cache
    def listed() -> list[Tool]:
        return [
            Tool(
                name=tool.name,
                description=tool.about,
                inputSchema=tool.asked.model_json_schema(),
                outputSchema=tool.answered.model_json_schema(mode="serialization"),
                annotations=ToolAnnotations(readOnlyHint=True, idempotentHint=True, openWorldHint=False),
            )
            for tool in TOOLS
        ]

    server: Server[Any, Any] = Server("kin-assistant", version=__version__, instructions=_ABOUT)

    @server.list_tools()  # type: ignore[no-untyped-call, untyped-decorator]
    async def list_tools() -> list[Tool]:
        return listed()

    async def call_tool(request: CallToolRequest) -> ServerResult:
        asked = request.params
        told, fault = await _told(run, asked.name, asked.arguments or {}, server.request_context.request)
        return ServerResult(
            CallToolResult(
                content=[TextContent(type="text", text=told.text if told else fault)],
                structuredContent=told.structured if told else None,
                isError=told is None,
            )
        )

    # The package's decorator would compare each result with its schema, while everybody else waits, and log the names of tools
    # that there are not. That results fit their schemas is tested.
    server.request_handlers[CallToolRequest] = call_tool
    return server


async def _told(run: Run, name: str, arguments: dict[str, Any], request: Request | None) -> tuple[Told | None, str]:
    """What a call gives, or else a sentence why not."""
    try:
        return await run(read_call(name, arguments), request), ""
    except KinError as error:
        logger.info("%s: %s", type(error).__name__, plain(error.details))
        return None, str(error)
    except Exception:  # the client gets a sentence, the log the traceback
        reference = secrets.token_hex(3).upper()
        logger.exception("Reference %s", reference)
        return None, f"Something went wrong (reference {reference}). Please try again."
