"""The page in a real browser, over the real documents: what a reader does, sees and never loads."""

from __future__ import annotations

import json
import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from kin_assistant import Assistant
from kin_assistant.briefs.files import read_brief
from kin_assistant.indicators.values import SHOWN_ON_TOPIC, IndicatorQuery, Indicators
from kin_assistant.rendering import TranscriptAnswer, answer_markdown, copy_answer, figure_text
from kin_assistant.types import DocumentInfo, Filters
from kin_assistant.ui.turns import MAX_TURNS
from tests.conftest import write_corpus
from tests.doubles import SOURCES, AssistantDouble
from tests.libraries import Library
from tests.rendering.transcripts.test_files import words_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed on this machine"),
]

QUESTION = "How did Surabaya cut its household waste?"
UNKNOWN = "What did Lahore do about floods?"
CONTACTS = "What are the contacts of the Kitakyushu Forum on Asian Women?"
COMPARED = "LED streetlights Akola compared to Bhubaneswar"
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
WIDTHS = [{"viewport": PHONE}, {"viewport": {"width": 1440, "height": 900}}]

_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
_ARGUMENTS += ["--disable-component-update", "--disable-sync"]


@dataclass(frozen=True)
class Served:
    """A running page and what it answers from."""

    url: str
    assistant: Assistant
    feedback: Path

    @property
    def infos(self) -> dict[str, DocumentInfo]:
        """All documents by id."""
        return {info.id: info for info in self.assistant.documents}


@pytest.fixture(scope="module")
def served(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    from kin_assistant.ui.server import make_app

    feedback = tmp_path_factory.mktemp("feedback")
    assistant.warm()
    with running(make_app(assistant, feedback=feedback, questions_per_minute=10_000)) as url:
        yield Served(url, assistant, feedback)


@contextmanager
def running(app: Any, port: int = 0) -> Iterator[str]:
    """Serve ``app`` on this machine; gives its address."""
    import uvicorn

    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.05)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            # A thread that served on would keep the tests from ending when one fails.
            server.should_exit = True
            thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def view(request: pytest.FixtureRequest) -> dict[str, Any]:
    """How the window is opened; parametrised by tests that try several."""
    return getattr(request, "param", {"viewport": DESK})


@pytest.fixture
def context(browser: Browser, served: Served, view: dict[str, Any]) -> Iterator[BrowserContext]:
    """A fresh window."""
    with window(browser, served.url, view) as opened:
        yield opened


BROKEN_OFF = ("AbortError", "Connection errored out")
"""What Gradio complains of when a page is left or opened again while it still fetches something."""


@contextmanager
def window(browser: Browser, url: str, view: dict[str, Any], *, is_left: bool = False) -> Iterator[BrowserContext]:
    """Whatever a test does in it: every request stays on this machine and no script fails.

    Where pages are left, Gradio may complain of what it was still fetching.
    """
    opened = browser.new_context(reduced_motion="reduce", **view)
    opened.set_default_timeout(15_000)
    hosts: set[str] = set()
    faults: list[str] = []
    opened.on("request", lambda request: hosts.add(urlsplit(request.url).netloc or urlsplit(request.url).scheme))
    opened.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    opened.on("weberror", lambda error: faults.append(str(error.error)))
    opened.on("dialog", lambda dialog: faults.append(f"dialog: {dialog.message}"))
    yield opened
    opened.close()
    assert hosts <= {urlsplit(url).netloc, "blob", "data"}
    assert [fault for fault in faults if not (is_left and any(words in fault for words in BROKEN_OFF))] == []


@pytest.fixture
def page(context: BrowserContext, served: Served) -> Page:
    opened = context.new_page()
    opened.goto(served.url)
    opened.get_by_label("Your question").wait_for()
    opened.locator("#kin-filters input[placeholder=any]").first.wait_for(state="attached")  # our own script runs
    return opened


def ask(page: Page, question: str) -> Any:
    """Ask by typing, and give the turn that comes of it."""
    before = page.locator(".kin-turn").count()
    page.get_by_label("Your question").fill(question)
    page.get_by_label("Your question").press("Enter")
    turn = page.locator(".kin-turn").nth(before)
    turn.wait_for()
    return turn


def words_of(locator: Any) -> str:
    """Text as it stands in the page, hidden bars of table rows included, without the heads of their columns."""
    bare = """element => {
        const copy = element.cloneNode(true);
        copy.querySelectorAll(".kin-head").forEach((head) => head.remove());
        return copy.textContent;
    }"""
    return str(locator.evaluate(bare))


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


# Reading an answer


def test_each_number_leads_to_its_quote_and_on_to_the_marked_sentence(page: Page, served: Served) -> None:
    turn = ask(page, QUESTION)
    answer = served.assistant.ask(QUESTION)
    assert turn.locator(".kin-answer .kin-words").count() == len(answer.sentences)
    for citation in answer.citations:
        turn.locator(f".kin-quote .kin-cite[id$='-said-{citation.number}']").click()
        proof = page.locator(".kin-proof.kin-current")
        assert words_of(proof.locator(".kin-words")) == citation.quote
        assert proof.evaluate("element => element === document.activeElement")
        proof.get_by_role("link", name="Open in document").click()
        mark = page.locator(".kin-panel mark#cited")
        mark.wait_for()
        assert words_of(mark) == citation.quote
        assert page.evaluate(
            """() => {
                const mark = document.querySelector('.kin-panel mark').getBoundingClientRect();
                const frame = document.querySelector('.kin-panel[open] .kin-panel-body').getBoundingClientRect();
                return mark.top >= frame.top && mark.bottom <= frame.bottom;
            }"""
        )
        page.get_by_role("button", name="Back to the answer").click()
        assert not page.locator(".kin-panel[open]").is_visible()
        assert proof.get_by_role("link", name="Open in document").evaluate(
            "element => element === document.activeElement"
        )


@pytest.mark.parametrize("view", [{"viewport": DESK}, {"viewport": PHONE, "has_touch": True}], indirect=True)
def test_quoted_rows_stand_in_the_columns_of_their_head(page: Page, served: Served) -> None:
    turn = ask(page, CONTACTS)
    rows = [one for one in served.assistant.ask(CONTACTS).citations if one.quote.startswith("| ")]
    assert rows, "the documents have a table of contacts"
    shown: list[str] = []
    for table in turn.locator(".kin-quote table").all():
        head = words_of(table.locator("thead tr"))
        quotes = [f"{one.quote}\xa0{one.number}" for one in rows if one.lead_in.text == head]
        assert [words_of(row) for row in table.locator("tbody tr").all()] == quotes
        shown += quotes
        heads = table.get_by_role("columnheader", name=re.compile(r"^[^|]+$")).all()
        cells = table.locator("tbody tr").first.locator("td").all()
        assert [one.bounding_box()["x"] for one in heads] == [cell.bounding_box()["x"] for cell in cells]
    assert len(shown) == len(rows)
    assert overflow(page) <= 0


