"""The REST API answers as the command line does, and says in a sentence what it cannot do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kin_assistant import Assistant
from kin_assistant.api.arrival import MAX_BODY_BYTES
from kin_assistant.cli import documents as cli_documents
from kin_assistant.cli import tables as cli_tables
from kin_assistant.errors import AnswerTimeout, KinError
from kin_assistant.rendering import answer_json, verified
from kin_assistant.ui.guard import MAX_BODY_BYTES as MAX_BODY
from tests.api.conftest import opened
from tests.doubles import QUESTION as DOUBLES_QUESTION
from tests.doubles import AssistantDouble

QUESTION = "How did Surabaya start composting?"


def without_time(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "elapsed_ms"}


def problem_of(answer: Any, status: int) -> str:
    """The sentence of a fault, which is whole."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert set(told) == {"type", "title", "status", "detail"}
    assert (told["type"], told["status"]) == ("about:blank", status)
    assert told["detail"].endswith((".", "?"))
    assert "Traceback" not in answer.text
    assert len(told["detail"]) < 400
    return str(told["detail"])


# The shapes are those of the command line


def test_an_answer_is_the_one_of_the_command_line(client: Any, small: Assistant) -> None:
    told = client.post("/api/v1/ask", json={"question": QUESTION}).json()
    own = answer_json(verified(small.ask(QUESTION), small.document))
    assert without_time(told) == without_time(json.loads(json.dumps(own)))
    assert told["citations"]


def test_every_quote_stands_in_the_document_that_can_be_had(client: Any) -> None:
    told = client.post("/api/v1/ask", json={"question": QUESTION}).json()
    for citation in told["citations"]:
        document = client.get(f"/api/v1/documents/{citation['document_id']}").json()
        assert document["text"][citation["start"] : citation["end"]] == citation["quote"]


def test_history_filters_words_and_form_count(client: Any, small: Assistant) -> None:
    asked = {
        "question": "What did it cost?",
        "history": [QUESTION],
        "filters": {"city": "Surabaya", "years": [2000, 2015]},
        "words": 30,
        "form": "list",
    }
    told = client.post("/api/v1/ask", json=asked).json()
    assert told["leans"]
    assert told["wanted_form"] == "list"
    assert {city for citation in told["citations"] for city in citation["cities"]} == {"Surabaya"}


def test_a_search_is_the_same_by_body_by_address_and_in_python(client: Any, small: Assistant) -> None:
    own = json.loads(small.search("compost baskets", limit=3).model_dump_json())
    assert client.post("/api/v1/search", json={"query": "compost baskets", "limit": 3}).json() == own
    assert client.get("/api/v1/search", params={"query": "compost baskets", "limit": 3}).json() == own


def test_a_search_by_address_takes_filters(client: Any) -> None:
    asked = {"query": "compost", "city": ["Cebu", "Surabaya"], "years": "2000-2013"}
    found = client.get("/api/v1/search", params=asked).json()["hits"]
    same = {"query": "compost", "filters": {"city": ["Cebu", "Surabaya"], "years": "2000-2013"}}
    assert found == client.post("/api/v1/search", json=same).json()["hits"]
    assert {hit["document_id"] for hit in found} <= {"cebu-compost", "surabaya-composting", "network-list"}


def printed(capsys: pytest.CaptureFixture[str], show: Any, *given: Any) -> Any:
    """What a command prints as JSON."""
    import argparse
    import sys

    *before, options = given
    show(*before, argparse.Namespace(json=True, csv=False, xlsx=None, **options), sys.stdout)
    return json.loads(capsys.readouterr().out)


def test_documents_records_and_comparisons_are_those_of_the_command_line(
    client: Any, small: Assistant, capsys: pytest.CaptureFixture[str]
) -> None:
    one = {"id": "surabaya-composting"}
    assert client.get("/api/v1/documents").json() == printed(
        capsys, cli_documents.list_documents, small, {"theme": []}, {}
    )
    assert client.get("/api/v1/documents?city=Cebu").json() == printed(
        capsys, cli_documents.list_documents, small, {"city": ["Cebu"]}, {}
    )
    assert client.get(f"/api/v1/documents/{one['id']}").json() == printed(
        capsys, cli_documents.show_document, small, one
    )
    assert client.get(f"/api/v1/records/{one['id']}").json() == printed(capsys, cli_tables.show_record, small, one)
    asked = {"topic": "compost baskets", "cities": ["Surabaya", "Cebu"], "columns": ["action", "cost"]}
    options = {"topic": ["compost", "baskets"], "cities": "Surabaya,Cebu", "columns": "action,cost"}
    assert client.post("/api/v1/compare", json=asked).json() == printed(
        capsys, cli_tables.compare_cities, small, options
    )


