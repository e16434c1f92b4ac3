"""A small library about four cities, opened for the tests of the forms of answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kin_assistant.answer.evidence import Evidence, EvidenceNetwork, EvidenceReader
from kin_assistant.answer.sentence_search import SentenceSearch
from kin_assistant.corpus.profile import CorpusProfile
from kin_assistant.documents.reading import read_document
from kin_assistant.index.build import build_documents
from kin_assistant.index.snapshot import OpenIndex, current_recipe, open_published
from kin_assistant.places.matching import Gazetteer, PlaceIndex
from kin_assistant.question.query import Query, QueryParser
from kin_assistant.records.reader import RecordReader
from kin_assistant.retrieval import Retriever
from kin_assistant.types import Filters
from tests.embedders import HashingEmbedder
from tests.request_kinds import KINDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIGEST = """---
id: {id}
title: {title}
cities: [{cities}]
countries: [{countries}]
region: {region}
themes: [{themes}]
years: "{years}"
sources:
  - {{title: "A report", publisher: IGES, year: 2010, url: "https://example.org/report"}}
compiled: 2026-11-21
---

# {title}

"""

TEXTS = {
    "surabaya.md": DIGEST.format(
        id="surabaya-composting", title="Household composting in Surabaya", cities="Surabaya", countries="Indonesia",
        region="South-East Asia", themes="composting, solid waste", years="2001-2011",
    )
    + """## Problem
Surabaya is a port city of three million people. Its dump closed in 2001 [1].

## What the city did
A compost basket is a box in which a family turns its food waste to compost. Surabaya gave compost baskets to 17,000 households.
They were free of charge.

## Cost and finance
The baskets of Surabaya cost 10 dollars each, and the city budget paid for them.

## Results
Waste in Surabaya fell by 20 per cent from 2005 to 2009.
""",
    "cebu.md": DIGEST.format(
        id="cebu-compost", title="Compost from markets in Cebu", cities="Cebu", countries="Philippines",
        region="South-East Asia", themes="composting, markets", years="2009-2013",
    )
    + """## What the city did
Market vendors in Cebu sort their leaves for compost. Cebu opened a waste bank for bottles.

## Cost and finance
The compost plant of Cebu cost 900,000 pesos. The running cost of the waste bank in Cebu is not given in the pages read.

## Results
Waste in Cebu fell by 30 per cent from 2010 to 2012.
""",
    "kathmandu.md": DIGEST.format(
        id="kathmandu-tempo", title="Electric tempos in Kathmandu", cities="Kathmandu", countries="Nepal",
        region="South Asia", themes="air pollution, transport", years="1993-2019",
    )
    + """## What the city did
Kathmandu took diesel tempos off the road.
Electric tempos run in Kathmandu since 1996 with a loan of the Asian Development Bank (ADB).

## Results
The air of Kathmandu had 15 per cent less dust. Monks of a temple in Kathmandu planted trees.
""",
    "network.md": DIGEST.format(
        id="network-list", title="Cities of the network", cities="Surabaya, Cebu, Kathmandu, Penang",
        countries="Indonesia, Philippines, Nepal, Malaysia", region="Asia-Pacific", themes="composting", years="2010-2012",
    )
    + """## The list
Penang wanted a compost centre by 2012. Members meet once a year.
""",
}  # fmt: skip


class ReadingDouble:
    """Takes a sentence for an answer by the stretch of words that it shares with the question."""

    def __init__(self) -> None:
        self.passages_read = 0

    def score(self, question: str, passages: Sequence[tuple[str, Sequence[str]]]) -> list[NDArray[np.float32]]:
        """Log odds from -5 on, 1.5 more for each word in common."""
        self.passages_read += len(passages)
        asked = {word for word in question.lower().rstrip("?").split() if len(word) > 3}
        return [
            np.array([-5 + 1.5 * len(asked & set(text.lower().rstrip(".").split())) for text in texts], np.float32)
            for _, texts in passages
        ]


@dataclass(frozen=True)
class SmallLibrary:
    """What a form of answer needs."""

    search: SentenceSearch
    parser: QueryParser
    network: ReadingDouble
    records: RecordReader

    def query(self, question: str, filters: Filters | None = None) -> Query:
        """The question as the pipeline understands it."""
        return self.parser.understand(question, filters=filters)

    def read(self, query: Query) -> Evidence:
        """What is found and read for ``query``."""
        ranking = self.search.retriever.rank(query)
        return self.search.reader.read(query, ranking, ranking.passages)


def open_library(root: Path, texts: Mapping[str, str] = TEXTS) -> tuple[SmallLibrary, OpenIndex]:
    """An index of ``texts`` at ``root``, with a network double; close the index."""
    embedder, network = HashingEmbedder(dimension=256), ReadingDouble()
    documents = [read_document(path, text.encode(), "0" * 64).document for path, text in texts.items()]
    profile = CorpusProfile(compiler_sections=("Lessons",))
    build_documents(documents, root, embedder, now=datetime(2026, 11, 21, tzinfo=UTC), profile=profile)
    index = open_published(root, current_recipe(embedder.name, embedder.dimension))
    places = PlaceIndex(Gazetteer.load(), index.library.infos, index.vocabulary)
    reader: EvidenceNetwork = network
    search = SentenceSearch(index, embedder, Retriever(index, embedder), EvidenceReader(index, reader), places)
    records = RecordReader(index, embedder.name)
    return SmallLibrary(search, QueryParser(index, embedder, places, KINDS), network, records), index
