"""The guard lets through what the page needs and nothing else, whatever Gradio serves."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Mount

from kin_assistant.ui.callbacks import Callbacks
from kin_assistant.ui.entrance import Entrance
from kin_assistant.ui.events import EventRefused, Events, Kind
from kin_assistant.ui.page import KINDS, build_page
from kin_assistant.ui.ratelimit import RateLimiter
from kin_assistant.ui.served import Collection, Served
from kin_assistant.ui.server import make_app
from kin_assistant.ui.visits import Visits
from tests.doubles import AssistantDouble

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")

READ = {"GET", "HEAD"}
NEEDED: dict[str, set[str]] = {
    "/": READ,
    "/assets/x": READ,
    "/answer/answer.docx": READ | {"POST"},
    "/answer/answer.pdf": READ | {"POST"},
    "/answer/answer.md": READ | {"POST"},
    "/answer/answer.bib": READ | {"POST"},
    "/answer/answer.ris": READ | {"POST"},
    "/answer/answer.json": READ | {"POST"},
    "/library/search": READ,
    "/library/documents.csv": READ | {"POST"},
    "/brief/brief.pdf": READ | {"POST"},
    "/brief/brief.docx": READ | {"POST"},
    "/brief/brief.html": READ | {"POST"},
    "/brief/brief.json": READ | {"POST"},
    "/brief/brief.md": READ | {"POST"},
    "/compare/comparison.csv": READ,
    "/compare/comparison.xlsx": READ,
    "/commitments/commitments.csv": READ,
    "/commitments/commitments.json": READ,
    "/commitments/commitments.xlsx": READ,
    "/corpus/login": {"GET", "POST", "PUT", "DELETE"},
    "/corpus/logout": {"GET", "POST", "PUT", "DELETE"},
    "/corpus/sync": {"GET", "POST", "PUT", "DELETE"},
    "/corpus/x": {"GET", "POST", "PUT", "DELETE"},
    "/coverage": READ,
    "/coverage/coverage.csv": READ,
    "/coverage/coverage.xlsx": READ,
    "/documents/x": READ,
    "/favicon.ico": READ,
    "/figures/figures.csv": READ,
    "/figures/figures.json": READ,
    "/figures/figures.xlsx": READ,
    "/gradio_api/app_id": READ,
    "/healthz": READ,
    "/gradio_api/queue/data": {"GET"},
    "/gradio_api/queue/join": {"POST"},
    "/library": READ,
    "/manifest.json": READ,
    "/money/money.csv": READ,
    "/money/money.json": READ,
    "/money/money.xlsx": READ,
    "/offline": READ,
    "/package/x": READ,
    "/page/x": READ,
    "/pages/x": READ,
    "/peers/peers.csv": READ,
    "/peers/peers.json": READ,
    "/practices": READ,
    "/practices/practice.md": {"GET", "POST", "DELETE"},
    "/practices/preview": {"GET", "POST", "DELETE"},
    "/practices/send": {"GET", "POST", "DELETE"},
    "/practices/waiting": {"GET", "POST", "DELETE"},
    "/practices/waiting/x": {"GET", "POST", "DELETE"},
    "/readyz": READ,
    "/service-worker.js": READ,
    "/static/x": READ,
    "/theme.css": READ,
    "/watched/questions": {"POST"},
    "/watched/review": {"POST"},
}
"""All that may be answered. What the guard lets through but no route takes is answered 404 or 405 as well."""

FOR_PROGRAMS: dict[str, set[str]] = {
    "/api/mcp": {"POST"},
    "/api/v1/ask": {"POST"},
    "/api/v1/commitments": {"POST"},
    "/api/v1/compare": {"POST"},
    "/api/v1/coverage": {"GET"},
    "/api/v1/documents": {"GET"},
    "/api/v1/documents/x": {"GET"},
    "/api/v1/money": {"POST"},
    "/api/v1/openapi.json": {"GET"},
    "/api/v1/packages/x": {"GET"},
    "/api/v1/peers": {"POST"},
    "/api/v1/records/x": {"GET"},
    "/api/v1/search": {"GET", "POST"},
    "/api/v1/training-sheet": {"POST"},
    "/v1/chat/completions": {"POST"},
    "/v1/models": {"GET"},
}
"""And this, where other programs may ask."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return whole_app(tmp_path_factory.mktemp("app"))


def whole_app(folder: Path, **options: Any) -> Any:
    return make_app(
        AssistantDouble(),  # type: ignore[arg-type]
        feedback=folder,
        collection=Collection(folder, folder, lambda _: None),  # type: ignore[arg-type, return-value]
        on_loopback=True,
        **options,
    )


@pytest.fixture(scope="module")
def client(app: Any) -> Iterator[Any]:
    from starlette.testclient import TestClient

    with TestClient(app) as opened:
        yield opened


