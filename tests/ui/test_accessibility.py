"""The page as axe-core checks it: every tab and what it shows, light and dark, on a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.ui.test_browser import (
    CHROMIUM,
    COMPARED,
    PHONE,
    QUESTION,
    UNKNOWN,
    Served,
    ask,
    browser,
    look_up,
    open_coverage,
    propose,
    served,
    show_figures,
    window,
)
from tests.ui.test_watching import FORGET_AND_ALTER

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

__all__ = ["browser", "served"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed on this machine"),
]

DESK = {"width": 1440, "height": 900}
State = Callable[["Page"], None]


def start(_: Page) -> None:
    """As a visitor finds the page."""


def filters(page: Page) -> None:
    """With a city chosen, and the list of cities open; on a phone, too, where a button opens the filters."""
    page.locator("[data-kin-filters]").dispatch_event("click")
    page.locator("#kin-filters").get_by_role("combobox", name="City").click()
    page.keyboard.type("Cebu")
    page.keyboard.press("Enter")
    page.locator("#kin-filters").get_by_role("button", name=re.compile(r"^Remove Cebu")).wait_for()
    page.get_by_role("listbox").wait_for()


def answer(page: Page) -> None:
    """With all that can be unfolded unfolded, and what comes after a verdict."""
    turn = ask(page, QUESTION)
    turn.locator(".kin-cite").first.click()
    turn.get_by_role("button", name="Wrong evidence").click()
    turn.get_by_label("Anything to add?").wait_for()
    unfold(page)


def refusal(page: Page) -> None:
    ask(page, UNKNOWN)
    unfold(page)


def comparison_in_an_answer(page: Page) -> None:
    ask(page, COMPARED).locator("table").first.wait_for()


def fault(page: Page) -> None:
    page.get_by_label("From year").fill("17")
    ask(page, QUESTION)


def document_panel(page: Page) -> None:
    ask(page, QUESTION).get_by_role("link", name="Open in document").first.click()
    page.locator(".kin-panel mark#cited").wait_for()


def document_page(page: Page) -> None:
    link = ask(page, QUESTION).get_by_role("link", name="Open in document").first
    page.goto(f"{page.url}{link.get_attribute('href')}")
    page.locator("mark#cited").wait_for()


def conversations(page: Page) -> None:
    ask(page, QUESTION)
    page.get_by_role("button", name=re.compile(r"Conversations \(")).click()
    page.get_by_role("dialog", name="Your conversations").wait_for()


def compare(page: Page) -> None:
    look_up(page, "Compare", "What to compare", "household composting")
    page.locator(".kin-comparison .kin-cite").first.wait_for()


def peers(page: Page) -> None:
    look_up(page, "Peers", "Your city, and what is the matter", "We are a port city with open dumping and little money")
    page.locator(".kin-peers .kin-cite").first.wait_for()


def brief(page: Page) -> None:
    propose(page, "Community composting for Hai Phong")
    unfold(page)


def figures(page: Page) -> None:
    show_figures(page, "non-revenue water")
    unfold(page)


def money(page: Page) -> None:
    look_up(page, "Money", "What the money was for", "septage")
    page.locator("[data-kin-from] .kin-cite:visible").first.wait_for()
    unfold(page)


def commitments(page: Page) -> None:
    look_up(page, "Commitments", "What was to be done", "waste reduction")
    page.locator("[data-kin-from] .kin-cite:visible").first.wait_for()
    unfold(page)


def nothing_found(page: Page) -> None:
    look_up(page, "Figures", "What the figures are about", "penguin breeding")
    page.get_by_text("The documents give no figure").wait_for()


def documents(page: Page) -> None:
    page.get_by_role("tab", name="Documents").click()
    page.locator(".kin-list tbody tr").first.wait_for()


def found_in_the_text(page: Page) -> None:
    documents(page)
    page.get_by_label("Search in the text").fill("waste bank")
    page.keyboard.press("Enter")
    page.locator(".kin-hits article").first.wait_for()


def watched(page: Page) -> None:
    """With what was gained, lost and altered since the question was asked last."""
    turn = ask(page, QUESTION)
    turn.get_by_role("button", name="Watch this question").click()
    turn.get_by_text("Watched: ").wait_for()
    page.evaluate(FORGET_AND_ALTER)
    page.get_by_role("tab", name="Watched").click()
    page.get_by_role("button", name="Ask all again").click()
    page.get_by_text("1 changed").wait_for()


def submit(page: Page) -> None:
    page.get_by_role("tab", name="Submit").click()
    page.get_by_role("button", name="Add a partner").click()
    page.get_by_label("Situation before").fill("word " * 51)


def coverage(page: Page) -> None:
    open_coverage(page)


def about(page: Page) -> None:
    page.get_by_role("tab", name="About").click()


def unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")


def offline(page: Page) -> None:
    """As an installed page is while its server is away."""
    # It leaves as soon as it finds the server.
    page.route("**/page/offline.js*", lambda route: route.fulfill(content_type="text/javascript", body=""))
    page.goto(f"{page.url}offline")
    page.get_by_role("button", name="Try again").wait_for()


ALONE: tuple[State, ...] = (
    start,
    filters,
    answer,
    refusal,
    comparison_in_an_answer,
    fault,
    document_panel,
    document_page,
    conversations,
    watched,
    offline,
    coverage,
)
"""Each begins on a page of its own."""
TABS: tuple[State, ...] = (
    compare,
    peers,
    brief,
    figures,
    money,
    commitments,
    nothing_found,
    about,
    documents,
    submit,
    found_in_the_text,
)
"""Each shows a tab and nothing beside it, so one page serves for all. What is long comes last: it slows down what follows."""


WINDOWS = [(DESK, "light"), (DESK, "dark"), (PHONE, "dark"), (PHONE, "light")]

ALL: dict[str, Any] = {
    "resultTypes": ["violations"],
    # What is pressed is large enough, which axe looks at on request alone.
    "rules": {"target-size": {"enabled": True}},
}
COLOURS: dict[str, Any] = {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": ["color-contrast"]}}
"""All that depends on whether the page is light or dark."""
ENOUGH = [
    "tbody > tr:nth-child(n + 7)",
    "tbody:nth-of-type(n + 5)",
    ".kin-matrix :is(td, th):nth-child(n + 9)",
    ".kin-map > :nth-child(n + 20)",
    ".kin-hits article:nth-of-type(n + 4)",
    ".kin-peer:nth-of-type(n + 3)",
    ".kin-proposed:nth-of-type(n + 3)",
    "[role=option]:nth-child(n + 9)",
]
"""What comes after these is made like them, and axe would take minutes for all of it."""


AXE = Axe().axe_script
_RUN = """async ([context, options]) => (await axe.run(context, options)).violations
    .map(({ id, help, nodes }) => ({ id, help, elements: nodes.map((node) => node.html) }))"""


def violations(page: Page, options: dict[str, Any]) -> list[str]:
    """What axe finds wrong: the rule, its sentence and the element."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate(_RUN, [{"exclude": [[each] for each in ENOUGH]}, options])
    return [f"{one['id']}: {one['help']}: {html[:200]}" for one in found for html in one["elements"]]


