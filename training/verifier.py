"""Fit the verifier of claims: ``python -m training.verifier --public FOLDER``; with ``--check`` it only prints the figures.

The weights of what speaks for a claim cannot be negative, nor those of what speaks against it positive: on claims that were
made by a program, such weights learn the habits of the program.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from kin_assistant.writing.likeness import measure_likeness, read_evidence
from kin_assistant.writing.verifier import WEIGHTS, ClaimVerifier, describe_format, load_verifier
from training.claims import LabelledClaim, draw_claims, is_held_out, make_claims, marked_claims

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["fit_signed", "main"]

_RIDGE: Final = 3.0
_STEPS: Final = 1500
_AGAINST: Final = frozenset(
    {"missing", "missing more than one", "less than half", "figures missing", "number words missing", "names missing"}
    | {"negation", "hedge added", "hedge lost"}
)
"""Counts that speak against a claim."""
_SMALL_CHANGES: Final = frozenset({"negation", "opposite", "cause", "overclaim", "done", "merged"})
"""Ways to tell wrongly with words that are there, or with one that is not. Counting words finds few of them; the rules do."""
_WEIGHT_OF_SMALL_CHANGES: Final = 0.2
_WEIGHT_OF_ADDED: Final = 0.5
_WEIGHT_OF_OWN_WORDS: Final = 0.3
"""Of claims that are borne and say it in the words of the evidence."""
_WEIGHT_OF_PEOPLE: Final = 2.0
"""Of claims that people wrote."""
_BY_PEOPLE: Final = frozenset({"onestopqa", "wice", "fm2"})
_EVEN: Final = 0.5
_MARKED: Final = 0.8
"""What a claim with marked evidence counts, though it may be borne in part or refuted: one without counts 0."""
_THRESHOLD: Final = 0.45
"""Between what serves news (0.58) and claims on science (0.38) best."""


def main() -> None:
    """Fit, write and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=Path("corpus"), help="the digests")
    parser.add_argument("--raw", type=Path, default=Path("training/raw/docs"), help="the raw documents")
    parser.add_argument(
        "--public", type=Path, required=True, help="the public sets, which are not part of this repository"
    )
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="where the weights go")
    parser.add_argument("--check", action="store_true", help="print the figures of the weights that are there")
    options = parser.parse_args()
    claims = list(make_claims(options.corpus, options.raw, options.public))
    if not options.check:
        fitted = draw_claims([claim for claim in claims if not is_held_out(claim.document)])
        write_weights(options.out, *_fit(fitted))
    verifier = load_verifier(options.out)
    held_out = [claim for claim in claims if is_held_out(claim.document)]
    strangers = list(marked_claims(options.public / "scifact_train.jsonl.gz", "scifact", 1.0, 0.0))
    for line in describe(verifier, [*held_out, *strangers]):
        print(line)


def _fit(claims: Sequence[LabelledClaim]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights, shape (2, counts), and offsets: of supported, and of contradicted among what is not supported."""
    values = np.array([list(measure_likeness(one.claim, read_evidence(one.evidence)).values()) for one in claims])
    names = list(measure_likeness("", read_evidence([""])))
    supported = np.array([_MARKED if one.kind == "marked" else one.supported for one in claims])
    weight = np.array([_weigh(one) for one in claims])
    true, false = (weight * supported).sum(), (weight * (1 - supported)).sum()
    balanced = weight * np.where(supported > _EVEN, (true + false) / (2 * true), (true + false) / (2 * false))
    signs = np.array([-1.0 if name in _AGAINST else 1.0 for name in names])
    first = fit_signed(values, supported, balanced, signs)
    wrong = np.array([one.supported == 0 and one.kind not in ("unmarked", "marked") for one in claims])
    contradicted = np.array([one.contradicted for one in claims])
    second = fit_signed(values[wrong], contradicted[wrong], np.ones(int(wrong.sum())), np.zeros(len(names)))
    return np.stack([first[0], second[0]]), np.array([first[1], second[1]])


def _weigh(claim: LabelledClaim) -> float:
    weight = _WEIGHT_OF_PEOPLE if claim.source in _BY_PEOPLE else 1.0
    if claim.kind in _SMALL_CHANGES:
        weight *= _WEIGHT_OF_SMALL_CHANGES
    elif claim.kind == "added":
        weight *= _WEIGHT_OF_ADDED
    elif claim.supported == 1 and claim.source not in _BY_PEOPLE:
        weight *= _WEIGHT_OF_OWN_WORDS
    return weight


def fit_signed(
    values: NDArray[np.float64], labels: NDArray[np.float64], share: NDArray[np.float64], signs: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Weights and offset of a logistic regression with a ridge on standardised columns, by accelerated projected gradients.

    A weight has the sign that ``signs`` gives or is 0; where that is 0, either. Beck and Teboulle 2009.
    """
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-9
    columns = np.column_stack([(values - mean) / spread, np.ones(len(values))])
    share = share / share.sum()
    ridge = np.append(np.full(values.shape[1], _RIDGE / len(values)), 0.0)
    bound = np.linalg.eigvalsh((columns.T * share) @ columns)[-1] / 4 + ridge.max()
    found = ahead = np.zeros(columns.shape[1])
    pace = 1.0
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-columns @ ahead))
        slope = columns.T @ (share * (likely - labels)) + ridge * ahead
        moved = ahead - slope / bound
        kept = np.where(signs * moved[:-1] < 0, 0.0, moved[:-1])
        moved = np.append(kept, moved[-1])
        faster = (1 + (1 + 4 * pace**2) ** 0.5) / 2
        ahead, found, pace = moved + (pace - 1) / faster * (moved - found), moved, faster
    weights = found[:-1] / spread
    return weights, float(found[-1] - weights @ mean)


def write_weights(path: Path, weights: NDArray[np.float64], offsets: NDArray[np.float64]) -> None:
    """Write them so that the same fit gives the same file on another machine."""
    from safetensors.numpy import save_file

    tensors = {
        "weights": np.round(weights, 3).astype(np.float32),
        "offsets": np.round(offsets, 3).astype(np.float32),
        "threshold": np.array([_THRESHOLD], np.float32),
    }
    save_file(tensors, path, metadata={"format": describe_format()})


def describe(verifier: ClaimVerifier, claims: Sequence[LabelledClaim]) -> list[str]:
    """For each source how well it tells what is borne; for each way to tell wrongly how often it is noticed."""
    judged = [(one, verifier.judge(one.claim, one.evidence)) for one in claims]
    lines = ["source, claims, balanced accuracy (without changes of a word or two):"]
    for source in sorted({one.source for one in claims}):
        rows = [(one, found) for one, found in judged if one.source == source and one.kind not in _SMALL_CHANGES]
        kept = [found.verdict == "supported" for one, found in rows if one.supported > 0]
        dropped = [found.verdict != "supported" for one, found in rows if one.supported == 0]
        accuracy = (sum(kept) / max(1, len(kept)) + sum(dropped) / max(1, len(dropped))) / 2
        lines.append(f"  {source:18} {len(rows):5} {accuracy:.3f}")
    lines.append("told wrongly, claims, noticed, called contradicted:")
    for kind in sorted({one.kind for one in claims if one.supported == 0}):
        found = [found.verdict for one, found in judged if one.kind == kind]
        noticed = sum(verdict != "supported" for verdict in found) / len(found)
        otherwise = sum(verdict == "contradicted" for verdict in found) / len(found)
        lines.append(f"  {kind:18} {len(found):5} {noticed:.2f} {otherwise:.2f}")
    return lines


if __name__ == "__main__":
    main()
