"""What is held for visitors is bounded by client, in all, and in time. Gradio's own books are filled by hand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from gradio.queueing import ProcessTime

from kin_assistant.ui.backlog import Backlog
from kin_assistant.ui.entrance import Entrance
from kin_assistant.ui.ratelimit import RateLimiter
from kin_assistant.ui.server import make_app
from tests.doubles import AssistantDouble

PLACES = 32


@pytest.fixture(scope="module")
def mounted(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder: Path = tmp_path_factory.mktemp("feedback")
    app = make_app(AssistantDouble(), feedback=folder, queue_size=PLACES)  # type: ignore[arg-type]
    return app.routes[-1].app._backlog._page


@pytest.fixture
def page(mounted: Any) -> Any:
    """Gradio's books of it are empty."""
    holder, queue = mounted.state_holder, mounted._queue
    for book in (holder.session_data, holder.time_last_used, queue.pending_messages_per_session):
        book.clear()
    queue.pending_event_ids_session.clear()
    queue.process_time_per_fn.clear()
    return mounted


@pytest.fixture
def clock() -> list[float]:
    return [0.0]


@pytest.fixture
def backlog(page: Any, clock: list[float]) -> Backlog:
    return Backlog(page, clock=lambda: clock[0])


def hold(backlog: Backlog, page: Any, client: str, session: str, results: int = 1) -> None:
    """As if ``results`` of ``session`` were there to be fetched."""
    with backlog.arriving(client, session):
        page.state_holder[session]
        page._queue.pending_messages_per_session[session] = asyncio.Queue()
        page._queue.pending_event_ids_session[session] = {f"{session}-{number}" for number in range(results)}


def left(page: Any) -> set[str]:
    kept = {*page.state_holder.session_data, *page.state_holder.time_last_used}
    return {*kept, *page._queue.pending_messages_per_session, *page._queue.pending_event_ids_session}


