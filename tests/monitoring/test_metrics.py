"""Figures are counted as they come, and read back by the parser of Prometheus's own client."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from prometheus_client.parser import text_string_to_metric_families

from kin_assistant.errors import QuestionError
from kin_assistant.monitoring.metrics import Metrics, PageState
from kin_assistant.processes.watchdog import CallReport
from tests.doubles import QUESTION, UNKNOWN, AssistantDouble


def read(metrics: Metrics) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Each value by its name and labels."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(metrics.write().decode())
        for sample in family.samples
    }


def value_of(metrics: Metrics, name: str, labels: Mapping[str, str] | None = None) -> float:
    return read(metrics)[name, frozenset((labels or {}).items())]


def test_questions_are_counted_by_outcome_and_kind() -> None:
    metrics, assistant = Metrics(), AssistantDouble()
    for question in (QUESTION, QUESTION, UNKNOWN):
        metrics.note_call(CallReport("The answer", 0.3, assistant.ask(question)))
    metrics.note_call(CallReport("The answer", 0.01, fault=QuestionError("Please write a question.")))
    kind = assistant.ask(QUESTION).kind
    assert value_of(metrics, "kin_questions_total", {"outcome": "answered", "kind": kind}) == 2
    assert value_of(metrics, "kin_questions_total", {"outcome": "refused", "kind": kind}) == 1
    assert value_of(metrics, "kin_questions_total", {"outcome": "invalid", "kind": "unknown"}) == 1
    assert value_of(metrics, "kin_questions_total", {"outcome": "late", "kind": "unknown"}) == 0, "known from the start"


def test_durations_are_histograms() -> None:
    metrics = Metrics()
    answer = AssistantDouble().ask(QUESTION)
    for seconds in (0.07, 0.4, 70.0):
        metrics.note_call(CallReport("The answer", seconds, answer))
    below = {bound: value_of(metrics, "kin_question_seconds_bucket", {"le": bound}) for bound in ("0.1", "0.5", "+Inf")}
    assert below == {"0.1": 1, "0.5": 2, "+Inf": 3}
    assert value_of(metrics, "kin_question_seconds_sum") == 70.47


def test_lookups_are_counted_apart_from_questions() -> None:
    metrics = Metrics()
    metrics.note_call(CallReport("The search for figures", 0.2, ()))
    assert value_of(metrics, "kin_lookups_total", {"what": "figures", "outcome": "answered"}) == 1
    assert value_of(metrics, "kin_lookup_seconds_count", {"what": "figures"}) == 1
    assert value_of(metrics, "kin_question_seconds_count") == 0


def test_what_is_so_now_is_asked_for_when_figures_are_read() -> None:
    metrics = Metrics()
    built = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
    states = iter(
        PageState("0.1.0", build, built, documents=3, passages=6, waiting=waiting, places=32)
        for build, waiting in (("b1", 0), ("b2", 4))
    )
    metrics.watch(lambda: next(states))
    assert value_of(metrics, "kin_build_info", {"version": "0.1.0", "build_id": "b1"}) == 1
    later = read(metrics)
    assert later["kin_build_info", frozenset({("version", "0.1.0"), ("build_id", "b2")})] == 1
    assert later["kin_calls_waiting", frozenset()] == 4
    assert later["kin_build_timestamp_seconds", frozenset()] == built.timestamp()


def test_memory_and_open_files_of_the_process_are_told() -> None:
    found = {name for name, _ in read(Metrics())}
    assert {"process_resident_memory_bytes", "process_open_fds", "process_cpu_seconds_total"} <= found


def test_calls_of_many_threads_are_all_counted() -> None:
    metrics = Metrics()
    with ThreadPoolExecutor(8) as pool:
        for _ in range(400):
            pool.submit(metrics.note_request, "queue", 503)
    assert value_of(metrics, "kin_requests_total", {"part": "queue", "status": "503"}) == 400


def test_two_servers_in_one_process_count_each_for_itself() -> None:
    one, other = Metrics(), Metrics()
    one.note_request("page", 200)
    assert ("kin_requests_total", frozenset({("part", "page"), ("status", "200")})) not in read(other)
