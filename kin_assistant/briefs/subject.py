"""What a brief is about: its title, taken apart into a topic and the place that it is written for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from kin_assistant.errors import BriefError, QuestionError
from kin_assistant.places.gazetteer import Place
from kin_assistant.places.matching import Mention, PlaceIndex
from kin_assistant.question.checks import check_question

__all__ = ["MAX_TITLE", "Subject", "read_subject"]

MAX_TITLE: Final = 300
"""Characters."""
_FOR: Final = re.compile(r"(^|\s+)for\s+((the\s+)?(city|municipality|town)\s+of\s+)?$", re.IGNORECASE)
"""What leads to the place that a brief is written for."""
_LEADS_TO_PLACE: Final = re.compile(
    r"(^|[\s,(]+)((in|of|at|from|for|and|&)\s+((the\s+)?(city|municipality|town)\s+of\s+)?)?$", re.IGNORECASE
)
_BESIDE: Final = re.compile(r"\s*(,|and|&|,\s*and)\s*")
"""What joins a second place to the first."""
_BEHIND_PLACE: Final = re.compile(r"(,?\s+(city|municipality|town)\b|['\u2019]s\b)?[\s,)]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Subject:
    """What evidence is looked for, for whom, and where."""

    title: str
    """As it was typed, on one line."""
    topic: str
    """The title without the places below."""
    audience: tuple[Place, ...]
    """The places that the brief is written for."""
    where: tuple[Place, ...]
    """Places with documents of their own that the title names otherwise: evidence is taken from documents on these."""


def read_subject(title: str, places: PlaceIndex) -> Subject:
    """Take ``title`` apart. A place that no document is about cannot be where evidence comes from: it is written for that one.

    Raises ``BriefError`` for a title without a topic, one that is longer than ``MAX_TITLE``, and one that cannot be read.
    """
    if not title.strip():
        raise BriefError("A brief needs a topic, such as “Community composting for Hai Phong”.")
    if len(title) > MAX_TITLE:
        raise BriefError(f"The title has {len(title):,} characters; a brief's title has at most {MAX_TITLE}.")
    try:
        title = check_question(title, max_characters=MAX_TITLE)
    except QuestionError as error:
        raise BriefError(f"The title of the brief cannot be used. {error}", details=error.details) from error
    mentions = [one for one in places.find_places(title) if not one.programme and one.place.kind != "region"]
    written_for: list[Mention] = []
    for one in mentions:
        between = title[written_for[-1].end : one.start] if written_for else ""
        if not one.in_corpus or _FOR.search(title[: one.start]) or _BESIDE.fullmatch(between):
            written_for.append(one)
    # "for Hai Phong, Viet Nam": the country says where that is.
    around = {one.place.country for one in written_for}
    audience = [one for one in written_for if one.place.name not in around]
    where = [one for one in mentions if one not in written_for and one.place.name not in around]
    topic = _cut(title, mentions)
    if not any(char.isalpha() for char in topic):
        raise BriefError(
            f"“{title}” names a place and no topic. Say what the brief is about, such as “Composting for {title}”."
        )
    return Subject(title, topic, _places_of(audience), _places_of(where))


def _places_of(mentions: list[Mention]) -> tuple[Place, ...]:
    return tuple(dict.fromkeys(one.place for one in mentions))


def _cut(title: str, mentions: list[Mention]) -> str:
    """``title`` without ``mentions`` and the words that lead to them."""
    for mention in sorted(mentions, key=lambda one: -one.start):
        before, after = title[: mention.start], title[mention.end :]
        lead = _LEADS_TO_PLACE.search(before)
        behind = _BEHIND_PLACE.match(after)
        before = before[: lead.start()] if lead else before
        after = after[behind.end() :] if behind else after
        title = f"{before} {after}".strip()
    return " ".join(title.split()).strip(" ,;:-")
