"""Ways in which a file gets broken, each by a few numbers, so that a test can name and shrink them."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = ["KINDS", "Blow", "cut", "flipped", "strike"]

Kind = Literal["flip", "set", "cut", "drop", "double", "insert", "move", "number", "splice"]
KINDS: tuple[Kind, ...] = ("flip", "set", "cut", "drop", "double", "insert", "move", "number", "splice")
_TOKENS = (
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xe2\x80\xae", b"\xf3\xa0\x81\x81", b"\x1b$B", b"<", b"</p>", b"<table><tr><td>",
    b"]]>", b"<![CDATA[", b"&#0;", b"&#xD800;", b"&#1114112;", b"<!DOCTYPE a>", b"{", b"}", b"\\bin99999999 ",
    b"\\u-10179 ", b"\\par", b"(", b")", b"<<", b">>", b"endstream", b"endobj", b"/Kids [2 0 R]", b"/Count 999999999",
    b"/Length -1", b"\"", b"\n\"", b",", b"\f", b"\r", b"---\n", b"\n---\n", b"=\r\n", b"--X--", b"--X\r\n", b"`" * 40,
    b"[" * 40, b"*" * 40, b"> " * 40, b"9" * 5000, b"-1", b"1e999", b"NaN", b"A" * 300,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Blow:
    """One damage: its kind, where (0 to 1) it strikes, and two numbers that say how."""

    kind: Kind
    at: float
    size: int
    value: int


def strike(data: bytes, blows: Sequence[Blow], other: bytes = b"") -> bytes:
    """``data`` after ``blows``. Of a zip archive, those with an odd value strike within a member, which is packed again."""
    inside = [blow for blow in blows if blow.value % 2]
    if data.startswith(b"PK") and inside:
        data = _in_members(data, inside, other)
        blows = [blow for blow in blows if not blow.value % 2]
    for blow in blows:
        data = _struck(data, blow, other)
    return data


def cut(data: bytes, times: int, seed: str) -> list[bytes]:
    """``data`` cut off at its first bytes, its last bytes, and places between."""
    dice = random.Random(seed)  # noqa: S311 (the same on every run)
    lengths = {1, 4, 9, len(data) - 1, len(data) - 22, *(dice.randrange(len(data)) for _ in range(times - 5))}
    return [data[:length] for length in sorted(lengths) if 0 < length < len(data)]


def flipped(data: bytes, times: int, seed: str) -> list[bytes]:
    """``data`` with 1, 3 or 30 bits turned over."""
    dice = random.Random(seed)  # noqa: S311 (the same on every run)
    made = []
    for _ in range(times):
        changed = bytearray(data)
        for _ in range(dice.choice((1, 3, 30))):
            changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
        made.append(bytes(changed))
    return made


def _struck(data: bytes, blow: Blow, other: bytes) -> bytes:
    if not data:
        return data
    at = min(int(blow.at * len(data)), len(data) - 1)
    end = min(len(data), at + blow.size)
    before, piece, after = data[:at], data[at:end], data[end:]
    match blow.kind:
        case "flip":
            return before + bytes([data[at] ^ (1 << blow.value % 8)]) + data[at + 1 :]
        case "set":
            return before + bytes([blow.value % 256]) * len(piece) + after
        case "cut":
            return before or data[:1]
        case "drop":
            return before + after
        case "double":
            return before + piece * (2 + blow.value % 40) + after
        case "insert":
            return before + _TOKENS[blow.value % len(_TOKENS)] + data[at:]
        case "move":
            return before + after + piece
        case "number":
            return _with_number(data, at, blow.value)
        case "splice":
            start = blow.value % (len(other) + 1)
            return before + other[start : start + blow.size] + after


def _with_number(data: bytes, at: int, value: int) -> bytes:
    """The next run of digits after ``at`` replaced by another number."""
    start = next((i for i in range(at, len(data)) if data[i : i + 1].isdigit()), None)
    if start is None:
        return data
    end = next((i for i in range(start, len(data)) if not data[i : i + 1].isdigit()), len(data))
    numbers = (b"0", b"-1", b"1", b"65536", b"2147483648", b"99999999999", b"1" * 4400, b"0.5", b"")
    return data[:start] + numbers[value % len(numbers)] + data[end:]


def _in_members(data: bytes, blows: Sequence[Blow], other: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [(name, archive.read(name)) for name in archive.namelist()]
    except (zipfile.BadZipFile, OSError, ValueError):
        return data
    for blow in blows:
        chosen = blow.value // 2 % len(members)
        name, content = members[chosen]
        members[chosen] = (name, _struck(content, blow, other))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members:
            made.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()