def test_the_coverage_is_that_of_the_command_line(
    client: Any, small: Assistant, capsys: pytest.CaptureFixture[str]
) -> None:
    coverage = client.get("/api/v1/coverage").json()
    assert coverage == printed(capsys, cli_tables.show_coverage, small, {"out": None})
    assert coverage["documents"] == len(small.documents)


def test_the_sentences_of_a_document_are_spans_in_order(client: Any, small: Assistant) -> None:
    for info in small.documents:
        document = client.get(f"/api/v1/documents/{info.id}").json()
        spans = [(one["start"], one["end"]) for one in document["sentences"]]
        assert spans == sorted(set(spans))
        assert all(document["text"][start:end].strip() for start, end in spans)


def test_the_list_of_documents_comes_in_pages(client: Any, small: Assistant) -> None:
    address, found = "/api/v1/documents?limit=2&theme=composting", []
    while address:
        page = client.get(address)
        found += [info["id"] for info in page.json()]
        address = page.headers.get("link", "").partition(">")[0].removeprefix("<")
    assert found == [info.id for info in small.documents if "composting" in info.themes]
    assert len(found) > 2


def test_nothing_known_is_an_answer_with_its_reason(client: Any) -> None:
    told = client.post("/api/v1/ask", json={"question": "What did Lahore do about penguins?"}).json()
    assert told["abstained"]
    assert told["reason"]
    assert client.post("/api/v1/compare", json={"topic": "penguin breeding"}).json()["reason"]


# Bad input


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("ask", {}, "The field “question” is missing."),
        ("ask", {"question": ""}, "The question is empty. Please type one."),
        ("ask", {"question": "???"}, "The question has no words in it."),
        ("ask", {"question": "x" * 2001}, "The question has 2,001 characters; at most 2,000 are read."),
        ("ask", {"question": "x" * 20_001}, "The field “question” is wrong: string should have at most 20000"),
        ("ask", {"question": "a\u0000b"}, "control characters"),
        ("ask", {"question": "\ud83d"}, "The field “question” is wrong"),
        ("ask", {"question": None}, "The field “question” is wrong"),
        ("ask", {"question": 7}, "The field “question” is wrong"),
        ("ask", {"question": ["x"]}, "The field “question” is wrong"),
        ("ask", {"question": {"path": "/etc/passwd"}}, "The field “question” is wrong"),
        ("ask", {"question": QUESTION, "histroy": []}, "There is no field “histroy”."),
        ("ask", {"question": QUESTION, "x" * 5000: 1}, "There is no field “xxxx"),
        ("ask", {"question": QUESTION, "history": "before"}, "The field “history” is wrong"),
        ("ask", {"question": QUESTION, "history": ["x"] * 51}, "The field “history” is wrong"),
        ("ask", {"question": QUESTION, "form": "poem"}, "The field “form” is wrong"),
        ("ask", {"question": QUESTION, "words": 0}, "The field “words” is wrong"),
        ("ask", {"question": QUESTION, "words": "30"}, "The field “words” is wrong"),
        ("ask", {"question": QUESTION, "words": True}, "The field “words” is wrong"),
        ("ask", {"question": QUESTION, "words": 10**30}, "The field “words” is wrong"),
        ("ask", {"question": QUESTION, "filters": {"planet": "Mars"}}, "There is no field “filters.planet”."),
        ("ask", {"question": QUESTION, "filters": {"city": "Surabay"}}, "Did you mean Surabaya?"),
        ("ask", {"question": QUESTION, "filters": {"years": "soon"}}, "“soon” is not a span of years"),
        ("ask", {"question": QUESTION, "filters": {"years": [2010, 2000]}}, "run backwards"),
        ("ask", {"question": QUESTION, "filters": "Surabaya"}, "The field “filters” is wrong"),
        ("ask", {"question": QUESTION, "filters": {"city": 7}}, "The field “filters.city” is wrong: input should be"),
        ("ask", {"question": QUESTION, "filters": {"city": ["x"] * 101}}, "The field “filters.city” is wrong"),
        ("ask", {"question": QUESTION, "filters": {"years": ["2000", "2010"]}}, "The field “filters.years"),
        ("ask", [], "The request is wrong"),
        ("ask", "text", "The request is wrong"),
        ("search", {"question": "compost"}, "The field “query” is missing."),
        ("search", {"query": "compost", "limit": 101}, "The field “limit” is wrong"),
        ("search", {"query": "compost", "limit": 0}, "The field “limit” is wrong"),
        ("peers", {"situation": ""}, "empty"),
        ("peers", {"situation": "x" * 20_001}, "The field “situation” is wrong"),
        ("peers", {"situation": "A port city with dumps.", "limit": 0}, "The field “limit” is wrong"),
        ("peers", {"topic": "compost"}, "The field “situation” is missing."),
        ("compare", {"topic": ""}, "The question is empty."),
        ("compare", {"topic": "x" * 301}, "The field “topic” is wrong"),
        ("compare", {"topic": "compost", "cities": ["Atlantis"]}, "Atlantis"),
        ("compare", {"topic": "compost", "cities": ["Cebu"] * 40}, "At most"),
        ("compare", {"topic": "compost", "columns": ["colour"]}, "There is no column “colour”."),
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_a_sentence(client: Any, path: str, body: Any, said: str) -> None:
    content = json.dumps(body).encode()
    answer = client.post(f"/api/v1/{path}", content=content, headers={"content-type": "application/json"})
    detail = problem_of(answer, 422)
    assert said.replace("“", "").replace("”", "") in detail.replace("“", "").replace("”", "").replace('"', "")


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe{}", b'{"question": ', b"[" * 100_000, b'{"a": ' * 30_000, b"1" * 100_000],
    ids=lambda body: repr(body[:8]),
)
def test_what_is_no_json_is_a_sentence(client: Any, body: bytes) -> None:
    answer = client.post("/api/v1/ask", content=body, headers={"content-type": "application/json"})
    problem_of(answer, answer.status_code)
    assert answer.status_code in (400, 422)


