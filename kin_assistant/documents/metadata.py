"""What a document is about, read from the document itself: for files that bring no front matter.

What is only named in passing is left out: an empty field hides nothing from a search by words, a wrong one misleads a
filter.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from kin_assistant.documents.readers.composition import Composition
from kin_assistant.documents.themes import themes_of
from kin_assistant.places.gazetteer import PlaceKind, key_of
from kin_assistant.places.matching import Gazetteer, Mention, Place, PlaceIndex, words_of
from kin_assistant.text.cleaning import clean
from kin_assistant.text.english import read_words
from kin_assistant.text.language import language_of_parts
from kin_assistant.types import Years

__all__ = ["Description", "describe"]

_MOST_READ: Final = 200_000
"""Characters of a document, at most, that are searched for places, themes and years."""
_LONGEST_BLOCK: Final = 20_000
_ALWAYS_READ: Final = 40
"""Blocks at the start that are searched however long the document is."""

_LONGEST_TITLE: Final = 200
_LONGEST_FIRST_LINE: Final = 120
_TITLE_BLOCKS: Final = 30
"""Blocks from the start among which a title is looked for."""
_PROGRAM: Final = re.compile(
    r"^(?:microsoft (?:office )?(?:word|powerpoint|excel)|word|powerpoint)\s+[-–]\s+", re.IGNORECASE
)
_FILE_NAME: Final = re.compile(
    r"\.(?:docx?|dotx?|pptx?|xlsx?|pdf|indd|qxp|qxd|rtf|od[tps]|html?|txt|tex|dvi|ai|pub|p65|fm)$", re.IGNORECASE
)
_NO_TITLE: Final = re.compile(
    r"(?:untitled|no ?title|title|unknown|none|null|new|blank|cover|draft|template|layout|test|temp|scan(?:ned)?|image"
    r"|document|doc|presentation|powerpoint(?: presentation| template)?|pdf|slide|page|folie|diapositiva?|book|workbook|sheet"
    r"|microsoft (?:word|powerpoint|excel)|home|index|main|welcome)"
    r"(?:[\s_-]*(?:document|page|\d+(?: of \d+)?)){0,2}",
    re.IGNORECASE,
)
_PART: Final = re.compile(
    r"(?:(?:table of )?contents?|list of (?:figures|tables|abbreviations|acronyms|contents)|abstract|(?:executive )?summary"
    r"|introduction|foreword|preface|acknowledge?ments?|disclaimer|copyright|background|overview|abbreviations|acronyms"
    r"|references|bibliography|appendix|annex|index|notes?|figures?|tables?|agenda|objectives?|conclusions?"
    r"|(?:chapter|section|part|annex|appendix|page|figure|table)\s+[\dIVX]+)[\s:.]*",
    re.IGNORECASE,
)
_REFERENCES: Final = re.compile(
    r"(?:\d+\.?\s+)?(?:list of )?(?:references|bibliography|literature(?: cited)?|works cited|sources|further reading|endnotes)"
    r"[\s:.]*",
    re.IGNORECASE,
)
_NUMBERING: Final = re.compile(r"^(?:\d+(?:\.\d+)*\.?|[IVX]+\.)\s+")
_JOINTS: Final = re.compile(r"[\s_+.-]+")
_HEXADECIMAL: Final = re.compile(r"[0-9a-fA-F{}-]{12,}")

_PIECE: Final = re.compile(r".{1,1000}(?:\s|\Z)|.{1000}", re.DOTALL)
_MOST_CITIES: Final = 5
_MOST_COUNTRIES: Final = 5
_FEW: Final = 3
_MANY: Final = 5
"""Mentions that make a place part of the subject, beside a share of all mentions of its kind."""
_CHARACTERS_A_MENTION: Final = 5_000
"""A place that a long text names less often than once in so many is no part of the subject."""
_SHARE_WITH_HEADING: Final = 0.2
_SHARE: Final = 0.35
_SHARE_OF_FEW: Final = 0.5
_ASIA_PACIFIC: Final = frozenset({"Central Asia", "East Asia", "Pacific", "South Asia", "South-East Asia"})
_ASIA_AND_PACIFIC: Final = re.compile(r"\bAsia(?:[- ]| and (?:the )?)Pacific\b")

_FIRST_YEAR, _LAST_YEAR = 1900, 2050
_YEAR: Final = re.compile(
    r"(?<![\d.,$€£])(?:19|20)\d\d(?![\d%]|[.,]\d|-\d\d-)"
    r"(?!\s+(?:tonnes|tons|kg|km|m|m2|m3|ha|mg|litres|people|persons|residents|households|families|homes|workers|dollars)\b)"
)
"""A number of four digits that is no amount."""
_TRIMMED: Final = 20
"""One mention in so many is left out at each end of the years."""


@dataclass(frozen=True, slots=True)
class Description:
    """What a document says of itself."""

    title: str
    cities: tuple[str, ...] = ()
    """Cities it is about, the most named first; spelt as the gazetteer spells them."""
    countries: tuple[str, ...] = ()
    region: str | None = None
    themes: tuple[str, ...] = ()
    """Themes of ``data/themes.tsv``, at most three, the clearest first."""
    years: Years | None = None
    language: str | None = None
    """ISO 639-1 code; None where it cannot be told."""


def describe(composition: Composition, *, title: str | None, path: str) -> Description:
    """What the document at ``path`` (POSIX, below the corpus folder) is about.

    ``title`` is what the file's own properties say, if anything; it is used where it looks like a title.
    """
    chosen = _title_of(composition, title, path)
    names = " / ".join(_readable(part) for part in PurePosixPath(path).with_suffix("").parts)
    headings, texts = _sample(composition)
    headings = [heading for heading in headings if heading != chosen]
    language = language_of_parts(texts or headings)
    places = _Places.find(chosen, names, headings, texts)
    countries = places.countries()
    cities = places.cities(countries)
    return Description(
        title=chosen,
        cities=tuple(dict.fromkeys(city.name for city in cities)),
        countries=tuple(dict.fromkeys(place.country or place.name for place in (*cities, *countries))),
        region=places.region((*cities, *countries)),
        themes=themes_of([chosen, names], headings, texts) if language in ("en", None) else (),
        years=_years_of(chosen, names, texts),
        language=language,
    )


# Title


def _title_of(composition: Composition, title: str | None, path: str) -> str:
    given = _PROGRAM.sub("", clean(title or ""))
    if _is_title(given) and (" " in given or not re.search(r"[\d_]", given)):
        return given
    for candidate in _headings(composition):
        if _is_title(candidate) and not _PART.fullmatch(_NUMBERING.sub("", candidate)):
            return candidate
    for block in composition.blocks[:_FEW]:
        line = composition.text[block.start : block.end]
        if block.kind == "paragraph" and _is_title(line) and _is_like_a_title(line):
            return line
    return _readable(PurePosixPath(path).stem)


def _headings(composition: Composition) -> Iterator[str]:
    """What may be the title: the highest heading, where it stands at the start or is the name of the page, then the others."""
    found = [block for block in composition.blocks if block.kind == "heading"]
    start = [block for block in composition.blocks[:_TITLE_BLOCKS] if block.kind == "heading"]
    early = {composition.text[block.start : block.end] for block in start}
    late = {composition.text[block.start : block.end] for block in found} - early
    if composition.title and composition.title not in late:
        yield composition.title
    for block in start:
        yield composition.text[block.start : block.end]


def _is_title(text: str) -> bool:
    letters = sum(char.isalpha() for char in text)
    return (
        letters >= _FEW
        and letters >= 0.4 * len(text)
        and len(text) <= _LONGEST_TITLE
        and "\ufffd" not in text
        and "\\" not in text
        and "://" not in text
        and not _FILE_NAME.search(text)
        and not _NO_TITLE.fullmatch(text)
        and not _HEXADECIMAL.fullmatch(text)
    )


def _is_like_a_title(line: str) -> bool:
    return len(line) <= _LONGEST_FIRST_LINE and " " in line and not line[0].islower() and line[-1] not in ".,;:!-"


def _readable(name: str) -> str:
    """A file's name as words: "air-quality_2010" as "Air quality 2010"."""
    words = clean(_JOINTS.sub(" ", name)) or clean(name) or name
    return words[0].upper() + words[1:]


