"""Pages of PDF files as pictures, drawn when they are asked for and kept for a while."""

from __future__ import annotations

import hashlib
import logging
import math
import stat
import threading
from collections import Counter, OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from kin_assistant.corpus.files import MAX_FILE_BYTES, read_bytes
from kin_assistant.errors import DocumentError
from kin_assistant.processes.sandbox import ChildLimits, run_child
from kin_assistant.types import Document, DocumentInfo
from kin_assistant.ui.clients import client_of
from kin_assistant.ui.page_picture import MAX_PICTURE_BYTES
from kin_assistant.ui.ratelimit import RateLimiter, please_wait

if TYPE_CHECKING:
    from fastapi import FastAPI

    from kin_assistant.ui.served import Served

__all__ = ["Busy", "Pictures", "add_pictures", "picture_link", "words_on_page"]

_SECONDS = 20.0
_MEMORY = 2 * 1024**3
_AT_ONCE = 2
_WAITING = 8
_MOST_OF_CLIENT = 6
"""Of those that are drawn or wait, so that others find a place. A browser has so many connections to a server."""
_KEPT_BYTES = 32 * 1024 * 1024
_MOST_WORDS = 4000

logger = logging.getLogger(__name__)


class Busy(Exception):
    """Too many pictures are being drawn; another try in a moment may do."""


class Pictures:
    """Draws pages in child processes, few at a time, and keeps the latest. Safe to use from several threads."""

    def __init__(self, corpus: Path, *, seconds: float = _SECONDS) -> None:
        self._corpus = corpus
        self._seconds = seconds
        self._kept: OrderedDict[tuple[str, int, str], bytes] = OrderedDict()
        self._lock = threading.Lock()
        self._free = threading.BoundedSemaphore(_AT_ONCE)
        self._asked: Counter[str] = Counter()
        """Pictures that are drawn or wait, by client."""

    def can_draw(self, info: DocumentInfo) -> bool:
        """Whether there is a PDF file of a size that is drawn. Whether it is still the same is seen when it is drawn."""
        if not info.path.lower().endswith(".pdf"):
            return False
        try:
            status = (self._corpus / info.path).lstat()
        except (OSError, ValueError):
            return False
        return stat.S_ISREG(status.st_mode) and 0 < status.st_size <= MAX_FILE_BYTES

    def draw(self, info: DocumentInfo, page: int, words: str = "", *, client: str = "") -> bytes:
        """Page ``page`` (from 1) as WebP with ``words`` outlined, for ``client``.

        Raises ``DocumentError`` if it cannot be drawn, and ``Busy`` if too many are waiting, of this client or of all.
        """
        words = words[:_MOST_WORDS].replace("\0", "")
        key = (info.sha256, page, words)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        with self._place_for(client), self._free:
            picture = _draw_in_child(self._data(info), page, words, self._seconds)
        with self._lock:
            self._kept[key] = picture
            while sum(map(len, self._kept.values())) > _KEPT_BYTES:
                self._kept.popitem(last=False)
        return picture

    @contextmanager
    def _place_for(self, client: str) -> Iterator[None]:
        with self._lock:
            if self._asked.total() >= _AT_ONCE + _WAITING or self._asked[client] >= _MOST_OF_CLIENT:
                raise Busy
            self._asked[client] += 1
        try:
            yield
        finally:
            with self._lock:
                self._asked[client] -= 1
                if not self._asked[client]:
                    del self._asked[client]

    def _data(self, info: DocumentInfo) -> bytes:
        try:
            data = read_bytes(self._corpus, info.path)
        except (OSError, ValueError) as error:
            raise DocumentError("the file is no longer there") from error
        if len(data) > MAX_FILE_BYTES:
            raise DocumentError("the file is too large to be drawn")
        # A page of another version of the file would seem to prove what it does not.
        if hashlib.sha256(data).hexdigest() != info.sha256:
            raise DocumentError("the file has changed since it was read")
        return data


def _draw_in_child(data: bytes, page: int, words: str, seconds: float) -> bytes:
    try:
        outcome = run_child(
            "kin_assistant.ui.page_picture", [str(page), words],
            seconds=seconds,
            limits=ChildLimits(memory=_MEMORY, cpu_seconds=seconds, file_bytes=MAX_PICTURE_BYTES),
            given=data,
            most_output=MAX_PICTURE_BYTES,
        )  # fmt: skip
    except OSError as error:
        raise DocumentError("the page cannot be drawn now", details=repr(error)) from error
    if outcome.ending.expired:
        raise DocumentError("drawing the page took too long")
    if outcome.ending.code:
        logger.info("a page was not drawn: %s: %s", outcome.ending, outcome.errors)
        raise DocumentError("the page cannot be drawn")
    return outcome.output


def picture_link(info: DocumentInfo, page: int, span: tuple[int, int] | None = None, build_id: str = "") -> str:
    """Address of the picture of a page, from a document's own address; ``span`` of the text is to be outlined."""
    query: dict[str, str | int] = {"page": page, "file": info.sha256[:12]}
    if span:
        query |= {"start": span[0], "end": span[1], "build": build_id}
    return f"../pages/{quote(info.id, safe='')}?{urlencode(query)}"


def words_on_page(document: Document, page: int, start: int, end: int) -> str:
    """The part of ``document.text[start:end]`` that stands on ``page``."""
    begins = [offset for offset, number in document.page_starts if number == page]
    if not begins:
        return ""
    ends = [offset for offset, number in document.page_starts if offset >= begins[0] and number != page]
    return document.text[max(start, begins[0]) : min(end, ends[0] if ends else len(document.text))]


def add_pictures(app: FastAPI, served: Served, pictures: Pictures, limiter: RateLimiter) -> None:
    """Serve ``/pages/<document id>?page=3``; ``start``, ``end`` and ``build`` name the sentence to outline."""
    from fastapi import Request
    from fastapi.responses import PlainTextResponse, Response

    def picture(
        request: Request, document_id: str, page: int = 1, start: int = -1, end: int = -1, build: str = ""
    ) -> Response:
        if wait := limiter.acquire(client_of(request)):
            return PlainTextResponse(please_wait(wait), 429, {"retry-after": str(math.ceil(wait))})
        with served.lease() as assistant:
            try:
                document = assistant.document(document_id)
            except KeyError:
                return PlainTextResponse("There is no such document.", 404)
            current = build == assistant.build.id
        if not pictures.can_draw(document.info) or not 1 <= page <= (document.pages or 0):
            return PlainTextResponse("There is no picture of that page.", 404)
        marked = current and 0 <= start < end <= len(document.text)
        try:
            words = words_on_page(document, page, start, end) if marked else ""
            drawn = pictures.draw(document.info, page, words, client=client_of(request))
        except Busy:
            return PlainTextResponse("Too many pictures are being drawn.", 503, {"retry-after": "2"})
        except DocumentError as error:
            return PlainTextResponse(f"There is no picture: {error}.", 404)
        return Response(drawn, media_type="image/webp", headers={"cache-control": "private, max-age=3600"})

    # Not a decorator: FastAPI reads the annotations, and ``Request`` is a local name here.
    picture.__annotations__ |= {"request": Request, "return": Response}
    app.add_api_route("/pages/{document_id:path}", picture, include_in_schema=False, response_model=None)
