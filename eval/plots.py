"""Plots as SVG text inside a page: no script, no font files, no outside requests, equal for equal figures."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from eval.rankings import CUTOFFS
from eval.results import Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_latency", "plot_recall", "plot_risk"]

_ACCENT, _SECOND, _GREY = "#0b6e4f", "#b35900", "#5a5a5a"
_COLOURS = {"shipped": _ACCENT, "convex": "#2a6fb0", "rrf": "#8a4fa3", "lexical": _SECOND, "dense": _GREY}
_STYLES = {"shipped": "-", "convex": "--", "rrf": "-.", "lexical": ":", "dense": (0, (5, 1, 1, 1))}
_SIZE = (6.4, 3.6)


def plot_risk(results: Results) -> str:
    """What would be wrong if more or fewer questions were answered, with the point that is shipped."""
    title = "Risk against coverage"

    def draw(axes: Axes) -> None:
        points = results.risk
        axes.plot(
            [p.coverage for p in points], [p.unanswerable for p in points], color=_ACCENT, label="not in the documents"
        )
        lacking = [(p.coverage, p.lacking) for p in points if p.lacking is not None]
        if lacking:
            axes.plot(*zip(*lacking, strict=True), color=_SECOND, linestyle="--", label="facts lacking")
        shipped = _shipped(results)
        if shipped:
            axes.plot(*shipped, "o", color="#000000", label="as shipped")
        axes.set(
            xlabel="share of questions answered, surest first",
            ylabel="share of what is answered",
            xlim=(0, 1.02),
            ylim=(0, None),
        )
        axes.legend(frameon=False)

    return _svg(draw, title)


def plot_recall(results: Results) -> str:
    """Share of the gold sentences among the first k passages, for every way to search."""

    def draw(axes: Axes) -> None:
        for method, figures in results.ablation.items():
            values = [figures[name].value for k in CUTOFFS if (name := f"span.recall@{k}") in figures]
            if len(values) == len(CUTOFFS):
                axes.plot(
                    range(len(CUTOFFS)), values, marker="o", markersize=4, label=method,
                    color=_COLOURS.get(method, _GREY), linestyle=_STYLES.get(method, "-"),
                )  # fmt: skip
        axes.set_xticks(range(len(CUTOFFS)), [str(k) for k in CUTOFFS])
        axes.set(xlabel="passages looked at", ylabel="share of answering sentences found", ylim=(0, 1.02))
        axes.legend(frameon=False)

    return _svg(draw, "Recall by depth and way to search")


def plot_latency(results: Results) -> str:
    """How long answers take."""

    def draw(axes: Axes) -> None:
        axes.hist(results.latencies_ms, bins=24, color=_ACCENT)
        for name, style in (("answer_p50_ms", "-"), ("answer_p95_ms", "--")):
            if name in results.timings:
                axes.axvline(results.timings[name], color="#000000", linestyle=style, linewidth=1, label=name[7:10])
        axes.set(xlabel="milliseconds to the answer", ylabel="questions")
        if results.timings:
            axes.legend(frameon=False)

    return _svg(draw, "Time to an answer")


def _shipped(results: Results) -> tuple[float, float] | None:
    """Share answered, and share of the answered that is unanswerable."""
    judged = {"tune", "test"} if not results.tuning else {"test"}
    records = [record for record in results.records if record.split in judged]
    answered = [record for record in records if not record.given.abstained]
    if not records or not answered:
        return None
    return len(answered) / len(records), sum(not record.answerable for record in answered) / len(answered)


def _svg(draw: Callable[[Axes], None], title: str) -> str:
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "kin", "font.family": "sans-serif", "font.size": 11}):
        figure = Figure(figsize=_SIZE, layout="constrained")
        axes = figure.add_subplot()
        draw(axes)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color="#dddddd", linewidth=0.6)
        axes.set_axisbelow(True)
        stream = io.StringIO()
        figure.savefig(
            stream, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")), transparent=True
        )
    drawing = stream.getvalue()
    drawing = drawing[drawing.index("<svg") :]
    # Ids must be unique in a page that holds several plots.
    prefix = re.sub(r"\W+", "-", title.lower())
    drawing = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{prefix}-", drawing)
    return drawing.replace("<svg ", f'<svg role="img" aria-label="{title}" ', 1)
