"""Questions that name what they are about.

Who writes a question with its document open seldom names the place. Who asks a collection of documents does, and the name
tells a passage that answers from one on another place.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Subject", "name_question", "read_subjects"]

_THE_PLACE = re.compile(
    r"\b[Tt]he (?:city|town|municipality|island)\b(?!-)(?! (?:of|that|which|where|with|in|on|at)\b)"
)
_OPENING = frozenset(
    """a after an and any apart are at before besides but by can could did do does for from had has have how if in is of on once
    since so the then there to under until was were what when where whether which who whom whose why will with would""".split()
)
_QUESTION_WORD = frozenset("how what when where which who whose why did does was were is are has have".split())
_PREPOSITION = frozenset("after at before by during for from in of on since to under until with within".split())
_MOST_WORDS_BEFORE_A_PLACE = 13


@dataclass(frozen=True, slots=True)
class Subject:
    """The place or body that a document is about."""

    name: str
    body: bool
    """Whether it is a body (a network, a fund) and no place."""


def read_subjects(file: Path) -> dict[str, Subject]:
    """What each document is about, by document id, from JSON Lines of ``document_id``, ``name`` and ``body``."""
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    return {row["document_id"]: Subject(row["name"], body=row["body"]) for row in rows}


def name_question(question: str, subject: Subject, style: str, generator: random.Random) -> str:
    """``question`` with the place or body that it is about; as it stands if it names it already."""
    words = set(re.findall(r"\w+", question.lower()))
    if words & {word for word in re.findall(r"\w+", subject.name.lower()) if len(word) > 3}:
        return question
    name = f"the {subject.name}" if subject.body else subject.name
    if not subject.body and _THE_PLACE.search(question):
        return _THE_PLACE.sub(subject.name, question, count=1)
    if style == "keywords" or not question.rstrip().endswith("?"):
        bare = subject.name.lower() if question == question.lower() else subject.name
        return f"{bare} {question}" if generator.random() < 0.6 else f"{question} {bare}"
    plain = ":" not in question and "," not in question and question.count(".") == 0
    asks = question.split(maxsplit=1)[0].lower() in _QUESTION_WORD
    short = len(question.split()) <= _MOST_WORDS_BEFORE_A_PLACE
    if not subject.body and plain and asks and short and generator.random() < 0.5 and not _ends_with_place(question):
        return f"{question.rstrip(' ?')} in {name}?"
    if subject.body or ":" in question or question.split(maxsplit=1)[0].lower() in _PREPOSITION:
        return f"{_capitalised(name)}: {_uncapitalised(question)}"
    if generator.random() < 0.25:
        return f"{name}: {_uncapitalised(question)}"
    return f"In {name}, {_uncapitalised(question)}"


def _ends_with_place(question: str) -> bool:
    """Whether ``question`` ends in words of place or time, behind which one more would not be natural."""
    return bool(re.search(r"\b(?:in|at|on|of|from|to|by|with|for|about)(?: \S+){0,2} ?\?$", question.strip()))


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _uncapitalised(question: str) -> str:
    first, *_ = question.split(maxsplit=1)
    return question[:1].lower() + question[1:] if first.lower() in _OPENING else question
