"""A small library behind the tabs that look something up, without a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import pytest

from kin_assistant.ui.callbacks import Callbacks
from kin_assistant.ui.guard import Guard
from kin_assistant.ui.ratelimit import QUESTION, RateLimiter
from kin_assistant.ui.served import Served
from tests.conftest import write_corpus
from tests.figure_library import FIGURE_TEXTS
from tests.libraries import Library

NOW = datetime(2026, 11, 21, tzinfo=UTC)

Serve = Callable[[Callable[..., None], int], Any]


@pytest.fixture(scope="session")
def callbacks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callbacks]:
    """What happens on the page of the small library with figures."""
    root = tmp_path_factory.mktemp("tabs")
    library = Library(write_corpus(root / "corpus", FIGURE_TEXTS), root / "index")
    library.sync()
    assistant = library.open()
    yield Callbacks(served=Served(assistant), feedback=root, max_question_characters=200, now=lambda: NOW)
    assistant.close()


@pytest.fixture
def serve(callbacks: Callbacks) -> Iterator[Serve]:
    """Opens a client of the addresses that a tab adds, with a budget of so many questions a minute."""
    from fastapi import FastAPI
    from starlette.testclient import TestClient

    with ExitStack() as opened:

        def open_client(add: Callable[..., None], questions: int) -> Any:
            app = FastAPI()
            app.add_middleware(Guard)
            add(app, callbacks, RateLimiter(questions * QUESTION))
            return opened.enter_context(TestClient(app, base_url="http://127.0.0.1:7860"))

        yield open_client