def run(steps: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(steps())  # type: ignore[arg-type]


@pytest.fixture
def let_wait(page: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Any]:
    """Let so many questions wait; gives the function that they are for."""
    ask = next(iter(page.fns.values()))

    def let(number: int) -> Any:
        events = [SimpleNamespace(fn=ask)] * number
        monkeypatch.setattr(page._queue, "event_queue_per_concurrency_id", {"one": SimpleNamespace(queue=events)})
        return ask

    return let


def end(page: Any, function: Any, seconds: float, times: int = 1) -> None:
    """As if events of ``function`` had ended, after so many seconds each."""
    for _ in range(times):
        page._queue.process_time_per_fn.setdefault(function, ProcessTime()).add(seconds)


@pytest.mark.parametrize(
    ("seconds", "waiting", "full"), [(0.5, 19, False), (0.5, 20, True), (12.0, 1, True), (0.1, 31, False)]
)
def test_nobody_is_let_wait_whose_turn_would_come_too_late(
    backlog: Backlog, page: Any, let_wait: Callable[[int], Any], seconds: float, waiting: int, full: bool
) -> None:
    end(page, let_wait(waiting), seconds)
    assert backlog.full == full


@pytest.mark.parametrize(("waiting", "full"), [(19, False), (20, True)])
def test_twenty_may_ask_a_fresh_server_at_once(
    backlog: Backlog, let_wait: Callable[[int], Any], waiting: int, full: bool
) -> None:
    """How long it takes is not known yet."""
    let_wait(waiting)
    assert backlog.full == full


def test_what_took_long_lately_counts_and_not_what_was_quick_yesterday(
    backlog: Backlog, page: Any, let_wait: Callable[[int], Any]
) -> None:
    ask = let_wait(10)
    end(page, ask, 0.2, times=5000)
    assert not backlog.full
    for _ in range(8):
        end(page, ask, 2.0)
        slow = backlog.full
    assert slow, "something else keeps the machine busy"
    end(page, ask, 0.2, times=20)
    assert not backlog.full, "and no longer"


@pytest.mark.parametrize(("seconds", "waiting", "wait"), [(0.1, 2, 1), (0.5, 21, 6), (12.0, 3, 18), (100.0, 3, 30)])
def test_whoever_is_refused_is_told_how_long_what_waits_will_take(
    backlog: Backlog, page: Any, let_wait: Callable[[int], Any], seconds: float, waiting: int, wait: int
) -> None:
    end(page, let_wait(waiting), seconds)
    assert backlog.wait == wait


def test_a_client_may_hold_a_quarter_of_the_places(backlog: Backlog, page: Any) -> None:
    async def steps() -> None:
        for number in range(PLACES // 4 - 1):
            hold(backlog, page, "one", f"visit{number}")
        assert not backlog.share_used("one")
        with backlog.arriving("one", "more"):
            assert backlog.share_used("one"), "what arrives counts already"
        assert not backlog.share_used("one")
        hold(backlog, page, "one", "last")
        assert backlog.share_used("one")
        assert not backlog.share_used("other")

    run(steps)


def test_what_nobody_fetches_is_dropped(backlog: Backlog, page: Any, clock: list[float]) -> None:
    async def steps() -> None:
        hold(backlog, page, "one", "old", 3)
        clock[0] = 20.0
        hold(backlog, page, "one", "new")
        hold(backlog, page, "one", "done", 0)
        await backlog.sweep()
        assert left(page) == {"old", "new"}, "where nothing is held, nothing is kept"
        clock[0] = 30.0
        await backlog.sweep()
        assert left(page) == {"new"}
        assert not backlog.can_be_fetched("old")
        assert backlog.can_be_fetched("new")

    run(steps)


def test_what_gradio_leaves_of_a_visit_that_nobody_knows_is_dropped(backlog: Backlog, page: Any) -> None:
    async def steps() -> None:
        page.state_holder["stranger"]
        page._queue.pending_event_ids_session["ghost"] = {"event"}
        hold(backlog, page, "one", "visit")
        await backlog.sweep()
        assert left(page) == {"visit"}

    run(steps)


def test_what_is_being_fetched_is_kept_and_fetched_by_one(backlog: Backlog, page: Any, clock: list[float]) -> None:
    async def steps() -> None:
        hold(backlog, page, "one", "visit")
        async with backlog.fetching("visit"):
            assert not backlog.can_be_fetched("visit")
            clock[0] = 100.0
            await backlog.sweep()
            hold(backlog, page, "one", "visit", 2)
            assert not backlog.can_be_fetched("visit"), "a further event does not change that"
            assert left(page) == {"visit"}
        assert backlog.can_be_fetched("visit"), "a further event came too late for who fetched"
        clock[0] = 130.0
        await backlog.sweep()
        assert left(page) == set()

    run(steps)


def test_fetching_does_not_last_for_ever(backlog: Backlog, page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kin_assistant.ui.backlog._STREAM_SECONDS", 0.05)

    async def steps() -> None:
        hold(backlog, page, "one", "visit")
        with pytest.raises(TimeoutError):
            async with backlog.fetching("visit"):
                await asyncio.sleep(30)
        assert left(page) == set()

    run(steps)


def test_of_too_many_results_those_of_whoever_holds_most_are_dropped(backlog: Backlog, page: Any) -> None:
    async def steps() -> None:
        hold(backlog, page, "calm", "calm")
        for number in range(15):
            hold(backlog, page, f"client{number}", f"visit{number}", 8)
        hold(backlog, page, "most", "first", 4)
        await backlog.make_room()
        assert len(left(page)) == 17
        hold(backlog, page, "most", "second", 5)
        await backlog.make_room()
        assert left(page) == {"calm", "second", *(f"visit{number}" for number in range(15))}

    run(steps)


def test_whoever_fetches_too_slowly_gives_way_too(backlog: Backlog, page: Any) -> None:
    async def steps() -> None:
        hold(backlog, page, "slow", "slow", 200)

        async def fetch() -> None:
            async with backlog.fetching("slow"):
                await asyncio.sleep(30)

        fetching = asyncio.create_task(fetch())
        await asyncio.sleep(0)
        await backlog.make_room()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(fetching, 5)
        assert left(page) == set()

    run(steps)


def test_what_gradio_says_of_its_insides_is_not_passed_on(page: Any) -> None:
    async def gradio(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        inside = (
            b'data: {"msg":"unexpected_error","event_id":null,"message":"Cancelled via cancel scope 7f61d31dbba0"}\n\n'
        )
        for body in (b'data: {"msg":"estimation"}\n\n', inside):
            await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def steps() -> None:
        entrance = Entrance(gradio, page, RateLimiter(1))
        hold(entrance._backlog, page, "one", "visit")
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": "/gradio_api/queue/data", "headers": []}
        await entrance(scope | {"query_string": b"session_hash=visit"}, asyncio.Event().wait, send)  # type: ignore[arg-type]
        told = b"".join(message.get("body", b"") for message in sent).decode()
        messages = [json.loads(line[6:]) for line in told.splitlines() if line]
        assert [message["msg"] for message in messages] == ["estimation", "unexpected_error"]
        assert messages[1]["message"] == "The answer could not be sent."

    run(steps)