# Places


@dataclass(frozen=True, slots=True)
class _Places:
    """The places that a document names, by where it names them."""

    title: frozenset[Place]
    """In its title, its file's name or its folders', and in its text as well."""
    headings: Counter[Place]
    everywhere: Counter[Place]
    length: int
    """Characters that were read."""
    asia_pacific: bool
    """Whether it says that it is about all of Asia and the Pacific."""

    @classmethod
    def find(cls, title: str, names: str, headings: Sequence[str], texts: Sequence[str]) -> _Places:
        # What the document writes in lower case is no name in it, and a name within a longer one ("Suzhou Creek") no city.
        # A title may be the name of the file and all in lower case; only its names count.
        vocabulary = words_of([*headings, *texts]) | {word for word in words_of([title]) if not word.islower()}
        index, outside = _place_index(vocabulary), _place_index()
        titled = [*_mentions(outside, title), *(m for m in outside.find_places(names) if not m.programme)]
        headed = [mention for heading in (title, *headings) for mention in _mentions(index, heading)]
        mentions = headed + [mention for text in texts for mention in _mentions(index, text)]
        meant = _meant([*titled, *mentions])
        everywhere = _count(mentions, meant)
        whole = _FEW * len(_ASIA_AND_PACIFIC.findall(title))
        whole += sum(len(_ASIA_AND_PACIFIC.findall(text)) for text in (*headings, *texts))
        return cls(
            frozenset(place for place in _count(titled, meant) if everywhere[place]),
            _count(headed, meant),
            everywhere,
            sum(map(len, texts)),
            whole >= _FEW,
        )

    def cities(self, countries: Sequence[Place]) -> tuple[Place, ...]:
        """Those in the title, and those that are much of what the text names."""
        cities = self._chosen("city", _MOST_CITIES)
        states = [city for city in map(_city_state, countries) if city is not None and city not in cities]
        return (*cities, *states)[:_MOST_CITIES]

    def countries(self) -> tuple[Place, ...]:
        return self._chosen("country", _MOST_COUNTRIES)

    def region(self, places: Sequence[Place]) -> str | None:
        regions = {place.region for place in places}
        if not regions:
            named = self._chosen("region", 2)
            return "Asia-Pacific" if self.asia_pacific else named[0].name if len(named) == 1 else None
        if len(regions) == 1:
            return regions.pop()
        return "Asia-Pacific" if regions <= _ASIA_PACIFIC else None

    def _chosen(self, kind: PlaceKind, limit: int) -> tuple[Place, ...]:
        counted = {place: count for place, count in self.everywhere.items() if place.kind == kind}
        titled = [place for place in counted if place in self.title]
        total = sum(counted.values())

        def is_subject(place: Place) -> bool:
            count, share = counted[place], counted[place] / total
            if place in self.title or count < max(_FEW, self.length / _CHARACTERS_A_MENTION):
                return place in self.title
            if self.headings[place]:
                return share >= _SHARE_WITH_HEADING
            return not titled and share >= (_SHARE if count >= _MANY else _SHARE_OF_FEW)

        chosen = filter(is_subject, counted)
        return tuple(sorted(chosen, key=lambda place: (place not in titled, -counted[place], place.name))[:limit])


