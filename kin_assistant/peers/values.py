"""What was read of a situation, and the practices of cities like it: frozen, as they leave as JSON."""

from __future__ import annotations

from typing import Final, Literal

from kin_assistant.types import Cell, Citation, Value

__all__ = ["MAX_PEERS", "PEERS", "Likeness", "Peer", "Peers", "Trait", "TraitKind", "TraitSource"]

PEERS: Final = 5
"""Peers that are shown, where no other number is asked for."""
MAX_PEERS: Final = 20

TraitKind = Literal["problem", "place", "size", "coast", "means"]
"""What is the matter, where the city is, how many people live there, whether it is by the sea, and how much money there is."""

TraitSource = Literal["your words", "gazetteer", "metadata", "document"]
"""Who says so: who asks, the bundled gazetteer with its outline of the land, the metadata of a document, or a sentence in it."""


class Trait(Value):
    """Something that was read of the situation, for the reader to check."""

    kind: TraitKind
    told: str
    """In words of the program: "on the coast", "about 800,000 people"."""
    words: str
    """The words that it was read from, as they were typed."""
    source: TraitSource = "your words"
    """"gazetteer" for what is known of a city that the words name."""


class Likeness(Value):
    """One trait of a practice or its city beside that of the situation."""

    kind: TraitKind
    alike: bool
    told: str
    source: TraitSource
    number: int | None = None
    """Of the citation that shows it, where a sentence of the document does."""


class Peer(Value):
    """A practice: a document, and the city of its metadata that is most like that of the situation."""

    document_id: str
    title: str
    city: str | None
    """None for a document on a country as a whole."""
    cities: tuple[str, ...]
    countries: tuple[str, ...]
    years: str | None
    likenesses: tuple[Likeness, ...]
    """Those that match first, each group in the order of ``TraitKind``."""
    cells: tuple[Cell, ...]
    """What was done, results, and cost: one for each, empty where the document does not say it."""
    score: float
    """What it is ranked by."""


class Peers(Value):
    """Practices of cities like the one of a situation, the most alike first, or why there are none."""

    situation: str
    traits: tuple[Trait, ...] = ()
    peers: tuple[Peer, ...] = ()
    citations: tuple[Citation, ...] = ()
    reason: str | None = None
    """Why there are no peers; set exactly then."""
    notes: tuple[str, ...] = ()
    """What the reader must know of them, a sentence each."""
    build_id: str
