"""Whether the page is up, whether it can answer, and figures for those who may read them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from kin_assistant.errors import AnswerTimeout
from kin_assistant.monitoring.metrics import Metrics
from kin_assistant.processes.watchdog import call_within, is_call_overdue
from kin_assistant.ui.clients import NO_PROXIES, Proxies
from kin_assistant.ui.server import make_app
from tests.doubles import QUESTION, AssistantDouble

SECRET = "Lahore"


@contextmanager
def page(folder: Path, *, readers: str = "", peer: str = "127.0.0.1", proxies: Proxies = NO_PROXIES) -> Iterator[Any]:
    """A client of the whole page that asks from the address ``peer``."""
    from starlette.testclient import TestClient

    app = make_app(
        AssistantDouble(),  # type: ignore[arg-type]
        feedback=folder,
        metrics=Metrics() if readers else None,
        metrics_readers=Proxies.parse(readers),
        proxies=proxies,
        api=True,
    )
    with TestClient(app, client=(peer, 50_000)) as opened:
        yield opened


def read(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Each value by its name and labels."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def count_of(text: str, part: str, status: int) -> float:
    return read(text).get(("kin_requests_total", frozenset({("part", part), ("status", str(status))})), 0.0)


def test_a_page_that_is_up_says_so_to_everybody(tmp_path: Path) -> None:
    with page(tmp_path, peer="203.0.113.7") as client:
        up = client.get("/healthz")
        assert (up.status_code, up.text, up.headers["cache-control"]) == (200, "The page is up.\n", "no-store")
        assert client.head("/healthz").status_code == 200
        assert client.post("/healthz").status_code == 405


def test_a_page_that_can_answer_tells_from_which_build(tmp_path: Path) -> None:
    with page(tmp_path) as client:
        ready = client.get("/readyz")
        assert ready.status_code == 200
        assert ready.json() == {
            "ready": True,
            "build_id": "b0123456789",
            "built_at": "2026-11-21T09:30:00+00:00",
            "documents": 3,
        }


def test_a_page_whose_answer_hangs_is_up_and_not_ready(tmp_path: Path) -> None:
    goes_on = threading.Event()
    with page(tmp_path) as client:
        with pytest.raises(AnswerTimeout):
            call_within(0.1, goes_on.wait, what="The answer")
        try:
            hanging = client.get("/readyz")
            assert hanging.status_code == 503
            assert hanging.json()["ready"] is False
            assert hanging.json()["reason"].startswith("An answer hangs.")
            assert client.get("/healthz").status_code == 200
        finally:
            goes_on.set()
        until = time.monotonic() + 10
        while is_call_overdue():
            assert time.monotonic() < until
            time.sleep(0.05)
        assert client.get("/readyz").status_code == 200


def test_unless_it_is_asked_for_there_are_no_figures(tmp_path: Path) -> None:
    with page(tmp_path) as client:
        assert client.get("/metrics").status_code == 404


@pytest.mark.parametrize(
    ("readers", "peer", "status"),
    [
        ("127.0.0.1", "127.0.0.1", 200),
        ("127.0.0.1", "10.1.2.3", 404),
        ("127.0.0.1, 10.0.0.0/8", "10.1.2.3", 200),
        ("2001:db8::7", "2001:db8::7", 200),
        ("2001:db8::7", "2001:db8::8", 404),  # counted as one client with the other, and not let read all the same
        ("10.0.0.0/8", "::ffff:10.1.2.3", 200),
        ("127.0.0.1", "nobody knows", 404),
    ],
)
def test_figures_are_for_those_who_are_named(tmp_path: Path, readers: str, peer: str, status: int) -> None:
    with page(tmp_path, readers=readers, peer=peer) as client:
        got = client.get("/metrics")
        assert got.status_code == status
        assert ("kin_" in got.text) == (status == 200)
        assert client.post("/metrics").status_code == 405


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
@pytest.mark.parametrize("proxies", [NO_PROXIES, Proxies.parse("127.0.0.1")], ids=["nobody trusted", "trusted"])
def test_who_comes_through_a_web_server_reads_no_figures(tmp_path: Path, header: str, proxies: Proxies) -> None:
    with page(tmp_path, readers="127.0.0.1", proxies=proxies) as client:
        assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 404


def test_requests_are_counted_by_part_and_status_and_not_by_address(tmp_path: Path) -> None:
    with page(tmp_path, readers="127.0.0.1") as client:
        client.get("/")
        client.get("/documents/surabaya-composting")
        client.get("/documents/none")
        client.get(f"/{SECRET}/wp-login.php?q={SECRET}")
        client.post("/gradio_api/queue/join", content=b"{}", headers={"content-type": "application/json"})
        text = client.get("/metrics").text
    assert count_of(text, "page", 200) == 1
    assert count_of(text, "documents", 200) == 1
    assert count_of(text, "documents", 404) == 1
    assert count_of(text, "none", 404) == 1
    assert count_of(text, "queue", 400) == 1
    assert SECRET not in text


def test_what_is_turned_away_for_load_is_counted(tmp_path: Path) -> None:
    with page(tmp_path, readers="127.0.0.1") as client:
        statuses = [client.post("/api/v1/ask", json={"question": QUESTION}).status_code for _ in range(25)]
        text = client.get("/metrics").text
    assert statuses.count(429) == 5, "twenty questions a minute"
    assert count_of(text, "api", 429) == 5
    assert count_of(text, "api", 200) == 20


def test_the_build_and_the_queue_are_told(tmp_path: Path) -> None:
    with page(tmp_path, readers="127.0.0.1") as client:
        got = client.get("/metrics")
    assert got.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = read(got.text)
    assert [labels for name, labels in found if name == "kin_build_info"]
    assert ("build_id", "b0123456789") in next(labels for name, labels in found if name == "kin_build_info")
    assert found["kin_documents", frozenset()] == 3
    assert found["kin_calls_waiting", frozenset()] == 0
    assert found["kin_queue_places", frozenset()] == 32
