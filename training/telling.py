"""Fits what a document tells: ``python -m training.telling --index INDEX``.

For each question of ``explanations.jsonl`` that asks what something is (portrait) or what others did in a like situation
(experience) about a digest of the index, the sentences that belong to a good answer are marked. The weights of the signals of
``answer/telling.py`` are fitted by logistic regression. Printed are the weights, and for them and for those that ship, over
five folds by document, how many of the sentences that would be told are marked (precision) and how many of the marked ones
would be told (recall); and how often the right document is the first, or among the first three, that the question finds.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression

from kin_assistant.answer.telling import SIGNALS, choose_sentences, estimate_worths, rank_documents
from kin_assistant.assistant import Assistant
from kin_assistant.policy import AnswerPolicy, TellingPolicy

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Marked", "fit", "judge", "main", "measure", "report"]

EXPLANATIONS = Path(__file__).parent / "explanations.jsonl"
ASKS = {"portrait": "overview", "experience": "advice"}
FOLDS = 5
_REGULARIZATION = 0.3
"""``C`` of the regression; the signals have a standard deviation of 1 in it."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A question about a document, with the document's sentences."""

    signals: NDArray[np.float64]
    """Shape (sentences, signals)."""
    belongs: NDArray[np.bool_]
    """Shape (sentences,)."""
    lengths: NDArray[np.int64]
    """Words; shape (sentences,)."""
    lessons: NDArray[np.bool_]
    """Which of them are lessons; shape (sentences,)."""
    marked: int
    """Sentences that are marked; some may not be quotable."""
    place: int | None
    """Where the document stands among those that the question finds, from 0."""


def main() -> None:
    """Fit and report both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, default=Path("index"))
    options = parser.parse_args()
    shipped = AnswerPolicy()
    with Assistant.open(options.index) as assistant:
        for name, policy in (("portrait", shipped.portrait), ("experience", shipped.experience)):
            marked = list(measure(assistant, ASKS[name], policy))
            print(name, report(marked))
            print(f"{name}, shipped weights:", judge(marked, [policy] * len(marked)))
            print(f"{name}, fitted in folds:", judge(marked, list(_fit_in_folds(marked, policy))))
            fitted = fit(marked, policy)
            print("  ", {signal: round(getattr(fitted, signal), 2) for signal in ("offset", *SIGNALS)})


def measure(assistant: Assistant, asks: str, policy: TellingPolicy) -> Iterator[Marked]:
    """The questions of one sort about documents of the index."""
    library = assistant.sentence_search.library
    ids = {info.id for info in library.infos}
    for line in EXPLANATIONS.read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["asks"] != asks or row["document_id"] not in ids:
            continue
        teller = assistant.open_teller(row["question"])
        document = library.row_of(row["document_id"])
        _, signals, _ = teller.signals_of(document, policy)
        told = teller.measure(document, policy)
        ranked = rank_documents(assistant.read(row["question"]), assistant.policy)
        evidence = [quote.strip() for quote in row["evidence"]]
        texts = [one.found.text.strip() for one in told]
        yield Marked(
            signals,
            np.array([any(text in quote or quote in text for quote in evidence) for text in texts], bool),
            np.array([len(text.split()) for text in texts], np.int64),
            np.array([one.is_lesson for one in told], bool),
            len(evidence),
            ranked.index(document) if document in ranked else None,
        )


def fit(marked: Sequence[Marked], policy: TellingPolicy) -> TellingPolicy:
    """``policy`` with weights fitted on ``marked``."""
    signals = np.concatenate([one.signals for one in marked])
    mean, deviation = signals.mean(axis=0), signals.std(axis=0) + 1e-6
    model = LogisticRegression(C=_REGULARIZATION, max_iter=1000)
    model.fit((signals - mean) / deviation, np.concatenate([one.belongs for one in marked]))
    weights = model.coef_[0] / deviation
    offset = float(model.intercept_[0] - weights @ mean)
    return replace(policy, offset=offset, **dict(zip(SIGNALS, weights.tolist(), strict=True)))


def judge(marked: Sequence[Marked], policies: Sequence[TellingPolicy]) -> str:
    """What is told by the policy of each question: precision, recall, sentences, and whether the first belongs."""
    figures = [_judge(one, policy) for one, policy in zip(marked, policies, strict=True) if len(one.belongs)]
    precision, recall, told, first = np.mean(figures, axis=0)
    return f"precision {precision:.3f}, recall {recall:.3f}, {told:.1f} sentences, the first belongs {first:.2f}"


def report(marked: Sequence[Marked]) -> str:
    """How many questions there are, and how often the right document is found first."""
    places = [one.place for one in marked]
    first = np.mean([place == 0 for place in places])
    three = np.mean([place is not None and place < 3 for place in places])
    return f"{len(marked)} questions; right document first {first:.2f}, among three {three:.2f}"


def _judge(one: Marked, policy: TellingPolicy) -> tuple[float, float, int, bool]:
    worths = estimate_worths(one.signals, policy).tolist()
    told = choose_sentences(worths, one.lengths.tolist(), one.lessons.tolist(), policy)
    right = int(one.belongs[told].sum())
    return right / (len(told) or 1), right / one.marked, len(told), bool(told) and bool(one.belongs[told[0]])


def _fit_in_folds(marked: Sequence[Marked], policy: TellingPolicy) -> Iterator[TellingPolicy]:
    """For each question, in order, the policy that was fitted without its fold."""
    folds = [
        fit([one for i, one in enumerate(marked) if i % FOLDS != fold and len(one.belongs)], policy)
        for fold in range(FOLDS)
    ]
    return (folds[i % FOLDS] for i in range(len(marked)))


if __name__ == "__main__":
    main()
