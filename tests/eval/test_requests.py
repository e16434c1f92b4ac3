"""Requests are read whole or refused with every fault, and the committed ones agree with the corpus."""

from __future__ import annotations

import json
from collections import Counter
from typing import get_args

import pytest

from eval.__main__ import HERE
from eval.errors import CannotRunError
from eval.lines import Request
from eval.product import ROOT
from eval.questions import read_cases
from kin_assistant.documents.reading import read_document
from kin_assistant.types import Kind

TEXTS = {"a": "The city paid 20 baht. It rose.", "b": "A tram opened.", "c": "A dump closed."}
PAID = {"document_id": "a", "quote": "The city paid 20 baht."}
TRAM = {"document_id": "b", "quote": "A tram opened."}
DUMP = {"document_id": "c", "quote": "A dump closed."}
FEE = [{"id": "n1", "vital": True, "any_of": ["20 baht"]}]
FACT = {"id": "f", "question": "fee?", "kind": "fact", "evidence": [PAID | {"lead": True}], "nuggets": FEE}
COMPARE = {
    "id": "c",
    "question": "A or B?",
    "kind": "compare",
    "evidence": [PAID | {"place": "A"}, TRAM | {"place": "B"}],
}
ADVICE = {"id": "v", "question": "what to do?", "kind": "advice", "evidence": [TRAM], "peers": ["a", "b", "c"]}
TALK = {"id": "t", "question": "hello", "kind": "talk"}


def read(folder, *rows):
    path = folder / "set.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return read_cases([path], TEXTS.get)


@pytest.mark.parametrize("row", [FACT, COMPARE, ADVICE, TALK])
def test_a_whole_request_is_read_and_is_for_judging(tmp_path, row):
    (case,) = read(tmp_path, row)
    assert isinstance(case.question, Request)
    assert case.split == "test"
    assert len(case.gold) == len(case.question.evidence)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (FACT | {"evidence": [PAID]}, "fact needs a sentence that may lead"),
        (FACT | {"nuggets": []}, "fact needs evidence and a vital fact"),
        (FACT | {"evidence": [PAID | {"lead": True}, PAID]}, "two lines of its evidence are the same sentence"),
        (FACT | {"kinds": ["talk", "fact"]}, "kinds begins with kind"),
        (FACT | {"kinds": ["fact"]}, "names another one"),
        (FACT | {"kinds": ["fact", "poem"]}, "kinds.1: "),
        (FACT | {"kind": "list"}, "list needs two items or more"),
        (FACT | {"unanswerable_kind": "missing_fact"}, "an unanswerable question has evidence"),
        (FACT | {"evidence": [{"document_id": "a", "quote": "It fell."}]}, "the quote no longer stands in a"),
        (COMPARE | {"evidence": [PAID | {"place": "A"}]}, "compare needs two places"),
        (COMPARE | {"evidence": [PAID | {"place": "A"}, TRAM]}, "the place of each sentence"),
        (ADVICE | {"peers": ["a", "b"]}, "advice needs 3 peers"),
        (ADVICE | {"peers": ["a", "c", "gone"]}, "there is no document gone"),
        (ADVICE | {"peers": ["a", "c", "a"]}, "advice needs 3 peers"),
        (TALK | {"evidence": [PAID]}, "small talk has neither"),
        (TALK | {"kind": "catalogue"}, "a catalogue needs either documents or labels"),
        (TALK | {"kind": "catalogue", "documents": ["a"], "labels": ["A"]}, "either documents or labels"),
        (TALK | {"kind": "catalogue", "documents": ["gone"]}, "there is no document gone"),
        (
            TALK | {"kind": "catalogue", "labels": ["A"], "unanswerable_kind": "absent_city"},
            "an unanswerable request says what its answer holds",
        ),
    ],
)
def test_a_fault_of_a_request_is_named(tmp_path, row, fault):
    with pytest.raises(CannotRunError) as caught:
        read(tmp_path, row)
    assert any(fault in reason for reason in caught.value.reasons), caught.value.reasons


def test_a_place_on_which_there_is_nothing_counts_as_one_of_the_places(tmp_path):
    (case,) = read(tmp_path, COMPARE | {"evidence": [PAID | {"place": "A"}], "absent": ["Z"]})
    assert case.question.places == ("A",)


@pytest.fixture(scope="module")
def corpus():
    """The documents of the repository by id."""
    paths = [path for path in (ROOT / "corpus").glob("*.md") if path.name != "README.md"]
    documents = [read_document(path.name, path.read_bytes(), "0" * 64).document for path in paths]
    return {document.id: document for document in documents}


@pytest.fixture(scope="module")
def committed(corpus):
    """The committed requests."""
    cases = read_cases([HERE / "questions" / "requests.jsonl"], {key: item.text for key, item in corpus.items()}.get)
    return [case.question for case in cases]


def test_the_committed_requests_are_of_every_kind_and_ask_in_every_way(committed):
    kinds = Counter(request.kind for request in committed)
    assert min(kinds[kind] for kind in get_args(Kind)) >= 16
    assert sum(bool(request.kinds) for request in committed) >= 8
    assert sum(not request.answerable for request in committed) >= 8
    ways = Counter(request.tags[0] for request in committed if request.kind != "talk")
    assert min(ways[way] for way in ("names-city", "describes", "names-none")) >= 0.25 * ways.total()


def test_the_committed_requests_draw_on_most_of_the_corpus(committed, corpus):
    drawn = {item.document_id for request in committed for item in request.evidence}
    drawn |= {document_id for request in committed for document_id in request.documents}
    assert len(drawn) > 0.75 * len(corpus)


def test_counts_agree_with_what_they_count(committed, corpus):
    documents_of = Counter(city for document in corpus.values() for city in document.cities)
    for request in committed:
        if request.count is not None:
            assert request.count == len(request.documents or request.labels), request.id
        if request.about is not None:
            shared = set.intersection(*(set(corpus[item.document_id].cities) for item in request.evidence))
            assert request.about in {documents_of[city] for city in shared}, request.id


def test_catalogues_over_the_metadata_are_complete(committed, corpus):
    """What can be derived from the front matter is derived once more here."""
    requests = {request.id: request for request in committed}
    countries = {country for document in corpus.values() for country in document.countries}
    themes = {theme for document in corpus.values() for theme in document.themes}
    assert set(requests["req-k01"].labels) == countries
    assert set(requests["req-k13"].labels) == themes
    wanted = {
        "req-k02": lambda document: "Nepal" in document.countries,
        "req-k03": lambda document: {"Fiji", "Samoa"} & set(document.countries),
        "req-k05": lambda document: "healthcare waste" in document.themes,
        "req-k08": lambda document: "Dhaka" in document.cities,
        "req-k09": lambda document: document.years and document.years[1] >= 2025,
        "req-k14": lambda document: "women's groups" in document.themes,
        "req-k15": lambda document: "schools" in document.themes,
        "req-k21": lambda document: "Republic of Korea" in document.countries,
        "req-k22": lambda document: "Cambodia" in document.countries,
        "req-k23": lambda document: "Ho Chi Minh City" in document.cities,
    }
    for key, belongs in wanted.items():
        assert set(requests[key].documents) == {name for name, item in corpus.items() if belongs(item)}, key
