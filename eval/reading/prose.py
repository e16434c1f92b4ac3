"""Sentences as reports hold them, made by a seeded dice, with the places where their words may be broken."""

from __future__ import annotations

import random
from collections.abc import Sequence

__all__ = ["SOFT_HYPHEN", "Prose"]

SOFT_HYPHEN = "\u00ad"

_ADJECTIVES = (
    "mu/nic/i/pal re/gion/al an/nu/al sea/son/al pub/lic pri/vate low-income coastal ur/ban in/for/mal ad/di/tion/al long-term"
    " com/mu/ni/ty-led cli/ma/to/log/i/cal tem/po/rary small-scale af/ford/able in/ter/na/tion/al old new"
).split()
_NOUNS = (
    "sew/er/age waste water drain/age hous/ing trans/port en/er/gy green/ing e/mer/gen/cy pro/cure/ment side/walk mar/ket"
    " col/lec/tion re/cy/cling flood/plain plan/ning san/i/ta/tion light/ing school health ad/min/is/tra/tion in/spec/tion"
).split()
_THINGS = (
    "pro/gramme net/work as/sess/ment strat/e/gy part/ner/ship de/part/ment com/mit/tee reg/u/la/tion ser/vice cam/paign"
    " con/tract au/thor/i/ty in/fra/struc/ture main/te/nance bud/get sur/vey of/fice"
).split()
_VERBS = (
    "re/duced ex/pand/ed sup/port/ed mon/i/tored re/placed strength/ened eval/u/at/ed co/or/di/nat/ed doc/u/ment/ed"
    " re/or/ga/nized fund/ed de/layed re/viewed im/ple/ment/ed"
).split()
_PLACES = (
    "Bogota;Nairobi;Porto Novo;Quito;Ma/nil/a;Hanoi;Da/kar;Lima;Ac/cra;Utrecht;San José;Turin;Graz;Ka/re/ga;Old Harbour"
).split(";")
_PEOPLE = "res/i/dents;house/holds;trad/ers;farm/ers;teach/ers;work/ers;op/er/a/tors;vol/un/teers;en/gi/neers".split(
    ";"
)
_ABBREVIATIONS = ("Dr. Almeida", "Ms. Okoro", "the U.N. office", "approx. half of the staff", "the A.D.B. mission")

_PATTERNS = (
    "The {adjective} {noun} {thing} in {place} was {verb} in {year}.",
    "In {place}, {count} {people} {verb} the {noun} {thing} between {year} and {later}.",
    "{place} {verb} its {adjective} {noun} {thing}, and the share of {adjective} {noun} fell by {percent} per cent.",
    "It {verb} the {thing}.",
    (
        "According to {person}, the {adjective} {thing} of {place} has {verb} {count} {people} since {year}, although the"
        " {noun} {thing} still lacks {adjective} {noun} staff."
    ),
    "Of the {count} {people} who were asked in {place}, {percent}% said that the {noun} {thing} had been {verb} too late.",
    (
        "The cost of the {adjective} {noun} {thing} rose from {money} million to {money} million (see Table {digit}), while"
        " the {thing} for {noun} was {verb} by the {adjective} {thing}."
    ),
    "When the {noun} {thing} was {verb}, {people} in {place} asked for an {adjective} {thing}; the {thing} agreed in {year}.",
    "{people_first} in {place} {verb} {count} tonnes of {noun} a year.",
    "No {adjective} {thing} had been {verb} before {year}.",
    "“The {noun} {thing} {verb} our {adjective} {people},” said {person} of {place}.",
    (
        "What the {adjective} {thing} of {place} {verb} first was the {noun} {thing}, which {count} {people} use every day"
        " and which the {adjective} {noun} {thing} has {verb} since {year}."
    ),
)

_QUOTES = (
    "We {verb} the {noun} {thing} before the {people} had to ask for it.",
    "Nobody in {place} had {verb} the {adjective} {thing} for {digit} years.",
    "The {adjective} {thing} {verb} more than {percent}% of all {people}.",
)

_HEADINGS = (
    "{adjective_first} {noun} in {place}",
    "What the {thing} {verb}",
    "The {adjective} {noun} {thing}",
    "{noun_first} and {noun}",
    "Results of the {noun} {thing}",
)


class Prose:
    """Text that is the same for the same seed; no sentence comes twice."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._known: set[str] = set()

    def chance(self) -> float:
        """A number from 0 to 1."""
        return self._dice.random()

    def sentence(self) -> str:
        """A sentence, with soft hyphens where its words may be broken."""
        return self._new(_PATTERNS)

    def paragraph(self, least: int = 3, most: int = 6) -> list[str]:
        """Sentences that belong together."""
        return [self.sentence() for _ in range(self._dice.randint(least, most))]

    def quote(self) -> str:
        """A sentence to be set large, apart from the text."""
        return self._new(_QUOTES)

    def heading(self) -> str:
        """A few words without a full stop."""
        return self._new(_HEADINGS)

    def _new(self, patterns: Sequence[str]) -> str:
        while True:
            made = self._filled(self._dice.choice(patterns))
            if made not in self._known:
                self._known.add(made)
                return made

    def _filled(self, pattern: str) -> str:
        dice = self._dice
        year = dice.randint(1996, 2019)
        parts: list[str] = []
        for piece in pattern.split("{"):
            name, closed, rest = piece.partition("}")
            if not closed:
                parts.append(piece)
                continue
            value = {
                "adjective": lambda: dice.choice(_ADJECTIVES),
                "adjective_first": lambda: _first_upper(dice.choice(_ADJECTIVES)),
                "noun": lambda: dice.choice(_NOUNS),
                "noun_first": lambda: _first_upper(dice.choice(_NOUNS)),
                "thing": lambda: dice.choice(_THINGS),
                "verb": lambda: dice.choice(_VERBS),
                "place": lambda: dice.choice(_PLACES),
                "people": lambda: dice.choice(_PEOPLE),
                "people_first": lambda: _first_upper(dice.choice(_PEOPLE)),
                "person": lambda: dice.choice(_ABBREVIATIONS),
                "year": lambda: str(year),
                "later": lambda: str(year + dice.randint(1, 5)),
                "count": lambda: f"{dice.randint(12, 98_000):,}",
                "percent": lambda: str(dice.randint(3, 88)),
                "money": lambda: f"${dice.randint(2, 90)}.{dice.randint(1, 9)}",
                "digit": lambda: str(dice.randint(2, 9)),
            }[name]()
            parts += [value.replace("/", SOFT_HYPHEN), rest]
        return "".join(parts)


def _first_upper(word: str) -> str:
    return word[0].upper() + word[1:]
