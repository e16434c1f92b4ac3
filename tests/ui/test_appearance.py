"""Light and dark: as the system or as somebody chose, from the first thing drawn on, and always light on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from kin_assistant.ui.components import ASSETS
from kin_assistant.ui.head import DARK, LIGHT
from tests.doubles import AssistantDouble
from tests.ui.test_browser import CHROMIUM, browser, running, window

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

__all__ = ["browser"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed on this machine"),
]
PLACES = ("", "documents/meeting")
"""The page, and a document on a page of its own."""
BLOCKED = """Object.defineProperty(window, 'localStorage', {
    get() { throw new DOMException('The operation is insecure.', 'SecurityError'); }
});"""


def ground_of(name: str) -> str:
    found = re.search(r"--kin-page: (#[0-9a-f]{6});", (ASSETS / name).read_text("utf-8"))
    assert found
    return found[1]


def test_what_a_browser_paints_around_the_page_is_the_ground_of_the_page() -> None:
    assert (ground_of("colours.css"), ground_of("dark.css")) == (LIGHT, DARK)


def test_each_colour_of_the_dark_is_one_of_the_light() -> None:
    light, dark = (
        set(re.findall(r"(--kin-[\w-]+):", (ASSETS / name).read_text("utf-8"))) for name in ("colours.css", "dark.css")
    )
    assert dark < light


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    from kin_assistant.ui.server import make_app

    app = make_app(AssistantDouble(), feedback=tmp_path_factory.mktemp("feedback"))  # type: ignore[arg-type]
    with running(app) as address:
        yield address


@pytest.fixture
def view(request: pytest.FixtureRequest) -> dict[str, Any]:
    return getattr(request, "param", {"color_scheme": "dark"})


@pytest.fixture
def context(browser: Browser, url: str, view: dict[str, Any]) -> Iterator[BrowserContext]:
    with window(browser, url, view, is_left=True) as opened:
        yield opened


def open_page(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    page.get_by_label("Appearance").wait_for()
    return page


def ground(page: Page) -> str:
    """The colour behind everything, as it is written in the style."""
    return str(
        page.evaluate(
            """() => '#' + getComputedStyle(document.body).backgroundColor.match(/\\d+/g)
                .map((part) => Number(part).toString(16).padStart(2, '0')).join('')"""
        )
    )


def choose(page: Page, name: str) -> None:
    page.get_by_label("Appearance").select_option(name)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("view", "expected"), [({"color_scheme": "light"}, LIGHT), ({"color_scheme": "dark"}, DARK)], indirect=["view"]
)
def test_whoever_chose_nothing_has_what_the_system_has(
    context: BrowserContext, url: str, place: str, expected: str
) -> None:
    page = open_page(context, url + place)
    assert page.get_by_label("Appearance").input_value() == "system"
    assert ground(page) == expected
    page.emulate_media(color_scheme="light" if expected == DARK else "dark")
    assert ground(page) != expected, "the system may change while the page is open"


@pytest.mark.parametrize("place", PLACES)
def test_a_choice_is_seen_at_once_and_kept(context: BrowserContext, url: str, place: str) -> None:
    page = open_page(context, url + place)
    assert page.evaluate("document.body.classList.contains('dark')"), "Gradio's own colours are those of the dark"
    choose(page, "Light")
    assert ground(page) == LIGHT
    assert not page.evaluate("document.body.classList.contains('dark')")
    page.reload()
    page.get_by_label("Appearance").wait_for()
    assert page.get_by_label("Appearance").input_value() == "light"
    assert ground(page) == LIGHT
    other = open_page(context, url)
    assert ground(other) == LIGHT
    choose(other, "Dark")
    page.wait_for_function("document.querySelector('[data-kin-appearance]').value === 'dark'")
    assert ground(page) == DARK, "a window that was open before has it too"
    choose(page, "System")
    assert page.evaluate("localStorage.getItem('kin.appearance')") is None
    assert ground(page) == DARK


def test_the_choice_is_made_with_the_keyboard_and_has_a_name(context: BrowserContext, url: str) -> None:
    page = open_page(context, url)
    box = page.get_by_role("combobox", name="Appearance")
    assert [option.inner_text() for option in box.locator("option").all()] == ["System", "Light", "Dark"]
    box.focus()
    page.keyboard.press("ArrowDown")
    assert box.input_value() == "light"
    assert ground(page) == LIGHT


def test_nothing_is_drawn_in_other_colours_first(context: BrowserContext, url: str) -> None:
    choose(open_page(context, url), "Light")
    # Gradio never comes.
    context.route("**/assets/*.js", lambda route: route.fulfill(content_type="text/javascript", body=""))
    context.route("**/assets/*.css", lambda route: route.fulfill(content_type="text/css", body=""))
    page = context.new_page()
    page.goto(url)
    assert page.locator(".kin-header").count() == 0
    assert ground(page) == LIGHT
    colours = page.locator("meta[name=theme-color]").evaluate_all(
        "all => all.filter((one) => matchMedia(one.media).matches).map((one) => one.content)"
    )
    assert colours == [LIGHT]


def test_where_the_browser_keeps_nothing_the_choice_holds_until_the_page_is_left(
    context: BrowserContext, url: str
) -> None:
    context.add_init_script(BLOCKED)
    page = open_page(context, url)
    assert ground(page) == DARK
    choose(page, "Light")
    assert ground(page) == LIGHT


def test_what_another_program_kept_in_its_place_is_no_choice(context: BrowserContext, url: str) -> None:
    page = open_page(context, url)
    page.evaluate("localStorage.setItem('kin.appearance', 'toString')")
    page.reload()
    page.get_by_label("Appearance").wait_for()
    assert page.get_by_label("Appearance").input_value() == "system"
    assert ground(page) == DARK


def test_a_header_that_is_written_anew_still_says_what_was_chosen(context: BrowserContext, url: str) -> None:
    page = open_page(context, url)
    choose(page, "Light")
    page.evaluate("document.querySelector('.kin-header').outerHTML += ''")
    page.wait_for_function("document.querySelector('[data-kin-appearance]').value === 'light'")
    assert page.get_by_label("Appearance").is_visible()


@pytest.mark.parametrize("place", PLACES)
def test_paper_is_light(context: BrowserContext, url: str, place: str) -> None:
    page = open_page(context, url + place)
    choose(page, "Dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert ground(page) == LIGHT
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    assert not page.get_by_label("Appearance").is_visible()
