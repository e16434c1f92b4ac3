"""A small library for the tests of records and comparisons: headings alone tell its fields."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kin_assistant.index.snapshot import OpenIndex
from kin_assistant.records.comparison import ComparisonMaker
from kin_assistant.records.reader import RecordReader
from tests.embedders import HashingEmbedder
from tests.form_library import DIGEST, TEXTS, SmallLibrary, open_library

SEVERAL = DIGEST.format(
    id="two-cities", title="Compost baskets in two cities", cities="Surabaya, Bago", countries="Indonesia, Philippines",
    region="South-East Asia", themes="composting", years="2008-2010",
) + """## What the cities did
Bago gave compost baskets to 500 households in 2008. Compost baskets from Surabaya were shown in Bago.
Compost baskets were sold at markets.

## Objectives
Bago wanted compost baskets in every household by 2010.

## Money and partners
A bank paid for the baskets of Bago.
"""  # fmt: skip
LIBRARY = {**TEXTS, "two.md": SEVERAL}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SmallLibrary, OpenIndex]]:
    library, index = open_library(tmp_path_factory.mktemp("records") / "index", LIBRARY)
    yield library, index
    index.close()


@pytest.fixture(scope="module")
def reader(small: tuple[SmallLibrary, OpenIndex]) -> RecordReader:
    return RecordReader(small[1], HashingEmbedder(dimension=256).name, compiler_sections=("Lessons",))


@pytest.fixture(scope="module")
def maker(small: tuple[SmallLibrary, OpenIndex], reader: RecordReader) -> ComparisonMaker:
    return ComparisonMaker(small[0].search, reader, "build")