def paths_of(routes: Any) -> Iterator[str]:
    """An address for each route, those of included routers and mounted applications too."""
    from fastapi.routing import iter_route_contexts

    for context in iter_route_contexts(routes):
        path = re.sub(r"{[^}]*}", "x", context.path).rstrip("/")
        route = context.original_route
        if isinstance(route, Mount):
            inner = list(paths_of(route.routes))
            yield from (path + each for each in inner or ["/x"])  # a mounted folder has no routes
        else:
            yield path or "/"


def check_every_route(app: Any, client: Any, needed: dict[str, set[str]]) -> None:
    paths = sorted(set(paths_of(app.routes)))
    assert {"/gradio_api/upload", "/gradio_api/file=x", "/gradio_api/vibe-edit", "/monitoring/x"} <= set(paths)
    assert set(needed) <= set(paths), "nothing is said to be needed that does not exist"
    for path, method in itertools.product(sorted({*paths, *FOR_PROGRAMS}), METHODS):
        status = client.request(method, path, follow_redirects=False).status_code
        assert status in (404, 405) or method in needed.get(path, set()), f"{method} {path} is answered {status}"


def test_every_route_is_needed_or_does_not_exist(app: Any, client: Any) -> None:
    check_every_route(app, client, NEEDED)
    assert not [path for path in paths_of(app.routes) if path.startswith(("/api", "/v1"))]


def test_where_other_programs_may_ask_every_route_is_needed_too(tmp_path: Path) -> None:
    from starlette.testclient import TestClient

    app = whole_app(tmp_path, api=True)
    with TestClient(app) as opened:
        check_every_route(app, opened, NEEDED | FOR_PROGRAMS)
        own = {path for path in paths_of(app.routes) if path.startswith(("/api", "/v1"))}
        assert own == set(FOR_PROGRAMS)
        for path in (
            "/api/v1",
            "/api/v1/",
            "/api/v1/ask/",
            "/api/v2/ask",
            "/api",
            "/api/mcp/",
            "/api/mcp/x",
            "/v1",
            "/v1/models/",
            "/API/v1/ask",
            "/api/v1/docs",
        ):
            for method in METHODS:
                assert opened.request(method, path, follow_redirects=False).status_code == 404, path
        refused = opened.get("/api/v1/nothing")
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["detail"] == "There is nothing here."
        assert opened.get("/v1/nothing").json()["error"]["message"] == "There is nothing here."
        assert opened.get("/nothing").text == "There is nothing here."


def test_where_an_origin_is_named_only_the_api_tells_a_browser_so(tmp_path: Path) -> None:
    from starlette.testclient import TestClient

    app = whole_app(tmp_path, api=True, api_origins=("https://intranet.example",))
    needed = NEEDED | {path: methods | {"OPTIONS"} for path, methods in FOR_PROGRAMS.items()}
    with TestClient(app) as opened:
        check_every_route(app, opened, needed)


@pytest.mark.parametrize(
    "path",
    [
        "/config/",
        "/gradio_api/queue/join/",
        "/gradio_api//queue/join",
        "//gradio_api/upload",
        "/GRADIO_API/queue/join",
        "/gradio_api/queue/status",
        "/gradio_api/heartbeat/abcdefgh",
        "/gradio_api/stream/abcdefgh",
        "/assets",
        "/theme.css/",
    ],
)
def test_what_resembles_an_address_is_none(client: Any, path: str) -> None:
    for method in METHODS:
        assert client.request(method, path, follow_redirects=False).status_code == 404


def test_a_method_that_an_address_does_not_take_is_told_which_it_takes(client: Any) -> None:
    refused = client.get("/gradio_api/queue/join")
    assert refused.status_code == 405
    assert refused.headers["allow"] == "POST"
    assert refused.json() == {"detail": "That cannot be done here."}
    assert client.post("/").headers["allow"] == "GET, HEAD"


# The front page


def test_the_policy_is_made_with_the_page_and_not_from_what_is_sent(app: Any, client: Any) -> None:
    entrance = app.routes[-1].app
    assert isinstance(entrance, Entrance)
    front_page = entrance._front_page
    policy = client.get("/").headers["content-security-policy"]
    assert policy == front_page._policy.decode()
    whole, front_page._page = front_page._page, front_page._page.replace(b"</body>", b"<script>evil()</script></body>")
    try:
        changed = client.get("/")
        assert "evil()" in changed.text
        assert changed.headers["content-security-policy"] == policy, "so a browser does not run the script"
    finally:
        front_page._page = whole


def test_only_one_policy_is_sent(client: Any) -> None:
    for path in ("/", "/theme.css", "/library", "/nothing"):
        assert len(client.get(path).headers.get_list("content-security-policy")) == 1


