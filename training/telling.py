"""Fits what a document tells: ``python -m training.telling --index INDEX``.

Each question of ``explanations.jsonl`` that asks what something is (portrait), and each city's situation of
``situations.jsonl`` (experience), marks the sentences of digests that belong to a good answer. The weights of the signals of
``answer/telling.py`` are fitted by logistic regression. Printed are the weights, and for them and for those that ship, over
five folds, how many of the sentences that would be told are marked (precision) and how many of the marked ones would be told
(recall); and how often a right document is the first, or among the first three, that the question finds. For situations it is
also printed which documents would be shown.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Collection, Iterator, Sequence
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

FOLDER = Path(__file__).parent
SETS = {"portrait": ("explanations.jsonl", "overview"), "experience": ("situations.jsonl", "situation")}
"""Of each sort the file, and what its questions ask."""
FOLDS = 5
_REGULARIZATION = 0.3
"""``C`` of the regression; the signals have a standard deviation of 1 in it."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A document that belongs to the answer to a question, with its sentences."""

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


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question, and the sentences of each document that belong to its answer."""

    question: str
    evidence: dict[str, list[str]]


def main() -> None:
    """Fit and report both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, default=Path("index"))
    options = parser.parse_args()
    shipped = AnswerPolicy()
    with Assistant.open(options.index) as assistant:
        for name, policy in (("portrait", shipped.portrait), ("experience", shipped.experience)):
            asked = _read_asked(name, {info.id for info in assistant.sentence_search.library.infos})
            marked = [one for each in asked for one in measure(assistant, each, policy)]
            print(name, report(marked))
            if name == "experience":
                print("peers shown:", _judge_peers(assistant, asked))
            print(f"{name}, shipped weights:", judge(marked, [policy] * len(marked)))
            print(f"{name}, fitted in folds:", judge(marked, list(_fit_in_folds(marked, policy))))
            fitted = fit(marked, policy)
            print("  ", {signal: round(getattr(fitted, signal), 2) for signal in ("offset", *SIGNALS)})


def measure(assistant: Assistant, asked: _Asked, policy: TellingPolicy) -> Iterator[Marked]:
    """Each document whose sentences belong to the answer."""
    teller, evidence = assistant.open_teller(asked.question), assistant.read(asked.question)
    tells_experience = policy == assistant.policy.experience
    held = assistant.sentence_search.words_held(evidence.query) if tells_experience else None
    ranked = rank_documents(evidence, assistant.policy, held)
    for document_id, quotes in asked.evidence.items():
        document = assistant.sentence_search.library.row_of(document_id)
        _, signals, _ = teller.signals_of(document, policy)
        told = teller.measure(document, policy)
        texts = [one.found.text.strip() for one in told]
        yield Marked(
            signals,
            np.array([any(text in quote or quote in text for quote in quotes) for text in texts], bool),
            np.array([len(text.split()) for text in texts], np.int64),
            np.array([one.is_lesson for one in told], bool),
            len(quotes),
            ranked.index(document) if document in ranked else None,
        )


def _read_asked(name: str, ids: Collection[str]) -> list[_Asked]:
    """The questions of a sort, with what belongs to their answers in the documents ``ids``."""
    file, asks = SETS[name]
    found: list[_Asked] = []
    for line in (FOLDER / file).read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["asks"] != asks:
            continue
        evidence: dict[str, list[str]] = {}
        for one in row["evidence"]:
            document_id, quote = (one["document_id"], one["quote"]) if "unfit" in row else (row["document_id"], one)
            if document_id in ids:
                evidence.setdefault(document_id, []).append(quote.strip())
        if evidence:
            found.append(_Asked(row["question"], evidence))
    return found


def _judge_peers(assistant: Assistant, asked: Sequence[_Asked]) -> str:
    """Of the documents that advice shows how many are marked (precision), and of those marked how many it shows (recall)."""
    figures = []
    for one in asked:
        if "advice" in (answer := assistant.ask(one.question)).kinds:
            shown = {citation.document_id for citation in answer.citations}
            right = len(shown.intersection(one.evidence))
            figures.append((right / (len(shown) or 1), right / min(assistant.policy.advice.peers, len(one.evidence))))
    precision, recall = np.mean(figures, axis=0)
    return f"precision {precision:.3f}, recall {recall:.3f} over {len(figures)} requests taken for advice"


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
    """How many documents are marked, and how often one is found first."""
    places = [one.place for one in marked]
    first = np.mean([place == 0 for place in places])
    three = np.mean([place is not None and place < 3 for place in places])
    return f"{len(marked)} documents of questions; found first {first:.2f}, among three {three:.2f}"


def _judge(one: Marked, policy: TellingPolicy) -> tuple[float, float, int, bool]:
    worths = estimate_worths(one.signals, policy).tolist()
    told = choose_sentences(worths, one.lengths.tolist(), one.lessons.tolist(), policy)
    right = int(one.belongs[told].sum())
    return right / (len(told) or 1), right / one.marked, len(told), bool(told) and bool(one.belongs[told[0]])


def _fit_in_folds(marked: Sequence[Marked], policy: TellingPolicy) -> Iterator[TellingPolicy]:
    """For each document of a question, in order, the policy that was fitted without its fold."""
    folds = [
        fit([one for i, one in enumerate(marked) if i % FOLDS != fold and len(one.belongs)], policy)
        for fold in range(FOLDS)
    ]
    return (folds[i % FOLDS] for i in range(len(marked)))


if __name__ == "__main__":
    main()
