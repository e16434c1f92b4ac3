"""The evaluation as a page and as Markdown, for people who decide whether to trust the answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from eval.changes import Change, Comparison
from eval.gates import Gates, Verdict
from eval.plots import plot_latency, plot_recall, plot_risk
from eval.questions import Split
from eval.results import Figure, Headline, Record, Results, Slice, Table, replace_text
from eval.statistics import Interval
from eval.summary import judged

__all__ = ["is_better_lower", "render_html", "render_markdown", "shown", "write_report"]

_TEMPLATE = Path(__file__).parent / "report.html.j2"
_LOWER_IS_BETTER = ("false_refusals", "words", "stretches", "orphans", "cut_lists_unsaid")
_ABLATION_COLUMNS = (
    "span.recall@1", "span.recall@5", "span.recall@10", "span.recall@20", "span.ndcg@10", "span.mrr@10",
    "document.recall@1", "document.recall@5", "document.ndcg@10", "document.mrr@10",
)  # fmt: skip
_FOLLOW_UP_COLUMNS = (
    "vital_nuggets", "all_nuggets", "gold_cited", "gold_citation_recall", "right_documents", "first_citation_right",
    "span.recall@10", "refusal.f1", "refusal.false_refusals",
)  # fmt: skip
_MARKDOWN_CHANGES = 30
NOT_MEASURED = "Standalone questions on public conversations were not measured: no set was named with --conversations."


@dataclass(frozen=True, slots=True)
class Movement:
    """A figure beside that of the baseline."""

    before: float
    difference: Interval
    lower_is_better: bool

    @property
    def arrow(self) -> str:
        """Up, down or level; a difference whose interval holds 0 counts as noise and is drawn hollow."""
        if abs(self.difference.value) < 5e-4:
            return "="
        sure = self.difference.low > 0 or self.difference.high < 0
        return {(True, True): "▲", (True, False): "△", (False, True): "▼", (False, False): "▽"}[
            (self.difference.value > 0, sure)
        ]

    @property
    def verdict(self) -> str:
        """In a word, for those who do not see the arrow."""
        if abs(self.difference.value) < 5e-4:
            return "unchanged"
        better = (self.difference.value > 0) != self.lower_is_better
        sure = self.difference.low > 0 or self.difference.high < 0
        return ("better" if better else "worse") + ("" if sure else ", within chance")


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A figure of the full table."""

    name: str
    figure: Figure
    tuning: Figure | None
    movement: Movement | None
    gated: bool


@dataclass(frozen=True, slots=True)
class HeadlineLine:
    """A headline figure and how it moved."""

    headline: Headline
    movement: Movement | None


def write_report(folder: Path, results: Results, verdict: Verdict, gates: Gates | None) -> None:
    """Write ``latest.json``, ``latest.html`` and ``latest.md`` into ``folder``."""
    results.write(folder / "latest.json")
    replace_text(folder / "latest.html", render_html(results, verdict, gates))
    replace_text(folder / "latest.md", render_markdown(results, verdict))


