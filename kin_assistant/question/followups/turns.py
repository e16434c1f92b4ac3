"""What a turn of a conversation says by itself, told by closed lists of words and by their order."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final, NamedTuple

from kin_assistant.places.gazetteer import Place
from kin_assistant.places.matching import Mention
from kin_assistant.text.english import read_words
from kin_assistant.text.words import stems

__all__ = ["FindPlaces", "NamedPlace", "Turn", "asks_what_about", "read_turn"]

FindPlaces = Callable[[str], Sequence[Mention]]


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


_FEW: Final = 2
"""Words of its own, at most, of a turn that "the" makes lean on others."""

_VERBS: Final = read_words("auxiliary")
_PREPOSITIONS: Final = read_words("preposition")
_BEFORE_A_NOUN: Final = _PREPOSITIONS | _VERBS | read_words("before_noun")
_CLOSED: Final = read_words("asking") | _VERBS | _PREPOSITIONS | read_words("joining")

_WORD: Final = re.compile(r"[^\W_]+(?:[-/][^\W_]+)*")
_SHORTENED: Final = _pattern(r"n['’]t\b|['’](d|ll|m|re|s|ve)\b")
_BREAKS: Final = frozenset(",;:?.!")
_ARTICLE: Final = _pattern(r"\bthe\s+$")
_LAST_WORD: Final = re.compile(r"([^\W\d_]+)\s+$")
_CAPITAL: Final = re.compile(r"(?<!^)\b[A-Z][\w-]+")

_OPENING: Final = _pattern(
    r"((actually|also|and|but|cool|great|hmm|interesting|no|now|oh|ok|okay|please|really|right|so|sorry|sure|thank you|thanks"
    r"|that(['’]s|\s+is)\s+((really|so|very)\s+)?(cool|fine|good|great|interesting|nice|right|true)|then|well|wow|yes)\b"
    r"[\s,.!?-]*)+"
)
_CORRECTS: Final = _pattern(r"(actually|no|sorry)\b.*\b(mean|meant)\b|i (mean|meant)\b")
_ASKS_ABOUT: Final = _pattern(r"(how|what)\s+about\s+")
_ASKS_FOR: Final = _pattern(
    r"((what|who)(\s+(are|is|was|were)|['’]s)|define|((can|could)\s+(i|you)\s+)?(please\s+)?(describe|explain"
    r"|(give|have|tell)\s+((me|us)\s+)?((more|some)\s+)?((details|information)\s+)?(about|on))|let['’]?s\s+talk\s+about"
    r"|i(\s+would|['’]d)?\s+(like|want)\s+to\s+(hear|know|learn|read)(\s+more)?\s+about)\s+"
)
_NEXT_QUESTION: Final = _pattern(
    r"[?.!;:,]|\s(and|but|so)\s+(are|did|do|does|how|is|its|their|was|were|what|when|where|which|who|why)\b"
)

_POINTING: Final = read_words("pointing")
_PERSONAL: Final = read_words("personal")
_POSSESSIVE: Final = read_words("possessive")
_BOUND_BY_A_NOUN: Final = _PERSONAL | read_words("bound")
_MAY_BE_A_PLACE: Final = read_words("maybe_place")
_CITIES: Final = read_words("city")
_NOT_OF_BEFORE: Final = read_words("time")
"""What "this" before them points to is no earlier question."""
_NEXT_CLAUSE: Final = _pattern(
    r"[,;:?.!]|\b(and|but|or|so)\s+(are|can|could|did|do|does|had|has|have|he|how|is|it|she|should|they|was|were|what|when|where"
    r"|which|who|why|will|would)\b|\b(because|how|if|when|where|while|why)\b"
)
_ONLY_ONE: Final = read_words("unique")
_COMPLEMENTS: Final = read_words("complement")


class _Pointer(NamedTuple):
    """A word that points to something before its turn."""

    start: int
    end: int
    word: str
    may_be_place: bool


class NamedPlace(NamedTuple):
    """A place as it stands in a turn."""

    start: int
    end: int
    """With the article before it."""
    place: Place
    name: str
    """As the corpus spells it, with its article."""
    preposition: str
    """The one before it; empty without one."""

    @property
    def is_source(self) -> bool:
        """Whether something comes from it or is done by it, so that it is not what is asked about."""
        return self.preposition in ("by", "from", "with")


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn, read without those before it."""

    text: str
    places: tuple[NamedPlace, ...] = ()
    """Places that it names, in its order; no programmes and nationalities."""
    own: frozenset[str] = frozenset()
    """Stems of the words that make a subject: no places, no words of ``_ASPECT_WORDS``."""
    size: int = 0
    """How many such words there are."""
    says_more: bool = False
    """Whether it says anything beside its places."""
    complete: bool = False
    """Whether it is a clause about something of its own."""
    leans: bool = False
    """Whether it cannot be understood alone."""
    on_a_place: bool = False
    """Whether all that points back in it may stand for a place."""
    asks_about: bool = False
    """Whether it is a "What about ..."."""
    names_subject: bool = False
    """Whether it asks what something is, or to be told about it."""
    noun: str = ""
    """What it asks about, where that is all that it asks."""
    pronoun: tuple[int, int] | None = None
    """Where its first pronoun stands, if that is what points back."""
    there: tuple[int, int] | None = None
    """Where "there" stands, if it points back."""
    capitals: frozenset[str] = frozenset()
    """Its words with a capital, but for the first."""

    @property
    def goes_to(self) -> tuple[str, ...]:
        """Names of the places that it asks about."""
        return tuple(place.name for place in self.places if not place.is_source)


