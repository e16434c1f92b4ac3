"""The address of an answer: what it holds, that it asks the same again, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, quote

import pytest

from kin_assistant.types import Filters
from kin_assistant.ui.callbacks import Callbacks, Choices
from kin_assistant.ui.conversation import conversation_html
from kin_assistant.ui.kept_questions import KeptRefused
from kin_assistant.ui.links import MAX_LINK, read_link, write_link
from kin_assistant.ui.turns import MAX_TURNS, Turn
from tests.doubles import QUESTION, AssistantDouble
from tests.hostile.markup import HOSTILE
from tests.ui.test_page import make_callbacks


@pytest.fixture
def page(tmp_path: Path) -> tuple[Callbacks, AssistantDouble]:
    return make_callbacks(tmp_path)


def answered(callbacks: Callbacks, question: str = QUESTION, choices: Choices | None = None, *before: Turn) -> Turn:
    turn = callbacks.ask(question, choices or Choices(), before)
    assert turn.answer is not None, turn.fault
    return turn


def test_a_link_asks_the_same_with_its_context_and_its_filters(page: tuple[Callbacks, AssistantDouble]) -> None:
    callbacks, assistant = page
    first = answered(callbacks)
    choices = Choices(cities=("Surabaya",), themes=("solid waste",), first_year="1990", last_year="2016")
    turn = answered(callbacks, "What did it cost?", choices, first)
    link = write_link(turn)
    assert parse_qs(link[1:]) == {
        "q": ["What did it cost?"], "after": [QUESTION], "city": ["Surabaya"], "theme": ["solid waste"],
        "years": ["1990-2016"], "build": ["b0123456789"],
    }  # fmt: skip
    again = callbacks.recall(link)
    assert assistant.asked[-1] == assistant.asked[-2]
    assert again.answer is not None and again.linked_build == "b0123456789"


def test_a_link_keeps_the_form_of_the_answer(page: tuple[Callbacks, AssistantDouble]) -> None:
    callbacks, assistant = page
    turn = callbacks.ask_again((first := answered(callbacks)).id, "list", (first,))
    callbacks.recall(write_link(turn))
    assert assistant.forms[-2:] == ["list", "list"]


def test_whoever_opens_a_link_of_another_build_is_told_so(page: tuple[Callbacks, AssistantDouble]) -> None:
    callbacks, _ = page
    link = write_link(answered(callbacks))
    said = "The library has changed since this link was made"
    assert said not in conversation_html([callbacks.recall(link)], {})
    html = conversation_html([callbacks.recall(link.replace("b0123456789", "%3Cb%3Eolder"))], {})
    assert said in html and "build &lt;b&gt;older then, b0123456789 now" in html


def test_a_link_without_a_build_says_nothing_of_one(page: tuple[Callbacks, AssistantDouble]) -> None:
    callbacks, _ = page
    html = conversation_html([callbacks.recall(f"?q={quote(QUESTION)}")], {})
    assert "The library has changed" not in html and "kin-answer" in html


def test_a_link_that_would_be_too_long_has_the_question_as_it_was_searched(
    page: tuple[Callbacks, AssistantDouble],
) -> None:
    callbacks, _ = page
    turn = replace(
        answered(callbacks, "What did it cost?", None, answered(callbacks)), history=("é" * 200,) * MAX_TURNS
    )
    link = write_link(turn)
    assert len(link) <= MAX_LINK
    assert parse_qs(link[1:])["q"] == ["What did it cost? Surabaya"] and "after" not in parse_qs(link[1:])


def test_an_answer_whose_question_is_too_long_for_a_link_has_none(page: tuple[Callbacks, AssistantDouble]) -> None:
    callbacks, _ = page
    turn = answered(callbacks)
    assert turn.answer is not None
    long = replace(turn, answer=turn.answer.model_copy(update={"standalone_question": "é" * 700}), question="é" * 700)
    assert write_link(long) == ""
    assert "data-kin-address" not in conversation_html([long], {})
    assert write_link(replace(turn, answer=None, fault="x")) == ""


@pytest.mark.parametrize("words", HOSTILE)
def test_any_words_travel_in_a_link(page: tuple[Callbacks, AssistantDouble], words: str) -> None:
    callbacks, _ = page
    turn = replace(answered(callbacks), question=f"{words} Surabaya", filters=Filters(city=(words,)))
    link = write_link(turn)
    assert link.isascii() and link.isprintable() and not set("<>\"' \n") & set(link)
    assert read_link(link, 2000).question.split()[-1] == "Surabaya"


def test_what_a_program_for_mail_adds_is_left_out() -> None:
    assert read_link(f"?utm_source=mail&q={quote(QUESTION)}&build=b&fbclid=1", 2000).question == QUESTION


@pytest.mark.parametrize(
    "link",
    [
        "?",
        "?q=",
        "?q=%20",
        "?build=b",
        "?q=a&q=b",
        f"?q={'x' * 201}",
        f"?q=a&after={'x' * 201}",
        "?q=a&" + "&".join(["after=b"] * (MAX_TURNS + 1)),
        "?q=a&form=poem",
        "?q=a&form=list&form=table",
        "?q=a&years=1990",
        "?q=a&years=2016-1990",
        "?q=a&years=%D9%A1990-2016",
        f"?q=a&build={'b' * 65}",
        "?q=a&build=a&build=b",
        "?q=a" + "&city=b" * 200,
    ],
)
def test_what_is_no_address_of_an_answer_is_refused(page: tuple[Callbacks, AssistantDouble], link: str) -> None:
    callbacks, assistant = page
    with pytest.raises(KeptRefused, match="holds no question"):
        read_link(link, 200)
    turn = callbacks.recall(link)
    assert turn.answer is None and "Please write the question." in turn.fault
    assert assistant.asked == []
