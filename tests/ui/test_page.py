"""The page asks, refuses, records and guards as it should, without a browser."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import html
import json
import logging
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from kin_assistant.corpus.profile import CorpusProfile
from kin_assistant.errors import KinError, ServeError
from kin_assistant.rendering import describe_filters, document_link
from kin_assistant.settings import Settings
from kin_assistant.types import Filters
from kin_assistant.ui.callbacks import Callbacks, Choices
from kin_assistant.ui.components import asset_address
from kin_assistant.ui.conversation import conversation_html, further_html
from kin_assistant.ui.guard import MAX_BODY_BYTES
from kin_assistant.ui.page import build_page
from kin_assistant.ui.ratelimit import QUESTION as QUESTION_COST
from kin_assistant.ui.ratelimit import RateLimiter, please_wait
from kin_assistant.ui.served import Served
from kin_assistant.ui.server import _is_worth_a_line, make_app, read_evaluation, serve
from kin_assistant.ui.texts import about_html, evaluation_html, examples_html
from kin_assistant.ui.turns import MAX_TURNS, Turn
from kin_assistant.ui.visits import MAX_VISITS, MAX_VISITS_OF_CLIENT, Visits
from tests.doubles import QUESTION, UNKNOWN, AssistantDouble, BuildInfo

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


def make_callbacks(folder: Path) -> tuple[Callbacks, AssistantDouble]:
    assistant = AssistantDouble()
    callbacks = Callbacks(
        served=Served(assistant),  # type: ignore[arg-type]
        feedback=folder,
        max_question_characters=200,
        now=lambda: NOW,
    )
    return callbacks, assistant


# Asking


def test_an_answer_becomes_a_turn(tmp_path: Path) -> None:
    callbacks, _ = make_callbacks(tmp_path)
    turn = callbacks.ask(QUESTION, Choices(), ())
    assert turn.answer is not None
    assert turn.answer.id == turn.id
    assert turn.question == QUESTION


def test_earlier_questions_travel_as_history(tmp_path: Path) -> None:
    callbacks, assistant = make_callbacks(tmp_path)
    first = callbacks.ask(QUESTION, Choices(), ())
    second = callbacks.ask("What did it cost?", Choices(), (first,))
    assert assistant.asked[-1][2] == (QUESTION,)
    html = conversation_html((first, second), {})
    assert "Searched as: \u201cWhat did it cost? Surabaya\u201d" in html


def test_an_answer_is_offered_in_the_forms_that_it_can_have(tmp_path: Path) -> None:
    callbacks, _ = make_callbacks(tmp_path)
    answered, refused = callbacks.ask(QUESTION, Choices(), ()), callbacks.ask(UNKNOWN, Choices(), ())
    assert re.findall(r'data-kin-change="(\w+)">([\w ]+)<', conversation_html([answered], {})) == [
        ("shorter", "Shorter"),
        ("more", "More"),
        ("list", "As a list"),
        ("table", "As a table"),
    ]
    assert "data-kin-change" not in conversation_html([refused], {})


def test_a_conversation_is_taken_along_below_its_last_turn_also_where_that_could_not_be_answered(
    tmp_path: Path,
) -> None:
    callbacks, _ = make_callbacks(tmp_path)
    first, second = callbacks.ask(QUESTION, Choices(), ()), callbacks.ask(UNKNOWN, Choices(), ())
    faults = [callbacks.ask(None, Choices(), ()), callbacks.ask(QUESTION, Choices(first_year="soon"), ())]
    for fault in faults:
        for turns in ([first, fault], [first, second, fault], [fault, first, second]):
            shown = str(conversation_html(turns, {}))
            last = shown[shown.index(f'id="{turns[-1].id}"') :]
            assert last.count("From the conversation") == shown.count("From the conversation") == 1
            assert last.count("Download the whole conversation") == 1
        for turns in ([fault], [fault, first]):
            assert "conversation" not in str(conversation_html(turns, {})).lower(), "there are not two answers"


def test_an_edited_question_leans_on_what_its_own_leaned_on(tmp_path: Path) -> None:
    callbacks, assistant = make_callbacks(tmp_path)
    first = callbacks.ask(QUESTION, Choices(), ())
    second = callbacks.ask("What did it cost?", Choices(), (first,))
    third = callbacks.ask("Who paid?", Choices(), (first, second))
    callbacks.ask("What did they cost?", Choices(), (first, second, third), edits=second.id)
    callbacks.ask("What did they cost?", Choices(), (first, second, third), edits="q-unknown")
    assert [history for _, _, history in assistant.asked[-2:]] == [
        (QUESTION,),
        (QUESTION, "What did it cost?", "Who paid?"),
    ]


def test_a_turn_takes_the_place_of_another_and_of_all_after_it() -> None:
    visits = Visits()
    turns = [Turn(f"q{number}", "?", Filters()) for number in range(4)]
    for turn in turns[:3]:
        visits.add("s", "c", turn)
    assert visits.add("s", "c", turns[3], instead_of="q1", onwards=True) == (turns[0], turns[3])
    assert visits.add("s", "c", turns[1], instead_of="gone", onwards=True) == (turns[0], turns[3], turns[1])
    assert visits.find("q3") == turns[3] and visits.find("q2") is None


def test_a_question_is_asked_again_as_it_was_in_another_form(tmp_path: Path) -> None:
    callbacks, assistant = make_callbacks(tmp_path)
    first = callbacks.ask(QUESTION, Choices(), ())
    second = callbacks.ask("What did it cost?", Choices(cities=["Surabaya"]), (first,))
    third = callbacks.ask(QUESTION, Choices(), (first, second))
    again = callbacks.ask_again(second.id, "table", (first, second, third))
    assert assistant.asked[-1] == ("What did it cost?", Filters(city=("Surabaya",)), (QUESTION,))
    assert assistant.forms == [None, None, None, "table"]
    shown = conversation_html((again,), {})
    assert "The same question again, as a table." in shown
    assert 'data-kin-change="table"' not in shown
    callbacks.ask("Who paid?", Choices(), (first, second, third, again))
    assert assistant.asked[-1][2] == (QUESTION, "What did it cost?"), "the conversation goes on from there"


def test_a_follow_up_is_asked_without_what_it_leans_on(tmp_path: Path) -> None:
    callbacks, assistant = make_callbacks(tmp_path)
    first = callbacks.ask(QUESTION, Choices(), ())
    second = callbacks.ask("Surabaya: what did it cost?", Choices(), (first,))
    assert "Ask without this" not in conversation_html((first,), {})
    question = "Surabaya: what did it cost?"
    meant = {"leans": True, "carried": ("waste", "cut"), "standalone_question": f"{question} (waste, cut)"}
    leaning = replace(second, answer=second.answer.model_copy(update=meant))
    shown = conversation_html((leaning,), {})
    assert "Going on from: waste, cut <button" in shown
    assert 'data-kin-change="alone">Ask without this</button>' in shown
    meant["standalone_question"] = "Who paid? (waste, cut)"
    moved = replace(second, answer=second.answer.model_copy(update=meant))
    shown = conversation_html((moved,), {})
    assert "Searched as: “Who paid? (waste, cut)”" in shown, "more than the words it leans on was added"
    assert "Ask without this" in shown
    alone = callbacks.ask_again(leaning.id, "alone", (first, leaning))
    assert assistant.asked[-1] == ("Surabaya: what did it cost?", Filters(), ())
    assert "without the messages before it" in conversation_html((alone,), {})
    callbacks.ask("Who paid?", Choices(), (first, leaning, alone))
    assert assistant.asked[-1][2] == ("Surabaya: what did it cost?",), "what was dropped stays dropped"


def test_a_typed_form_is_headed_by_its_words_and_a_click_by_the_question(tmp_path: Path) -> None:
    callbacks, assistant = make_callbacks(tmp_path)
    first = callbacks.ask(QUESTION, Choices(), ())
    typed = callbacks.ask("as a table", Choices(), (first,))
    meant = typed.answer.model_copy(
        update={"question": QUESTION, "standalone_question": QUESTION, "wanted_form": "table"}
    )
    typed = replace(typed, answer=meant)
    shown = conversation_html((typed,), {})
    assert "You asked: </span>as a table" in shown
    assert f"Searched as: “{QUESTION}”" in html.unescape(shown)
    callbacks.ask_again(typed.id, "shorter", (first, typed))
    assert (assistant.asked[-1], assistant.forms[-1]) == (("as a table", Filters(), (QUESTION,)), "shorter")
    callbacks.ask_again(typed.id, "alone", (first, typed))
    assert (assistant.asked[-1], assistant.forms[-1]) == ((QUESTION, Filters(), ()), "table")
    clicked = replace(typed, change="list")
    assert f"You asked: </span>{QUESTION}" in conversation_html((clicked,), {})


@pytest.mark.parametrize(
    ("turn", "change"), [("qgone", "list"), (None, "list"), ("", "poem"), ("", None), ("", ["list"])]
)
def test_what_can_no_longer_be_asked_again_is_said_so(tmp_path: Path, turn: object, change: object) -> None:
    callbacks, assistant = make_callbacks(tmp_path)
    first = callbacks.ask(QUESTION, Choices(), ())
    failed = callbacks.ask_again(first.id if turn == "" else turn, change, (first,))
    assert (failed.answer, failed.fault) == (
        None,
        "That answer is no longer kept here. Please write its question again.",
    )
    assert failed.fault in conversation_html((failed,), {})
    assert len(assistant.asked) == 1
    callbacks.ask("Who paid?", Choices(), (first, failed))
    assert assistant.asked[-1][2] == (QUESTION,), "what failed is no part of the conversation"


def test_filters_are_passed_on_and_named(tmp_path: Path) -> None:
    callbacks, assistant = make_callbacks(tmp_path)
    choices = Choices(cities=["Surabaya"], themes=["composting"], first_year="1990")
    turn = callbacks.ask(QUESTION, choices, ())
    assert assistant.asked[-1][1] == Filters(city=("Surabaya",), theme=("composting",), years=(1990, 2011))
    assert "Looked only in: Surabaya; composting; 1990-2011" in conversation_html([turn], {})


@pytest.mark.parametrize(("first", "last"), [("2005", "1990"), ("20o5", ""), ("", "-1"), ("٢٠٠٥", ""), ("99999", "")])
def test_years_that_are_none_are_said_so(tmp_path: Path, first: str, last: str) -> None:
    callbacks, assistant = make_callbacks(tmp_path)
    choices = Choices(first_year=first, last_year=last)
    turn = callbacks.ask(QUESTION, choices, ())
    assert turn.answer is None
    assert "year" in turn.fault
    assert callbacks.describe(choices) == turn.fault
    assert "Edit the question" in conversation_html([turn], {})
    assert not assistant.asked


@pytest.mark.parametrize("question", ["x" * 201, "x" * 5_000_000, None, 7, ["x"], {"a": 1}])
def test_what_is_no_question_or_too_long_never_reaches_the_assistant(tmp_path: Path, question: object) -> None:
    callbacks, assistant = make_callbacks(tmp_path)
    started = time.perf_counter()
    turn = callbacks.ask(question, Choices(), ())
    assert time.perf_counter() - started < 0.05
    assert "at most 200 characters" in turn.fault
    assert turn.question == ""
    assert "Edit the question" not in conversation_html([turn], {})
    assert not assistant.asked


@pytest.mark.parametrize("question", ["", "   ", "\u200b", "\x00"])
def test_an_empty_question_is_said_so(tmp_path: Path, question: str) -> None:
    callbacks, _ = make_callbacks(tmp_path)
    turn = callbacks.ask(question, Choices(), ())
    assert turn.fault == "Please write a question."


def test_a_foreseen_fault_is_shown_as_its_sentence(tmp_path: Path) -> None:
    callbacks, assistant = make_callbacks(tmp_path)
    assistant.fault = KinError("The index was moved.", details="/secret/path")
    turn = callbacks.ask(QUESTION, Choices(), ())
    assert turn.fault == "The index was moved."


def test_an_unforeseen_fault_shows_a_reference_and_logs_the_rest(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    callbacks, assistant = make_callbacks(tmp_path)
    assistant.fault = RuntimeError("secret-key at /secret/path")
    turn = callbacks.ask(QUESTION, Choices(), ())
    reference = re.fullmatch(r"Something went wrong \(reference (\w{6})\)\. Please try again\.", turn.fault)
    assert reference
    assert "secret" not in conversation_html([turn], {})
    assert reference[1] in caplog.text
    assert "secret-key" in caplog.text


def test_an_answer_that_is_not_verbatim_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    callbacks, assistant = make_callbacks(tmp_path)
    document = assistant.document("surabaya-composting")
    answer = assistant.ask(QUESTION)
    monkeypatch.setattr(assistant, "ask", lambda *_, **__: answer)
    monkeypatch.setattr(assistant, "document", lambda _: document.model_copy(update={"text": document.text.upper()}))
    turn = callbacks.ask(QUESTION, Choices(), ())
    assert turn.answer is None
    assert "differs from its document" in turn.fault


def test_questions_are_not_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    callbacks, _ = make_callbacks(tmp_path)
    for question in ("canary-question", f"Surabaya {QUESTION} canary-question", "canary-question " * 50):
        callbacks.ask(question, Choices(), ())
    assert "canary" not in caplog.text


# Conversations


def make_turn(number: int) -> Turn:
    return Turn(f"q{number}", f"{UNKNOWN} {number}", Filters())


def test_old_turns_leave_the_page() -> None:
    visits = Visits()
    for number in range(MAX_TURNS + 3):
        turns = visits.add("visit", "client", make_turn(number))
    assert turns == visits.turns("visit")
    assert [turn.id for turn in turns] == [f"q{number}" for number in range(3, MAX_TURNS + 3)]


def test_a_client_with_many_visits_loses_its_own_oldest_and_nobody_elses() -> None:
    visits = Visits(most=50, most_of_client=5)
    for number in range(20):
        visits.add(f"calm{number}", f"calm{number}", make_turn(0))
    for number in range(510):
        visits.add(f"flood{number}", "flood", make_turn(0))
    assert len(visits) == 25
    assert all(visits.turns(f"calm{number}") for number in range(20))
    assert [number for number in range(510) if visits.turns(f"flood{number}")] == [505, 506, 507, 508, 509]


def test_where_there_are_too_many_visits_whoever_has_most_loses_the_oldest() -> None:
    visits = Visits(most=10, most_of_client=5)
    visits.add("calm", "calm", make_turn(0))
    for client in "abc":
        for number in range(4):
            visits.add(f"{client}{number}", client, make_turn(0))
    assert len(visits) == 10
    assert visits.turns("calm")


def test_a_visit_is_forgotten_when_nothing_happens_in_it() -> None:
    now = 0.0
    visits = Visits(idle_seconds=60, clock=lambda: now)
    visits.add("old", "a", make_turn(0))
    now = 30.0
    visits.add("kept", "b", make_turn(0))
    now = 59.0
    visits.change("kept", make_turn(0))
    now = 100.0
    visits.add("new", "c", make_turn(0))
    assert [len(visits.turns(name)) for name in ("old", "kept", "new")] == [0, 1, 1]


def test_a_change_reaches_its_turn_alone() -> None:
    visits = Visits()
    for number in range(3):
        visits.add("visit", "client", make_turn(number))
    changed = replace(make_turn(1), verdict="right")
    assert visits.change("visit", changed) == (make_turn(0), changed, make_turn(2))
    assert visits.change("other", changed) == ()
    assert visits.change("visit", make_turn(9)) == (make_turn(0), changed, make_turn(2))


def test_the_bounds_of_the_server_hold_several_offices() -> None:
    assert 10 <= MAX_VISITS_OF_CLIENT <= MAX_VISITS / 10


# Going on


def test_questions_to_go_on_with_are_looked_for_once(tmp_path: Path) -> None:
    callbacks, assistant = make_callbacks(tmp_path)
    assistant.further = ("Surabaya: what did it cost?", "Surabaya: <b>who</b> paid?")
    choices = Choices(cities=["Surabaya"])
    first = callbacks.ask(QUESTION, choices, ())
    second = callbacks.ask("What came of it?", choices, (first,))
    assert further_html((first, second)) == ""
    looked = callbacks.suggest((first, second), lambda: True)
    assert looked == replace(second, suggestions=assistant.further)
    assert assistant.looked_further == [
        ("What came of it?", Filters(city=("Surabaya",)), (QUESTION, "What came of it?"))
    ]
    assert callbacks.suggest((first, looked), lambda: True) is None
    assert 'data-kin-ask="Surabaya: &lt;b&gt;who&lt;/b&gt; paid?"' in further_html((first, looked))
    assert "data-kin-ask" not in conversation_html((first, looked), {})


def test_an_answer_stands_without_questions_to_go_on_with(tmp_path: Path) -> None:
    callbacks, assistant = make_callbacks(tmp_path)
    turn = callbacks.ask(QUESTION, Choices(), ())
    assistant.further = ("Surabaya: what did it cost?",)
    assert callbacks.suggest((turn,), lambda: False) == replace(turn, suggestions=()), "others are waiting"
    assistant.fault = KinError("The index was moved.")
    assert callbacks.suggest((turn,), lambda: True) == replace(turn, suggestions=())
    assert callbacks.suggest((), lambda: True) is None
    assert callbacks.suggest((Turn("q", "?", Filters(), fault="No."),), lambda: True) is None
    assert further_html((replace(turn, suggestions=()),)) == ""


# Limits


def test_a_client_that_hurries_waits_and_others_do_not() -> None:
    now = 0.0
    limiter = RateLimiter(3 * QUESTION_COST, clock=lambda: now)
    assert [limiter.acquire("hasty", QUESTION_COST) for _ in range(4)] == [0, 0, 0, 60]
    assert limiter.acquire("calm", QUESTION_COST) == 0
    now = 59.5
    assert limiter.acquire("hasty") == pytest.approx(0.5)
    now = 60.0
    assert limiter.acquire("hasty", QUESTION_COST) == 0
    assert please_wait(0.5) == "That was quick. Please wait 1 second and try again."
    assert please_wait(11.1) == "That was quick. Please wait 12 seconds and try again."


def test_trifles_and_questions_come_out_of_one_budget() -> None:
    now = 0.0
    limiter = RateLimiter(2 * QUESTION_COST, clock=lambda: now)
    for number in range(QUESTION_COST):
        now = float(number)
        assert limiter.acquire("a", 1) == 0
    assert limiter.acquire("a", QUESTION_COST) == 0
    assert limiter.acquire("a", 1) == 60 - now
    assert limiter.acquire("a", QUESTION_COST) == 60
    now = 60.0
    assert limiter.acquire("a", 2) == 1, "one point is free again, the next in a second"
    assert limiter.acquire("a", 1) == 0


def test_what_follows_a_question_is_let_through_once_for_each() -> None:
    limiter = RateLimiter(2 * QUESTION_COST, clock=lambda: 0.0)
    assert limiter.acquire("a", QUESTION_COST) == limiter.acquire("a", QUESTION_COST) == 0
    assert limiter.acquire("a", 1) == 60
    assert limiter.acquire("a", 1, follows=True) == limiter.acquire("a", 1, follows=True) == 0
    assert limiter.acquire("a", 1, follows=True) == 60


def test_what_is_refused_is_not_counted() -> None:
    now = 0.0
    limiter = RateLimiter(1, clock=lambda: now)
    limiter.acquire("a")
    for now in (1.0, 20.0, 59.0):
        assert limiter.acquire("a") == 60 - now
    now = 60.0
    assert limiter.acquire("a") == 0


def test_what_costs_more_than_there_is_waits_for_ever() -> None:
    limiter = RateLimiter(5, clock=lambda: 0.0)
    assert limiter.acquire("a", 6) == 60


def test_the_limiter_remembers_no_endless_list_of_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kin_assistant.ui.ratelimit._MAX_CLIENTS", 10)
    now = 0.0
    limiter = RateLimiter(1, clock=lambda: now)
    for number in range(100):
        limiter.acquire(str(number))
    assert len(limiter._clients) == 10
    now = 61.0
    limiter.acquire("one")
    assert len(limiter._clients) == 1


# Verdicts


def test_a_verdict_and_a_comment_are_stored_once(tmp_path: Path) -> None:
    callbacks, _ = make_callbacks(tmp_path)
    turn = callbacks.ask(QUESTION, Choices(), ())
    rated = callbacks.rate(turn.id, "wrong answer", "", (turn,))
    assert rated
    assert rated.verdict == "wrong answer"
    assert "Anything to add" in conversation_html((rated,), {})
    assert callbacks.rate(turn.id, "wrong answer", " ", (rated,)) is None
    assert callbacks.rate(turn.id, "right", "", (rated,)) is None
    commented = callbacks.rate(turn.id, "wrong answer", "The year is \x1b[31mwrong.", (rated,))
    assert commented
    assert "Thank you. Your verdict and comment" in conversation_html((commented,), {})
    assert callbacks.rate(turn.id, "wrong answer", "Once more.", (commented,)) is None
    lines = [json.loads(line) for line in (tmp_path / "feedback.jsonl").read_text().splitlines()]
    assert [line["comment"] for line in lines] == ["", "The year is wrong."]
    assert lines[0]["answer"]["id"] == turn.id


@pytest.mark.parametrize(
    ("turn", "verdict"), [("other", "right"), (None, "right"), (..., "perfect"), (..., None), (..., ["right"])]
)
def test_a_made_up_verdict_changes_nothing(tmp_path: Path, turn: object, verdict: object) -> None:
    callbacks, _ = make_callbacks(tmp_path)
    known = callbacks.ask(QUESTION, Choices(), ())
    assert callbacks.rate(known.id if turn is ... else turn, verdict, None, (known,)) is None
    assert not list(tmp_path.iterdir())


def test_a_verdict_that_cannot_be_stored_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    callbacks, _ = make_callbacks(tmp_path / "file")
    turn = callbacks.ask(QUESTION, Choices(), ())
    rated = callbacks.rate(turn.id, "right", "", (turn,))
    assert rated
    assert rated.verdict is None
    assert "could not be stored" in conversation_html((rated,), {})


# Words


def test_filters_are_described_in_one_line() -> None:
    assert describe_filters(Filters()) == ""
    assert describe_filters(Filters(city=("A", "B"), region=("R",), years=(1990, 2000))) == "A, B; R; 1990-2000"


def test_the_examples_are_the_profiles_and_else_ask_for_documents() -> None:
    documents = AssistantDouble().documents
    shipped = examples_html(CorpusProfile(examples=("Who won?", "Who <lost>?")), documents)
    assert shipped.count("data-kin-ask") == 2
    assert "Who &lt;lost&gt;?" in shipped
    neutral = examples_html(CorpusProfile(), documents)
    assert [f"What is reported on: {info.title}?" in html.unescape(neutral) for info in documents] == [True] * 3
    assert examples_html(CorpusProfile(), ()) == ""


def test_the_evaluation_is_told_in_words() -> None:
    figure = {
        "name": "Facts given",
        "metric": "m",
        "value": 0.81,
        "low": 0.7,
        "high": 0.9,
        "meaning": "share of <facts>",
    }
    html = evaluation_html({"date": "2026-11-21T10:00:00", "headline": [figure]})
    assert "Measured on 2026-11-21" in html
    assert "Facts given: 81% (70% to 90%)" in html
    assert "share of &lt;facts&gt;" in html


@pytest.mark.parametrize("results", [None, {}, {"headline": []}, {"headline": "x"}, {"headline": [1, {"name": "x"}]}])
def test_without_an_evaluation_it_says_so(results: Any) -> None:
    assert "No evaluation" in evaluation_html(results)
    assert "No evaluation" in about_html(BuildInfo(), "0", results)  # type: ignore[arg-type]


def test_results_that_cannot_be_read_count_as_none(tmp_path: Path) -> None:
    path = tmp_path / "latest.json"
    assert read_evaluation(path) is None
    path.write_text("{")
    assert read_evaluation(path) is None
    path.write_text("[]")
    assert read_evaluation(path) is None
    path.write_text('{"date": "x"}')
    assert read_evaluation(path) == {"date": "x"}


# The server


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from starlette.testclient import TestClient

    app = make_app(
        AssistantDouble(build=BuildInfo(notices=("The newest build is damaged.",))),
        feedback=tmp_path_factory.mktemp("feedback"),
    )  # type: ignore[arg-type]
    with TestClient(app) as opened:
        yield opened


class Scripts(HTMLParser):
    """Inline scripts and fetched addresses of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.addresses: list[str] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self._in_script = tag == "script" and "src" not in attributes
        if self._in_script:
            self.inline.append("")
        if tag in ("script", "link", "img", "iframe"):
            self.addresses += [value for name, value in attrs if name in ("src", "href") and value]

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.inline[-1] += data


