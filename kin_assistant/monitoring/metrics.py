"""Figures about a running page, as Prometheus and programs like it read them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, get_args

from kin_assistant.monitoring.outcomes import NO_KIND, OUTCOMES, describe_call
from kin_assistant.types import Kind

if TYPE_CHECKING:
    from prometheus_client.core import GaugeMetricFamily
    from prometheus_client.registry import Collector

    from kin_assistant.processes.watchdog import CallReport

__all__ = ["Metrics", "PageState"]

_SECONDS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Upper bounds of the histograms."""


@dataclass(frozen=True, slots=True)
class PageState:
    """What is so at the moment at which figures are read."""

    version: str
    build_id: str
    built_at: datetime
    documents: int
    passages: int
    waiting: int
    """Questions and lookups that wait or run, of the page and of other programs."""
    places: int
    """So many may wait or run on the page before further ones are turned away."""


class Metrics:
    """Counts calls and requests; safe to use from several threads. Labels come from short lists, never from visitors."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, disable_created_metrics

        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, of no use in this format
        self._registry = CollectorRegistry()
        self._questions = Counter(
            "kin_questions",
            "Questions by outcome and by what they ask for.",
            ["outcome", "kind"],
            registry=self._registry,
        )
        self._question_seconds = Histogram(
            "kin_question_seconds", "Time that questions took.", buckets=_SECONDS, registry=self._registry
        )
        self._lookups = Counter(
            "kin_lookups", "Searches, tables, figures, briefs and so on.", ["what", "outcome"], registry=self._registry
        )
        self._lookup_seconds = Histogram(
            "kin_lookup_seconds", "Time that lookups took.", ["what"], buckets=_SECONDS, registry=self._registry
        )
        self._requests = Counter(
            "kin_requests", "Requests by part of the server and status.", ["part", "status"], registry=self._registry
        )
        for outcome in OUTCOMES:  # so that a rate is known from the first one on
            kinds = get_args(Kind) if outcome in ("answered", "refused") else (NO_KIND,)
            for kind in kinds:
                self._questions.labels(outcome, kind)
        ProcessCollector(registry=self._registry)

    def note_call(self, report: CallReport) -> None:
        """Count a call that ended."""
        ended = describe_call(report)
        if ended.is_question:
            self._questions.labels(ended.outcome, ended.kind).inc()
            self._question_seconds.observe(ended.seconds)
        else:
            self._lookups.labels(ended.what, ended.outcome).inc()
            self._lookup_seconds.labels(ended.what).observe(ended.seconds)

    def note_request(self, part: str, status: int) -> None:
        """Count a request to a ``part`` of the server, which is one of few, once its status is known."""
        self._requests.labels(part, str(status)).inc()

    def watch(self, read_state: Callable[[], PageState]) -> None:
        """Tell what ``read_state`` gives, whenever somebody reads the figures."""
        self._registry.register(_collecting(read_state))

    def write(self) -> bytes:
        """All figures, in the text format of Prometheus, version 0.0.4."""
        from prometheus_client import generate_latest

        return generate_latest(self._registry)


def _collecting(read_state: Callable[[], PageState]) -> Collector:
    from prometheus_client.core import GaugeMetricFamily
    from prometheus_client.registry import Collector

    class State(Collector):
        def collect(self) -> Iterator[GaugeMetricFamily]:
            state = read_state()
            labels = {"version": state.version, "build_id": state.build_id}
            build = GaugeMetricFamily("kin_build_info", "The program and the build that answers.", labels=list(labels))
            build.add_metric(list(labels.values()), 1)
            yield build
            for name, told, value in (
                ("kin_build_timestamp_seconds", "When that build was made, in Unix time.", state.built_at.timestamp()),
                ("kin_documents", "Documents in that build.", state.documents),
                ("kin_passages", "Passages in that build.", state.passages),
                ("kin_calls_waiting", "Questions and lookups that wait or run.", state.waiting),
                ("kin_queue_places", "Places for those of the page.", state.places),
            ):
                yield GaugeMetricFamily(name, told, value=value)

    return State()