def test_in_a_cell_a_row_is_read_with_the_heads_of_its_columns(page: Page, served: Served) -> None:
    turn = ask(page, COMPARED)
    rows = [one for one in served.assistant.ask(COMPARED).citations if one.quote.startswith("| ")]
    assert rows, "the documents have a table of cities"
    for one, shown in zip(rows, turn.locator("td .kin-run").all(), strict=True):
        assert shown.locator(".kin-head").count() == one.quote.count(" | ")
        assert words_of(shown) == one.quote
    assert page.evaluate(_CONTRAST) == []


def test_paper_has_answers_over_its_width_with_their_evidence_below_and_no_buttons(page: Page) -> None:
    turn = ask(page, QUESTION)
    page.emulate_media(media="print")
    paper = page.locator("#kin-conversation").bounding_box()
    reply, evidence = (turn.locator(part).bounding_box() for part in (".kin-reply", ".kin-evidence"))
    assert paper and reply and evidence
    assert paper["width"] > 1000, "of a window of 1,280 pixels"
    assert reply["width"] > 0.9 * paper["width"]
    assert evidence["y"] >= reply["y"] + reply["height"]
    assert evidence["height"] >= turn.locator(".kin-card").last.bounding_box()["height"]  # type: ignore[index]
    assert page.evaluate("[...document.querySelectorAll('button')].filter((one) => one.checkVisibility()).length") == 0
    assert turn.locator(".kin-proof .kin-quote").first.is_visible()
    page.emulate_media(media="screen")


def test_a_number_in_the_evidence_leads_back_to_the_sentence(page: Page) -> None:
    turn = ask(page, QUESTION)
    turn.locator(".kin-number").last.click()
    assert page.evaluate("document.activeElement.matches('.kin-quote .kin-cite')")


def test_a_document_has_an_address_of_its_own(page: Page, context: BrowserContext) -> None:
    turn = ask(page, QUESTION)
    quote = words_of(turn.locator(".kin-proof .kin-words").first)
    address = turn.get_by_role("link", name="Open in document").first.evaluate("element => element.href")
    alone = context.new_page()
    alone.goto(address)
    assert words_of(alone.locator("mark#cited")) == quote
    alone.get_by_role("link", name="Ask a question").click()
    alone.get_by_label("Your question").wait_for()


FILE = "how-did-surabaya-cut-its-household-waste"


def test_an_answer_is_downloaded_in_every_format_by_the_keyboard(page: Page, served: Served) -> None:
    turn = ask(page, QUESTION)
    turn.get_by_text("Copy or download as").press("Enter")
    answer = served.assistant.ask(QUESTION)
    for name, suffix in (("Word", ".docx"), ("PDF", ".pdf"), ("Markdown", ".md"), ("BibTeX", ".bib"), ("RIS", ".ris")):
        button = turn.get_by_role("group", name="Download this answer").get_by_role("button", name=name)
        with page.expect_download() as downloaded:
            button.press("Enter")
        assert downloaded.value.suggested_filename == FILE + suffix
        turn.get_by_text(f"Downloaded as {FILE}{suffix}").wait_for()
        content = Path(downloaded.value.path()).read_bytes()
        if suffix == ".md":
            assert content.decode() == answer_markdown(answer)
        elif suffix in (".docx", ".pdf"):
            assert all(citation.quote in words_in(content, suffix) for citation in answer.citations)


def test_a_conversation_is_downloaded_whole(page: Page) -> None:
    ask(page, QUESTION)
    turn = ask(page, UNKNOWN)
    turn.get_by_text("Copy or download as").click()
    with page.expect_download() as downloaded:
        turn.get_by_role("group", name="Download the whole conversation").get_by_role("button", name="Word").click()
    assert downloaded.value.suggested_filename == f"conversation-{FILE}.docx"
    words = words_in(Path(downloaded.value.path()).read_bytes(), ".docx")
    assert words.index(QUESTION) < words.index("[1.1]") < words.index(UNKNOWN)


def test_a_conversation_becomes_a_brief_to_go_on_with(page: Page, served: Served) -> None:
    ask(page, QUESTION)
    turn = ask(page, UNKNOWN)
    turn.get_by_text("Copy or download as").click()
    turn.get_by_role("button", name="From the conversation").click()
    brief = page.locator(".kin-proposal")
    brief.get_by_text("Opened: ").wait_for()
    assert [one.inner_text() for one in brief.locator("h3").all()[:2]] == [QUESTION, UNKNOWN]
    quotes = [words_of(one) for one in brief.locator("p:not(.kin-lead-in) > .kin-words").all()]
    assert quotes == [citation.quote for citation in served.assistant.ask(QUESTION).citations]
    assert (
        brief.get_by_label(f"Your text for {UNKNOWN}")
        .input_value()
        .startswith("The documents do not say this. No document is about Lahore")
    )


def test_below_a_question_that_could_not_be_asked_the_conversation_still_becomes_a_brief(page: Page) -> None:
    ask(page, QUESTION)
    page.get_by_label("From year").fill("soon")
    turn = ask(page, UNKNOWN)
    turn.locator(".kin-fault").wait_for()
    turn.get_by_text("Download the conversation as").click()
    with page.expect_download() as downloaded:
        turn.get_by_role("button", name="Word").click()
    assert downloaded.value.suggested_filename == f"conversation-{FILE}.docx"
    turn.get_by_role("button", name="From the conversation").click()
    brief = page.locator(".kin-proposal")
    brief.get_by_text("Opened: ").wait_for()
    assert brief.locator("h3").first.inner_text() == QUESTION
    assert UNKNOWN not in brief.inner_text()


_CLIPBOARD = """async () => {
    const [item] = await navigator.clipboard.read();
    const forms = item.types.map(async (type) => [type, await (await item.getType(type)).text()]);
    return Object.fromEntries(await Promise.all(forms));
}"""


@pytest.mark.parametrize(
    "view", [{"viewport": DESK, "permissions": ["clipboard-read", "clipboard-write"]}], indirect=True
)
def test_an_answer_is_copied_as_rich_text_as_plain_text_and_as_markdown(page: Page, served: Served) -> None:
    turn = ask(page, QUESTION)
    expected = copy_answer(TranscriptAnswer(served.assistant.ask(QUESTION)))
    turn.get_by_role("button", name="Copy", exact=True).click()
    turn.get_by_text("Copied with its references").wait_for()
    copied = page.evaluate(_CLIPBOARD)
    assert copied["text/plain"] == expected.text
    for citation in served.assistant.ask(QUESTION).citations:
        assert f"{citation.quote}&nbsp;[{citation.number}]" in copied["text/html"]
        assert f"[{citation.number}] {citation.title}" in copied["text/html"]
    turn.get_by_text("Copy or download as").click()
    for name, text in (("Plain text", expected.text), ("Markdown", expected.markdown)):
        turn.get_by_role("group", name="Copy this answer").get_by_role("button", name=name).click()
        page.wait_for_function("text => navigator.clipboard.readText().then((read) => read === text)", arg=text)