def test_the_policy_allows_just_the_scripts_of_the_page(client: Any) -> None:
    response = client.get("/")
    policy = response.headers["content-security-policy"]
    page = Scripts()
    page.feed(response.text)
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in page.inline]
    assert re.findall(r"'sha256-([^']+)'", policy) == hashes
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
    for rule in (
        "default-src 'none'",
        "img-src 'self' data:",
        "frame-ancestors 'none'",
        "connect-src 'self'",
        "object-src 'none'",
    ):
        assert rule in policy
    assert all(not re.match("(https?:)?//", address) for address in page.addresses)


@pytest.mark.parametrize(
    "path", ["/", "/theme.css", "/page/style.css", "/documents/meeting", "/documents/nothing", "/nothing"]
)
def test_every_answer_carries_the_security_headers(client: Any, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def config_of(client: Any) -> Any:
    """What Gradio's script is told of the page."""
    start = client.get("/").text.partition("window.gradio_config = ")[2]
    return json.JSONDecoder().raw_decode(start)[0]


def test_nothing_is_offered_to_other_clients(client: Any) -> None:
    assert client.get("/gradio_api/info").status_code == 404
    assert client.get("/config").status_code == 404
    config = config_of(client)
    assert {dependency["api_visibility"] for dependency in config["dependencies"]} == {"private"}


def test_gradio_is_quiet_and_stays_at_home(client: Any) -> None:
    import os

    assert os.environ["GRADIO_ANALYTICS_ENABLED"] == "False"
    assert os.environ["FASTAPI_OTEL_AUTO_CONFIGURE"] == "false"
    config = config_of(client)
    assert config["analytics_enabled"] is False
    assert config["show_error"] is False
    assert not config.get("share")
    assert config["stylesheets"] == []
    kinds = {component["type"] for component in config["components"]}
    assert not kinds & {
        "file",
        "uploadbutton",
        "fileexplorer",
        "downloadbutton",
        "image",
        "chatbot",
        "multimodaltextbox",
    }
    assert not re.search(r"(url\(|@import)\s*[\"']?(https?:)?//", client.get("/theme.css").text)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/gradio_api/upload"),
        ("POST", "/gradio_api/component_server"),
        ("POST", "/gradio_api/call/ask_typed"),
        ("POST", "/gradio_api/run/predict"),
        ("POST", "/login"),
        ("GET", "/gradio_api/file=/etc/passwd"),
        ("GET", "/gradio_api/file=README.md"),
        ("GET", "/gradio_api/file=.env"),
        ("GET", "/gradio_api/file=http://169.254.169.254/"),
        ("GET", "/gradio_api/FILE=/etc/passwd"),
        ("GET", "/gradio_api/proxy=http://127.0.0.1:22/"),
        ("GET", "/gradio_api/openapi.json"),
        ("GET", "/gradio_api/deep_link"),
        ("GET", "/gradio_api/runs"),
        ("GET", "/gradio_api/vibe-code"),
        ("GET", "/monitoring"),
        ("GET", "/docs"),
        ("GET", "/openapi.json"),
    ],
)
def test_what_the_page_does_not_need_is_not_there(client: Any, method: str, path: str) -> None:
    assert client.request(method, path).status_code == 404


