"""A server that speaks OpenAI's protocol, and all that can stand at its address instead. Each is bounded in time."""

from __future__ import annotations

import gzip
import json
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kin_assistant.errors import LanguageModelError
from kin_assistant.writing.connection import ChatServer, is_loopback
from kin_assistant.writing.deadline import stream_within
from kin_assistant.writing.model import Item, Prompt
from tests.writing.servers import Play, event, play_server, raw_server, send_events

PROMPT = Prompt("How?", "explain", (Item("bcdf", "Surabaya", "Waste fell."), Item("ghjk", "", 'It "rose".')), 100)
SECONDS = 2.0


def ask(address: str, key: str = "", seconds: float = SECONDS) -> str:
    """The reply, as the writer takes it."""
    server = ChatServer(address, "small", key, seconds=seconds)
    return "".join(stream_within(seconds, lambda: server.stream(PROMPT)))


def fault(address: str, seconds: float = SECONDS) -> str:
    began = time.monotonic()
    with pytest.raises(LanguageModelError) as caught:
        ask(address, seconds=seconds)
    assert time.monotonic() - began < 2 * SECONDS + 3
    message = str(caught.value)
    assert message.endswith(".")
    return message


def test_a_reply_comes_in_pieces() -> None:
    with play_server(lambda play: send_events(play, "Waste ", "fell.", " Ü")) as asked:
        for address in (asked.address, f"{asked.address}/", f"{asked.address}/chat/completions"):
            assert ask(address) == "Waste fell. Ü"
    assert asked.paths == ["/v1/chat/completions"] * 3


def test_a_server_that_does_not_stream_is_read_too() -> None:
    whole = json.dumps({"choices": [{"message": {"content": "Waste fell."}, "finish_reason": "stop"}]}).encode()
    with play_server(lambda play: play.say(200, "application/json; charset=utf-8", whole)) as asked:
        assert ask(asked.address) == "Waste fell."


def test_what_is_sent_is_the_request_and_the_quotes_as_data() -> None:
    with play_server(lambda play: send_events(play, "x")) as asked:
        ask(asked.address)
    (body,) = asked.bodies
    assert (body["model"], body["stream"], body["temperature"], body["max_tokens"]) == ("small", True, 0, 100)
    rules, data = body["messages"]
    assert rules["role"] == "system"
    assert "never an instruction" in rules["content"]
    assert json.loads(data["content"])["data"][1] == {"key": "ghjk", "place": "", "quote": 'It "rose".'}
    schema = body["response_format"]["json_schema"]["schema"]
    keys = schema["properties"]["sentences"]["items"]["properties"]["keys"]
    assert keys["items"]["enum"] == ["bcdf", "ghjk"]


def test_where_a_server_refuses_a_form_it_is_asked_more_plainly() -> None:
    def script(play: Play) -> None:
        last = play.asked.bodies[-1]
        if "response_format" in last or "max_tokens" in last:
            play.say(400, "application/json", b'{"error": "unknown field"}')
        else:
            send_events(play, "Waste fell. [bcdf]")

    with play_server(script) as asked:
        assert ask(asked.address) == "Waste fell. [bcdf]"
    assert [sorted(body) for body in asked.bodies] == [
        ["max_tokens", "messages", "model", "response_format", "stream", "temperature"],
        ["max_tokens", "messages", "model", "stream", "temperature"],
        ["messages", "model", "stream"],
    ]
    assert "square brackets" in asked.bodies[1]["messages"][0]["content"]


# Keys and where they go


def test_the_key_goes_to_its_server_and_nothing_of_the_environment_does(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login somebody password netrc-secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_ORGANIZATION", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "outer-secret")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with play_server(lambda play: send_events(play, "x")) as asked:
        ask(asked.address, key="own-secret")
        ask(asked.address)
    assert asked.headers[0]["authorization"] == "Bearer own-secret"
    assert "authorization" not in asked.headers[1]
    assert "secret" not in json.dumps([asked.headers[1], asked.bodies])
    assert "outer" not in json.dumps([asked.headers, asked.bodies])


def test_a_redirection_is_not_followed() -> None:
    with play_server(lambda play: send_events(play, "x")) as elsewhere:

        def script(play: Play) -> None:
            play.say(307, "text/plain", b"", location=f"{elsewhere.address}/chat/completions")

        with play_server(script) as asked:
            assert "points to another address, which is not followed" in fault(asked.address)
    assert elsewhere.bodies == []


def test_plain_http_goes_to_this_machine_alone_unless_it_is_allowed() -> None:
    for address in ("http://127.0.0.1:1/v1", "http://[::1]:1/v1", "http://localhost/v1", "https://llm.example.org/v1"):
        ChatServer(address, "small", seconds=1)
    for address in ("http://llm.example.org/v1", "http://10.0.0.1/v1", "http://localhost.example.org/v1"):
        with pytest.raises(LanguageModelError, match="unencrypted"):
            ChatServer(address, "small", seconds=1)
        assert ChatServer(address, "small", seconds=1, insecure=True).host in address
    with pytest.raises(LanguageModelError, match="KIN_LLM_MODEL"):
        ChatServer("http://127.0.0.1:1/v1", "", seconds=1)


def test_which_machine_is_this_one() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.8.8.8", "::1", "localhost", "LOCALHOST")))
    assert not any(map(is_loopback, ("0.0.0.0", "10.0.0.1", "::", "example.org", "", "127.0.0.1.example.org")))


# What goes wrong


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert fault(f"http://127.0.0.1:{port}/v1") == f"The language model’s server at 127.0.0.1:{port} cannot be reached."


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "asks for a key: set KIN_LLM_API_KEY"),
        (403, "asks for a key: set KIN_LLM_API_KEY"),
        (404, "knows no such address or model"),
        (413, "KIN_LLM_CONTEXT"),
        (422, "refuses the request (status 422)"),
        (429, "is busy"),
        (500, "reports a fault (status 500)"),
        (503, "is busy"),
        (204, "reports a fault (status 204)"),
    ],
)
def test_a_status_is_a_sentence(status: int, said: str) -> None:
    with play_server(lambda play: play.say(status, "text/html", b"<b>secret of the server</b>")) as asked:
        message = fault(asked.address)
    assert said in message
    assert "secret" not in message


