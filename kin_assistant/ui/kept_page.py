"""A page that is long and the same for many: made once, kept compressed, sent in pieces."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

__all__ = ["KeptPage"]

_LEVEL = 5
_PIECE = 64 * 1024
"""Bytes in memory for each client that takes the page uncompressed, however slowly."""


@dataclass(frozen=True, slots=True)
class KeptPage:
    """HTML with a tag that changes with it."""

    tag: str
    compressed: bytes

    @classmethod
    def keep(cls, html: str) -> KeptPage:
        """``html`` as it is sent."""
        data = html.encode()
        return cls(f'W/"{hashlib.sha256(data).hexdigest()[:32]}"', gzip.compress(data, _LEVEL, mtime=0))

    def answer(self, request: Request) -> Response:
        """The page, or the word that the browser has it already. It differs by who is logged in."""
        from starlette.responses import Response, StreamingResponse

        headers = {"etag": self.tag, "cache-control": "private, no-cache", "vary": "Accept-Encoding, Cookie"}
        known = {tag.strip() for tag in request.headers.get("if-none-match", "").split(",")}
        if self.tag in known:
            return Response(status_code=304, headers=headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(self.compressed, headers=headers | {"content-encoding": "gzip"}, media_type="text/html")
        return StreamingResponse(self.pieces(), headers=headers, media_type="text/html")

    def pieces(self) -> Iterator[bytes]:
        """The page uncompressed."""
        unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
        waiting = self.compressed
        while piece := unpacking.decompress(waiting, _PIECE):
            yield piece
            waiting = unpacking.unconsumed_tail
