"""Conversations that outlive the page, in a real browser: a reload, another server, Back, an address, two windows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import pytest

from tests.doubles import QUESTION, UNKNOWN, AssistantDouble
from tests.ui.test_browser import CHROMIUM, DESK, PHONE, ask, browser, overflow, running, window

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

__all__ = ["browser"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed on this machine"),
]

FOLLOW_UP = "What did it cost in Surabaya?"


@pytest.fixture
def assistant(tmp_path: Path) -> AssistantDouble:
    return AssistantDouble()


def make(assistant: AssistantDouble, folder: Path, questions: int = 1000) -> Any:
    from kin_assistant.ui.server import make_app

    return make_app(assistant, feedback=folder, questions_per_minute=questions)  # type: ignore[arg-type]


@pytest.fixture
def url(assistant: AssistantDouble, tmp_path: Path) -> Iterator[str]:
    with running(make(assistant, tmp_path)) as address:
        yield address


@pytest.fixture
def context(browser: Browser, url: str, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    with window(browser, url, getattr(request, "param", {"viewport": DESK}), is_left=True) as opened:
        yield opened


@pytest.fixture
def page(context: BrowserContext, url: str) -> Page:
    return visit(context, url)


def visit(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(url)
    wait_until_ready(page)
    return page


def wait_until_ready(page: Page) -> None:
    page.get_by_label("Your question").wait_for()
    page.locator("#kin-filters input[placeholder=any]").first.wait_for(state="attached")


def questions(page: Page) -> list[str]:
    texts = page.locator(".kin-question").all_inner_texts()
    return [text.replace("You asked:", "").strip() for text in texts]


def converse(page: Page) -> None:
    ask(page, QUESTION)
    ask(page, FOLLOW_UP)
    page.get_by_role("button", name="Conversations (1)").wait_for()


def stored(page: Page) -> dict[str, str]:
    kept: dict[str, str] = page.evaluate(
        "Object.fromEntries(Object.entries(localStorage).filter(([key]) => key.startsWith('kin.conversation.')))"
    )
    return kept


def wait_for_turns(page: Page, number: int) -> None:
    page.locator(".kin-turn").nth(number - 1).wait_for()
    page.locator("html:not(.kin-asking)").wait_for()


def open_list(page: Page) -> Any:
    page.get_by_role("button", name=re.compile(r"Conversations \(")).click()
    return page.get_by_role("dialog", name="Your conversations")


# Reload, Back, restart


def test_a_reload_keeps_the_conversation_and_asks_nothing_anew(page: Page, assistant: AssistantDouble) -> None:
    converse(page)
    asked = len(assistant.asked)
    page.reload()
    wait_for_turns(page, 2)
    assert questions(page) == [QUESTION, FOLLOW_UP]
    assert len(assistant.asked) == asked, "the server holds the answers still"
    ask(page, "And who paid in Surabaya?")
    assert assistant.asked[-1][2] == (QUESTION, FOLLOW_UP)
    assert len(stored(page)) == 1, "it is one conversation"


def test_only_what_was_asked_is_kept_in_the_browser(page: Page) -> None:
    answer = ask(page, QUESTION).locator(".kin-answer .kin-words").first.inner_text()
    page.get_by_role("button", name="Conversations (1)").wait_for()
    (kept,) = stored(page).values()
    assert QUESTION in kept
    assert answer.strip(" \u201c\u201d")[:30] not in kept
    assert "<" not in kept


def test_another_server_brings_the_conversation_back_with_what_is_being_written(
    browser: Browser, tmp_path: Path, assistant: AssistantDouble
) -> None:
    page = browser.new_page()
    with running(make(AssistantDouble(), tmp_path)) as url:
        page.goto(url)
        wait_until_ready(page)
        converse(page)
        page.get_by_label("Your question").fill("Half a question")
    page.get_by_text("The server cannot be reached just now").wait_for()
    with running(make(assistant, tmp_path), urlsplit(url).port or 0):
        page.get_by_text("The server cannot be reached just now").wait_for(state="hidden", timeout=8000)
        wait_for_turns(page, 2)
        assert questions(page) == [QUESTION, FOLLOW_UP]
        assert page.get_by_label("Your question").input_value() == "Half a question"
        ask(page, "And who paid in Surabaya?")
        assert [history for _, _, history in assistant.asked] == [(), (QUESTION,), (QUESTION, FOLLOW_UP)]
        assert len(stored(page)) == 1, "it is the same conversation"
    page.close()


def test_back_and_forward_lead_to_the_whole_conversation(page: Page, url: str) -> None:
    converse(page)
    page.goto(f"{url}favicon.ico")
    page.go_back()
    wait_for_turns(page, 2)
    assert questions(page) == [QUESTION, FOLLOW_UP]


def test_back_closes_the_document_and_not_the_conversation(page: Page) -> None:
    converse(page)
    page.get_by_role("link", name="Open in document").first.click()
    page.locator(".kin-panel mark#cited").wait_for()
    page.go_back()
    page.locator(".kin-panel mark#cited").wait_for(state="hidden")
    assert questions(page) == [QUESTION, FOLLOW_UP]
    dialog = open_list(page)
    dialog.wait_for()
    page.go_back()
    dialog.wait_for(state="hidden")
    assert questions(page) == [QUESTION, FOLLOW_UP]


def test_where_too_much_is_asked_the_rest_is_brought_back_later(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page()
    with running(make(AssistantDouble(), tmp_path)) as url:
        page.goto(url)
        wait_until_ready(page)
        converse(page)
    with running(make(AssistantDouble(), tmp_path, questions=1), urlsplit(url).port or 0):
        page.get_by_text("1 of 2 questions are not brought back yet.").wait_for()
        assert page.get_by_role("button", name="Go on").is_visible()
        (kept,) = stored(page).values()
        assert len(json.loads(kept)["turns"]) == 2, "nothing is lost"
    page.close()


# The list


def test_conversations_are_listed_opened_renamed_deleted_and_brought_back(page: Page) -> None:
    converse(page)
    page.get_by_role("button", name="New conversation").click()
    page.locator(".kin-turn").first.wait_for(state="detached")
    ask(page, UNKNOWN)
    dialog = open_list(page)
    assert dialog.locator("[data-kin-reopen]").all_inner_texts() == [UNKNOWN, QUESTION]
    dialog.get_by_role("button", name=f"Rename: {QUESTION}").press("Enter")
    dialog.get_by_label("New name").last.fill("<b>Waste</b>")
    dialog.get_by_label("New name").last.press("Enter")
    dialog.get_by_role("button", name="<b>Waste</b>", exact=True).click()
    wait_for_turns(page, 2)
    assert questions(page) == [QUESTION, FOLLOW_UP]
    dialog = open_list(page)
    dialog.get_by_role("button", name="Delete: <b>Waste</b>").click()
    assert len(stored(page)) == 1
    page.locator(".kin-turn").first.wait_for(state="detached")
    dialog.get_by_role("button", name="Undo").click()
    assert dialog.locator("[data-kin-reopen]").count() == 2
    page.reload()
    wait_until_ready(page)
    assert len(stored(page)) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "damaged"),
        ('{"version":1,"name":"x","changed":1,"turns":[]}', "damaged"),
        ('{"version":1,"name":"x","changed":1,"turns":[null]}', "damaged"),
        ("null", "damaged"),
        ('{"version":2,"name":"x"}', "another version"),
    ],
)
def test_what_cannot_be_read_is_said_and_stays(page: Page, text: str, said: str) -> None:
    page.evaluate("text => localStorage.setItem('kin.conversation.x', text)", text)
    page.evaluate("sessionStorage.setItem('kin.open', 'x')")
    page.reload()
    page.get_by_text("The conversation cannot be opened.").wait_for()
    dialog = open_list(page)
    assert said in dialog.locator("li").inner_text()
    page.go_back()
    ask(page, QUESTION)
    page.get_by_role("button", name="Conversations (2)").wait_for()
    assert stored(page)["kin.conversation.x"] == text


def test_a_question_that_was_tampered_with_is_a_sentence_and_stays(page: Page) -> None:
    kept = {"version": 1, "question": "<img src=x onerror=alert(1)>", "quote": "The city pays nothing."}
    turn = {"id": "q1", "question": "x", "kept": json.dumps(kept)}
    text = json.dumps({"version": 1, "name": "x", "changed": 1, "turns": [turn]})
    page.evaluate("text => localStorage.setItem('kin.conversation.x', text)", text)
    page.evaluate("sessionStorage.setItem('kin.open', 'x')")
    page.reload()
    page.get_by_text("This question cannot be read as this browser kept it.").wait_for()
    assert "pays nothing" not in page.locator("main").first.inner_text()
    assert stored(page) == {"kin.conversation.x": text}


def test_a_full_browser_is_said_and_loses_nothing(page: Page) -> None:
    fill = "() => { for (let at = 0; at < 50; at++) localStorage.setItem(`kin.conversation.${at}`, '{}'); }"
    page.evaluate(fill)
    ask(page, QUESTION)
    page.get_by_text("50 conversations are kept, and no more can be.").wait_for()
    assert len(stored(page)) == 50
    open_list(page).get_by_role("button", name=re.compile("^Delete")).first.click()
    page.go_back()
    ask(page, FOLLOW_UP)
    assert any(QUESTION in text and FOLLOW_UP in text for text in stored(page).values())


def test_two_windows_on_one_conversation_become_two(page: Page, context: BrowserContext, url: str) -> None:
    converse(page)
    other = visit(context, url)
    open_list(other).get_by_role("button", name=QUESTION, exact=True).click()
    wait_for_turns(other, 2)
    ask(other, "First in Surabaya?")
    ask(page, "Second in Surabaya?")
    page.get_by_text("This conversation went on in another window too.").wait_for()
    kept = list(stored(page).values())
    assert len(kept) == 2
    assert ["First in Surabaya?" in text for text in kept] != ["Second in Surabaya?" in text for text in kept]


# Addresses


def test_the_question_in_the_address_is_asked_once(page: Page, url: str, assistant: AssistantDouble) -> None:
    page.goto(f"{url}?q={quote(QUESTION)}")
    wait_for_turns(page, 1)
    assert questions(page) == [QUESTION]
    assert page.url == url
    page.reload()
    wait_for_turns(page, 1)
    assert [question for question, _, _ in assistant.asked] == [QUESTION]


def test_a_question_in_the_address_that_is_too_long_is_not_asked(
    page: Page, url: str, assistant: AssistantDouble
) -> None:
    page.goto(f"{url}?q={'x' * 2001}")
    page.get_by_text("more than 2,000 characters, so it was not asked").wait_for()
    assert assistant.asked == []


def copied_link(page: Page, turn: Any) -> str:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    turn.get_by_role("button", name="Copy link", exact=True).click()
    turn.locator(".kin-actions").get_by_text("Link copied").wait_for()
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_a_link_to_an_answer_asks_it_with_its_context_once(page: Page, url: str, assistant: AssistantDouble) -> None:
    ask(page, QUESTION)
    link = copied_link(page, ask(page, "What did it cost?"))
    assert link.startswith(f"{url}?q=What%20did%20it%20cost%3F&after=")
    other = page.context.new_page()
    other.goto(link)
    wait_for_turns(other, 1)
    assert questions(other) == ["What did it cost?"] and other.url == url
    assert assistant.asked[-1] == assistant.asked[-2] and len(assistant.asked) == 3
    assert not other.get_by_text("The library has changed").is_visible()
    other.reload()
    wait_for_turns(other, 1)
    assert len(assistant.asked) == 3


def test_a_link_of_another_build_says_that_the_library_has_changed(page: Page, url: str) -> None:
    link = copied_link(page, ask(page, QUESTION))
    page.goto(link.replace("build=b0", "build=a0"))
    wait_for_turns(page, 1)
    page.get_by_text("The library has changed since this link was made").wait_for()


def test_a_link_that_holds_no_question_is_said_so(page: Page, url: str, assistant: AssistantDouble) -> None:
    page.goto(f"{url}?q=a&q=b&build=c")
    page.get_by_text("This address holds no question that this page can ask.").wait_for()
    assert assistant.asked == []


def test_the_link_to_a_sentence_is_copied_beside_it_and_in_its_document(page: Page, url: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    proof = ask(page, QUESTION).locator(".kin-proof").first
    proof.get_by_role("button", name="Copy link to quote 1 in its document").click()
    proof.get_by_text("Link copied").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(rf"{re.escape(url)}documents/surabaya-composting\?.*&quote=[0-9a-f]{{16}}#cited", link)
    page.evaluate("navigator.clipboard.writeText('')")
    proof.get_by_role("link", name="Open in document").click()
    page.locator(".kin-panel mark#cited").wait_for()
    page.get_by_role("button", name="Copy link", exact=True).last.click()
    page.locator(".kin-panel-bar").get_by_text("Link copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == link
    alone = page.context.new_page()
    alone.goto(link)
    assert alone.locator("mark#cited").inner_text() == "IGES reported that waste had dropped by over 20 per cent."


# Stop, retry, edit


def test_a_question_that_failed_is_tried_again_in_its_place(page: Page, assistant: AssistantDouble) -> None:
    assistant.fault = RuntimeError("something")
    turn = ask(page, QUESTION)
    assistant.fault = None
    ask(page, FOLLOW_UP)
    turn.get_by_role("button", name="Try again").click()
    page.locator(".kin-turn").first.locator(".kin-evidence").wait_for()
    assert questions(page) == [QUESTION, FOLLOW_UP]
    assert len(stored(page)) == 1


def edit(page: Page, place: int, question: str) -> None:
    page.locator(".kin-turn").nth(place).get_by_role("button", name="Edit question").press("Enter")
    box = page.get_by_label("Your question")
    assert box.evaluate("element => element === document.activeElement")
    box.fill(question)
    box.press("Enter")


EDITED = "How did Surabaya cut its smoke?"


def test_an_edited_question_takes_the_place_of_its_own_and_of_what_followed(
    page: Page, assistant: AssistantDouble
) -> None:
    for question in (QUESTION, FOLLOW_UP, UNKNOWN):
        ask(page, question)
    page.locator(".kin-turn").nth(1).get_by_role("button", name="Edit question").press("Enter")
    assert page.get_by_label("Your question").input_value() == FOLLOW_UP
    page.get_by_text("takes the place of the one above and the one after it.").wait_for()
    edit(page, 1, EDITED)
    wait_for_turns(page, 2)
    page.get_by_role("heading", name=EDITED).wait_for()
    assert questions(page) == [QUESTION, EDITED]
    assert assistant.asked[-1][2] == (QUESTION,), "it leans on what its own leaned on"
    assert page.get_by_label("Your question").input_value() == ""
    assert not page.get_by_text("takes the place of").is_visible()
    ask(page, FOLLOW_UP)
    assert questions(page) == [QUESTION, EDITED, FOLLOW_UP]
    assert assistant.asked[-1][2] == (QUESTION, EDITED)


def test_an_edited_conversation_is_kept_as_it_is_now(page: Page) -> None:
    converse(page)
    edit(page, 0, EDITED)
    wait_for_turns(page, 1)
    page.get_by_role("heading", name=EDITED).wait_for()
    page.wait_for_function("words => JSON.stringify(localStorage).includes(words)", arg=EDITED)
    (kept,) = map(json.loads, stored(page).values())
    assert kept["name"] == EDITED and [turn["question"] for turn in kept["turns"]] == [EDITED]
    page.reload()
    wait_for_turns(page, 1)
    assert questions(page) == [EDITED]


def test_an_edited_question_that_cannot_be_answered_costs_nothing(page: Page, assistant: AssistantDouble) -> None:
    converse(page)
    assistant.fault = RuntimeError("something")
    edit(page, 0, EDITED)
    wait_for_turns(page, 3)
    assert questions(page) == [QUESTION, FOLLOW_UP, EDITED]
    assert page.get_by_label("Your question").input_value() == EDITED
    assistant.fault = None
    page.get_by_label("Your question").press("Enter")
    wait_for_turns(page, 1)
    assert questions(page) == [EDITED]


def test_whoever_does_not_edit_after_all_asks_at_the_end(page: Page) -> None:
    ask(page, QUESTION).get_by_role("button", name="Edit question").click()
    page.get_by_role("button", name="Do not edit").click()
    assert page.get_by_label("Your question").input_value() == ""
    ask(page, FOLLOW_UP)
    assert questions(page) == [QUESTION, FOLLOW_UP]


def test_editing_leaves_no_step_that_back_would_take(page: Page, url: str) -> None:
    steps = page.evaluate("history.length")
    converse(page)
    edit(page, 0, EDITED)
    wait_for_turns(page, 1)
    assert page.evaluate("history.length") == steps and page.url == url
    page.get_by_role("link", name="Open in document").first.click()
    page.locator(".kin-panel mark#cited").wait_for()
    page.go_back()
    page.locator(".kin-panel[open]").wait_for(state="detached")
    assert questions(page) == [EDITED]


def test_an_answer_that_was_stopped_never_comes(
    page: Page, assistant: AssistantDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    from threading import Event

    answers = Event()
    answer = AssistantDouble.ask

    def wait_and_ask(self: AssistantDouble, question: str, **options: Any) -> Any:
        if question == UNKNOWN:
            answers.wait(10)
        return answer(self, question, **options)

    ask(page, QUESTION)
    monkeypatch.setattr(AssistantDouble, "ask", wait_and_ask)
    page.get_by_label("Your question").fill(UNKNOWN)
    page.get_by_label("Your question").press("Enter")
    with page.expect_response(re.compile("queue/join")):
        page.get_by_role("button", name="Stop").click()
    assert not page.get_by_text("Searching the documents").is_visible()
    assert page.get_by_label("Your question").input_value() == UNKNOWN, "it can be changed and asked"
    ask(page, FOLLOW_UP)
    answers.set()
    ask(page, "And who paid in Surabaya?")
    assert questions(page) == [QUESTION, FOLLOW_UP, "And who paid in Surabaya?"]


@pytest.mark.parametrize("context", [{"viewport": PHONE, "has_touch": True}], indirect=True)
def test_the_list_fits_a_phone(page: Page) -> None:
    converse(page)
    dialog = open_list(page)
    assert overflow(page) <= 0
    heights = dialog.locator("button:visible").evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
    assert min(heights) >= 44
