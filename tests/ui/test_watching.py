"""The Watched tab: what an answer gained and lost since a browser kept it, and what a browser may not make of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from kin_assistant.standing.files import read_questions
from kin_assistant.standing.values import StandingQuestion
from kin_assistant.types import Filters
from kin_assistant.ui.callbacks import Callbacks, Choices
from kin_assistant.ui.turns import Turn
from kin_assistant.ui.watching import add_watching, watched_line
from tests.conftest import write_corpus
from tests.figure_library import FIGURE_TEXTS
from tests.libraries import Library
from tests.ui.conftest import Serve
from tests.ui.test_browser import CHROMIUM, ask, browser, running, window

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser"]

QUESTION = "How much landfill waste did Surabaya have in 2005?"
FORGET_AND_ALTER = """() => {
    for (const key of Object.keys(localStorage).filter((name) => name.startsWith('kin.watched.'))) {
        const one = JSON.parse(localStorage.getItem(key));
        const kept = JSON.parse(one.kept);
        kept.answers[0].quotes.splice(1);
        kept.answers[0].quotes[0].quote = 'Nobody ever wrote this.';
        localStorage.setItem(key, JSON.stringify({ ...one, kept: JSON.stringify(kept) }));
    }
}"""
"""What the browser keeps of each question, with all quotes but the first gone, and that one as no document has it."""

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(1)>"

Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def client(serve: Serve) -> Any:
    return serve(add_watching, 12)


def review(client: Any, line: str = QUESTION, kept: str = "") -> dict[str, Any]:
    answer = client.post("/watched/review", data={"line": line, "kept": kept})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def altered(kept: str, change: Change) -> str:
    read = json.loads(kept)
    change(read["answers"][0])
    return json.dumps(read)


def test_an_answer_that_stayed_is_said_to_have_stayed(client: Any) -> None:
    first = review(client)
    assert first["state"] == "new"
    assert "Asked for the first time: " in first["html"]
    again = review(client, kept=first["kept"])
    assert again["state"] == "same"
    assert "Since 21 November 2026 nothing has changed." in again["html"]


def test_what_was_gained_is_quoted_with_a_link_and_what_was_lost_is_told(client: Any) -> None:
    kept = review(client)["kept"]
    quote = json.loads(kept)["answers"][0]["quotes"][0]

    def change(answer: dict[str, Any]) -> None:
        other = {
            **answer["quotes"][0],
            "quote": "Landfill waste was weighed at 12 gates.",
            "document_id": "landfill-study",
        }
        answer["quotes"] = [other, *answer["quotes"][1:]]

    told = review(client, kept=altered(kept, change))
    assert told["state"] == "changed"
    page = LexborHTMLParser(told["html"])
    assert [node.text() for node in page.css(".kin-quote .kin-words")] == [quote["quote"]]
    link = page.css_first(".kin-quote a[data-kin-read]")
    assert link is not None and str(link.attributes["href"]).startswith("documents/landfill-surabaya?start=")
    assert "“Landfill waste was weighed at 12 gates.” still stands in A study of landfill waste." in page.text()


def test_no_sentence_that_a_browser_made_up_is_shown_as_a_quote(client: Any) -> None:
    def forge(answer: dict[str, Any]) -> None:
        answer["quotes"][0] |= {"quote": MARKUP, "title": MARKUP, "heading": MARKUP}

    told = review(client, kept=altered(review(client)["kept"], forge))
    page = LexborHTMLParser(told["html"])
    assert all(MARKUP not in node.text() for node in page.css(".kin-quote"))
    assert "It is not shown as a quote." in page.text()
    assert page.css_first("script, img, svg") is None


def test_a_question_that_is_no_longer_answered_is_said_so(client: Any) -> None:
    line = "What did Lahore do about landfill waste?"

    def answer_it(answer: dict[str, Any]) -> None:
        answer["answered"] = True

    told = review(client, line, altered(review(client, line)["kept"], answer_it))
    assert "<strong>Since 21 November 2026 it is no longer answered.</strong>" in told["html"]


def test_a_question_that_cannot_be_asked_keeps_its_answer(client: Any) -> None:
    line = json.dumps({"question": QUESTION, "filters": {"city": "Oulu"}})
    told = review(client, line)
    assert told["state"] == "failed"
    assert "It could not be asked." in told["html"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "What this browser watches holds no question."),
        ({"line": "Who?\nWhy?"}, "Please watch one question in at most 200 characters."),
        ({"line": "w" * 201}, "Please watch one question in at most 200 characters."),
        ({"line": "{"}, "this is not valid JSON"),
        ({"line": QUESTION, "kept": "{"}, "What this browser kept is not whole JSON"),
        ({"line": QUESTION, "kept": '{"format": "kin-brief"}'}, "is JSON, but not the file of kept answers"),
    ],
)
def test_what_cannot_be_read_is_a_sentence(client: Any, data: dict[str, str], said: str) -> None:
    answer = client.post("/watched/review", data=data)
    assert answer.status_code == 400
    assert said in answer.text


def test_each_question_that_is_asked_again_counts_as_one(serve: Serve) -> None:
    client = serve(add_watching, 2)
    statuses = [client.post("/watched/review", data={"line": QUESTION}).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_a_file_of_questions_is_read_as_the_command_reads_it(client: Any) -> None:
    line = '{"question": "Who pays?", "filters": {"city": ["Cebu"]}}'
    answer = client.post("/watched/questions", data={"text": f"# ours\n\nWho?\n{line}\nWho?\n"})
    assert answer.json() == [{"line": "Who?", "name": "Who?"}, {"line": line, "name": "Who pays? (Cebu)"}]
    refused = client.post("/watched/questions", data={"text": "# nothing\n"})
    assert (refused.status_code, refused.text) == (400, "The file holds no question. Write one on each line.")


def test_the_line_of_an_answer_asks_it_alone_and_with_its_filters(callbacks: Callbacks) -> None:
    first = callbacks.ask(QUESTION, Choices(cities=("Surabaya",)), ())
    assert first.answer is not None
    (asked,) = read_questions(watched_line(first).encode(), "q.txt")
    assert asked == StandingQuestion(question=first.answer.standalone_question, filters=Filters(city=("Surabaya",)))
    assert watched_line(Turn("q1", QUESTION, Filters(), fault="It failed.")) == ""


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed on this machine")
def test_a_question_is_watched_asked_again_saved_and_brought_to_another_browser(
    browser: Browser, tmp_path: Path
) -> None:
    from kin_assistant.ui.server import make_app

    library = Library(write_corpus(tmp_path / "corpus", FIGURE_TEXTS), tmp_path / "index")
    library.sync()
    with library.open() as assistant, running(make_app(assistant, feedback=tmp_path)) as url:
        with window(browser, url, {}, is_left=True) as context:
            page = context.new_page()
            page.goto(url)
            turn = ask(page, QUESTION)
            turn.get_by_role("button", name="Watch this question").click()
            turn.get_by_text("Watched: it is on the Watched tab").wait_for()
            page.reload()
            open_watched(page)
            page.get_by_role("button", name=f"Ask again: {QUESTION}").click()
            page.get_by_text("nothing has changed.").wait_for()
            page.evaluate(FORGET_AND_ALTER)
            page.get_by_role("button", name="Ask all again").click()
            page.get_by_text("1 changed").wait_for()
            assert page.locator(".kin-watched .kin-quote").count() >= 1
            page.locator(".kin-watched .kin-cite").first.click()
            page.locator(".kin-panel mark#cited").wait_for()
            page.get_by_role("button", name="Back to the watched questions").click()
            page.get_by_role("button", name="Ask all again").click()
            page.get_by_text("1 as before").wait_for()
            with page.expect_download() as downloaded:
                page.get_by_role("button", name="Save the questions as a file").click()
            file = tmp_path / downloaded.value.suggested_filename
            downloaded.value.save_as(file)
            assert read_questions(file.read_bytes(), file.name) == (StandingQuestion(question=QUESTION),)
        with window(browser, url, {}, is_left=True) as context:
            page = context.new_page()
            page.goto(url)
            open_watched(page)
            page.get_by_text("No question is watched yet.").wait_for()
            assert page.get_by_role("button", name="Ask all again").is_disabled()
            page.locator("[data-kin-watched-file]").set_input_files(file)
            page.get_by_text("1 question added.").wait_for()
            assert page.locator(".kin-watched h3").all_inner_texts() == [QUESTION]
            page.get_by_role("button", name=f"No longer watch: {QUESTION}").click()
            page.get_by_text("No question is watched yet.").wait_for()


def open_watched(page: Page) -> None:
    page.get_by_role("tab", name="Watched").click()
    page.get_by_role("heading", name="Watched questions").wait_for()
