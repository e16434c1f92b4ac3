"""The small library of the forms of answer, built once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.form_library import SmallLibrary, open_library


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallLibrary]:
    """Four documents on four cities."""
    opened, index = open_library(tmp_path_factory.mktemp("forms") / "index")
    yield opened
    index.close()
