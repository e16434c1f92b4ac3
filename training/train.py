"""Train the evidence reader: ``python -m training.train --public DIR --out FOLDER``.

First the public sets once, then the digests' questions with some public ones among them. Every draw is seeded; on the
same machine type the same command gives the same weights up to the order of floating-point sums.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from kin_assistant.assistant import Assistant
from kin_assistant.embedding import find_model
from kin_assistant.scorer import open_tokenizer
from kin_assistant.settings import Settings
from training.examples import Example, digest_examples, public_examples
from training.network import EvidenceNetwork, collate

if TYPE_CHECKING:
    from tokenizers import Tokenizer

# Only sets whose terms allow weights trained on them to be given away; training/README.md lists each with its licence.
SHARES = {
    "squad2_19articles": 1.0,
    "selqa": 0.8,
    "covidqa": 0.8,
    "tatqa_text": 1.0,
    "onestopqa": 1.0,
    "timeqa_human": 0.6,
    "xquad_en": 1.0,
    "squad_sentences": 0.2,
    "evidence_inference": 0.2,
    "wice": 0.3,
    "fairytaleqa": 0.1,
    "fm2": 0.2,
}
SEED = 7
PIECES_IN_BATCH = 3072
HELD_OUT = 0.15
"""Share of the digests whose questions are kept for validation."""


def main() -> None:
    """Train, report on the digests held out, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--public", type=Path, required=True)
    parser.add_argument("--digests", type=Path, default=Path(__file__).parent / "questions")
    parser.add_argument("--index", type=Path, default=Path("index"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--start-from", type=Path, metavar="WEIGHTS", help="what the public sets gave before: go on with the digests"
    )
    parser.add_argument("--public-steps", type=int, help="end the public stage after so many; by default all once")
    parser.add_argument("--digest-epochs", type=int, default=2)
    parser.add_argument(
        "--finish", action="store_true", help="at the end learn the digests held out too: for the weights that ship"
    )
    options = parser.parse_args()
    torch.manual_seed(SEED)
    generator = random.Random(SEED)
    folder = find_model("bundled")
    tokenizer = open_tokenizer(folder)
    network = EvidenceNetwork(folder)
    with Assistant.open(options.index, settings=Settings(reader="off")) as assistant:
        pairs = digest_examples(sorted(options.digests.glob("*.jsonl")), assistant, generator)
    held = {name for name in sorted({name for name, _ in pairs}) if random.Random(name).random() < HELD_OUT}
    validation = [example for name, example in pairs if name in held]
    digests = [example for name, example in pairs if name not in held]
    public = public_examples(options.public, SHARES, generator)
    print(f"{len(public)} public, {len(digests)} digest, {len(validation)} held-out examples", flush=True)
    options.out.mkdir(parents=True, exist_ok=True)
    if options.start_from:
        network.load_state_dict(load_file(options.start_from), strict=False)
    else:
        report(network, validation, tokenizer, "before")
        fit(
            network, [public], tokenizer, generator, rate=8e-5, every=False, out=options.out, steps=options.public_steps
        )
        save(network, options.out / "public.safetensors")
    report(network, validation, tokenizer, "after the public sets")
    mixed = [
        digests + generator.sample(public, min(len(public), len(digests) // 3)) for _ in range(options.digest_epochs)
    ]
    fit(network, mixed, tokenizer, generator, rate=4e-5, every=True, out=options.out)
    report(network, validation, tokenizer, "after the digests")
    if options.finish:
        # With as many that it knows, so that it unlearns nothing. From here on nothing is left to validate on.
        last = validation + generator.sample(digests, min(len(digests), len(validation)))
        fit(network, [last], tokenizer, generator, rate=2e-5, every=True, out=options.out)
    save(network, options.out / "reader.safetensors")


def fit(
    network: EvidenceNetwork,
    epochs: Sequence[list[Example]],
    tokenizer: Tokenizer,
    generator: random.Random,
    *,
    rate: float,
    every: bool,
    out: Path,
    steps: int | None = None,
) -> None:
    """AdamW with warm-up and linear decay to 0; ends after ``steps``. What is there every hundred steps is kept in ``out``.

    With ``every`` each sentence that answers is to win against those that do not; otherwise it is enough if one does.
    """
    parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=rate, weight_decay=0.01, fused=True)
    batches = [batch for epoch in epochs for batch in batched(epoch, generator)]
    started = time.monotonic()
    total = 0.0
    network.train()
    for step, examples in enumerate(batches[:steps]):
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / 100) * (1 - step / len(batches))
        batch = collate(examples, tokenizer)
        with torch.autocast("cpu", torch.bfloat16):
            logits = network(batch)
        likelihood = likelihood_of_every(logits, batch.gold) if every else likelihood_of_one(logits, batch.gold)
        loss = -(likelihood * batch.weight).sum() / batch.weight.sum()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        total += float(loss.detach())
        if step % 100 == 99:
            speed = (step + 1) / (time.monotonic() - started)
            print(f"step {step + 1}/{len(batches)} loss {total / 100:.3f} {speed:.2f} steps/s", flush=True)
            total = 0.0
            save(network, out / "latest.safetensors")


def likelihood_of_one(logits: Tensor, gold: Tensor) -> Tensor:
    """Log probability that one of the gold columns is drawn from the softmax of ``logits``; both (examples, columns)."""
    return torch.logsumexp(logits.masked_fill(gold == 0, -math.inf), 1) - torch.logsumexp(logits, 1)


def likelihood_of_every(logits: Tensor, gold: Tensor) -> Tensor:
    """The same for each gold column against those that are not gold, averaged over the gold columns of an example."""
    others = torch.logsumexp(logits.masked_fill(gold == 1, -math.inf), 1, keepdim=True)
    won = logits - torch.logaddexp(logits, others)
    return torch.where(gold == 1, won, 0.0).sum(1) / gold.sum(1)


def batched(examples: list[Example], generator: random.Random) -> Iterator[list[Example]]:
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


@torch.inference_mode()
def report(network: EvidenceNetwork, examples: Sequence[Example], tokenizer: Tokenizer, title: str) -> None:
    """Print how often the best sentence is gold where there is gold, and how well "no answer" tells the others apart."""
    from sklearn.metrics import roc_auc_score

    network.eval()
    hits, scores, labels = [], [], []
    for start in range(0, len(examples), 32):
        batch = collate(examples[start : start + 32], tokenizer)
        with torch.autocast("cpu", torch.bfloat16):
            logits = network(batch)
        best = logits[:, 1:].argmax(1) + 1
        for i, row in enumerate(logits):
            answerable = not bool(batch.gold[i, 0])
            labels.append(answerable)
            scores.append(float(torch.logsumexp(row[1:], 0) - row[0]))
            if answerable:
                hits.append(bool(batch.gold[i, best[i]]))
    print(json.dumps({"when": title, "hit@1": sum(hits) / len(hits), "auc": roc_auc_score(labels, scores)}), flush=True)


def save(network: EvidenceNetwork, path: Path) -> None:
    """Write what was trained, in half precision; the word embeddings stay those of the bundled model."""
    weights = {
        name: value.to(torch.float16).contiguous()
        for name, value in network.state_dict().items()
        if ".embeddings." not in name
    }
    save_file(weights, path, metadata={"seed": str(SEED)})


if __name__ == "__main__":
    main()
