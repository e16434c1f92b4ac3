"""A small library with money and partners: headings alone tell its fields."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kin_assistant.contributions.finder import ContributionFinder
from kin_assistant.index.snapshot import OpenIndex
from kin_assistant.indicators.reader import FigureReader
from kin_assistant.records.comparison import ComparisonMaker
from kin_assistant.records.reader import RecordReader
from tests.embedders import HashingEmbedder
from tests.form_library import DIGEST, TEXTS, SmallLibrary, open_library

MONEY = DIGEST.format(
    id="cebu-septage", title="Septage in Cebu", cities="Cebu", countries="Philippines", region="South-East Asia",
    themes="septage", years="2005-2012",
) + """## What the city did
Cebu built a plant for septage in 2010. The NGO Malinis taught households about septage.

## Partners and roles
The Asian Development Bank (ADB) and the University of San Carlos advised Cebu on septage. Malinis runs the trucks for septage.

## Cost and finance
The World Bank lent US$5 million for the septage plant of Cebu in 2009.
Cebu paid 80 million pesos (US$1.6 million) for septage trucks. Households pay 40 pesos a month for septage service.
Floods caused damage of 9 million pesos.
The septage plant of Cebu cost US$7 million.

| Who | Amount for septage in Cebu |
|---|---|
| ADB | US$300,000 for the septage plan |
"""  # fmt: skip
LIBRARY = {**TEXTS, "septage.md": MONEY}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SmallLibrary, OpenIndex]]:
    library, index = open_library(tmp_path_factory.mktemp("money") / "index", LIBRARY)
    yield library, index
    index.close()


@pytest.fixture(scope="module")
def finder(small: tuple[SmallLibrary, OpenIndex]) -> ContributionFinder:
    library, index = small
    records = RecordReader(index, HashingEmbedder(dimension=256).name, compiler_sections=("Lessons",))
    comparisons = ComparisonMaker(library.search, records, "build")
    figures = FigureReader(library.search.library, library.search.places)
    return ContributionFinder(library.search, records, comparisons, figures, "build", compiler_sections=("Lessons",))