def asks_what_about(message: str) -> bool:
    """Whether ``message`` is a "What about ...?", whatever opens it."""
    opening = _OPENING.match(message)
    return _ASKS_ABOUT.match(message, opening.end() if opening else 0) is not None


def read_turn(text: str, find_places: FindPlaces) -> Turn:
    """Read ``text``, one line without invisible characters."""
    places = _named_places(text, find_places(text))
    start = _end_of_opening(text)
    plain = _SHORTENED.sub(lambda match: " " * len(match[0]), text)  # of the same length
    words = list(_WORD.finditer(plain, start))
    free = _words_outside(places, words)
    own = [word for word in free if _makes_subject(word[0])]
    ends = [place.end for place in places]
    nouns = sorted([*ends, *(word.end() for word in own)])
    back = _pointing_back(plain, words, nouns, ends, _acting_places(text, places))
    about, asked = _ASKS_ABOUT.match(text, start), _ASKS_FOR.match(text, start)
    definite = _has_known_thing(plain, words, own)
    says_more = not _CORRECTS.match(text) and bool(_stems_of(free))
    noun, at_once = _noun_after(text, about or asked, words, own)
    return Turn(
        text=text,
        places=places,
        own=_stems_of(own),
        size=len(own),
        says_more=says_more,
        complete=not back and _has_subject(words, own) and (bool(places) or not about),
        leans=bool(back or definite or about or not own),
        on_a_place=bool(back) and all(pointer.may_be_place for pointer in back),
        asks_about=bool(about),
        names_subject=bool(asked) and not back and at_once and (bool(own) or (bool(places) and not says_more)),
        noun=noun,
        pronoun=_first_of(back[:1], _PERSONAL),
        there=_first_of(back, {"there"}),
        capitals=frozenset(_CAPITAL.findall(text)),
    )


def _end_of_opening(text: str) -> int:
    """Where a message begins behind "and", "ok, but" and the like."""
    opening = _OPENING.match(text)
    return opening.end() if opening and opening.end() < len(text) else 0


def _words_outside(places: Sequence[NamedPlace], words: Sequence[re.Match[str]]) -> list[re.Match[str]]:
    return [word for word in words if not any(place.start <= word.start() < place.end for place in places)]


def _stems_of(words: Iterable[re.Match[str]]) -> frozenset[str]:
    return frozenset(stem for word in words for stem in stems(word[0]))


def _acting_places(text: str, places: Sequence[NamedPlace]) -> list[int]:
    """Where places begin that do something: "how did Cebu ..."."""
    before = ((place, _LAST_WORD.search(text[: place.start])) for place in places)
    return [place.start for place, word in before if word and word[1].lower() in _VERBS]


def _first_of(back: Sequence[_Pointer], words: Collection[str]) -> tuple[int, int] | None:
    """Where the first pointer stands that is one of ``words``."""
    return next(((pointer.start, pointer.end) for pointer in back if pointer.word in words), None)


def _named_places(text: str, mentions: Sequence[Mention]) -> tuple[NamedPlace, ...]:
    """The places among ``mentions`` that ``text`` may be about, in their order."""
    found = []
    for mention in mentions:
        if mention.programme or mention.relation == "demonym":
            continue
        article = _ARTICLE.search(text[: mention.start])
        start = article.start() if article else mention.start
        has_article = article or mention.surface.lower().startswith("the ")
        before = _LAST_WORD.search(text[:start])
        preposition = before[1].lower() if before and before[1].lower() in _PREPOSITIONS else ""
        name = f"the {mention.place.name}" if has_article and mention.place.kind != "city" else mention.place.name
        found.append(NamedPlace(start, mention.end, mention.place, name, preposition))
    return tuple(found)


@cache
def _aspects() -> frozenset[str]:
    return frozenset(stem for word in read_words("aspect") for stem in stems(word))