def test_an_example_is_asked_by_a_click(page: Page) -> None:
    example = page.locator(".kin-example").first
    question = example.inner_text()
    example.click()
    assert page.locator(".kin-turn .kin-question").inner_text().endswith(question)
    assert not page.locator(".kin-examples").is_visible()
    assert not page.locator(".kin-introduction").is_visible()


def test_a_follow_up_shows_what_was_searched(page: Page) -> None:
    ask(page, QUESTION)
    assert "Going on from: Surabaya" in ask(page, "Who were the partners?").inner_text()
    assert "Searched as:" in ask(page, "And in Cebu?").inner_text()


def test_an_answer_is_had_in_another_form_by_a_click_or_by_a_word(page: Page) -> None:
    first = ask(page, "How are households charged for waste?")
    first.get_by_role("button", name="As a table").click()
    table = page.locator(".kin-turn").nth(1)
    table.wait_for()
    assert table.locator(".kin-compared tr").count() > 1
    assert "as a table" in table.locator(".kin-searched").first.inner_text()
    assert table.get_by_role("button", name="As a table").count() == 0
    quotes = words_of(first.locator(".kin-answer"))
    for said in table.locator(".kin-compared .kin-words").all():
        assert words_of(said).strip() in quotes
    listed = ask(page, "can you make that a list?")
    assert listed.locator(".kin-points li").count() == table.locator(".kin-compared .kin-cite").count()
    assert "How are households charged for waste?" in listed.locator(".kin-searched").inner_text()


def test_what_a_follow_up_goes_on_from_is_dropped_by_a_click(page: Page) -> None:
    ask(page, "How does the septage service in Dumaguete work?")
    follow_up = ask(page, "what did it cost")
    assert "Dumaguete" in follow_up.locator(".kin-searched").inner_text()
    follow_up.get_by_role("button", name="Ask without this").click()
    alone = page.locator(".kin-turn").nth(2)
    alone.wait_for()
    assert "Dumaguete" not in alone.locator(".kin-reply").inner_text()
    assert page.get_by_role("button", name="Ask without this").count() == 1
    after = ask(page, "And in Surabaya?")
    assert "Dumaguete" not in after.locator(".kin-searched").inner_text()


def test_a_question_that_is_offered_behind_an_answer_is_answered(page: Page) -> None:
    ask(page, QUESTION)
    offered = page.locator(".kin-follow-ups button").first
    offered.wait_for()
    question = offered.inner_text()
    offered.click()
    second = page.locator(".kin-turn").nth(1)
    second.wait_for()
    assert second.locator(".kin-question").inner_text().endswith(question)
    assert second.locator(".kin-evidence").count() == 1
    assert page.get_by_role("button", name=question).count() == 0, "what was asked is not offered again"


def test_a_new_conversation_forgets_the_one_before(page: Page) -> None:
    ask(page, QUESTION)
    page.get_by_role("button", name="New conversation").click()
    page.locator(".kin-turn").wait_for(state="detached")
    assert page.locator(".kin-examples").is_visible()
    turn = ask(page, "Who were the partners?")
    assert turn.locator(".kin-searched").count() == 0, "nothing is left to lean on"
    assert page.locator(".kin-turn").count() == 1


def test_a_long_conversation_goes_on(page: Page) -> None:
    for number in range(MAX_TURNS + 2):
        page.get_by_label("Your question").fill(f"{UNKNOWN} {number}")
        page.get_by_label("Your question").press("Enter")
        page.locator(".kin-turn:last-child .kin-question", has_text=re.compile(f" {number}$")).wait_for()
    assert page.locator(".kin-turn").count() == MAX_TURNS
    assert not page.get_by_text("Searching the documents").is_visible()
    assert page.locator(".kin-turn:last-child .kin-question").evaluate(
        "element => element.getBoundingClientRect().top < innerHeight"
    )


# Briefs


def propose(page: Page, title: str) -> Any:
    """Have a brief proposed by the keyboard, and give it."""
    page.get_by_role("tab", name="Brief").click()
    page.get_by_label("Title of the brief").fill(title)
    page.get_by_label("Title of the brief").press("Enter")
    page.locator(".kin-proposal h2", has_text=title).wait_for()
    return page.locator(".kin-proposal")


def download(page: Page, what: str, name: str) -> tuple[str, str]:
    """The name and the text of what the button ``name`` gives, by the keyboard."""
    with page.expect_download() as started:
        button = page.get_by_role("group", name=f"Download {what}").get_by_role("button", name=name)
        button.focus()
        page.keyboard.press("Enter")
    return started.value.suggested_filename, Path(started.value.path()).read_text("utf-8")


@pytest.mark.parametrize("view", WIDTHS, indirect=True)
def test_a_brief_is_proposed_thinned_out_and_downloaded_by_the_keyboard(page: Page, served: Served) -> None:
    title = "Community composting for Hai Phong"
    brief = propose(page, title)
    whole = served.assistant.propose_brief(title)
    assert [words_of(said) for said in brief.locator("p:not(.kin-lead-in) > .kin-words").all()] == [
        quote.quote for quote in whole.quotes
    ]
    assert overflow(page) <= 0
    first = brief.locator(".kin-proposed").first
    gone = [words_of(said) for said in first.locator("p:not(.kin-lead-in) > .kin-words").all()]
    first.get_by_role("checkbox").focus()
    page.keyboard.press("Space")
    assert page.evaluate(_CONTRAST) == []
    name, text = download(page, "the brief", "JSON")
    assert name == "brief.json"
    assert [quote.quote for quote in read_brief(text.encode(), name).quotes] == [
        quote.quote for quote in whole.quotes if quote.quote not in gone
    ]
    page.get_by_text("Downloaded as brief.json").wait_for()
    again = propose(page, "Septage management for Lahore")
    assert again.get_by_role("checkbox", checked=True).count() == 0, "nothing of another brief is left out"


