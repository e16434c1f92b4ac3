"""What a request for a list over the library asks for: what is listed, of which places and years, about what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from kin_assistant.places.gazetteer import Place
from kin_assistant.places.matching import Mention
from kin_assistant.text.english import read_words
from kin_assistant.text.words import STOP_WORDS, fold
from kin_assistant.types import Years

__all__ = ["CLAUSE_END", "Listed", "ListingRequest", "names_what_is_listed", "read_listing", "strip_frame"]

Listed = Literal["document", "city", "country", "theme", "year"]

_KINDS: Final[tuple[Listed, ...]] = ("city", "country", "theme", "year", "document")
_WORD: Final = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_COUNTED: Final = re.compile(r"\b(?:how many|number of|count(?:\s+(?:of|for|the))?|what number)\b", re.IGNORECASE)
_ASKED_FOR: Final = re.compile(
    r"^[^,.;:?]*\b(?:know|see|tell me|wonder(?:ing)?|ask(?:ing)?)\s+(?=(?:about|for|how|if|of|what|where|whether|which|who)\b)",
    re.IGNORECASE,
)
"""What leads to an indirect question: "my minister wants to know which nations appear"."""
CLAUSE_END: Final = re.compile(r"\s*[,;]\s+")
"""What parts the clauses of a request."""
_EXAMPLES: Final = re.compile(r"\s*\((?=[^()]*(?:,|\.\.|\u2026|\be\.g\.|\betc\b))[^()]*\)\s*", re.IGNORECASE)
"""Several things in brackets. One alone says what is meant."""
_YEAR: Final = r"((?:19|20)\d\d)"
_BETWEEN: Final = re.compile(
    rf"\b(?:between|from|in)?\s*{_YEAR}\s*(?:-|–|and|to|until|till)\s*{_YEAR}\b", re.IGNORECASE
)
_UP_TO: Final = re.compile(
    rf"\b(?:before|older than|earlier than|until|till|up to|prior to)\s+(?:the year\s+)?{_YEAR}\b", re.I
)
_FROM_ON: Final = re.compile(
    rf"\b(?:after|since|newer than|later than)\s+(?:the year\s+)?{_YEAR}\b|\bfrom\s+{_YEAR}\s+on(?:wards?)?\b",
    re.IGNORECASE,
)
_DATED: Final = re.compile(rf"\b(?:dated|from|of|in|year)\s+{_YEAR}\b", re.IGNORECASE)
_EXCLUSIVE: Final = re.compile(r"^(?:before|older|earlier|prior|after|newer|later)", re.IGNORECASE)
_FIRST, _LAST = 1800, 2100
_PREPOSITIONS: Final = read_words("preposition") | {"the"}
_BEFORE: Final = 3
"""Words before a place's name that are looked at."""


@dataclass(frozen=True, slots=True)
class ListingRequest:
    """A list over the library that somebody asks for."""

    listed: Listed
    counted: bool = False
    """Whether the number is what is asked for."""
    subject: str = ""
    """What the listed ones are to have to do with, in the words of the request; empty for all of them."""
    places: tuple[Place, ...] = ()
    """Where they are to be: in any of these."""
    without: tuple[Place, ...] = ()
    """Places that are left out."""
    years: Years | None = None
    named: str = ""
    """``subject`` with a noun such as "city" that may be part of its name."""
    dated: str = ""
    """The restriction to ``years`` in words: "after 2015"."""


def read_listing(request: str, mentions: Sequence[Mention]) -> ListingRequest:
    """What ``request``, with the places that it mentions, asks to be listed."""
    years, dated, rest = _take_years(request)
    places: dict[Place, None] = {}
    without: dict[Place, None] = {}
    # From the end on, so that the positions of the others stay right.
    for mention in sorted(mentions, key=lambda mention: -mention.start):
        start = rest.find(mention.surface)
        if start < 0:
            continue
        before = [fold(word) for word in _WORD.findall(rest[:start])][-_BEFORE:]
        if read_words("leaving_out").intersection(before):
            without[mention.place] = None
        elif not _says_where(mention, before, rest[start + len(mention.surface) :]):
            continue
        else:
            places[mention.place] = None
        rest = _cut_out(rest, start, start + len(mention.surface))
    rest = _without_examples(rest)
    words = [fold(word) for word in _WORD.findall(rest)]
    listed = _find_listed(words)
    subject = strip_frame(rest)
    if listed == "theme" and fold(subject) in read_words("kept_how"):
        subject = ""  # "sorted by which themes" asks for nothing that is sorted
    return ListingRequest(
        listed,
        counted=bool(_COUNTED.search(request)),
        subject=subject,
        named=strip_frame(rest, keep_nouns=True),
        places=tuple(reversed(places)),
        without=tuple(reversed(without)),
        years=years,
        dated=dated,
    )


def names_what_is_listed(request: str) -> bool:
    """Whether ``request`` says what is to be listed, such as cities or documents."""
    said = {fold(word) for word in _WORD.findall(request)}
    return any(said & read_words(f"listed_{kind}") for kind in (*_KINDS, "place"))


