"""Measures both sides on one workload: ingest in fresh processes by turns, queries of two open processes by turns."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from eval.rankings import document_ranking, judge
from tools.comparison.messages import SIDES, Reply, Request, SideName, Workload
from tools.comparison.process import Deadline, SideProcess

__all__ = ["Bench", "Figures", "Plan", "mean_ndcg"]

_BLOCK = 10
"""Queries that one side is asked before the other is."""
_WARM_UP = 3
_RANKED = 50
"""Passages that documents are ranked by: with at most three of one document, ours then names ten."""
_MEASURE = "nDCG@10"


@dataclass(slots=True)
class Figures:
    """What one side took for one workload. Memory is the peak of a process (resident, MiB), its children apart."""

    passages: int = 0
    characters: int = 0
    """Of the documents, not of the passages, which may share some."""
    share_read: float = 1.0
    seconds: list[float] = field(default_factory=list)
    """Of ingesting, one for each round."""
    ingest_mb: float = 0.0
    ingest_children_mb: float = 0.0
    disk_mb: float = 0.0
    search_ms: list[float] = field(default_factory=list)
    search_mb: float = 0.0
    answer_ms: list[float] = field(default_factory=list)
    answer_mb: float = 0.0
    ndcg: float | None = None

    @property
    def ingest_seconds(self) -> float:
        """The median of the rounds."""
        return float(np.median(self.seconds))

    @property
    def read(self) -> float:
        """Characters of the documents that the network read."""
        return self.characters * self.share_read

    def a_second(self, count: float) -> float:
        """So many of ``count`` for each second of ingest."""
        return count / self.ingest_seconds

    def search(self, percent: float) -> float:
        """Milliseconds that so many per cent of the queries do not exceed."""
        return float(np.percentile(self.search_ms, percent))

    def answer(self, percent: float) -> float:
        """The same of whole answers."""
        return float(np.percentile(self.answer_ms, percent))


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured on a workload."""

    workload: Workload
    characters: int
    queries: Sequence[str]
    """To be timed."""
    rounds: int = 1
    answers: bool = False
    """Whether ours answers the queries too."""
    judged: Mapping[str, str] = field(default_factory=dict)
    """Queries by key that rankings are judged by."""
    grades: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


class Bench:
    """Measures in the temporary folder ``root``, until ``deadline``. Converted networks lie in ``root``/models."""

    def __init__(self, root: Path, deadline: Deadline) -> None:
        self.root, self.deadline = root, deadline
        self.models = root / "models"

    def convert(self, example: Workload, question: str) -> None:
        """Let ours ingest and answer once, so that it converts the networks that are not in ``models`` yet.

        Raises as ``measure`` does.
        """
        self._ingest("ours", Plan(example, 0, ()), Figures())
        with self._start("ours") as process:
            process.ask(Request(task="open", store=self.root / "ours"))
            process.ask(Request(task="answer", store=self.root / "ours", queries=(question,)))

    def measure(self, plan: Plan) -> dict[SideName, Figures]:
        """The figures of both sides; their stores are removed.

        Raises ``OutOfTimeError`` and ``CannotRunError``.
        """
        figures = {side: Figures(characters=plan.characters) for side in SIDES}
        try:
            for number in range(plan.rounds):
                for side in SIDES if number % 2 == 0 else reversed(SIDES):
                    self._ingest(side, plan, figures[side])
            self._ask(plan, figures)
        finally:
            for side in SIDES:
                shutil.rmtree(self.root / side, ignore_errors=True)
        return figures

    def _ingest(self, side: SideName, plan: Plan, figures: Figures) -> None:
        store = self.root / side
        shutil.rmtree(store, ignore_errors=True)
        store.mkdir()
        if side == "ours":
            (store / "models").symlink_to(self.models, target_is_directory=True)
        with self._start(side) as process:
            reply = process.ask(Request(task="ingest", store=store, workload=plan.workload))
        figures.passages, figures.share_read = reply.passages, reply.share_read
        figures.seconds.append(reply.seconds)
        figures.ingest_mb = max(figures.ingest_mb, reply.own_mb)
        figures.ingest_children_mb = max(figures.ingest_children_mb, reply.children_mb)
        figures.disk_mb = sum(p.stat().st_size for p in store.rglob("*") if p.is_file() and not p.is_symlink()) / 2**20

    def _ask(self, plan: Plan, figures: Mapping[SideName, Figures]) -> None:
        queries = tuple(plan.queries)
        with self._start("ours") as ours, self._start("plain") as plain:
            processes: dict[SideName, SideProcess] = {"ours": ours, "plain": plain}

            def ask(side: SideName, some: Sequence[str], limit: int = 10) -> Reply:
                request = Request(task="search", store=self.root / side, queries=tuple(some), limit=limit)
                return processes[side].ask(request)

            for side in SIDES:
                processes[side].ask(Request(task="open", store=self.root / side))
                ask(side, queries[:_WARM_UP])
            for start in range(0, len(queries), _BLOCK):
                for side in SIDES if start // _BLOCK % 2 == 0 else reversed(SIDES):
                    reply = ask(side, queries[start : start + _BLOCK])
                    figures[side].search_ms += reply.milliseconds
                    figures[side].search_mb = reply.own_mb
            if plan.grades:
                keys = list(plan.grades)
                for side in SIDES:
                    found = ask(side, [plan.judged[key] for key in keys], _RANKED).found
                    figures[side].ndcg = mean_ndcg(plan.grades, dict(zip(keys, found, strict=True)))
            if plan.answers:
                self._answer(ours, queries, figures["ours"])

    def _answer(self, ours: SideProcess, queries: tuple[str, ...], figures: Figures) -> None:
        store = self.root / "ours"
        ours.ask(Request(task="answer", store=store, queries=queries[:_WARM_UP]))
        reply = ours.ask(Request(task="answer", store=store, queries=queries))
        figures.answer_ms, figures.answer_mb = list(reply.milliseconds), reply.own_mb

    def _start(self, side: SideName) -> SideProcess:
        return SideProcess(side, self.root / f"{side}.log", self.deadline)


def mean_ndcg(grades: Mapping[str, Mapping[str, int]], found: Mapping[str, Sequence[str]]) -> float:
    """Mean nDCG@10 over the queries, as the evaluation computes it."""
    rankings = {key: document_ranking(grades[key], documents) for key, documents in found.items()}
    return sum(values[_MEASURE] for values in judge(rankings, [_MEASURE]).values()) / len(rankings)
