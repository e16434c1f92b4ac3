"""The places that a question is about: what its documents must have to do with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kin_assistant.places.gazetteer import Place
from kin_assistant.places.matching import Mention

__all__ = ["Scope", "scope_of"]

_PLACE_NOUN = re.compile(
    r"(\W+\w+){0,2}?\W+(capital|cit(y|ies)|communit(y|ies)|conurbation|district|island|market|metropolis|municipalit(y|ies)"
    r"|neighbourhood|port|province|settlement|suburb|town|village)s?\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Scope:
    """The places that a question is about."""

    named: tuple[Place, ...] = ()
    """Places that documents are about."""
    absent: tuple[Place, ...] = ()
    """Places that no document is about."""


def scope_of(question: str, mentions: Sequence[Mention]) -> Scope:
    """What ``mentions``, all places in ``question``, restrict its answer to."""
    # "A Thai town" is about Thailand; "Japanese advice" is not about Japan.
    named = [
        mention
        for mention in mentions
        if mention.in_corpus
        and mention.place.kind != "region"
        and (mention.relation != "demonym" or _PLACE_NOUN.match(question, mention.end))
    ]
    # A city narrows more than its country, and than the nationality of somebody who helped there.
    cities = [mention for mention in named if mention.place.kind == "city"]
    # But "Jakarta, and Nepal's capital" asks about both.
    own = {mention.place.country for mention in cities}
    beside = [
        mention
        for mention in named
        if cities and mention.place.kind == "country" and mention.place.name not in own and _is_where(question, mention)
    ]
    absent = [
        mention
        for mention in mentions
        if not mention.in_corpus and mention.relation != "demonym" and mention.place.kind != "region"
    ]
    return Scope(
        named=tuple(dict.fromkeys(mention.place for mention in [*(cities or named), *beside])),
        absent=tuple(dict.fromkeys(mention.place for mention in absent)),
    )


def _is_where(question: str, mention: Mention) -> bool:
    """Whether a country is named as the place of something: "in Nepal", "Nepal's"."""
    return question[: mention.start].endswith(" in ") or question[mention.end :].startswith(("'s", "\u2019s"))
