"""The places that a question names, found against the corpus and against the world, without a network.

:class:`PlaceIndex` lays what the corpus is about over the :class:`Gazetteer`, and reads questions::

    index = PlaceIndex(Gazetteer.load(), documents, words_of(texts))
    index.find_places("What did Surabya and Lahore do?")    # Surabaya, corrected; Lahore, not in the corpus
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Final, Literal, NamedTuple

from rapidfuzz.distance import OSA

from kin_assistant.gazetteer import (
    Gazetteer,
    Name,
    Place,
    PlaceKind,
    Token,
    fold,
    key_of,
    letters_of,
    read_tokens,
    words_of,
)
from kin_assistant.types import DocumentInfo

__all__ = ["Gazetteer", "Mention", "Place", "PlaceIndex", "words_of"]

Relation = Literal["named", "capital of", "demonym"]

_LONGEST_NAME: Final = 5
"""Words of a name, at most."""
_SHORTEST_GUESS: Final = 5
"""Letters of a misspelt name, at least."""
_SHORTEST_GUESS_OF_ALIAS: Final = 7
_LETTERS_FOR_TWO_SLIPS: Final = 8
_WELL_KNOWN: Final = 1_000_000
"""People of a city whose name of four letters is understood in lower case."""
_LONGEST_ACRONYM: Final = 4
_SHARE_OF_CAPITALS: Final = 0.6
"""Above this share of capitalised words, as in a headline, capitals tell nothing."""


def _set_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


_PARTICLES: Final = _set_of("al and da de del di do el la of on the")
_CURRENCIES: Final = _set_of(
    "baht cent cents currency dollar dollars dong euro euros franc francs kyat peso pesos pound pounds riel ringgit "
    "rupee rupees rupiah taka tenge won yen yuan"
)
# "Japanese capital costs" and "much foreign capital" are about money; "a provincial capital" is another city.
_MONEY: Final = _set_of(
    "budget charges cost costs equipment expenditure expenses flow flows fund funding funds gains goods grant grants "
    "intensive investment investments loan loans market markets outlay outlays project projects reserve reserves share "
    "spending stock subsidies subsidy works"
)
_NOT_THE_CAPITAL: Final = _set_of(
    "ancient business commercial cultural economic financial foreign former less more much old private provincial "
    "raise regional second social state working"
)
# The network calls itself and its bodies after the city that it began in; whoever asks of them may mean any city.
_PROGRAMME_CITY: Final = "Kitakyushu"
_PROGRAMME_NAMES: Final = ("kita", "kitaq")
_PROGRAMME_NOUNS: Final = _set_of("initiative internationaltechno network office program programme secretariat")


@dataclass(frozen=True, slots=True)
class Mention:
    """A place named in a question: ``question[start:end] == surface``."""

    start: int
    end: int
    surface: str
    place: Place
    """Spelt as the corpus spells it, where it does."""
    in_corpus: bool
    """Whether :meth:`PlaceIndex.documents_about` the place knows any."""
    in_text: bool
    """Whether the vocabulary of the corpus has the words, if only in passing or in another meaning."""
    corrected: bool
    """Whether the spelling was guessed."""
    relation: Relation
    programme: bool = False
    """Whether the name is part of a programme's ("Kitakyushu Initiative") and so narrows nothing down."""


class _Match(NamedTuple):
    """A name that starts at some token."""

    size: int
    """Tokens."""
    name: Name
    corrected: bool = False


class _Found(NamedTuple):
    """A mention by its tokens ``[at:end]`` and the number of its place."""

    at: int
    end: int
    place: int
    corrected: bool
    relation: Relation
    programme: bool = False