@pytest.mark.parametrize("path", ["/page/../server.py", "/page/%2e%2e/server.py", "/assets/%2e%2e/%2e%2e/__init__.py"])
def test_no_folder_can_be_left(client: Any, path: str) -> None:
    assert client.get(path).status_code in (400, 403, 404)


def test_a_large_request_is_refused(client: Any) -> None:
    assert client.post("/gradio_api/queue/join", content=b"x" * (MAX_BODY_BYTES + 1)).status_code == 413
    lies = client.post("/gradio_api/queue/join", content=b"{}", headers={"content-length": "lots"})
    assert lies.status_code == 413


def test_a_page_on_loopback_answers_to_no_foreign_name(tmp_path: Path) -> None:
    from starlette.testclient import TestClient

    app = make_app(AssistantDouble(), feedback=tmp_path, hosts=("127.0.0.1", "localhost"))  # type: ignore[arg-type]
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        assert client.get("/").status_code == 200
        assert client.get("/", headers={"host": "localhost:7860"}).status_code == 200
        assert client.get("/", headers={"host": "rebound.example"}).status_code == 400


def test_other_origins_get_nothing(client: Any) -> None:
    evil = {"origin": "https://evil.example", "host": "kin.example"}
    assert "access-control-allow-origin" not in client.get("/", headers=evil).headers
    crossing = evil | {"sec-fetch-site": "cross-site"}
    assert client.post("/gradio_api/queue/join", json={}, headers=crossing).status_code == 403
    asking = evil | {"access-control-request-method": "POST"}
    assert "access-control-allow-origin" not in client.options("/gradio_api/queue/join", headers=asking).headers


