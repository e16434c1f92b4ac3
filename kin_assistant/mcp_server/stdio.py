"""The server over standard input and output, as ``kin mcp`` serves it to the program that started it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, TextIO

from kin_assistant.mcp_server.server import check_package, make_server
from kin_assistant.mcp_server.tools import Call, Told

if TYPE_CHECKING:
    from kin_assistant.assistant import Assistant

__all__ = ["MAX_LINE_BYTES", "serve_stdio"]

MAX_LINE_BYTES = 1_000_000
"""Of a message that comes in."""
_PIECE = 64 * 1024
_LINES_AHEAD = 16
"""Messages that are read before they are worked on."""
_AT_ONCE = 2
"""Tools that run at the same time; further calls wait."""

logger = logging.getLogger(__name__)

Borrow = Callable[[], AbstractContextManager["Assistant"]]


def serve_stdio(borrow: Borrow) -> None:
    """Serve until the client closes standard input. ``borrow`` lends the assistant that answers now.

    Raises ``ServeError`` as ``check_package`` does.
    """
    check_package()
    with _protocol_alone_on_stdout() as protocol:
        asyncio.run(_serve(borrow, protocol))


async def _serve(borrow: Borrow, protocol: TextIO) -> None:
    import anyio
    from mcp.server.stdio import stdio_server

    running = asyncio.Semaphore(_AT_ONCE)

    def answer(call: Call) -> Told:
        with borrow() as assistant:
            return call.run(assistant)

    async def run(call: Call, _: object) -> Told:
        async with running:
            return await asyncio.to_thread(answer, call)

    server = make_server(run)
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