def test_a_brief_is_written_moved_saved_and_opened_again(page: Page) -> None:
    brief = propose(page, "Community composting for Hai Phong")
    brief.get_by_label("Your text for Background").fill("We asked two peers.")
    section = brief.locator("section", has_text="What peers did").first
    first, second = (words_of(section.locator(".kin-quote").nth(n)) for n in range(2))
    section.get_by_role("button", name="Down").first.focus()
    page.keyboard.press("Enter")
    assert [words_of(section.locator(".kin-quote").nth(n)) for n in range(2)] == [second, first]
    _, text = download(page, "the brief", "JSON")
    page.get_by_label("Or paste the JSON file of a brief").fill(text)
    page.get_by_role("button", name="Open the brief").click()
    page.get_by_text("Opened: ").wait_for()
    assert page.get_by_label("Your text for Background").input_value() == "We asked two peers."
    assert (
        words_of(page.locator(".kin-proposal section", has_text="What peers did").first.locator(".kin-quote").first)[
            :20
        ]
        == second[:20]
    )
    page.get_by_label("Or paste the JSON file of a brief").fill(text[:100])
    page.get_by_role("button", name="Open the brief").click()
    page.get_by_text("is not whole JSON").wait_for()
    assert page.get_by_label("Or paste the JSON file of a brief").input_value() == text[:100]


def test_a_number_of_a_brief_leads_to_the_marked_sentence_and_back(page: Page) -> None:
    brief = propose(page, "Community composting for Hai Phong")
    said = words_of(brief.locator(".kin-quote .kin-words").first)
    brief.locator(".kin-cite").first.focus()
    page.keyboard.press("Enter")
    page.locator(".kin-panel mark#cited").wait_for()
    assert words_of(page.locator(".kin-panel mark#cited")) == said
    page.get_by_role("button", name="Back to the brief").click()
    assert page.evaluate("document.activeElement.matches('.kin-proposal .kin-cite')")


def test_a_download_that_fails_is_said_in_place_and_the_brief_stays(page: Page) -> None:
    brief = propose(page, "Community composting for Hai Phong")
    words = "That was quick. Please wait 3 seconds and try again."
    page.route("**/brief/brief.docx", lambda route: route.fulfill(status=200, body=words, headers={"x-refused": "1"}))
    page.evaluate(
        """() => { const real = fetch; window.fetch = async (...all) => {
            const answer = await real(...all);
            return answer.headers.get('x-refused') ? new Response(await answer.text(), {status: 429}) : answer;
        }; }"""
    )  # a refusal would be a line in the console, which no test may have
    page.get_by_role("group", name="Download the brief").get_by_role("button", name="Word").click()
    brief.get_by_text(words).wait_for()
    assert brief.locator(".kin-quote").count() > 1


def test_without_a_title_the_page_asks_for_one(page: Page) -> None:
    page.get_by_role("tab", name="Brief").click()
    page.get_by_role("button", name="Propose a brief").click()
    page.get_by_text("Please write a title, such as").wait_for()
    assert page.locator(".kin-proposal").count() == 0


# Comparisons and figures


def look_up(page: Page, tab: str, box: str, topic: str) -> None:
    """Ask for what a tab shows on ``topic``, by the keyboard."""
    page.get_by_role("tab", name=tab).click()
    page.get_by_label(box).fill(topic)
    page.get_by_label(box).press("Enter")


def show_figures(page: Page, topic: str) -> Any:
    look_up(page, "Figures", "What the figures are about", topic)
    page.locator(".kin-indicators h2", has_text=topic).wait_for()
    return page.locator(".kin-indicators")


@pytest.mark.parametrize("view", WIDTHS, indirect=True)
def test_figures_are_found_read_and_downloaded_by_the_keyboard(page: Page, served: Served) -> None:
    topic = "non-revenue water"
    figures = show_figures(page, topic)
    found = served.assistant.indicators(IndicatorQuery(topic=topic, sort="relevance", series="beside"))
    shown = found.indicators[:SHOWN_ON_TOPIC]
    assert figures.locator("tbody th").all_inner_texts() == [figure_text(one.figure) for one in shown]
    quotes = {citation.quote for citation in found.citations}
    assert {words_of(said) for said in figures.locator("td p:last-child > .kin-words").all()} <= quotes
    assert overflow(page) <= 0
    assert page.evaluate(_CONTRAST) == []
    link = figures.locator("figure .kin-cite").first
    link.focus()
    page.keyboard.press("Enter")
    page.locator(".kin-panel mark#cited").wait_for()
    assert words_of(page.locator(".kin-panel mark#cited")) in quotes
    page.get_by_role("button", name="Back to the figures").click()
    assert link.evaluate("element => element === document.activeElement")
    name, text = download(page, "the figures", "JSON")
    assert (name, Indicators.model_validate_json(text)) == ("figures.json", found)
    page.get_by_text("Downloaded as figures.json").wait_for()


@pytest.mark.parametrize("view", WIDTHS, indirect=True)
def test_a_chart_has_a_name_and_its_words_can_be_read(page: Page) -> None:
    chart = show_figures(page, "non-revenue water").get_by_role("img", name="Phnom Penh: non-revenue water")
    assert "1993: 72%" in chart.locator("desc").text_content()
    heights = chart.locator("text").evaluate_all("all => all.map((one) => one.getBoundingClientRect().height)")
    assert min(heights) >= 11
    box, width = chart.bounding_box(), page.viewport_size["width"]
    assert box["x"] >= 0 and box["x"] + box["width"] <= width


def test_figures_are_narrowed_to_a_city_and_to_what_was_planned(page: Page) -> None:
    page.get_by_role("tab", name="Figures").click()
    page.get_by_label("Cities (none: all)").click()
    page.keyboard.type("Nagpur")
    page.get_by_role("option", name=re.compile(r"^\W*Nagpur")).first.click()
    page.get_by_label("Planned or actual").click()
    page.get_by_role("option", name="Planned").click()
    figures = show_figures(page, "water")
    assert set(figures.locator(".kin-cell-where").all_inner_texts()) == {"Nagpur, India"}
    assert set(figures.locator(".kin-cell-status").all_inner_texts()) == {"planned"}


def test_while_figures_are_looked_for_the_button_says_so(page: Page) -> None:
    said = """() => getComputedStyle(document.querySelector(".kin-lookup button.primary"), "::after").content"""
    results = "**/gradio_api/queue/data*"
    held: list[Any] = []
    page.route(results, lambda route: held.append(route))
    with page.expect_request(results):
        look_up(page, "Figures", "What the figures are about", "non-revenue water")
    page.wait_for_function(f"({said})().includes('searching')")
    held[0].continue_()
    page.locator(".kin-indicators").wait_for()
    assert page.evaluate(said) == "none"


@pytest.mark.parametrize(
    ("topic", "said"),
    [
        ("", "Please write a topic, such as"),
        ("penguin breeding", "The documents give no figure on “penguin breeding”."),
    ],
)
def test_a_topic_without_figures_is_a_sentence(page: Page, topic: str, said: str) -> None:
    look_up(page, "Figures", "What the figures are about", topic)
    page.get_by_text(said).wait_for()
    assert page.locator(".kin-indicators").count() == 0


