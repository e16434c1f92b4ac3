"""A practice from the form to an answer, in a real browser: written, kept, sent, accepted, quoted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kin_assistant.practices.queue import PracticeQueue
from tests.conftest import write_corpus
from tests.doubles import SOURCES, AssistantDouble
from tests.libraries import Library
from tests.practice_forms import FILLED, fill_in
from tests.ui.test_browser import CHROMIUM, DESK, PHONE, ask, browser, overflow, running, window

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed on this machine"),
]

PASSWORD = "correct horse"
RESULTS = "By 2010 the carts emptied 9,000 pits a year."
BLOCKED = "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }})"
FULL = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(write_corpus(tmp_path / "corpus", SOURCES), tmp_path / "index")
    library.sync()
    yield library
    for assistant in library.opened:
        assistant.close()


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page for what needs no documents."""
    from kin_assistant.ui.server import make_app

    folder = tmp_path_factory.mktemp("alone")
    with running(make_app(AssistantDouble(), feedback=folder, practices=folder / "practices")) as url:  # type: ignore[arg-type]
        yield url


def open_form(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_label("Your question").wait_for()
    page.get_by_role("tab", name="Submit").click()
    page.get_by_label("Title of the practice").wait_for()


def fill(page: Page) -> None:
    """What the tests' practice says, as somebody types it."""
    names = ("cities", "countries", "themes", "dates", "partners", "budgets", "level")
    for name, words in FILLED.items():
        if name not in names:
            page.locator(f"[data-kin-field={name}]").fill(str(words))
    page.locator("[data-kin-field=cities]").fill("Exampleville")
    page.locator("[data-kin-field=countries]").fill("Indonesia")
    page.locator("[data-kin-field=level]").select_option("city or town")
    page.locator("[data-kin-themes]").get_by_label("sanitation").check()
    page.locator("[data-kin-themes]").get_by_label("finance").check()
    for table in ("dates", "partners", "budgets"):
        rows: Any = FILLED[table]
        box = page.locator(f"[data-kin-table={table}]")
        for number, row in enumerate(rows):
            if number:
                box.get_by_role("button", name=re.compile("^Add a")).click()
            for name, words in row.items():
                cell = box.locator(f"[data-kin-cell={name}]").nth(number)
                if name in ("organisation", "support"):
                    cell.select_option(words)
                else:
                    cell.fill(words)


def kept(page: Page) -> Any:
    return json.loads(page.evaluate("localStorage.getItem('kin.practice')") or "null")


def test_a_practice_goes_from_the_form_into_an_answer(browser: Browser, library: Library, tmp_path: Path) -> None:
    from kin_assistant.ui.server import make_app

    folder = tmp_path / "practices"
    app = make_app(
        library.open(),
        feedback=tmp_path / "feedback",
        practices=folder,
        collection=library.collection,
        curator_password=PASSWORD,
        questions_per_minute=1000,
    )
    with running(app) as url, window(browser, url, {"viewport": DESK}, is_left=True) as context:
        page = context.new_page()
        open_form(page, url)
        fill(page)
        page.get_by_text("This browser keeps the draft").wait_for()
        page.reload()
        page.get_by_role("tab", name="Submit").click()
        page.get_by_text("the draft that this browser kept").wait_for()
        page.get_by_role("button", name="Preview").click()
        page.locator(".kin-previewed").get_by_text(RESULTS).wait_for()
        page.get_by_role("button", name="Send to the curators").click()
        page.get_by_text("Sent. A curator reads it").wait_for()
        assert page.get_by_label("Title of the practice").input_value() == ""
        assert kept(page) is None
        assert PracticeQueue(folder).waiting().practices[0].submission == fill_in()

        page.get_by_role("tab", name="Documents").click()
        page.get_by_text("Add or remove documents (curators)").click()
        assert page.locator("[data-kin-accept]").count() == 0
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.locator(".kin-waits summary").click()
        page.locator(".kin-waits").get_by_text(RESULTS).wait_for()
        page.get_by_role("button", name="Accept").click()
        page.get_by_text("Done: answers now quote the folder as it is.").wait_for()
        page.get_by_text("None waits to be read.").wait_for()

        page.get_by_role("tab", name="Ask").click()
        turn = ask(page, "How many pits did the carts of Exampleville empty a year?")
        turn.locator(".kin-reply .kin-quote").get_by_text(RESULTS).wait_for()
        assert "City of Exampleville, Sanitation Office" in turn.inner_text()


def test_a_blocked_or_full_browser_says_that_no_draft_is_kept(browser: Browser, alone: str) -> None:
    for script, words in ((FULL, "has no room for the draft"), (BLOCKED, "keeps nothing for this page")):
        with window(browser, alone, {"viewport": DESK}) as context:
            context.add_init_script(script)
            page = context.new_page()
            open_form(page, alone)
            page.get_by_label("Title of the practice").fill("Carts")
            page.get_by_text(words).wait_for()


@pytest.mark.parametrize("draft", ["no JSON", '{"version": 2}', '{"version": 1, "typed": null}', "3"])
def test_a_draft_that_cannot_be_opened_is_said_and_the_form_works(browser: Browser, alone: str, draft: str) -> None:
    with window(browser, alone, {"viewport": DESK}) as context:
        # A window begins with an empty page, which keeps nothing.
        context.add_init_script(f"""if (location.protocol === "http:" && localStorage.getItem("kin.practice") === null)
            localStorage.setItem("kin.practice", {json.dumps(draft)});""")
        page = context.new_page()
        open_form(page, alone)
        page.get_by_text("a draft that this page cannot open").wait_for()
        page.get_by_label("Title of the practice").fill("Carts")
        page.get_by_text("This browser keeps the draft").wait_for()
        assert kept(page)["typed"]["title"] == "Carts"


def test_clearing_asks_once_more_and_forgets_the_draft(browser: Browser, alone: str) -> None:
    with window(browser, alone, {"viewport": DESK}) as context:
        page = context.new_page()
        open_form(page, alone)
        page.get_by_label("Title of the practice").fill("Carts")
        page.get_by_text("This browser keeps the draft").wait_for()
        page.get_by_role("button", name="Clear the form").click()
        page.get_by_role("button", name="Keep it").click()
        assert page.get_by_label("Title of the practice").input_value() == "Carts"
        page.get_by_role("button", name="Clear the form").click()
        page.get_by_role("button", name="Clear it").click()
        # The form is emptied when the dialog says that it has closed, some time after the click.
        page.locator(".kin-ask-again").wait_for(state="detached")
        assert page.get_by_label("Title of the practice").input_value() == ""
        assert kept(page) is None


def test_words_are_counted_as_the_server_counts_them(browser: Browser, alone: str) -> None:
    with window(browser, alone, {"viewport": DESK}) as context:
        page = context.new_page()
        open_form(page, alone)
        page.get_by_label("Situation before").fill("- one two\n\u2022 three\n" + "word " * 47)
        page.get_by_text("50 of 50 words").wait_for()
        page.get_by_label("Situation before").press_sequentially("more ")
        counter = page.get_by_text("51 of 50 words")
        counter.wait_for()
        assert "kin-warning" in counter.get_attribute("class")


@pytest.mark.parametrize("viewport", [PHONE, {"width": 1440, "height": 900}])
def test_faults_stand_at_their_fields_and_nothing_overflows(browser: Browser, alone: str, viewport: Any) -> None:
    # Not a window of the other tests: the browser itself notes an answer with faults.
    context = browser.new_context(viewport=viewport)
    page = context.new_page()
    open_form(page, alone)
    page.locator("[data-kin-table=partners] [data-kin-cell=support]").select_option("technical")
    page.get_by_role("button", name="Preview").click()
    page.get_by_text("12 things must be put right first.").wait_for()
    title = page.get_by_label("Title of the practice")
    assert title.evaluate("box => box === document.activeElement && box.getAttribute('aria-invalid')") == "true"
    page.get_by_text("“Title of the practice” is missing.").wait_for()
    page.get_by_text("“Partners, row 1, name” is missing.").wait_for()
    assert overflow(page) <= 0
    for number in range(3):
        page.get_by_role("button", name="Add a partner").click()
        assert page.locator("[data-kin-table=partners] [data-kin-table-row]").count() == number + 2
    assert overflow(page) <= 0
    context.close()