class PlaceIndex:
    """Finds places in questions; made once for an open index and then never changed.

    ``vocabulary`` holds the words of the corpus as they are written there (see :func:`words_of`): those that it has in
    lower case are not taken for places, and none of them for a misspelling.
    """

    def __init__(
        self, gazetteer: Gazetteer, documents: Sequence[DocumentInfo], vocabulary: Collection[str] = ()
    ) -> None:
        self._gazetteer = gazetteer
        self._capitals = frozenset(gazetteer.capitals.values())
        self._places = list(gazetteer.places)
        self._names: dict[str, list[Name]] = {}
        self._about: dict[int, set[str]] = {}
        self._guessable: dict[str, list[tuple[str, Name]]] = {}
        self._words = gazetteer.words | {word for word in vocabulary if word.islower()}
        self._written = {fold(word) for word in vocabulary}
        self._cover_front_matter(documents)
        self._words -= self._names.keys() - gazetteer.words
        self._cover_titles(documents)
        self._documents = {self._places[number]: tuple(sorted(ids)) for number, ids in self._about.items()}
        self._collect_guessable()

    def find_places(self, question: str) -> tuple[Mention, ...]:
        """The places that the question names, in its order; no two overlap."""
        tokens = read_tokens(question)
        mentions = []
        for found in self._read(question, tokens):
            window = tokens[found.at : found.end]
            start, end = window[0].start, window[-1].end
            mentions.append(
                Mention(
                    start=start,
                    end=end,
                    surface=question[start:end],
                    place=self._places[found.place],
                    in_corpus=found.place in self._about,
                    in_text=self._is_written(window),
                    corrected=found.corrected,
                    relation=found.relation,
                    programme=found.programme,
                )
            )
        return tuple(mentions)

    def documents_about(self, place: Place) -> tuple[str, ...]:
        """Ids, sorted, of the documents whose front matter has the place or one in it, or whose title names it."""
        return self._documents.get(place, ())

    def nearest(self, place: Place, limit: int = 5) -> tuple[Place, ...]:
        """Cities of the corpus in the same country, then in the same region; those with more documents first."""
        country = place.name if place.kind == "country" else place.country
        region = place.name if place.kind == "region" else place.region
        found = []
        for city, ids in self._documents.items():
            if city.kind != "city" or city == place:
                continue
            if country is not None and city.country == country:
                found.append((0, -len(ids), city.name, city))
            elif region is not None and city.region == region:
                found.append((1, -len(ids), city.name, city))
        return tuple(city for *_, city in sorted(found, key=lambda entry: entry[:3])[:limit])

    # What the corpus is about

    def _cover_front_matter(self, documents: Sequence[DocumentInfo]) -> None:
        for document in documents:
            for name in document.countries:
                self._cover(name, "country", document)
        self._respell_countries()
        for document in documents:
            regions = {self._places[self._cover(name, "country", document)].region for name in document.countries}
            for region in sorted(filter(None, {document.region, *regions})):
                if not self._means_nothing(region):
                    self._cover(region, "region", document)
            for name in document.cities:
                self._cover(name, "city", document)
        for key, names in self._gazetteer.names.items():
            known = [name for name in names if name.place in self._about]
            if known:
                self._names[key] = list(dict.fromkeys(self._names.get(key, []) + known))
        home = self._numbered(key_of(_PROGRAMME_CITY), "city", ())
        if home in self._about:
            self._names |= {key: [Name(home, 1, "programme")] for key in _PROGRAMME_NAMES}

    def _cover(self, name: str, kind: PlaceKind, document: DocumentInfo) -> int:
        """Number of the place that a document's front matter calls ``name``; where the world lacks it, of a new one."""
        key = key_of(name)
        number = self._numbered(key, kind, document.countries)
        if number is None:
            number = len(self._places)
            country = document.countries[0] if kind == "city" and len(document.countries) == 1 else None
            self._places.append(Place(name, kind, country, None if kind == "region" else document.region))
        if number not in self._about:
            self._places[number] = replace(self._places[number], name=name)
            self._names.setdefault(key, []).insert(0, Name(number, len(read_tokens(name))))
        self._about.setdefault(number, set()).add(document.id)
        return number

    def _numbered(self, key: str, kind: PlaceKind, countries: Collection[str]) -> int | None:
        """Number of the place of that name, the corpus' own before the world's; of a city, in one of the countries."""
        for name in self._entries(key):
            if name.place is None or name.demonym or self._places[name.place].kind != kind:
                continue
            if kind != "city" or not countries or self._places[name.place].country in countries:
                return name.place
        return None

    def _respell_countries(self) -> None:
        """Give the cities of the world the corpus' spelling of their countries."""
        spelt = {
            place.name: self._places[number].name
            for number, place in enumerate(self._gazetteer.places)
            if place.kind == "country" and self._places[number].name != place.name
        }
        if spelt:
            self._places = [replace(p, country=spelt[p.country]) if p.country in spelt else p for p in self._places]

    def _cover_titles(self, documents: Sequence[DocumentInfo]) -> None:
        """Cover the cities that titles name; one that is part of a longer name there ("Suzhou Creek") is no city."""
        for document in documents:
            tokens = read_tokens(document.title)
            for found in list(self._read(document.title, tokens)):
                if self._places[found.place].kind != "city" or found.programme or found.corrected:
                    continue
                name, longer = tokens[found.at : found.end], _capitalised_run(tokens, found.at, found.end)
                here = self._numbered(letters_of(name), "city", document.countries)
                if found.place in self._about:
                    self._about[found.place].add(document.id)
                elif len(longer) == len(name):
                    number = found.place if here is None else here
                    self._about.setdefault(number, set()).add(document.id)
                    self._names[letters_of(name)] = [Name(number, len(name))]
                else:
                    self._names[letters_of(longer)] = [Name(None, len(longer))]
                    if here is None:
                        self._names[letters_of(name)] = [Name(None, len(name))]

    def _collect_guessable(self) -> None:
        """Sort by first letter the names that a misspelling may be meant for; short forms are too near to anything."""
        for key, names in sorted(self._names.items()):
            number, trust = names[0].place, names[0].trust
            if number is None or trust != "name":
                continue
            own = key == key_of(self._places[number].name)
            if len(key) >= (_SHORTEST_GUESS if own else _SHORTEST_GUESS_OF_ALIAS):
                self._guessable.setdefault(key[0], []).append((key, names[0]))

    def _entries(self, key: str) -> tuple[Name, ...]:
        """Who is written so: the corpus' own places, then the world's."""
        return *self._names.get(key, ()), *self._gazetteer.names.get(key, ())

    def _means_nothing(self, name: str) -> bool:
        return any(entry.place is None for entry in self._gazetteer.names.get(key_of(name), ()))

    # What a question names

    def _read(self, text: str, tokens: Sequence[Token]) -> Iterator[_Found]:
        capitals = sum(token.capital for token in tokens)
        cased = not text.isupper() and (len(tokens) < 4 or capitals <= _SHARE_OF_CAPITALS * len(tokens))
        at = 0
        while at < len(tokens):
            match = self._match(tokens, at, cased)
            if match is None:
                at += 1
                continue
            found = self._interpret(text, tokens, at, match)
            if found:
                yield found
            at = found.end if found else at + match.size

    def _match(self, tokens: Sequence[Token], at: int, cased: bool) -> _Match | None:
        """The longest name that starts at a token; a misspelt name of the corpus before a shorter one of the world."""
        longest = 1
        while longest < _LONGEST_NAME and at + longest < len(tokens) and tokens[at + longest].joined:
            longest += 1
        match = None
        for size in range(longest, 0, -1):
            name = self._choose(tokens, at, at + size, cased)
            if name:
                match = _Match(size, name)
                break
        match = match or self._match_plural(tokens[at])
        if match and (match.name.place is None or match.name.place in self._about):
            return match
        return self._guess(tokens, at, longest, match.size + 1 if match else 1) or match

    def _choose(self, tokens: Sequence[Token], at: int, end: int, cased: bool) -> Name | None:
        """What a run of words means: the stated country's place, else the corpus' own, else the world's."""
        names = [
            name for name in self._entries(letters_of(tokens[at:end])) if self._accept(name, tokens, at, end, cased)
        ]
        if len(names) > 1:
            country = self._country_after(tokens, end)
            for name in names if country else ():
                if name.place is not None and self._places[name.place].country == country:
                    return name
            if names[0].place not in self._about:
                names.sort(key=lambda name: name.words != end - at)
        return names[0] if names else None

    def _accept(self, name: Name, tokens: Sequence[Token], at: int, end: int, cased: bool) -> bool:
        """Whether words with the letters of a name are meant as one, by their case and whether they are English."""
        window = tokens[at:end]
        if name.place is None or name.trust == "programme":
            return True
        if name.trust == "code" and len(window[0].letters) == 2:
            return cased and window[0].surface.isupper()
        capital = cased and all(token.capital or token.letters in _PARTICLES for token in window)
        if all(token.letters in self._words for token in window):
            alone = len(_capitalised_run(tokens, at, end)) == end - at
            return capital and alone and not tokens[at].first
        if name.place in self._about:
            return True
        if len(window) > name.words and any(token.letters in self._words for token in window):
            return False
        acronym = len(window) == 1 and len(window[0].letters) <= _LONGEST_ACRONYM and window[0].surface.isupper()
        if capital and (name.trust == "code" or not acronym) and (name.trust != "spelling" or not tokens[at].first):
            return True
        place = self._places[name.place]
        known = place.kind != "city" or place.population >= _WELL_KNOWN or name.place in self._capitals
        shortest = 4 if known else 5
        return name.trust == "code" or (
            name.trust == "name" and sum(len(token.letters) for token in window) >= shortest
        )

    def _match_plural(self, token: Token) -> _Match | None:
        """Find "Thais", and Surabaya in "surabayas"."""
        if len(token.letters) < 5 or not token.letters.endswith("s") or token.letters in self._words:
            return None
        key = token.letters[:-1]
        for name in self._entries(key):
            if name.trust == "name" and name.place is not None and (name.demonym or name.place in self._about):
                return _Match(1, name)
        return None

    def _guess(self, tokens: Sequence[Token], at: int, longest: int, shortest: int) -> _Match | None:
        """The corpus place whose name is nearest to a run of words that neither English nor the corpus has."""
        for size in range(longest, shortest - 1, -1):
            window = tokens[at : at + size]
            ordinary = [token.letters in self._words or token.letters in self._written for token in window]
            key = letters_of(window)
            if all(ordinary) or len(key) < _SHORTEST_GUESS - 1 or key in self._gazetteer.names:
                continue
            best: tuple[int, int, str, Name] | None = None
            for other, name in self._guessable.get(key[0], ()):
                if size not in (1, name.words) and any(ordinary):
                    continue
                allowed = 2 if min(len(key), len(other)) >= _LETTERS_FOR_TWO_SLIPS else 1
                slips = OSA.distance(key, other, score_cutoff=allowed)
                if slips <= allowed and (best is None or (slips, -len(other), other) < best[:3]):
                    best = (slips, -len(other), other, name)
            if best:
                return _Match(size, best[3], corrected=True)
        return None

    def _country_after(self, tokens: Sequence[Token], end: int) -> str | None:
        """The country that follows: "Bago, Myanmar", "Bago in Myanmar"."""
        end += end < len(tokens) and tokens[end].letters == "in"
        if end == len(tokens) or tokens[end].first:
            return None
        for size in range(min(_LONGEST_NAME, len(tokens) - end), 0, -1):
            number = self._numbered(letters_of(tokens[end : end + size]), "country", ())
            if number is not None:
                return self._places[number].name
        return None

    def _interpret(self, text: str, tokens: Sequence[Token], at: int, match: _Match) -> _Found | None:
        """What the words around a name make of it: a sum of money, a capital, a programme, a part of a longer name."""
        number, end = match.name.place, at + match.size
        if number is None:
            return None
        place = self._places[number]
        after = [] if _is_owner(tokens, end) else _joined_after(tokens, end)
        following = {*after[:1], "".join(after)}
        if place.kind == "country":
            if following & _CURRENCIES or text.startswith("$", tokens[end - 1].end):
                return None
            capital = self._gazetteer.capitals.get(number)
            span = _capital_span(tokens, at, end)
            if span and capital is not None:
                return _Found(*span, capital, match.corrected, "capital of")
        if place.kind == "city" and following & {"city"}:
            end += 1
        elif number not in self._about:
            run = _capitalised_run(tokens, at, end)
            if len(run) > match.size and self._is_written(run):
                return None
        programme = match.name.trust == "programme"
        programme |= place.name == _PROGRAMME_CITY and not following.isdisjoint(_PROGRAMME_NOUNS)
        return _Found(at, end, number, match.corrected, "demonym" if match.name.demonym else "named", programme)

    def _is_written(self, tokens: Sequence[Token]) -> bool:
        return all(token.letters in self._written for token in tokens)


