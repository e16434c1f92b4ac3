"""Trains the classifier of kinds of request, and reports how it does on questions held out: ``python -m training.kinds``.

It writes ``kin_assistant/data/kinds.safetensors``; with ``--check`` it only compares.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from kin_assistant.models.embedder import open_embedder
from kin_assistant.question.kinds import (
    ASPECTS,
    FEATURES,
    FORMAT,
    KINDS,
    VECTOR_WEIGHT,
    WEIGHTS,
    Limits,
    hash_features,
)
from kin_assistant.types import Aspect, Kind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

__all__ = ["FOLDS", "HELD_OUT", "Line", "describe", "fold_of", "main", "read_lines", "train"]

FOLDS = 5
HELD_OUT = 0
"""The fold whose figures are given apart."""

_TRAINING = Path(__file__).parent
_WEIGHTS = {"kinds": 1.0, "own": 1.0, "turns": 0.35, "passages": 0.08}
"""Of a line in training. Turns are many, and half of them ask for one fact; questions on passages are more, and ask for nothing
but what a passage says."""
_KINDS_OF_PASSAGES: Mapping[str, tuple[Kind, ...]] = {
    **dict.fromkeys(("how_much", "who", "cost", "when", "where"), ("fact",)),
    **dict.fromkeys(("what", "result"), ("fact", "explain")),
    **dict.fromkeys(("why", "how", "lesson", "replication"), ("explain",)),
    "list": ("list",),
}
"""By what a question on a passage asks for: nobody labelled these with kinds."""
_BALANCE = 0.5
"""Power by which rare kinds weigh more."""
_PENALTY = 0.7
_TALK_FALSE = 0.001
"""Share of real questions that may be taken for small talk."""
_SECOND_FALSE = 0.01
"""Share of questions for one thing that may get a second kind."""


@dataclass(frozen=True, slots=True)
class Line:
    """A labelled question."""

    id: str
    """Lines with the same one fall into the same fold."""
    source: Literal["kinds", "own", "turns", "passages"]
    question: str
    kinds: tuple[Kind, ...]
    aspects: tuple[Aspect, ...] | None = None
    """None where nobody labelled them."""


def main() -> None:
    """Cross-validate, print figures, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the file differs")
    arguments = parser.parse_args()
    lines = read_lines()
    # The other engine's vectors differ from machine to machine.
    embedder = open_embedder(engine="torch")
    vectors = embedder.encode([line.question for line in lines])
    content, report = train(lines, vectors, embedder.name)
    print(report)
    if arguments.check:
        if arguments.out.read_bytes() != content:
            raise SystemExit(f"{arguments.out} differs from what was trained now.")
    else:
        arguments.out.write_bytes(content)


def read_lines(folder: Path = _TRAINING) -> list[Line]:
    """The labelled questions; of a turn that leans on earlier ones, what it means alone."""
    lines = [
        Line(row["id"], "kinds", row["question"], (row["kind"],), tuple(row["aspects"]))
        for row in _read_rows(folder / "kinds" / "kinds.jsonl")
    ]
    lines += (
        Line(row["id"], "own", row["question"], tuple(row["kinds"]))
        for row in _read_rows(folder / "kinds" / "own.jsonl")
    )
    for row in _read_rows(folder / "turns" / "turns.jsonl"):
        lines += (Line(row["id"], "turns", turn["standalone"], (turn["kind"],)) for turn in row["turns"])
    for file in sorted((folder / "questions").glob("questions_*.jsonl")):
        lines += (
            Line(row["id"], "passages", row["question"], _KINDS_OF_PASSAGES[row["asks"]]) for row in _read_rows(file)
        )
    return lines


def fold_of(id: str) -> int:
    """By a hash, so that a line stays in its fold when others come."""
    return zlib.crc32(id.encode()) % FOLDS


