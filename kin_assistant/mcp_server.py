"""The assistant as a server of the Model Context Protocol, for programs that hand tools to a language model.

``kin mcp`` serves it over standard input and output. The tools ask, search, compare, find peers, list money and commitments,
make a package and open a document; none changes anything. What they give is quoted from the documents and cited, as text and as
structured content of the same shapes as the REST API's.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

from pydantic import BaseModel, ValidationError

from kin_assistant import __version__
from kin_assistant.api import operations
from kin_assistant.api.problems import explain_errors
from kin_assistant.api.requests import (
    AskRequest,
    CommitmentsRequest,
    CompareRequest,
    MoneyRequest,
    OpenRequest,
    PackageRequest,
    PeersRequest,
    SearchRequest,
)
from kin_assistant.api.responses import AnswerWithText, DocumentPiece
from kin_assistant.briefs.brief import Brief
from kin_assistant.commitments.values import Commitments
from kin_assistant.contributions.values import Contributions
from kin_assistant.errors import KinError, ServeError
from kin_assistant.peers.values import Peers
from kin_assistant.rendering import (
    answer_markdown,
    brief_markdown,
    commitments_text,
    comparison_markdown,
    contributions_text,
    peers_markdown,
    plain,
    search_text,
)
from kin_assistant.types import Comparison, SearchResult

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server

    from kin_assistant.assistant import Assistant

__all__ = ["MAX_LINE_BYTES", "check_package", "make_server", "serve_stdio"]

MAX_LINE_BYTES = 1_000_000
"""Of a message that comes in."""
_PIECE = 64 * 1024
_LINES_AHEAD = 16
"""Messages that are read before they are worked on."""
_AT_ONCE = 2
"""Tools that run at the same time; further calls wait."""
_ABOUT = (
    "Answers questions from a stored body of public documents with sentences quoted word for word, each cited. Nothing is "
    "generated. Quote what is given without changing it, and give its reference. If an answer says that the documents do not "
    "say something, say so too."
)

logger = logging.getLogger(__name__)

Borrow = Callable[[], AbstractContextManager["Assistant"]]


@dataclass(frozen=True, slots=True)
class _Tool:
    """What a client may call."""

    name: str
    about: str
    asked: type[BaseModel]
    answered: type[BaseModel]
    run: Callable[[Assistant, Any], BaseModel]
    """Takes a value of ``asked`` and gives one of ``answered``."""
    as_text: Callable[[Any], str]


def _piece_text(piece: DocumentPiece) -> str:
    info = piece.document
    where = f"{info.title} ({info.id}), characters {piece.start} to {piece.end} of {piece.of}"
    return f"{plain(where)}\n\n{plain(piece.text)}"


_TOOLS = (
    _Tool(
        "ask",
        "Answer a question in English with quoted, cited sentences, or say why the documents do not.",
        AskRequest,
        AnswerWithText,
        operations.ask,
        answer_markdown,
    ),
    _Tool(
        "search",
        "Find the passages nearest to a query, best first.",
        SearchRequest,
        SearchResult,
        operations.search,
        search_text,
    ),
    _Tool(
        "compare",
        "Put side by side what cities did about a topic: each cell has quoted sentences of that city’s documents, or none.",
        CompareRequest,
        Comparison,
        operations.compare,
        comparison_markdown,
    ),
    _Tool(
        "find_peers",
        "Tell what cities like the one of a situation did, what makes them alike and what does not, with quoted sentences.",
        PeersRequest,
        Peers,
        operations.find_peers,
        peers_markdown,
    ),
    _Tool(
        "list_money",
        "List who paid, what for, how much and as what, and who took part, by topic, city or funder, each in its sentence.",
        MoneyRequest,
        Contributions,
        operations.list_money,
        contributions_text,
    ),
    _Tool(
        "list_commitments",
        "List what cities and bodies said they would do, by when, and what sentences of later years say of it.",
        CommitmentsRequest,
        Commitments,
        operations.list_commitments,
        commitments_text,
    ),
    _Tool(
        "make_package",
        "Put all that a document tells of a practice into one text: why, steps, partners, costs, results, conditions, contacts.",
        PackageRequest,
        Brief,
        lambda assistant, asked: operations.make_package(assistant, asked.document_id),
        brief_markdown,
    ),
    _Tool(
        "open_document",
        "Read a piece of a document, whose id a citation or a passage names.",
        OpenRequest,
        DocumentPiece,
        operations.open_piece,
        _piece_text,
    ),
)


def check_package() -> None:
    """Raise ``ServeError`` if the package ``mcp``, which few need, is not installed."""
    try:
        import mcp  # noqa: F401
    except ModuleNotFoundError as error:
        raise ServeError(
            'The package "mcp" is not installed. Run: pip install "kin-assistant[mcp]"', details=repr(error)
        ) from error


def serve_stdio(borrow: Borrow) -> None:
    """Serve until the client closes standard input. ``borrow`` lends the assistant that answers now.

    Raises ``ServeError`` as ``check_package`` does.
    """
    check_package()
    with _protocol_alone_on_stdout() as protocol:
        asyncio.run(_serve(make_server(borrow), protocol))


def make_server(borrow: Borrow) -> Server[Any, Any]:
    """The server with its tools, for whatever transport."""
    from mcp.server.lowlevel import Server
    from mcp.types import TextContent, Tool, ToolAnnotations

    server: Server[Any, Any] = Server("kin-assistant", version=__version__, instructions=_ABOUT)
    tools = {tool.name: tool for tool in _TOOLS}
    running = asyncio.Semaphore(_AT_ONCE)

    @server.list_tools()  # type: ignore[no-untyped-call, untyped-decorator]
    async def list_tools() -> list[Tool]:
        return [
            Tool(
                name=tool.name,
                description=tool.about,
                inputSchema=tool.asked.model_json_schema(),
                outputSchema=tool.answered.model_json_schema(mode="serialization"),
                annotations=ToolAnnotations(readOnlyHint=True, idempotentHint=True, openWorldHint=False),
            )
            for tool in _TOOLS
        ]

    @server.call_tool(validate_input=False)  # type: ignore[untyped-decorator]
    async def call_tool(name: str, arguments: dict[str, Any]) -> tuple[Sequence[TextContent], dict[str, Any]]:
        # Whatever is raised here is told to the client in its words.
        if name not in tools:
            raise KinError(f"There is no tool “{plain(name)[:80]}”.")
        tool = tools[name]
        try:
            asked = tool.asked.model_validate(arguments)
        except ValidationError as error:
            raise KinError(explain_errors(error.errors(include_url=False))) from None
        async with running:
            found = await asyncio.to_thread(_run, borrow, tool, asked)
        return [TextContent(type="text", text=tool.as_text(found))], found.model_dump(mode="json")

    return server


def _run(borrow: Borrow, tool: _Tool, asked: BaseModel) -> BaseModel:
    try:
        with borrow() as assistant:
            return tool.run(assistant, asked)
    except KinError as error:
        logger.info("%s: %s", type(error).__name__, plain(error.details))
        raise
    except Exception as error:  # the client gets a sentence, the log the traceback
        reference = secrets.token_hex(3).upper()
        logger.exception("Reference %s", reference)
        raise KinError(f"Something went wrong (reference {reference}). Please try again.") from error


async def _serve(server: Server[Any, Any], protocol: TextIO) -> None:
    import anyio
    from mcp.server.stdio import stdio_server

    lines: Any = _Lines(sys.stdin.fileno(), asyncio.get_running_loop())  # all that is asked of a file is its lines
    async with stdio_server(lines, anyio.wrap_file(protocol)) as (read, write):
        await server.run(read, write, server.create_initialization_options())


class _Lines:
    """The lines that come in, which are waited for in a thread of their own.

    Whoever waits for input in a thread of the event loop cannot leave: the program would not end with a signal.
    """

    def __init__(self, descriptor: int, loop: asyncio.AbstractEventLoop) -> None:
        self._descriptor, self._loop = descriptor, loop
        self._waiting: asyncio.Queue[str | None] = asyncio.Queue(_LINES_AHEAD)
        threading.Thread(target=self._read, name="kin-mcp-input", daemon=True).start()

    def __aiter__(self) -> _Lines:
        return self

    async def __anext__(self) -> str:
        line = await self._waiting.get()
        if line is None:
            raise StopAsyncIteration
        return line

    def _read(self) -> None:
        with contextlib.suppress(RuntimeError, CancelledError):  # the loop has ended, and nobody waits any more
            for line in _split(self._descriptor):
                self._pass_on(line.decode("utf-8", "replace"))
            self._pass_on(None)

    def _pass_on(self, line: str | None) -> None:
        asyncio.run_coroutine_threadsafe(self._waiting.put(line), self._loop).result()


def _split(descriptor: int) -> Iterator[bytes]:
    """The lines of a file, without those that are too long, until it ends."""
    begun = bytearray()
    while read := os.read(descriptor, _PIECE):
        *whole, rest = read.split(b"\n")
        for end in whole:
            begun += end
            if len(begun) <= MAX_LINE_BYTES:
                yield bytes(begun)
            else:
                logger.warning("A message of more than %d bytes was left out.", MAX_LINE_BYTES)
            begun.clear()
        # Of a line that is too long no more is kept than shows that it is.
        begun += rest[: MAX_LINE_BYTES + 1 - len(begun)] if len(begun) <= MAX_LINE_BYTES else b""
    if begun and len(begun) <= MAX_LINE_BYTES:
        yield bytes(begun)


@contextmanager
def _protocol_alone_on_stdout() -> Iterator[TextIO]:
    """A text file on what was standard output; whatever else is printed meanwhile, by native code too, goes to the log."""
    sys.stdout.flush()
    descriptor = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        with open(descriptor, "w", encoding="utf-8", newline="\n", closefd=False) as protocol:
            yield protocol
    finally:
        sys.stdout.flush()
        os.dup2(descriptor, sys.stdout.fileno())
        os.close(descriptor)
