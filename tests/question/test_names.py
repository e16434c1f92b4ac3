"""Names that a question shares with few documents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kin_assistant.question.names import LibraryNames
from tests.form_library import DIGEST, SmallLibrary, open_library


def digest(id: str, city: str, country: str, text: str) -> str:
    made = DIGEST.format(
        id=id,
        title=f"Waste in {city}",
        cities=city,
        countries=country,
        region="Asia",
        themes="waste",
        years="2001-2011",
    )
    return f"{made}## What the city did\n\n{text}\n"


TEXTS = {
    "dumaguete.md": digest(
        "dumaguete",
        "Dumaguete",
        "Philippines",
        "The landfill of Dumaguete is run by Wexbo. A basket of Takomo costs 2 pesos.",
    ),
    "cebu.md": digest(
        "cebu", "Cebu", "Philippines", "The landfill of Cebu is large. Baskets by Takomo came to Cebu, and wood."
    ),
    "penang.md": digest("penang", "Penang", "Malaysia", "The landfill of Penang has a fence. Wood is sold there."),
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallLibrary]:
    opened, index = open_library(tmp_path_factory.mktemp("names") / "index", TEXTS)
    yield opened
    index.close()


@pytest.mark.parametrize(
    ("question", "documents"),
    [
        ("what does wexbo do", [{"dumaguete"}]),
        ("What is Wexbo's landfill?", [{"dumaguete"}]),
        ("Do Wexbo and Takomo sell baskets?", [{"dumaguete"}, {"dumaguete", "cebu"}]),
        ("who runs the landfill", []),
        ("is there wood", []),
        ("what did Malaysia do", []),
        ("what does Zorblat do", []),
    ],
)
def test_a_name_says_which_documents_hold_it(library: SmallLibrary, question: str, documents: list[set[str]]) -> None:
    search = library.search
    held = LibraryNames(search.index, most_documents=2).documents_of(question)
    assert [{search.library.infos[row].id for row in rows} for rows in held] == documents


def test_a_name_in_many_documents_or_in_a_place_says_nothing(library: SmallLibrary) -> None:
    names = LibraryNames(library.search.index, most_documents=1)
    assert not names.documents_of("what does Takomo do")
    assert not names.documents_of("what does Wexbo do", places=["Wexbo Town"])


def test_the_bundled_words_of_english_are_no_names(tmp_path: Path) -> None:
    small, index = open_library(tmp_path, {"a.md": digest("a", "Cebu", "Philippines", "In March the Ocean fund paid.")})
    assert not LibraryNames(small.search.index, most_documents=2).documents_of("what happened in march by the ocean")
    index.close()
