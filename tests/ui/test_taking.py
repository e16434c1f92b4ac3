"""Answers of the page as files: the one that was shown, checked once more, or one that is answered anew."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kin_assistant.rendering import Transcript
from kin_assistant.types import Filters
from kin_assistant.ui.callbacks import Choices
from kin_assistant.ui.kept_questions import write_kept
from kin_assistant.ui.ratelimit import QUESTION as POINTS
from kin_assistant.ui.ratelimit import RateLimiter
from kin_assistant.ui.taking import add_transcripts
from kin_assistant.ui.turns import Turn
from kin_assistant.ui.visits import Visits
from tests.doubles import QUESTION, UNKNOWN
from tests.rendering.transcripts.test_files import words_in
from tests.ui.test_page import make_callbacks

FILES = ["answer.docx", "answer.pdf", "answer.md", "answer.bib", "answer.ris", "answer.json"]
GONE = "That answer is no longer kept here. Please write its question again."


@pytest.fixture
def visits() -> Visits:
    return Visits()


@pytest.fixture
def served(tmp_path: Path, visits: Visits) -> Iterator[tuple[Any, Any, Any]]:
    """Client, callbacks and assistant."""
    from fastapi import FastAPI
    from starlette.testclient import TestClient

    callbacks, assistant = make_callbacks(tmp_path)
    app = FastAPI()
    add_transcripts(app, callbacks, visits, RateLimiter(len(FILES) * POINTS))
    with TestClient(app) as client:
        yield client, callbacks, assistant


def kept_of(question: str = QUESTION, **more: Any) -> str:
    return write_kept(Turn("q1", question, **{"filters": Filters(), **more}))


def test_an_answer_that_is_held_is_written_without_another_search(served: tuple[Any, Any, Any], visits: Visits) -> None:
    client, callbacks, assistant = served
    turn = callbacks.ask(QUESTION, Choices(), ())
    visits.add("s", "c", turn)
    for name in FILES:
        answer = client.post(f"/answer/{name}", data={"turn": turn.id, "kept": write_kept(turn)})
        assert answer.status_code == 200
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
        words = words_in(answer.content, Path(name).suffix)
        if Path(name).suffix in (".docx", ".pdf", ".md"):
            assert all(one.quote in words for one in turn.answer.citations if not one.quote.startswith("|"))
    assert len(assistant.asked) == 1


def test_an_answer_that_is_no_longer_held_is_answered_anew(served: tuple[Any, Any, Any]) -> None:
    client, _, assistant = served
    kept = kept_of("What did it cost?", history=("What did Surabaya do?",), filters=Filters(city=("Surabaya",)))
    answer = client.post("/answer/answer.md", data={"turn": "q0123456789abcd", "kept": kept})
    assert answer.status_code == 200
    assert "Looked only in: Surabaya" in answer.text
    assert assistant.asked == [("What did it cost?", Filters(city=("Surabaya",)), ("What did Surabaya do?",))]


def test_a_quote_that_no_longer_stands_is_never_written(served: tuple[Any, Any, Any], visits: Visits) -> None:
    client, callbacks, assistant = served
    turn = callbacks.ask(QUESTION, Choices(), ())
    wrong = turn.answer.citations[0].model_copy(update={"start": 0, "end": 57})
    altered = turn.answer.model_copy(update={"citations": (wrong, *turn.answer.citations[1:])})
    visits.add("s", "c", Turn(turn.id, QUESTION, Filters(), answer=altered))
    answer = client.post("/answer/answer.md", data={"turn": turn.id, "kept": write_kept(turn)})
    assert answer.status_code == 200 and len(assistant.asked) == 2
    refused = client.post("/answer/answer.md", data={"turn": turn.id, "kept": ""})
    assert (refused.status_code, refused.text) == (400, GONE)


def test_a_conversation_is_written_in_order(served: tuple[Any, Any, Any], visits: Visits) -> None:
    client, callbacks, _ = served
    turns = [callbacks.ask(QUESTION, Choices(), ()), callbacks.ask(UNKNOWN, Choices(), ())]
    for turn in turns:
        visits.add("s", "c", turn)
    answer = client.post("/answer/answer.docx", data={"turn": [one.id for one in turns], "kept": ["", ""]})
    words = words_in(answer.content, ".docx")
    assert 0 < words.index(QUESTION) < words.index("[1.1]") < words.index(UNKNOWN)


def test_of_a_long_form_twelve_answers_are_read(tmp_path: Path) -> None:
    callbacks, assistant = make_callbacks(tmp_path)
    found = callbacks.transcribe([(None, kept_of())] * 3)
    assert isinstance(found, Transcript) and len(found.answers) == len(assistant.asked) == 3


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "There is no answer to take along."),
        ({"turn": "q1"}, "There is no answer to take along."),
        ({"turn": "q1", "kept": ""}, GONE),
        ({"turn": "q1", "kept": "{"}, "cannot be read"),
        ({"turn": "q1", "kept": json.dumps({"version": 1})}, "cannot be read"),
        ({"turn": "q1", "kept": kept_of(filters=Filters(city=("Lahore",)))}, "No document is about that city."),
    ],
)
def test_what_cannot_be_written_is_a_sentence(served: tuple[Any, Any, Any], data: Any, said: str) -> None:
    answer = served[0].post("/answer/answer.pdf", data=data)
    assert answer.status_code == 400
    assert said in answer.text


def test_a_refusal_has_no_references(served: tuple[Any, Any, Any]) -> None:
    answer = served[0].post("/answer/answer.bib", data={"turn": "q1", "kept": kept_of(UNKNOWN)})
    assert (answer.status_code, answer.text) == (400, "No document is quoted, so there are no references.")


def test_what_must_be_searched_again_costs_a_question_each(served: tuple[Any, Any, Any], visits: Visits) -> None:
    client, callbacks, _ = served
    turn = callbacks.ask(QUESTION, Choices(), ())
    visits.add("s", "c", turn)
    held = {"turn": [turn.id] * 4, "kept": [""] * 4}
    anew = {"turn": ["q1"] * 5, "kept": [kept_of()] * 5}
    assert [client.post("/answer/answer.md", data=data).status_code for data in (held, anew, held)] == [200, 200, 429]
