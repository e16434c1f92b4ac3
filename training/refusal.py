"""What tells a question that the documents answer from one that they do not: ``python -m training.refusal collect|fit``.

``collect`` asks the product the questions of the validation sets and keeps, for each, what refusing can rest on. ``fit`` compares
single signals and logistic functions of several, cross-validated by document. Nothing in it depends on how many documents
there are.
"""

from __future__ import annotations

import argparse
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kin_assistant.answer.evidence import Candidate, Evidence
from kin_assistant.answer.refusal import estimate_confidence
from kin_assistant.assistant import Assistant
from kin_assistant.index.snapshot import OpenIndex
from kin_assistant.settings import Settings
from kin_assistant.text.figures import has_figure
from kin_assistant.text.words import fold, stems
from training.examples import read_readings, share_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FEATURES", "features_of", "main"]

INDEXES = {"rawdev": "index-rawdev", "raw": "index-raw", "digests": "index-train"}
FEATURES = {
    "total": "log odds that any sentence read answers, summed over all, cut at -8 and 8",
    "best": "log odds of the best sentence, cut at -8 and 8",
    "runner_up": "log odds of the best sentence of the second-best passage, cut at -8 and 8",
    "cosine": "best cosine of a passage",
    "sentence_cosine": "best cosine of one of the five best sentences",
    "coverage": "share of the question's stems, by rarity, in the five best sentences and their contexts",
    "own_coverage": "the same in the passage with the best sentence and its context",
    "names_anywhere": "share of the question's names and figures that any document holds; 1 if it has none",
    "names_held": "share of the question's names and figures that the document of the best sentence holds; 1 if it has none",
    "figure_missing": "1 if a figure is asked for and the best sentence has none",
    "off_rank": "1 if the best sentence by odds is not in the document that search ranks first",
}
_MAX_LOGIT = 8.0
_BEST = 5
_FOLDS = 5


