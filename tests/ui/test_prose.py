"""Prose on the page: switched on by the reader, beside an answer that is there already, whatever the model does."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kin_assistant.api.prose import Writers
from kin_assistant.types import Filters, Prose, ProseSentence
from kin_assistant.ui.callbacks import Callbacks
from kin_assistant.ui.conversation import conversation_html
from kin_assistant.ui.events import Events
from kin_assistant.ui.page import KINDS, build_page
from kin_assistant.ui.served import Served
from kin_assistant.ui.server import make_app
from kin_assistant.ui.turns import Turn
from kin_assistant.ui.visits import Visits
from kin_assistant.writing.connection import ChatServer
from kin_assistant.writing.writer import ProseWriter
from tests.conftest import write_corpus
from tests.doubles import AssistantDouble
from tests.form_library import TEXTS
from tests.libraries import Library
from tests.ui.test_browser import CHROMIUM, DESK, running, window
from tests.ui.test_browser import browser as browser  # a fixture
from tests.writing.doubles import ModelDouble, cite_quote, make_answer
from tests.writing.servers import Play, event, play_server, send_events

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

QUESTION = "How did Surabaya start composting?"
ANSWER = make_answer(cite_quote("The city gave baskets to 500 households."), id="q1")
WRITTEN = Prose(
    sentences=(ProseSentence(text="The city gave baskets to <b>500</b> households.", citations=(1,)),),
    dropped=("wording", "figure", "repeated"),
    written_by="Small <i>model</i>",
    sent_to="127.0.0.1:1",
)


def shown(prose: Prose | None) -> str:
    return str(conversation_html([Turn("q1", QUESTION, Filters(), answer=ANSWER, prose=prose)], {}))


def test_prose_stands_above_the_quotes_and_says_who_wrote_it() -> None:
    html = shown(WRITTEN)
    prose, words = html.index("Written by a language model"), html.index("In the words of the documents")
    assert prose < words < html.index("kin-answer")
    assert "2 sentences were not borne by the documents and left out." in html
    assert "at 127.0.0.1:1, to which the question and the quotes were sent" in html
    assert 'href="#q1-words"' in html
    assert 'href="#q1-quote-1"' in html
    assert "&lt;b&gt;500&lt;/b&gt;" in html
    assert "<i>" not in html


def test_what_goes_wrong_is_one_sentence_above_an_answer_that_stays() -> None:
    html = shown(Prose(failure="The language model is <b>gone</b>.", written_by="Small"))
    assert html.index("The language model is &lt;b&gt;gone&lt;/b&gt;.") < html.index("kin-answer")
    assert "In the words of the documents" not in html
    without = shown(None)
    assert without[without.index('<div class="kin-answer">') :].partition("kin-actions")[0] in html


def test_where_nothing_is_borne_it_says_so() -> None:
    html = shown(replace_sentences(WRITTEN))
    assert "Nothing that Small" in html
    assert "2 sentences were not borne" in html


def replace_sentences(prose: Prose) -> Prose:
    return prose.model_copy(update={"sentences": ()})


def test_what_is_copied_has_the_prose_too() -> None:
    assert "## In the words of the documents" in shown(WRITTEN)


def test_the_switch_is_there_only_with_a_language_model(tmp_path: Path) -> None:
    callbacks = Callbacks(Served(AssistantDouble()), tmp_path, 200, lambda: None)  # type: ignore[arg-type, return-value]
    model = ProseWriter(ModelDouble(lambda _: "", host="llm.example.org"), context=8192, seconds=1)
    for writers, there in ((None, False), (Writers(model), True)):
        page = build_page(callbacks, Visits(), version="0", evaluation=None, queue_size=7, writers=writers)
        Events(page, KINDS)
        names = {function.name for function in page.fns.values()}
        assert ({"announce_prose", "write_prose"} <= names) is there
        assert ("llm.example.org" in json.dumps(page.get_config_file(), default=str)) is there


def test_a_switch_takes_nothing_but_true_and_false(tmp_path: Path) -> None:
    callbacks = Callbacks(Served(AssistantDouble()), tmp_path, 200, lambda: None)  # type: ignore[arg-type, return-value]
    model = ProseWriter(ModelDouble(lambda _: ""), context=8192, seconds=1)
    page = build_page(callbacks, Visits(), version="0", evaluation=None, queue_size=7, writers=Writers(model))
    events = Events(page, KINDS)
    number, function = next((n, f) for n, f in page.fns.items() if f.name == "write_prose")
    while function.trigger_after is not None:
        function = page.fns[function.trigger_after]
    sent = {"session_hash": "abcdefgh", "fn_index": number, "trigger_id": function.targets[0][0], "event_data": None}
    assert events.read(json.dumps({**sent, "data": [True]}).encode()).kind == KINDS["write_prose"]
    for wrong in ("true", 1, None, [True], {"path": "/etc/passwd"}):
        with pytest.raises(Exception, match="A field must be true or false"):
            events.read(json.dumps({**sent, "data": [wrong]}).encode())


# In a browser


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    root = tmp_path_factory.mktemp("prose")
    library = Library(write_corpus(root / "corpus", TEXTS), root / "index")
    library.sync()
    with library.open() as assistant:
        yield assistant


@contextmanager
def asked_with_prose(browser: Browser, assistant: Any, folder: Path, script: Callable[[Play], None]) -> Iterator[Page]:
    """A page on which the question was asked with the switch on, of a model whose server plays ``script``."""
    with play_server(script) as asked:
        writers = Writers(ProseWriter(ChatServer(asked.address, "Small", seconds=3), context=8192, seconds=3))
        app = make_app(assistant, feedback=folder, questions_per_minute=10_000, writers=writers)
        with running(app) as url, window(browser, url, {"viewport": DESK}) as context:
            page = context.new_page()
            page.goto(url)
            page.get_by_label("Written by a language model").check()
            page.get_by_label("Your question").fill(QUESTION)
            page.get_by_role("button", name="Ask", exact=True).click()
            page.locator(".kin-answer").wait_for()
            yield page


def repeat_first(play: Play) -> None:
    first = play.asked.data["data"][0]
    sentences = [
        {"keys": [first["key"]], "text": first["quote"]},
        {"keys": [first["key"]], "text": "Everybody was paid in cash."},
    ]
    send_events(play, json.dumps({"sentences": sentences}))


def break_off(play: Play) -> None:
    play.begin()
    play.write(event('{"sentences": [{"keys": ["'))


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed on this machine")
def test_prose_comes_above_an_answer_that_was_there_before(browser: Browser, small: Any, tmp_path: Path) -> None:
    go_on = threading.Event()

    def wait(play: Play) -> None:
        go_on.wait(10)
        repeat_first(play)

    with asked_with_prose(browser, small, tmp_path, wait) as page:
        before = page.locator(".kin-answer").inner_text()
        page.get_by_text("is writing").wait_for()
        go_on.set()
        page.locator(".kin-prose").wait_for()
        assert page.locator(".kin-answer").inner_text() == before
        assert "1 sentence was not borne by the documents and left out." in page.locator(".kin-prose").inner_text()
        assert page.get_by_text("is writing").count() == 0
        page.get_by_role("link", name="Read the documents’ own words").click()
        assert page.get_by_role("heading", name="In the words of the documents").is_visible()


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed on this machine")
def test_a_model_that_breaks_off_leaves_the_answer_and_one_sentence(
    browser: Browser, small: Any, tmp_path: Path
) -> None:
    with asked_with_prose(browser, small, tmp_path, break_off) as page:
        said = page.locator(".kin-prose-fault")
        said.wait_for()
        assert said.inner_text() == "The language model broke off in the middle of its reply."
        assert page.locator(".kin-answer").is_visible()
        assert page.locator(".kin-prose").count() == 0
