"""The values of contributions: frozen, and what they say is a span of a stored document.

All offsets are character offsets into ``Document.text``, half open, as in ``types.py``.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

from pydantic import BaseModel, ConfigDict

from kin_assistant.indicators.values import Figure, Span
from kin_assistant.types import Citation, Years

__all__ = [
    "ROLES",
    "SHOWN_ON_TOPIC",
    "Contribution",
    "ContributionQuery",
    "Contributions",
    "Funder",
    "Party",
    "PartyKind",
    "Practice",
    "Role",
]

Role = Literal[
    "grant", "loan", "funding", "budget", "investment", "fee", "income", "cost", "in kind", "technical help", "operator",
    "partner",
]  # fmt: skip
"""What a sum or a partner is: money given, money lent, money paid in a form that is not told, the budget of a city or state,
a company's own money, a tariff, fee or fine, sales and savings, a sum of which nobody is said to pay it, land or goods, advice
and training, who runs or builds it, who takes part in another way."""
ROLES: Final[tuple[Role, ...]] = get_args(Role)
PartyKind = Literal["organisation", "government", "company", "city", "country", "people"]
"""What a party seems to be, by its words."""
SHOWN_ON_TOPIC: Final = 60
"""Rows that are shown, unless more are asked for."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Party(_Value):
    """Who pays or takes part."""

    name: str
    """As it is written most fully where names are known to be of one body: "Asian Development Bank" for "ADB"."""
    kind: PartyKind
    words: Span
    """As the sentence has it."""


class Contribution(_Value):
    """A sum of money, or partners, in a sentence of a document."""

    number: int
    """From 1, in the order that they are shown in."""
    role: Role
    told_by: Span | None = None
    """The words that the role was read from; None where nothing but the place in the document tells it."""
    parties: tuple[Party, ...] = ()
    """Who pays or takes part; empty where the sentence does not say."""
    figure: Figure | None = None
    """The sum."""
    equals: tuple[Span, ...] = ()
    """The same sum in other money, as the sentence has it in brackets."""
    purpose: Span | None = None
    """What it is for, in the words of the sentence."""
    place: str | None = None
    country: str | None = None
    years: Years | None = None
    """Those that the sentence, its table or its heading names."""
    citation: int
    """Number of the citation of its sentence."""


class Practice(_Value):
    """A document with what it tells of money and partners."""

    document_id: str
    title: str
    cities: tuple[str, ...]
    countries: tuple[str, ...]
    years: str | None
    numbers: tuple[int, ...]
    """Of its contributions."""


class Funder(_Value):
    """Who pays or takes part, with all that is shown of them."""

    name: str
    kind: PartyKind
    roles: tuple[Role, ...]
    documents: int
    numbers: tuple[int, ...]


class Contributions(_Value):
    """Sums of money and partners, by practice and by funder, each in its sentence."""

    topic: str = ""
    """Empty if none was asked for."""
    found: int = 0
    """Contributions that fit, of which ``contributions`` may be the first."""
    contributions: tuple[Contribution, ...] = ()
    practices: tuple[Practice, ...] = ()
    """The nearest to the topic first; each contribution belongs to one."""
    funders: tuple[Funder, ...] = ()
    """Those of most documents first."""
    citations: tuple[Citation, ...] = ()
    reason: str | None = None
    """Why there is none; set exactly then."""
    notes: tuple[str, ...] = ()
    build_id: str


class ContributionQuery(_Value):
    """Which contributions are asked for."""

    topic: str | None = None
    """None for all documents."""
    cities: tuple[str, ...] = ()
    funder: str = ""
    """A party, by a name of it or by words of its name."""
    role: Role | None = None
    limit: int | None = None
    """Contributions that are shown, at most."""
