"""Files that a command writes."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from kin_assistant.errors import KinError

__all__ = ["write_whole"]


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; what was there before stays until then. Raises ``KinError``."""
    partial = path.with_name(f".{secrets.token_hex(8)}.partial")
    try:
        try:
            with partial.open("xb") as file:
                file.write(content)
            os.replace(partial, path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                partial.unlink()
    except OSError as error:
        raise KinError(f"{path} cannot be written: {error.strerror}.", details=str(error)) from error
