"""The sides of a comparison that describes them: "the stream in place of the expressway against the black creek"."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["sides_of", "strip_comparing"]

_AGAINST: Final = re.compile(
    r"\s*,?\s+(?:against|as opposed to|in comparison (?:to|with)|compared (?:to|with)|versus|vs\.?)\s+", re.IGNORECASE
)
"""What stands between two sides wherever it does."""
_AND: Final = re.compile(r"\s*,?\s+(?:and|or|to|with)\s+", re.IGNORECASE)
"""What stands between them behind a word that compares."""
_COMPARING: Final = re.compile(
    r"^(?:please\s+|can you\s+|could you\s+)?(?:compare|(?:a |the )?comparison (?:between|of)"
    r"|(?:what(?: is|'s) )?(?:the )?differences? between)\s+",
    re.IGNORECASE,
)
_ASKED_LAST: Final = re.compile(
    r"\s*[,;:?.-]?\s*(?:(?:and\s+)?what(?:['\u2019]?s|\s+(?:is|are)) the differences?|differences?|similarities"
    r"|(?:which|what) is better)\s*[?.]*$",
    re.IGNORECASE,
)
"""The same behind both sides."""
_CHOOSING: Final = re.compile(r",?\s+or\s+(?=(?:for|from|in|of|the|those|with)\b)", re.IGNORECASE)
"""What stands between them in a question for one of both: "where is it higher, in the port or in the hill town?"."""
_BEFORE_CHOICE: Final = re.compile(r"\s*[,:;]\s+")
"""What parts such a question from its first side."""
_ASKED_OF_BOTH: Final = re.compile(
    r"\s*(?::|;|\?|,(?=\s*(?:and\s+)?(?:how|number|share|what|when|where|which|who|why)\b))\s*", re.IGNORECASE
)
"""What ends the second side; what is asked of both follows."""
_ASKED_BEFORE: Final = re.compile(
    r"^(?:how|what|when|where|which|who|whose|why)\b[^,:;]*?(?=\s+(?:for|in|of|to)\b)", re.IGNORECASE
)
"""What is asked of both in front of the first side: "What did it cost to turn ..."."""
_WHERE: Final = re.compile(r"^((?:at|in)\s[^,:;?]+),\s+", re.IGNORECASE)
"""What stands before a comparison and goes for both sides: "In the port, what is the difference between ..."."""
_DIFFER: Final = re.compile(
    r"^how (?:did|do|does)\s+(?P<places>.+?)\s+differ (?:in|on|over|when)\s+(?P<what>.+)$", re.IGNORECASE
)
"""What asks for the differences between two in something."""
_FEWEST_WORDS: Final = 2
"""A side has so many words at least: a name alone is a place, or what nobody can look for."""


def sides_of(question: str) -> tuple[str, ...]:
    """Each of the two sides that ``question`` compares, with what it asks of both; empty if it does not part so.

    >>> sides_of("the tram of the port against the bus lanes of the capital: what did they cost?")
    ('the tram of the port: what did they cost', 'the bus lanes of the capital: what did they cost')
    """
    text, where = question.strip(" ?.!"), ""
    if (begins := _WHERE.match(text)) and _COMPARING.match(text[begins.end() :]):
        text, where = text[begins.end() :], f" {begins[1][0].lower()}{begins[1][1:]}"
    bare = strip_comparing(text)
    comparing, text = bare != text, bare
    if between := _AGAINST.search(text) or (_AND.search(text) if comparing else None):
        sides = _ask_each(text[: between.start()], text[between.end() :], where)
    elif (between := _CHOOSING.search(text)) and (cuts := list(_BEFORE_CHOICE.finditer(text, 0, between.start()))):
        asked = text[: cuts[-1].start()]
        sides = [f"{side}: {asked}" for side in (text[cuts[-1].end() : between.start()], text[between.end() :])]
    else:
        return ()
    return tuple(sides) if all(len(side.split(":")[0].split()) >= _FEWEST_WORDS for side in sides) else ()


def strip_comparing(question: str) -> str:
    """``question`` without the words that only ask to compare what follows."""
    if match := _DIFFER.match(question.strip(" ?.!")):
        return f"{match['what']} in {match['places']}"
    return _ASKED_LAST.sub("", _COMPARING.sub("", question))


def _ask_each(first: str, second: str, where: str) -> list[str]:
    """Both sides with what is asked of them in front of the first, behind the second, or as the first begins.

    ``where`` goes for both.
    """
    asked = ""
    if before := _ASKED_OF_BOTH.search(first):  # "money saved: the lamps of the capital against those of the port"
        asked, first = first[: before.start()], first[before.end() :]
    if behind := _ASKED_OF_BOTH.search(second):
        second, last = second[: behind.start()], second[behind.end() :]
        asked = f"{asked}, {last}" if asked else last
    if not asked:
        begins = _ASKED_BEFORE.match(first)
        return [f"{first}{where}", f"{begins[0]} {second}{where}" if begins else f"{second}{where}"]
    return [f"{side}{where}: {asked}" for side in (first, second)]
