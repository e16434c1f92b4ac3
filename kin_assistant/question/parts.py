"""The parts of a question that asks for several things: "Who paid for it, and what did it bring?"."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from kin_assistant.question.sides import strip_comparing
from kin_assistant.text.english import read_words
from kin_assistant.text.figures import asks_for_figure

__all__ = ["Part", "ask_fact", "facts_behind", "parts_of"]

_ASKS = (
    r"(?:(?:about|after|at|by|for|from|in|of|on|since|to|until|with)\s+)?"
    r"(?:how|what|when|where|which|who|whom|whose|why)\b"
)
_ASKS_AFTER_COMMA = r"(?:how|what|why)\b"
"""The others may begin a relative clause: "the plant, which opened in 1998"."""
_VERB = r"(?:are|can|could|did|do|does|had|has|have|is|should|was|were|will|would)\b"
_REQUEST = re.compile(
    r"(?:please\s+)?(?:can you\s+|could you\s+|i (?:need|want|would like)(?: to know)?\s+)?"
    r"(?:any|compare|describe|explain|give|list|name|show|tell)\b",
    re.IGNORECASE,
)
_AND = r"(?:and|but|or|n|&)"
"""What joins; who types in haste writes "n"."""
_ASKING = re.compile(rf"(?:{_AND}\s+|so\s+)?(?:{_ASKS}|{_VERB})", re.IGNORECASE)
_BETWEEN = re.compile(
    rf"\s*[,;:]?\s+{_AND}(?:\s+also|\s+then)?\s+(?={_ASKS})"
    rf"|\s*[,;]\s*{_AND}\s+(?={_VERB})"
    rf"|\s*[,;]\s*(?:so\s+)?(?={_ASKS_AFTER_COMMA}|which one\b)"
    rf"|\s*:\s*(?={_ASKS}|{_VERB})",
    re.IGNORECASE,
)
_ASKED_BEHIND = re.compile(rf"in\s[^,;:?]+,\s+{_ASKS}", re.IGNORECASE)
"""What is asked behind the place or the matter that it is about: "In Dhaka, who provides the land"."""
_CONJUNCTION = re.compile(rf"[\s,;]+{_AND}(?:\s+also|\s+then)?\s*$", re.IGNORECASE)
_ASKED_WITHIN = re.compile(
    r"\bhow (?:far|long|many|much|often)\b|\bwhich (?:one|of (?:the|these|them|both))\b", re.IGNORECASE
)
"""What never begins a relative clause asks wherever it stands: "when the drought came how many days"."""
_QUESTION_WORD = re.compile(r"\b(?:how|what|when|where|which|who|whom|whose|why)\b", re.IGNORECASE)
_NAMES_OF = re.compile(
    r"(?:please\s+)?(?:(?:what(?:['\u2019]?s|\s+(?:is|are|was|were))|(?:give|show|tell)\s+me)\s+)?(?:the\s+)?"
    r"(?P<names>[^,?:]+(?:,[^,?:]+)*?)\s+of\s+(?P<rest>[^,?:]+)\s*\??",
    re.IGNORECASE,
)
"""What may be several facts that are asked for by their names: "the cost and length of the line"."""
_NAMES_BEHIND = re.compile(r"(?P<rest>[^:]+?)\s*[:,]\s*(?P<names>[^:,]+(?:,[^:,]+)*?)\s*[?.]?", re.IGNORECASE)
"""The same behind what it is about: "compare both rivers: time and money"."""
_JOINED = re.compile(r"\s*,\s*(?:and\s+)?|\s+(?:and|n|&)\s+", re.IGNORECASE)
_LOOSE_FACTS: Final = frozenset({"time", "money"})
"""Names of facts behind what they are of; elsewhere they mean much else."""
_FEWEST_WORDS = 2
_LONGEST_FACT = 4
"""Words of a fact that is asked for by its name: "gate fee per tonne"."""
_LONGEST_NAME = 2
"""Words of what is asked for by its name: "cost", "total cost"."""
_MOST_PARTS = 4


@dataclass(frozen=True, slots=True)
class Part:
    """One thing asked for."""

    text: str
    """Its words, as they stand in the question."""
    asked: str
    """The same so that it can be understood alone: behind what the others say of the subject."""


def parts_of(question: str) -> tuple[Part, ...]:
    """What ``question`` asks for, in order; one part if it asks for one thing."""
    from sentencex import segment

    told: list[str] = []
    asked: list[str] = []
    for sentence in segment("en", question):
        for piece in _pieces(sentence.strip()):
            (asked if _asks(piece) else told).append(piece.strip(" ,;:"))
    if len(asked) == 1 and (named := _ask_by_name(told)):
        told, asked = named[0], [named[1], *asked]
    elif len(asked) <= 1 and (facts := _facts_of(question.strip())):
        return facts
    if len(asked) > _MOST_PARTS or len(asked) < 2:
        return (Part(question, question),)
    subject = " ".join(told) or asked[0].rstrip(" ?.,;") + "?"
    first = () if told else (Part(asked[0], asked[0]),)
    return (*first, *(Part(text, f"{subject} {_as_question(text)}") for text in asked[len(first) :]))


def _pieces(sentence: str) -> list[str]:
    """``sentence`` cut before each thing asked for; what is short stays with what is before it."""
    cuts = [0]
    for match in _BETWEEN.finditer(sentence):
        if min(len(sentence[cuts[-1] : match.start()].split()), len(sentence[match.end() :].split())) >= _FEWEST_WORDS:
            cuts.append(match.end())
    ends = [*cuts[1:], len(sentence)]
    return [_CONJUNCTION.sub("", sentence[start:end]) for start, end in zip(cuts, ends, strict=True) if start < end]


def _ask_by_name(told: list[str]) -> tuple[list[str], str] | None:
    """What is told without a name that asks behind it, and the name: "a pond against a plant, cost"; None without one."""
    before, comma, name = told[-1].rpartition(",") if told else ("", "", "")
    if comma and len(name.split()) <= _LONGEST_NAME and asks_for_figure(name):
        return [*told[:-1], before.strip(" ,;:")], name.strip()
    return None


def _facts_of(question: str) -> tuple[Part, ...]:
    """The facts that ``question`` asks for by their names; empty if it does not ask for several."""
    if match := _NAMES_OF.fullmatch(question):
        rest = match["rest"].strip()
        facts = _facts_in(match["names"])
        if len(facts) == 1:
            # "The capacity of the landfill and gate fee per tonne": the second fact stands behind what both are of.
            rest, _, behind = rest.rpartition(" and ")
            facts += _facts_in(behind)
        if len(facts) > 1 and rest:
            return tuple(Part(f"the {fact} of {rest}", f"What is the {fact} of {rest}?") for fact in facts)
    subject, facts = facts_behind(question)
    return tuple(Part(fact, ask_fact(fact, subject)) for fact in facts)


def ask_fact(fact: str, subject: str) -> str:
    """The question for a fact of ``subject`` that is asked for by its name."""
    match fact:
        case "time":
            return f"How long did {subject} take?"
        case "money":
            return f"What did {subject} cost?"
        case _:
            return f"What is the {fact} of {subject}?"


def facts_behind(question: str) -> tuple[str, list[str]]:
    """What ``question`` is about, without a word that compares, and the facts that it asks for behind that.

    >>> facts_behind("compare the two rivers, time and money")
    ('the two rivers', ['time', 'money'])
    """
    if (match := _NAMES_BEHIND.fullmatch(question)) and len(facts := _facts_in(match["names"], _LOOSE_FACTS)) > 1:
        return strip_comparing(match["rest"].rstrip(" .")), facts
    return question, []


def _facts_in(names: str, others: Collection[str] = ()) -> list[str]:
    """The facts that ``names`` joins, without articles; none if one of them is no fact of ``others`` or of the word list."""
    facts = [re.sub(r"^(?:its|the|their)\s+", "", name.strip(), flags=re.IGNORECASE) for name in _JOINED.split(names)]
    known = read_words("named_fact").union(others)
    is_fact = (
        0 < len(fact.split()) <= _LONGEST_FACT
        and fact.lower().partition(" per ")[0].split()[-1].removesuffix("s") in known
        for fact in facts
    )
    return facts if len(facts) <= _MOST_PARTS and all(is_fact) else []


def _asks(piece: str) -> bool:
    """Whether ``piece`` asks for something, and does not only say what the rest is about."""
    if piece.rstrip().endswith(":"):
        return False
    if _ASKED_BEHIND.match(piece) or _ASKED_WITHIN.search(piece):
        return True
    return bool(_ASKING.match(piece) or _REQUEST.match(piece) or (piece.endswith("?") and _QUESTION_WORD.search(piece)))


def _as_question(text: str) -> str:
    text = text.rstrip(" ?.,;")
    return text[:1].upper() + text[1:] + "?"