def _makes_subject(word: str) -> bool:
    return not word.isdigit() and any(stem not in _aspects() for stem in stems(word))


def _has_subject(words: Sequence[re.Match[str]], own: Sequence[re.Match[str]]) -> bool:
    """Whether it has several words of its own, or one that is a thing ("about floods") and not what is done ("who collects")."""
    if len(own) != 1:
        return bool(own)
    for before, word in pairwise(words):
        if word is own[0]:
            left = before[0].lower()
            return left in _BEFORE_A_NOUN or (bool(stems(left)) and not _makes_subject(left))
    return False


def _pointing_back(
    text: str, words: Sequence[re.Match[str]], nouns: Sequence[int], places: Sequence[int], acting: Sequence[int]
) -> list[_Pointer]:
    """What points to something before the turn.

    ``nouns`` and ``places`` say where its own subjects and places end, ``acting`` where places begin that do something.
    """
    found = []
    for number, word in enumerate(words):
        low = word[0].lower()
        before, after, further = (
            words[at][0].lower() if 0 <= at < len(words) else "" for at in (number - 1, number + 1, number + 2)
        )
        if low in ("that", "the", "this") and after in _CITIES and further != "of":
            found.append(_Pointer(word.start(), words[number + 1].end(), low, may_be_place=True))
            continue
        if low not in _POINTING:
            continue
        last = not after or not _BREAKS.isdisjoint(text[word.end() : words[number + 1].start()])
        if _points_nowhere(low, before, after, last=last):
            continue
        # A possessive may belong to a place in its own clause ("How much of its waste did Cebu compost?"), another pronoun
        # only to what a clause before has named.
        if low in _POSSESSIVE and (
            (places and places[0] <= word.start())
            or any(place > word.end() and not _NEXT_CLAUSE.search(text, word.end(), place) for place in acting)
        ):
            continue
        named = low in _BOUND_BY_A_NOUN and nouns and nouns[0] <= word.start()
        if named and _NEXT_CLAUSE.search(text, nouns[0], word.end()):
            continue
        found.append(_Pointer(word.start(), word.end(), low, low in _MAY_BE_A_PLACE))
    return found


def _points_nowhere(word: str, before: str, after: str, *, last: bool) -> bool:
    """Whether ``word``, which often points back, does not between these two."""
    match word:
        case "there":
            be = {"are", "be", "been", "is", "was", "were"}
            return before in be or after in be
        case "that":
            return after in _NOT_OF_BEFORE or not (
                last or not before or before in _VERBS | _PREPOSITIONS | {"and", "but"}
            )
        case "this" | "these":
            return after in _NOT_OF_BEFORE
        case "those":
            return after in {"that", "which", "who"}
        case "one" | "ones":
            return after == "of" or not (last or after in _PREPOSITIONS | _VERBS)
        case "other" | "another":
            return before == "each"
    return False


def _has_known_thing(text: str, words: Sequence[re.Match[str]], own: Sequence[re.Match[str]]) -> bool:
    """Whether a "the" goes with one plain noun and nothing that tells which one is meant, where it has few words of its own."""
    if len(own) > _FEW:
        return False
    for number, article in enumerate(words):
        if article[0].lower() != "the":
            continue
        noun: list[re.Match[str]] = []
        for before, word in pairwise(words[number:]):
            if word[0].lower() in _CLOSED or not _BREAKS.isdisjoint(text[before.end() : word.start()]):
                break
            noun.append(word)
        if not noun or any(word[0][0].isupper() for word in noun) or noun[-1][0].lower() in _ONLY_ONE:
            continue
        rest = words[number + 1 + len(noun) :]
        if rest and rest[0][0].lower() in _COMPLEMENTS and text[noun[-1].end() : rest[0].start()].isspace():
            continue
        if sum(word in own for word in noun) <= 1:
            return True
    return False


def _noun_after(
    text: str, frame: re.Match[str] | None, words: Sequence[re.Match[str]], own: Sequence[re.Match[str]]
) -> tuple[str, bool]:
    """The noun that "Tell me about" and the like end with, and whether it follows at once; empty if more follows."""
    if not frame:
        return "", False
    end = _NEXT_QUESTION.search(text, frame.end())
    inside = [word for word in words if frame.end() <= word.start() < (end.start() if end else len(text))]
    if any(word[0].lower() in _VERBS | _POINTING | {"who", "which"} for word in inside):
        return "", False
    for number, word in enumerate(inside):
        name = word[0][0].isupper()
        if name or word in own:
            article = number > 0 and inside[number - 1][0].lower() in {"a", "an", "the"}
            begin = inside[number - 1] if article else word
            at_once = number == int(article) and (name or begin[0].lower() != "the")
            return text[begin.start() : inside[-1].end()], at_once
    return "", False
