"""So much is done at once and for each client, and no more."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kin_assistant.api.admission import Admission
from kin_assistant.api.problems import Refused
from tests.api.conftest import opened
from tests.doubles import QUESTION, AssistantDouble


@contextmanager
def lent() -> Iterator[Any]:
    yield AssistantDouble()


def test_two_run_at_once_and_the_others_wait() -> None:
    most, running, lock = 0, 0, threading.Lock()

    def call(_: Any) -> None:
        nonlocal most, running
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.02)
        with lock:
            running -= 1

    async def ask() -> None:
        admission = Admission(lent, lambda *_: 0.0, places=32)
        await asyncio.gather(*(admission.run(f"client{number}", "question", call) for number in range(10)))
        assert not admission._held

    asyncio.run(ask())
    assert most == 2


def test_one_client_holds_a_quarter_of_the_places_and_all_clients_all() -> None:
    hold = threading.Event()
    charged: list[str] = []

    def charge(client: str, _: object) -> float:
        charged.append(client)
        return 0.0

    async def ask() -> None:
        admission = Admission(lent, charge, places=24)
        waiting = [
            asyncio.create_task(admission.run(client, "question", lambda _: hold.wait(10)))
            for client in "abcd"
            for _ in range(6)
        ]
        await asyncio.sleep(0)
        with pytest.raises(Refused, match="your last requests") as refused:
            await admission.run("a", "question", lambda _: None)
        assert (refused.value.status, refused.value.wait) == (429, 1.0)
        with pytest.raises(Refused, match="Too many requests are waiting") as refused:
            await admission.run("e", "question", lambda _: None)
        assert refused.value.status == 503
        hold.set()
        await asyncio.gather(*waiting)
        await admission.run("a", "question", lambda _: None)

    asyncio.run(ask())
    assert sorted(charged) == sorted("abcd" * 6 + "a"), "what is refused costs nothing"


def test_a_fault_gives_its_place_back() -> None:
    def fail(_: Any) -> None:
        raise RuntimeError("x")

    async def ask() -> None:
        admission = Admission(lent, lambda *_: 0.0, places=4)
        for _ in range(20):
            with pytest.raises(RuntimeError):
                await admission.run("a", "question", fail)

    asyncio.run(ask())


def test_a_flood_is_told_to_wait_until_the_minute_is_over(tmp_path: Path) -> None:
    with opened(AssistantDouble(), tmp_path, questions_per_minute=3) as client:
        answers = [client.post("/api/v1/ask", json={"question": QUESTION}) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200] * 3 + [429] * 2
        refused = answers[-1]
        assert refused.headers["content-type"] == "application/problem+json"
        assert 50 < int(refused.headers["retry-after"]) <= 60
        assert refused.json()["detail"].startswith("You have asked much in the last minute. Please wait ")
        chat = client.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": QUESTION}]})
        assert chat.status_code == 429
        assert chat.json()["error"]["type"] == "rate_limit_error"
        assert int(chat.headers["retry-after"]) > 50
        assert client.get("/api/v1/documents").status_code == 429, "a trifle comes out of the same budget"


@pytest.mark.slow
def test_whatever_is_asked_comes_out_of_one_budget(tmp_path: Path) -> None:
    asked = {
        ("POST", "/api/v1/ask"): {"question": QUESTION},
        ("POST", "/api/v1/search"): {"query": "waste"},
        ("GET", "/api/v1/search?query=waste"): None,
        ("POST", "/api/v1/compare"): {"topic": ""},
        ("POST", "/v1/chat/completions"): {"messages": [{"role": "user", "content": QUESTION}]},
        ("GET", "/compare/comparison.csv?topic="): None,
    }
    for (method, path), body in asked.items():
        with opened(AssistantDouble(), tmp_path, questions_per_minute=2) as client:
            for _ in range(2):
                assert client.request(method, path, json=body).status_code != 429
            assert client.post("/api/v1/ask", json={"question": QUESTION}).status_code == 429, path
    for path in ("/api/v1/documents", "/api/v1/documents/meeting", "/api/v1/openapi.json", "/v1/models"):
        with opened(AssistantDouble(), tmp_path, questions_per_minute=1) as client:
            assert [client.get(path).status_code for _ in range(11)] == [200] * 10 + [429], path
