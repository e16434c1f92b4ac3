"""A small library for the tests of briefs, and the same a year later where a test changes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from kin_assistant.briefs.anchors import QuoteFinder
from kin_assistant.briefs.maker import BriefMaker
from kin_assistant.records.comparison import ComparisonMaker
from kin_assistant.records.reader import RecordReader
from tests.embedders import HashingEmbedder
from tests.form_library import DIGEST, TEXTS, open_library

SECOND = DIGEST.format(
    id="cebu-compost-fees", title="How compost is paid for in Cebu", cities="Cebu", countries="Philippines",
    region="South-East Asia", themes="composting", years="2011-2014",
) + """## Problem
Compost in Cebu had no buyers before 2010. Dump.

## What the city did
Cebu bought compost for its parks. It paid by the sack. Compost for parks.

## Results
Sales of compost in Cebu reached 900 sacks in 2011. The same report counts 300 sacks of compost from markets.

## Lessons
Compost in Cebu sold once the city had promised to buy it.

## Can it be replicated
Compost can be bought by any city that has parks, as Cebu has.
"""  # fmt: skip
SEVERAL = DIGEST.format(
    id="two-cities", title="Compost baskets in two cities", cities="Surabaya, Bago", countries="Indonesia, Philippines",
    region="South-East Asia", themes="composting", years="2008-2010",
) + """## What the cities did
Bago gave compost baskets to 500 households in 2008. Compost baskets were sold at markets.
"""  # fmt: skip
LIBRARY = {**TEXTS, "fees.md": SECOND, "two.md": SEVERAL}


class OpenLibrary:
    """What proposes briefs, and what finds their quotes again."""

    def __init__(self, root: Path, texts: Mapping[str, str], build_id: str = "build") -> None:
        small, self.index = open_library(root, texts)
        self.search = small.search
        self.reader = RecordReader(self.index, HashingEmbedder(dimension=256).name)
        self.comparisons = ComparisonMaker(self.search, self.reader, build_id)
        self.maker = BriefMaker(self.search, self.reader, self.comparisons, build_id, library="Test")
        self.quotes = QuoteFinder(self.index.library, build_id, name="Test")
        self.places = self.search.places


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenLibrary]:
    opened = OpenLibrary(tmp_path_factory.mktemp("briefs") / "index", LIBRARY)
    yield opened
    opened.index.close()


@pytest.fixture(scope="session")
def maker(library: OpenLibrary) -> BriefMaker:
    return library.maker
