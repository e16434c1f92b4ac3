"""Measures the sums and partners that are read from sentences marked by hand: ``python -m eval.contributions``.

``open.jsonl`` was looked at while the reading was written, ``held_out.jsonl`` only counted. A mark lists the roles that a reader
would accept, since some sentences leave it open; an ``optional`` party is neither missed nor wrong.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kin_assistant.assistant import Assistant
from kin_assistant.contributions.values import Contribution, ContributionQuery
from kin_assistant.text.words import fold, words

__all__ = ["HALVES", "Count", "MarkedParty", "MarkedSentence", "MarkedSum", "main", "match_contributions", "read_marks"]

HALVES = ("open", "held_out")
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class MarkedSum:
    """A sum as it is written, the roles that it may be said to have, and who pays; a payer with "?" in front may be left out."""

    text: str
    roles: frozenset[str]
    payer: str


@dataclass(frozen=True, slots=True)
class MarkedParty:
    """Who pays or takes part, with the roles that they may be said to have."""

    name: str
    roles: frozenset[str]
    optional: bool


@dataclass(frozen=True, slots=True)
class MarkedSentence:
    """A sentence with all of its sums and parties."""

    document: str
    sentence: str
    sums: tuple[MarkedSum, ...]
    parties: tuple[MarkedParty, ...]


@dataclass(slots=True)
class Count:
    """What was counted in one part of the marks."""

    marked: dict[str, int] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)
    right: dict[str, int] = field(default_factory=dict)

    def add(self, what: str, *, marked: int = 0, read: int = 0, right: int = 0) -> None:
        """Count more of ``what``."""
        for counts, more in ((self.marked, marked), (self.read, read), (self.right, right)):
            counts[what] = counts.get(what, 0) + more

    def lines(self, name: str) -> list[str]:
        """Precision and recall, a line for each thing counted."""
        return [
            f"{name:10} {what:16} {self.marked[what]:4} marked, {self.read[what]:4} read: "
            f"precision {self.right[what] / max(self.read[what], 1):.3f}, "
            f"recall {self.right[what] / max(self.marked[what], 1):.3f}"
            for what in self.marked
        ]


def main() -> None:
    """Print the errors of the open half if wanted, and the figures of both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, default=Path("index"))
    parser.add_argument("--errors", action="store_true", help="print what is wrong in the open half")
    arguments = parser.parse_args()
    with Assistant.open(arguments.index) as assistant:
        found = assistant.contributions(ContributionQuery())
    quotes = {one.number: (one.document_id, one.quote) for one in found.citations}
    of_sentence: dict[tuple[str, str], list[Contribution]] = {}
    for one in found.contributions:
        of_sentence.setdefault(quotes[one.citation], []).append(one)
    for half in HALVES:
        count = Count()
        for marked in read_marks(half):
            errors = match_contributions(marked, of_sentence.get((marked.document, marked.sentence), ()), count)
            if arguments.errors and half == "open" and errors:
                print(f"{marked.document}: {marked.sentence}", *(f"    {error}" for error in errors), sep="\n")
        print(*count.lines(half), sep="\n")


def match_contributions(marked: MarkedSentence, read: Sequence[Contribution], count: Count) -> list[str]:
    """Count what of a sentence was read right: sums, their roles and payers, parties and their roles. A line for each error."""
    return [*_match_sums(marked, read, count), *_match_parties(marked, read, count)]


def _match_sums(marked: MarkedSentence, read: Sequence[Contribution], count: Count) -> list[str]:
    errors, left = [], [one for one in read if one.figure]
    count.add("sum", marked=len(marked.sums), read=len(left))
    for mark in marked.sums:
        fitting = [one for one in left if one.figure and _overlap(mark.text, one.figure.written.text)]
        exact = [one for one in fitting if one.figure and mark.text == one.figure.written.text]
        if not fitting:
            errors.append(f"missed {mark.text}")
            count.add("role of sum", marked=1)
            continue
        one = (exact or fitting)[0]
        left.remove(one)
        count.add("sum", right=1)
        is_right = one.role in mark.roles
        count.add("role of sum", marked=1, read=1, right=is_right)
        if not is_right:
            errors.append(f"{mark.text} is {'/'.join(sorted(mark.roles))}, not {one.role}")
        payers = [party.words.text for party in one.parties]
        wanted = mark.payer.removeprefix("?")
        named = any(_overlap(wanted, payer) for payer in payers) if wanted else False
        if mark.payer and not mark.payer.startswith("?"):
            count.add("payer of sum", marked=1, read=bool(payers), right=named)
            if not named:
                errors.append(f"{mark.text} is paid by {wanted}, not {payers}")
        elif payers and not named:
            count.add("payer of sum", read=1)
            errors.append(f"{mark.text} is not paid by {payers}")
    return errors + [f"no sum: {one.figure.written.text}" for one in left if one.figure]


def _match_parties(marked: MarkedSentence, read: Sequence[Contribution], count: Count) -> list[str]:
    errors: list[str] = []
    left = {party.words.text: one.role for one in read for party in one.parties}
    for mark in sorted(marked.parties, key=lambda one: one.optional):
        fitting = [text for text in left if _overlap(mark.name, text)]
        if mark.optional:
            for text in fitting:
                del left[text]
            continue
        count.add("party", marked=1, read=bool(fitting), right=bool(fitting))
        count.add("role of party", marked=1, read=bool(fitting))
        if not fitting:
            errors.append(f"missed {mark.name} ({'/'.join(sorted(mark.roles))})")
            continue
        role = left.pop(fitting[0])
        count.add("role of party", right=role in mark.roles)
        if role not in mark.roles:
            errors.append(f"{mark.name} is {'/'.join(sorted(mark.roles))}, not {role}")
    count.add("party", read=len(left))
    return errors + [f"no party: {text} ({role})" for text, role in left.items()]


def read_marks(half: str) -> list[MarkedSentence]:
    """The marked sentences of one half."""
    lines = (_HERE / "contributions" / f"{half}.jsonl").read_text("utf-8").splitlines()
    return [
        MarkedSentence(
            row["document"],
            row["sentence"],
            tuple(MarkedSum(one["text"], frozenset(one["roles"]), one["payer"] or "") for one in row["sums"]),
            tuple(MarkedParty(one["name"], frozenset(one["roles"]), one["optional"]) for one in row["parties"]),
        )
        for row in map(json.loads, lines)
    ]


def _overlap(marked: str, read: str) -> bool:
    """Whether one is the other with words around: "about 600 pesos", "Japan's environment ministry"."""
    left, right = " ".join(words(fold(marked))), " ".join(words(fold(read)))
    return f" {left} " in f" {right} " or f" {right} " in f" {left} "


if __name__ == "__main__":
    main()
