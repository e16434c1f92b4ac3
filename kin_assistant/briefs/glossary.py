"""The terms of a theme with the sentences in which documents define them.

A sentence defines a term if it has the form of a definition and nothing in it speaks against that; forms that are met in
other sentences too are left out, so that many definitions are missed and few are wrong.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kin_assistant.answer.sentence_search import Found, Topic
from kin_assistant.index.library import DocumentRow
from kin_assistant.places.matching import PlaceIndex
from kin_assistant.text.english import read_words
from kin_assistant.text.words import stems, words

__all__ = ["Definition", "find_definitions", "read_definition", "read_short_form"]

_MAX_WORDS: Final = 45
"""Of a sentence that defines something."""
_LONGEST_TERM: Final = 5
_INSERTED: Final = r"(?:,\s[^,]{2,70},)?"
_SHORT: Final = r"(?:\s\((?P<short>[A-Z][\w-]{1,9})\))?"
_WORD: Final = r"[a-z][\w-]*"
_COMMON: Final = rf"[A-Z][a-z-]+(?:\s{_WORD}){{0,3}}?"
_NAME: Final = r"[A-Z][\w\u2019'&-]*(?:\s(?:(?:of|for|and|the)\s)?[A-Z][\w\u2019'&-]*){0,7}"

_SEVERAL: Final = re.compile(
    rf"^(?P<term>{_COMMON}){_SHORT}{_INSERTED}\sare\s(?:{_WORD}\s){{1,3}}?(?:that|which|who|where|in which|with)\b"
)
"""``Waste cadres are volunteers who ...``"""
_ONE_KIND: Final = re.compile(rf"^(?P<term>{_COMMON}){_SHORT}{_INSERTED}\s(?:is\s(?:an?|the)|means)\s(?P<rest>.*)")
"""``Septage is the sludge ...``"""
_CALLED_SO: Final = re.compile(
    rf"^(?:The\s)?(?P<term>{_NAME}){_SHORT}{_INSERTED}\s(?:is|are)\s(?:an?|the)\s(?P<rest>.*)"
)
"""``SANIMAS, short for sanitation by the community, is a national programme ...``"""
_STANDS_FOR: Final = re.compile(
    r"\b(?P<term>[A-Z][\w-]*[A-Z][\w-]*)(?:,\s[^,]{2,60},)?(?:\sstands\sfor|,\sshort\sfor|\sis\sshort\sfor)\s(?P<rest>\w)"
)
"""``U-BCF, the method used in Hai Phong, stands for ...``"""
_KNOWN_AS: Final = re.compile(
    rf"\ban?\s(?:{_WORD}\s){{0,3}}{_WORD},\s(?:also\s)?(?:known\sas|called)\s(?:the\s)?(?P<term>[A-Z][\w-]*(?:\s[\w-]+){{0,3}}?)(?=[,.;])"
)
"""``a semi-aerobic landfill, known as the Fukuoka method.``"""
_BESIDE: Final = re.compile(
    rf"(?:^(?:The\s)?(?P<name>{_NAME})|\b(?P<letters>[A-Z]{{2,9}})),\s(?:an?|the)\s(?P<rest>[^,.;:()\d]*?\s(?:of|that|which|for|under)\s[^,.;:()\d]+),"
)
"""``... and BOD, the organic load that takes oxygen from the water, fell by half.``"""
_LISTED: Final = re.compile(r"\b(?:and|or)\b")
_SPELT_OUT: Final = re.compile(r"(?P<before>(?:[\w\u2019'-]+\s){1,9})\((?P<short>[A-Z]{2,9})\)")
"""``compressed natural gas (CNG)``"""
_UNCOUNTED: Final = frozenset({"of", "for", "and", "the", "in", "on"})
"""They give no letter to a short form."""
_KIND_ENDS: Final = re.compile(r"[,;:(]|\s(?:of|that|which|who|where|in|for|with|to|from|on|by|at|whose|and)\s")


@dataclass(frozen=True, slots=True)
class Definition:
    """A term, and the sentence that defines it."""

    term: str
    """As it begins an entry: ``Waste bank``; a short form with what it stands for: ``CNG, compressed natural gas``."""
    found: Found
    spelt_out: bool
    """Whether the sentence only writes a short form in full."""

    @property
    def name(self) -> str:
        """The term as texts use it, without what a short form stands for."""
        return self.term.partition(",")[0]


def read_definition(text: str, places: PlaceIndex) -> str | None:
    """The term that the sentence ``text`` defines, None if it defines none."""
    if len(text.split()) > _MAX_WORDS or not text.endswith("."):
        return None
    return _read_name(text, places) or (_speaks_in_general(text) and _read_general(text)) or None


def read_short_form(text: str) -> str | None:
    """Letters that a sentence writes in full in front of them: ``CNG, compressed natural gas``."""
    if len(text.split()) > _MAX_WORDS:
        return None
    for match in _SPELT_OUT.finditer(text):
        before = match["before"].split()
        for start in range(len(before) - 1):
            own = before[start:]
            counted = [word for word in own if word not in _UNCOUNTED]
            initials = {
                "".join(word[0] for word in counted),
                "".join(w[0] for one in counted for w in one.split("-") if w),
            }
            if match["short"] in {one.upper() for one in initials} and own[0].lower() not in read_words("stop"):
                return f"{match['short']}, {' '.join(own)}"
    return None


def find_definitions(
    sentences: Sequence[Found], topic: Topic, places: PlaceIndex, quoted: Collection[DocumentRow], limit: int
) -> list[Definition]:
    """At most ``limit`` terms that ``sentences`` define and that the topic has or the documents ``quoted`` use, by term.

    Definitions come before short forms that are written in full, terms of the topic before others, and what is used in more
    documents before what is used in fewer.
    """
    said = [(one.document, frozenset(stems(one.text))) for one in sentences]
    ranked: list[tuple[tuple[bool, bool, int, float, int, int], Definition]] = []
    for one in _read(sentences, places):
        own = frozenset(stems(one.name))
        users = {document for document, held in said if own <= held}
        of_topic = not own.isdisjoint(topic.stems)
        if of_topic or not users.isdisjoint(quoted):
            found = one.found
            ranked.append(((one.spelt_out, not of_topic, -len(users), -found.cosine, found.passage, found.number), one))
    best: dict[str, Definition] = {}
    for _, one in sorted(ranked, key=lambda item: item[0]):
        best.setdefault(one.name.casefold(), one)
    return sorted(list(best.values())[:limit], key=lambda one: one.term.casefold())


def _read(sentences: Sequence[Found], places: PlaceIndex) -> Iterator[Definition]:
    for one in sentences:
        if one.quotable and not one.compiled and not one.silent:
            if term := read_definition(one.text, places):
                yield Definition(term[0].upper() + term[1:], one, spelt_out=False)
            elif term := read_short_form(one.text):
                yield Definition(term, one, spelt_out=True)


def _read_name(text: str, places: PlaceIndex) -> str | None:
    """A name or a term that stands beside what it is."""
    if match := _STANDS_FOR.search(text) or _KNOWN_AS.search(text):
        return match["term"]
    if (match := _CALLED_SO.match(text)) and _is_name(match["term"], places) and _names_a_kind(match["rest"]):
        return f"{match['short']}, {match['term']}" if match["short"] else match["term"]
    for match in _BESIDE.finditer(text):
        name = match["name"] or match["letters"]
        if not _LISTED.search(match["rest"]) and _is_name(name, places) and _names_a_kind(match["rest"]):
            return name
    return None


def _read_general(text: str) -> str | None:
    """A thing of which a sentence tells what all such things are or do."""
    first, *others = text.split()
    if first in ("A", "An"):
        ends = [at for at, word in enumerate(others[: _LONGEST_TERM + 1]) if at and word in read_words("defining")]
        found = ((_term(" ".join(others[:at])), at) for at in ends)
        return next((term for term, at in found if term and _tells_a_kind(others[at:])), None)
    if match := _SEVERAL.match(text):
        return _term(match["term"])
    match = _ONE_KIND.match(text)
    return _term(match["term"]) if match and _names_a_kind(match["rest"]) else None


def _tells_a_kind(told: Sequence[str]) -> bool:
    """Whether what follows a term says what such things do, or what they are; "is unlikely to" says neither."""
    verb, *rest = told
    if verb != "is":
        return True
    if rest and rest[0] in ("a", "an", "the"):
        return _names_a_kind(" ".join(rest[1:]))
    kind = _KIND_ENDS.split(" ".join(rest), maxsplit=1)[0]
    return len(kind.split()) > 1 and _names_a_kind(kind)


def _speaks_in_general(text: str) -> bool:
    """Whether a sentence names nobody, no place and no number: what it says holds of all things that are called so."""
    _, *others = re.sub(r"\([A-Z][\w-]{1,9}\)", "", text).split()
    return not any(char.isupper() or char.isdigit() for word in others for char in word)


def _term(name: str) -> str | None:
    """What is defined, without an adverb behind it; None for what is no noun phrase of a few words."""
    own = words(name)
    while own and own[-1] in read_words("frequency"):
        own = own[:-1]
        name = name.rpartition(" ")[0]
    unfit = read_words("stop") | read_words("preposition") | read_words("no_term")
    if not own or len(own) > _LONGEST_TERM or not unfit.isdisjoint(own):
        return None
    return name


def _is_name(name: str, places: PlaceIndex) -> bool:
    """Whether ``name`` is one, and not that of a place."""
    mentions = places.find_places(name)
    return words(name)[0] not in read_words("stop") and not any(one.end - one.start >= len(name) for one in mentions)


def _names_a_kind(rest: str) -> bool:
    """Whether what stands behind "is a" says what kind of thing something is, and not what somebody thinks of it."""
    kind = _KIND_ENDS.split(rest, maxsplit=1)[0]
    return kind[:1].islower() and read_words("no_kind").isdisjoint(words(kind))