def test_deep_json_in_a_field_is_a_sentence(client: Any) -> None:
    deep = b'{"question": ' + b"[" * 500 + b"]" * 500 + b"}"
    problem_of(client.post("/api/v1/ask", content=deep, headers={"content-type": "application/json"}), 422)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_only_json_is_taken(client: Any, kind: str) -> None:
    answer = client.post("/api/v1/ask", content=b'{"question": "x"}', headers={"content-type": kind})
    assert "application/json" in problem_of(answer, 415)


@pytest.mark.parametrize("length", [MAX_BODY_BYTES + 1, 300 * 1024, 5_000_000])
def test_a_body_that_is_too_large_is_refused(client: Any, length: int) -> None:
    headers = {"content-type": "application/json"}
    answer = client.post("/api/v1/ask", content=b" " * length, headers=headers)
    assert problem_of(answer, 413) == "The request is too large."
    # This client sends all at once; with more than the guard lets in, nothing arrives.
    hidden = client.post("/api/v1/ask", content=iter([b" " * length]), headers=headers)
    problem_of(hidden, 413 if length < MAX_BODY else 400)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "ask", "POST"),
        ("PUT", "ask", "POST"),
        ("DELETE", "documents/surabaya-composting", "GET"),
        ("POST", "documents", "GET"),
        ("PATCH", "search", "GET, POST"),
        ("OPTIONS", "ask", "POST"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(client: Any, method: str, path: str, allowed: str) -> None:
    answer = client.request(method, f"/api/v1/{path}")
    problem_of(answer, 405)
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize(
    "name", ["nothing", "", "a/b/c", "../../etc/passwd", "%00", "%2e%2e%2fsecret", "x" * 400, "<script>"]
)
def test_an_unknown_document_is_said_so(client: Any, name: str) -> None:
    for folder in ("documents", "records"):
        answer = client.get(f"/api/v1/{folder}/{name}")
        if answer.headers["content-type"].startswith("application/problem"):
            assert "There is no document" in problem_of(answer, 404)
        else:
            assert answer.status_code == 404, "the address leads elsewhere"


@pytest.mark.parametrize(
    "query", ["", "query=x&limit=lots", "query=x&limit=1000", "query=x&planet=Mars", "query=x&years=soon", "query=%00"]
)
def test_a_wrong_search_by_address_is_a_sentence(client: Any, query: str) -> None:
    problem_of(client.get(f"/api/v1/search?{query}"), 422)


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "offset=-1", "offset=x", "city=Atlantis", "page=2"])
def test_a_wrong_list_of_documents_is_a_sentence(client: Any, query: str) -> None:
    problem_of(client.get(f"/api/v1/documents?{query}"), 422)


# Faults


def test_a_late_answer_says_when_to_try_again(tmp_path: Path) -> None:
    double = AssistantDouble(fault=AnswerTimeout("The answer took longer than 60 seconds and was given up."))
    with opened(double, tmp_path) as client:
        answer = client.post("/api/v1/ask", json={"question": DOUBLES_QUESTION})
    assert "took longer" in problem_of(answer, 503)
    assert answer.headers["retry-after"] == "60"


