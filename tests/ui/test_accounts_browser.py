"""The page with accounts in a real browser: a reader asks and sees nothing of curators; a curator sees it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kin_assistant.accounts.store import AccountStore
from kin_assistant.index.report import SyncReport
from kin_assistant.ui.gate import Gatekeeper
from kin_assistant.ui.served import Collection
from kin_assistant.ui.server import make_app
from tests.doubles import AssistantDouble
from tests.ui.test_browser import CHROMIUM, browser, running

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed on this machine"),
]


def log_in(page: Page, name: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill("a long password")
    page.get_by_role("button", name="Log in").click()


def open_documents(page: Page) -> None:
    page.get_by_label("Your question").wait_for()
    page.get_by_role("tab", name="Documents").click()
    page.get_by_role("heading", name="Documents", exact=False).first.wait_for()


def test_readers_and_curators_log_in_see_what_is_theirs_and_log_out(browser: Browser, tmp_path: Path) -> None:
    store = AccountStore(tmp_path / "accounts.sqlite")
    store.create()
    store.add("rita", "reader", "a long password", now=1)
    store.add("carl", "curator", "a long password", now=1)
    (tmp_path / "corpus").mkdir()

    def never(_: object) -> SyncReport:
        raise AssertionError("nothing is synced here")

    app = make_app(
        AssistantDouble(),  # type: ignore[arg-type]
        feedback=tmp_path / "feedback",
        collection=Collection(tmp_path / "corpus", tmp_path / "index", never),
        gatekeeper=Gatekeeper(store),
    )
    with running(app) as url:
        context = browser.new_context()
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.goto(url)
        log_in(page, "rita")
        page.get_by_label("Your question").fill("How did Surabaya cut its household waste?")
        page.get_by_role("button", name="Ask", exact=True).click()
        page.locator("article").first.wait_for()
        open_documents(page)
        page.locator(".kin-documents table").wait_for()
        assert page.locator("input[type=file]").count() == 0
        assert page.get_by_text("(curators)").count() == 0
        page.get_by_role("link", name="Account").click()
        page.get_by_text("logged in as rita (reader)").wait_for()
        page.get_by_role("button", name="Log out").click()
        page.get_by_role("heading", name="Log in").wait_for()
        page.goto(url)
        log_in(page, "carl")
        open_documents(page)
        page.locator(".kin-documents input[type=file]").wait_for(state="attached")
        context.close()


def test_the_form_is_in_the_language_of_the_browser_before_anybody_has_logged_in(
    browser: Browser, tmp_path: Path
) -> None:
    store = AccountStore(tmp_path / "accounts.sqlite")
    store.create()
    store.add("rita", "reader", "a long password", now=1)
    app = make_app(AssistantDouble(), feedback=tmp_path / "feedback", gatekeeper=Gatekeeper(store))  # type: ignore[arg-type]
    with running(app) as url:
        context = browser.new_context(locale="id-ID")
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.goto(url)
        page.get_by_role("heading", name="Masuk").wait_for()
        page.get_by_label("Nama", exact=True).fill("rita")
        page.get_by_label("Kata sandi").fill("wrong, and long")
        page.get_by_role("button", name="Masuk").click()
        page.get_by_text("Nama dan kata sandi ini tidak cocok.").wait_for()
        page.locator("[data-kin-page-language]").select_option("en")
        page.get_by_text("This name and this password do not belong together.").wait_for()
        context.close()
