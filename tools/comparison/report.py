"""What was measured, as lines for a terminal, as JSON and as a plot."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from eval.product import versions
from tools.comparison.measuring import Figures
from tools.comparison.messages import SIDES, SideName
from tools.comparison.process import processors

__all__ = ["NOTES", "LeftOut", "Measured", "Outcome", "as_json", "draw_growth", "lines_left_out", "table"]

NOTES = """\
Passages are not cut alike. The plain pipeline's are longer than the network reads (256 word pieces), so that a part of the text
has no part in any vector. "Characters read a second" is therefore the fair figure of ingest; "passages a second" favours who cuts
shorter ones, "characters a second" who reads less.
Both rank documents by their best passage. A query gives ten passages; nDCG@10 is of 50, so that ten documents are among them.
Memory is the most that a fresh process held (resident), children apart: ours writes and checks its store in one.
"""

_COLOURS: Mapping[SideName, str] = {"ours": "#0b6e4f", "plain": "#b35900"}
_MARKS: Mapping[SideName, str] = {"ours": "o", "plain": "s"}


@dataclass(frozen=True, slots=True)
class Measured:
    """Both sides on one workload."""

    title: str
    documents: int
    figures: Mapping[SideName, Figures]
    times: int | None = None
    """How many times the documents of the corpus; None for a public set."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A size that was not measured."""

    times: int
    documents: int
    reason: str
    seconds: Mapping[SideName, float]
    """Of ingesting, reckoned from the size before by the number of documents."""


@dataclass(slots=True)
class Outcome:
    """All that one run gave."""

    measured: list[Measured] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


def table(measured: Measured) -> Iterator[str]:
    """The figures of both sides under each other, and ours divided by the plain one's."""
    ours, plain = (measured.figures[side] for side in SIDES)
    yield f"{measured.title}: {measured.documents:,} documents, {ours.characters:,} characters"
    yield f"{'':<46}{'ours':>12}{'plain':>12}{'ours/plain':>12}"
    rows: list[tuple[str, float, float, str]] = [
        ("ingest, s", ours.ingest_seconds, plain.ingest_seconds, ".1f"),
        ("passages", ours.passages, plain.passages, ",.0f"),
        ("ingest, passages a second", ours.a_second(ours.passages), plain.a_second(plain.passages), ",.1f"),
        ("ingest, characters a second", ours.a_second(ours.characters), plain.a_second(plain.characters), ",.0f"),
        ("share of the text that the network reads", ours.share_read, plain.share_read, ".0%"),
        ("ingest, characters read a second", ours.a_second(ours.read), plain.a_second(plain.read), ",.0f"),
        ("query p50, ms", ours.search(50), plain.search(50), ".1f"),
        ("query p95, ms", ours.search(95), plain.search(95), ".1f"),
        ("memory of ingest, MiB", ours.ingest_mb, plain.ingest_mb, ",.0f"),
        ("memory of asking, MiB", ours.search_mb, plain.search_mb, ",.0f"),
        ("on the disk, MiB", ours.disk_mb, plain.disk_mb, ",.0f"),
    ]
    if ours.ndcg is not None and plain.ndcg is not None:
        rows.append(("nDCG@10 of documents", ours.ndcg, plain.ndcg, ".4f"))
    for name, left, right, form in rows:
        ratio = f"{left / right:.2f}" if right else "-"
        yield f"{name:<46}{format(left, form):>12}{format(right, form):>12}{ratio:>12}"
    yield f"{'memory of the largest child in ingest, MiB':<46}{ours.ingest_children_mb:>12,.0f}{plain.ingest_children_mb:>12,.0f}"
    if ours.answer_ms:
        yield f"{'whole answer p50, ms':<46}{ours.answer(50):>12.1f}{'-':>12}"
        yield f"{'whole answer p95, ms':<46}{ours.answer(95):>12.1f}{'-':>12}"
        yield f"{'memory of answering, MiB':<46}{ours.answer_mb:>12,.0f}{'-':>12}"


def as_json(outcome: Outcome) -> str:
    """All figures, with each time that was taken, and what they depend on."""
    values = {
        "processors": processors(),
        "versions": versions(),
        "measured": [asdict(one) for one in outcome.measured],
        "left_out": [asdict(one) for one in outcome.left_out],
    }
    return json.dumps(values, indent=2) + "\n"


def draw_growth(outcome: Outcome, path: Path) -> None:
    """Write a PNG of ingest time, query p95 and memory over the number of documents, for both sides."""
    from matplotlib.figure import Figure

    sizes = [one for one in outcome.measured if one.times]
    figure = Figure(figsize=(11, 3.8), layout="constrained")
    panels = figure.subplots(1, 3)
    titles = ("ingest, s", "query p95, ms", "peak memory, MiB (dashed: asking)")
    ticks = [(one.documents, one.times) for one in sizes] + [(one.documents, one.times) for one in outcome.left_out]
    for panel, title in zip(panels, titles, strict=True):
        panel.set(title=title, xlabel="documents", xscale="log")
        panel.set_xticks([count for count, _ in ticks], [f"{count:,}\n({times}x)" for count, times in ticks])
        panel.minorticks_off()
        panel.margins(x=0.1)
        panel.spines[["top", "right"]].set_visible(False)
        panel.grid(color="#dddddd", linewidth=0.6)
    for side in SIDES:
        style = {"color": _COLOURS[side], "marker": _MARKS[side]}
        documents = [one.documents for one in sizes]
        figures = [one.figures[side] for one in sizes]
        panels[0].plot(documents, [one.ingest_seconds for one in figures], label=side, **style)
        panels[1].plot(documents, [one.search(95) for one in figures], label=side, **style)
        panels[2].plot(documents, [one.ingest_mb for one in figures], label=side, **style)
        panels[2].plot(documents, [one.search_mb for one in figures], linestyle="--", **style)
        reckoned = [(one.documents, one.seconds[side]) for one in outcome.left_out]
        if reckoned:
            label = "reckoned, not measured" if side == SIDES[-1] else None
            panels[0].plot(*zip(*reckoned, strict=True), linestyle="", fillstyle="none", label=label, **style)
    panels[0].set(yscale="log")
    panels[0].yaxis.set_major_formatter("{x:g}")
    for panel in panels[1:]:
        panel.set_ylim(0, None)
    panels[0].legend(frameon=False)
    figure.savefig(path, dpi=120, metadata={"Software": None})


def lines_left_out(left_out: Sequence[LeftOut]) -> Iterator[str]:
    """A sentence on each size that was not measured."""
    for one in left_out:
        reckoned = ", ".join(f"{side} {seconds / 60:.0f} min" for side, seconds in one.seconds.items())
        yield f"{one.times}x ({one.documents:,} documents) was left out: {one.reason} Ingest would take about: {reckoned}."
