"""How likely a sentence is one that answers, from what the product knows of it: ``python -m training.worth --data DATA``.

It asks the product the answerable questions of the validation sets, each over its own corpus, and fits the logistic function
of ``SelectionPolicy`` on the sentences that came into question. Each set weighs the same, and in it each question. The figure
is how often the sentence that the function puts first is one that answers: for the function that ships, and for the fitted one
on questions about documents that it was not fitted on.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kin_assistant.answer.evidence import Candidate
from kin_assistant.answer.stretches import estimate_worth
from kin_assistant.assistant import Assistant
from kin_assistant.index.library import DocumentRow
from kin_assistant.policy import SelectionPolicy
from kin_assistant.settings import Settings
from training.examples import Reading, read_readings, share_of
from training.refusal import INDEXES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

__all__ = ["Asked", "fit", "main", "signals_of"]

SIGNALS = (
    "worth_of_logit", "unread", "worth_of_similarity", "worth_of_document", "worth_of_cosine", "worth_of_field",
)  # fmt: skip
_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the sentences that came into question."""

    set: str
    document: str
    signals: Numbers
    """Shape (sentences, signals)."""
    shipped: Numbers
    """What each is worth by the function that ships."""
    answers: NDArray[np.bool_]
    """Which of them answer."""


def main() -> None:
    """Ask, fit, and print the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that training.build wrote")
    parser.add_argument("--most", type=int, default=160, help="questions of a set")
    parser.add_argument("--reader", default="bundled", help="weights of the evidence reader")
    options = parser.parse_args()
    asked: list[Asked] = []
    for name, index in INDEXES.items():
        readings = read_readings(options.data / f"validation-{name}.jsonl.gz")
        wanted = sorted((one for one in readings if one.answerable), key=lambda one: share_of(one.question))
        with Assistant.open(options.data / index, settings=Settings(reader=options.reader)) as assistant:
            asked += filter(None, (_ask(name, assistant, reading) for reading in wanted[: options.most]))
    for line in _report(asked):
        print(line)


def signals_of(candidates: Sequence[Candidate]) -> Numbers:
    """``SIGNALS`` of each sentence; shape (sentences, signals)."""
    best = max(one.similarity_score for one in candidates)
    of_document: dict[DocumentRow, float] = {}
    for one in candidates:
        of_document[one.document] = max(of_document.get(one.document, -np.inf), one.similarity_score)
    return np.array([
        (
            0.0 if one.logit is None else max(one.logit, SelectionPolicy().min_logit),
            one.logit is None,
            one.similarity_score - best,
            of_document[one.document] - best,
            one.cosine,
            one.field_match,
        )
        for one in candidates
    ], np.float64)  # fmt: skip


def fit(asked: Sequence[Asked]) -> Numbers:
    """Offset and weights of ``SIGNALS``, by maximum likelihood (iteratively reweighted least squares)."""
    signals = np.vstack([one.signals for one in asked])
    rows = np.hstack([np.ones((len(signals), 1)), signals])
    answers = np.concatenate([one.answers for one in asked]).astype(np.float64)
    of_set = {name: sum(one.set == name for one in asked) for name in {one.set for one in asked}}
    importance = np.concatenate([np.full(len(one.answers), 1 / of_set[one.set]) for one in asked])
    importance *= len(importance) / importance.sum()
    weights = np.zeros(rows.shape[1])
    ridge = 1e-2 * np.eye(len(weights))
    for _ in range(60):
        chances = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (importance * (chances - answers)) + ridge @ weights
        curvature = (rows * (importance * chances * (1 - chances))[:, None]).T @ rows + ridge
        weights -= np.linalg.solve(curvature, slope)
    return weights


def _ask(name: str, assistant: Assistant, reading: Reading) -> Asked | None:
    candidates = assistant.read(reading.question).candidates
    gold = {
        passage.sentences[i]
        for passage in reading.passages
        if passage.document == reading.document
        for i in passage.evidence
    }
    if not candidates or not gold:
        return None
    ids = [info.id for info in assistant.documents]
    answers = np.array([one.text in gold and ids[one.document] == reading.document for one in candidates])
    worth = estimate_worth(candidates, SelectionPolicy())
    shipped = np.array([worth[one] for one in candidates])
    return Asked(name, reading.document, signals_of(candidates), shipped, answers)


def _report(asked: Sequence[Asked]) -> Iterator[str]:
    documents = sorted({one.document for one in asked})
    fitted: list[Numbers] = [np.zeros(0)] * len(asked)
    for fold in range(_FOLDS):
        held = frozenset(documents[fold::_FOLDS])
        weights = fit([one for one in asked if one.document not in held])
        for i, one in enumerate(asked):
            if one.document in held:
                fitted[i] = weights[0] + one.signals @ weights[1:]
    for name in dict.fromkeys(one.set for one in asked):
        rows = [i for i, one in enumerate(asked) if one.set == name]
        shipped = np.mean([asked[i].answers[asked[i].shipped.argmax()] for i in rows])
        new = np.mean([asked[i].answers[fitted[i].argmax()] for i in rows])
        found = np.mean([asked[i].answers.any() for i in rows])
        yield (
            f"{name:8} {len(rows)} questions: an answering sentence is found for {found:.3f} and put first for"
            f" {shipped:.3f} by the function that ships, {new:.3f} by the fitted one"
        )
    yield f"policy: {_as_policy(fit(asked))}"


def _as_policy(weights: Numbers) -> Mapping[str, float]:
    """The weights as fields of ``SelectionPolicy``: there what was not read has a logit too."""
    named = dict(zip(SIGNALS, weights[1:], strict=True))
    unread = named.pop("unread")
    policy = {"worth_offset": weights[0], "logit_of_unread": unread / named["worth_of_logit"], **named}
    return {name: round(float(value), 2) for name, value in policy.items()}


if __name__ == "__main__":
    main()
