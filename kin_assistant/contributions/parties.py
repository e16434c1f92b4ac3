"""Who is named in a sentence: bodies, companies, governments, cities as doers, and people in general words.

There is no model of names. A name is one of a table, one that the document itself introduces or spells out, a run of capitalised
words with a word such as "Bank" in it, general words such as "the water company", or a place that does something.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kin_assistant.contributions.values import PartyKind
from kin_assistant.contributions.vocabulary import CAPITALISED, read_role_words
from kin_assistant.places.matching import Mention

__all__ = ["Named", "PartyFinder", "does_something"]

_RUN: Final = re.compile(rf"{CAPITALISED}(?:\s(?:(?:of|for|on)\s(?:the\s)?|and\s|&\s)?{CAPITALISED})*")
_ACRONYM: Final = re.compile(r"(?<![\w-])[A-Z][A-Za-z]*[A-Z][A-Za-z]*(?![\w-])")
_SPELT_OUT: Final = re.compile(r"\(([A-Z][A-Za-z]*[A-Z][A-Za-z]*)\)")
_NAME_BEFORE: Final = re.compile(rf"{CAPITALISED}(?:[\s-]+(?:(?:of|for|on|and|the|to|in)\s+)*{CAPITALISED})+\s$")
_CITY_OF: Final = re.compile(rf"(?<![\w-])(?:[Cc]ity|[Mm]unicipality|[Tt]own) of {CAPITALISED}(?:\s{CAPITALISED})*")
_FEWEST_LETTERS: Final = 3
_IN_NAME: Final = re.compile(rf"(?<![.|(:] )(?<![\w-]){CAPITALISED}\s$")
"""A capitalised word in front, of which a place is a part: "IGES Kitakyushu office"."""
_OWNS: Final = re.compile(r"['\u2019]s?$")


@dataclass(frozen=True, slots=True)
class Named:
    """A party in a sentence: ``text[start:end]``."""

    start: int
    end: int
    name: str
    kind: PartyKind
    certain: bool
    """Whether it is a body by its name alone; else what stands beside it decides."""
    general: bool = False
    """Whether it has no name of its own: "the company", "households"."""


class PartyFinder:
    """Finds the parties in the sentences of one document."""

    def __init__(self, text: str) -> None:
        """``text`` is that of the whole document: it introduces names and spells them out."""
        self._text = text
        words = read_role_words()
        self._full: dict[str, str] = dict(words.body_of_name)
        for match in _SPELT_OUT.finditer(text):
            if (full := _spelt_before(text[: match.start()], match[1])) and match[1] not in words.no_bodies:
                body = words.body_of_name.get(match[1]) or words.body_of_name.get(full) or full
                self._full.setdefault(match[1], body)
                self._full.setdefault(full, body)
        self._introduced: dict[str, PartyKind] = {}
        for match in words.introduced.finditer(text):
            name = _bare(match["name"])
            if len(name) >= _FEWEST_LETTERS and name not in words.no_bodies and match["kind"] not in ("partner",):
                self._introduced[name] = words.kind_of_head.get(match["kind"], "organisation")
        known = sorted({*self._introduced, *self._full}, key=lambda name: (-len(name), name))
        self._known = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, known))})(?![\w-])")

    def find(self, text: str, mentions: Sequence[Mention]) -> list[Named]:
        """The parties of a sentence, in order, none within another; ``mentions`` are its places."""
        places = {(one.start, one.end): one for one in mentions if one.relation == "named" and not one.corrected}
        found: list[Named] = []
        for source in (self._cities_of, self._bodies, self._runs, self._called, self._acronyms):
            for one in source(text):
                _add(found, one)
        for (start, end), mention in places.items():
            behind = text[end : end + 2]
            before = text[:start]
            is_place = read_role_words().before_place.search(before) or _IN_NAME.search(before)
            if mention.place.kind in ("city", "country") and behind[:1] not in ("'", "\u2019", "-") and not is_place:
                kind: PartyKind = "city" if mention.place.kind == "city" else "country"
                _add(found, Named(start, end, mention.place.name, kind, certain=False))
        for one in _donors(text, mentions):
            _add(found, one)
        for one in self._doers(text, {(one.start, one.end) for one in mentions}):
            _add(found, one)
        found.sort(key=lambda one: one.start)
        return [one for one in found if not _repeats(text, one, found) and not _introduces(one, found)]

    def _cities_of(self, text: str) -> Iterator[Named]:
        for match in _CITY_OF.finditer(text):
            words = _bare(match[0])
            before = text[: match.start()]
            if not read_role_words().before_place.search(before) and not _OWNS.search(match[0]):
                yield Named(match.start(), match.start() + len(words), words.split(" of ", 1)[1], "city", certain=True)

    def _bodies(self, text: str) -> Iterator[Named]:
        words = read_role_words()
        for match in self._known.finditer(text):
            name = match[0]
            if text[match.end() : match.end() + 1] in ("'", "\u2019") and not does_something(text, match.end() + 2):
                continue  # "the LLDA's work" is nothing that it gives
            kind = self._introduced.get(name) or _kind_of(self._full.get(name, name)) or "organisation"
            yield Named(
                match.start(), match.end(), self._full.get(name, name), kind, certain=name not in words.no_bodies
            )

    def _runs(self, text: str) -> Iterator[Named]:
        for match in _RUN.finditer(text):
            for start, run in _split_run(match.start(), match[0]):
                kind = _kind_of(run)
                if kind and " " in run:
                    yield Named(start, start + len(run), self._full.get(run, run), kind, certain=True)

    def _called(self, text: str) -> Iterator[Named]:
        words = read_role_words()
        for match in words.called.finditer(text):
            owner, of = _bare(match["owner"] or ""), _bare(match["of"] or "")
            start = match.start()
            if owner:
                start, owner = _trim(match.start("owner"), owner)
                owner = "" if owner in words.leading else owner
                start = start if owner else match.start("head")
            end = match.start("of") + len(of) if of else match.end("head")
            said = text[start:end]
            plain = re.sub(r"^(?:[Tt]he|[Aa]n?|[Ii]ts|[Tt]heir)\s", "", said)
            start += len(said) - len(plain)
            kind = words.kind_of_head[match["head"]]
            public = kind in ("government", "organisation") and " " in plain and not plain.startswith("the ")
            named = bool(owner or of or public) and kind != "people"
            yield Named(start, end, plain[:1].upper() + plain[1:] if not named else plain, kind, named, not named)

    def _acronyms(self, text: str) -> Iterator[Named]:
        words = read_role_words()
        for match in _ACRONYM.finditer(text):
            owns = text[match.end() : match.end() + 1] in ("'", "\u2019")
            if len(match[0]) >= _FEWEST_LETTERS and match[0] not in words.no_bodies and not owns:
                yield Named(
                    match.start(), match.end(), self._full.get(match[0], match[0]), "organisation", certain=False
                )

    def _doers(self, text: str, places: Collection[tuple[int, int]]) -> Iterator[Named]:
        """Capitalised names right in front of a word that tells a role: "Mahagenco pays", "Manila Water spent"."""
        for match in _RUN.finditer(text):
            for start, run in _split_run(match.start(), match[0]):
                end = start + len(run)
                words = read_role_words()
                if (
                    (start, end) in places
                    or run in words.no_bodies
                    or run in words.leading
                    or not _is_doer(text, start, end)
                ):
                    continue
                alone = " " not in run
                if alone and (len(run) <= _FEWEST_LETTERS or run.endswith("s") or not self._is_name(run)):
                    continue
                yield Named(start, end, run, "company", certain=False)

    def _is_name(self, word: str) -> bool:
        """Whether the document has a capitalised word more than once, and never in lower case: else it opens a sentence."""
        return self._text.count(word) > 1 and not re.search(
            rf"(?<![\w-]){re.escape(word.lower())}(?![\w-])", self._text
        )


def _donors(text: str, mentions: Sequence[Mention]) -> Iterator[Named]:
    """Countries by their people's name, in front of what is given: "a Japanese grant"."""
    for one in mentions:
        if one.relation == "demonym" and read_role_words().gift.match(text, one.end):
            yield Named(one.start, one.end, one.place.name, "country", certain=True)


