"""What is read of the situation of a city: where it is, how large, by the sea or not, what is the matter, and little money.

Plain rules over word lists (``data/english/peers.toml``), the index of places and the themes of the library. Each trait keeps
the words that it was read from, so that a reader sees what was made of them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kin_assistant.documents.themes import ThemeMention, find_themes
from kin_assistant.errors import QuestionError
from kin_assistant.peers.population import find_population
from kin_assistant.peers.values import Trait
from kin_assistant.peers.vocabulary import alternatives, find_phrases, read_peer_vocabulary
from kin_assistant.places.gazetteer import Gazetteer, Place, Point, key_of
from kin_assistant.places.matching import Mention, PlaceIndex
from kin_assistant.places.shore import measure_to_sea
from kin_assistant.question.checks import check_question
from kin_assistant.text.english import read_words
from kin_assistant.text.wording import join_words

__all__ = ["Situation", "SituationReader", "check_situation", "is_meant"]

_EXAMPLE: Final = "Such as: We are a port city of 800,000 with open dumping and little money."
_WORDS_OF_PROBLEM: Final = 12
"""More words than these name no topic; then the themes' own words do."""
_WORDS_BEFORE: Final = 3
"""A word of negation so near in front of a phrase goes with it: "no longer cheap", "not on the coast"."""
_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")
_CLAUSE_END: Final = re.compile(r"[.,;:!?]")
_MOST_SHOWN: Final = 120
"""Characters of words that a trait was read from."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What was read; None and empty where nothing was."""

    text: str
    traits: tuple[Trait, ...] = ()
    problem: str = ""
    """What is the matter, in words of the text, without those that tell another trait."""
    matter: str = ""
    """The same to be shown: a stretch of the text, if it is short."""
    themes: frozenset[str] = frozenset()
    """Themes of the library that the text speaks of."""
    city: Place | None = None
    country: str | None = None
    region: str | None = None
    population: int | None = None
    on_coast: bool | None = None
    little_money: bool = False
    unknown: tuple[str, ...] = ()
    """Names of places of which nothing is known."""


def check_situation(text: str, *, max_characters: int) -> str:
    """``text`` on one line, without invisible characters. Raises ``QuestionError`` with a sentence for the reader."""
    if not text.strip():
        raise QuestionError(f"The situation is empty. Describe your city in a sentence. {_EXAMPLE}")
    if len(text) > max_characters:
        raise QuestionError(
            f"The situation has {len(text):,} characters; at most {max_characters:,} are read. Please shorten it."
        )
    return check_question(text, max_characters=max_characters)


def is_meant(text: str, start: int) -> bool:
    """Whether the phrase that begins at ``start`` is said and not denied: "no harbour" and "not cheap" are denied."""
    clause = _CLAUSE_END.split(text[:start])[-1]
    before = [word.lower() for word in _WORD.findall(clause)[-_WORDS_BEFORE:]]
    return read_peer_vocabulary().negations.isdisjoint(before)


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int


