"""What a browser keeps of a question is read strictly, whoever wrote it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kin_assistant.types import Filters
from kin_assistant.ui.callbacks import Callbacks, Choices
from kin_assistant.ui.kept_questions import MAX_KEPT, KeptRefused, read_kept, write_kept
from kin_assistant.ui.served import Served
from kin_assistant.ui.turns import Turn
from kin_assistant.ui.visits import Visits
from tests.doubles import QUESTION, AssistantDouble

TURN = Turn(
    "q1",
    "What did it cost?",
    Filters(city=("Surabaya",), theme=("waste",), years=(1990, 2010)),
    history=(QUESTION,),
    change="table",
    form="table",
)


def test_what_is_written_is_read_as_it_was() -> None:
    kept = read_kept(write_kept(TURN), 200)
    assert (kept.question, kept.history, kept.filters) == (TURN.question, TURN.history, TURN.filters)
    assert (kept.change, kept.form) == ("table", "table")


def test_what_could_not_be_taken_or_is_too_long_is_not_kept() -> None:
    assert write_kept(Turn("q1", "", Filters(), fault="No.")) == ""
    assert write_kept(Turn("q1", "x" * MAX_KEPT, Filters())) == ""


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"question": ""},
        {"question": "x" * 201},
        {"question": ["x"]},
        {"history": "x"},
        {"history": ["x"] * 13},
        {"history": ["x" * 201]},
        {"history": [{"path": "/etc/passwd"}]},
        {"cities": None},
        {"cities": ["x" * 201]},
        {"themes": ["x"] * 501},
        {"years": [2010, 1990]},
        {"years": [1990]},
        {"years": [True, 2000]},
        {"change": "longer"},
        {"change": ["table"]},
        {"form": "alone"},
        {"quote": "Words of no document."},
    ],
    ids=str,
)
def test_anything_else_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(KeptRefused, match="cannot be read as this browser kept it"):
        read_kept(json.dumps(json.loads(write_kept(TURN)) | change), 200)


@pytest.mark.parametrize("text", ["", "{", "null", "[]", "[" * 10_000, "{}"], ids=range(6))
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(KeptRefused):
        read_kept(text, 200)


def test_a_kept_question_is_asked_as_it_was(tmp_path: Path) -> None:
    assistant = AssistantDouble()
    callbacks = Callbacks(Served(assistant), tmp_path, 200, lambda: datetime(2026, 11, 21, tzinfo=UTC))  # type: ignore[arg-type]
    first = callbacks.ask(QUESTION, Choices(cities=["Surabaya"]), ())
    table = callbacks.ask_again(first.id, "table", (first,))
    again = callbacks.recall(write_kept(table))
    assert again.id != table.id
    assert again.answer is not None
    assert assistant.asked[-1] == assistant.asked[-2]
    assert assistant.forms[-2:] == ["table", "table"]


# What the server holds of it


def test_a_visit_is_reopened_by_whoever_knows_its_last_turn() -> None:
    visits = Visits()
    one, two, three = (Turn(f"q{number}", "x", Filters()) for number in range(3))
    for turn in (one, two, three):
        visits.add("before", "client", turn)
    assert visits.reopen("after", "client", "q1") == (one, two)
    assert visits.turns("before") == (one, two, three)
    assert visits.reopen("after", "client", "q9") == ()
    assert visits.turns("after") == (), "what was there before has left the page"


def test_a_turn_takes_the_place_of_the_one_it_repeats() -> None:
    visits = Visits()
    one, two, again = (Turn(f"q{number}", "x", Filters()) for number in range(3))
    visits.add("visit", "client", one)
    visits.add("visit", "client", two)
    assert visits.add("visit", "client", again, instead_of="q0") == (again, two)


def test_what_was_stopped_changes_nothing() -> None:
    visits = Visits()
    one, two = (Turn(f"q{number}", "x", Filters()) for number in range(2))
    stops = visits.stops("visit")
    visits.stop("visit", "client")
    assert visits.add("visit", "client", one, stops=stops) == ()
    assert visits.add("visit", "client", two, stops=visits.stops("visit")) == (two,)