def test_a_notice_about_the_index_is_shown(client: Any) -> None:
    assert "The newest build is damaged." in client.get("/").text


OUR_SCRIPTS = [
    f'<script src="../{asset_address("appearance.js")}">',
    f'<script src="../{asset_address("page_texts.js")}" defer>',
    f'<script src="../{asset_address("installing.js")}" defer>',
]
"""Of a document's page: nothing that a document or an address says runs beside them."""


def test_a_document_has_a_page_with_the_sentence_marked(client: Any) -> None:
    assistant = AssistantDouble()
    citation = assistant.ask(QUESTION).citations[0]
    build = assistant.build.id
    link = document_link(citation.document_id, start=citation.start, end=citation.end, build_id=build)
    page = client.get(f"/{link}").text
    assert re.search('<mark id="cited"[^>]*>IGES reported that waste had dropped', page)
    assert 'Marked: <a href="#cited">Results</a>' in page
    assert re.findall("<script[^>]*>", page) == OUR_SCRIPTS


@pytest.mark.parametrize(
    "query", ["", "?start=5&end=2", "?start=-1&end=3", "?start=0&end=999999", "?start=0&end=4&build=older"]
)
def test_a_sentence_that_cannot_be_found_is_not_marked(client: Any, query: str) -> None:
    page = client.get(f"/documents/surabaya-composting{query}")
    assert page.status_code == 200
    assert "<mark" not in page.text
    assert ("were rebuilt" in page.text) == ("older" in query)


