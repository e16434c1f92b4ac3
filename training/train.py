"""Train the evidence reader: ``python -m training.train --data DATA --out FOLDER``; the same command goes on after a stop.

Starts from the weights that ship. What is ``--new`` is learnt from its marks. On the rest, which the weights know, the network
learns half from the marks and half from what the weights said before, so that it unlearns nothing.
Every draw is seeded by pass, so that a run that was stopped goes on with the batches it would have had.
"""

from __future__ import annotations

import argparse
import csv
import math
import os
import random
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from kin_assistant.models.embedder import find_model
from kin_assistant.models.evidence_network import WEIGHTS, open_tokenizer
from training.build import PASSES
from training.examples import Example, draw_public, read_examples
from training.network import Batch, EvidenceNetwork, collate, save_weights

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["Plan", "Run", "batched", "examples_of_pass"]

SEED = 7
PIECES_IN_BATCH = 2048
WARM_UP = 40
_FALL = 0.9
"""By how much of itself the learning rate falls until the end, in a straight line."""
AVERAGED_STEPS = 100
"""The weights that are judged are a running mean over about so many steps."""
FROZEN = 2
"""Lowest layers that stay: a step takes three quarters of the time, and what they give is common to both networks."""
KINDS = ("messages", "explained", "raw", "digests", "public")
"""Kinds of examples."""
LEARNT_FROM_BEFORE = 0.5
"""Share of the loss that compares with what the weights said before, for examples of a kind that is not new."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one pass holds beside all examples of messages."""

    explained: int
    """Examples of questions that several sentences answer."""
    raw: int
    """Examples of the raw documents."""
    digests: int
    """Examples of the digests."""
    public: int
    """Examples of public sets."""
    strangers: float
    """Share of the raw documents' passages of other documents that are kept: most of them are easily told apart."""


