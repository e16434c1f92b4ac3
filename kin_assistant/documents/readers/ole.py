"""OLE containers, which old Office files and Outlook messages are: folders of streams, read one by one."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kin_assistant.errors import DocumentError

if TYPE_CHECKING:
    from olefile import OleFileIO
    from olefile.olefile import OleDirectoryEntry

__all__ = ["OleFolder", "open_container"]

_FOLDER, _STREAM = 1, 2
_DAMAGE = (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError, struct.error)
"""What the library raises where a container is broken."""


@dataclass(frozen=True, slots=True)
class OleFolder:
    """A folder of an open container."""

    _ole: OleFileIO
    _entry: OleDirectoryEntry
    _path: tuple[str, ...] = ()

    def names(self) -> list[str]:
        """Names of the streams in it."""
        return [kid.name for kid in self._entry.kids if kid.entry_type == _STREAM]

    def folders(self, prefix: str) -> Iterator[OleFolder]:
        """The folders in it whose names begin with ``prefix``."""
        for kid in self._entry.kids:
            if kid.entry_type == _FOLDER and kid.name.startswith(prefix):
                yield OleFolder(self._ole, kid, (*self._path, kid.name))

    def read(self, name: str) -> bytes:
        """Bytes of a stream; none where it is missing or cannot be read."""
        if name not in self.names():
            return b""
        try:
            content: bytes = self._ole.openstream([*self._path, name]).read()
        except _DAMAGE:
            return b""
        return content


@contextmanager
def open_container(data: bytes) -> Iterator[OleFolder]:
    """The outermost folder of the OLE container ``data``.

    Raises ``DocumentError`` where it is damaged, and where streams claim more than the file has.
    """
    from olefile import OleFileIO

    try:
        ole = OleFileIO(io.BytesIO(data))
        _check_sizes(ole.root, len(data))
    except RecursionError as error:
        raise DocumentError("its parts are nested too deeply") from error
    except _DAMAGE as error:
        raise DocumentError("it is damaged or cut off: its parts cannot be found", details=repr(error)) from error
    with ole:
        yield OleFolder(ole, ole.root)


def _check_sizes(entry: OleDirectoryEntry, most: int) -> None:
    """Raise where streams claim more than the file has: the same bytes would be read over and over."""
    if entry.size > most or sum(kid.size for kid in entry.kids if kid.entry_type == _STREAM) > most:
        raise DocumentError("it is damaged: parts of it claim to be larger than the file")
    for kid in entry.kids:
        if kid.entry_type == _FOLDER:
            _check_sizes(kid, most)
