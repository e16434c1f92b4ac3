"""A small library for the tests of peers: headings alone tell its fields."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kin_assistant.index.snapshot import OpenIndex
from kin_assistant.peers.finder import PeerFinder
from kin_assistant.peers.situation import SituationReader
from kin_assistant.records.comparison import ComparisonMaker
from kin_assistant.records.reader import RecordReader
from tests.embedders import HashingEmbedder
from tests.form_library import DIGEST, TEXTS, SmallLibrary, open_library

BANDUNG = DIGEST.format(
    id="bandung-baskets", title="Compost baskets in Bandung", cities="Bandung", countries="Indonesia",
    region="South-East Asia", themes="composting", years="2008-2010",
) + """## What the city did
Bandung gave compost baskets to 500 households in 2008.

## Cost and finance
Compost baskets are cheap in Bandung. The baskets of Bandung were not expensive and not low-cost either.

## Results
The compost of Bandung is sold at markets.
"""  # fmt: skip
FLATS = DIGEST.format(
    id="suva-landfill", title="A landfill in Suva", cities="Suva", countries="Fiji", region="Pacific",
    themes="landfill", years="2008-2010",
) + """## What the city did
Suva closed its dump and opened a landfill at Naboro.

## Results
The landfill of Suva is in use since 2005.
"""  # fmt: skip
ABROAD = DIGEST.format(
    id="kitakyushu-abroad", title="Experts abroad", cities="Kitakyushu", countries="Malaysia, Philippines", region="Asia-Pacific",
    themes="markets", years="2008-2010",
) + """## What the city did
Kitakyushu sent experts to Sibu.
"""  # fmt: skip
LIBRARY = {"abroad.md": ABROAD, **TEXTS, "bandung.md": BANDUNG, "suva.md": FLATS}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SmallLibrary, OpenIndex]]:
    library, index = open_library(tmp_path_factory.mktemp("peers") / "index", LIBRARY)
    yield library, index
    index.close()


@pytest.fixture(scope="module")
def finder(small: tuple[SmallLibrary, OpenIndex]) -> PeerFinder:
    library, index = small
    records = RecordReader(index, HashingEmbedder(dimension=256).name, compiler_sections=("Lessons",))
    return PeerFinder(library.search, records, ComparisonMaker(library.search, records, "build"), "build")


@pytest.fixture(scope="module")
def reader(small: tuple[SmallLibrary, OpenIndex]) -> SituationReader:
    themes = {theme for info in small[1].library.infos for theme in info.themes}
    return SituationReader(small[0].search.places, themes, coast_km=25)
