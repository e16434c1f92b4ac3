"""What a message of a conversation means alone: whether it leans on earlier ones, and on what of them.

A learned model tells whether it leans (:mod:`leaning`). Where rules make an English sentence of it ("And in Cebu?"), that is
asked; else it is asked as typed, with the words that it leans on beside it, so that a reader sees them and can drop them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from kin_assistant.corpus.profile import Body
from kin_assistant.question.followups.leaning import LeaningModel, is_small_talk, load_leaning_model
from kin_assistant.question.followups.turns import FindPlaces, Turn, read_turn
from kin_assistant.text.cleaning import clean
from kin_assistant.text.english import read_words
from kin_assistant.text.words import STOP_WORDS, fold, stems, words

__all__ = ["NamesShown", "Standalone", "is_small_talk", "make_standalone"]

NamesShown = Callable[[int], Sequence[str]]
"""What the answer to the message with this number, from 0, showed: places or titles, in its order."""


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


_LIKELY: Final = 0.5
"""Probability from which a message leans."""
_LONGEST_INSERTED: Final = 6
"""Words of a noun that can stand where a pronoun stood."""
_A_SUBJECT: Final = 2
"""Words of its own, at least, of a message that needs only the place of the one before."""

_CITY: Final = r"(?:cit(?:y|ies)|countr(?:y|ies)|municipalit(?:y|ies)|places?|towns?|villages?)"
_CASE: Final = r"(?:bans?|cases?|examples?|experiences?|models?|practices?|programmes?|projects?|schemes?)"
_ANSWERS_LOOKED_AT: Final = 3
"""Answers of which "the second one" may be, the last ones first."""
_IS_CITY: Final = _pattern(_CITY)
_ELSEWHERE: Final = _pattern(
    rf"\b(another|any|more|other|some|what|which)\s+(other\s+)?{_CITY}\b|\b((any|every|some)?where|who)\s+else\b|\belsewhere\b"
    rf"|\b(other|similar)\s+{_CASE}\b"
)
_BESIDE: Final = _pattern(
    r"\b(compar\w+|differ\w*|than|versus|vs|advis\w+|assist\w*|cooperat\w+|donat\w+|help\w*|partner\w*|role|support\w*)\b"
)
"""A place beside these comes in addition to the one before."""
_BOTH: Final = _pattern(
    rf"\b(both|each|either)\s+of\s+(them|these|those|the\s+{_CITY})\b|\bboth\s+{_CITY}\b|\b(the|these|those)\s+two\s+{_CITY}\b"
    r"|\bboth(?=\s*[?.!]?$)"
)
_ORDINAL: Final = _pattern(
    rf"\bthe\s+(?:(?P<pair>former|latter)\b(?:\s+(?:one|{_CITY})\b)?"
    rf"|(?P<row>first|second|third|fourth|fifth|last)"
    rf"(?:\s+(?:one|document|paper|{_CITY}|{_CASE})\b|(?=\s*(?:[?.!,:]|$)|\s+(?:did|do|does|had|has|is|was)\b)))"
)
_POSITIONS: Final = {
    "first": 0, "former": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "last": -1, "latter": -1,
}  # fmt: skip
_BACK_TO: Final = _pattern(
    r"((and|now|ok|okay|so)[\s,]+)?((can\s+we|i\s+want\s+to|let['’]?s|let\s+us|please)\s+)?"
    r"(((come|get|go|return|switch)(ing)?\s+)?back\s+(in|on|to)|(return|switch)(ing)?\s+to)\s+"
)
_END_OF_POINT: Final = re.compile(r"[,:;.?!]|$")
_LISTED: Final = _pattern(r"\s*(,|&|,?\s*(and|or|versus|vs\.?|with))\s*")
_WITHIN: Final = _pattern(r"\s*,\s*|\s+in\s+")
_WORD: Final = re.compile(r"[^\W_]+(?:[-/.'’][^\W_]+)*")
_ASKING: Final = read_words("asking")
_PAIR: Final = read_words("pair")


@dataclass(frozen=True, slots=True)
class Standalone:
    """What a message means alone."""

    text: str
    """The message, or the sentence that rules made of it."""
    carried: tuple[str, ...] = ()
    """What it leans on and ``text`` does not say, in words that were typed."""
    leans: bool = False
    """Whether it leans on earlier messages."""

    @property
    def searched(self) -> str:
        """``text`` and what is carried: "who runs it (septage service, Dumaguete)"."""
        return f"{self.text} ({', '.join(self.carried)})" if self.carried else self.text


def _show_nothing(_number: int) -> Sequence[str]:
    return ()


def make_standalone(
    question: str,
    history: Sequence[str],
    find_places: FindPlaces,
    bodies: Sequence[Body] = (),
    *,
    is_talk: Callable[[str], bool] = is_small_talk,
    names_shown: NamesShown = _show_nothing,
    leans: bool = False,
) -> Standalone:
    """``question`` with what it leans on from ``history``, the earlier messages in order; if it ``leans``, whatever it says.

    Messages that ``is_talk`` neither lean nor are leant on. ``names_shown`` is asked where a message points at what was
    answered: "the second one". Misspelt places are set right, and "this network" is given the name of the one of ``bodies``
    that it is. Raises ``ModelError`` if the model's weights are damaged.
    """
    conversation = _Conversation(find_places, bodies, is_talk, load_leaning_model(), names_shown)
    standalone = Standalone(question)
    for number, message in enumerate(map(clean, history)):
        if message:
            conversation.add_turn(message, number)
    return conversation.add_turn(question, len(history), leans=leans) if question else standalone


@dataclass(frozen=True, slots=True)
class _Subject:
    """What messages lean on."""

    turn: Turn
    """The message that began it, asked of the place that was last spoken of."""
    asked: Standalone
    """What was last asked about it."""


class _Conversation:
    """The subjects of a conversation, each begun by a message that does not lean."""

    def __init__(
        self,
        find_places: FindPlaces,
        bodies: Sequence[Body],
        is_talk: Callable[[str], bool],
        model: LeaningModel,
        names_shown: NamesShown,
    ) -> None:
        self._find_places, self._is_talk, self._model = find_places, is_talk, model
        self._names_shown = names_shown
        self._numbers: list[int] = []
        self._own_names = [(_pattern_of(body), body.name) for body in bodies]
        self._heard: list[Turn] = []
        self._subjects: list[_Subject] = []

    def add_turn(self, message: str, number: int, *, leans: bool = False) -> Standalone:
        """What the message with this number means alone; one that does not lean begins a subject, unless told so."""
        text = self._name_bodies(self._set_places_right(message))
        if self._is_talk(message):
            return Standalone(text)
        turn = self._read(text)
        before, self._heard = self._heard, [*self._heard, turn]
        self._numbers.append(number)
        if not before:
            return self._begin(Standalone(text))
        if asked := self._go_back(text) or self._choose_places(turn) or self._choose_shown(turn):
            return asked
        if not (leans or turn.there) and self._model.estimate(turn, before) < _LIKELY:
            return self._begin(Standalone(text))
        return self._go_to_place(turn) if turn.goes_to else self._stay(turn)

    def _read(self, text: str) -> Turn:
        return read_turn(text, self._find_places)

    def _begin(self, asked: Standalone) -> Standalone:
        self._subjects.append(_Subject(self._read(asked.text), asked))
        return asked

    def _ask(self, asked: Standalone, subject: Turn | None = None) -> Standalone:
        """Ask about the last subject, or, if one is given, about ``subject`` in its stead."""
        self._subjects[-1] = _Subject(subject or self._subjects[-1].turn, asked)
        return asked

    def _set_places_right(self, text: str) -> str:
        """Spell places that are misspelt as the documents do."""
        for mention in reversed(self._find_places(text)):
            if mention.corrected:
                article = mention.surface[:4] if mention.surface.lower().startswith("the ") else ""
                text = f"{text[: mention.start]}{article}{mention.place.name}{text[mention.end :]}"
        return text

    def _name_bodies(self, text: str) -> str:
        """Put a body's name for its aliases, "your network" and, where no other was spoken of, "this network"."""
        for pattern, name in self._own_names:
            match = pattern.search(text)
            if not match or (match["here"] and any(_speaks_of(name, subject.turn) for subject in self._subjects)):
                continue
            text = f"{text[: match.start()]}{name}{text[match.end() :]}"
            text = text[:1].upper() + text[1:] if match.start() == 0 else text
        return text

    # Messages that name an earlier subject

    def _go_back(self, text: str) -> Standalone | None:
        """Follow "Back to Cebu: ..." to the last subject with that place or those words; None for other messages."""
        marker = _BACK_TO.match(text)
        if not marker:
            return None
        mention = next((mention for mention in self._find_places(text) if mention.start >= marker.end()), None)
        end = _END_OF_POINT.search(text, marker.end())
        point_ends = mention.end if mention else end.start() if end else len(text)
        point, rest = self._read(text[marker.end() : point_ends]), text[point_ends:].lstrip(" ,:;.?!-")
        for subject in reversed(self._subjects):
            if _places(point) & _places(subject.turn) or (not point.places and point.own & subject.turn.own):
                self._subjects.append(subject)
                return replace(self.add_turn(rest, self._numbers[-1]) if rest else subject.asked, leans=True)
        return None

    def _choose_places(self, turn: Turn) -> Standalone | None:
        """Put names for "the first one" and "both of them"; None where the message has neither."""
        subject = self._subjects[-1].turn
        places = list(dict.fromkeys(place.name for place in subject.places))
        if len(places) < 2:
            spoken_of = [place for turn in self._heard for place in turn.places]
            places = list(dict.fromkeys(place.name for place in spoken_of if place.place.kind == "city"))
        if turn.goes_to or len(places) < 2:
            return None
        one, both = _ORDINAL.search(turn.text), _BOTH.search(turn.text)
        if one and (position := _POSITIONS[(one["pair"] or one["row"]).lower()]) < len(places):
            pointer, chosen = one, [places[position]]
        elif both:
            pointer, chosen = both, places[-2:]
        else:
            return None
        asked = self._read(f"{turn.text[: pointer.start()]}{_listed(chosen)}{turn.text[pointer.end() :]}")
        if turn.size >= _A_SUBJECT:
            return self._begin(Standalone(asked.text, leans=True))
        moved = self._read(_moved(subject, chosen))
        if not asked.says_more:
            return self._begin(Standalone(moved.text, leans=True))
        return self._ask(Standalone(asked.text, _carried([moved], asked), leans=True), moved)

    def _choose_shown(self, turn: Turn) -> Standalone | None:
        """Put a name for "the second one" of what an answer before showed; None where the last ones showed fewer."""
        pointer = None if turn.goes_to else _ORDINAL.search(turn.text)
        if pointer is None or not pointer["row"]:
            return None
        answers = (self._names_shown(number) for number in self._numbers[-2 : -2 - _ANSWERS_LOOKED_AT : -1])
        shown = next((names for names in answers if len(names) > 1), ())
        position = _POSITIONS[pointer["row"].lower()]
        if not shown or position >= len(shown):
            return None
        asked = self._read(f"{turn.text[: pointer.start()]}{shown[position]}{turn.text[pointer.end() :]}")
        # A title says what it is about; of a place what was asked for goes on.
        carried = _carried([self._subjects[-1].turn], asked) if _places(asked) == {shown[position]} else ()
        meant = Standalone(asked.text, tuple(one for one in carried if not _IS_CITY.fullmatch(one)), leans=True)
        self._subjects.append(_Subject(self._read(", ".join([meant.text, *meant.carried])), meant))
        return meant

    # Messages that lean

    def _go_to_place(self, turn: Turn) -> Standalone:
        """Ask of the place that the message names: what was asked last or, if it asks something itself, that."""
        subject = self._subjects[-1]
        asks = turn.says_more or (not turn.asks_about and not _ASKING.isdisjoint(words(turn.text)))
        beside = _BESIDE.search(turn.text) or _places(turn) <= _places(subject.turn)
        if asks and (beside or not subject.turn.places):
            return self._carry(turn)
        preposition = next(place.preposition for place in turn.places if not place.is_source)
        moved = self._read(_moved(subject.turn, turn.goes_to, preposition))
        if asks:
            return self._ask(Standalone(turn.text, _carried([moved], turn), leans=True), moved)
        if not subject.asked.carried:
            return self._ask(Standalone(moved.text, leans=True), moved)
        again = self._read(subject.asked.text)
        text = _moved(again, turn.goes_to, preposition) if again.places else again.text
        return self._ask(Standalone(text, _carried([moved], self._read(text)), leans=True), moved)

    def _stay(self, turn: Turn) -> Standalone:
        """Ask about the last subject, in a sentence where one can be made."""
        subject = self._subjects[-1].turn
        places = _listed(place.name for place in subject.places) if subject.places else ""
        if places and (turn.there or turn.asks_about) and turn.size >= _A_SUBJECT - turn.asks_about:
            return self._begin(Standalone(_located(turn, places), leans=True))
        if _ELSEWHERE.search(turn.text):
            elsewhere = _carried([subject], turn, without=_places(subject))
            return self._ask(Standalone(turn.text, elsewhere, leans=True))
        if subject.noun and turn.pronoun and len(subject.noun.split()) <= _LONGEST_INSERTED:
            start, end = turn.pronoun
            if turn.text[start:end].lower() in ("it", "them", "they"):
                text = f"{turn.text[:start]}{subject.noun}{turn.text[end:]}"
                return self._ask(Standalone(text[:1].upper() + text[1:], leans=True))
        return self._carry(turn)

    def _carry(self, turn: Turn) -> Standalone:
        """The message with the words of the last subject; of the last two, if it speaks of several things."""
        several = len(self._subjects) > 1 and not _PAIR.isdisjoint(words(turn.text))
        subjects = [subject.turn for subject in self._subjects[-2 if several else -1 :]]
        return self._ask(Standalone(turn.text, _carried(subjects, turn), leans=True))


