"""The page with its API over a small library, without a network connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kin_assistant import Assistant
from kin_assistant.ui.server import make_app
from tests.conftest import write_corpus
from tests.form_library import TEXTS
from tests.libraries import Library

Opened = Callable[..., Any]


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """An assistant over four cities."""
    root = tmp_path_factory.mktemp("api")
    library = Library(write_corpus(root / "corpus", TEXTS), root / "index")
    library.sync()
    with library.open() as assistant:
        yield assistant


@pytest.fixture(scope="session")
def client(small: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A client that may ask as much as it likes."""
    with opened(small, tmp_path_factory.mktemp("feedback"), questions_per_minute=10_000) as ready:
        yield ready


@contextmanager
def opened(assistant: Any, feedback: Path, **options: Any) -> Iterator[Any]:
    """A client of the page, whose API is switched on unless ``options`` say otherwise."""
    from starlette.testclient import TestClient

    app = make_app(assistant, feedback=feedback, **({"api": True} | options))
    with TestClient(app, raise_server_exceptions=False) as ready:
        yield ready