def test_a_comparison_is_read_and_downloaded_by_the_keyboard(page: Page) -> None:
    look_up(page, "Compare", "What to compare", "household composting")
    link = page.locator(".kin-comparison .kin-cite").first
    link.focus()
    page.keyboard.press("Enter")
    page.locator(".kin-panel mark#cited").wait_for()
    page.get_by_role("button", name="Back to the table").click()
    assert link.evaluate("element => element === document.activeElement")
    name, text = download(page, "the table", "CSV")
    assert name == "comparison.csv" and text.startswith("\ufeffCity,")


def test_peers_are_read_and_downloaded_by_the_keyboard(page: Page) -> None:
    look_up(page, "Peers", "Your city, and what is the matter", "We are a port city with open dumping and little money")
    link = page.locator(".kin-peers .kin-cite").first
    link.focus()
    page.keyboard.press("Enter")
    page.locator(".kin-panel mark#cited").wait_for()
    page.get_by_role("button", name="Back to the peers").click()
    assert link.evaluate("element => element === document.activeElement")
    name, text = download(page, "the peers", "CSV")
    assert name == "peers.csv" and text.startswith("\ufeffRank,")


# Coverage


def open_coverage(page: Page) -> Any:
    """The Coverage tab, once it is there."""
    page.get_by_role("tab", name="Coverage").click()
    page.locator("[data-kin-coverage]").wait_for()
    return page.locator("[data-kin-coverage]")


def listed_titles(page: Page) -> set[str]:
    """What the Documents tab lists, once it is shown."""
    page.locator("[data-kin-found]").wait_for()
    return set(page.locator(".kin-list tbody tr:visible th").all_inner_texts())


@pytest.mark.parametrize("view", [{"viewport": PHONE}, {"viewport": {"width": 1440, "height": 900}}], indirect=True)
def test_a_number_of_the_coverage_leads_to_its_documents(page: Page, served: Served) -> None:
    coverage = open_coverage(page)
    assert overflow(page) <= 0
    assert page.evaluate(_CONTRAST) == []
    infos = served.infos.values()
    both = {info.title for info in infos if "composting" in info.themes and "Indonesia" in info.countries}
    coverage.get_by_role("button", name=f"{len(both)} documents, composting, Indonesia").focus()
    page.keyboard.press("Enter")
    assert listed_titles(page) == both
    assert page.evaluate("document.activeElement.matches('#kin-all')")
    open_coverage(page).locator(".kin-towns").get_by_role("button", name="Cebu").click()
    assert listed_titles(page) == {info.title for info in infos if "Cebu" in info.cities}, (
        "the filters of before are gone"
    )
    open_coverage(page).locator("thead").get_by_role("button", name="Peru").click()
    assert listed_titles(page) == {info.title for info in infos if "Peru" in info.countries}
    open_coverage(page).locator("tbody").get_by_role("button", name="e-waste", exact=True).click()
    assert listed_titles(page) == {info.title for info in infos if "e-waste" in info.themes}


def test_a_click_on_the_map_leads_to_the_documents_on_the_city(page: Page, served: Served) -> None:
    open_coverage(page)
    dot = page.locator(".kin-dot[data-kin-list-city=Apia]")
    dot.evaluate("element => element.scrollIntoView({block: 'center'})")
    at = dot.evaluate("element => { const {x, y} = element.getBoundingClientRect(); return [x, y]; }")
    page.mouse.click(*at)
    assert listed_titles(page) == {info.title for info in served.infos.values() if "Apia" in info.cities}


def test_the_map_and_empty_cells_are_said_to_a_screen_reader(page: Page) -> None:
    coverage = open_coverage(page)
    drawing = coverage.get_by_role("img", name="Map of the cities that documents are about")
    assert drawing.count() == 1
    table = coverage.get_by_role("table", name="Themes and countries")
    assert table.get_by_role("rowheader", name="composting").count() == 1
    assert table.get_by_role("columnheader", name="Viet Nam").count() == 1
    assert table.get_by_role("cell", name="none").count() > 100


def test_coverage_that_cannot_be_fetched_is_said_so_and_fetched_again(page: Page) -> None:
    page.evaluate(
        """() => { const real = fetch; window.fetch = async (...all) => {
            if (all[0] !== 'coverage') return real(...all);
            window.fetch = real;
            throw new TypeError('no network');
        }; }"""
    )
    page.get_by_role("tab", name="Coverage").click()
    page.get_by_text("What the documents cover could not be fetched.").wait_for()
    page.get_by_role("button", name="Try again").click()
    page.locator("[data-kin-coverage]").wait_for()


@pytest.mark.parametrize("view", [{"viewport": PHONE, "has_touch": True}], indirect=True)
def test_every_tab_is_in_reach_on_a_phone(page: Page) -> None:
    for tab in page.locator("#kin-tabs [role=tab]").all():
        box = tab.bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= box["x"] + box["width"] <= PHONE["width"]
        assert box["height"] >= 40
    assert page.get_by_role("tab").count() == page.locator("#kin-tabs .tab-container.visually-hidden button").count()
    assert not page.locator("#kin-tabs .overflow-menu").is_visible()


# Refusing


def test_a_refusal_looks_like_one_and_leads_on(page: Page) -> None:
    turn = ask(page, UNKNOWN)
    refusal = turn.locator(".kin-refusal")
    assert "The documents do not say this" in refusal.inner_text()
    assert "Lahore" in refusal.locator("p").first.inner_text()
    assert turn.locator(".kin-quote, .kin-cite").count() == 0
    title = refusal.locator(".kin-nearest a").first.inner_text()
    refusal.get_by_role("button", name="Ask about it").first.click()
    assert title in page.get_by_label("Your question").input_value()
    refusal.locator(".kin-nearest a").first.click()
    page.locator(".kin-panel h2", has_text=title).wait_for()


def test_markup_in_a_question_is_words(page: Page) -> None:
    question = "<img src=https://evil.example/x onerror=alert(1)> ![x](https://evil.example/y) ${alert(2)} {{alert(3)}}"
    turn = ask(page, question)
    assert turn.locator(".kin-question").inner_text().endswith(question)
    assert page.locator("img[src*=evil]").count() == 0


def test_a_very_long_question_is_refused_and_kept(page: Page) -> None:
    box = page.get_by_label("Your question")
    box.evaluate("element => element.removeAttribute('maxlength')")
    turn = ask(page, "waste " * 1000)
    assert "at most 2,000 characters" in turn.inner_text()
    assert len(box.input_value()) == 6000