def strip_frame(request: str, *, keep_nouns: bool = False) -> str:
    """``request`` without the words at its ends that only ask: "do you have something on floods?" gives "floods".

    ``keep_nouns`` keeps a noun such as "city" at the end, where it is part of a name: "green sister city".
    """
    request = _ASKED_FOR.sub("", request, count=1)
    request = next(filter(str.strip, request.split("?")), request)
    clauses = CLAUSE_END.split(request)
    asking = [clause for clause in clauses if not (_asks_again(clause) or _asks_for_detail(clause))]
    if 0 < len(asking) < len(clauses):
        request = ", ".join(asking)
    words = list(_WORD.finditer(request))
    first, last = 0, len(words)
    while first < last and (
        _is_frame(words[first][0], name=first > 0)
        or (first and _is_the_library(words[first][0], words[first + 1][0] if first + 1 < last else ""))
        or (first and first + 1 < last and _is_doing(words[first][0], words[first - 1][0]))
    ):
        first += 1
    while last > first and (
        _is_frame(words[last - 1][0], name=True, nouns=not keep_nouns)
        or _is_the_library(words[last - 1][0], words[last - 2][0] if last > first + 1 else "")
    ):
        last -= 1
    return request[words[first].start() : words[last - 1].end()] if first < last else ""


def _without_examples(request: str) -> str:
    """``request`` without examples in brackets, unless it has nothing else: "banned something (bags, coal ...)"."""
    rest = _EXAMPLES.sub(" ", request)
    return rest if rest.strip(" .?!") else request


def _asks_again(clause: str) -> bool:
    """Whether a clause only points back at what the others ask for: "list them for our bureau"."""
    words = [fold(word) for word in _WORD.findall(clause)]
    at = next((i for i, word in enumerate(words) if word in read_words("pointing")), None)
    return bool(at) and all(_is_frame(word, name=False) for word in words[:at])


def _asks_for_detail(clause: str) -> bool:
    """Whether a clause only says what is wanted of each that is listed: "with years and sources"."""
    first, *others = [fold(word) for word in _WORD.findall(clause)] or [""]
    return (
        first == "with"
        and any(word in read_words("detail") for word in others)
        and all(word in read_words("detail") or _is_frame(word, name=False) for word in others)
    )


def _find_listed(words: Sequence[str]) -> Listed:
    """The first thing that is named, before anything else is."""
    for word in words:
        for kind in _KINDS:
            if word in read_words(f"listed_{kind}"):
                return kind
        if word in read_words("listed_place"):
            return "city"
    return "document"


def _is_frame(word: str, *, name: bool, nouns: bool = True) -> bool:
    """Whether a word belongs to the asking; a capital makes it part of a ``name``, where that can be."""
    folded = fold(word)
    if name and word[0].isupper() and folded not in STOP_WORDS:
        return False
    return (
        folded in STOP_WORDS
        or any(folded in read_words(kind) for kind in ("frame", "leaving_out", "listed_place", "asking", "auxiliary"))
        or (nouns and any(folded in read_words(f"listed_{kind}") for kind in _KINDS))
        or folded in read_words("preposition")
    )


def _is_doing(word: str, before: str) -> bool:
    """Whether a word says only that something is done by what is listed: "who uses drones", but not "on used oil"."""
    return fold(word) in read_words("doing") and fold(before) not in _PREPOSITIONS


def _is_the_library(word: str, beside: str) -> bool:
    """Whether a word means what the documents are kept in: "in the collection", but not "waste collection".

    ``beside`` is the word next to it, on the side of the subject.
    """
    return fold(word) in read_words("kept_in") and (not beside or _is_frame(beside, name=False))


def _says_where(mention: Mention, before: Sequence[str], after: str) -> bool:
    """Whether the place is where the listed ones are, not somebody who sends, pays or is imitated."""
    if before and before[-1] in read_words("acting"):
        return False
    if mention.relation != "demonym":
        return True
    following = [fold(word) for word in _WORD.findall(after)[:2]]
    return not following or any(word in read_words(f"listed_{kind}") for word in following for kind in _KINDS)


def _cut_out(text: str, start: int, end: int) -> str:
    """``text`` without the place there and the prepositions that lead to it."""
    head, tail = text[:start].rstrip(" ,;:?"), text[end:]
    while (word := re.search(r"[\w-]+$", head)) and fold(word[0]) in _PREPOSITIONS | read_words("leaving_out"):
        head = head[: word.start()].rstrip(" ,;:?")
    return f"{head} {tail.lstrip()}"


def _take_years(request: str) -> tuple[Years | None, str, str]:
    """The years that a request is restricted to, how it says so, and the rest of it."""
    for pattern in (_BETWEEN, _UP_TO, _FROM_ON, _DATED):
        if match := pattern.search(request):
            numbers = [int(number) for number in match.groups() if number]
            beyond = 1 if _EXCLUSIVE.match(match[0]) else 0
            if pattern is _BETWEEN:
                years = (min(numbers), max(numbers))
            elif pattern is _UP_TO:
                years = (_FIRST, numbers[0] - beyond)
            elif pattern is _FROM_ON:
                years = (numbers[0] + beyond, _LAST)
            else:
                years = (numbers[0], numbers[0])
            return years, match[0].strip(), request[: match.start()] + " " + request[match.end() :]
    return None, "", request
