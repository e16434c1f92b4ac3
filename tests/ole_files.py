"""OLE containers made by tests, and Outlook messages in them."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

__all__ = ["Tree", "attachment", "message", "ole", "recipient"]

Tree = Mapping[str, "bytes | Tree"]
"""Streams and folders by name."""

_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_FREE, _END, _FAT, _NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


@dataclass
class _Entry:
    name: str
    kind: int  # 5 the root, 1 a folder, 2 a stream
    data: bytes = b""
    left: int = _NONE
    right: int = _NONE
    child: int = _NONE
    start: int = _END
    size: int = 0


@dataclass
class _Layout:
    """A container that is being laid out: sectors and which follows which."""

    sectors: list[bytes] = field(default_factory=list)
    next: list[int] = field(default_factory=list)

    def add(self, data: bytes, sector: int) -> int:
        """The place of the first sector of ``data``."""
        if not data:
            return _END
        first = len(self.sectors)
        pieces = [data[at : at + sector].ljust(sector, b"\0") for at in range(0, len(data), sector)]
        self.sectors += pieces
        self.next += [*range(first + 1, first + len(pieces)), _END]
        return first


def ole(tree: Tree) -> bytes:
    """An OLE container (version 3) of at most 109 sectors of allocation table."""
    entries = [_Entry("Root Entry", 5)]
    entries[0].child = _plant(tree, entries)
    whole, mini = _Layout(), _Layout()
    for entry in entries[1:]:
        if entry.kind == 2:
            small = len(entry.data) < _CUTOFF
            entry.start = (mini if small else whole).add(entry.data, _MINI if small else _SECTOR)
            entry.size = len(entry.data)
    stream = b"".join(mini.sectors)
    entries[0].start, entries[0].size = whole.add(stream, _SECTOR), len(stream)
    mini_table = whole.add(b"".join(struct.pack("<I", place) for place in mini.next), _SECTOR)
    mini_sectors = -(-4 * len(mini.next) // _SECTOR)
    directory = whole.add(b"".join(map(_pack_entry, entries)), _SECTOR)
    tables = 1
    while tables * (_SECTOR // 4) < len(whole.sectors) + tables:
        tables += 1
    first_table = len(whole.sectors)
    links = [*whole.next, *[_FAT] * tables]
    links += [_FREE] * (tables * (_SECTOR // 4) - len(links))
    header = struct.pack(
        "<8s16sHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(16), 0x3E, 3, 0xFFFE, 9, 6,
        0, tables, directory, 0, _CUTOFF, mini_table, mini_sectors, _END, 0,
    )  # fmt: skip
    header += b"".join(struct.pack("<I", first_table + n if n < tables else _FREE) for n in range(109))
    return header + b"".join(whole.sectors) + b"".join(struct.pack("<I", link) for link in links)


def _plant(tree: Tree, entries: list[_Entry]) -> int:
    """Add what is in ``tree``; the number of the entry in the middle, from which the others hang."""
    numbers = []
    for name in sorted(tree, key=lambda name: (len(name), name.upper())):
        content = tree[name]
        numbers.append(len(entries))
        if isinstance(content, bytes):
            entries.append(_Entry(name, 2, content))
        else:
            entry = _Entry(name, 1)
            entries.append(entry)
            entry.child = _plant(content, entries)
    return _hang(numbers, entries)


def _hang(numbers: list[int], entries: list[_Entry]) -> int:
    if not numbers:
        return _NONE
    middle = len(numbers) // 2
    entry = entries[numbers[middle]]
    entry.left, entry.right = _hang(numbers[:middle], entries), _hang(numbers[middle + 1 :], entries)
    return numbers[middle]


def _pack_entry(entry: _Entry) -> bytes:
    name = entry.name.encode("utf-16-le")[:62]
    return struct.pack(
        "<64sHBBIII16sI8s8sIQ",
        name, len(name) + 2, entry.kind, 1, entry.left, entry.right, entry.child,
        bytes(16), 0, bytes(8), bytes(8), entry.start, entry.size,
    )  # fmt: skip


# Outlook messages


def _property(number: int, value: str | bytes) -> tuple[str, bytes]:
    if isinstance(value, bytes):
        return f"__substg1.0_{number:04X}0102", value
    return f"__substg1.0_{number:04X}001F", value.encode("utf-16-le")


def _table(before: int, values: Mapping[int, int | datetime]) -> bytes:
    """The stream of what is no text: whole numbers and times."""
    made = bytes(before)
    for number, value in values.items():
        if isinstance(value, int):
            made += struct.pack("<HHIii", 0x0003, number, 6, value, 0)
        else:
            ticks = int((value - _EPOCH).total_seconds()) * 10_000_000
            made += struct.pack("<HHIQ", 0x0040, number, 6, ticks)
    return made


def recipient(name: str, address: str, kind: int = 1) -> Tree:
    """Whom a message goes to: 1 to, 2 with a copy, 3 with one that the others do not see."""
    return {
        "__properties_version1.0": _table(8, {0x0C15: kind}),
        **dict([_property(0x3001, name), _property(0x3003, address)]),
    }


def attachment(name: str, content: bytes | Tree = b"x", mime: str = "") -> Tree:
    """A file that hangs on a message; or a message, as the content of ``message``."""
    made: dict[str, bytes | Tree] = {"__properties_version1.0": _table(8, {0x3705: 1})}
    made |= dict([_property(0x3707, name), *([_property(0x370E, mime)] if mime else [])])
    made["__substg1.0_37010102" if isinstance(content, bytes) else "__substg1.0_3701000D"] = content
    return made


def message(
    texts: Mapping[int, str | bytes],
    parts: tuple[Tree, ...] = (),
    values: Mapping[int, int | datetime] | None = None,
    *,
    inner: bool = False,
) -> Tree:
    """The streams of a message: its properties by number, its recipients and attachments; ``inner`` for one in another."""
    made: dict[str, bytes | Tree] = {"__properties_version1.0": _table(24 if inner else 32, values or {})}
    made |= dict(_property(number, value) for number, value in texts.items())
    for number, part in enumerate(parts):
        folder = "recip" if "__substg1.0_3003001F" in part else "attach"
        made[f"__{folder}_version1.0_#{number:08X}"] = part
    return made
