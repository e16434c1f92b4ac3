"""As what a party takes part and what a sum is: the nearest word that tells a role, in the same part of the sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kin_assistant.contributions.parties import Named, does_something
from kin_assistant.contributions.values import PartyKind, Role
from kin_assistant.contributions.vocabulary import CueRole, read_role_words
from kin_assistant.text.rows import ROW

__all__ = ["MONEY", "Cue", "PartyGroup", "SentenceParts", "find_cues", "group_parties", "refine_role"]

MONEY: Final = frozenset(
    {"grant", "loan", "funding", "budget", "investment", "fee", "income", "cost", "giving", "spending"}
)
"""Roles that a sum may have."""
_GENERIC: Final = frozenset({"funding", "cost", "giving", "spending", "partner", "part"})
_PAYING: Final = MONEY - {"cost", "income"}
_ADJACENT: Final = 3
_NEAR: Final = 20
_HEAD_START: Final = 25
"""Characters by which a word that tells a role exactly may stand further off than one such as "paid"."""
_REACH: Final = 70
"""Characters between a party and the word that tells its role, at most."""
_CLAUSE: Final = re.compile(r"[;:]\s|,?\s(?:but|while|whereas)\s|,\s(?:and|so)\s(?=(?:the|an?|[A-Z])[\w' ])")
_JOINS: Final = re.compile(
    r"(?:,|,?\sand|,?\sor|/|\s\([^()]*\)(?:,|\sand|,\sand)?)?\s?"
    r"(?:also\s)?(?:the\s|an?\s|its\s|of\s)?(?:[a-z]+\s)?",
    re.IGNORECASE,
)
_FROM_BEHIND: Final = re.compile(r"[^.;|]{0,28}?(?<![\w-])(?:from|by|of)\s(?:the\s|an?\s)?$")
_OF_KIND: Final[dict[PartyKind, Role]] = {
    "city": "budget", "government": "budget", "country": "funding", "company": "investment", "people": "fee",
    "organisation": "funding",
}  # fmt: skip
"""What it is where somebody pays and no word tells as what."""


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that tell a role: ``text[start:end]``."""

    start: int
    end: int
    role: CueRole


@dataclass(frozen=True, slots=True)
class PartyGroup:
    """Parties that are named in one breath: "JICA, the centre OECC and the World Bank"."""

    members: tuple[Named, ...]

    @property
    def start(self) -> int:
        """Where the first begins."""
        return self.members[0].start

    @property
    def end(self) -> int:
        """Where the last ends."""
        return self.members[-1].end

    @property
    def kind(self) -> PartyKind:
        """Of the first."""
        return self.members[0].kind


def find_cues(text: str, parties: Sequence[Named]) -> list[Cue]:
    """The words that tell roles, in order, but for those within the name of a party."""
    words = read_role_words()
    return [
        Cue(match.start(), match.end(), words.role_of_cue[match[0].lower()])
        for match in words.cues.finditer(text)
        if not any(one.start < match.end() and match.start() < one.end for one in parties)
    ]


def group_parties(text: str, parties: Sequence[Named]) -> list[PartyGroup]:
    """The parties by those that follow each other with no more than "and" between."""
    groups: list[list[Named]] = []
    for one in parties:
        before = groups[-1][-1] if groups else None
        if before and before.end < one.start and _is_joint(text[before.end : one.start]):
            groups[-1].append(one)
        else:
            groups.append([one])
    return [PartyGroup(tuple(own)) for own in groups]


def _is_joint(between: str) -> bool:
    if not re.search(r",|\band\b|\bor\b|/", between):
        return False
    return _JOINS.fullmatch(between) is not None


