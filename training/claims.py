"""Claims with their evidence, for the verifier: sentences of documents as they may truly be told, and told wrongly.

Everything is drawn by a seeded generator, from our own documents and from public sets whose terms allow weights to be given
away. A claim that is told wrongly went through the same rewordings as one that is told truly, so that these tell nothing.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from kin_assistant.documents.passages import split_sentences
from training.examples import share_of
from training.told import NAME, NUMBER, WrongTeller, is_told, reword

__all__ = ["LabelledClaim", "draw_claims", "is_held_out", "make_claims", "marked_claims"]

SEED: Final = 11
_HELD_OUT: Final = 0.2
_TEXT_SETS: Final = ("squad2_19articles", "selqa", "covidqa", "timeqa_human")
"""Public sets whose passages are texts like any other."""
_PASSAGES_OF_SET: Final = 900
_SUPPORTED_IN_WICE: Final = 0.4
"""Of its claims with marked evidence so many are borne wholly, the others in part; its lines do not say which."""
_TRUE_IN_FM2: Final = 0.5
"""Of its claims so many are true; the evidence of the others refutes them. Its lines do not say which."""
_SHARES: Final = {"whole": 0.35, "stranger": 0.4, "wice": 0.35, "fm2": 0.5, "covidqa": 0.5, "selqa": 0.7}
"""Of claims of a kind or source, how many the network is shown."""
_MARKS: Final = re.compile(r"(?:\s*\[\d+(?:[,;]\s*\d+)*\])+")


@dataclass(frozen=True, slots=True)
class LabelledClaim:
    """A claim with the texts that are to bear it."""

    claim: str
    evidence: tuple[str, ...]
    supported: float
    """How likely the evidence bears it: 1, 0, or between where nobody marked it."""
    contradicted: float
    """How likely it says otherwise."""
    kind: str
    """How it was made."""
    source: str
    """``digests``, ``raw``, or a public set."""
    document: str
    """Claims of one are never on both sides of a split."""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class _Text:
    document: str
    source: str
    passages: tuple[tuple[str, ...], ...]
    """Sentences."""


def is_held_out(document: str) -> bool:
    """Whether nothing may be fitted to claims of this document."""
    return share_of(f"claims {document}") < _HELD_OUT


def make_claims(corpus: Path, raw: Path, public: Path, *, rounds: int = 1) -> Iterator[LabelledClaim]:
    """All claims: each text is gone through ``rounds`` times. The same from the same files."""
    texts = [*_digests(corpus), *_raw(raw), *_public_texts(public)]
    generator = random.Random(SEED)
    for _ in range(rounds):
        for text in texts:
            other = generator.choice(texts)
            yield from _claims_of(text, other, generator)
    yield from _simplified(public / "onestopqa.jsonl.gz", generator)
    yield from marked_claims(public / "wice.jsonl.gz", "wice", _SUPPORTED_IN_WICE, 0.0)
    yield from marked_claims(public / "fm2.jsonl.gz", "fm2", _TRUE_IN_FM2, 1 - _TRUE_IN_FM2)


def draw_claims(claims: Sequence[LabelledClaim]) -> list[LabelledClaim]:
    """Those that the network learns from: fewer of what is easy, long, or marked vaguely."""
    generator = random.Random(SEED)
    drawn = []
    for claim in claims:
        share = _SHARES.get(claim.kind, 1.0) * _SHARES.get(claim.source, 1.0)
        if generator.random() < share:
            drawn.append(claim)
    return drawn


def _digests(folder: Path) -> Iterator[_Text]:
    for path in sorted(folder.glob("*.md")):
        text = path.read_text("utf-8")
        if text.startswith("---"):
            yield _Text(path.stem, "digests", _passages(text.split("\n---", 1)[1]))


def _raw(folder: Path) -> Iterator[_Text]:
    for path in sorted(folder.glob("*.txt")):
        yield _Text(path.stem, "raw", _passages(path.read_text("utf-8")))


def _passages(text: str) -> tuple[tuple[str, ...], ...]:
    found = []
    for paragraph in re.split(r"\n\s*\n", text):
        folded = re.sub(r"\s+", " ", _MARKS.sub("", paragraph)).strip()
        if folded and not folded.startswith(("#", "|")):
            found.append(tuple(folded[start:end] for start, end in split_sentences(folded)))
    return tuple(found)


def _lines(path: Path) -> Iterator[dict[str, object]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _public_texts(folder: Path) -> Iterator[_Text]:
    for name in _TEXT_SETS:
        by_title: dict[str, dict[tuple[str, ...], None]] = {}
        for row in _lines(folder / f"{name}.jsonl.gz"):
            by_title.setdefault(str(row["title"]), {})[tuple(row["sentences"])] = None  # type: ignore[arg-type]
        titles = sorted(by_title, key=lambda title: share_of(f"{name} {title}"))
        taken = 0
        for title in titles:
            passages = sorted(by_title[title], key=lambda one: share_of(" ".join(one)))[:12]
            taken += len(passages)
            yield _Text(f"{name}/{title}", name, tuple(passages))
            if taken > _PASSAGES_OF_SET:
                break


def _claims_of(text: _Text, other: _Text, generator: random.Random) -> Iterator[LabelledClaim]:
    """For each passage one claim that is borne and one that is not."""
    everything = [sentence for passage in text.passages for sentence in passage]
    names = sorted({name for sentence in everything for name in NAME.findall(sentence)})
    numbers = sorted({number for sentence in everything for number in NUMBER.findall(sentence)})
    strangers = [sentence for passage in other.passages for sentence in passage if is_told(sentence)]
    wrong = WrongTeller(names, numbers, everything, strangers, generator)
    for number, passage in enumerate(text.passages):
        told = [sentence for sentence in passage if is_told(sentence)]
        if not told:
            continue
        beside = [" ".join(one) for i, one in enumerate(text.passages) if i != number]
        for sentence in generator.sample(told, min(2, len(told))):
            evidence = _evidence(passage, beside, generator)

            claim = partial(_label, text.source, text.document, evidence)
            said, way = reword(sentence, passage, generator)
            yield claim(said, way, 1.0, 0.0)
            said, _ = reword(sentence, passage, generator)
            if made := wrong.tell(said, passage):
                kind, said, contradicted = made
                yield claim(said, kind, 0.0, float(contradicted))


def _label(
    source: str,
    document: str,
    evidence: tuple[str, ...],
    claim: str,
    kind: str,
    supported: float,
    contradicted: float,
) -> LabelledClaim:
    return LabelledClaim(claim, evidence, supported, contradicted, kind, source, document)


def _evidence(passage: Sequence[str], beside: Sequence[str], generator: random.Random) -> tuple[str, ...]:
    """The passage, alone or with others of the same document, in any order."""
    found = [" ".join(passage), *generator.sample(beside, min(len(beside), generator.choice((0, 0, 0, 1, 2))))]
    generator.shuffle(found)
    return tuple(found)


def _simplified(path: Path, generator: random.Random) -> Iterator[LabelledClaim]:
    """News in three levels of reading: what the simpler text says, people wrote from the harder one."""
    levels: dict[str, dict[str, tuple[str, ...]]] = {}
    articles: dict[str, list[str]] = {}
    for row in _lines(path):
        if "#" in str(row["id"]):
            continue
        article, paragraph, level, _ = str(row["id"]).removeprefix("onestopqa/").rsplit("-", 3)
        levels.setdefault(f"{article}-{paragraph}", {})[level] = tuple(row["sentences"])  # type: ignore[arg-type]
    for name, texts in levels.items():
        articles.setdefault(name.rsplit("-", 1)[0], []).extend(one for text in texts.values() for one in text)
    for name in sorted(levels):
        article, texts = name.rsplit("-", 1)[0], levels[name]
        own = {one for text in texts.values() for one in text}
        everything = [one for one in articles[article] if one not in own]
        pool = [*everything, *own]
        names = sorted({found for one in pool for found in NAME.findall(one)})
        numbers = sorted({found for one in pool for found in NUMBER.findall(one)})
        wrong = WrongTeller(names, numbers, everything, everything, generator)
        for simple, hard in (("Ele", "Adv"), ("Int", "Adv"), ("Ele", "Int")):
            if simple not in texts or hard not in texts:
                continue
            evidence = (" ".join(texts[hard]),)
            for sentence in texts[simple]:
                if len(sentence.split()) < 5:
                    continue

                claim = partial(_label, "onestopqa", f"onestopqa/{article}", evidence)
                yield claim(sentence, "simplified", 1.0, 0.0)
                if made := wrong.tell(sentence, texts[hard]):
                    yield claim(made[1], made[0], 0.0, float(made[2]))


def marked_claims(path: Path, name: str, supported: float, contradicted: float) -> Iterator[LabelledClaim]:
    """Claims that people marked the evidence of. A passage without any bears none."""
    for row in _lines(path):
        marked = bool(row["evidence"])
        yield LabelledClaim(
            str(row["question"]),
            (" ".join(row["sentences"]),),  # type: ignore[arg-type]
            supported if marked else 0.0,
            contradicted if marked else 0.0,
            "marked" if marked else "unmarked",
            name,
            f"{name}/{row['title'] or str(row['id']).split('#')[0]}",
            0.5,
        )
