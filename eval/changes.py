"""What changed between two evaluations, question by question and figure by figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from eval.questions import Split
from eval.results import Record, Results
from eval.statistics import Interval, compare
from eval.summary import judged

__all__ = ["Change", "Comparison", "compare_results"]

Direction = Literal["better", "worse", "other words"]


@dataclass(frozen=True, slots=True)
class Change:
    """One question whose answer is another one than before."""

    before: Record
    after: Record
    direction: Direction


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two evaluations of the same questions."""

    differences: dict[str, Interval]
    """After minus before by metric, over the questions that both hold."""
    values: dict[str, tuple[float, float]]
    """Before and after by metric, over the same questions."""
    changes: tuple[Change, ...]
    """Worse ones first."""
    missing: tuple[str, ...]
    """Questions of the earlier evaluation that were not asked, or were asked in another form."""
    added: tuple[str, ...]


def compare_results(before: Results, after: Results, split: Split | None) -> Comparison:
    """Compare what both evaluations asked in the same form."""
    old = {record.id: record for record in before.records}
    new = {record.id: record for record in after.records}
    common = {key for key in old.keys() & new.keys() if old[key].fingerprint == new[key].fingerprint}
    kept = {record.id for record in judged(after, split)} & common
    differences: dict[str, Interval] = {}
    values: dict[str, tuple[float, float]] = {}
    for metric in sorted({name for key in kept for name in new[key].observations}):
        first = {key: old[key].observations[metric] for key in kept if metric in old[key].observations}
        second = {key: new[key].observations[metric] for key in kept if metric in new[key].observations}
        if difference := compare(first, second):
            differences[metric] = difference
            shared = sorted(first.keys() & second.keys())
            values[metric] = (_ratio([first[key] for key in shared]), _ratio([second[key] for key in shared]))
    changed = [_change(old[key], new[key]) for key in sorted(common) if old[key].given != new[key].given]
    order = {"worse": 0, "better": 1, "other words": 2}
    return Comparison(
        differences=differences,
        values=values,
        changes=tuple(sorted(changed, key=lambda change: (order[change.direction], change.after.id))),
        missing=tuple(sorted(old.keys() - common)),
        added=tuple(sorted(new.keys() - common)),
    )


def _change(before: Record, after: Record) -> Change:
    worth = [_worth(before), _worth(after)]
    direction: Direction = "other words" if worth[0] == worth[1] else "better" if worth[1] > worth[0] else "worse"
    return Change(before, after, direction)


def _worth(record: Record) -> tuple[float, ...]:
    """What an answer is worth, the weightiest first."""
    if not record.answerable:
        return (float(record.given.abstained),)
    head = "followups" if record.follow_up else "requests" if record.is_request else "answers"
    names = ("vital_nuggets", "gold_cited", "first_citation_right", "right_documents")
    worth = tuple(record.observations.get(f"{head}.{name}", (0.0, 1.0))[0] for name in names)
    return (float(record.passed), *worth) if record.is_request else worth


def _ratio(pairs: Sequence[tuple[float, float]]) -> float:
    return sum(gain for gain, _ in pairs) / sum(weight for _, weight in pairs)