def test_an_empty_question_asks_nothing_and_the_box_waits(page: Page) -> None:
    box = page.get_by_label("Your question")
    box.fill("  ")
    box.press("Enter")
    page.locator("#kin-ask").click()
    assert box.evaluate("element => element === document.activeElement")
    assert not page.locator("html.kin-asking").count()
    ask(page, UNKNOWN)
    assert page.locator(".kin-turn").count() == 1


def test_a_reader_in_a_hurry_is_told_to_wait(browser: Browser, tmp_path: Path) -> None:
    from kin_assistant.ui.server import make_app

    app = make_app(AssistantDouble(), feedback=tmp_path, questions_per_minute=1)  # type: ignore[arg-type]
    with running(app) as url:
        page = browser.new_page()
        page.goto(url)
        ask(page, QUESTION)
        page.get_by_label("Your question").fill(UNKNOWN)
        page.get_by_label("Your question").press("Enter")
        page.get_by_role("status").get_by_text(
            re.compile(r"That was quick\. Please wait \d+ seconds? and try")
        ).wait_for()
        assert page.get_by_label("Your question").input_value() == UNKNOWN, "the question is kept"
        assert not page.get_by_text("Searching the documents").is_visible()
        page.get_by_role("button", name="Right").click()
        page.get_by_text("(2)").wait_for()
        assert page.get_by_role("button", name="Right").is_visible(), "the verdict can be given later"
        page.close()
    assert not list(tmp_path.iterdir())


def test_a_page_that_lost_its_server_finds_it_again(browser: Browser, tmp_path: Path) -> None:
    from kin_assistant.ui.server import make_app

    def make() -> Any:
        return make_app(AssistantDouble(), feedback=tmp_path)  # type: ignore[arg-type]

    page = browser.new_page()
    with running(make()) as url:
        page.goto(url)
        ask(page, QUESTION)
    page.get_by_label("Your question").fill(QUESTION)
    page.get_by_label("Your question").press("Enter")
    page.get_by_text("Connection to the server was lost").wait_for()
    with running(make(), urlsplit(url).port or 0):
        page.get_by_text("Connection to the server was lost").wait_for(state="detached")
        page.locator(".kin-example").first.wait_for()
        ask(page, QUESTION)
    page.close()


# Filtering


def test_a_city_filter_keeps_the_evidence_in_that_city(page: Page, served: Served) -> None:
    page.get_by_label("City").click()
    page.keyboard.type("Cebu")
    page.get_by_role("option", name=re.compile(r"^\W*Cebu City|^\W*Cebu \(")).first.click()
    page.locator(".kin-scope").wait_for()
    city = page.locator(".kin-scope").inner_text().removeprefix("Looking only in: ")
    assert city in {name for info in served.assistant.documents for name in info.cities}
    turn = ask(page, "How was household waste reduced?")
    assert f"Looked only in: {city}" in turn.inner_text()
    titles = set(turn.locator(".kin-card h4").all_inner_texts())
    assert titles
    assert titles <= {info.title for info in served.assistant.documents if city in info.cities}
    page.get_by_role("button", name="Clear filters").click()
    page.locator(".kin-scope").wait_for(state="detached")


def test_filters_that_leave_nothing_are_named(page: Page) -> None:
    page.get_by_label("From year").fill("1800")
    page.get_by_label("To year").fill("1801")
    turn = ask(page, QUESTION)
    assert turn.locator(".kin-refusal, .kin-fault").count() == 1
    assert "1800" in turn.inner_text()


def test_a_year_that_is_none_is_said_so(page: Page) -> None:
    page.get_by_label("From year").fill("soon")
    turn = ask(page, QUESTION)
    assert "is not a year" in turn.locator(".kin-fault").inner_text()
    assert page.get_by_label("Your question").input_value() == QUESTION


# Keyboard, phone, eyes


def test_everything_works_from_the_keyboard(page: Page) -> None:
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # skip to the question
    page.locator("#kin-question textarea:focus").wait_for()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    page.locator(".kin-turn").wait_for()
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.textContent") == "Go to the first citation of the answer"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0, (
        "it is seen while it has the focus"
    )
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement === document.querySelector('.kin-quote .kin-cite')")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('.kin-proof')")
    quote = words_of(page.locator(".kin-proof.kin-current .kin-words"))
    for _ in range(3):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.kin-open')"):
            break
    page.keyboard.press("Enter")
    page.locator(".kin-panel mark#cited").wait_for()
    assert words_of(page.locator(".kin-panel mark#cited")) == quote
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('.kin-open')")


def test_from_every_tab_the_first_link_leads_to_the_question(page: Page) -> None:
    page.get_by_role("tab", name="Documents").click()
    skip = page.get_by_role("link", name="Skip to the question")
    skip.focus()
    page.keyboard.press("Enter")
    page.locator("#kin-question textarea:focus").wait_for()


@pytest.mark.parametrize("view", [{"viewport": PHONE, "has_touch": True, "is_mobile": True}], indirect=True)
def test_on_a_phone_the_evidence_follows_the_answer(page: Page) -> None:
    assert overflow(page) <= 0
    assert not page.get_by_label("City").is_visible()
    page.get_by_role("button", name="Filter by").tap()
    assert page.get_by_label("City").is_visible()
    turn = ask(page, QUESTION)
    assert overflow(page) <= 0
    reply, evidence = turn.locator(".kin-reply").bounding_box(), turn.locator(".kin-evidence").bounding_box()
    assert evidence["y"] >= reply["y"] + reply["height"]
    turn.get_by_role("link", name="Open in document").first.tap()
    page.locator(".kin-panel mark#cited").wait_for()
    assert overflow(page) <= 0
    assert page.locator(".kin-panel[open]").bounding_box()["width"] == PHONE["width"]
    page.get_by_role("button", name="Back to the answer").tap()
    for tab in ("Compare", "Brief", "Figures", "Documents", "Coverage", "About"):
        page.get_by_role("tab", name=tab).tap()
        assert overflow(page) <= 0


@pytest.mark.parametrize("view", [{"viewport": {"width": 320, "height": 640}}], indirect=True)
def test_nothing_overflows_when_the_text_is_enlarged(page: Page) -> None:
    """320 pixels are 1280 at 400 per cent."""
    ask(page, "How did Phnom Penh turn round its water utility?")
    assert overflow(page) <= 0