def main() -> None:
    """Collect or fit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=("collect", "fit"))
    parser.add_argument("--data", type=Path, required=True, help="folder that training.build wrote")
    parser.add_argument("--most", type=int, default=320, help="questions of a set")
    parser.add_argument("--reader", default="bundled", help="weights of the evidence reader")
    parser.add_argument("--features", type=Path, required=True, help="JSON Lines between the two steps")
    options = parser.parse_args()
    if options.step == "fit":
        _fit([json.loads(line) for line in options.features.read_text("utf-8").splitlines()])
        return
    done = set()
    if options.features.exists():
        done = {json.loads(line)["question"] for line in options.features.read_text("utf-8").splitlines()}
    with options.features.open("a", encoding="utf-8") as file:
        for name, index in INDEXES.items():
            readings = read_readings(options.data / f"validation-{name}.jsonl.gz")
            readings = sorted(readings, key=lambda reading: share_of(reading.question))[: options.most]
            with Assistant.open(options.data / index, settings=Settings(reader=options.reader)) as assistant:
                for reading in readings:
                    if reading.question in done:
                        continue
                    row: dict[str, Any] = {"set": name, "question": reading.question, "document": reading.document}
                    row |= {"answerable": reading.answerable, **_ask(assistant, reading.question)}
                    file.write(f"{json.dumps(row)}\n")
                    file.flush()


def features_of(evidence: Evidence, index: OpenIndex) -> dict[str, float]:
    """The signals named in ``FEATURES`` for what was read for a question."""
    query, candidates = evidence.query, evidence.candidates
    read = [candidate for candidate in candidates if candidate.logit is not None]
    if not read:
        return dict.fromkeys(FEATURES, 0.0) | {"total": -_MAX_LOGIT, "best": -_MAX_LOGIT, "runner_up": -_MAX_LOGIT}
    of_passage: dict[int, Candidate] = {}
    for candidate in sorted(read, key=_logit_of, reverse=True):
        of_passage.setdefault(candidate.passage, candidate)
    best, *others = of_passage.values()
    held = frozenset[str]().union(*(candidate.stems for candidate in candidates[:_BEST]))
    document = fold(index.library.document(best.document).text)
    own = frozenset[str]().union(*(c.stems for c in candidates if c.passage == best.passage))
    return {
        "total": _cut(math.log(math.fsum(math.exp(min(_logit_of(candidate), 20.0)) for candidate in read))),
        "best": _cut(_logit_of(best)),
        "runner_up": _cut(_logit_of(others[0])) if others else -_MAX_LOGIT,
        "cosine": evidence.ranking.best_cosine,
        "sentence_cosine": max(candidate.cosine for candidate in candidates[:_BEST]),
        "coverage": _share(query.idf, held),
        "own_coverage": _share(query.idf, own),
        "names_anywhere": _share_of_names(
            query.standalone, lambda name: all(stem in index.lexical for stem in stems(name))
        ),
        "names_held": _share_of_names(query.standalone, lambda name: fold(name).removesuffix("'s") in document),
        "figure_missing": float(query.wants_figure and not has_figure(best.text)),
        "off_rank": float(best.document != index.library.document_row(evidence.ranking.passages[0])),
    }


def _ask(assistant: Assistant, question: str) -> dict[str, Any]:
    evidence = assistant.read(question)
    return {"support": estimate_confidence(evidence), "features": features_of(evidence, assistant._index)}


def _logit_of(candidate: Candidate) -> float:
    return -math.inf if candidate.logit is None else candidate.logit


def _cut(logit: float) -> float:
    return max(-_MAX_LOGIT, min(_MAX_LOGIT, logit))


def _share(weights: Mapping[str, float], held: frozenset[str]) -> float:
    return sum(weight for stem, weight in weights.items() if stem in held) / (sum(weights.values()) or 1.0)


def _share_of_names(question: str, is_held: Callable[[str], bool]) -> float:
    """Share of the capitalised words behind the first, and of the figures, of ``question`` that are held; 1 if it has none."""
    names = set(re.findall(r"(?<!^)(?<![.?!:] )\b[A-ZÀ-Þ][\w'’-]+|\b\d[\d.,]*\d\b", question))
    return sum(map(is_held, names)) / len(names) if names else 1.0


def _fit(rows: Sequence[Mapping[str, Any]]) -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    sets = np.array([row["set"] for row in rows])
    answers = np.array([row["answerable"] for row in rows])
    groups = np.array([row["document"] or row["question"] for row in rows])
    values = {name: np.array([row["features"][name] for row in rows]) for name in FEATURES}
    values["support (shipped)"] = np.array([row["support"] for row in rows])
    names = sorted(set(sets))
    print("questions:", {name: (int((sets == name).sum()), int(answers[sets == name].sum())) for name in names})
    # Each set, and in it each answer, weighs the same, so that the largest does not decide.
    weights = np.array([1 / ((sets == s) & (answers == a)).sum() for s, a in zip(sets, answers, strict=True)])

    def report(title: str, scores: NDArray[np.floating]) -> None:
        cells = []
        for name in names:
            here = sets == name
            auc = roc_auc_score(answers[here], scores[here])
            cells.append(f"{name} auc {auc:.3f} f1 {_best_f1(answers[here], scores[here]):.3f}")
        print(
            f"{title:60}", " | ".join(cells), f"| all auc {roc_auc_score(answers, scores, sample_weight=weights):.3f}"
        )

    for name, column in values.items():
        report(name, column if name not in ("figure_missing", "off_rank") else -column)
    tried: tuple[tuple[str, ...], ...] = (
        ("total", "cosine", "coverage"),
        ("total", "best", "runner_up"),
        ("total", "names_anywhere"),
        ("total", "names_anywhere", "cosine"),
        ("total", "names_anywhere", "sentence_cosine", "off_rank"),
        ("total", "names_held", "cosine"),
        tuple(FEATURES),
    )
    for chosen in tried:
        columns = np.column_stack([values[name] for name in chosen])
        model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0))
        scores = cross_val_predict(
            model, columns, answers, groups=groups, cv=GroupKFold(_FOLDS), method="predict_proba",
            params={"logisticregression__sample_weight": weights * len(rows)},
        )[:, 1]  # fmt: skip
        report(f"fit on {', '.join(chosen)}", scores)
        for held in names:
            inside = sets != held
            model.fit(columns[inside], answers[inside], logisticregression__sample_weight=(weights * len(rows))[inside])
            auc = roc_auc_score(answers[~inside], model.predict_proba(columns[~inside])[:, 1])
            print(f"{'':8}fitted without {held}: auc there {auc:.3f}")
        model.fit(columns, answers, logisticregression__sample_weight=weights * len(rows))
        scaler, logistic = model[0], model[1]
        slopes = logistic.coef_[0] / scaler.scale_
        offset = logistic.intercept_[0] - float((slopes * scaler.mean_).sum())
        print(
            f"{'':8}weights",
            {n: round(float(w), 3) for n, w in zip(chosen, slopes, strict=True)},
            f"offset {offset:.3f}",
        )
        _print_risk(scores, answers, sets, names)


def _print_risk(
    scores: NDArray[np.floating], answers: NDArray[np.bool_], sets: NDArray[Any], names: Sequence[str]
) -> None:
    """What limits would give: share of answerable questions refused, and of others noticed; and how true the numbers are."""
    for limit in (0.2, 0.3, 0.4, 0.5):
        cells = []
        for name in names:
            here, refused = sets == name, scores < limit
            false = refused[here & answers].mean()
            noticed = refused[here & ~answers].mean()
            right = (refused & ~answers & here).sum()
            f1 = 2 * right / max(1, refused[here].sum() + (~answers & here).sum())
            cells.append(f"{name} false {false:.2f} noticed {noticed:.2f} f1 {f1:.2f}")
        print(f"{'':8}limit {limit}", " | ".join(cells))
    edges = np.quantile(scores, np.linspace(0, 1, 6))
    bins = np.clip(np.searchsorted(edges, scores, side="right") - 1, 0, 4)
    pairs = [f"{scores[bins == b].mean():.2f}->{answers[bins == b].mean():.2f}" for b in range(5) if (bins == b).any()]
    print(f"{'':8}reliability (predicted->found, unweighted)", " ".join(pairs))


def _best_f1(answers: NDArray[np.bool_], scores: NDArray[np.floating]) -> float:
    """The best F1 of refusing over all limits."""
    best = 0.0
    for limit in np.unique(scores):
        refused = scores <= limit
        best = max(best, 2 * float((refused & ~answers).sum()) / float(refused.sum() + (~answers).sum()))
    return best


if __name__ == "__main__":
    main()
