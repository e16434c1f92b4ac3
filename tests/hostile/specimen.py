"""One file that was made to do harm, and what must come of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["SCALE", "SENTENCE", "Specimen", "always"]

SCALE = 10 if os.environ.get("HOSTILE_LARGE") else 1
"""How large the largest specimens are: with ``HOSTILE_LARGE`` set, ten times as large as in CI."""

SENTENCE = "Lagos cut its household waste by 12 per cent in 2019."
"""What the harmless part of a specimen says."""


@dataclass(frozen=True, slots=True)
class Specimen:
    """A hostile file. Without ``refused`` and ``holds``, either a text or a reason will do."""

    path: str
    make: Callable[[], bytes]
    refused: str | None = None
    """Regular expression that is found in the reason; the file must be refused."""
    holds: str | None = None
    """What stands in the text; the file must be read."""
    lacks: tuple[str, ...] = ()
    """What stands neither in the text nor in the title."""
    warns: str | None = None
    """Regular expression that is found in one of the warnings."""
    ends_its_reader: bool = False
    """Whether a library that others write may crash or hang over it: the process is lost, and nothing else."""
    large: bool = False
    """Whether making or reading it takes seconds."""


def always(data: bytes) -> Callable[[], bytes]:
    """What makes ``data``."""
    return lambda: data
