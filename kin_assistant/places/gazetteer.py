"""The world's places and the ways to write them, from ``data/gazetteer.tsv`` (GeoNames, CC BY 4.0).

Names are compared by their letters alone: without case, marks, spaces and hyphens. "Hai Phong", "Hải Phòng" and
"Haiphong" are all ``haiphong``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Final, Literal, NamedTuple

__all__ = [
    "Gazetteer",
    "Name",
    "Place",
    "PlaceKind",
    "Point",
    "Token",
    "fold",
    "key_of",
    "letters_of",
    "read_tokens",
    "words_of",
]

PlaceKind = Literal["city", "country", "region"]
Trust = Literal["name", "spelling", "code", "programme"]

_LONGEST_CODE: Final = 5
_WORD: Final = re.compile(r"(?:[^\W\d_]++[\u0300-\u036f]*+)++")
_APOSTROPHES: Final = "'’ʼ‘`"
_JOINTS: Final = frozenset(["", " ", "  ", "\u00a0", "-", "\u2010", "\u2011", "\u2013", *_APOSTROPHES])
_SHORTENED: Final = 2
"""Letters, at most, of a word that a full stop shortens and does not end: "St. Petersburg"."""
_ENDS: Final = frozenset(".?!:;\n")
_LETTERS: Final = str.maketrans(
    {"đ": "d", "Đ": "D", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "ß": "ss", "ı": "i", "ə": "a", "æ": "ae", "œ": "oe"}
)


@dataclass(frozen=True, slots=True)
class Place:
    """A city, country or region."""

    name: str
    kind: PlaceKind
    country: str | None = None
    """Country of a city."""
    region: str | None = None
    """Region of a city or country."""
    population: int = 0
    """Of a city, as GeoNames counts it; 0 where it is not known."""

    @property
    def label(self) -> str:
        """The name as a sentence needs it: "Lahore (Pakistan)"."""
        return f"{self.name} ({self.country})" if self.country and self.country != self.name else self.name


class Name(NamedTuple):
    """A way to write a place."""

    place: int | None
    """Number of the place; None for a phrase that holds a place's name and means none."""
    words: int
    trust: Trust = "name"
    """An unusual spelling needs a capital, a short code capitals; a programme's name means its city in passing."""
    demonym: bool = False


class Point(NamedTuple):
    """A place on the globe, in degrees: north and east are positive."""

    latitude: float
    longitude: float


class Token(NamedTuple):
    """A word of a text."""

    start: int
    end: int
    surface: str
    letters: str
    """In lower case, without marks."""
    capital: bool
    first: bool
    """Whether it opens the text or a sentence."""
    joined: bool
    """Whether a space, hyphen or possessive is all that parts it from the word before."""
    possessive: bool
    """Whether the word before is a possessive."""


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """The world's cities of 100,000 people and more, capitals, countries and regions."""

    places: tuple[Place, ...]
    """A place's number is its position."""
    names: Mapping[str, tuple[Name, ...]]
    """By their letters; where several places share a name, countries and large cities first."""
    words: frozenset[str]
    """Words of English that are names too, or nearly."""
    capitals: Mapping[int, int]
    """Number of a country to the number of its capital."""
    areas: frozenset[str] = frozenset()
    """Islands, provinces, states and waters, by their letters: what is known of them is that they are no towns."""
    points: Mapping[int, Point] = field(default_factory=dict)
    """Where each city is, by its number."""
    codes: Mapping[int, str] = field(default_factory=dict)
    """The two letters of ISO 3166 for each country, by its number."""

    @classmethod
    def load(cls) -> Gazetteer:
        """The gazetteer of the package, read once."""
        return _read_gazetteer()


