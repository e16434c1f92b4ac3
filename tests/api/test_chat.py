"""Chat front ends are answered as they expect it, with the Markdown that everybody gets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kin_assistant import Assistant
from kin_assistant.api.chat import MODEL, question_of
from kin_assistant.api.requests import ChatRequest
from kin_assistant.errors import AnswerTimeout
from kin_assistant.rendering import answer_markdown
from tests.api.conftest import opened
from tests.doubles import AssistantDouble

QUESTION = "How did Surabaya start composting?"
ADDRESS = "/v1/chat/completions"


def user(text: object) -> dict[str, object]:
    return {"role": "user", "content": text}


def events(answer: Any) -> list[Any]:
    """The chunks of a stream, which ends as it must."""
    assert answer.headers["content-type"].startswith("text/event-stream")
    lines = [line.removeprefix("data: ") for line in answer.text.split("\n\n") if line]
    assert lines[-1] == "[DONE]"
    return [json.loads(line) for line in lines[:-1]]


def test_the_answer_is_the_markdown_of_the_command_line_below_its_heading(client: Any, small: Assistant) -> None:
    told = client.post(ADDRESS, json={"model": MODEL, "messages": [user(QUESTION)]}).json()
    own = answer_markdown(small.ask(QUESTION))
    content = told["choices"][0]["message"]["content"]
    assert own == f"# {QUESTION}\n\n{content}"
    assert "[1]" in content
    assert "## References" in content
    assert (told["object"], told["model"]) == ("chat.completion", MODEL)
    assert told["choices"][0]["finish_reason"] == "stop"
    assert told["choices"][0]["message"]["role"] == "assistant"
    assert told["usage"]["total_tokens"] == 0
    assert told["created"] > 1_700_000_000


def test_a_stream_is_the_same_answer_in_pieces(client: Any) -> None:
    asked = {"model": MODEL, "messages": [user(QUESTION)]}
    whole = client.post(ADDRESS, json=asked).json()["choices"][0]["message"]["content"]
    chunks = events(client.post(ADDRESS, json=asked | {"stream": True}))
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert "".join(delta.get("content", "") for delta in deltas) == whole
    assert len(deltas) > 4
    assert deltas[0]["role"] == "assistant"
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert len({chunk["id"] for chunk in chunks}) == 1
    counted = events(client.post(ADDRESS, json=asked | {"stream": True, "stream_options": {"include_usage": True}}))
    assert counted[-1]["choices"] == []
    assert counted[-1]["usage"]["total_tokens"] == 0
    assert counted[0]["usage"] is None


def test_the_last_message_of_a_user_is_the_question_and_earlier_ones_its_history(tmp_path: Path) -> None:
    double = AssistantDouble()
    messages = [
        {"role": "system", "content": "You are a pirate."},
        user("How did Surabaya cut its household waste?"),
        {"role": "assistant", "content": "Long ago. " * 500},
        user([{"type": "text", "text": "What did it"}, {"type": "text", "text": "cost?"}]),
        {"role": "tool", "content": "nothing", "tool_call_id": "x"},
    ]
    with opened(double, tmp_path) as client:
        assert client.post(ADDRESS, json={"messages": messages}).status_code == 200
    assert double.asked == [("What did it\ncost?", None, ("How did Surabaya cut its household waste?",))]


def test_of_a_long_conversation_the_last_questions_count() -> None:
    asked = ChatRequest.model_validate({"messages": [user(f"Question {number}?") for number in range(200)]})
    question = question_of(asked)
    assert question.question == "Question 199?"
    assert question.history == [f"Question {number}?" for number in range(149, 199)]


def test_what_a_front_end_sends_besides_changes_nothing(client: Any) -> None:
    plain = {"model": "gpt-4o", "messages": [user(QUESTION)]}
    more = plain | {
        "temperature": 0.2,
        "n": 3,
        "tools": [{"type": "function", "function": {"name": "x"}}],
        "response_format": {"type": "json_object"},
        "user": "me",
        "max_tokens": 5,
        "made_up": {"path": "/etc/passwd"},
    }
    secret = {"authorization": "Bearer sk-secret"}
    contents = [
        client.post(ADDRESS, json=asked, headers=secret).json()["choices"][0]["message"]["content"]
        for asked in (plain, more)
    ]
    assert contents[0] == contents[1]


def test_a_refusal_is_an_answer(client: Any) -> None:
    told = client.post(ADDRESS, json={"messages": [user("What did Lahore do about penguins?")]})
    assert told.status_code == 200
    assert "The documents do not say this" in told.json()["choices"][0]["message"]["content"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "The field “messages” is missing."),
        ({"messages": []}, "The field “messages” is wrong"),
        ({"messages": "hello"}, "The field “messages” is wrong"),
        ({"messages": [user(QUESTION)] * 1001}, "The field “messages” is wrong"),
        ({"messages": [{"role": "system", "content": "Hello."}]}, "There is no message of a user."),
        ({"messages": [user("")]}, "The question is empty."),
        ({"messages": [user(None)]}, "The question is empty."),
        ({"messages": [user("x" * 2001)]}, "at most 2,000"),
        ({"messages": [user("x" * 20_001)]}, "at most 20,000"),
        ({"messages": [user(7)]}, "The field “messages.0.content” is wrong"),
        ({"messages": [{"content": QUESTION}]}, "“messages.0.role” is missing."),
        ({"messages": [user([{"type": "image_url", "image_url": {"url": "http://127.0.0.1:1/x.png"}}])]}, "is wrong"),
        ({"messages": [user([{"type": "file", "file": {"file_id": "/etc/passwd"}}])]}, "is wrong"),
        ({"messages": [user(QUESTION)], "stream": "maybe"}, "The field “stream” is wrong"),
        ({"messages": [user(QUESTION)], "model": ["x"]}, "The field “model” is wrong"),
        ([], "The request is wrong"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_cannot_be_asked_is_a_sentence_where_front_ends_look_for_it(client: Any, body: Any, said: str) -> None:
    answer = client.post(ADDRESS, json=body)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error.keys() == {"message", "type", "param", "code"}
    assert error["type"] == "invalid_request_error"
    assert said in error["message"]
    assert error["message"].endswith(".")


def test_refusals_of_the_server_are_in_the_same_form(client: Any) -> None:
    headers = {"content-type": "application/json"}
    for answer, status in (
        (client.get(ADDRESS), 405),
        (client.post(ADDRESS, content=b"{", headers=headers), 400),
        (client.post(ADDRESS, content=b" " * 250_000, headers=headers), 413),
        (client.post(ADDRESS, content=b" " * 300_000, headers=headers), 413),
        (client.post(ADDRESS, content=b"{}", headers={"content-type": "text/plain"}), 415),
        (client.post(ADDRESS, json={}, headers={"origin": "https://evil.example"}), 403),
    ):
        assert answer.status_code == status
        assert answer.json()["error"]["message"].endswith(".")


def test_a_late_answer_says_when_to_try_again(tmp_path: Path) -> None:
    with opened(AssistantDouble(fault=AnswerTimeout("The answer took too long.")), tmp_path) as client:
        answer = client.post(ADDRESS, json={"messages": [user("x")], "stream": True})
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "60"
    assert answer.json()["error"] == {
        "message": "The answer took too long.",
        "type": "server_error",
        "param": None,
        "code": None,
    }


def test_there_is_one_model(client: Any) -> None:
    told = client.get("/v1/models").json()
    assert told["object"] == "list"
    assert [(model["id"], model["object"]) for model in told["data"]] == [(MODEL, "model")]
    assert client.get("/v1/models/other").status_code == 404
