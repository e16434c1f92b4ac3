"""Reads the files of weights that are for the fields of records."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from kin_assistant.errors import ModelError
from kin_assistant.types import RecordField

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CLASSES", "StoredWeights", "read_weights"]

CLASSES: Final[tuple[RecordField | None, ...]] = (
    "situation", "objectives", "process", "partners", "finance", "results", "lessons", "transferability", "contact", None,
)  # fmt: skip
"""What is told apart; None is what belongs to no field. For the other fields there are too few examples: headings tell them."""


class StoredWeights(NamedTuple):
    """What a file holds."""

    about: Mapping[str, Any]
    """What was written beside the tensors."""
    tensors: Mapping[str, NDArray[np.float32]]


def read_weights(
    path: Path, *, about: tuple[str, ...], tensors: tuple[str, ...], form: str, sha256: str | None, meant_for: str
) -> StoredWeights:
    """The values ``about`` and the ``tensors`` of a file of this ``form``, whose hash is ``sha256`` if one is given.

    ``meant_for`` says in a message what the weights are for. Raises ``ModelError`` if the file is missing, damaged or another.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"There are no weights for {meant_for} at {path}.", details=str(error)) from error
    digest = hashlib.sha256(content).hexdigest()
    if sha256 is not None and digest != sha256:
        raise ModelError(f"The weights for {meant_for} are damaged or were replaced.", details=f"sha256 {digest}")
    try:
        length = int.from_bytes(content[:8], "little")
        written = json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["about"])
        if written["format"] != form or written["classes"] != list(CLASSES):
            raise ModelError(f"{path} holds weights for other fields of records.")
        stored = load(content)
        return StoredWeights(
            {name: written[name] for name in about}, {name: stored[name].astype(np.float32) for name in tensors}
        )
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{path} holds no weights for {meant_for}.", details=str(error)) from error
