"""The OpenAPI document says what is there, and real answers and requests are as it describes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from kin_assistant.api.addresses import ADDRESSES, FOLDERS, REST

QUESTION = "How did Surabaya start composting?"

REQUESTS: dict[tuple[str, str], tuple[str, Any]] = {
    ("post", "/ask"): ("/ask", {"question": QUESTION, "filters": {"city": ["Surabaya"], "years": "2000-2015"}}),
    ("post", "/search"): ("/search", {"query": "compost", "limit": 2}),
    ("get", "/search"): ("/search?query=compost&city=Cebu&years=2000-2015&limit=3", None),
    ("post", "/compare"): ("/compare", {"topic": "compost baskets", "cities": ["Surabaya", "Cebu"]}),
    ("post", "/peers"): ("/peers", {"situation": "We are a port city with open dumping and too much food waste."}),
    ("post", "/commitments"): ("/commitments", {"topic": "landfill"}),
    ("post", "/money"): ("/money", {"topic": "compost baskets", "cities": ["Surabaya"]}),
    ("get", "/documents"): ("/documents?limit=2&offset=1", None),
    ("get", "/documents/{document_id}"): ("/documents/surabaya-composting", None),
    ("get", "/records/{document_id}"): ("/records/surabaya-composting", None),
    ("get", "/packages/{document_id}"): ("/packages/surabaya-composting", None),
    ("post", "/training-sheet"): ("/training-sheet", {"theme": "compost baskets"}),
    ("get", "/coverage"): ("/coverage", None),
}
"""A good request for each operation."""


@pytest.fixture(scope="module")
def document(client: Any) -> Any:
    answer = client.get(f"{REST}/openapi.json")
    assert answer.status_code == 200
    return answer.json()


def validator(document: Any, schema: Any) -> Draft202012Validator:
    """Of a schema that stands in the document."""
    return Draft202012Validator({**schema, "components": document["components"]})


def operations(document: Any) -> Iterator[tuple[str, str, Any]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def test_it_describes_every_address_and_no_other(document: Any) -> None:
    described = {(method.upper(), path) for method, path, _ in operations(document)}
    there = {
        (method, path.removeprefix(REST))
        for path, methods in ADDRESSES.items()
        if path.startswith(REST) and not path.endswith("openapi.json")
        for method in methods
    }
    there |= {
        (method, f"{path.removeprefix(REST)}{{document_id}}") for path, methods in FOLDERS.items() for method in methods
    }
    assert described == there
    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": REST}]


def test_every_schema_is_one_and_every_reference_leads_somewhere(document: Any) -> None:
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    names = set(document["components"]["schemas"])
    text = json.dumps(document)
    references = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert references <= names
    assert "HTTPValidationError" not in references, "faults are problems"


def test_every_operation_says_what_it_does_and_what_may_go_wrong(document: Any) -> None:
    for method, path, operation in operations(document):
        assert operation["description"].endswith(".")
        statuses = set(operation["responses"])
        assert {"200", "403", "422", "429", "500", "503"} <= statuses
        assert ("404" in statuses) == ("{document_id}" in path)
        assert ({"400", "408", "413", "415"} <= statuses) == (method == "post")
        for status, response in operation["responses"].items():
            assert list(response["content"]) == ["application/json" if status == "200" else "application/problem+json"]


@pytest.mark.parametrize(("method", "path"), REQUESTS, ids=str)
def test_real_answers_are_as_it_describes_them(client: Any, document: Any, method: str, path: str) -> None:
    address, body = REQUESTS[method, path]
    operation = document["paths"][path][method]
    if body is not None:
        validator(document, operation["requestBody"]["content"]["application/json"]["schema"]).validate(body)
    answer = client.request(method, REST + address, json=body)
    assert answer.status_code == 200
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    checked = validator(document, schema)
    checked.validate(answer.json())
    with pytest.raises(ValidationError):
        checked.validate({"something": "else"})


def test_an_answer_of_each_form_is_as_it_describes_them(client: Any, document: Any) -> None:
    schema = document["paths"]["/ask"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    checked = validator(document, schema)
    for question in ("hello", "Which documents are about composting?", QUESTION, "What did Lahore do about penguins?"):
        for form in (None, "shorter", "more", "list", "table"):
            checked.validate(client.post(f"{REST}/ask", json={"question": question, "form": form}).json())


def test_every_operation_has_a_good_request_here(document: Any) -> None:
    assert {(method, path) for method, path, _ in operations(document)} == set(REQUESTS)


@pytest.mark.parametrize(
    ("method", "address", "body", "status"),
    [
        ("post", "/ask", {"question": ""}, "422"),
        ("post", "/ask", {}, "422"),
        ("get", "/search?limit=1", None, "422"),
        ("get", "/documents/nothing", None, "404"),
        ("get", "/records/nothing", None, "404"),
    ],
)
def test_real_faults_are_as_it_describes_them(
    client: Any, document: Any, method: str, address: str, body: Any, status: str
) -> None:
    path = address.partition("?")[0].replace("nothing", "{document_id}")
    answer = client.request(method, REST + address, json=body)
    assert str(answer.status_code) == status
    content = document["paths"][path][method]["responses"][status]["content"]["application/problem+json"]
    validator(document, content["schema"]).validate(answer.json())


# Whatever is sent is answered or refused, as the schema says


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.dictionaries(
    st.sampled_from(
        ["question", "history", "filters", "form", "words", "query", "limit", "topic", "cities", "columns"]
    ),
    JSON
    | st.sampled_from(
        [QUESTION, "list", 3, [], ["Surabaya"], {"city": "Surabaya"}, {"years": "2000-2010"}, {"years": 7}]
    ),
    max_size=5,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(["/ask", "/search", "/compare"]), body=FIELDS | JSON)
def test_whatever_is_sent_is_answered_or_refused_in_a_sentence(
    client: Any, document: Any, path: str, body: Any
) -> None:
    content = json.dumps(body).encode()
    answer = client.post(REST + path, content=content, headers={"content-type": "application/json"})
    operation = document["paths"][path]["post"]
    assert answer.status_code in (200, 400, 422), answer.text
    described = operation["responses"].get(str(answer.status_code))
    kind = answer.headers["content-type"]
    validator(document, described["content"][kind]["schema"]).validate(answer.json())
    fits = validator(document, operation["requestBody"]["content"]["application/json"]["schema"]).is_valid(body)
    if answer.status_code == 200:
        assert fits, "what is answered fits the schema"
    elif not fits:
        assert answer.json()["detail"].endswith(".")


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=200))
def test_whatever_bytes_are_sent_are_refused_in_a_sentence(client: Any, body: bytes) -> None:
    answer = client.post(f"{REST}/ask", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.json()["detail"]