@pytest.mark.parametrize("path", ["nothing", "../server", "%00", "%3Cscript%3E", "surabaya-composting/", "a/b/c"])
def test_an_unknown_document_is_said_so(client: Any, path: str) -> None:
    page = client.get(f"/documents/{path}")
    assert page.status_code == 404
    assert re.findall("<script[^>]*>", page.text) in (OUR_SCRIPTS, [])


def test_a_taken_port_is_a_clear_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = Settings(port=taken.getsockname()[1])
        with pytest.raises(ServeError, match=f"Port {settings.port} is in use by another program"):
            serve(AssistantDouble(), settings)  # type: ignore[arg-type]


def test_an_unknown_host_is_a_clear_sentence() -> None:
    with pytest.raises(ServeError, match="not an address"):
        serve(AssistantDouble(), Settings(host="::1%nowhere"))  # type: ignore[arg-type]


def test_importing_the_interface_does_not_import_gradio() -> None:
    import subprocess
    import sys

    code = "import sys, kin_assistant.ui.server; sys.exit('gradio' in sys.modules or 'fastapi' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_pages_left_open_are_no_fault_of_a_server_that_stops() -> None:
    def record(message: str, error: BaseException | None = None) -> logging.LogRecord:
        info = (type(error), error, None) if error else None
        return logging.LogRecord("uvicorn.error", logging.ERROR, "", 0, message, (), info)

    reason = "Task cancelled, timeout graceful shutdown exceeded"
    assert not _is_worth_a_line(record("Cancel 3 running task(s), timeout graceful shutdown exceeded"))
    assert not _is_worth_a_line(record("Exception in ASGI application", asyncio.CancelledError(reason)))
    assert _is_worth_a_line(record("Exception in ASGI application", RuntimeError("disk")))


def test_the_queue_and_the_memory_for_visitors_are_bounded(tmp_path: Path) -> None:
    callbacks, _ = make_callbacks(tmp_path)
    page = build_page(callbacks, Visits(), version="0", evaluation=None, queue_size=7)
    assert page._queue.max_size == 7
    assert page._queue.default_concurrency_limit == 2
    assert page.analytics_enabled is False
