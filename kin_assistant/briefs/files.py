"""A brief as a file: its JSON, and what is said of a file that is none."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, ValidationError

from kin_assistant.briefs.brief import FORMAT, VERSION, Brief
from kin_assistant.errors import BriefError

__all__ = ["brief_json", "read_brief"]

_MOST_BYTES: Final = 16 * 1024 * 1024


class _Envelope(BaseModel):
    """What tells the file of a brief before the rest of it is looked at."""

    format: str = ""
    version: int = 0


def brief_json(brief: Brief) -> bytes:
    """The file of a brief, in UTF-8, indented so that it can be edited."""
    return (brief.model_dump_json(indent=2) + "\n").encode()


def read_brief(content: bytes, name: str) -> Brief:
    """The brief in the file ``name``. Raises ``BriefError`` for a file that is damaged, of another kind or of a later version.

    Its quotes are not yet compared with any document.
    """
    if len(content) > _MOST_BYTES:
        raise BriefError(f"{name} is larger than {_MOST_BYTES // 1024 // 1024} MB, which no brief is.")
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        envelope = _Envelope.model_validate_json(content)
    except ValidationError as error:
        (first, *_) = error.errors(include_url=False)
        if first["type"] == "json_invalid":
            raise BriefError(f"{name} is not whole JSON: {first['ctx']['error']}.", details=str(error)) from error
        raise BriefError(f"{name} is JSON, but not the file of a brief.", details=str(error)) from error
    if envelope.format != FORMAT:
        raise BriefError(f"{name} is JSON, but not the file of a brief.")
    if envelope.version != VERSION:
        raise BriefError(
            f"{name} is a brief of version {envelope.version}, and this program reads version {VERSION} alone. "
            "Use the program that wrote it, or a newer one."
        )
    try:
        return Brief.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BriefError(f"{name} has a mistake at {where}: {first['msg']}.", details=str(error)) from error