_CONTRAST = """() => {
    const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const rgba = (colour) => {
        canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const light = ([r, g, b]) => {
        const part = (value) => (value /= 255) <= .03928 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4;
        return .2126 * part(r) + .7152 * part(g) + .0722 * part(b);
    };
    const ground = (element) => {
        for (; element; element = element.parentElement) {
            const colour = rgba(getComputedStyle(element).backgroundColor);
            if (colour[3] === 255) return colour;
        }
        return [255, 255, 255];
    };
    const faint = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || !element.checkVisibility({visibilityProperty: true})) continue;
        if (element.closest('script, style, .kin-unseen, .kin-bar, .visually-hidden')) continue;
        const [one, other] = [light(rgba(getComputedStyle(element).color)), light(ground(element))];
        const ratio = (Math.max(one, other) + .05) / (Math.min(one, other) + .05);
        if (ratio < 4.5) faint.push(`${ratio.toFixed(2)} ${element.className} ${walker.currentNode.data.trim().slice(0, 40)}`);
    }
    return faint;
}"""


@pytest.mark.parametrize(
    "view", [{"viewport": DESK, "color_scheme": scheme} for scheme in ("light", "dark")], indirect=True
)
def test_all_text_can_be_read_in_light_and_dark(page: Page) -> None:
    assert page.evaluate(_CONTRAST) == []
    turn = ask(page, QUESTION)
    turn.locator(".kin-cite").first.click()
    assert page.evaluate(_CONTRAST) == []
    turn.get_by_role("link", name="Open in document").first.click()
    page.locator(".kin-panel mark#cited").wait_for()
    assert page.evaluate(_CONTRAST) == []
    page.keyboard.press("Escape")
    ask(page, "What is the airspeed of an unladen swallow?")
    assert page.evaluate(_CONTRAST) == []
    for tab in ("Compare", "Brief", "Figures", "Documents", "Coverage", "About"):
        page.get_by_role("tab", name=tab).click()
        assert page.evaluate(_CONTRAST) == []
    show_figures(page, "waste")
    assert page.evaluate(_CONTRAST) == []


