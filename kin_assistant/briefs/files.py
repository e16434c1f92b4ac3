"""A brief as a file: its JSON."""

from __future__ import annotations

from typing import Final

from kin_assistant.briefs.brief import FORMAT, VERSION, Brief
from kin_assistant.briefs.versioned import VersionedFile
from kin_assistant.errors import BriefError

__all__ = ["brief_json", "read_brief"]

_FILE: Final = VersionedFile(Brief, FORMAT, VERSION, "a brief", BriefError)


def brief_json(brief: Brief) -> bytes:
    """The file of a brief, in UTF-8, indented so that it can be edited."""
    return _FILE.write(brief)


def read_brief(content: bytes, name: str) -> Brief:
    """The brief in the file ``name``. Raises ``BriefError`` for a file that is damaged, of another kind or of a later version.

    Its quotes are not yet compared with any document.
    """
    return _FILE.read(content, name)
