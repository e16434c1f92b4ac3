"""Examples for the evidence reader: a question, a passage in sentences, and which of them answer."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = [
    "SHARES",
    "Example",
    "Reading",
    "answering",
    "public_examples",
    "read_examples",
    "read_readings",
    "share_of",
    "write_examples",
    "write_readings",
]

# Only sets whose terms allow weights trained on them to be given away; training/README.md lists each with its licence. The
# number is how often a line of the set is drawn: fewer of those that words alone tell, or that are far from our questions.
SHARES = {
    "squad2_19articles": 1.0,
    "selqa": 0.8,
    "covidqa": 0.8,
    "tatqa_text": 1.0,
    "onestopqa": 1.0,
    "timeqa_human": 0.8,
    "xquad_en": 1.0,
    "squad_sentences": 0.2,
    "evidence_inference": 0.3,
    "wice": 0.5,
    "fairytaleqa": 0.2,
    "fm2": 0.3,
}
_LEAST_LETTERS = 12
"""A shorter piece of text may stand in a longer one by chance."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question with one passage."""

    question: str
    context: str
    """Title or heading: read, never scored."""
    sentences: tuple[str, ...]
    evidence: frozenset[int]
    """Positions of the sentences that answer; empty if none does."""
    weight: float = 1.0
    kind: str = ""
    """``raw``, ``digests`` or ``public``."""
    document: str = ""
    """Whose question it is: examples of one document are never on both sides of a split."""
    source: str = ""
    """The document that the passage is from, if it is one of ours."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A question with the passages that are read for it, best first."""

    question: str
    document: str
    answerable: bool
    passages: tuple[Example, ...]


def answering(sentences: Sequence[str], quotes: Iterable[str]) -> frozenset[int]:
    """Positions of the sentences that are one of ``quotes``, hold one, or are a part of one.

    Only letters and figures are compared: what reads a file folds its blanks and marks the cells of its tables. A quote may be
    two sentences, and a sentence may be a run-in heading with the quote, or the row of a table that was not told apart.
    """
    wanted = {_letters(quote) for quote in quotes} - {""}
    found = set()
    for position, sentence in enumerate(sentences):
        here = _letters(sentence)
        if here in wanted or any(
            (quote in here and len(quote) >= _LEAST_LETTERS) or (here in quote and len(here) >= _LEAST_LETTERS)
            for quote in wanted
        ):
            found.add(position)
    return frozenset(found)


def share_of(name: str) -> float:
    """A number from 0 to 1 that is drawn by ``name`` alone: the same in every run, whatever else is there."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6]) / 2**48


def public_examples(folder: Path, shares: dict[str, float] = SHARES) -> Iterator[Example]:
    """All lines of the named sets in ``folder``, those of one page or question under one ``document``."""
    for name in sorted(shares):
        with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                title = row.get("title") or ""
                yield Example(
                    row["question"],
                    title,
                    tuple(row["sentences"]),
                    frozenset(row["evidence"]),
                    kind="public",
                    document=f"{name}/{title or row['id'].split('#')[0]}",
                    source=name,
                )


def draw_public(examples: Sequence[Example], count: int, generator: random.Random) -> list[Example]:
    """About ``count`` of ``examples``, by the shares of their sets."""
    total = sum(SHARES[example.source] for example in examples)
    return [example for example in examples if generator.random() < count * SHARES[example.source] / total]


def write_examples(path: Path, examples: Iterable[Example]) -> None:
    """As gzipped JSON Lines, the same bytes for the same examples."""
    _write(path, (_as_row(example) for example in examples))


def read_examples(path: Path) -> list[Example]:
    """What ``write_examples`` wrote."""
    return [_from_row(row) for row in _read(path)]


def write_readings(path: Path, readings: Iterable[Reading]) -> None:
    """As gzipped JSON Lines."""
    _write(
        path,
        (
            {
                "question": reading.question,
                "document": reading.document,
                "answerable": reading.answerable,
                "passages": [_as_row(example) for example in reading.passages],
            }
            for reading in readings
        ),
    )


def read_readings(path: Path) -> list[Reading]:
    """What ``write_readings`` wrote."""
    return [
        Reading(row["question"], row["document"], row["answerable"], tuple(map(_from_row, row["passages"])))
        for row in _read(path)
    ]


def _as_row(example: Example) -> dict[str, Any]:
    return {
        "question": example.question,
        "context": example.context,
        "sentences": example.sentences,
        "evidence": sorted(example.evidence),
        "weight": round(example.weight, 3),
        "kind": example.kind,
        "document": example.document,
        "source": example.source,
    }


def _from_row(row: dict[str, Any]) -> Example:
    return Example(**row | {"sentences": tuple(row["sentences"]), "evidence": frozenset(row["evidence"])})


def _write(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    with path.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
        for row in rows:
            file.write(f"{json.dumps(row, ensure_ascii=False)}\n".encode())


def _read(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _letters(text: str) -> str:
    """``text`` without source marks and everything that is no letter or figure, for comparing quotes."""
    return re.sub(r"[\W_]", "", re.sub(r"\[\d+(?:, ?\d+)*\]", "", text)).lower()