def _pattern_of(body: Body) -> re.Pattern[str]:
    """Where a text means ``body``: by an alias, as the asker's, or (the group "here") as the one that is spoken of."""
    aliases = rf"(?:[Tt]he\s+)?(?:{_alternatives(body.aliases)})(?!\))|" if body.aliases else ""
    here = rf"(?P<here>(?:[Tt]he|[Tt]his)\s+{re.escape(body.nouns[0])}\b(?!\s+of))"
    return re.compile(rf"\b(?:{aliases}[Yy]our\s+(?:{_alternatives(body.nouns)})|{here})\b")


def _alternatives(names: Sequence[str]) -> str:
    return "|".join(map(re.escape, names))


def _speaks_of(name: str, subject: Turn) -> bool:
    """Whether a subject is another thing of the kind that the last word of ``name`` says."""
    return name not in subject.text and not subject.own.isdisjoint(stems(name.split()[-1]))


def _places(turn: Turn) -> set[str]:
    return {place.place.name for place in turn.places}


def _carried(subjects: Iterable[Turn], turn: Turn, without: Iterable[str] = ()) -> tuple[str, ...]:
    """What ``turn`` lacks of ``subjects``: their runs of words with a meaning, but for the places ``without``."""
    said = {fold(word) for name in without for word in name.split()} | set(stems(turn.text)).union(*map(stems, without))
    phrases = [phrase for subject in subjects for phrase in ([subject.noun] if subject.noun else _phrases(subject))]
    return tuple(phrase for phrase in dict.fromkeys(phrases) if not said.issuperset(stems(phrase)))