def render_html(results: Results, verdict: Verdict, gates: Gates | None) -> str:
    """One self-contained page: no script, no outside requests."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {
        "figure": shown,
        "percent": lambda value: f"{100 * value:.0f} %",
        "signed": lambda value: f"{value:+.3f}",
        "day": _day,
    }
    environment.filters["columns"] = columns_of
    split = _split(results)
    return environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(
        results=results,
        verdict=verdict,
        comparison=verdict.comparison,
        headlines=_headlines(results, verdict.comparison),
        figures=_figure_lines(results, verdict.comparison, gates),
        judged=judged(results, split),
        failed=[record for record in results.records if not record.passed],
        plots=[plot_risk(results), plot_recall(results), plot_latency(results)],
        ablation_columns=_ABLATION_COLUMNS,
        follow_up_columns=_FOLLOW_UP_COLUMNS,
        not_measured=NOT_MEASURED,
        slices={by: _weakest(results, by) for by in ("kind", "tag", "city", "document")},
    )


def render_markdown(results: Results, verdict: Verdict) -> str:
    """The same in short, for a terminal or a review."""
    comparison, build, asked = verdict.comparison, results.build, len(judged(results, _split(results)))
    lines = [
        "# Evaluation",
        "",
        f"{results.date}, build `{build.id}`, {build.documents} documents. Judged on {asked} questions.",
        "",
        f"**{'Passed' if verdict.passed else 'Failed'}.** " + ("" if verdict.passed else "Reasons:"),
        *(f"- {_cell(failure)}" for failure in verdict.failures),
        "",
        *_table(
            ("figure", "value", "95 % interval", "baseline", "change", "meaning"),
            (
                (
                    line.headline.name,
                    shown(line.headline.value),
                    f"{shown(line.headline.low)} to {shown(line.headline.high)}",
                    shown(line.movement.before) if line.movement else "",
                    _moved(line.movement),
                    line.headline.meaning,
                )
                for line in _headlines(results, comparison)
            ),
        ),
        "",
        "Always true, or it is a defect:",
        "",
        *_table(
            ("invariant", "checked", "failed", "meaning"),
            ((item.name, str(item.checked), str(item.failed), item.meaning) for item in results.invariants),
        ),
        "",
        "Ways to search:",
        "",
        *_table(
            ("method", *_ABLATION_COLUMNS),
            (
                (method, *(shown(columns[name].value) if name in columns else "" for name in _ABLATION_COLUMNS))
                for method, columns in results.ablation.items()
            ),
        ),
        "",
        "Follow-up questions:",
        "",
        *_table(
            ("asked", *_FOLLOW_UP_COLUMNS),
            (
                (row, *(shown(columns[name].value) if name in columns else "" for name in _FOLLOW_UP_COLUMNS))
                for row, columns in results.followups.items()
            ),
        ),
        "",
        *_requests(results),
        *_conversations(results),
        "Times: " + ", ".join(f"{name} {value:.1f}" for name, value in sorted(results.timings.items())),
        "",
        *_changes(comparison),
    ]
    return "\n".join(lines).rstrip() + "\n"


def shown(value: float) -> str:
    """A figure as it is printed: three decimals for shares, one for small counts, none for large ones."""
    return f"{value:.{3 if abs(value) <= 1 else 1 if abs(value) < 10 else 0}f}"


def _day(date: str) -> str:
    """A stored date for readers: "21 November 2026, 20:16 UTC"."""
    return f"{datetime.fromisoformat(date):%d %B %Y, %H:%M} UTC".lstrip("0")


def _headlines(results: Results, comparison: Comparison | None) -> list[HeadlineLine]:
    return [HeadlineLine(headline, _movement(headline.metric, comparison)) for headline in results.headline]


def _figure_lines(results: Results, comparison: Comparison | None, gates: Gates | None) -> list[FigureLine]:
    return [
        FigureLine(
            name, figure, results.tuning.get(name), _movement(name, comparison), bool(gates and name in gates.metrics)
        )
        for name, figure in results.figures.items()
        if not name.startswith(("followups_standalone.", "followups_alone."))
    ]


def _movement(metric: str, comparison: Comparison | None) -> Movement | None:
    if comparison is None or metric not in comparison.differences:
        return None
    return Movement(comparison.values[metric][0], comparison.differences[metric], is_better_lower(metric))


def is_better_lower(metric: str) -> bool:
    """Whether a lower figure is the better one; ``words`` stands for ``requests.words.fact`` as well."""
    return not set(_LOWER_IS_BETTER).isdisjoint(metric.split("."))


def _weakest(results: Results, by: str) -> Sequence[Slice]:
    """Slices from the one with the fewest questions passed; kinds and tags of at least three questions."""
    least = 3 if by == "tag" else 1
    kept = [item for item in results.slices if item.by == by and item.questions >= least]
    return sorted(kept, key=lambda item: (item.figures["passed"].value, -item.questions, item.name))


def _split(results: Results) -> Split | None:
    return "test" if results.tuning else None


def _moved(movement: Movement | None) -> str:
    if movement is None:
        return ""
    low, high = movement.difference.low, movement.difference.high
    return f"{movement.arrow} {movement.difference.value:+.3f} ({low:+.3f} to {high:+.3f}; {movement.verdict})"


def _requests(results: Results) -> Iterable[str]:
    if not results.requests:
        return
    columns = columns_of(results.requests)
    yield "Requests by kind:"
    yield ""
    yield from _table(
        ("kind of request", *columns),
        (
            (kind, *(shown(row[column].value) if column in row else "" for column in columns))
            for kind, row in results.requests.items()
        ),
    )
    yield ""


def _conversations(results: Results) -> Iterable[str]:
    yield "Standalone questions on public conversations:" if results.conversations else NOT_MEASURED
    yield ""
    for name, table in results.conversations.items():
        columns = columns_of(table)
        yield from _table(
            (name, *columns),
            (
                (way, *(shown(row[column].value) if column in row else "" for column in columns))
                for way, row in table.items()
            ),
        )
        yield ""


def columns_of(table: Table) -> list[str]:
    """The columns that any row of ``table`` has, in their order."""
    return list(dict.fromkeys(column for row in table.values() for column in row))


def _changes(comparison: Comparison | None) -> Iterable[str]:
    if comparison is None:
        yield "There is no baseline to compare with."
        return
    yield f"Changed answers since the baseline: {len(comparison.changes)}."
    yield ""
    for change in comparison.changes[:_MARKDOWN_CHANGES]:
        yield from _change(change)


def _change(change: Change) -> Iterable[str]:
    yield f"- **{change.direction}** `{change.after.id}` {_cell(change.after.question)}"
    yield f"  - before: {_said(change.before)}"
    yield f"  - now: {_said(change.after)}"


def _said(record: Record) -> str:
    if record.given.abstained:
        return f"refused: {_cell(record.given.reason or '')}"
    return "; ".join(f'"{_cell(quote.text)}" ({quote.document_id})' for quote in record.given.quotes)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(map(_cell, row))} |"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