def _place_index(vocabulary: Collection[str] = ()) -> PlaceIndex:
    return PlaceIndex(Gazetteer.load(), (), vocabulary, body_nouns=read_words("body"))


def _mentions(index: PlaceIndex, text: str) -> Iterator[Mention]:
    """What is named with a capital; "Kitakyushu Initiative" is a programme and no place."""
    # In pieces: each name is looked at with all capitalised words around it, and a list may have thousands.
    for piece in _PIECE.findall(text):
        yield from (m for m in index.find_places(piece) if not m.surface.islower() and not m.programme)


def _count(mentions: Iterable[Mention], meant: Mapping[Place, Place | None]) -> Counter[Place]:
    """How often each place is named; a Japanese loan says nothing of Japan."""
    places = (meant.get(mention.place, mention.place) for mention in mentions if mention.relation != "demonym")
    return Counter(place for place in places if place is not None)


def _meant(mentions: Sequence[Mention]) -> dict[Place, Place | None]:
    """What is meant by the names of cities in countries of which the document says nothing, where it is not these cities.

    Of cities with one name, it is one in a country that is named, or one that is called by its longer name elsewhere;
    what is an ordinary word as well ("Orange") is no city.
    """
    gazetteer = Gazetteer.load()
    countries = {mention.place.name for mention in mentions if mention.place.kind == "country"}
    found: dict[Place, Place | None] = {}
    shared: dict[Place, list[Place]] = {}
    sure: set[Place] = set()
    for mention in mentions:
        place, key = mention.place, key_of(mention.surface)
        if place.kind != "city" or place.country in countries:
            continue
        numbers = [name.place for name in gazetteer.names.get(key, ()) if name.place is not None]
        if key in gazetteer.words:
            found[place] = None
        elif len(numbers) == 1:
            sure.add(place)
        else:
            shared[place] = [gazetteer.places[number] for number in numbers]
    for place, others in shared.items():
        other = next((other for other in others if other in sure or other.country in countries), None)
        if other is not None and place not in sure:
            found[place] = other
    return found


def _city_state(country: Place) -> Place | None:
    """The city that a country is: Singapore."""
    gazetteer = Gazetteer.load()
    for name in gazetteer.names.get(key_of(country.name), ()):
        if name.place is not None and gazetteer.places[name.place].country == country.name:
            city = gazetteer.places[name.place]
            return city if city.name == country.name else None
    return None


# Years


def _years_of(title: str, names: str, texts: Sequence[str]) -> Years | None:
    """The years in the title, else in the name of the file, else those that the text names without the outermost."""
    for name in (title, names):
        years = _read_years(name)
        if years:
            return min(years), max(years)
    years = sorted(year for text in texts for year in _read_years(text))
    trim = len(years) // _TRIMMED
    return (years[trim], years[-1 - trim]) if len(years) > 1 else None


def _read_years(text: str) -> list[int]:
    return [year for year in map(int, _YEAR.findall(text)) if _FIRST_YEAR <= year <= _LAST_YEAR]


# What is read


def _sample(composition: Composition) -> tuple[list[str], list[str]]:
    """Headings and other texts: all of a short document, some from all over a long one; no list of references."""
    step = math.ceil(len(composition.text) / _MOST_READ) or 1
    headings: list[str] = []
    texts: list[str] = []
    references, left = False, 2 * _MOST_READ
    for number, block in enumerate(composition.blocks):
        text = composition.text[block.start : min(block.end, block.start + _LONGEST_BLOCK)]
        listing = _REFERENCES.fullmatch(text) is not None
        if block.kind == "heading" or (listing and block.start > len(composition.text) / 2):
            references = listing
        if references or left <= 0 or (number >= _ALWAYS_READ and number % step):
            continue
        (headings if block.kind == "heading" else texts).append(text)
        left -= len(text)
    return headings, texts
