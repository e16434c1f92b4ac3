"""Names in the position of a place that neither the documents nor the gazetteer have: "How does Nong Prue treat sewage?".

What no document has in any text, nor in a spelling near to it, no document is about; who asks about it must not be answered
with what other places did.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA

from kin_assistant.places.gazetteer import Token, letters_of
from kin_assistant.text.english import read_words

__all__ = ["UnknownNames"]

_SHORTEST: Final = 3
"""Letters of a name, at least."""
_SHORTEST_SLIP: Final = 5
"""Letters of a misspelt word, at least; one less for a name: the shortest words resemble too many others."""
_LETTERS_FOR_TWO_SLIPS: Final = 8
_LONGEST_ACRONYM: Final = 5
_LONGEST_AREA: Final = 2
"""Words of the name of an area."""
_SHORTEST_PART: Final = 3
"""Letters of a part of a compound that tells what it is."""

_NOUNS: Final = read_words("place_noun")
_PARTICLES: Final = read_words("particle") - {"and"}
_PREPOSITIONS: Final = read_words("place_preposition")
_TITLES: Final = read_words("title")
_LANGUAGES: Final = read_words("language")
_ARTICLES: Final = read_words("article")
_SINGULAR: Final = read_words("singular")
_INTRODUCING: Final = (["name", "is"], ["i", "am"])
_FUNCTION: Final = frozenset[str]().union(*map(read_words, ("stop", "common", "request", "asking")))


class _Around(NamedTuple):
    """What stands around a name."""

    before: list[str]
    """At most two words of its sentence."""
    after: str
    """The word that follows without a comma; else empty."""
    noun: bool
    """Whether a noun says that it is a place: "the town of Nong Prue"."""
    owns: bool
    """Whether it is a possessive."""

    @property
    def last(self) -> str:
        """The word before it."""
        return self.before[-1] if self.before else ""


class UnknownNames:
    """Finds in a question the names of places that are not among the ``written`` words of the documents.

    ``words`` are those of the written ones that are no names, and ``english`` more words of English, which need more to be
    taken for a name. In one of ``areas`` many towns lie, of which documents may be, so it is none. All of them are folded.
    """

    def __init__(
        self,
        written: Collection[str],
        words: Collection[str],
        english: Collection[str],
        areas: Collection[str] = (),
    ) -> None:
        self._written, self._words = frozenset(written) | frozenset(words), frozenset(words)
        self._english, self._areas = frozenset(english), frozenset(areas)
        self._alike: dict[tuple[str, int], list[str]] = {}
        for word in sorted(self._written):
            if len(word) >= _SHORTEST_SLIP - 1:
                self._alike.setdefault((word[0], len(word)), []).append(word)

    def find(self, text: str, tokens: Sequence[Token], taken: Sequence[bool]) -> Iterator[tuple[int, int]]:
        """The positions ``text[start:end]`` of such names; ``taken`` are those of its ``tokens`` that known places have."""
        at = 0
        while at < len(tokens):
            end = self._end_of_name(tokens, taken, at)
            if end > at and self._is_place(text, tokens, taken, at, end):
                yield tokens[at].start, _end_of_word(text, tokens[end - 1].end)
            at = max(end, at + 1)

    def find_areas(self, tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
        """The runs ``tokens[at:end]`` that name an area of which the documents do not have the name."""
        for at in range(len(tokens)):
            for end in range(at + 1, min(at + _LONGEST_AREA, len(tokens)) + 1):
                known = all(token.letters in self._written for token in tokens[at:end])
                if not known and letters_of(tokens[at:end]) in self._areas:
                    yield at, end

    def _end_of_name(self, tokens: Sequence[Token], taken: Sequence[bool], at: int) -> int:
        """Where the run of capitalised words that begins at a word ends; there, if none does."""
        first = tokens[at]
        if not first.capital or taken[at] or (first.first and first.letters in _FUNCTION):
            return at
        end = reach = at + 1
        while reach < len(tokens) and tokens[reach].joined and not tokens[reach].possessive and not taken[reach]:
            if tokens[reach].capital:
                end = reach + 1
            elif tokens[reach].letters not in _PARTICLES:
                break
            reach += 1
        return end

    def _is_place(self, text: str, tokens: Sequence[Token], taken: Sequence[bool], at: int, end: int) -> bool:
        """Whether a run of capitalised words is the name of a place that is not known."""
        goes_on = end < len(tokens) and taken[end] and tokens[end].joined and not tokens[end].possessive
        if goes_on or (tokens[at].joined and taken[at - 1]):
            return False  # a known place is a part of the name, or owns what it names
        around = _look_around(tokens, at, end)
        if _is_person(tokens[at], around) or (around.last in _ARTICLES and not around.noun):
            return False
        placed = end == at + 1 and (around.noun or around.last in _PREPOSITIONS)
        areas = {i for start, stop in self.find_areas(tokens[at:end]) for i in range(at + start, at + stop)}
        strange = [
            tokens[i]
            for i in range(at, end)
            if i not in areas and self._is_strange(tokens[i], placed=placed) and not self._is_compound(text, tokens, i)
        ]
        return bool(strange) and self._is_used_as_place(strange, around)

    def _is_used_as_place(self, strange: Sequence[Token], around: _Around) -> bool:
        """Whether words that the documents do not have are used as the name of a place is."""
        english = all(token.letters in self._english for token in strange)
        if all(token.first for token in strange):
            return around.owns or (not english and (around.noun or around.after in _SINGULAR))
        return not english or around.noun or around.last in _PREPOSITIONS

    def _is_strange(self, token: Token, *, placed: bool) -> bool:
        """Whether the documents have a word with a capital neither in this spelling nor in one that is near to it.

        What is ``placed`` as only a place is, is no slip of another word than a name.
        """
        word, surface = token.letters, token.surface
        acronym = surface.isupper() and len(word) <= _LONGEST_ACRONYM
        regular = (surface.isupper() or surface[1:].islower()) and not acronym
        if not regular or len(word) < _SHORTEST or word in self._written or word in _LANGUAGES:
            return False
        return not any(self._is_slip(word, other, placed=placed) for other in self._near(word))

    def _near(self, word: str) -> Iterator[str]:
        for length in range(len(word) - 2, len(word) + 3):
            allowed = 2 if min(len(word), length) >= _LETTERS_FOR_TWO_SLIPS else 1
            for other in self._alike.get((word[0], length), ()):
                if OSA.distance(word, other, score_cutoff=allowed) <= allowed:
                    yield other

    def _is_slip(self, word: str, other: str, *, placed: bool) -> bool:
        if other in self._words:
            return not placed and len(word) >= _SHORTEST_SLIP
        return len(word) >= _SHORTEST_SLIP - 1

    def _is_compound(self, text: str, tokens: Sequence[Token], at: int) -> bool:
        """Whether a hyphen joins a word to one that the documents have: "BRT-Lite"."""
        neighbours = [(at - 1, at)] if at else []
        neighbours += [(at, at + 1)] if at + 1 < len(tokens) else []
        return any(
            text[tokens[left].end : tokens[right].start] == "-"
            and len(tokens[left + right - at].letters) >= _SHORTEST_PART
            and tokens[left + right - at].letters in self._written
            for left, right in neighbours
        )


def _look_around(tokens: Sequence[Token], at: int, end: int) -> _Around:
    before: list[str] = []
    for i in range(at, max(at - 2, 0), -1):
        if tokens[i].first:
            break
        before.insert(0, tokens[i - 1].letters)
    after = tokens[end].letters if end < len(tokens) and tokens[end].joined else ""
    noun = not _NOUNS.isdisjoint((*before, after, *(token.letters for token in tokens[at:end])))
    return _Around(before, after, noun, owns=end < len(tokens) and tokens[end].possessive)


def _is_person(first: Token, around: _Around) -> bool:
    titled = first.letters in _TITLES or around.last in _TITLES
    return titled or around.last == "by" or around.before in _INTRODUCING


def _end_of_word(text: str, end: int) -> int:
    """The end of a name with what a hyphen joins to it: "Anse-à-Foleur"."""
    while text[end : end + 1] == "-" and text[end + 1 : end + 2].isalpha():
        end += 1
        while text[end : end + 1].isalpha():
            end += 1
    return end
