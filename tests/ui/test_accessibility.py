"""The page as axe-core checks it: every tab and what it shows, light and dark, on a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from kin_assistant import Assistant
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
    running,
    served,
    show_figures,
    window,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser", "served"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed on this machine"),
]

DESK = {"width": 1440, "height": 900}
State = Callable[["Page"], None]


def start(_: Page) -> None:
    """As a visitor finds the page."""


def answer(page: Page) -> None:
    """With all that can be unfolded unfolded."""
    turn = ask(page, QUESTION)
    turn.locator(".kin-cite").first.click()
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
    page.locator(".kin-panel-content, [class^=kin-contributions], .kin-money").first.wait_for()


def commitments(page: Page) -> None:
    look_up(page, "Commitments", "What was to be done", "waste reduction")


def documents(page: Page) -> None:
    page.get_by_role("tab", name="Documents").click()
    page.locator(".kin-list tbody tr").first.wait_for()


def coverage(page: Page) -> None:
    open_coverage(page)


def about(page: Page) -> None:
    page.get_by_role("tab", name="About").click()


def unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")


STATES: tuple[State, ...] = (
    start,
    answer,
    refusal,
    comparison_in_an_answer,
    fault,
    document_panel,
    conversations,
    compare,
    peers,
    brief,
    figures,
    money,
    commitments,
    documents,
    coverage,
    about,
)


ALL: dict[str, Any] = {
    "resultTypes": ["violations"],
    # What is pressed is large enough, which axe looks at on request alone.
    "rules": {"target-size": {"enabled": True}},
}
COLOURS: dict[str, Any] = {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": ["color-contrast"]}}
"""All that depends on whether the page is light or dark."""
MANY = {"exclude": [["tbody > tr:nth-child(n + 9)"], ["svg.kin-map > :nth-child(n + 40)"]]}


def violations(page: Page, options: dict[str, Any]) -> list[str]:
    """What axe finds wrong: the rule, its sentence and the elements."""
    found = Axe().run(page, context=MANY, options=options).response["violations"]
    return [
        f"{one['id']}: {one['help']}: {node['target']} {node['html'][:120]}" for one in found for node in one["nodes"]
    ]