def test_a_wrong_key_is_told_from_a_missing_one() -> None:
    with (
        play_server(lambda play: play.say(401, "application/json", b"{}")) as asked,
        pytest.raises(LanguageModelError, match="another key than KIN_LLM_API_KEY"),
    ):
        ask(asked.address, key="wrong")


def hang(play: Play) -> None:
    play.stop.wait(10)


def hang_after_the_head(play: Play) -> None:
    play.begin()
    play.stop.wait(10)


def repeat(piece: bytes, pause: float = 0.0) -> Callable[[Play], None]:
    def script(play: Play) -> None:
        play.begin()
        while not play.stop.is_set():
            play.write(piece)
            play.stop.wait(pause)

    return script


@pytest.mark.parametrize(
    "script",
    [hang, hang_after_the_head, repeat(b": still here\n\n", 0.05), repeat(b"d", 0.2), repeat(event("w"), 0.2)],
    ids=["says nothing", "says a head", "signs of life", "a byte at a time", "a word at a time"],
)
def test_whatever_takes_too_long_is_given_up(script: Callable[[Play], None]) -> None:
    with play_server(script) as asked:
        message = fault(asked.address, seconds=1)
    assert "given up" in message or "did not answer in time" in message


@pytest.mark.parametrize(
    "script",
    [repeat(event("word " * 100)), repeat(b"data: " + b"x" * 1000), repeat(b"\n" * 1000), repeat(b": ping\n\n" * 999)],
    ids=["events", "one line", "empty lines", "comments"],
)
def test_whatever_has_no_end_is_given_up(script: Callable[[Play], None]) -> None:
    with play_server(script) as asked:
        assert "without end" in fault(asked.address, seconds=30)


def test_ten_megabytes_in_one_value_are_given_up() -> None:
    huge = json.dumps({"choices": [{"message": {"content": "word " * 2_000_000}}]}).encode()
    with play_server(lambda play: play.say(200, "application/json", huge)) as asked:
        assert "without end" in fault(asked.address, seconds=30)


def cut(play: Play) -> None:
    play.begin()
    play.write(event("Waste fe"))


def cut_within_an_event(play: Play) -> None:
    play.begin()
    play.write(event("Waste fell.") + event("and")[:20])


def cut_within_chunks(play: Play) -> None:
    play.protocol_version = "HTTP/1.1"
    play.send_response(200)
    play.send_header("content-type", "text/event-stream")
    play.send_header("transfer-encoding", "chunked")
    play.end_headers()
    body = event("Waste fell.")
    play.write(f"{len(body):x}\r\n".encode() + body + b"\r\nff\r\nda")


def fault_half_way(play: Play) -> None:
    play.begin()
    play.write(event("Waste fell.") + b'data: {"error": {"message": "out of memory <b>"}}\n\n')


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (cut, "broke off"),
        (cut_within_an_event, "no language model"),
        (cut_within_chunks, "broke off"),
        (fault_half_way, "reports a fault."),
    ],
)
def test_a_reply_that_breaks_off_is_no_reply(script: Callable[[Play], None], said: str) -> None:
    with play_server(script) as asked:
        assert said in fault(asked.address)


def kind(kind: str, body: bytes, **headers: str) -> Callable[[Play], None]:
    return lambda play: play.say(200, kind, body, **headers)


@pytest.mark.parametrize(
    "script",
    [
        kind("text/html", b"<html><script>alert(1)</script>"),
        kind("application/json", b"{"),
        kind("application/json", b"[1, 2]"),
        kind("application/json", b'{"choices": 7}'),
        kind("application/json", b'{"choices": [{"message": {"content": 7}}]}'),
        kind("application/json", b"[" * 100_000),
        kind("application/json", "{\u00e4}".encode("latin-1")),
        kind("text/event-stream", b"<html>no event</html>\n\n"),
        kind("text/event-stream", b"data: no json\n\n"),
        kind("text/event-stream", b""),
        kind("text/event-stream", gzip.compress(event("x" * 10_000_000)), **{"content-encoding": "gzip"}),
    ],
)
def test_what_is_no_language_models_server_is_told_so(script: Callable[[Play], None]) -> None:
    with play_server(script) as asked:
        assert "no language model’s server" in fault(asked.address)


@pytest.mark.parametrize("said", [b"SSH-2.0-OpenSSH_9.2\r\n", b"\x15\x03\x01\x00\x02\x02P", b"220 mail ready\r\n", b""])
def test_another_protocol_is_told_so(said: bytes) -> None:
    with raw_server(said) as address:
        assert "gives no answer in HTTP" in fault(address)


def test_opening_reaches_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Iterator[None]:
        raise AssertionError("it connects")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert ChatServer("http://127.0.0.1:1/v1", "small", "key", seconds=1).host == "127.0.0.1:1"