def settle(page: Page) -> None:
    """Wait for what fades or moves, and for two frames."""
    page.evaluate(
        """() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null)))
            .then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))"""
    )


@pytest.fixture(scope="module")
def context(browser: Browser, served: Served) -> Iterator[BrowserContext]:
    """One window for all states: what the page is made of is fetched once."""
    with window(browser, served.url, {"viewport": DESK}, is_left=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def tabs(context: BrowserContext, served: Served) -> Page:
    return open_page(context, served.url)


def open_page(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(url)
    page.locator("#kin-filters input[placeholder=any]").first.wait_for(state="attached")  # our own script runs
    return page


def check_in_all_windows(page: Page, state: State) -> None:
    page.set_viewport_size(DESK)
    state(page)
    found = {}
    for size, scheme in WINDOWS:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        settle(page)
        found[size["width"], scheme] = violations(page, ALL if scheme == "light" else COLOURS)
    assert found == {(size["width"], scheme): [] for size, scheme in WINDOWS}


@pytest.mark.parametrize("state", ALONE, ids=lambda state: state.__name__)
def test_axe_finds_nothing_wrong(context: BrowserContext, served: Served, state: State) -> None:
    page = open_page(context, served.url)
    check_in_all_windows(page, state)
    page.close()


@pytest.mark.parametrize("state", TABS, ids=lambda state: state.__name__)
def test_axe_finds_nothing_wrong_in_a_tab(tabs: Page, state: State) -> None:
    check_in_all_windows(tabs, state)


@pytest.mark.parametrize(
    ("markup", "options", "rule"),
    [
        ("<button></button>", ALL, "button-name"),
        ("<img src='page/icon.svg'>", ALL, "image-alt"),
        ("<p style='color: #999; background: #fff'>faint</p>", COLOURS, "color-contrast"),
        ("<a href='#a' style='font-size: 8px'>a</a><a href='#b' style='font-size: 8px'>b</a>", ALL, "target-size"),
    ],
)
def test_axe_finds_what_is_wrong(
    context: BrowserContext, served: Served, markup: str, options: dict[str, Any], rule: str
) -> None:
    page = context.new_page()
    page.goto(f"{served.url}healthz")
    page.set_content(f"<html lang=en><title>Wrong</title><main><h1>Wrong</h1>{markup}</main></html>")
    assert rule in {found.partition(":")[0] for found in violations(page, options)}
    page.close()
