"""Trains the classifier of kinds of request, and reports how it does on questions held out: ``python -m training.kinds``.

all-MiniLM's upper layers are trained further, five times without a fifth of the questions and then with all of them: the five
give the figures and fit the limits, the last one is written to ``kin_assistant/data/kinds.safetensors``. Half an hour on one
processor core; a fold that was trained is kept in ``--work`` and taken from there.
"""

from __future__ import annotations

import argparse
import json
import random
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from kin_assistant.models.embedder import find_model
from kin_assistant.models.evidence_network import open_tokenizer
from kin_assistant.question.kinds import FORMAT, KINDS, UNSURE, WEIGHTS, Limits, shorten
from kin_assistant.types import Kind
from training.network import load_bert

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

__all__ = [
    "FOLDS",
    "HELD_OUT",
    "KindNetwork",
    "Line",
    "describe",
    "fit_limits",
    "fold_of",
    "main",
    "read_lines",
    "train",
]

FOLDS = 5
HELD_OUT = 0
"""The fold whose figures are given apart."""

_TRAINING = Path(__file__).parent
_WEIGHTS = {"kinds": 1.0, "own": 1.0, "turns": 0.35, "explanations": 0.2, "passages": 0.08}
"""Of a line in training. Turns are many, and half of them ask for one fact; questions on passages are more, and ask for nothing
but what a passage says; those that several sentences answer are of three kinds only."""
_KINDS_OF_PASSAGES: Mapping[str, tuple[Kind, ...]] = {
    **dict.fromkeys(("how_much", "who", "cost", "when", "where"), ("fact",)),
    **dict.fromkeys(("what", "result"), ("fact", "explain")),
    **dict.fromkeys(("why", "how", "lesson", "replication"), ("explain",)),
    "list": ("list",),
}
"""By what a question on a passage asks for: nobody labelled these with kinds."""
_KINDS_OF_EXPLANATIONS: Mapping[str, tuple[Kind, ...]] = {
    **dict.fromkeys(("how", "why", "results"), ("explain",)),
    "overview": ("overview",),
    "advice": ("advice",),
}
"""The same for questions that several sentences answer; those without an answer are left out."""
_BALANCE = 0.5
"""Power by which rare kinds weigh more."""
_EPOCHS: Final = 4
_BATCH: Final = 32
_FROZEN: Final = 2
"""Lowest layers that stay as they are."""
_RATE: Final = 1e-4
"""Highest learning rate of the layers: it rises for a tenth of the steps and falls to nothing."""
_RATE_OF_HEAD: Final = 1e-3
_DROPOUT: Final = 0.1
_MOST_PASSAGES: Final = 0.5
"""Share of the questions on passages that are trained with: they are many, and weigh little."""
_TALK_FALSE = 0.004
"""Share of real questions that may be taken for small talk; those on passages are no messages that anybody sends."""
_SECOND_FALSE = 0.01
"""Share of questions for one thing that may get a second kind."""
_PART_RIGHT = 0.9


@dataclass(frozen=True, slots=True)
class Line:
    """A labelled question."""

    id: str
    """Lines with the same one fall into the same fold."""
    source: Literal["kinds", "own", "turns", "explanations", "passages"]
    question: str
    kinds: tuple[Kind, ...]


