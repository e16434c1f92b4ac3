"""The places that a question names, found against the corpus and against the world, without a network.

:class:`PlaceIndex` lays what the corpus is about over the :class:`Gazetteer`, and reads questions::

    index = PlaceIndex(Gazetteer.load(), documents, words_of(texts))
    index.find_places("What did Surabya and Lahore do?")    # Surabaya, corrected; Lahore, not in the corpus
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple

from rapidfuzz.distance import OSA

from kin_assistant.corpus.profile import Home
from kin_assistant.places.gazetteer import (
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
from kin_assistant.places.tokenized import LONGEST_NAME, TokenizedQuestion, is_cased
from kin_assistant.places.unknown import UnknownNames
from kin_assistant.text.english import read_words
from kin_assistant.types import DocumentInfo

__all__ = ["Gazetteer", "Mention", "Place", "PlaceIndex", "words_of"]

Relation = Literal["named", "capital of", "demonym"]

_SHORTEST_GUESS: Final = 5
"""Letters of a misspelt name, at least."""
_SHORTEST_GUESS_OF_ALIAS: Final = 7
_LETTERS_FOR_TWO_SLIPS: Final = 8
_WELL_KNOWN: Final = 1_000_000
"""People of a well-known city."""
_LONGEST_ACRONYM: Final = 4
_SHORTEST_IN_LOWER_CASE: Final = 5
"""Letters of a name of the world that is understood in lower case; one less for countries and well-known cities."""
_SHORTEST_CODE_IN_LOWER_CASE: Final = 3
_SHORTEST_PLURAL: Final = 5
_START: Final = 5
"""Letters by which it is seen at once that no name begins here."""


_CURRENCIES: Final = read_words("currency")


@dataclass(frozen=True, slots=True)
class Mention:
    """A place named in a question: ``question[start:end] == surface``."""

    start: int
    end: int
    surface: str
    place: Place
    """Spelt as the corpus spells it, where it does."""
    in_corpus: bool = False
    """Whether :meth:`PlaceIndex.documents_about` the place knows any."""
    in_text: bool = False
    """Whether the vocabulary of the corpus has the words, if only in passing or in another meaning."""
    corrected: bool = False
    """Whether the name is misspelt, or spelt as in another language."""
    relation: Relation = "named"
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
    lower case are not taken for places, and none of them for a misspelling. With ``english``, the common words of the language,
    names that neither the corpus nor the world has are found as well. The bodies of ``home`` carry the name of a city
    without meaning it; with ``body_nouns`` ("initiative"), so do those of any city that have such a word behind its name.
    """

    def __init__(
        self,
        gazetteer: Gazetteer,
        documents: Sequence[DocumentInfo],
        vocabulary: Collection[str] = (),
        home: Home | None = None,
        body_nouns: Collection[str] = (),
        english: Collection[str] = (),
    ) -> None:
        self._home, self._body_nouns = home, frozenset(body_nouns)
        self._gazetteer = gazetteer
        self._capitals = frozenset(gazetteer.capitals.values())
        self._places = list(gazetteer.places)
        self._names: dict[str, list[Name]] = {}
        self._about: dict[int, set[str]] = {}
        self._guessable: dict[str, dict[int, list[tuple[str, Name]]]] = {}
        self._words = gazetteer.words | {fold(word) for word in vocabulary if word.islower()}
        # Empty until the titles are read: there, too, a name is part of a longer one, and tells what that one is.
        self._written: frozenset[str] = frozenset()
        self._cover_front_matter(documents)
        self._words -= self._names.keys() - gazetteer.words
        self._starts = {key[:_START] for keys in (self._names, gazetteer.names) for key in keys}
        self._cover_titles(documents)
        self._written = frozenset(fold(word) for word in vocabulary)
        self._documents = {self._places[number]: tuple(sorted(ids)) for number, ids in self._about.items()}
        self._collect_guessable()
        self._unknown: UnknownNames | None = None
        if english:
            titled = {fold(word) for word in words_of(document.title for document in documents)}
            self._unknown = UnknownNames(self._written | titled, self._words, english, gazetteer.areas)

    def find_places(self, question: str) -> tuple[Mention, ...]:
        """The places that the question names, in its order; no two overlap."""
        mentions = []
        read = self._question(question)
        for found in self._read(read):
            window = read.tokens[found.at : found.end]
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
        taken = [any(m.start < token.end and token.start < m.end for m in mentions) for token in read.tokens]
        free = [token for token, known in zip(read.tokens, taken, strict=True) if not known]
        if self._unknown and is_cased(question, free):
            for start, end in self._unknown.find(question, read.tokens, taken):
                mentions.append(Mention(start, end, question[start:end], Place(question[start:end], "city")))
        return tuple(sorted(mentions, key=lambda mention: mention.start))

    def find_areas(self, question: str, mentions: Sequence[Mention]) -> tuple[str, ...]:
        """The islands, provinces and states beside the ``mentions`` of places that no document names.

        Of towns in them, documents may be.
        """
        tokens = read_tokens(question)
        areas = self._unknown.find_areas(tokens) if self._unknown else ()
        spans = [(tokens[at].start, tokens[end - 1].end) for at, end in areas]
        free = [span for span in spans if not any(m.start < span[1] and span[0] < m.end for m in mentions)]
        return tuple(dict.fromkeys(question[start:end] for start, end in free))

    @property
    def cities(self) -> tuple[Place, ...]:
        """The cities that documents are about."""
        return tuple(place for place in self._documents if place.kind == "city")

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
        if self._home:
            home = self._numbered(key_of(self._home.city), "city", ())
            if home in self._about:
                self._names |= {key_of(name): [Name(home, 1, "programme")] for name in self._home.names}

    def _cover(self, name: str, kind: PlaceKind, document: DocumentInfo) -> int:
        """Number of the place that a document's front matter calls ``name``; where the world lacks it, of a new one."""
        key = key_of(name) or name
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
            title = self._question(document.title)
            for found in list(self._read(title)):
                if self._places[found.place].kind != "city" or found.programme or found.corrected:
                    continue
                name, longer = title.tokens[found.at : found.end], title.find_capitalised_run(found.at, found.end)
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
        """Sort by first letter and length the names that a misspelling may be meant for; short ones resemble too much."""
        for key, names in sorted(self._names.items()):
            number, trust = names[0].place, names[0].trust
            if number is None or trust != "name":
                continue
            own = key == key_of(self._places[number].name)
            if len(key) >= (_SHORTEST_GUESS if own else _SHORTEST_GUESS_OF_ALIAS):
                self._guessable.setdefault(key[0], {}).setdefault(len(key), []).append((key, names[0]))

    def _entries(self, key: str) -> tuple[Name, ...]:
        """Who is written so: the corpus' own places, then the world's."""
        return *self._names.get(key, ()), *self._gazetteer.names.get(key, ())

    def _means_nothing(self, name: str) -> bool:
        """Whether the name is a phrase that narrows nothing down, such as "Asia-Pacific"."""
        return any(entry.place is None for entry in self._gazetteer.names.get(key_of(name), ()))

    # What a question names

    def _question(self, text: str) -> TokenizedQuestion:
        tokens = read_tokens(text)
        english = [token.letters in self._words for token in tokens]
        settled = [known or token.letters in self._written for known, token in zip(english, tokens, strict=True)]
        return TokenizedQuestion(text, tokens, english, settled, is_cased(text, tokens))

    def _read(self, question: TokenizedQuestion) -> Iterator[_Found]:
        at = 0
        while at < len(question.tokens):
            match = self._match(question, at)
            if match is None:
                at += 1
                continue
            found = self._interpret(question, at, match)
            if found:
                yield found
            at = found.end if found else at + match.size

    def _match(self, question: TokenizedQuestion, at: int) -> _Match | None:
        """The longest name that starts at a token; a misspelt name of the corpus before a shorter one of the world."""
        keys = question.keys(at)
        match = self._match_exactly(question, at, keys) or self._match_plural(question, at)
        if match and (match.name.place is None or match.name.place in self._about):
            return match
        return self._guess(question, at, keys, match.size + 1 if match else 1) or match

    def _match_exactly(self, question: TokenizedQuestion, at: int, keys: Sequence[str]) -> _Match | None:
        # A run of words whose first letters no name has begins none, but for names as short as those letters.
        known = keys[-1][:_START] in self._starts
        for size, key in zip(range(len(keys), 0, -1), reversed(keys), strict=True):
            if known or len(key) < _START:
                name = self._choose(key, question, at, at + size)
                if name:
                    return _Match(size, name, corrected=name.trust == "spelling")
        return None

    def _choose(self, key: str, question: TokenizedQuestion, at: int, end: int) -> Name | None:
        """What a run of words means: the stated country's place, else the corpus' own, else the world's."""
        names = [name for name in self._entries(key) if self._accept(name, question, at, end)]
        if len(names) > 1:
            country = self._country_after(question.tokens, end)
            for name in names if country else ():
                if name.place is not None and self._places[name.place].country == country:
                    return name
            if names[0].place not in self._about:
                names.sort(key=lambda name: name.words != end - at)
        return names[0] if names else None

    def _accept(self, name: Name, question: TokenizedQuestion, at: int, end: int) -> bool:
        """Whether words with the letters of a name are meant as one, by their case and whether they are English."""
        if name.place is None or name.trust == "programme":
            return True
        window, first = question.tokens[at:end], question.tokens[at].first
        letters = sum(len(token.letters) for token in window)
        shouted = question.is_shouted(at, end)
        if name.trust == "code" and letters < _SHORTEST_CODE_IN_LOWER_CASE:
            return question.cased and shouted
        capital = question.is_capitalised(at, end)
        if all(question.english[at:end]):
            return capital and not first and len(question.find_capitalised_run(at, end)) == len(window)
        if name.place in self._about:
            return True
        if len(window) > name.words and any(question.english[at:end]):
            return False
        if capital and not (first and name.trust == "spelling"):
            return name.trust == "code" or not shouted or letters > _LONGEST_ACRONYM
        return name.trust == "code" or (name.trust == "name" and self._may_be_in_lower_case(name.place, letters))

    def _may_be_in_lower_case(self, number: int, letters: int) -> bool:
        """Whether a name without a capital may mean a place: a long one, or one of a place that everybody knows."""
        place = self._places[number]
        known = place.kind != "city" or place.population >= _WELL_KNOWN or number in self._capitals
        return letters >= _SHORTEST_IN_LOWER_CASE - known

    def _match_plural(self, question: TokenizedQuestion, at: int) -> _Match | None:
        """Find "Thais", and Surabaya in "surabayas"."""
        letters = question.tokens[at].letters
        if len(letters) < _SHORTEST_PLURAL or letters[-1] != "s" or question.english[at]:
            return None
        for name in self._entries(letters[:-1]):
            if name.trust == "name" and name.place is not None and (name.demonym or name.place in self._about):
                return _Match(1, name)
        return None

    def _guess(self, question: TokenizedQuestion, at: int, keys: Sequence[str], shortest: int) -> _Match | None:
        """The corpus place whose name is nearest to a run of words that neither English nor the corpus has."""
        guessable = self._guessable.get(keys[0][0])
        if not guessable or all(question.settled[at : at + len(keys)]):
            return None
        for size in range(len(keys), shortest - 1, -1):
            key, settled = keys[size - 1], question.settled[at : at + size]
            if len(key) < _SHORTEST_GUESS - 1 or key in self._gazetteer.names or all(settled):
                continue
            best: tuple[int, int, str, Name] | None = None
            for length in range(len(key) - 2, len(key) + 3):
                allowed = 2 if min(len(key), length) >= _LETTERS_FOR_TWO_SLIPS else 1
                for other, name in guessable.get(length, ()):
                    if size > name.words + 1 or (size not in (1, name.words) and any(settled)):
                        continue
                    slips = OSA.distance(key, other, score_cutoff=allowed)
                    if slips <= allowed and (best is None or (slips, -length, other) < best[:3]):
                        best = (slips, -length, other, name)
            if best:
                return _Match(size, best[3], corrected=True)
        return None

    def _country_after(self, tokens: Sequence[Token], end: int) -> str | None:
        """The country that follows: "Bago, Myanmar", "Bago in Myanmar"."""
        end += end < len(tokens) and tokens[end].letters == "in"
        if end == len(tokens) or tokens[end].first:
            return None
        for size in range(min(LONGEST_NAME, len(tokens) - end), 0, -1):
            number = self._numbered(letters_of(tokens[end : end + size]), "country", ())
            if number is not None:
                return self._places[number].name
        return None

    def _interpret(self, question: TokenizedQuestion, at: int, match: _Match) -> _Found | None:
        """What the words around a name make of it: a sum of money, a capital, a programme, a part of a longer name."""
        number, end = match.name.place, at + match.size
        if number is None:
            return None
        place = self._places[number]
        after = [] if question.owns(end) else question.joined_after(end)
        following = {*after[:1], "".join(after)}
        if place.kind == "country" or place.country == place.name:
            if following & _CURRENCIES or question.text.startswith("$", question.tokens[end - 1].end):
                return None
            capital, span = self._gazetteer.capitals.get(number), question.find_capital_span(at, end)
            if span and capital is not None:
                return _Found(*span, capital, match.corrected, "capital of")
        if place.kind == "city" and "city" in following:
            end += 1
        elif number not in self._about:
            run = question.find_capitalised_run(at, end)
            if len(run) > match.size and self._is_written(run):
                return None
        programme = match.name.trust == "programme"
        if place.kind == "city":
            home = self._home if self._home and place.name == self._home.city else None
            programme |= not following.isdisjoint(home.nouns if home else self._body_nouns)
        return _Found(at, end, number, match.corrected, "demonym" if match.name.demonym else "named", programme)

    def _is_written(self, tokens: Sequence[Token]) -> bool:
        return all(token.letters in self._written for token in tokens)
