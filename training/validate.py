"""Validate weights side by side: ``python -m training.validate --data DATA WEIGHTS...``.

Eight sets, none of which the reader is trained on: digests and raw documents held out, for single facts, for what several
sentences answer together and for messages, raw documents of another writer, and public sets. For each ``hit@1``, how often the
best sentence of all passages read is one that answers, where one was read; ``found@5``, how many of the sentences that answer
are among the best five, of five at most; and ``auc``, how well the evidence summed over all passages read tells questions that
were answered from those that cannot be.
"""

from __future__ import annotations

import argparse
import csv
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from kin_assistant.models.embedder import find_model
from kin_assistant.models.evidence_network import WEIGHTS, open_tokenizer
from training.examples import Example, Reading, read_readings, share_of
from training.network import EvidenceNetwork, collate, save_weights

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["SETS", "better_on_all", "measure", "validation_sets"]

SETS = (
    "rawdev",
    "raw",
    "digests",
    "public",
    "explained-digests",
    "explained-raw",
    "messages-digests",
    "messages-raw",
)
FIGURES = ("hit@1", "found@5", "auc")
_OF_SEVERAL = {"digests": 110, "raw": 140}
_QUESTIONS = {"digests": 110, "raw": 140, "rawdev": 160, "public": 240}
_QUESTIONS |= {f"{kind}-{part}": count for kind in ("explained", "messages") for part, count in _OF_SEVERAL.items()}
_PASSAGES = 5
_BEST = 5
_PIECES_IN_BATCH = 4096


def main() -> None:
    """Print the figures of each file of weights, write them to a table, and say which are better on all sets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "weights", type=Path, nargs="*", help="by default those that ship, which others are compared with"
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--table", type=Path, help="CSV to which a line is added for each set")
    parser.add_argument("--full", action="store_true", help="all questions and twelve passages of each, not a sample")
    parser.add_argument("--blend", type=float, help="so much of the weights, the rest of those that ship")
    parser.add_argument("--out", type=Path, help="file that this blend is written to, as the product reads it")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    sets = validation_sets(options.data, options.sets, full=options.full)
    folder = find_model("bundled")
    network, tokenizer = EvidenceNetwork(folder), open_tokenizer(folder)
    for path in options.weights or [WEIGHTS]:
        started = time.monotonic()
        network.load(path)
        name = path.stem
        if options.blend is not None:
            network.load_state_dict(blended(network.state_dict(), EvidenceNetwork(folder), options.blend))
            name = f"{name}*{options.blend}"
            if options.out:
                save_weights(network.state_dict(), options.out, {"made of": name})
        figures = {}
        for title, row in measure(network, sets, tokenizer):
            figures[title] = row
            print(f"{name:28} {title:8}", *(f"{figure} {row[figure]:.3f}" for figure in FIGURES), flush=True)
            if options.table:
                add_line(options.table, {"weights": name, "full": int(options.full), "set": title, **row})
        print(f"{name:28} all      {summary(figures):.4f} ({time.monotonic() - started:.0f} s)", flush=True)
        before = figures_in(options.table, WEIGHTS.stem, full=options.full) if options.table else {}
        if before.keys() == figures.keys() == set(SETS) and better_on_all(figures, before):
            print(f"{name:28} is better on all sets than the weights that ship", flush=True)


def blended(state: dict[str, Tensor], start: EvidenceNetwork, share: float) -> dict[str, Tensor]:
    """``share`` of the weights ``state`` and the rest of those that ship: what was learnt is kept with what was known."""
    start.load(WEIGHTS)
    return {name: share * state[name] + (1 - share) * value for name, value in start.state_dict().items()}


def summary(figures: Mapping[str, Mapping[str, float]]) -> float:
    """One number: the mean of ``hit@1`` and ``auc`` over the sets."""
    return sum(row["hit@1"] + row["auc"] for row in figures.values()) / (2 * len(figures))


def better_on_all(figures: Mapping[str, Mapping[str, float]], before: Mapping[str, Mapping[str, float]]) -> bool:
    """Whether weights may ship: ``hit@1`` and ``auc`` rise together on each set, and neither falls on the other writer's."""
    rises = all(
        row["hit@1"] + row["auc"] > before[name]["hit@1"] + before[name]["auc"] for name, row in figures.items()
    )
    return rises and all(figures["rawdev"][figure] >= before["rawdev"][figure] for figure in ("hit@1", "auc"))