def main() -> None:
    """Cross-validate, print figures, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--work", type=Path, help="folder for what each fold's network says of the questions held out")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    lines = read_lines()
    folds = np.array([fold_of(line.id) for line in lines])
    scores = np.zeros((len(lines), len(KINDS)))
    for fold in range(FOLDS):
        held = np.flatnonzero(folds == fold)
        kept = arguments.work / f"fold-{fold}.npy" if arguments.work else None
        if kept and kept.exists():
            scores[held] = np.load(kept)
            continue
        network = train([line for line, of in zip(lines, folds, strict=True) if of != fold])
        scores[held] = network.predict([lines[i].question for i in held])
        if kept:
            np.save(kept, scores[held])
    limits = fit_limits(lines, scores)
    print(describe(lines, scores, limits))
    train(lines).save(arguments.out, limits)


def read_lines(folder: Path = _TRAINING) -> list[Line]:
    """The labelled questions; of a turn that leans on earlier ones, what it means alone."""
    lines = [
        Line(row["id"], "kinds", row["question"], (row["kind"],))
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
    lines += (
        Line(row["id"], "explanations", row["question"], _KINDS_OF_EXPLANATIONS[row["asks"]])
        for row in _read_rows(folder / "explanations.jsonl")
        if row["answerable"]
    )
    return lines


def fold_of(id: str) -> int:
    """By a hash, so that a line stays in its fold when others come."""
    return zlib.crc32(id.encode()) % FOLDS


class KindNetwork(nn.Module):
    """all-MiniLM with a score for each kind; word embeddings and the lowest layers stay as they are."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.bert = load_bert(folder, _FROZEN)
        self.dropout = nn.Dropout(_DROPOUT)
        self.kinds = nn.Linear(self.bert.config.hidden_size, len(KINDS))
        self._tokenizer = open_tokenizer(folder)

    def forward(self, texts: Sequence[str]) -> Tensor:
        """Scores, shape (texts, kinds)."""
        rows = [self._tokenizer.encode(shorten(text)).ids for text in texts]
        ids = torch.zeros(len(rows), max(map(len, rows)), dtype=torch.long)
        mask = torch.zeros_like(ids)
        for i, row in enumerate(rows):
            ids[i, : len(row)], mask[i, : len(row)] = torch.tensor(row), 1
        states = self.bert(input_ids=ids, attention_mask=mask).last_hidden_state
        inside = mask[..., None].to(states.dtype)
        scores: Tensor = self.kinds(self.dropout((states * inside).sum(1) / inside.sum(1)))
        return scores

    def predict(self, texts: Sequence[str]) -> Numbers:
        """Scores without dropout, shape (texts, kinds)."""
        self.eval()
        with torch.inference_mode():
            return np.vstack([self([text]).numpy() for text in texts]).astype(np.float64)

    def save(self, path: Path, limits: Limits) -> None:
        """Write what was trained, in half precision, as the product reads it."""
        frozen = tuple(f"bert.encoder.layer.{layer}." for layer in range(_FROZEN))
        kept = {
            name: value.to(torch.float16).contiguous()
            for name, value in self.state_dict().items()
            if ".embeddings." not in name and not name.startswith(frozen)
        }
        about = {"format": FORMAT, "kinds": KINDS, "limits": asdict(limits)}
        save_file(kept, path, metadata={"about": json.dumps(about)})


def train(lines: Sequence[Line], *, epochs: int = _EPOCHS, seed: int = 0) -> KindNetwork:
    """A network trained with ``lines``; the same on the same kind of processor with one thread."""
    torch.manual_seed(seed)
    shuffler = random.Random(seed)
    network = KindNetwork(find_model("bundled"))
    lines = [line for line in lines if line.source != "passages" or shuffler.random() < _MOST_PASSAGES]
    targets = np.array([[(kind in line.kinds) / len(line.kinds) for kind in KINDS] for line in lines])
    importance = np.array([_WEIGHTS[line.source] for line in lines])
    share = importance @ targets / importance.sum()
    importance = importance * (targets @ (1 / (len(KINDS) * np.maximum(share, 1e-6)))) ** _BALANCE
    wanted, weights = torch.tensor(targets, dtype=torch.float32), torch.tensor(importance, dtype=torch.float32)
    head = list(network.kinds.parameters())
    layers = [value for value in network.bert.parameters() if value.requires_grad]
    optimizer = torch.optim.AdamW([{"params": layers, "lr": _RATE}, {"params": head, "lr": _RATE_OF_HEAD}])
    steps = epochs * -(-len(lines) // _BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, 10 * (step + 1) / steps) * max(0.0, 1 - step / steps)
    )
    for _ in range(epochs):
        network.train()
        for batch in _batches(lines, shuffler):
            losses = -(wanted[batch] * torch.log_softmax(network([lines[i].question for i in batch]), 1)).sum(1)
            # A batch of questions that weigh little moves little.
            loss = (losses * weights[batch]).sum() / weights[batch].sum().clamp(min=_BATCH / 10)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_([*layers, *head], 1.0)
            optimizer.step()
            schedule.step()
    return network


def _batches(lines: Sequence[Line], shuffler: random.Random) -> list[list[int]]:
    """All lines once, in batches of questions that are about as long."""
    order = list(range(len(lines)))
    shuffler.shuffle(order)
    groups = [order[start : start + 16 * _BATCH] for start in range(0, len(order), 16 * _BATCH)]
    sorted_groups = [sorted(group, key=lambda i: len(lines[i].question)) for group in groups]
    batches = [group[start : start + _BATCH] for group in sorted_groups for start in range(0, len(group), _BATCH)]
    shuffler.shuffle(batches)
    return batches


def describe(lines: Sequence[Line], held: Numbers, limits: Limits) -> str:
    """Figures of guesses on questions that were held out; ``held`` are their scores, shape (lines, kinds)."""
    return "\n".join(_describe(lines, held, limits))


