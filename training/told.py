"""Sentences as they may truly be told, and told wrongly, by a seeded program: for the claims that the verifier learns from."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from typing import Final

from kin_assistant.text.words import STOP_WORDS

__all__ = ["NAME", "NUMBER", "WrongTeller", "is_told", "reword"]

_FEWEST_WORDS, _MOST_WORDS = 8, 45
NUMBER: Final = re.compile(r"(?<![\w.,])\d+(?:,\d{3})*(?:\.\d+)?(?![\w]|,\d|\.\d)")
NAME: Final = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{3,}(?: [A-Z][a-z]+)*")
_VERB: Final = re.compile(r" (?:is|are|was|were|has|have|had|will|would|can|could|may|must|does|did|do)(?= )(?! not)")
_NOT: Final = re.compile(r" (?:not|never|no longer)(?= )")
_CAUSE: Final = re.compile(r",? (?:because|since|as a result of|due to|owing to|therefore|so that|thanks to)(?= )")
_OPENING: Final = re.compile(r"^((?:In|By|At|After|Since|From|During|Under|On|For|Before|With) [^,]{3,50}), (\S)")
_ASIDE: Final = re.compile(
    r" \([^()]{2,80}\)|, (?:which|who|where) [^,.;]{5,80}(?=,|\.$)|, (?:including|such as) [^.;]{5,80}(?=\.$)"
)
_TAIL: Final = re.compile(r"(?:,|;) (?:but|while|and|which|with|although|so) [^;]{10,150}(?=\.$)")
_SAME: Final = (
    ("more than", "over"), ("about", "around"), ("about", "approximately"), ("began", "started"), ("per cent", "%"),
    ("because", "since"), ("such as", "like"), ("however", "but"),
    ("people", "residents"), ("helped", "supported"), ("%", " per cent"),
    ("over", "more than"), ("built", "constructed"), ("used", "employed"),
    ("also", "in addition"), ("needed", "required"), ("got", "received"),
    ("ended", "stopped"), ("shows", "demonstrates"), ("many", "numerous"), ("large", "big"), ("made", "produced"),
    ("gave", "provided"), ("bought", "purchased"), ("cost", "price"), ("waste", "refuse"), ("help", "assistance"),
    ("near", "close to"), ("city", "municipality"), ("next to", "beside"), ("bigger", "larger"), ("led to", "resulted in"),
    ("said", "stated"), ("said", "told reporters"), ("children", "kids"), ("movie", "film"), ("often", "frequently"),
    ("important", "significant"), ("main", "principal"), ("get", "obtain"), ("find", "discover"), ("found", "discovered"),
    ("allow", "permit"), ("try", "attempt"), ("tried", "attempted"), ("show", "demonstrate"), ("start", "begin"),
)  # fmt: skip
"""Wordings and others that say the same."""
_OTHER: Final = (
    ("increased", "decreased"), ("rose", "fell"), ("more", "fewer"), ("higher", "lower"), ("first", "last"),
    ("before", "after"), ("public", "private"), ("largest", "smallest"), ("most", "least"), ("opened", "closed"),
    ("success", "failure"), ("north", "south"), ("east", "west"), ("began", "ended"), ("early", "late"), ("new", "old"),
    ("increase", "decrease"), ("above", "below"), ("with", "without"), ("men", "women"), ("rural", "urban"),
    ("rich", "poor"), ("small", "large"), ("gained", "lost"), ("won", "lost"), ("better", "worse"), ("cheap", "expensive"),
    ("allowed", "forbade"), ("accepted", "rejected"), ("northern", "southern"), ("eastern", "western"), ("million", "billion"),
    ("days", "weeks"), ("months", "years"), ("weeks", "months"), ("always", "never"), ("free", "paid"), ("strong", "weak"),
    ("young", "old"), ("long", "short"), ("high", "low"), ("father", "brother"), ("daily", "weekly"), ("monthly", "yearly"),
)  # fmt: skip
"""Wordings that say another thing."""
_OVERCLAIMS: Final = (
    ("some", "all"), ("many", "all"), ("most", "all"), ("several", "all"), ("a few", "most"), ("may", "will"), ("can", "always"),
    ("could", "will"), ("partly", "wholly"), ("often", "always"), ("sometimes", "always"), ("almost", "more than"),
    ("likely", "certainly"), ("about half", "nearly all"), ("suggests", "proves"), ("usually", "always"),
)  # fmt: skip
_DONE: Final = (
    ("will be", "was"), ("plans to", "managed to"), ("planned to", "managed to"), ("is to", "did"), ("was to be", "was"),
    ("aims to", "managed to"), ("hopes to", "managed to"), ("expected to", "known to"), ("proposed", "completed"),
    ("intends to", "managed to"), ("would be", "was"), ("should be", "is"), ("should", "did"), ("planned", "completed"),
)  # fmt: skip
"""What was planned, told as done."""
_ADDED: Final = (
    "which made it the first of its kind in the region", "and won an international award for it", "mainly to save money",
    "because the old way had failed", "and other places soon copied it", "despite protests from residents",
    "which led to higher costs for everybody", "with money from a foreign bank", "as experts had long demanded",
    "which most people welcomed", "and it is still so today", "since the law required it", "for the first time in its history",
)  # fmt: skip
"""What a careless writer adds of his own."""


def is_told(sentence: str) -> bool:
    """Whether ``sentence`` is one that a claim can be made of: whole, neither short nor long."""
    return _FEWEST_WORDS <= len(sentence.split()) <= _MOST_WORDS and sentence[:1].isupper() and sentence.endswith(".")


def reword(sentence: str, passage: Sequence[str], generator: random.Random) -> tuple[str, str]:
    """``sentence`` as it may truly be told, and the ways taken."""
    ways = []
    if generator.random() < 0.6 and _ASIDE.search(sentence):
        sentence = _ASIDE.sub("", sentence)
        ways.append("aside")
    if generator.random() < 0.5 and (match := _OPENING.match(sentence)):
        first = match[1]
        rest = match[2] + sentence[match.end() :]
        sentence = f"{rest[0].upper()}{rest[1:-1]} {first[0].lower()}{first[1:]}."
        ways.append("turned")
    if generator.random() < 0.4 and _TAIL.search(sentence):
        shorter = _TAIL.sub("", sentence)
        if len(shorter.split()) >= 6:
            sentence = shorter
            ways.append("tail")
    if generator.random() < 0.8:
        for before, after in generator.sample(_SAME, len(_SAME)):
            pattern = rf"(?<!\w){re.escape(before)}(?!\w)"
            if re.search(pattern, sentence):
                sentence = re.sub(pattern, after, sentence, count=1)
                ways.append("synonym")
    if generator.random() < 0.15 and len(told := [one for one in passage if is_told(one) and one != sentence]):
        more = generator.choice(told)
        sentence = f"{sentence[:-1]}, and {_lower(more)}"
        ways.append("joined")
    return sentence, "+".join(dict.fromkeys(ways)) or "whole"


def _lower(sentence: str) -> str:
    """As it goes on in the middle of another sentence: what is no name begins small."""
    return sentence[0].lower() + sentence[1:] if sentence.split()[0].lower() in STOP_WORDS else sentence


class WrongTeller:
    """Ways to tell a sentence wrongly, of one document."""

    def __init__(
        self,
        names: Sequence[str],
        numbers: Sequence[str],
        sentences: Sequence[str],
        strangers: Sequence[str],
        generator: random.Random,
    ) -> None:
        self._names, self._numbers, self._sentences, self._strangers = names, numbers, sentences, strangers
        self._generator = generator

    def tell(self, said: str, passage: Sequence[str]) -> tuple[str, str, bool] | None:
        """How it was done, the claim, and whether the evidence says otherwise; None if nothing fits."""
        ways: list[tuple[str, Callable[[], str], bool]] = [
            *[("number", lambda: self._number(said), True)] * 2,
            ("name", lambda: self._name(said), True),
            ("negation", lambda: self._negate(said), True),
            ("opposite", lambda: self._swap(said, _OTHER), True),
            ("cause", lambda: self._cause(said), True),
            ("overclaim", lambda: self._swap(said, _OVERCLAIMS, both=False), False),
            ("done", lambda: self._swap(said, _DONE, both=False), False),
            ("merged", lambda: self._merge(said, passage), False),
            *[("added", lambda: self._add(said, passage), False)] * 2,
            *[("elsewhere", lambda: self._elsewhere(passage), False)] * 3,
            ("stranger", self._stranger, False),
        ]
        self._generator.shuffle(ways)
        whole = " ".join(passage)
        for kind, way, contradicted in ways:
            wrong = way()
            if wrong and wrong != said and wrong not in whole:
                return kind, wrong, contradicted
        return None

    def _number(self, said: str) -> str:
        found = list(NUMBER.finditer(said))
        if not found:
            return ""
        match = self._generator.choice(found)
        value = float(match[0].replace(",", ""))
        is_year = len(match[0]) == 4 and 1700 < value < 2100
        others = [one for one in self._numbers if one != match[0] and (len(one) == 4) == is_year]
        if others and self._generator.random() < 0.6:
            new = self._generator.choice(others)
        elif is_year:
            new = str(int(value) + self._generator.choice((-10, -3, -2, -1, 1, 2, 3, 10)))
        else:
            new = f"{round(value * self._generator.choice((0.1, 0.5, 0.8, 1.2, 1.5, 2, 3, 10)), 1):,}".removesuffix(
                ".0"
            )
        return said[: match.start()] + new + said[match.end() :]

    def _name(self, said: str) -> str:
        found = list(NAME.finditer(said))
        others = [name for name in self._names if name not in said]
        if not found or not others:
            return ""
        match = self._generator.choice(found)
        return said[: match.start()] + self._generator.choice(others) + said[match.end() :]

    def _negate(self, said: str) -> str:
        if match := _NOT.search(said):
            return said[: match.start()] + said[match.end() :]
        found = list(_VERB.finditer(said))
        if not found:
            return ""
        match = self._generator.choice(found[:2])
        return f"{said[: match.end()]} not{said[match.end() :]}"

    def _swap(self, said: str, table: Sequence[tuple[str, str]], *, both: bool = True) -> str:
        pairs = [*table, *((new, old) for old, new in table if both)]
        self._generator.shuffle(pairs)
        for old, new in pairs:
            pattern = rf"(?<!\w){re.escape(old)}(?!\w)"
            if re.search(pattern, said):
                return re.sub(pattern, new, said, count=1)
        return ""

    def _cause(self, said: str) -> str:
        match = _CAUSE.search(said)
        if not match or min(match.start(), len(said) - match.end()) < 15:
            return ""
        before, after = said[: match.start()], said[match.end() :].strip().rstrip(".")
        return f"{after[0].upper()}{after[1:]}{match[0]} {before[0].lower()}{before[1:]}."

    def _merge(self, said: str, passage: Sequence[str]) -> str:
        """The subject of one sentence with what is said of that of another."""
        others = [one for one in passage if is_told(one) and _VERB.search(one)]
        match = _VERB.search(said)
        if not match or not others:
            return ""
        other = self._generator.choice(others)
        there = _VERB.search(other)
        if there is None or other[: there.start()].split()[-1:] == said[: match.start()].split()[-1:]:
            return ""
        return said[: match.start()] + other[there.start() :]

    def _add(self, said: str, passage: Sequence[str]) -> str:
        if self._generator.random() < 0.4:
            return f"{said.rstrip('.')}, {self._generator.choice(_ADDED)}."
        others = [one for one in self._sentences if one not in passage and is_told(one)]
        if not others:
            return ""
        other = self._generator.choice(others)
        if self._generator.random() < 0.5 and (tail := _TAIL.search(other)):
            return f"{said.rstrip('.')}{tail[0]}."
        return f"{said.rstrip('.')}, and {_lower(other)}"

    def _elsewhere(self, passage: Sequence[str]) -> str:
        """What the same document says at another place."""
        others = [one for one in self._sentences if one not in passage and is_told(one)]
        return reword(self._generator.choice(others), (), self._generator)[0] if others else ""

    def _stranger(self) -> str:
        return reword(self._generator.choice(self._strangers), (), self._generator)[0] if self._strangers else ""