def train(lines: Sequence[Line], vectors: NDArray[np.float32], embedder: str) -> tuple[bytes, str]:
    """The file of weights, and a report on questions held out."""
    from safetensors.numpy import save

    features = _dense([line.question for line in lines])
    both = np.hstack([features, VECTOR_WEIGHT * vectors.astype(np.float64)])
    targets = np.array([[(kind in line.kinds) / len(line.kinds) for kind in KINDS] for line in lines])
    importance = np.array([_WEIGHTS[line.source] for line in lines])
    share = importance @ targets / importance.sum()
    importance = importance * (targets @ (1 / (len(KINDS) * share))) ** _BALANCE
    folds = np.array([fold_of(line.id) for line in lines])
    labelled = np.array([line.aspects is not None for line in lines])
    marks = np.array([[float(aspect in (line.aspects or ())) for aspect in ASPECTS] for line in lines])

    fitted = []
    held: list[Numbers] = []
    for inputs, wanted, weigh in (
        (both, targets, importance),
        (features, targets, importance),
        (both, marks, labelled.astype(np.float64)),
    ):
        gram = inputs @ inputs.T
        scores = np.zeros(wanted.shape)
        for fold in (*range(FOLDS), None):
            rows = np.flatnonzero((folds != fold) & (weigh > 0))
            mean = np.average(wanted[rows], axis=0, weights=weigh[rows])
            system = gram[np.ix_(rows, rows)] + np.diag(_PENALTY / weigh[rows])
            dual = np.linalg.solve(system, wanted[rows] - mean)
            if fold is None:
                fitted.append(np.vstack([inputs[rows].T @ dual, mean]).astype(np.float16))
            else:
                test = np.flatnonzero(folds == fold)
                scores[test] = gram[np.ix_(test, rows)] @ dual + mean
        held.append(scores)

    limits = _fit_limits(lines, held)
    about = {
        "format": FORMAT,
        "embedder": embedder,
        "kinds": KINDS,
        "aspects": ASPECTS,
        "limits": asdict(limits),
    }
    tensors = dict(zip(("full", "words", "aspects"), fitted, strict=True))
    # One key: the order of several is not fixed.
    return save(tensors, {"about": json.dumps(about)}), describe(lines, held, limits)


def describe(lines: Sequence[Line], held: Sequence[Numbers], limits: Limits) -> str:
    """Figures of guesses on questions that were held out."""
    return "\n".join(_describe(lines, held, limits))


def _describe(lines: Sequence[Line], held: Sequence[Numbers], limits: Limits) -> Iterator[str]:
    main = np.array([KINDS.index(line.kinds[0]) for line in lines])
    source = np.array([line.source for line in lines])
    apart = np.array([fold_of(line.id) == HELD_OUT for line in lines])
    for mode, name in enumerate(("with the embedding", "by words alone")):
        guessed, _ = _guess(held[mode], limits, mode)
        for what in ("kinds", "turns", "own"):
            rows = source == what
            right = guessed == main
            yield (
                f"{name:20} {what:6} accuracy {right[rows].mean():.3f} cross-validated ({rows.sum()} lines),"
                f" {right[rows & apart].mean():.3f} in the fold held out ({(rows & apart).sum()})"
            )
        talk = KINDS.index("talk")
        for sources in (["kinds"], ["turns"], ["kinds", "turns", "own"]):
            rows = np.isin(source, sources)
            true = (guessed == talk) & (main == talk) & rows
            taken = (guessed == talk) & rows
            yield (
                f"{name:20} talk in {'+'.join(sources)}: precision {true.sum() / max(taken.sum(), 1):.3f},"
                f" recall {true.sum() / (rows & (main == talk)).sum():.3f},"
                f" {int((taken & ~true).sum())} of {(rows & (main != talk)).sum()} real questions taken for talk"
            )
    guessed, shares = _guess(held[0], limits, 0)
    for what in ("kinds", "turns"):
        yield f"\n{what}: rows are labels, columns guesses (cross-validated)"
        yield " " * 10 + "".join(f"{kind:>10}" for kind in KINDS) + "    recall precision"
        for i, kind in enumerate(KINDS):
            rows = (source == what) & (main == i)
            counts = [int((guessed[rows] == j).sum()) for j in range(len(KINDS))]
            precision = counts[i] / max(int(((guessed == i) & (source == what)).sum()), 1)
            cells = "".join(f"{count:>10}" for count in counts)
            yield f"{kind:10}{cells}{counts[i] / max(rows.sum(), 1):>10.3f}{precision:>10.3f}"
    second = _second(shares, guessed)
    given = np.array([0.0 if j < 0 else shares[i, j] for i, j in enumerate(second)]) >= limits.second[0]
    two = np.array([len(line.kinds) > 1 for line in lines])
    same = np.array(
        [{guessed[i], second[i]} == {KINDS.index(k) for k in lines[i].kinds} for i in np.flatnonzero(two).tolist()]
    )
    yield f"\nsecond kind given: {given[two].mean():.2f} of {two.sum()} questions for two,"
    yield f"  {given[~two].mean():.3f} of those for one; of the former both kinds right {(same & given[two]).mean():.2f}"
    yield "\naspects (cross-validated over kinds.jsonl)"
    total = np.zeros(3)
    for j, aspect in enumerate(ASPECTS):
        rows = np.array([line.aspects is not None for line in lines])
        truth = np.array([aspect in (line.aspects or ()) for line in lines])[rows]
        found = held[2][rows, j] >= limits.aspects[j]
        counts3 = np.array([(truth & found).sum(), found.sum(), truth.sum()])
        total += counts3
        yield f"  {aspect:14} F1 {2 * counts3[0] / max(counts3[1] + counts3[2], 1):.3f} ({truth.sum()} lines)"
    yield f"  together       F1 {2 * total[0] / (total[1] + total[2]):.3f}"
    yield f"\n{limits}"


