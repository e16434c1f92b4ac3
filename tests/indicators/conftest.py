"""A small library with figures for the tests of indicators."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kin_assistant.index.snapshot import OpenIndex
from kin_assistant.indicators.finder import IndicatorFinder
from tests.figure_library import FIGURE_TEXTS
from tests.form_library import SmallLibrary, open_library


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SmallLibrary, OpenIndex]]:
    library, index = open_library(tmp_path_factory.mktemp("indicators") / "index", FIGURE_TEXTS)
    yield library, index
    index.close()


@pytest.fixture(scope="module")
def finder(small: tuple[SmallLibrary, OpenIndex]) -> IndicatorFinder:
    return IndicatorFinder(small[0].search, "build", compiler_sections=("Lessons",))