def validation_sets(data: Path, names: Sequence[str] = SETS, *, full: bool = False) -> dict[str, list[Reading]]:
    """The sets by name; without ``full`` a part of the questions, drawn by their words, with fewer passages each."""
    sets = {}
    for name in names:
        readings = read_readings(data / f"validation-{name}.jsonl.gz")
        if not full:
            readings = sorted(readings, key=lambda reading: share_of(reading.question))[: _QUESTIONS[name]]
            readings = [
                Reading(reading.question, reading.document, reading.answerable, reading.passages[:_PASSAGES])
                for reading in readings
            ]
        sets[name] = [reading for reading in readings if reading.passages]
    return sets


@torch.inference_mode()
def measure(
    network: EvidenceNetwork, sets: Mapping[str, Sequence[Reading]], tokenizer: Tokenizer
) -> Iterator[tuple[str, dict[str, float]]]:
    """The figures of each set, as soon as they are known."""
    network.eval()
    for name, readings in sets.items():
        yield name, figures_of(readings, odds_of(network, readings, tokenizer))


def odds_of(network: EvidenceNetwork, readings: Sequence[Reading], tokenizer: Tokenizer) -> list[list[Tensor]]:
    """Log odds of each sentence against "no answer here", for each passage of each reading."""
    examples = [example for reading in readings for example in reading.passages]
    odds: list[Tensor] = [torch.zeros(0)] * len(examples)
    for numbers in _batches(examples):
        logits = network(collate([examples[i] for i in numbers], tokenizer))
        for i, row in zip(numbers, logits, strict=True):
            odds[i] = (row[1:] - row[0])[: len(examples[i].sentences)]
    rest = iter(odds)
    return [[next(rest) for _ in reading.passages] for reading in readings]


def _batches(examples: Sequence[Example]) -> Iterator[list[int]]:
    """Numbers of examples of like length."""
    sizes = [min(320, 12 + (len(e.question) + len(e.context) + sum(map(len, e.sentences))) // 4) for e in examples]
    batch: list[int] = []
    for i in sorted(range(len(examples)), key=lambda i: (-sizes[i], i)):
        if batch and sizes[batch[0]] * (len(batch) + 1) > _PIECES_IN_BATCH:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def figures_of(readings: Sequence[Reading], odds: Sequence[Sequence[Tensor]]) -> dict[str, float]:
    from sklearn.metrics import roc_auc_score

    first, found_in_five, evidence, answered = [], [], [], []
    for reading, found in zip(readings, odds, strict=True):
        right = [
            position in example.evidence for example in reading.passages for position in range(len(example.sentences))
        ]
        scores = torch.cat(list(found))
        if reading.answerable and not any(right):
            continue  # Nothing that was read answers, so nothing can be said.
        answered.append(any(right))
        evidence.append(float(torch.logsumexp(scores, 0)))
        if any(right):
            best = [right[i] for i in scores.argsort(descending=True)[:_BEST].tolist()]
            first.append(best[0])
            found_in_five.append(sum(best) / min(sum(right), _BEST))
    return {
        "hit@1": sum(first) / len(first),
        "found@5": math.fsum(found_in_five) / len(first),
        "auc": float(roc_auc_score(answered, evidence)),
        "answered": len(first),
        "unanswerable": len(answered) - len(first),
    }


def figures_in(table: Path, weights: str, *, full: bool) -> dict[str, dict[str, float]]:
    """What the table says of some weights, by set; the last line counts."""
    with table.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["weights"] == weights and row["full"] == str(int(full))]
    return {row["set"]: {figure: float(row[figure]) for figure in FIGURES} for row in rows}


def add_line(table: Path, row: dict[str, object]) -> None:
    """Add a line to the table, and the names of its columns to a new one."""
    new = not table.exists()
    with table.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, row)
        if new:
            writer.writeheader()
        writer.writerow({name: round(value, 4) if isinstance(value, float) else value for name, value in row.items()})


if __name__ == "__main__":
    main()