def _describe(lines: Sequence[Line], held: Numbers, limits: Limits) -> Iterator[str]:
    main = np.array([KINDS.index(line.kinds[0]) for line in lines])
    source = np.array([line.source for line in lines])
    apart = np.array([fold_of(line.id) == HELD_OUT for line in lines])
    guessed, shares = _guess(held, limits)
    right = guessed == main
    for what in ("kinds", "turns", "own"):
        rows = source == what
        yield (
            f"{what:6} accuracy {right[rows].mean():.3f} cross-validated ({rows.sum()} lines),"
            f" {right[rows & apart].mean():.3f} in the fold held out ({(rows & apart).sum()})"
        )
    talk = KINDS.index("talk")
    for sources in (["kinds"], ["turns"], ["kinds", "turns", "own"]):
        rows = np.isin(source, sources)
        true = (guessed == talk) & (main == talk) & rows
        taken = (guessed == talk) & rows
        yield (
            f"talk in {'+'.join(sources)}: precision {true.sum() / max(taken.sum(), 1):.3f},"
            f" recall {true.sum() / max((rows & (main == talk)).sum(), 1):.3f},"
            f" {int((taken & ~true).sum())} of {(rows & (main != talk)).sum()} real questions taken for talk"
        )
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
    given = np.array([0.0 if j < 0 else shares[i, j] for i, j in enumerate(second)]) >= limits.second
    two = np.array([len(line.kinds) > 1 for line in lines])
    same = np.array([{guessed[i], second[i]} == {KINDS.index(k) for k in line.kinds} for i, line in enumerate(lines)])
    yield f"\nsecond kind given: {given[two].mean():.2f} of {two.sum()} questions for two,"
    yield f"  {given[~two].mean():.3f} of those for one; of the former both kinds right {(same & given)[two].mean():.2f}"
    yield f"\n{limits}"


def fit_limits(lines: Sequence[Line], held: Numbers) -> Limits:
    """The scale and the limits by which the guesses on questions held out do best."""
    main = np.array([KINDS.index(line.kinds[0]) for line in lines])
    given = np.array([line.source == "kinds" for line in lines])
    two = np.array([len(line.kinds) > 1 for line in lines])
    talk = KINDS.index("talk")
    steps = np.arange(0.0, 1.0, 0.01)
    scale = min(
        np.arange(0.3, 2.05, 0.05), key=lambda by: -np.log(_softmax(by * held)[given, main[given]] + 1e-9).mean()
    )
    shares = _softmax(scale * held)
    first = shares.argmax(axis=1)
    is_talk = np.where(first == talk, shares[:, talk], 0)
    real = (main != talk) & np.array([line.source not in ("passages", "explanations") for line in lines])
    least_talk = next((step for step in steps if (is_talk[real] >= step).mean() <= _TALK_FALSE), 1.0)
    plain, _ = _guess(held, Limits(scale, 0, least_talk, 1, 1))
    top = shares[np.arange(len(plain)), plain]
    unsure = KINDS.index(UNSURE)
    rights = [(np.where(top >= step, plain, unsure) == main)[given].mean() for step in steps]
    other = _second(shares, plain)
    share = np.array([shares[i, j] if j >= 0 else 0 for i, j in enumerate(other)])
    second = next((step for step in steps if (share[given & ~two] >= step).mean() <= _SECOND_FALSE), 1.0)
    # A part's kind counts if nine in ten guesses with so high a share are right.
    part = next(
        (
            step
            for step in steps
            if (rows := given & (top >= step)).any() and (plain == main)[rows].mean() >= _PART_RIGHT
        ),
        1.0,
    )
    found = (scale, steps[int(np.argmax(rights))], least_talk, second, part)
    return Limits(*(round(float(value), 2) for value in found))


def _guess(scores: Numbers, limits: Limits) -> tuple[NDArray[np.int64], Numbers]:
    """Main kinds as ``KindClassifier`` guesses those of messages that ask something, and the shares of all kinds."""
    shares = _softmax(limits.scale * scores)
    talk = KINDS.index("talk")
    allowed = shares.copy()
    allowed[shares[:, talk] < limits.talk, talk] = 0
    guessed = allowed.argmax(axis=1)
    top = allowed[np.arange(len(guessed)), guessed]
    return np.where(top >= limits.sure, guessed, KINDS.index(UNSURE)), shares


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


def _read_rows(file: Path) -> Iterator[dict[str, Any]]:
    for line in file.read_text("utf-8").splitlines():
        yield json.loads(line)


if __name__ == "__main__":
    main()