class SituationReader:
    """Reads situations with the places and ``themes`` of one library. Safe to use from several threads."""

    def __init__(
        self, places: PlaceIndex, themes: Collection[str], *, coast_km: float, gazetteer: Gazetteer | None = None
    ) -> None:
        """A city within ``coast_km`` kilometres of the sea counts as one on the coast."""
        self._places, self._themes, self._coast_km = places, frozenset(themes), coast_km
        self._gazetteer = gazetteer or Gazetteer.load()

    def read(self, text: str) -> Situation:
        """The traits of the city that ``text``, one line, speaks of."""
        taken: list[_Span] = []
        mentions = self._places.find_places(text)
        taken += [_Span(one.start, one.end) for one in mentions]
        city, country, region, place_trait = self._read_place(text, mentions)
        known = self._known_of(city, country)
        population, size_trait = _read_size(text, known, taken)
        on_coast, coast_trait = self._read_coast(text, known, taken)
        money = [span for span in find_phrases(text, read_peer_vocabulary().little) if _is_own(text, *span)]
        taken += [_Span(*span) for span in money]
        problem, matter, themes, problem_trait = self._read_problem(text, taken)
        means_trait = Trait(kind="means", told="little money", words=text[slice(*money[0])]) if money else None
        return Situation(
            text=text,
            traits=tuple(filter(None, (problem_trait, place_trait, size_trait, coast_trait, means_trait))),
            problem=problem,
            matter=matter,
            themes=themes,
            city=city,
            country=country,
            region=region,
            population=population,
            on_coast=on_coast,
            little_money=bool(money),
            unknown=tuple(dict.fromkeys(one.surface for one in mentions if _is_unknown(one))),
        )

    # Place

    def _read_place(
        self, text: str, mentions: Sequence[Mention]
    ) -> tuple[Place | None, str | None, str | None, Trait | None]:
        """The city, country and region that the text is about, as far as it names them."""
        own = [one for one in mentions if not _is_unknown(one) and _is_own_place(text, one)]
        by_kind = {kind: [one for one in own if one.place.kind == kind] for kind in ("city", "country", "region")}
        chosen = next((found[0] for found in by_kind.values() if found), None)
        if chosen is None:
            return None, None, None, None
        place = chosen.place
        city = place if place.kind == "city" else None
        country = place.country if city else place.name if place.kind == "country" else None
        region = place.name if place.kind == "region" else place.region
        if city and country is None and by_kind["country"]:
            country = by_kind["country"][0].place.name
        if known := self._known_of(city, country):
            # A document may have given the city of its metadata no country, or a wider region than the gazetteer.
            country, region = country or known[0].country, known[0].region
        where = ", ".join(dict.fromkeys(filter(None, (city.name if city else None, country, region))))
        return city, country, region, Trait(kind="place", told=where, words=chosen.surface)

    def _known_of(self, city: Place | None, country: str | None) -> tuple[Place, Point | None] | None:
        """What the gazetteer has of a city that the text names, in ``country`` if that is known; else of the largest."""
        if city is None:
            return None
        named = [name.place for name in self._gazetteer.names.get(key_of(city.name), ()) if name.place is not None]
        cities = [number for number in named if self._gazetteer.places[number].kind == "city"]
        for number in cities:
            known = self._gazetteer.places[number]
            # The documents may spell the country in another way than the gazetteer.
            same = known.population == city.population and known.region == city.region
            if same or country is None or known.country == country:
                return known, self._gazetteer.points.get(number)
        return None

    # Coast

    def _read_coast(
        self, text: str, known: tuple[Place, Point | None] | None, taken: list[_Span]
    ) -> tuple[bool | None, Trait | None]:
        vocabulary = read_peer_vocabulary()
        inland, neither = find_phrases(text, vocabulary.inland), find_phrases(text, vocabulary.neither)
        other = [*inland, *neither]
        named = find_phrases(text, vocabulary.sea)
        sea = [
            (start, end)
            for start, end in named
            if is_meant(text, start) and not any(start < last and first < end for first, last in other)
        ]
        taken += [_Span(*span) for span in (*inland, *neither, *named)]
        if sea:
            return True, Trait(kind="coast", told="on the coast", words=text[slice(*sea[0])])
        if inland:
            return False, Trait(kind="coast", told="inland", words=text[slice(*inland[0])])
        if known and known[1]:
            near = measure_to_sea(known[1]) <= self._coast_km
            told = "on the coast" if near else "inland"
            return near, Trait(kind="coast", told=told, words=known[0].name, source="gazetteer")
        return None, None

    # Problem

    def _read_problem(self, text: str, taken: Sequence[_Span]) -> tuple[str, str, frozenset[str], Trait | None]:
        """What is the matter, to be searched and to be shown, its themes, and both as a trait.

        Nothing where only other traits are told.
        """
        rest = _without(text, taken)
        mentions = find_themes(rest, self._themes)
        themes = tuple(dict.fromkeys(one.theme for one in mentions))
        nothing = read_words("stop") | read_words("aspect") | read_peer_vocabulary().generic
        content = [
            match
            for match in _WORD.finditer(rest)
            if not match[0].isdigit() and match[0].lower().replace("\u2019", "'") not in nothing
        ]
        if not content and not themes:
            return "", "", frozenset(), None
        words = " ".join(match[0] for match in content)
        named = _words_of_themes(rest, mentions)
        problem = named if named and (not content or len(content) > _WORDS_OF_PROBLEM) else words
        stretch = text[content[0].start() : content[-1].end()] if content else ""
        shown = stretch if 0 < len(stretch) <= _MOST_SHOWN else _shorten(named or words)
        told = f"{shown} ({'theme' if len(themes) == 1 else 'themes'}: {join_words(themes)})" if themes else shown
        return problem, shown, frozenset(themes), Trait(kind="problem", told=told, words=shown)


def _read_size(
    text: str, known: tuple[Place, Point | None] | None, taken: list[_Span]
) -> tuple[int | None, Trait | None]:
    found = find_population(text)
    if found:
        taken.append(_Span(found.start, found.end))
        told = f"about {found.number:,} people"
        return found.number, Trait(kind="size", told=told, words=text[found.start : found.end])
    if known and known[0].population:
        number = known[0].population
        return number, Trait(kind="size", told=f"{number:,} people", words=known[0].name, source="gazetteer")
    return None, None


def _is_own(text: str, start: int, end: int) -> bool:
    """Whether a phrase on money is said; one that denies by itself ("no money") is not denied by its own words."""
    return is_meant(text, start) or find_phrases(text[start:end], tuple(read_peer_vocabulary().negations)) != []


def _is_unknown(mention: Mention) -> bool:
    place = mention.place
    return not mention.in_corpus and place.kind == "city" and place.country is None and not place.population


def _is_own_place(text: str, mention: Mention) -> bool:
    """Whether a name is that of the city's own place: neither of another it is likened to, nor of strangers."""
    vocabulary = read_peer_vocabulary()
    if mention.programme or re.search(
        rf"\b(?:{alternatives(vocabulary.others)})\s+$", text[: mention.start], re.IGNORECASE
    ):
        return False
    nouns = rf"(?:\W+\w+)?\W+(?:{alternatives(vocabulary.nouns)})\b"
    return mention.relation != "demonym" or bool(re.compile(nouns, re.IGNORECASE).match(text, mention.end))


def _without(text: str, spans: Sequence[_Span]) -> str:
    """``text`` with blanks in the place of ``spans``: offsets stay."""
    letters = list(text)
    for span in spans:
        letters[span.start : span.end] = " " * (span.end - span.start)
    return "".join(letters)


def _words_of_themes(text: str, mentions: Sequence[ThemeMention]) -> str:
    """The words that name the themes, in their order; of two that overlap the longer one."""
    return ", ".join(dict.fromkeys(text[start:end] for start, end in _longest(mentions)))


def _longest(mentions: Sequence[ThemeMention]) -> Iterator[tuple[int, int]]:
    end = -1
    for one in sorted(mentions, key=lambda one: (one.start, -one.end)):
        if one.start >= end:
            yield one.start, one.end
            end = one.end


def _shorten(words: str) -> str:
    return words if len(words) <= _MOST_SHOWN else f"{words[:_MOST_SHOWN].rsplit(' ', 1)[0]} ..."