class SentenceParts:
    """The parties and cues of a sentence by its parts, within which they are of each other."""

    def __init__(self, text: str, groups: Sequence[PartyGroup], cues: Sequence[Cue]) -> None:
        self._text, self.groups, self._cues = text, groups, cues
        self._is_row = text.startswith(ROW)
        bounds = [] if self._is_row else [match.end() for match in _CLAUSE.finditer(text)]
        self._bounds = [0, *bounds, len(text)]

    def clause(self, at: int) -> tuple[int, int]:
        """The part of the sentence that ``at`` stands in; of a row all of it."""
        start = max(bound for bound in self._bounds[:-1] if bound <= at)
        return start, min(bound for bound in self._bounds if bound > at)

    def cue_of_group(self, group: PartyGroup) -> Cue | None:
        """The word that tells as what a group takes part: in front of "by" or "from", else behind it, else in its row."""
        in_row = self._cues[0] if self._is_row and self._cues else None
        giving = read_role_words().giving.search(self._text[: group.start])
        if giving and giving.start() >= self.clause(group.start)[0]:
            if before := self._cue_before(group, giving):
                return before
            if not giving[0].startswith(("with", "via")):
                return in_row
        if not self._may_act(group):
            return None
        behind = self._cues_behind(group)
        if not behind:
            return in_row
        chosen = _most_exact(behind)
        return None if self._text[chosen.start : chosen.end].lower() in read_role_words().receiving else chosen

    def _cue_before(self, group: PartyGroup, giving: re.Match[str]) -> Cue | None:
        """The last word that tells a role in front of "by", "from" or the like, where that stands in front of a group."""
        start, _ = self.clause(group.start)
        near = [one for one in self._cues if start <= one.start and one.end <= group.start <= one.end + _REACH]
        if giving[0].startswith("from"):
            # "trained staff from" tells who was trained.
            near = [
                one for one in near if one.role in MONEY or not self._text[one.start : one.end].lower().endswith("ed")
            ]
        if giving[0].startswith("of"):
            near = [one for one in near if giving.start() - one.end <= 1]
        return near[-1] if near else None

    def _cues_behind(self, group: PartyGroup) -> list[Cue]:
        """The words behind a group, up to the next one that has a name of its own."""
        _, end = self.clause(group.start)
        others = (one.start for one in self.groups if one.start > group.start and not one.members[0].general)
        reach = min(end, group.end + _REACH, *others)
        return [one for one in self._cues if group.end <= one.start < reach]

    def _may_act(self, group: PartyGroup) -> bool:
        """A place does something only if a word for that stands right behind it, or if it has a cell to itself."""
        last = group.members[-1]
        if last.certain or last.kind not in ("city", "country"):
            return True
        alone = self._text[max(0, group.start - 2) : group.start] == ROW and self._text[group.end :].startswith(" |")
        return alone or does_something(self._text, group.end)

    def role_of_sum(self, start: int, end: int) -> Cue | None:
        """The word that tells what the sum ``text[start:end]`` is, the nearest in its part of the sentence."""
        first, last = self.clause(start)
        near = [
            one
            for one in self._cues
            if first <= one.start
            and one.end <= last
            and one.role in MONEY
            and max(one.start - end, start - one.end) <= _REACH
        ]

        def distance(cue: Cue) -> int:
            gap = max(cue.start - end, start - cue.end, 0)
            return gap + (_HEAD_START if cue.role in _GENERIC and gap > _ADJACENT else 0)

        return min(near, key=distance, default=None)

    def payer_of_sum(self, start: int, end: int) -> PartyGroup | None:
        """Who pays a sum: who stands behind it with "from" or "by", else whose word of paying stands nearest in front."""
        first, last = self.clause(start)
        near = [one for one in self.groups if first <= one.start and one.end <= last]
        for group in near:
            if group.start >= end and _FROM_BEHIND.fullmatch(self._text[end : group.start]):
                return group
        if self._is_row:
            first_cell = near and near[0].start <= len(ROW)
            alone = first_cell and self._text[near[0].end :].startswith((" |", " ("))
            return near[0] if first_cell and (alone or near[0].members[0].certain) else None
        before = [one for one in near if one.end <= start and self._pays(one)]
        return before[-1] if before else None

    def _pays(self, group: PartyGroup) -> bool:
        """Whether a word of paying is the first behind a group, or tells its role."""
        told = self.cue_of_group(group)
        behind = next((one for one in self._cues if one.start >= group.end), None)
        near = behind if behind and behind.start - group.end <= _NEAR else None
        return any(one is not None and one.role in _PAYING for one in (told, near if told else None))


def _most_exact(behind: Sequence[Cue]) -> Cue:
    """Of words behind a party the first, or one soon behind it that tells the role better: "gave a grant"."""
    first = behind[0]
    if first.role not in _GENERIC:
        return first
    for one in behind:
        soon = one.start - first.start <= _HEAD_START and first.role != "spending"
        if one.role in ("grant", "loan") or (soon and one.role not in _GENERIC):
            return one
    return first


def refine_role(cue: Cue | None, group: PartyGroup | None, *, is_sum: bool, by_month: bool = False) -> Role:
    """The role that a word tells, given who pays: what a city pays is of its budget.

    What is paid by the month, of which nobody in particular is said to pay it, is a fee.
    """
    role: CueRole = cue.role if cue else ("cost" if is_sum else "partner")
    if is_sum:
        return _role_of_sum(role, group, by_month=by_month)
    if role == "part" or role == "giving":
        return "partner"
    if role == "spending" or (role == "funding" and group and group.kind != "people"):
        return _OF_KIND[group.kind] if group else "partner"
    return role


def _role_of_sum(role: CueRole, group: PartyGroup | None, *, by_month: bool) -> Role:
    if role == "part":
        role = "cost"
    if role == "investment" and group and group.kind in ("city", "government"):
        return _OF_KIND[group.kind]
    if group and role in ("funding", "giving", "spending", "cost"):
        return _OF_KIND[group.kind]
    if role == "spending":
        return "fee" if by_month else "cost"
    return "cost" if role == "giving" else role