def _fit_limits(lines: Sequence[Line], held: Sequence[Numbers]) -> Limits:
    """Scales and limits by which the guesses on questions held out do best."""
    main = np.array([KINDS.index(line.kinds[0]) for line in lines])
    given = np.array([line.source == "kinds" for line in lines])
    two = np.array([len(line.kinds) > 1 for line in lines])
    talk = KINDS.index("talk")
    scale, sure, talks, seconds, parts = [], [], [], [], []
    for scores in held[:2]:
        best = min(np.arange(2.0, 12.1, 0.5), key=lambda by: -np.log(_softmax(by * scores)[given, main[given]]).mean())
        shares = _softmax(best * scores)
        scale.append(float(best))
        steps = np.arange(0.0, 1.0, 0.01)
        first = shares.argmax(axis=1)
        is_talk = np.where(first == talk, shares[:, talk], 0)
        talks.append(
            next(round(float(step), 2) for step in steps if (is_talk[main != talk] >= step).mean() <= _TALK_FALSE)
        )
        only = Limits((best, best), (0, 0), (talks[-1],) * 2, (1, 1), (1, 1), ())
        plain, _ = _guess(scores, only, 0)
        top = shares[np.arange(len(plain)), plain]
        unsure = KINDS.index("explain")
        rights = [(np.where(top >= step, plain, unsure) == main)[given].mean() for step in steps]
        sure.append(round(float(steps[int(np.argmax(rights))]), 2))
        second = _second(shares, plain)
        share = np.array([shares[i, j] if j >= 0 else 0 for i, j in enumerate(second)])
        seconds.append(
            next(round(float(step), 2) for step in steps if (share[given & ~two] >= step).mean() <= _SECOND_FALSE)
        )
        # A part's kind counts if nine in ten guesses with so high a share are right.
        parts.append(
            next(
                (
                    round(float(step), 2)
                    for step in steps
                    if (rows := given & (top >= step)).any() and (plain == main)[rows].mean() >= 0.9
                ),
                1.0,
            )
        )
    labelled = [i for i, line in enumerate(lines) if line.aspects is not None]
    aspects = []
    for j, aspect in enumerate(ASPECTS):
        truth = np.array([aspect in (lines[i].aspects or ()) for i in labelled])
        values = held[2][labelled, j]
        grid = np.arange(0.1, 0.7, 0.02)
        f1 = [2 * (truth & (values >= step)).sum() / (truth.sum() + (values >= step).sum()) for step in grid]
        aspects.append(round(float(grid[int(np.argmax(f1))]), 2))
    return Limits(_pair(scale), _pair(sure), _pair(talks), _pair(seconds), _pair(parts), tuple(aspects))


def _pair(values: Sequence[float]) -> tuple[float, float]:
    first, second = values
    return first, second


def _guess(scores: Numbers, limits: Limits, mode: int) -> tuple[NDArray[np.int64], Numbers]:
    """Main kinds as ``KindClassifier`` guesses them, and the shares of all kinds."""
    shares = _softmax(limits.scale[mode] * scores)
    talk = KINDS.index("talk")
    allowed = shares.copy()
    allowed[shares[:, talk] < limits.talk[mode], talk] = 0
    guessed = allowed.argmax(axis=1)
    top = allowed[np.arange(len(guessed)), guessed]
    return np.where(top >= limits.sure[mode], guessed, KINDS.index("explain")), shares


def _second(shares: Numbers, first: NDArray[np.int64]) -> list[int]:
    """The likeliest other kind of each question; -1 where one of the two is small talk."""
    found = []
    for row, kind in zip(shares, first, strict=True):
        other = next(int(i) for i in np.argsort(-row, kind="stable") if i != kind)
        found.append(-1 if "talk" in (KINDS[kind], KINDS[other]) else other)
    return found


def _softmax(scores: Numbers) -> Numbers:
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Numbers = odds / odds.sum(axis=1, keepdims=True)
    return shares


def _dense(questions: Sequence[str]) -> Numbers:
    matrix = np.zeros((len(questions), FEATURES))
    for row, question in enumerate(questions):
        columns, values = hash_features(question)
        np.add.at(matrix[row], columns, values)
    return matrix


def _read_rows(file: Path) -> Iterator[dict[str, Any]]:
    for line in file.read_text("utf-8").splitlines():
        yield json.loads(line)


if __name__ == "__main__":
    main()
