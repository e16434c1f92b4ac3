"""What an evaluation found, as stored: ``results/latest.json`` and ``baseline.json`` have the same form."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from eval.errors import CannotRunError
from eval.invariants import Invariant
from eval.metrics import Observation
from eval.questions import Split
from eval.statistics import estimate

__all__ = ["Build", "Figure", "Given", "Headline", "Quote", "Record", "Results", "RiskPoint", "Slice", "Table"]

Table = dict[str, dict[str, "Figure"]]
"""Figures by row and column."""


class Stored(BaseModel):
    """A frozen value of a stored evaluation; fields of another version are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Build(Stored):
    """The index that was evaluated."""

    id: str
    documents: int
    passages: int
    sentences: int
    model: str


class Figure(Stored):
    """A figure with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float
    questions: int

    @classmethod
    def of(cls, observations: Iterable[Observation]) -> Figure | None:
        """The figure over ``observations``, None where nothing was weighed."""
        pairs = list(observations)
        interval = estimate(pairs)
        return interval and cls(
            value=interval.value, low=interval.low, high=interval.high, questions=sum(weight > 0 for _, weight in pairs)
        )


class Headline(Stored):
    """A figure for people who do not read tables."""

    name: str
    metric: str
    value: float
    low: float
    high: float
    meaning: str


class Quote(Stored):
    """A sentence of a document."""

    document_id: str
    text: str


class Given(Stored):
    """What was answered."""

    abstained: bool
    reason: str | None
    standalone_question: str
    confidence: float
    quotes: tuple[Quote, ...]
    notes: tuple[str, ...] = ()


class Record(Stored):
    """One question, what was wanted, what was given and what it was worth."""

    id: str
    fingerprint: str
    set: str
    split: Split
    kind: str
    """``single``, ``multi``, the kind of request, or the kind of unanswerable question."""
    answerable: bool
    follow_up: bool
    tags: tuple[str, ...]
    cities: tuple[str, ...]
    documents: tuple[str, ...]
    question: str
    history: tuple[str, ...]
    wanted: tuple[Quote, ...]
    missing: tuple[str, ...]
    """The vital facts that the answer lacks, each in its first wording."""
    passed: bool
    """Every vital fact and a gold sentence, or a refusal where nothing answers; for a request what its kind asks for."""
    observations: dict[str, Observation]
    given: Given

    @property
    def is_request(self) -> bool:
        """Whether it stands in the set of requests, which is measured apart from the questions."""
        return any(name.startswith("requests.") for name in self.observations)


class RiskPoint(Stored):
    """What happens if the surest share ``coverage`` of all questions is answered."""

    coverage: float
    unanswerable: float
    """Share of the answered questions that the documents do not answer."""
    lacking: float | None
    """Share of what was wanted from them that is lacking; None below the confidence at which the product refuses."""


class Slice(Stored):
    """Figures of the questions that have something in common."""

    by: Literal["kind", "tag", "city", "document", "set"]
    name: str
    questions: int
    figures: dict[str, Figure]


class Results(Stored):
    """An evaluation."""

    date: str
    build: Build
    versions: dict[str, str]
    policy: dict[str, float] = {}
    """The product's weights and limits, as ``AnswerPolicy.flatten`` gives them."""
    headline: tuple[Headline, ...]
    invariants: tuple[Invariant, ...]
    figures: dict[str, Figure]
    """Of the questions to judge on."""
    tuning: dict[str, Figure]
    """Of the questions to tune on."""
    ablation: Table = {}
    followups: Table = {}
    requests: Table = {}
    """Of the requests, by their kind."""
    conversations: dict[str, Table] = {}
    """Standalone questions on public conversations, by the name of the set; empty where none was named."""
    slices: tuple[Slice, ...] = ()
    risk: tuple[RiskPoint, ...] = ()
    timings: dict[str, float] = {}
    """What differs from run to run: seconds, milliseconds and megabytes."""
    latencies_ms: tuple[float, ...] = ()
    records: tuple[Record, ...]

    def write(self, path: Path) -> None:
        """Write the whole file or leave the old one."""
        fields = self.model_dump(mode="json")
        replace_text(path, "{\n" + ",\n".join(_lines(fields)) + "\n}\n")

    @classmethod
    def read(cls, path: Path) -> Results:
        """Read stored results. Raises ``CannotRunError`` if they are not readable."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise CannotRunError(f"{path}: not readable as results: {str(error).splitlines()[0]}") from error


def _lines(fields: dict[str, object]) -> Iterator[str]:
    """One line for each field, and for each member of a long list, so that a review shows what changed."""
    for name, value in fields.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            members = ",\n".join(f"  {json.dumps(member, ensure_ascii=False)}" for member in value)
            yield f"{json.dumps(name)}: [\n{members}\n]"
        else:
            yield f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}"


def replace_text(path: Path, text: str) -> None:
    """Write ``text`` to a file beside ``path`` and put it in its place at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink()
        raise