def _capital_span(tokens: Sequence[Token], at: int, end: int) -> tuple[int, int] | None:
    """The words of "Cambodia's capital", "Thai capital" or "capital city of Sri Lanka" around a country's."""
    after = _joined_after(tokens, end)
    if after[:1] == ["capital"]:
        about_money = (after[1:] and after[1] in _MONEY) or (at > 0 and tokens[at - 1].letters in _NOT_THE_CAPITAL)
        return None if about_money else (at, end + 1 + (after[1:] == ["city"]))
    start = at
    for word, needed in (("the", False), ("of", True), ("city", False), ("capital", True)):
        if start > 0 and tokens[start - 1].letters == word:
            start -= 1
        elif needed:
            return None
    another = start > 0 and tokens[start - 1].letters in _NOT_THE_CAPITAL
    return None if another or _is_owner(tokens, end) else (start, end)


def _joined_after(tokens: Sequence[Token], end: int) -> list[str]:
    """At most two words that follow without a comma or other break."""
    return [token.letters for token in takewhile(lambda token: token.joined, tokens[end : end + 2])]


def _is_owner(tokens: Sequence[Token], end: int) -> bool:
    """Whether the name that ends there is a possessive."""
    return end < len(tokens) and tokens[end].possessive


def _capitalised_run(tokens: Sequence[Token], at: int, end: int) -> Sequence[Token]:
    """The name that ``tokens[at:end]`` are a part of: "Davao del Norte" around "Davao"."""
    while (
        at > 0
        and tokens[at].joined
        and not tokens[at].possessive
        and tokens[at - 1].capital
        and not tokens[at - 1].first
    ):
        at -= 1
    reach = end
    while reach < len(tokens) and tokens[reach].joined and not tokens[reach].possessive:
        if tokens[reach].capital:
            end = reach + 1
        elif tokens[reach].letters not in _PARTICLES or tokens[reach].letters == "and":
            break
        reach += 1
    return tokens[at:end]
