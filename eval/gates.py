"""Whether a change may land: invariants, floors, and questions that must not be lost."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.changes import Comparison, compare_results
from eval.errors import CannotRunError
from eval.questions import Split
from eval.results import Record, Results

__all__ = ["Gates", "Verdict", "judge_results", "read_gates"]

MUST_PASS = "must_pass"  # noqa: S105 (a tag, no secret)
"""Tag of a question whose loss fails the gate, whatever the averages say."""

_ROUNDING = 1e-9


class Strict(BaseModel):
    """A frozen value that refuses unknown fields: a misspelt gate would guard nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SoftGate(Strict):
    """How far a metric may move."""

    tolerance: float = Field(ge=0)
    """It may be worse than the baseline by this much."""
    limit: float
    """It may not be worse than this, whatever the baseline."""
    better: Literal["higher", "lower"] = "higher"


class Gates(Strict):
    """The content of ``gates.toml``."""

    judge_on: Split
    invariants: tuple[str, ...]
    metrics: dict[str, SoftGate]
    timings: dict[str, float] = {}
    """Highest value of each timing."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of the gate."""

    failures: tuple[str, ...]
    """A sentence for each reason, beginning with the name of the invariant, metric or question."""
    comparison: Comparison | None
    """With the baseline, where there is one."""

    @property
    def passed(self) -> bool:
        """Whether the change may land."""
        return not self.failures


def read_gates(path: Path) -> Gates:
    """Read a gate file. Raises ``CannotRunError`` if it is not readable."""
    try:
        return Gates.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise CannotRunError(f"{path}: not readable as gates: {error}") from error


def judge_results(results: Results, gates: Gates, baseline: Results | None) -> Verdict:
    """Apply the gates. Without a baseline only invariants, limits and must-pass questions are judged."""
    comparison = compare_results(baseline, results, gates.judge_on) if baseline else None
    failures = [
        *_policy(results, baseline),
        *_invariants(results, gates),
        *_metrics(results, gates, comparison),
        *_timings(results, gates),
        *_must_pass(results),
    ]
    if comparison and comparison.missing:
        failures.append(
            f"questions: {len(comparison.missing)} of the baseline were not asked in the same form"
            f" ({', '.join(comparison.missing[:5])}); if that is meant, write a new baseline"
        )
    return Verdict(tuple(failures), comparison)


def _policy(results: Results, baseline: Results | None) -> list[str]:
    """Whether the figures are of the weights and limits that the baseline was measured with."""
    if baseline is None:
        return []
    names = sorted(results.policy.keys() | baseline.policy.keys())
    return [
        f"policy: {name} is {results.policy.get(name)}, and was {baseline.policy.get(name)} in the baseline;"
        " if that is meant, write a new baseline"
        for name in names
        if results.policy.get(name) != baseline.policy.get(name)
    ]


def _invariants(results: Results, gates: Gates) -> list[str]:
    found = {invariant.name: invariant for invariant in results.invariants}
    failures: list[str] = []
    for name in gates.invariants:
        invariant = found.get(name)
        if invariant is None or not invariant.checked:
            failures.append(f"{name}: was not checked")
        elif not invariant.holds:
            first = f", such as {invariant.failures[0]}" if invariant.failures else ""
            failures.append(f"{name}: {invariant.failed} of {invariant.checked} failed{first}")
    return failures


def _metrics(results: Results, gates: Gates, comparison: Comparison | None) -> list[str]:
    failures: list[str] = []
    for name, gate in gates.metrics.items():
        sign = 1 if gate.better == "higher" else -1
        figure = results.figures.get(name)
        if figure is None:
            failures.append(f"{name}: could not be measured")
            continue
        if sign * figure.value < sign * gate.limit - _ROUNDING:
            failures.append(f"{name}: {figure.value:.3f} is {_worse(sign)} than the limit {gate.limit:.3f}")
        if comparison and name in comparison.values:
            before, after = comparison.values[name]
            if sign * after < sign * before - gate.tolerance - _ROUNDING:
                low, high = comparison.differences[name][1:]
                failures.append(
                    f"{name}: {after:.3f} is {_worse(sign)} than the baseline {before:.3f}"
                    f" by more than {gate.tolerance:.3f}"
                    f" (difference {after - before:+.3f}, 95 % {low:+.3f} to {high:+.3f})"
                )
    return failures


def _timings(results: Results, gates: Gates) -> list[str]:
    return [
        f"{name}: {value:.0f} is above the limit {limit:.0f}"
        for name, limit in gates.timings.items()
        if (value := results.timings.get(name, 0.0)) > limit
    ]


def _must_pass(results: Results) -> list[str]:
    return [
        f"must_pass: {record.id} is not answered: {record.question} ({_lack(record)})"
        for record in results.records
        if MUST_PASS in record.tags and not record.passed
    ]


def _lack(record: Record) -> str:
    if not record.answerable:
        return "it should be refused"
    if record.given.abstained:
        return "it was refused"
    return f"lacking: {', '.join(record.missing)}" if record.missing else "no answering sentence is quoted"


def _worse(sign: int) -> str:
    return "lower" if sign > 0 else "higher"
