"""A follow-up question as it makes sense without the conversation, made by rules alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from kin_assistant.lexical import stems
from kin_assistant.places import Mention
from kin_assistant.readers.composition import clean

__all__ = ["make_standalone"]

_POINTS_BACK = re.compile(
    r"^(and|but|so|also|then|ok|okay|why)\b"
    r"|\b(it|its|they|them|their|theirs|this|that|these|those|there|he|she|his|her|one|ones|same|others?|else|both|former"
    r"|latter)\b",
    re.IGNORECASE,
)
_COMES_FROM = re.compile(r"\b(by|from|with)\s+(the\s+)?$", re.IGNORECASE)
_FEW_STEMS = 3
_FEWEST_OF_A_SUBJECT = 2

FindPlaces = Callable[[str], Sequence[Mention]]


def make_standalone(question: str, history: Sequence[str], find_places: FindPlaces) -> str:
    """The question with what it leans on from ``history``, the earlier questions in order.

    A question that says what it is about is left alone. One that only points back ("What did it cost them?") is put behind
    the last question that said so. One that only names another place ("And in Cebu?") is that question, asked of the place.
    """
    subject = ""
    for turn in [*map(clean, history), question]:
        if not turn:
            continue
        mentions = [mention for mention in find_places(turn) if not mention.programme and mention.relation != "demonym"]
        goes_to = [mention for mention in mentions if not _COMES_FROM.search(turn[: mention.start])]
        own = _own_stems(turn, mentions)
        if not subject:
            standalone = subject = turn
        elif goes_to and own <= _FEWEST_OF_A_SUBJECT:
            subject = _move(subject, goes_to, find_places)
            standalone = f"{subject} {turn}" if own else subject
        elif not goes_to and (_POINTS_BACK.search(turn) or own <= _FEW_STEMS):
            standalone = f"{subject} {turn}"
        else:
            standalone = subject = turn
    return standalone


def _own_stems(question: str, mentions: Sequence[Mention]) -> int:
    """How many words with a meaning the question has beside its places."""
    rest = question
    for mention in mentions:
        rest = rest.replace(mention.surface, " ")
    return len(stems(rest))


def _move(subject: str, to: Sequence[Mention], find_places: FindPlaces) -> str:
    """``subject`` asked of other places: the first place in it gives way to them, any further one is left out."""
    names = " and ".join(dict.fromkeys(mention.place.name for mention in to))
    old = [mention for mention in find_places(subject) if not mention.programme]
    if not old:
        return f"{subject} {names}"
    moved = subject
    for mention in reversed(old):
        moved = moved[: mention.start] + (names if mention is old[0] else "") + moved[mention.end :]
    return clean(moved)