def main() -> None:
    """Train until ``--passes`` are done, or ``--minutes`` are over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start-from", type=Path, default=WEIGHTS)
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--rate", type=float, default=3e-5, help="learning rate of the first batches; falls to a tenth")
    parser.add_argument("--half", action="store_true", help="compute in bfloat16: half the time on AVX-512 processors")
    parser.add_argument("--new", nargs="+", choices=KINDS, default=["messages"], help="kinds learnt from marks alone")
    parser.add_argument("--explained", type=int, default=2000, help="examples of explanations in a pass")
    parser.add_argument("--raw", type=int, default=1500, help="examples of raw documents in a pass")
    parser.add_argument("--digests", type=int, default=1500, help="examples of the digests in a pass")
    parser.add_argument("--public", type=int, default=2000, help="examples of public sets in a pass")
    parser.add_argument("--strangers", type=float, default=0.5, help="share of the raw questions' strangers in a pass")
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop then; the same command goes on")
    parser.add_argument("--every", type=float, default=10, metavar="MINUTES", help="time between checkpoints")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    folder = find_model("bundled")
    run = Run(folder, options.start_from, options.rate, options.out, options.new, half=options.half)
    run.resume()
    plan = Plan(options.explained, options.raw, options.digests, options.public, options.strangers)
    started = saved = time.monotonic()
    while run.passes < options.passes:
        batches = list(batched(examples_of_pass(options.data, plan, run.passes), random.Random(SEED + run.passes)))
        print(f"pass {run.passes}: {len(batches)} batches, from {run.batch}", flush=True)
        for examples in batches[run.batch :]:
            run.step(examples, 1 - _FALL * (run.passes + run.batch / len(batches)) / options.passes)
            now = time.monotonic()
            if now - saved > options.every * 60 or now - started > options.minutes * 60:
                run.save()
                saved = now
            if now - started > options.minutes * 60:
                return
        run.passes, run.batch = run.passes + 1, 0
    run.save()


class Run:
    """A network in training, with all that it needs to go on another day."""

    def __init__(
        self, folder: Path, start: Path, rate: float, out: Path, new: Collection[str], *, half: bool = False
    ) -> None:
        torch.manual_seed(SEED)
        self.tokenizer: Tokenizer = open_tokenizer(folder)
        self.network, self.before = EvidenceNetwork(folder, FROZEN), EvidenceNetwork(folder, FROZEN)
        for network in (self.network, self.before):
            network.load(start)
        self.before.requires_grad_(False)
        self._trained = {name: value for name, value in self.network.named_parameters() if value.requires_grad}
        self._optimizer = torch.optim.AdamW(self._trained.values(), lr=rate, weight_decay=0.01, fused=True)
        self._mean = {name: value.detach().clone() for name, value in self._trained.items()}
        self._rate, self._out, self._new, self._half = rate, out, frozenset(new), half
        self._losses: dict[str, list[float]] = {}
        self._pieces, self._since = 0, time.monotonic()
        self.steps = self.passes = self.batch = 0

    def step(self, examples: Sequence[Example], share: float = 1.0) -> None:
        """Learn from one batch, with so much of the learning rate."""
        for group in self._optimizer.param_groups:
            group["lr"] = self._rate * share * min(1.0, (self.steps + 1) / WARM_UP)
        batch = collate(examples, self.tokenizer)
        with torch.autocast("cpu", torch.bfloat16, enabled=self._half):
            below = self.network.read_below(batch)
            logits = self.network.score(batch, below)
            losses = self._losses_of(logits, batch, below, examples)
        ((losses * batch.weight).sum() / batch.weight.sum()).backward()
        torch.nn.utils.clip_grad_norm_(self._trained.values(), 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad()
        self.steps, self.batch = self.steps + 1, self.batch + 1
        moved = max(1 / AVERAGED_STEPS, 1 / (self.steps + 1))
        with torch.no_grad():
            for name, value in self._trained.items():
                self._mean[name].lerp_(value, moved)
        for example, loss in zip(examples, losses.tolist(), strict=True):
            self._losses.setdefault(example.kind, []).append(loss)
        self._pieces += int(batch.mask.sum())

    def save(self) -> None:
        """Write the checkpoint, the averaged weights as the product reads them, and a line of the log."""
        state = {
            "network": {name: value.detach() for name, value in self._trained.items()},
            "mean": self._mean,
            "optimizer": self._optimizer.state_dict(),
            "position": {"steps": self.steps, "passes": self.passes, "batch": self.batch},
        }
        part = self._out / "checkpoint.part"
        torch.save(state, part)
        os.replace(part, self._out / "checkpoint.pt")
        save_weights(self.averaged(), self._out / f"step-{self.steps:05}.safetensors", {"seed": str(SEED)})
        self._log()

    def resume(self) -> None:
        """Go on from the checkpoint in the folder, if there is one."""
        path = self._out / "checkpoint.pt"
        if not path.exists():
            return
        state: dict[str, Any] = torch.load(path, weights_only=True)
        with torch.no_grad():
            for name, value in self._trained.items():
                value.copy_(state["network"][name])
                self._mean[name].copy_(state["mean"][name])
        self._optimizer.load_state_dict(state["optimizer"])
        position = state["position"]
        self.steps, self.passes, self.batch = position["steps"], position["passes"], position["batch"]

    def averaged(self) -> dict[str, Tensor]:
        """All weights, those that are trained as their running mean."""
        weights: dict[str, Tensor] = self.network.state_dict() | self._mean
        return weights

    def _losses_of(self, logits: Tensor, batch: Batch, below: Tensor, examples: Sequence[Example]) -> Tensor:
        every = torch.tensor([example.kind != "public" for example in examples])
        likelihood = torch.where(every, likelihood_of_every(logits, batch.gold), likelihood_of_one(logits, batch.gold))
        shares = torch.tensor([0.0 if example.kind in self._new else LEARNT_FROM_BEFORE for example in examples])
        if not bool(shares.any()):
            return -likelihood
        with torch.no_grad():
            rows = shares.nonzero().squeeze(1)
            wanted = self.before.score(batch.rows(rows), below[rows])
        difference = torch.zeros_like(likelihood)
        difference[rows] = divergence(wanted, logits[rows])
        return shares * difference - (1 - shares) * likelihood

    def _log(self) -> None:
        path = self._out / "training.csv"
        new = not path.exists()
        seconds = time.monotonic() - self._since
        with path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            if new:
                writer.writerow(["step", "pass", "batch", *KINDS, "pieces a second"])
            means = [_mean(self._losses.get(kind, [])) for kind in KINDS]
            writer.writerow([self.steps, self.passes, self.batch, *means, round(self._pieces / seconds)])
        self._losses, self._pieces, self._since = {}, 0, time.monotonic()


def examples_of_pass(data: Path, plan: Plan, number: int) -> list[Example]:
    """The messages, and draws of the others; the same at every call."""
    generator = random.Random(SEED + number)
    explained = read_examples(data / "explained.jsonl.gz")
    digests = read_examples(data / "digests.jsonl.gz")
    raw = read_examples(data / f"raw-{number % PASSES}.jsonl.gz")
    raw = [one for one in raw if one.source == one.document or generator.random() < plan.strangers]
    return [
        *read_examples(data / "messages.jsonl.gz"),
        *generator.sample(explained, min(plan.explained, len(explained))),
        *generator.sample(raw, min(plan.raw, len(raw))),
        *generator.sample(digests, min(plan.digests, len(digests))),
        *draw_public(read_examples(data / "public.jsonl.gz"), plan.public, generator),
    ]


def likelihood_of_one(logits: Tensor, gold: Tensor) -> Tensor:
    """Log probability that one of the gold columns is drawn from the softmax of ``logits``; both (examples, columns)."""
    return torch.logsumexp(logits.masked_fill(gold == 0, -math.inf), 1) - torch.logsumexp(logits, 1)


def likelihood_of_every(logits: Tensor, gold: Tensor) -> Tensor:
    """The same for each gold column against those that are not gold, averaged over the gold columns of an example."""
    others = torch.logsumexp(logits.masked_fill(gold == 1, -math.inf), 1, keepdim=True)
    won = logits - torch.logaddexp(logits, others)
    return torch.where(gold == 1, won, 0.0).sum(1) / gold.sum(1)


def divergence(wanted: Tensor, logits: Tensor) -> Tensor:
    """Kullback-Leibler divergence of the softmax of ``logits`` from that of ``wanted``, by row."""
    target = torch.softmax(wanted, 1)
    difference = torch.log_softmax(wanted, 1) - torch.log_softmax(logits, 1)
    return (target * difference.masked_fill(target == 0, 0.0)).sum(1)


def batched(examples: Sequence[Example], generator: random.Random) -> Iterator[list[Example]]:
    """Batches of examples of similar length, in random order."""
    sizes = [len(example.question) + len(example.context) + sum(map(len, example.sentences)) for example in examples]
    order = sorted(range(len(examples)), key=lambda i: sizes[i] * generator.uniform(0.9, 1.1))
    batches: list[list[Example]] = [[]]
    widest = 0
    for i in order:
        pieces = min(320, sizes[i] // 4 + 8)
        widest = max(widest, pieces)
        if batches[-1] and widest * (len(batches[-1]) + 1) > PIECES_IN_BATCH:
            batches.append([])
            widest = pieces
        batches[-1].append(examples[i])
    generator.shuffle(batches)
    return iter(batches)


def _mean(values: Sequence[float]) -> float:
    return round(math.fsum(values) / len(values), 4) if values else math.nan


if __name__ == "__main__":
    main()