def test_a_fault_with_a_sentence_is_that_sentence(tmp_path: Path) -> None:
    double = AssistantDouble(fault=KinError("The index was moved.", details="/secret/path"))
    with opened(double, tmp_path) as client:
        assert problem_of(client.post("/api/v1/ask", json={"question": "x"}), 500) == "The index was moved."


def test_an_unforeseen_fault_shows_a_reference_and_logs_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    double = AssistantDouble(fault=RuntimeError("secret-key at /secret/path"))
    with opened(double, tmp_path) as client:
        answer = client.post("/api/v1/ask", json={"question": "canary"})
    detail = problem_of(answer, 500)
    assert "secret" not in answer.text
    assert detail.partition("reference ")[2][:6] in caplog.text
    assert "canary" not in caplog.text


def test_a_quote_that_is_not_verbatim_is_not_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    double = AssistantDouble()
    document, answer = double.document("surabaya-composting"), double.ask(DOUBLES_QUESTION)
    monkeypatch.setattr(double, "ask", lambda *_, **__: answer)
    monkeypatch.setattr(double, "document", lambda _: document.model_copy(update={"text": document.text.upper()}))
    with opened(double, tmp_path) as client:
        detail = problem_of(client.post("/api/v1/ask", json={"question": DOUBLES_QUESTION}), 500)
    assert "differs from its document" in detail


# Switched off, and other sites


def test_without_the_setting_there_is_no_api(tmp_path: Path) -> None:
    with opened(AssistantDouble(), tmp_path, api=False) as client:
        for path in ("/api/v1/ask", "/api/v1/openapi.json", "/v1/models", "/v1/chat/completions"):
            for method in ("GET", "POST", "OPTIONS"):
                assert client.request(method, path).status_code == 404
        assert client.get("/").status_code == 200


CROSSING = (
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors"},
    {"origin": "https://testserver.evil.example"},
)


@pytest.mark.parametrize("headers", CROSSING, ids=str)
def test_pages_of_other_sites_are_refused(tmp_path: Path, headers: dict[str, str]) -> None:
    double = AssistantDouble()
    for origins in ((), ("https://intranet.example",)):
        with opened(double, tmp_path, api_origins=origins) as client:
            answers = [
                client.post("/api/v1/ask", json={"question": DOUBLES_QUESTION}, headers=headers),
                client.get("/api/v1/search?query=x", headers=headers),
                client.get("/v1/models", headers=headers),
            ]
        assert [answer.status_code for answer in answers] == [403] * 3
        assert not any("access-control-allow-origin" in answer.headers for answer in answers)
    assert not double.asked


def test_the_pages_own_origin_may_ask(tmp_path: Path) -> None:
    own = {"origin": "http://testserver", "sec-fetch-site": "same-origin"}
    with opened(AssistantDouble(), tmp_path) as client:
        assert client.post("/api/v1/ask", json={"question": DOUBLES_QUESTION}, headers=own).status_code == 200


def test_an_origin_that_is_named_may_ask_and_reaches_nothing_else(tmp_path: Path) -> None:
    named = {"origin": "https://intranet.example", "sec-fetch-site": "cross-site"}
    asking = named | {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    with opened(AssistantDouble(), tmp_path, api_origins=("https://intranet.example",)) as client:
        asked = client.options("/api/v1/ask", headers=asking)
        assert asked.status_code == 200
        assert asked.headers["access-control-allow-origin"] == named["origin"]
        answer = client.post("/api/v1/ask", json={"question": DOUBLES_QUESTION}, headers=named)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == named["origin"]
        assert "access-control-allow-credentials" not in answer.headers
        refused = client.post("/api/v1/ask", json={}, headers=named)
        assert refused.status_code == 422
        assert refused.headers["access-control-allow-origin"] == named["origin"], "its script can read why"
        others = client.options("/api/v1/ask", headers=asking | {"origin": "https://evil.example"})
        assert others.status_code == 400
        for path in ("/", "/library", "/documents/meeting"):
            assert "access-control-allow-origin" not in client.get(path, headers=named).headers
            assert client.options(path, headers=asking).status_code == 405
        assert client.post("/gradio_api/queue/join", json={}, headers=named).status_code == 403


def test_every_answer_of_the_api_carries_the_security_headers(client: Any) -> None:
    for path in ("/api/v1/documents", "/api/v1/documents/nothing", "/v1/models", "/api/v1/ask"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
