"""Rich text as Outlook packs it: runs of what stood before are named by their places (MS-OXRTFCP)."""

from __future__ import annotations

import struct
from typing import Final

from kin_assistant.errors import DocumentError

__all__ = ["MAX_EXPANDED", "expand_rtf"]

MAX_EXPANDED: Final = 20 * 2**20
"""Bytes; a longer mail is refused."""

_HEADER: Final = struct.Struct("<II4s4x")  # size packed and unpacked, kind, checksum
_PACKED, _AS_IT_IS = b"LZFu", b"MELA"
_RING: Final = 4096
_SHORTEST_RUN: Final = 2
_STARTED_WITH: Final = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbolArial"
    rb"Times New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n" + rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
"""What every text may refer to before it has said anything."""


def expand_rtf(packed: bytes) -> bytes:
    """The rich text that ``packed`` holds; as much of it as is there. Raises ``DocumentError`` where it holds none."""
    if len(packed) < _HEADER.size:
        raise DocumentError("its rich text is cut off")
    _, size, kind = _HEADER.unpack_from(packed)
    if kind == _AS_IT_IS:
        return packed[_HEADER.size : _HEADER.size + size]
    if kind != _PACKED:
        raise DocumentError("its rich text is packed in an unknown way")
    if size > MAX_EXPANDED:
        raise DocumentError(f"its rich text is longer than {MAX_EXPANDED // 2**20} MiB")
    ring = bytearray(_STARTED_WITH.ljust(_RING, b"\0"))
    return bytes(_expand(packed[_HEADER.size :], ring, len(_STARTED_WITH), size))


def _expand(data: bytes, ring: bytearray, at: int, size: int) -> bytearray:
    """At most ``size`` bytes. ``ring`` holds what was written last; the next byte goes to ``at``."""
    made = bytearray()
    place = 0
    while place < len(data) and len(made) < size:
        flags, place = data[place], place + 1
        for bit in range(8):
            if not flags >> bit & 1:
                run = bytearray(data[place : place + 1])
                place += 1
            else:
                if place + 1 >= len(data):
                    return made
                reference = int.from_bytes(data[place : place + 2], "big")
                place += 2
                source, length = reference >> 4, (reference & 0xF) + _SHORTEST_RUN
                if source == at:
                    return made  # the end
                # A run may reach into itself: each byte is written before the next is taken.
                run = bytearray()
                for step in range(length):
                    byte = ring[(source + step) % _RING]
                    ring[(at + step) % _RING] = byte
                    run.append(byte)
            for step, byte in enumerate(run):
                ring[(at + step) % _RING] = byte
            at = (at + len(run)) % _RING
            made += run
            if len(made) >= size or place >= len(data):
                break
    return made[:size]