def _add(found: list[Named], one: Named) -> None:
    if one.end > one.start and all(one.end <= other.start or other.end <= one.start for other in found):
        found.append(one)


def _repeats(text: str, one: Named, found: Sequence[Named]) -> bool:
    """Whether it only stands in brackets behind its own name: "Asian Development Bank (ADB)"."""
    return any(other.name == one.name and text[other.end : one.start] == " (" for other in found)


def _introduces(one: Named, found: Sequence[Named]) -> bool:
    """Whether it only says what the name behind it is: "the company Asia Lamps"."""
    return one.general and any(other.start == one.end + 1 and not other.general for other in found)


def _is_doer(text: str, start: int, end: int) -> bool:
    if read_role_words().before_place.search(text[:start]) or read_role_words().cues.match(text, start):
        return False
    return does_something(text, end) or bool(re.search(r"(?<![\w-])by\s$", text[:start]))


def does_something(text: str, end: int) -> bool:
    """Whether a word that tells a role stands right behind a name that ends at ``end``."""
    return read_role_words().deed.match(text, end) is not None


def _split_run(start: int, run: str) -> Iterator[tuple[int, str]]:
    """The names in a run of capitalised words: parted at a possessive, and at "and" where both sides are bodies."""
    for piece in re.split(r"(?<=['\u2019]s)\s|(?<=s['\u2019])\s", run):
        at = start + run.index(piece)
        left, joint, right = piece.rpartition(" and ")
        if joint and (_kind_of(right) or _ACRONYM.fullmatch(right)) and (_kind_of(left) or " " not in left):
            yield from (_trim(at, left), _trim(at + len(left) + len(joint), right))
        else:
            yield _trim(at, piece)


def _trim(start: int, name: str) -> tuple[int, str]:
    words = name.split(" ")
    while len(words) > 1 and words[0] in read_role_words().leading:
        start += len(words[0]) + 1
        words = words[1:]
    return start, _bare(" ".join(words))


def _bare(name: str) -> str:
    """Without a possessive and without what ends a sentence."""
    name = _OWNS.sub("", name.rstrip(",;:"))
    return name if name.endswith(("Co.", "Ltd.", "Inc.")) else name.rstrip(".")


def _kind_of(name: str) -> PartyKind | None:
    kinds = read_role_words().kind_of_word
    return next((kinds[word] for word in reversed(name.split()) if word in kinds), None)


def _spelt_before(text: str, short: str) -> str | None:
    """What is written in full before "(ADB)": capitalised words whose initials are those letters."""
    match = _NAME_BEFORE.search(text[-120:])
    if match is None:
        return None
    words = match[0].split()
    initials = [letter.lower() for letter in short if letter.isupper()]
    for first in range(len(words)):
        own = [part[0].lower() for word in words[first:] for part in word.split("-") if part[:1].isupper()]
        if initials in (own, [word[0].lower() for word in words[first:] if word[:1].isupper()]):
            return " ".join(words[first:])
    return None
