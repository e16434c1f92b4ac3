"""Values as files of JSON that users keep: with a format, a version, and a sentence for every file that is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from kin_assistant.errors import KinError
from kin_assistant.types import Value

__all__ = ["VersionedFile"]

_MOST_BYTES: Final = 16 * 1024 * 1024
_Kept = TypeVar("_Kept", bound=Value)


class _Envelope(BaseModel):
    """What tells such a file before the rest of it is looked at."""

    format: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class VersionedFile(Generic[_Kept]):
    """A kind of file. What is in it has the fields ``format`` and ``version``."""

    value: type[_Kept]
    format: str
    version: int
    name: str
    """What such a file holds, as a sentence needs it: "a brief"."""
    error: type[KinError]

    def write(self, value: _Kept) -> bytes:
        """The file of a value, in UTF-8, indented so that it can be edited."""
        return (value.model_dump_json(indent=2) + "\n").encode()

    def read(self, content: bytes, name: str) -> _Kept:
        """The value in the file ``name``. Raises ``error`` for a file that is damaged, of another kind or of a later version."""
        if len(content) > _MOST_BYTES:
            raise self.error(
                f"{name} is larger than {_MOST_BYTES // 1024 // 1024} MB, which no file of {self.name} is."
            )
        content = content.removeprefix(b"\xef\xbb\xbf")
        try:
            envelope = _Envelope.model_validate_json(content)
        except ValidationError as error:
            (first, *_) = error.errors(include_url=False)
            if first["type"] == "json_invalid":
                raise self.error(f"{name} is not whole JSON: {first['ctx']['error']}.", details=str(error)) from error
            raise self.error(f"{name} is JSON, but not the file of {self.name}.", details=str(error)) from error
        if envelope.format != self.format:
            raise self.error(f"{name} is JSON, but not the file of {self.name}.")
        if envelope.version != self.version:
            raise self.error(
                f"{name} is {self.name} of version {envelope.version}, and this program reads version {self.version} alone. "
                "Use the program that wrote it, or a newer one."
            )
        try:
            return self.value.model_validate_json(content)
        except ValidationError as error:
            mistake = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in mistake["loc"])
            raise self.error(f"{name} has a mistake at {where}: {mistake['msg']}.", details=str(error)) from error