def test_the_page_says_where_it_is_relative_to_itself(client: Any) -> None:
    page = client.get("/").text
    assert '"root":"./"' in page
    assert "page.invalid" not in page
    assert "http://testserver" not in page
    assert client.head("/").headers["content-length"] == str(len(page.encode()))


# What each function of the page may be sent


def make_page(tmp_path: Path) -> Any:
    callbacks = Callbacks(Served(AssistantDouble()), tmp_path, 200, lambda: None)  # type: ignore[arg-type, return-value]
    return build_page(callbacks, Visits(), version="0", evaluation=None, queue_size=7, renewable=True)


def test_every_function_of_the_page_is_known(tmp_path: Path) -> None:
    page = make_page(tmp_path)
    Events(page, KINDS)
    with_prose = {"announce_prose", "write_prose"}
    assert {function.name for function in page.fns.values()} == set(KINDS) - with_prose


def test_a_function_of_which_nothing_is_said_is_not_served(tmp_path: Path) -> None:
    page = make_page(tmp_path)
    with page:
        page.load(lambda: None, api_visibility="private")
    with pytest.raises(TypeError, match='Nothing says what may be sent to the function "<lambda>"'):
        Events(page, KINDS)
    with pytest.raises(TypeError):
        Entrance(lambda: None, page, RateLimiter(1))  # type: ignore[arg-type]


def add_function(page: Any, component: Any, **options: Any) -> None:
    def extra(_: Any) -> None: ...

    with page:
        page.load(extra, [component], **({"api_visibility": "private"} | options))


def test_a_component_that_may_carry_a_file_is_not_served(tmp_path: Path) -> None:
    import gradio as gr

    kinds = KINDS | {"extra": Kind(1)}
    for make in (gr.File, gr.State, gr.JSON, gr.Textbox, gr.Dropdown, gr.Chatbot):
        page = make_page(tmp_path)
        with page:
            component = make()
        add_function(page, component)
        with pytest.raises(TypeError, match="is not checked"):
            Events(page, kinds)


@pytest.mark.parametrize("options", [{"batch": True}, {"api_visibility": "public"}])
def test_a_function_that_takes_events_in_another_way_is_not_served(tmp_path: Path, options: dict[str, Any]) -> None:
    import gradio as gr

    page = make_page(tmp_path)
    with page:
        component = gr.Textbox(max_length=5)
    add_function(page, component, **options)
    with pytest.raises(TypeError, match="in a way that is not checked"):
        Events(page, KINDS | {"extra": Kind(1)})


def test_details_that_do_not_fit_the_function_are_not_served(tmp_path: Path) -> None:
    page = make_page(tmp_path)
    for kinds in (KINDS | {"rate": Kind(1)}, KINDS | {"describe": Kind(1, {"question": 5})}):
        with pytest.raises(TypeError, match="does not fit"):
            Events(page, kinds)


def test_what_gradio_is_given_is_written_anew(tmp_path: Path) -> None:
    page = make_page(tmp_path)
    events = Events(page, KINDS)
    number, function = next(item for item in page.fns.items() if item[1].name == "rate")
    details = '{"turn": "q1", "verdict": "right", "comment": "\\ud83d\\u0000"}'
    trigger = function.targets[0][0]
    visit = f'"fn_index":{number}, "trigger_id":{trigger}, "session_hash":"abcd"'
    sent = f'{{"data":[], "event_data":{details}, {visit}}}'
    event = events.read(sent.encode())
    assert event.kind == KINDS["rate"]
    assert json.loads(event.body) == {
        "data": [],
        "event_data": {"turn": "q1", "verdict": "right", "comment": "\ufffd\0"},
        "fn_index": number,
        "session_hash": "abcd",
        "trigger_id": trigger,
    }
    with pytest.raises(EventRefused):
        events.read(sent.replace('"abcd"', '"abcd", "session_hash": "abcd"').encode())


def test_gradio_itself_takes_no_file_either(tmp_path: Path) -> None:
    from gradio.context import LocalContext
    from gradio.exceptions import InvalidPathError

    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    page = make_page(tmp_path)
    describe = next(function for function in page.fns.values() if function.name == "describe")
    sent = {"path": str(secret), "meta": {"_type": "gradio.FileData"}}
    LocalContext.blocks.set(page)
    with pytest.raises(InvalidPathError):
        asyncio.run(page.preprocess_data(describe, [[], [], [], sent, ""], None))


def test_the_tests_that_show_what_holds_are_there(repository: Path) -> None:
    named = set(re.findall(r"`(test_\w+)`", (repository / "SECURITY.md").read_text("utf-8")))
    written = "".join(path.read_text("utf-8") for path in (repository / "tests").rglob("test_*.py"))
    assert len(named) > 10
    assert {name for name in named if f"def {name}(" not in written} == set()
