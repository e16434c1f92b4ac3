"""A follow-up question as it makes sense without the conversation, made by rules alone.

A turn that is a clause about something of its own stays as it is. To any other, what it leans on is put beside it, in words
that were typed: a reader sees what was searched and can edit it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from kin_assistant.corpus.profile import Body
from kin_assistant.question.followups.turns import FindPlaces, Turn, read_turn
from kin_assistant.text.cleaning import clean
from kin_assistant.text.words import stems

__all__ = ["make_standalone"]


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


_LONGEST_INSERTED: Final = 6
"""Words of a noun that can stand where a pronoun stood."""
_A_SUBJECT: Final = 2
"""Words of its own, at least, of a turn that needs only the place of the one before."""
_A_QUESTION: Final = 3
"""Words of its own, at least, of a turn that needs nothing."""

_CITY: Final = r"(?:cit(?:y|ies)|countr(?:y|ies)|municipalit(?:y|ies)|places?|towns?|villages?)"
_ELSEWHERE: Final = _pattern(
    rf"\b(another|any|more|other|some|what|which)\s+(other\s+)?{_CITY}\b|\b((any|every|some)?where|who)\s+else\b|\belsewhere\b"
)
_ANY_CITY: Final = _pattern(
    rf"\b(an?|any|every|most|poor|small|some|what|which)\s+(\w+\s+)?{_CITY}\b|\b(cities|countries|towns)\b"
)
_OURS: Final = _pattern(r"\b(mine|my|ours?|us|we)\b")
_BESIDE: Final = _pattern(r"\b(compar\w+|differ\w*|than|versus|vs)\b")
_HELPS: Final = _pattern(
    r"\b(advis\w+|assist\w*|cooperat\w+|donat\w+|help\w*|partner\w*|role|sponsor\w*|support\w*|taught|teach)\b"
)
_BOTH: Final = _pattern(
    rf"\b(both|each|either)\s+of\s+(them|these|those|the\s+{_CITY})\b|\bboth\s+{_CITY}\b|\b(the|these|those)\s+two\s+{_CITY}\b"
    r"|\bboth(?=\s*[?.!]?$)"
)
_ORDINAL: Final = _pattern(
    rf"\bthe\s+(?:(?P<pair>former|latter)\b(?:\s+(?:one|{_CITY})\b)?"
    rf"|(?P<row>first|second|third|last)(?:\s+(?:one|{_CITY})\b|(?=\s*(?:[?.!,:]|$)|\s+(?:did|do|does|had|has|is|was)\b)))"
)
_POSITIONS: Final = {"first": 0, "former": 0, "second": 1, "third": 2, "last": -1, "latter": -1}
_BACK_TO: Final = _pattern(
    r"((and|now|ok|okay|so)[\s,]+)?((can\s+we|i\s+want\s+to|let['’]?s|let\s+us|please)\s+)?"
    r"(((come|get|go|return|switch)(ing)?\s+)?back\s+(in|on|to)|(return|switch)(ing)?\s+to)\s+"
)
_END_OF_POINT: Final = re.compile(r"[,:;.?!]|$")
_LISTED: Final = _pattern(r"\s*(,|&|,?\s*(and|or|versus|vs\.?|with))\s*")
_WITHIN: Final = _pattern(r"\s*,\s*|\s+in\s+")


def make_standalone(question: str, history: Sequence[str], find_places: FindPlaces, bodies: Sequence[Body] = ()) -> str:
    """The question with what it leans on from ``history``, the earlier questions in order.

    A question that says what it is about is left alone. One that only points back ("What did it cost them?") is put behind
    the last question that said so. One that only names another place ("And in Cebu?") is that question, asked of the place.
    Misspelt places are set right, and "this network" is given the name of the one of ``bodies`` that it is.
    """
    conversation = _Conversation(find_places, bodies)
    standalone = question
    for turn in filter(None, [*map(clean, history), question]):
        standalone = conversation.hear(turn)
    return standalone


class _Conversation:
    """The subjects of a conversation: turns that said what they are about, with what they leaned on."""

    def __init__(self, find_places: FindPlaces, bodies: Sequence[Body]) -> None:
        self._find_places = find_places
        self._own_names = [(_pattern_of(body), body.name) for body in bodies]
        self._turns: dict[str, Turn] = {}
        self._subjects: list[Turn] = []

    def hear(self, text: str) -> str:
        """The turn as it makes sense alone; it becomes the subject if it has one."""
        text = self._name_bodies(self._set_places_right(text))
        turn = self._read(text)
        if not self._subjects:
            return self._begin(text)
        return (
            self._go_back(text)
            or self._choose_places(turn)
            or (self._go_to_place(turn) if turn.goes_to else self._stay(turn))
        )

    def _read(self, text: str) -> Turn:
        if text not in self._turns:
            self._turns[text] = read_turn(text, self._find_places)
        return self._turns[text]

    def _begin(self, text: str) -> str:
        self._subjects.append(self._read(text))
        return text

    def _lean(self, turn: Turn) -> str:
        """The turn with the whole subject."""
        return _joined(self._subjects[-1], turn)

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
            if not match:
                continue
            if match["here"] and any(self._speaks_of(name, subject) for subject in self._subjects):
                continue
            text = f"{text[: match.start()]}{name}{text[match.end() :]}"
            text = text[:1].upper() + text[1:] if match.start() == 0 else text
        return text

    @staticmethod
    def _speaks_of(name: str, subject: Turn) -> bool:
        """Whether a subject is another thing of the kind that the last word of ``name`` says."""
        return name not in subject.text and not subject.own.isdisjoint(stems(name.split()[-1]))

    # Turns that name an earlier subject

    def _go_back(self, text: str) -> str:
        """Follow "Back to Cebu: ..." to the last subject with that place or those words; empty for other turns."""
        marker = _BACK_TO.match(text)
        if not marker:
            return ""
        mention = next((mention for mention in self._find_places(text) if mention.start >= marker.end()), None)
        end = _END_OF_POINT.search(text, marker.end())
        point_ends = mention.end if mention else end.start() if end else len(text)
        point, rest = self._read(text[marker.end() : point_ends]), text[point_ends:].lstrip(" ,:;.?!-")
        for subject in reversed(self._subjects):
            if _places(point) & _places(subject) or (not point.places and point.own & subject.own):
                self._subjects.append(subject)
                return self.hear(rest) if rest else subject.text
        return ""

    def _choose_places(self, turn: Turn) -> str:
        """Put names for "the first one" and "both of them"; empty where the turn has neither."""
        subject = self._subjects[-1]
        places = list(dict.fromkeys(place.name for place in subject.places))
        if len(places) < 2:
            spoken_of = [place for subject in self._subjects for place in subject.places]
            places = list(dict.fromkeys(place.name for place in spoken_of if place.place.kind == "city"))
        if turn.goes_to or len(places) < 2:
            return ""
        if (one := _ORDINAL.search(turn.text)) and (position := _POSITIONS[(one["pair"] or one["row"]).lower()]) < len(
            places
        ):
            return self._ask_of(turn, one, [places[position]])
        if both := _BOTH.search(turn.text):
            return self._ask_of(turn, both, places[-2:])
        return ""

    def _ask_of(self, turn: Turn, pointer: re.Match[str], places: Sequence[str]) -> str:
        """The turn with ``places`` for the words that pointed to them; behind the subject, if it has none of its own."""
        asked = f"{turn.text[: pointer.start()]}{_listed(places)}{turn.text[pointer.end() :]}"
        if turn.size >= _A_SUBJECT:
            return self._begin(asked)
        moved = self._move(places)
        return f"{moved} {asked}" if self._read(asked).says_more else moved

    # Turns that name a place

    def _go_to_place(self, turn: Turn) -> str:
        subject = self._subjects[-1]
        known = turn.definite and bool(turn.own & subject.own)
        if turn.names_subject or (turn.complete and not known):
            return self._begin(turn.text)
        if subject.places and (_BESIDE.search(turn.text) or _HELPS.search(turn.text)):
            return self._lean(turn)
        if turn.pronoun if not subject.places else turn.says_more and _places(turn) <= _places(subject):
            return self._lean(turn)
        moved = self._move(turn.goes_to, next(place.preposition for place in turn.places if not place.is_source))
        return f"{moved} {turn.text}" if turn.says_more else moved

    def _move(self, names: Iterable[str], preposition: str = "") -> str:
        """Ask the subject of other places, and make that the subject.

        They stand for the place with the same preposition, or else the first one, with those listed beside it and its
        country; other places stay.
        """
        subject, new = self._subjects[-1], _listed(names)
        text, old = subject.text, subject.places
        if not old:
            return self._begin(_located(subject, new))
        alike = [place for place in old if preposition and place.preposition == preposition]
        first = next((place for place in [*alike, *old] if not place.is_source), old[0])
        end = first.end
        for further in old[old.index(first) + 1 :]:
            between = text[end : further.start]
            own_country = further.place.name == first.place.country and _WITHIN.fullmatch(between)
            if not own_country and not _LISTED.fullmatch(between):
                break
            end = further.end
        return self._begin(clean(text[: first.start] + new + text[end:]))

    # Turns without a place

    def _stay(self, turn: Turn) -> str:
        subject = self._subjects[-1]
        alone = turn.programme or turn.names_subject or (not turn.leans and turn.size >= _A_QUESTION)
        if alone and not turn.on_a_place:
            return self._begin(turn.text)
        return self._stay_in_place(turn) if subject.places else self._stay_on_subject(turn)

    def _stay_in_place(self, turn: Turn) -> str:
        """A turn behind a subject with a place: it needs the place, or all of the subject."""
        has_subject = turn.size >= _A_SUBJECT or (turn.asks_about and turn.size)
        if has_subject and (turn.on_a_place or turn.definite or turn.asks_about or not turn.leans):
            if turn.says_where or _ANY_CITY.search(turn.text) or _OURS.search(turn.text):
                return self._begin(turn.text)
            return self._begin(_located(turn, _listed(place.name for place in self._subjects[-1].places)))
        if _ELSEWHERE.search(turn.text) and not _OURS.search(turn.text):
            moved = self._move(["other cities"])
            self._subjects.pop()
            return f"{moved} {turn.text}"
        return self._lean(turn)

    def _stay_on_subject(self, turn: Turn) -> str:
        """A turn behind a subject without a place: it needs the subject if it points back or says little that is new."""
        new_subject = turn.asks_about and turn.size >= _A_SUBJECT and turn.pronoun is None
        says_little = turn.size < _A_SUBJECT and not turn.own & self._subjects[-1].own
        if (turn.leans and not new_subject) or says_little:
            return self._lean(turn)
        return self._begin(turn.text)


def _pattern_of(body: Body) -> re.Pattern[str]:
    """Where a text means ``body``: by an alias, as the asker's, or (the group "here") as the one that is spoken of."""
    aliases = rf"(?:[Tt]he\s+)?(?:{_alternatives(body.aliases)})(?!\))|" if body.aliases else ""
    here = rf"(?P<here>(?:[Tt]he|[Tt]his)\s+{re.escape(body.nouns[0])}\b(?!\s+of))"
    return re.compile(rf"\b(?:{aliases}[Yy]our\s+(?:{_alternatives(body.nouns)})|{here})\b")


def _alternatives(names: Sequence[str]) -> str:
    return "|".join(map(re.escape, names))


def _places(turn: Turn) -> set[str]:
    return {place.place.name for place in turn.places}


def _joined(subject: Turn, turn: Turn) -> str:
    """``turn`` with its subject: where its pronoun stood, before it as a heading, or as the question before it."""
    noun = subject.noun
    if not noun:
        return f"{subject.text} {turn.text}"
    if turn.pronoun is None or len(noun.split()) > _LONGEST_INSERTED:
        return f"{noun[0].upper()}{noun[1:]}: {turn.text}"
    start, end = turn.pronoun
    if turn.text[start:end].lower() in ("his", "its", "their"):
        noun += "'" if noun.endswith("s") else "'s"
    return f"{turn.text[:start]}{noun}{turn.text[end:]}"


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
