"""The body of a reply in OpenAI's protocol: server-sent events, or one JSON value. It may be anything, and any length."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any, Final

from kin_assistant.errors import LanguageModelError

__all__ = ["MAX_BYTES", "bound", "read_events", "read_whole"]

MAX_BYTES: Final = 2_000_000
"""Of a body, at most. An event of one token takes about 300."""
_LONGEST_LINE: Final = 200_000
_DATA: Final = b"data:"
_DONE: Final = b"[DONE]"


def bound(body: Iterator[bytes], until: float) -> Iterator[bytes]:
    """``body``, for as long as it is not too long and the clock (``time.monotonic``) is before ``until``.

    Then raises ``LanguageModelError``. A server that sends nothing but signs of life would never end otherwise.
    """
    taken = 0
    for part in body:
        taken += len(part)
        if taken > MAX_BYTES:
            raise LanguageModelError("The language model wrote without end and was given up.")
        if time.monotonic() > until:
            raise LanguageModelError("The language model took too long and was given up.")
        yield part


def read_events(body: Iterator[bytes], host: str) -> Iterator[str]:
    """The text of a stream of events, piece by piece; ``host`` is named in faults.

    Raises ``LanguageModelError`` if the stream is none, reports a fault, is too long, or ends before the reply does.
    """
    ended = understood = False
    for line in _lines(body):
        if not line.startswith(_DATA):
            continue  # a comment that keeps the line open, or a field that says nothing here
        content = line[len(_DATA) :].strip()
        if content == _DONE:
            ended = True
            break
        choice = _first_choice(content, host)
        if choice is None:
            continue
        understood = True
        delta = choice.get("delta")
        text = delta.get("content") if isinstance(delta, dict) else None
        if isinstance(text, str) and text:
            yield text
        if choice.get("finish_reason"):
            ended = True
            break
    if not understood and not ended:
        raise _no_server(host)
    if not ended:
        raise LanguageModelError("The language model broke off in the middle of its reply.")


def read_whole(body: Iterator[bytes], host: str) -> Iterator[str]:
    """The text of a reply that comes in one JSON value. Raises ``LanguageModelError`` as ``read_events`` does."""
    choice = _first_choice(b"".join(body), host)
    message = choice.get("message") if choice else None
    text = message.get("content") if isinstance(message, dict) else None
    if not isinstance(text, str):
        raise _no_server(host)
    yield text


def _lines(body: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for part in body:
        *lines, rest = (rest + part).split(b"\n")
        yield from lines
        if len(rest) > _LONGEST_LINE:
            raise LanguageModelError("The language model wrote without end and was given up.")
    yield rest


def _first_choice(content: bytes, host: str) -> dict[str, Any] | None:
    """The first choice of an event; None for an event that has none. Raises ``LanguageModelError``."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        raise _no_server(host) from None
    if not isinstance(value, dict):
        raise _no_server(host)
    if value.get("error"):
        raise LanguageModelError(
            f"The language model’s server at {host} reports a fault.", details=str(value["error"])[:500]
        )
    choices = value.get("choices")
    if not isinstance(choices, list):
        raise _no_server(host)
    return choices[0] if choices and isinstance(choices[0], dict) else None


def _no_server(host: str) -> LanguageModelError:
    return LanguageModelError(f"What answers at {host} is no language model’s server: look at KIN_LLM_URL.")
