"""The page in another language in a real browser: its own words change, those of documents and of whoever asks never do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from kin_assistant.ui.page_texts import PageTexts, bundled_page_texts
from tests.doubles import AssistantDouble
from tests.ui.test_appearance import BLOCKED
from tests.ui.test_browser import (
    CHROMIUM,
    DESK,
    PHONE,
    QUESTION,
    UNKNOWN,
    Served,
    ask,
    browser,
    overflow,
    running,
    served,
    window,
    words_of,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

__all__ = ["browser", "served"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed on this machine"),
]

TABLES = {table.code: table for table in bundled_page_texts()}
INDONESIAN, JAPANESE = TABLES["id"].texts, TABLES["ja"].texts
CHOICE = "[data-kin-page-language]"
UNREAD = "Nobody who speaks this language has checked this translation yet."
TEXTS_AND_NAMES = """() => {
    const hidden = 'script, style, template, [data-kin-translated], [data-kin-page-language]';
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    const found = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if ((node.parentElement.closest(hidden)) || (node.matches && node.matches(hidden))) continue;
        if (node.nodeType === Node.TEXT_NODE) found.push(node.data);
        else for (const name of ['aria-label', 'placeholder', 'title', 'data-label', 'lang', 'dir'])
            if (node.hasAttribute(name)) found.push(`${name}=${node.getAttribute(name)}`);
    }
    return found;
}"""
"""All that the page says, with the languages in which it says that it does."""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page that is there at once, with a language that is written from right to left beside those of the program."""
    from kin_assistant.ui.server import make_app

    arabic = PageTexts("ar", "العربية", "rtl", "a reader", {"Ask": "اسأل"})
    texts = (arabic, *TABLES.values())
    app = make_app(AssistantDouble(), feedback=tmp_path_factory.mktemp("feedback"), page_texts=texts)  # type: ignore[arg-type]
    with running(app) as address:
        yield address


@pytest.fixture
def view(request: pytest.FixtureRequest) -> dict[str, Any]:
    return getattr(request, "param", {"viewport": DESK, "locale": "en-GB"})


@pytest.fixture
def context(browser: Browser, url: str, view: dict[str, Any]) -> Iterator[BrowserContext]:
    with window(browser, url, view, is_left=True) as opened:
        yield opened


