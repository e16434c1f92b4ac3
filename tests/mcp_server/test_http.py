"""The server over HTTP: the same tools behind the page's guard, budget and bounds, and faults in a sentence."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kin_assistant.errors import KinError
from kin_assistant.mcp_server.tools import TOOLS
from tests.api.conftest import opened
from tests.doubles import QUESTION, AssistantDouble
from tests.page_process import PageProcess, served_page

JSON = {"content-type": "application/json"}
BEGINNING = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "0"}}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with opened(AssistantDouble(), tmp_path_factory.mktemp("feedback"), questions_per_minute=10_000) as ready:
        yield ready


def send(client: Any, method: str, headers: dict[str, str] | None = None, **params: Any) -> Any:
    message = {"jsonrpc": "2.0", "id": 7, "method": method, "params": params}
    return client.post("/api/mcp", content=json.dumps(message), headers=JSON | (headers or {}))


def call(client: Any, tool: str, **arguments: Any) -> Any:
    return send(client, "tools/call", name=tool, arguments=arguments)


def fault_in(answer: Any) -> str:
    told = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert (told["jsonrpc"], set(told["error"])) == ("2.0", {"code", "message"})
    assert told["error"]["message"].endswith(".")
    return str(told["error"]["message"])


def test_a_client_begins_and_finds_the_tools(client: Any) -> None:
    begun = send(client, "initialize", **BEGINNING)
    assert begun.json()["result"]["serverInfo"]["name"] == "kin-assistant"
    assert "mcp-session-id" not in begun.headers, "nothing is kept that a client would have to name"
    ready = client.post("/api/mcp", json={"jsonrpc": "2.0", "method": "notifications/initialized"})
    assert (ready.status_code, ready.content) == (202, b"")
    assert [tool["name"] for tool in send(client, "tools/list").json()["result"]["tools"]] == [
        tool.name for tool in TOOLS
    ]


def test_a_tool_answers_as_the_same_request_to_the_rest_api_does(client: Any) -> None:
    answer = call(client, "ask", question=QUESTION)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    result = answer.json()["result"]
    assert not result["isError"]
    assert result["structuredContent"]["citations"]
    rest = client.post("/api/v1/ask", json={"question": QUESTION}).json()
    changing = {"id", "seconds", "timings"}
    assert {name: told for name, told in result["structuredContent"].items() if name not in changing} == {
        name: told for name, told in rest.items() if name not in changing
    }


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "The request is no valid JSON."),
        ("{", "The request is no valid JSON."),
        ("[" * 100_000, "The request is no valid JSON."),
        (b"\xff\xfe", "The request is no valid JSON."),
        ('{"jsonrpc":"2.0","method":"ping","id":' + "9" * 5000 + "}", "The request is no valid JSON."),
        ("{}", "The request is no message of JSON-RPC 2.0. Send one message at a time."),
        ("[]", "The request is no message of JSON-RPC 2.0. Send one message at a time."),
        ('"ask"', "The request is no message of JSON-RPC 2.0. Send one message at a time."),
    ],
)
def test_what_is_no_message_is_refused(client: Any, body: str | bytes, said: str) -> None:
    refused = client.post("/api/mcp", content=body, headers=JSON)
    assert (refused.status_code, fault_in(refused)) == (400, said)


@pytest.mark.parametrize(
    ("method", "params"),
    [("ask", {}), ("tools/call", {}), ("tools/call", {"name": ["ask"]}), ("initialize", {"capabilities": "x"})],
    ids=str,
)
def test_a_method_or_parameter_that_the_protocol_does_not_know_is_said_and_not_logged(
    client: Any, method: str, params: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    answer = send(client, method, **params)
    assert answer.json()["id"] == 7
    assert fault_in(answer) == "The protocol has no such method, or a parameter of it is missing or wrong."
    assert caplog.text == ""


def test_a_tool_or_field_that_there_is_not_is_the_result_of_the_call(
    client: Any, caplog: pytest.LogCaptureFixture
) -> None:
    for answer, said in (
        (call(client, "run", command="ls"), "There is no tool “run”."),
        (call(client, "ask", question=QUESTION, file="/etc/passwd"), "There is no field “file”."),
        (call(client, "open_document", document_id="../../etc/passwd"), "There is no document “../../etc/passwd”."),
    ):
        result = answer.json()["result"]
        assert (result["isError"], result["content"][0]["text"]) == (True, said)
    assert caplog.text == ""


def test_a_version_that_is_not_spoken_is_refused(client: Any) -> None:
    refused = send(client, "tools/list", {"mcp-protocol-version": "1999-01-01<script>"})
    assert refused.status_code == 400
    assert fault_in(refused).startswith("This version of the protocol is not spoken here. These are: ")
    assert "script" not in refused.text
    assert send(client, "tools/list", {"mcp-protocol-version": "2025-06-18"}).status_code == 200


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_there_are_no_streams_and_no_sessions(client: Any, method: str) -> None:
    refused = client.request(method, "/api/mcp", headers={"accept": "text/event-stream"})
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    assert fault_in(refused) == "That cannot be done here."


@pytest.mark.parametrize("accepted", ["*/*", "text/html", "application/json, text/event-stream"])
def test_json_comes_whatever_is_accepted(client: Any, accepted: str) -> None:
    assert send(client, "ping", {"accept": accepted}).json() == {"jsonrpc": "2.0", "id": 7, "result": {}}


@pytest.mark.parametrize("size", [250 * 1024, 10_000_000])
def test_a_body_that_is_too_large_is_refused(client: Any, size: int) -> None:
    refused = client.post("/api/mcp", content=b" " * size, headers=JSON)
    assert (refused.status_code, fault_in(refused)) == (413, "The request is too large.")


def test_what_is_not_sent_as_json_is_refused(client: Any) -> None:
    refused = send(client, "ping", {"content-type": "text/plain"})
    assert refused.status_code == 415
    assert "content-type" in fault_in(refused)


def test_pages_of_other_sites_are_refused_unless_they_are_named(client: Any, tmp_path: Path) -> None:
    intranet, foreign = "https://intranet.example", "https://foreign.example"
    refused = send(client, "ping", {"origin": intranet})
    assert (refused.status_code, fault_in(refused)) == (403, "Pages of other sites may not ask here.")
    assert send(client, "ping", {"sec-fetch-site": "cross-site"}).status_code == 403
    with opened(AssistantDouble(), tmp_path, api_origins=(intranet,)) as named:
        answer = send(named, "ping", {"origin": intranet})
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, intranet)
        assert send(named, "ping", {"origin": foreign}).status_code == 403


def test_a_foreign_name_is_answered_nothing(tmp_path: Path) -> None:
    with opened(AssistantDouble(), tmp_path, hosts=("127.0.0.1", "localhost", "testserver")) as ready:
        assert send(ready, "ping").status_code == 200
        assert send(ready, "ping", {"host": "rebound.example"}).status_code == 400


def test_a_call_pays_what_the_same_request_pays(tmp_path: Path) -> None:
    with opened(AssistantDouble(), tmp_path, questions_per_minute=2) as ready:
        assert not call(ready, "ask", question=QUESTION).json()["result"]["isError"]
        for _ in range(10):  # a tenth of a question each
            opened_piece = call(ready, "open_document", document_id="meeting").json()["result"]
            assert "in the last minute" not in opened_piece["content"][0]["text"]
        refused = call(ready, "ask", question=QUESTION).json()["result"]
        assert refused["isError"]
        assert refused["content"][0]["text"].startswith("You have asked much in the last minute. Please wait ")
        assert ready.post("/api/v1/ask", json={"question": QUESTION}).status_code == 429, "it is one budget"


def test_whatever_else_is_sent_costs_a_trifle(tmp_path: Path) -> None:
    with opened(AssistantDouble(), tmp_path, questions_per_minute=1) as ready:
        sent = [send(ready, method) for method in ("ping", "tools/list", "nothing") for _ in range(4)]
        assert [answer.status_code for answer in sent] == [200] * 10 + [429] * 2
        assert int(sent[-1].headers["retry-after"]) > 50
        assert fault_in(sent[-1]).startswith("You have asked much")


def test_an_unforeseen_fault_shows_a_reference_and_logs_the_rest(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(AssistantDouble(fault=RuntimeError("secret-key")), tmp_path) as ready:
        result = call(ready, "ask", question="canary").json()["result"]
    assert result["isError"]
    assert result["content"][0]["text"].partition("reference ")[2][:6] in caplog.text
    assert "secret-key" in caplog.text
    assert "canary" not in caplog.text
    with opened(AssistantDouble(fault=KinError("The index was moved.")), tmp_path) as ready:
        assert call(ready, "ask", question=QUESTION).json()["result"]["content"][0]["text"] == "The index was moved."


def test_without_the_package_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    with opened(AssistantDouble(), tmp_path) as ready:
        refused = send(ready, "tools/list")
        assert refused.status_code == 501
        assert fault_in(refused) == "MCP is not served here: the server lacks the extra “kin-assistant[mcp]”."
        assert ready.get("/api/v1/documents").status_code == 200, "the rest of the API is there"


def test_without_the_setting_there_is_no_such_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    monkeypatch.setattr("kin_assistant.ui.server.add_mcp", lambda *_: pytest.fail("nothing is imported"))
    with opened(AssistantDouble(), tmp_path, api=False) as ready:
        assert send(ready, "tools/list").status_code == 404


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have one loopback address only")
def test_the_real_client_asks_a_real_server_whose_log_stays_empty(tmp_path: Path) -> None:
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async def talk(page: PageProcess) -> Any:
        address = f"http://127.0.0.1:{page.port}/api/mcp"
        async with streamable_http_client(address) as (read, write, _), ClientSession(read, write) as session:
            await session.initialize()
            await session.send_ping()
            asked = [session.call_tool("ask", {"question": QUESTION}) for _ in range(4)]
            return await asyncio.gather(*asked, session.call_tool("run", {}))

    with served_page(tmp_path, api="on") as page:
        *answers, refused = asyncio.run(talk(page))
        assert all(answer.structuredContent["citations"] for answer in answers)
        assert refused.isError
        lines = [line for line in page.log.read_text().splitlines() if "The page is at" not in line]
    assert lines == []