def _phrases(turn: Turn) -> list[str]:
    """The places of ``turn`` and the runs of other words between small words and marks, as they stand."""
    spans = [(place.start, place.end) for place in turn.places]
    free = (word.span() for word in _WORD.finditer(turn.text) if fold(word[0]) not in STOP_WORDS)
    spans += [span for span in free if not any(start < span[1] and span[0] < end for start, end in spans)]
    runs: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        joined = runs and not {runs[-1], (start, end)} & set(spans[: len(turn.places)])
        if joined and turn.text[runs[-1][1] : start].isspace():
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return [turn.text[start:end] for start, end in runs]


def _moved(turn: Turn, names: Iterable[str], preposition: str = "") -> str:
    """``turn`` asked of other places.

    They stand for the place with the same preposition, or else the first one, with those listed beside it and its country;
    other places stay.
    """
    text, old, new = turn.text, turn.places, _listed(names)
    if not old:
        return _located(turn, new)
    alike = [place for place in old if preposition and place.preposition == preposition]
    first = next((place for place in [*alike, *old] if not place.is_source), old[0])
    end = first.end
    for further in old[old.index(first) + 1 :]:
        between = text[end : further.start]
        own_country = further.place.name == first.place.country and _WITHIN.fullmatch(between)
        if not own_country and not _LISTED.fullmatch(between):
            break
        end = further.end
    return clean(text[: first.start] + new + text[end:])


def _located(turn: Turn, places: str) -> str:
    """``turn`` asked of ``places``: "How is compost made in Cebu?"."""
    if turn.there:
        start, end = turn.there
        return f"{turn.text[:start]}in {places}{turn.text[end:]}"
    body = turn.text.rstrip(" ?.!")
    return f"{body} in {places}{turn.text[len(body) :].strip() or '?'}"


def _listed(names: Iterable[str]) -> str:
    *others, last = dict.fromkeys(names)
    return f"{', '.join(others)} and {last}" if others else last