def open_page(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    page.locator(CHOICE).wait_for()
    return page


def choose(page: Page, code: str) -> None:
    page.locator(CHOICE).select_option(code)


def wait_for_tab(page: Page, words: str) -> None:
    page.get_by_role("tab", name=words, exact=True).wait_for()


# Which language


def test_whoever_has_an_english_browser_fetches_no_table(context: BrowserContext, url: str) -> None:
    fetched: list[str] = []
    context.on("request", lambda request: fetched.append(request.url))
    page = open_page(context, url)
    wait_for_tab(page, "Ask")
    assert page.get_by_label("Language").input_value() == "en"
    assert not [address for address in fetched if "/texts/" in address]
    assert page.locator("body [lang]:not(option):not([data-kin-original])").count() == 0
    assert not page.get_by_text(UNREAD).first.is_visible()


@pytest.mark.parametrize(
    ("view", "code"),
    [
        ({"locale": "ja-JP"}, "ja"),
        ({"locale": "id-ID"}, "id"),
        ({"locale": "zh-CN"}, "zh-Hans"),
        ({"locale": "zh-TW"}, "en"),
        ({"locale": "de-DE"}, "en"),
    ],
    indirect=["view"],
)
def test_the_page_begins_in_the_language_of_the_browser_where_there_is_a_table(
    context: BrowserContext, url: str, code: str
) -> None:
    page = open_page(context, url)
    wait_for_tab(page, TABLES[code].texts["Documents"] if code in TABLES else "Documents")
    assert page.locator(CHOICE).input_value() == code


def test_the_choice_has_a_name_and_each_language_its_own(context: BrowserContext, url: str) -> None:
    page = open_page(context, url)
    options = page.get_by_role("combobox", name="Language").locator("option").all()
    assert {one.get_attribute("lang"): one.inner_text() for one in options} == {
        "en": "English",
        "ar": "العربية",
        **{code: table.language for code, table in TABLES.items()},
    }


def test_a_choice_outlives_the_page_and_reaches_other_windows(context: BrowserContext, url: str) -> None:
    page, other = open_page(context, url), open_page(context, url)
    choose(page, "id")
    wait_for_tab(page, INDONESIAN["Documents"])
    wait_for_tab(other, INDONESIAN["Documents"])
    page.reload()
    wait_for_tab(page, INDONESIAN["Documents"])
    assert page.locator(CHOICE).input_value() == "id"
    document = open_page(context, f"{url}documents/meeting")
    document.get_by_role("link", name=INDONESIAN["Ask a question"]).wait_for()
    choose(document, "en")
    document.get_by_role("link", name="Ask a question").wait_for()
    wait_for_tab(page, "Documents")


@pytest.mark.parametrize("view", [{"locale": "ja-JP"}], indirect=True)
def test_english_can_be_chosen_against_the_browser(context: BrowserContext, url: str) -> None:
    page = open_page(context, url)
    wait_for_tab(page, JAPANESE["Documents"])
    choose(page, "en")
    wait_for_tab(page, "Documents")
    page.reload()
    wait_for_tab(page, "Documents")


def test_where_the_browser_keeps_nothing_the_choice_holds_until_the_page_is_left(
    context: BrowserContext, url: str
) -> None:
    context.add_init_script(BLOCKED)
    page = open_page(context, url)
    choose(page, "id")
    wait_for_tab(page, INDONESIAN["Documents"])
    page.reload()
    wait_for_tab(page, "Documents")


def test_what_another_program_kept_in_its_place_is_no_choice(context: BrowserContext, url: str) -> None:
    page = open_page(context, url)
    page.evaluate("localStorage.setItem('kin.language', 'toString')")
    page.reload()
    wait_for_tab(page, "Documents")
    assert page.locator(CHOICE).input_value() == "en"


def test_a_table_that_cannot_be_fetched_leaves_the_page_in_english(browser: Browser, url: str) -> None:
    opened = browser.new_context(locale="en-GB")
    opened.route("**/texts/id.json*", lambda route: route.fulfill(status=503, body=""))
    page = open_page(opened, url)
    choose(page, "id")
    page.wait_for_function(f"document.querySelector('{CHOICE}').value === 'en'")
    wait_for_tab(page, "Documents")
    opened.unroute("**/texts/id.json*")
    choose(page, "id")
    wait_for_tab(page, INDONESIAN["Documents"])
    opened.close()


# What changes, and what does not


def test_switching_back_restores_every_word(context: BrowserContext, url: str) -> None:
    page = open_page(context, url)
    ask(page, "anything")
    page.get_by_role("tab", name="Documents", exact=True).click()
    page.locator(".kin-list tbody tr").first.wait_for()
    before = page.evaluate(TEXTS_AND_NAMES)
    for code in ("id", "ja", "th"):
        choose(page, code)
        wait_for_tab(page, TABLES[code].texts["Documents"])
        assert page.evaluate(TEXTS_AND_NAMES) != before
    choose(page, "en")
    wait_for_tab(page, "Documents")
    assert page.evaluate(TEXTS_AND_NAMES) == before


def test_what_is_said_in_a_language_says_so(context: BrowserContext, url: str) -> None:
    page = open_page(context, url)
    choose(page, "ja")
    wait_for_tab(page, JAPANESE["Documents"])
    language_of = "element => element.closest('[lang]').lang"
    assert page.get_by_role("tab", name=JAPANESE["Ask"]).evaluate(language_of) == "ja"
    assert page.locator(".kin-example").first.evaluate(language_of) == "en"
    assert page.locator("h1").evaluate(language_of) == "en"
    said = page.locator(".kin-translated")
    assert JAPANESE[UNREAD] in said.inner_text()
    assert UNREAD in said.inner_text()
    assert said.get_by_text(UNREAD).evaluate(language_of) == "en"


def test_a_table_that_somebody_read_is_not_said_to_be_unread_and_may_run_from_the_right(
    context: BrowserContext, url: str
) -> None:
    page = open_page(context, url)
    choose(page, "ar")
    wait_for_tab(page, "اسأل")
    assert page.get_by_role("tab", name="اسأل").evaluate("element => getComputedStyle(element).direction") == "rtl"
    wait_for_tab(page, "Documents")  # what has no translation stays
    page.get_by_text("Documents and answers are in English.").wait_for()
    assert not page.get_by_text(UNREAD).first.is_visible()
    choose(page, "id")
    wait_for_tab(page, INDONESIAN["Ask"])
    assert (
        page.get_by_role("tab", name=INDONESIAN["Ask"], exact=True).evaluate(
            "element => getComputedStyle(element).direction"
        )
        == "ltr"
    )


KEPT = """() => {
    const say = (html) => {
        const box = document.createElement('div');
        box.innerHTML = html;
        document.body.append(box);
        return box;
    };
    window.kinKept = say(`
        <blockquote class="kin-quote"><p>Documents</p></blockquote><q>Documents</q><mark>Documents</mark>
        <article class="kin-document"><h3>Documents</h3><p title="Documents">Documents</p></article>
        <h2 class="kin-question">Documents</h2><div class="kin-answer"><p>Documents</p></div>
        <span class="kin-words">Documents</span><button class="kin-example">Documents</button>
        <ul role="listbox"><li>Documents</li></ul><select><option>Documents</option></select>
        <textarea>Documents</textarea><code>Documents</code><button data-kin-reopen>Documents</button>
        <div class="kin-refusal"><h2>Documents</h2><p>Documents</p></div><div class="kin-watched"><h3>Documents</h3></div>`);
    window.kinOwn = say('<p>Documents</p>');
    const box = document.createElement('input');
    box.value = 'Documents';
    window.kinKept.append(box);
}"""


def test_no_quote_document_name_or_typed_word_is_exchanged(context: BrowserContext, url: str) -> None:
    page = open_page(context, url)
    choose(page, "id")
    wait_for_tab(page, INDONESIAN["Documents"])
    page.evaluate(KEPT)
    page.wait_for_function(f"window.kinOwn.textContent === '{INDONESIAN['Documents']}'")
    kept = page.evaluate("window.kinKept.textContent")
    assert kept.count("Documents") == 17
    assert kept.replace("Documents", "").strip() == ""
    assert INDONESIAN["Documents"] not in page.evaluate("window.kinKept.innerHTML")
    assert page.evaluate("window.kinKept.querySelector('select').value") == "Documents"
    assert page.evaluate("window.kinKept.querySelector('input').value") == "Documents"


def test_a_translation_is_text_whatever_it_holds(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> None:
    from kin_assistant.ui.server import make_app

    words = "Your question"
    hostile = {
        "Ask": "<img src=x onerror=alert(1)>",
        words: "$& $1 <b>q</b>",
        "{number} documents": "{number} <i>d</i>",
    }
    app = make_app(
        AssistantDouble(),  # type: ignore[arg-type]
        feedback=tmp_path_factory.mktemp("feedback"),
        page_texts=[PageTexts("fr", "<b>Français</b>", "ltr", None, hostile)],
    )
    with running(app) as address, window(browser, address, {"locale": "fr-FR"}) as opened:
        page = open_page(opened, address)
        wait_for_tab(page, hostile["Ask"])
        page.get_by_label(hostile[words]).wait_for()
        assert page.locator("img[src=x], label b, option b").count() == 0


# With real answers


@pytest.fixture
def real(browser: Browser, served: Served, view: dict[str, Any]) -> Iterator[Page]:
    with window(browser, served.url, view) as opened:
        yield open_page(opened, served.url)


def test_an_indonesian_page_asks_and_quotes_in_english_word_for_word(real: Page, served: Served) -> None:
    choose(real, "id")
    wait_for_tab(real, INDONESIAN["Compare"])
    box = real.get_by_label(INDONESIAN["Your question"])
    assert box.get_attribute("placeholder") == INDONESIAN["Ask about a city or practice"]
    box.fill(QUESTION)
    real.get_by_role("button", name=INDONESIAN["Ask"], exact=True).click()
    turn = real.locator(".kin-turn").first
    turn.wait_for()
    answer = served.assistant.ask(QUESTION)
    shown = [words_of(one) for one in turn.locator(".kin-proof .kin-words").all()]
    assert shown == [one.quote for one in answer.citations]
    assert [one.evaluate("element => element.closest('[lang]').lang") for one in turn.locator(".kin-words").all()] == [
        "en"
    ] * turn.locator(".kin-words").count()
    assert turn.locator(".kin-question").evaluate("element => element.lastChild.textContent").strip() == QUESTION
    for name in ("Copy", "Copy link", "Edit question", "Watch this question", "Right", "Wrong answer"):
        turn.get_by_role("button", name=INDONESIAN[name], exact=True).wait_for()
    turn.get_by_role("link", name=INDONESIAN["Open in document"]).first.click()
    mark = real.locator(".kin-panel mark#cited")
    mark.wait_for()
    assert words_of(mark) == answer.citations[0].quote
    assert mark.evaluate("element => element.closest('[lang]').lang") == "en"
    real.get_by_role("button", name=INDONESIAN["Back to the answer"]).click()
    turn.get_by_role("button", name=INDONESIAN["Right"], exact=True).click()
    turn.get_by_text(INDONESIAN["Thank you. Your verdict, “right”, is stored on this machine."]).wait_for()
    choose(real, "en")
    turn.get_by_role("button", name="Copy link", exact=True).first.wait_for()
    turn.get_by_text("Thank you. Your verdict, “right”, is stored on this machine.").wait_for()


def test_conversations_are_kept_and_listed_in_another_language(real: Page) -> None:
    choose(real, "id")
    wait_for_tab(real, INDONESIAN["Ask"])
    real.get_by_label(INDONESIAN["Your question"]).fill(QUESTION)
    real.get_by_label(INDONESIAN["Your question"]).press("Enter")
    real.locator(".kin-turn").first.wait_for()
    real.get_by_role("button", name=re.compile(r"^Percakapan \(1\)$")).click()
    panel = real.get_by_role("dialog", name=INDONESIAN["Your conversations"])
    panel.wait_for()
    assert panel.locator("[data-kin-reopen]").inner_text() == QUESTION
    panel.get_by_role("button", name=f"Ganti nama: {QUESTION}").wait_for()
    assert panel.locator(".kin-meta").nth(1).inner_text().startswith("1 pertanyaan, ")


def test_every_tab_can_be_used_in_another_language(real: Page) -> None:
    choose(real, "id")
    for name, label, button in (
        ("Compare", "What to compare", "Compare"),
        ("Figures", "What the figures are about", "Show the figures"),
        ("Money", "What the money was for", "Show money and partners"),
        ("Commitments", "What was to be done about", "Show the commitments"),
        ("Brief", "Title of the brief", "Propose a brief"),
        ("Peers", "Your city, and what is the matter", "Find cities like it"),
    ):
        real.get_by_role("tab", name=INDONESIAN[name], exact=True).click()
        real.get_by_label(INDONESIAN[label]).wait_for()
        real.get_by_role("button", name=INDONESIAN[button], exact=True).wait_for()
    real.get_by_role("tab", name=INDONESIAN["Documents"], exact=True).click()
    real.get_by_role("heading", name=INDONESIAN["All documents"]).wait_for()
    rows = real.locator(".kin-list tbody tr:visible")
    real.get_by_label(INDONESIAN["Country"], exact=True).last.select_option("Indonesia")
    assert 0 < rows.count() < real.locator(".kin-list tbody tr").count(), "the list is filtered by what it was before"
    assert re.fullmatch(rf"{rows.count()} dokumen", real.locator("[data-kin-found]").inner_text())
    real.get_by_role("tab", name=INDONESIAN["Coverage"], exact=True).click()
    real.get_by_role("heading", name=INDONESIAN["What the documents cover"]).wait_for()


@pytest.mark.parametrize(
    "view", [{"viewport": DESK, "locale": "th-TH"}, {"viewport": PHONE, "locale": "ja-JP"}], indirect=True
)
def test_the_page_stays_accessible_and_within_its_window(real: Page, view: dict[str, Any]) -> None:
    texts = TABLES[view["locale"][:2]].texts
    wait_for_tab(real, texts["Documents"])
    for question in (QUESTION, UNKNOWN):
        before = real.locator(".kin-turn").count()
        real.get_by_label(texts["Your question"], exact=True).fill(question)
        real.get_by_label(texts["Your question"], exact=True).press("Enter")
        real.locator(".kin-turn").nth(before).wait_for()
    assert overflow(real) <= 0
    found = Axe().run(real)
    assert found.violations_count == 0, found.generate_report()