def read_tokens(text: str) -> list[Token]:
    """The words of a text in any script that folds to Latin letters; the s of a possessive is not one."""
    tokens: list[Token] = []
    end, possessive = 0, False
    for match in _WORD.finditer(text):
        surface, start = match[0], match.start()
        gap = text[end:start]
        if surface in "sS" and tokens and gap and gap in _APOSTROPHES:
            end, possessive = match.end(), True
            continue
        letters = fold(surface)
        if not letters:
            continue
        first = not tokens or not _ENDS.isdisjoint(gap)
        joined = bool(tokens) and (gap in _JOINTS or (gap in (".", ". ") and len(tokens[-1].letters) <= _SHORTENED))
        tokens.append(Token(start, match.end(), surface, letters, surface[0].isupper(), first, joined, possessive))
        end, possessive = match.end(), False
    return tokens


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """The words of the texts as they are written there."""
    words: set[str] = set()
    for text in texts:
        words.update(_WORD.findall(text))
    return frozenset(words)


def letters_of(tokens: Sequence[Token]) -> str:
    """What a run of words is looked up by."""
    return "".join([token.letters for token in tokens])


def key_of(name: str) -> str:
    """What a name is looked up by."""
    return name.lower() if name.isascii() and name.isalpha() else letters_of(read_tokens(name))


def fold(word: str) -> str:
    """A word in lower case and ASCII; empty in another script than the Latin."""
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFKD", word.translate(_LETTERS))
    return "".join(letter for letter in plain if letter.isascii() and letter.isalpha()).lower()


@cache
def _read_gazetteer() -> Gazetteer:
    places: list[Place] = []
    names: dict[str, list[Name]] = {}
    words: frozenset[str] = frozenset()
    areas: frozenset[str] = frozenset()
    countries: dict[str, int] = {}
    capitals: dict[int, int] = {}
    points: dict[int, Point] = {}

    def add(values: str, place: int | None, trust: Trust = "name", *, demonym: bool = False) -> None:
        for name in values.split("|") if values else ():
            size = 1 if name.isalpha() else len(read_tokens(name))
            code = len(name) <= _LONGEST_CODE and name.isupper()
            names.setdefault(key_of(name), []).append(Name(place, size, "code" if code else trust, demonym))

    for line in files("kin_assistant").joinpath("data/gazetteer.tsv").read_text("ascii").splitlines():
        kind, *fields = line.split("\t")
        number = len(places)
        if kind == "city":
            name, code, population, degrees, capital, aliases, spellings = fields + [""] * (7 - len(fields))
            country = countries[code]
            places.append(Place(name, "city", places[country].name, places[country].region, int(population)))
            latitude, _, longitude = degrees.partition(" ")
            points[number] = Point(float(latitude), float(longitude))
            if capital:
                capitals[country] = number
            add(name, number)
            add(aliases, number)
            add(spellings, number, "spelling")
        elif kind == "country":
            name, code, region, aliases, demonyms = fields
            countries[code] = number
            places.append(Place(name, "country", None, region))
            add(name, number)
            add(aliases, number)
            add(demonyms, number, demonym=True)
        elif kind == "region":
            name, aliases, demonyms = fields
            places.append(Place(name, "region"))
            add(name, number)
            add(aliases, number)
            add(demonyms, number, demonym=True)
        elif kind == "phrase":
            add(fields[0], None)
        elif kind == "word":
            words = frozenset(fields[0].split("|"))
        elif kind == "area":
            areas = frozenset(map(key_of, fields[0].split("|")))
    for shared in names.values():
        if len(shared) > 1:
            shared.sort(key=lambda name: _order(name, places))
    codes = {number: code for code, number in countries.items()}
    by_letters = {key: tuple(shared) for key, shared in names.items()}
    return Gazetteer(tuple(places), by_letters, words, capitals, areas, points, codes)


def _order(name: Name, places: Sequence[Place]) -> tuple[bool, bool, bool, int]:
    """Sorts those who share a name: phrases, then what is no city, then who is spelt so, then by size."""
    if name.place is None:
        return False, False, False, 0
    place = places[name.place]
    return True, place.kind == "city", name.trust == "spelling", -place.population
