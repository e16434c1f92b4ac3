"""The places that a question is about: what its documents must have to do with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from kin_assistant.places.gazetteer import Place
from kin_assistant.places.matching import Mention

__all__ = ["Scope", "scope_of"]

_PLACE_NOUN = re.compile(
    r"(\W+\w+){0,2}?\W+(capital|cit(y|ies)|communit(y|ies)|conurbation|district|island|market|metropolis|municipalit(y|ies)"
    r"|neighbourhood|port|province|settlement|suburb|town|village)s?\b",
    re.IGNORECASE,
)

_SPEAKING_FOR = re.compile(
    r"\b(our|my)\s+(?!neighbou?r)([\w-]+[\s,]+){1,3}?((at|called|in|named|of)\s+)?\(?$"
    r"|\b(we|i)(['\u2019](m|re))?\s+((am|are|come|live|work)\s+([\w-]+\s+){0,5}?)?(at|from|in)\s+$"
    r"|\b(we|i) work for (the )?((city|council|municipality|town) of )?$",
    re.IGNORECASE,
)
"""What leads to the place that somebody speaks for: "Our town of ...", "We are in ..."."""
_LIES_IN = re.compile(r"\s*(,|\(|\bin)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Scope:
    """The places that a question is about."""

    named: tuple[Place, ...] = ()
    """Places that documents are about."""
    absent: tuple[Place, ...] = ()
    """Places that no document is about."""
    own: tuple[Place, ...] = ()
    """Places that no document is about and that the asker speaks for: what is asked for is what others did."""

    @property
    def unwritten(self) -> tuple[Place, ...]:
        """All that no document is about."""
        return tuple(dict.fromkeys((*self.absent, *self.own)))

    def as_advice(self) -> Scope:
        """The scope of a request for advice, whose asker speaks for the places that no document is about."""
        return replace(self, absent=(), own=self.unwritten)


def scope_of(question: str, mentions: Sequence[Mention]) -> Scope:
    """What ``mentions``, all places in ``question``, restrict its answer to."""
    mentions = [mention for mention in mentions if mention.place.kind != "region"]
    absent = [mention for mention in mentions if not mention.in_corpus and mention.relation != "demonym"]
    named = [mention for mention in mentions if mention.in_corpus and _is_about(question, mention, absent)]
    # A city narrows more than its country, and than the nationality of somebody who helped there.
    cities = [mention for mention in named if mention.place.kind == "city"]
    beside = _countries_beside(question, named, cities) if cities else []
    speaking = [mention for mention in absent if _SPEAKING_FOR.search(question[: mention.start])]
    return Scope(
        named=_places_of([*(cities or named), *beside]),
        absent=_places_of(mention for mention in absent if mention not in speaking),
        own=_places_of(speaking),
    )


def _places_of(mentions: Iterable[Mention]) -> tuple[Place, ...]:
    """Each place once."""
    return tuple(dict.fromkeys(mention.place for mention in mentions))


def _is_about(question: str, mention: Mention, absent: Sequence[Mention]) -> bool:
    """Whether a question that names a place is about it: "a Thai town" is about Thailand, "Japanese advice" not about Japan."""
    is_place = mention.relation != "demonym" or bool(_PLACE_NOUN.match(question, mention.end))
    return is_place and not _tells_where(question, mention, absent)


def _countries_beside(question: str, named: Sequence[Mention], cities: Sequence[Mention]) -> list[Mention]:
    """Countries that are asked about beside cities of others: "Jakarta, and Nepal's capital"."""
    own = {mention.place.country for mention in cities}
    countries = [mention for mention in named if mention.place.kind == "country" and mention.place.name not in own]
    return [mention for mention in countries if _is_where(question, mention)]


def _tells_where(question: str, mention: Mention, absent: Sequence[Mention]) -> bool:
    """Whether a country only says where a city lies that no document is about: "Nong Prue, Thailand"."""
    return mention.place.kind == "country" and any(
        city.place.kind == "city" and _LIES_IN.fullmatch(question[city.end : mention.start]) for city in absent
    )


def _is_where(question: str, mention: Mention) -> bool:
    """Whether a country is named as the place of something: "in Nepal", "Nepal's"."""
    return question[: mention.start].endswith(" in ") or question[mention.end :].startswith(("'s", "\u2019s"))
