"""The values of commitments: frozen, and what they say is a span of a stored document."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, ConfigDict

from kin_assistant.contributions.values import Practice
from kin_assistant.indicators.values import Span
from kin_assistant.types import Citation

__all__ = ["NOTHING_LATER", "SHOWN_ON_TOPIC", "Commitment", "CommitmentQuery", "Commitments", "Later"]

NOTHING_LATER: Final = "no later document speaks of it"
"""What is said where no sentence of a later year is near."""
SHOWN_ON_TOPIC: Final = 30
"""Commitments that are shown, unless more are asked for."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Later(_Value):
    """A sentence of a later year that seems to speak of the same: whether the commitment was kept is for the reader to judge."""

    year: int
    """The last that it names."""
    citation: int


class Commitment(_Value):
    """What a city or body said it would do."""

    number: int
    """From 1, in the order that they are shown in."""
    told_by: Span
    """The words that tell that it is meant to be done."""
    said_in: int | None = None
    """The year in which it was said, where the sentence names one."""
    deadline: int | None = None
    """The year by which it was to be done, where the sentence names one."""
    place: str | None = None
    country: str | None = None
    citation: int
    later: tuple[Later, ...] = ()
    """The nearest of them, by year; empty where none was found."""


class Commitments(_Value):
    """What was to be done, by practice, each in its sentence with what is said later."""

    topic: str = ""
    """Empty if none was asked for."""
    found: int = 0
    """Commitments that fit, of which ``commitments`` may be the first."""
    commitments: tuple[Commitment, ...] = ()
    practices: tuple[Practice, ...] = ()
    """The nearest to the topic first; each commitment belongs to one."""
    citations: tuple[Citation, ...] = ()
    reason: str | None = None
    """Why there is none; set exactly then."""
    notes: tuple[str, ...] = ()
    build_id: str


class CommitmentQuery(_Value):
    """Which commitments are asked for."""

    topic: str | None = None
    """None for all documents."""
    cities: tuple[str, ...] = ()
    limit: int | None = None
    """Commitments that are shown, at most."""
