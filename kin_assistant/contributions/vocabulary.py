"""The words that tell who pays or takes part, and as what, from ``data/english/contributions.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

from kin_assistant.contributions.values import PartyKind, Role
from kin_assistant.text.vocabulary import alternatives

__all__ = ["CAPITALISED", "CueRole", "RoleWords", "read_role_words"]

CueRole = Role | Literal["giving", "part", "spending"]
"""What words tell; of "gave" and "spent" it depends on who did, and on whether that is said."""
CAPITALISED: Final = r"[A-Z\u00c0-\u00de\u0110][\w&\u2019'./-]*"
"""A capitalised word, with what may stand right behind it."""


@dataclass(frozen=True, slots=True)
class RoleWords:
    """The table of the package, made ready for looking up."""

    body_of_name: Mapping[str, str]
    """Bodies of the world, by each of their names."""
    bodies: re.Pattern[str]
    """One of these names."""
    kind_of_word: Mapping[str, PartyKind]
    """Of a capitalised word that makes a name that of a body."""
    called: re.Pattern[str]
    """A body or people in general words, with what stands before: groups ``owner``, ``head`` and ``of``."""
    kind_of_head: Mapping[str, PartyKind]
    introduced: re.Pattern[str]
    """A name behind a word such as "company": groups ``kind`` and ``name``."""
    giving: re.Pattern[str]
    """A word such as "from" at the end of a text, which makes a party of what follows."""
    leading: frozenset[str]
    """Words at the start of a sentence that belong to no name."""
    before_place: re.Pattern[str]
    """A word at the end of a text that makes what follows the place of something: "in the"."""
    deed: re.Pattern[str]
    """What stands behind a name that does something."""
    gift: re.Pattern[str]
    """What stands behind the name of a people that gives something."""
    receiving: frozenset[str]
    no_bodies: frozenset[str]
    no_contribution: re.Pattern[str]
    cues: re.Pattern[str]
    """A word that tells a role."""
    role_of_cue: Mapping[str, CueRole]
    """In lower case."""


@cache
def read_role_words() -> RoleWords:
    """The words of the package, read once."""
    table: dict[str, Any] = tomllib.loads(
        files("kin_assistant").joinpath("data/english/contributions.toml").read_text("utf-8")
    )
    words: dict[str, list[str]] = table["words"]
    names = {name: body for body, own in table["bodies"].items() for name in (body, *own)}
    heads = {head: kind for kind, own in table["called"].items() for head in own}
    heads |= {head.capitalize(): "people" for head in table["called"]["people"]}
    cues = {cue: role for role, own in table["roles"].items() for cue in own}
    told = rf"(?<![\w-])(?:{alternatives(cues)})(?![\w-])"
    run = rf"{CAPITALISED}(?:\s{CAPITALISED})*"
    return RoleWords(
        body_of_name=names,
        bodies=re.compile(rf"(?<![\w-])(?:{alternatives(names)})(?![\w-])"),
        kind_of_word={word: kind for kind, own in table["named"].items() for word in own},
        called=re.compile(
            rf"(?<![\w-])(?:(?:[Tt]he|[Aa]n?|[Ii]ts|[Tt]heir)\s)?(?:(?P<owner>{run})\s)?"
            rf"(?:(?:{alternatives(words['between'])})\s){{0,3}}(?P<head>{alternatives(heads)})(?![\w-])"
            rf"(?:\sof\s(?:the\s)?(?P<of>{run}))?",
        ),
        kind_of_head=heads,
        introduced=re.compile(rf"(?<![\w-])(?P<kind>{alternatives(words['introducing'])})\s(?P<name>{run})"),
        giving=re.compile(rf"(?<![\w-])(?:{alternatives(words['giving'])})\s(?:(?:the|an?|its|their)\s)?$"),
        leading=frozenset(words["leading"]),
        before_place=re.compile(rf"(?<![\w-])(?:{alternatives(words['before_place'])})\s(?:the\s)?$", re.IGNORECASE),
        deed=re.compile(rf"\s(?:(?:[a-z]+ly|[a-z]+ed|{alternatives(words['before_deed'])})\s)?{told}", re.IGNORECASE),
        gift=re.compile(rf"\s(?:(?:{alternatives(words['kinds_of_gift'])})\s)?(?:{alternatives(words['gifts'])})\b"),
        receiving=frozenset(words["receiving"]),
        no_bodies=frozenset(words["no_bodies"]),
        no_contribution=re.compile(rf"(?<![\w-])(?:{alternatives(words['no_contribution'])})(?![\w-])", re.IGNORECASE),
        cues=re.compile(told, re.IGNORECASE),
        role_of_cue={cue.lower(): role for cue, role in cues.items()},
    )