@pytest.mark.parametrize("view", [{"viewport": PHONE, "has_touch": True}], indirect=True)
def test_what_is_tapped_is_large_enough(page: Page) -> None:
    page.get_by_role("button", name="Filter by").tap()
    ask(page, QUESTION)
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, input, textarea, summary, .kin-open')]
            .filter((element) => element.checkVisibility({visibilityProperty: true}))
            .filter((element) => !element.closest('.visually-hidden, .token'))
            .filter((element) => element.getBoundingClientRect().height < 40)
            .map((element) => `${element.getBoundingClientRect().height} ${element.outerHTML.slice(0, 80)}`)"""
    )
    assert small == []


def test_lines_are_no_longer_than_seventy_five_characters(page: Page) -> None:
    turn = ask(page, QUESTION)
    widths = turn.locator(".kin-answer .kin-quote p").evaluate_all("all => all.map((element) => element.clientWidth)")
    # A character of running text is about 0.5 em wide.
    assert max(widths) / (17 * 0.5) <= 75


def test_the_answer_is_announced_and_the_evidence_is_not(page: Page) -> None:
    log = page.get_by_role("log")
    assert log.get_attribute("aria-live") == "polite"
    turn = ask(page, QUESTION)
    assert turn.evaluate("element => element.parentElement.getAttribute('role')") == "log"
    assert turn.locator(".kin-evidence").get_attribute("aria-live") == "off"


# Verdicts, documents, about


def test_a_verdict_is_stored_with_its_comment(page: Page, served: Served) -> None:
    turn = ask(page, QUESTION)
    turn.get_by_role("button", name="Wrong evidence").click()
    comment = turn.get_by_label("Anything to add?")
    comment.wait_for()
    assert comment.evaluate("element => element === document.activeElement")
    page.keyboard.type("The second quote is about another year.")
    turn.get_by_role("button", name="Send comment").click()
    turn.get_by_text("Your verdict and comment are stored").wait_for()
    lines = [json.loads(line) for line in (served.feedback / "feedback.jsonl").read_text(encoding="utf-8").splitlines()]
    mine = [line for line in lines if line["answer"]["id"] == turn.get_attribute("id")]
    assert [(line["verdict"], line["comment"]) for line in mine] == [
        ("wrong evidence", ""),
        ("wrong evidence", "The second quote is about another year."),
    ]


def test_the_list_of_documents_narrows_as_one_types(page: Page, served: Served) -> None:
    page.get_by_role("tab", name="Documents").click()
    rows = page.locator(".kin-list tbody tr:visible")
    rows.first.wait_for()
    infos = served.assistant.documents
    assert rows.count() == len(infos)
    find = page.get_by_label("Find by title, city or file name")
    find.fill("surabaya compost")
    words = ("surabaya", "compost")
    expected = {
        info.title
        for info in infos
        if all(word in " ".join((info.path, info.title, *info.cities, *info.themes)).lower() for word in words)
    }
    assert set(rows.locator("a").all_inner_texts()) == expected
    assert page.locator("[data-kin-found]").inner_text() == f"{len(expected)} documents"
    find.fill("qqq")
    page.get_by_text("To look inside the documents, search in the text.").wait_for()
    page.get_by_role("button", name="Clear", exact=True).click()
    page.get_by_label("Country").last.select_option("Viet Nam")
    page.get_by_label("Year", exact=True).fill("2001")
    expected = {
        info.title
        for info in infos
        if "Viet Nam" in info.countries and info.years and info.years[0] <= 2001 <= info.years[1]
    }
    assert set(rows.locator("a").all_inner_texts()) == expected != set()
    page.get_by_role("button", name="Clear", exact=True).click()
    find.fill("takakura method")
    rows.locator("a").first.click()
    page.locator(".kin-panel .kin-sources").wait_for()
    page.get_by_role("button", name="Back to the list").click()


def test_the_list_of_documents_is_sorted_and_downloaded_as_it_is_shown(page: Page, served: Served) -> None:
    page.get_by_role("tab", name="Documents").click()
    rows = page.locator(".kin-list tbody tr:visible")
    rows.first.wait_for()
    page.get_by_label("Region").select_option("South Asia")
    page.get_by_label("Sort by").select_option("last")
    last_years = [str(row).split("-")[1] for row in rows.evaluate_all("all => all.map((row) => row.dataset.kinYears)")]
    assert last_years == sorted(last_years, reverse=True) and len(set(last_years)) > 3
    page.get_by_label("Sort by").select_option("city")
    cities = [str(names).split("\t")[0] for names in rows.evaluate_all("all => all.map((row) => row.dataset.kinCity)")]
    assert [city for city in cities if city] == sorted((city for city in cities if city), key=str.casefold)
    with page.expect_download() as downloaded:
        page.get_by_role("button", name="Download this list (CSV)").click()
    lines = Path(downloaded.value.path()).read_text("utf-8-sig").splitlines()[1:]
    ids = rows.evaluate_all("all => all.map((row) => row.dataset.kinId)")
    assert [line.rpartition(",")[2] for line in lines] == ids
    assert {served.infos[name].region for name in ids} == {"South Asia"}


def test_a_search_in_the_text_leads_to_the_marked_passage(page: Page, served: Served) -> None:
    page.get_by_role("tab", name="Documents").click()
    page.locator(".kin-list tbody tr").first.wait_for()
    page.locator("#kin-by-city").select_option("Surabaya")
    box = page.get_by_label("Search in the text")
    box.fill("waste banks")
    box.press("Enter")
    hits = page.locator(".kin-hits article")
    hits.first.wait_for()
    expected = served.assistant.search("waste banks", limit=20, filters=Filters(city=("Surabaya",))).hits
    assert hits.get_by_role("link").all_inner_texts() == [served.infos[hit.document_id].title for hit in expected]
    hits.first.get_by_role("link").click()
    page.locator(".kin-panel mark#cited").first.wait_for()
    assert expected[0].text.startswith(page.locator(".kin-panel mark").first.inner_text()[:30])
    page.get_by_role("button", name="Back to the list").click()
    assert overflow(page) <= 0


def test_visitors_of_an_index_without_its_documents_cannot_change_them(page: Page) -> None:
    page.get_by_role("tab", name="Documents").click()
    page.locator(".kin-list tbody tr").first.wait_for()
    assert page.locator("[data-kin-drop], [data-kin-sync], [data-kin-remove], [data-kin-login]").count() == 0


def test_about_names_the_build(page: Page, served: Served) -> None:
    page.get_by_role("tab", name="About").click()
    about = page.locator(".kin-about").inner_text()
    assert served.assistant.build.id in about
    assert "Nothing leaves the machine" in about


# Changing the documents

NOTE = "Trees of Lahore\n\nLahore planted four thousand trees along its canals in 2019."
ABOUT_TREES = "How many trees did Lahore plant along its canals?"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = Library(write_corpus(tmp_path / "corpus", SOURCES), tmp_path / "index")
    opened.sync()
    yield opened
    for assistant in opened.opened:
        assistant.close()


@pytest.fixture
def desk(browser: Browser, library: Library, tmp_path: Path) -> Iterator[Page]:
    """The page of a small library, as its curator sees it."""
    from kin_assistant.ui.server import make_app

    app = make_app(
        library.open(), feedback=tmp_path, collection=library.collection, on_loopback=True, hosts=("127.0.0.1",)
    )
    with running(app) as url, window(browser, url, {"viewport": DESK}) as context:
        opened = context.new_page()
        opened.goto(url)
        opened.get_by_label("Your question").wait_for()
        opened.get_by_role("tab", name="Documents").click()
        opened.locator(".kin-list tbody tr").first.wait_for()
        yield opened


def read_folder(page: Page, documents: int) -> None:
    """Sync by the button, and wait until the list shows that many documents."""
    page.get_by_role("button", name="Read the corpus folder now").click()
    page.get_by_text("Done: answers now quote the folder as it is.").wait_for(timeout=60_000)
    page.locator(f".kin-list tbody tr:nth-child({documents}):last-child").wait_for()
    assert page.locator("[data-kin-outcome]").evaluate("element => element === document.activeElement")


def test_a_dropped_file_is_quoted_and_a_removed_one_no_longer(desk: Page, library: Library) -> None:
    page = desk
    dropped = page.evaluate_handle(
        """text => {
            const all = new DataTransfer();
            all.items.add(new File([text], "trees.txt", {type: "text/plain"}));
            return all;
        }""",
        NOTE,
    )
    page.dispatch_event("[data-kin-drop]", "drop", {"dataTransfer": dropped})
    page.get_by_text("trees.txt: Added.").wait_for()
    assert (library.corpus / "added" / "trees.txt").read_text("utf-8") == NOTE
    row = page.locator(".kin-list tbody tr", has_text="trees.txt")
    assert "New" in row.inner_text()
    read_folder(page, 4)
    assert page.evaluate(_CONTRAST) == []

    page.get_by_role("tab", name="Ask").click()
    turn = ask(page, ABOUT_TREES)
    sentence = "Lahore planted four thousand trees along its canals in 2019."
    assert sentence in words_of(turn.locator(".kin-answer"))
    proof = turn.locator(".kin-proof", has_text=sentence).first
    proof.get_by_role("link", name="Open in document").click()
    mark = page.locator(".kin-panel mark#cited")
    mark.wait_for()
    assert words_of(mark) == sentence
    page.keyboard.press("Escape")
    page.get_by_text("4 documents on").wait_for()

    page.get_by_role("tab", name="Documents").click()
    row = page.locator(".kin-list tbody tr", has_text="Trees of Lahore")
    row.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Keep it").click()
    assert (library.corpus / "added" / "trees.txt").exists()
    row.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Remove the file").click()
    page.get_by_text("trees.txt: Removed.").wait_for()
    assert not (library.corpus / "added" / "trees.txt").exists()
    read_folder(page, 3)

    page.get_by_role("tab", name="Ask").click()
    turn = ask(page, ABOUT_TREES)
    assert sentence not in words_of(turn)


def test_files_are_added_and_removed_from_the_keyboard(desk: Page, library: Library) -> None:
    page = desk
    page.locator("#kin-files").focus()
    page.locator("#kin-files").set_input_files(
        files=[{"name": "trees.txt", "mimeType": "text/plain", "buffer": NOTE.encode()}]
    )
    page.get_by_text("trees.txt: Added.").wait_for()
    page.locator("[data-kin-remove='added/trees.txt']").focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for()
    assert page.evaluate("document.activeElement.textContent") == "Keep it", "what can be undone stands first"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("trees.txt: Removed.").wait_for()
    assert page.evaluate("document.activeElement.matches('[data-kin-sync]')")
    assert not (library.corpus / "added" / "trees.txt").exists()


def test_a_curator_logs_in_on_the_page(browser: Browser, library: Library, tmp_path: Path) -> None:
    from kin_assistant.ui.server import make_app

    app = make_app(library.open(), feedback=tmp_path, collection=library.collection, curator_password="correct horse")
    with running(app) as url, window(browser, url, {"viewport": PHONE}) as context:
        page = context.new_page()
        page.goto(url)
        page.get_by_label("Your question").wait_for()
        page.get_by_role("tab", name="Documents").click()
        page.get_by_text("Add or remove documents (curators)").click()
        assert page.locator("[data-kin-drop], [data-kin-remove]").count() == 0
        page.get_by_label("Password").fill("correct horse")
        page.keyboard.press("Enter")
        page.locator("[data-kin-drop]").wait_for()
        page.wait_for_function("document.activeElement.id === 'kin-files'")
        assert overflow(page) <= 0
        page.get_by_role("button", name="Log out").click()
        page.locator("[data-kin-login]").wait_for(state="attached")
        assert page.locator("[data-kin-drop]").count() == 0
