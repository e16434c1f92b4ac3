"""Words and BM25, the latter compared with the formula written out."""

from __future__ import annotations

import math
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kin_assistant.index.bm25 import LexicalIndex
from kin_assistant.index.snapshot import OpenIndex
from kin_assistant.text.words import fold, stems, words

TEXTS = [
    "Compost baskets for every household in Surabaya.",
    "Households compost; composting households save money.",
    "A tax on smoke and a tax on dust.",
    "Smoke, smoke and dust over Kitakyushu.",
    "",
]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("\u0110\u00e0 N\u1eb5ng", "da nang"),
        ("\u0141\u00f3d\u017a", "lodz"),
        ("Stra\u00dfe", "strasse"),
        ("S\u00e3o Paulo", "sao paulo"),
        ("\u5317\u4e5d\u5dde", "\u5317\u4e5d\u5dde"),
        ("PLAIN", "plain"),
    ],
)
def test_folding_takes_case_and_diacritics_away(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_numbers_are_one_word_however_they_are_written() -> None:
    assert words("1,408 tons") == words("1408 tons") == ["1408", "tons"]
    assert len(words("0.5")) == 1
    assert words("0.5") != words("5")
    assert words("10,20") == ["10", "20"]


def test_possessives_and_apostrophes_do_not_part_a_word() -> None:
    assert stems("the city's") == stems("the city\u2019s") == stems("cities") == ["citi"]


def test_words_that_carry_no_meaning_have_no_stem() -> None:
    assert stems("What is the city and how can it do that?") == ["citi"]


@given(st.text())
def test_stems_do_not_depend_on_case_or_composition(text: str) -> None:
    assert stems(text.casefold()) == stems(text) or any(not char.isascii() for char in text)


def test_stemming_is_the_same_in_many_threads() -> None:
    vocabulary = [
        f"{head}{tail}" for head in ("compost", "collect", "separat", "recycl") for tail in ("ing", "ed", "es", "ion")
    ]
    expected = [stems(word) for word in vocabulary]
    unseen = [f"{word} x{number}" for number in range(200) for word in vocabulary]
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(stems, unseen))
    assert [stem[:1] for stem in got] == expected * 200


def bm25(texts: list[str], query: list[str], k1: float = 1.2, b: float = 0.75) -> np.ndarray:
    """Lucene's BM25 by the book."""
    documents = [stems(text) for text in texts]
    average = sum(map(len, documents)) / len(documents)
    scores = np.zeros(len(documents))
    for stem in query:
        frequency = sum(stem in document for document in documents)
        if not frequency:
            continue
        idf = math.log(1 + (len(documents) - frequency + 0.5) / (frequency + 0.5))
        for row, document in enumerate(documents):
            count = Counter(document)[stem]
            scores[row] += idf * count / (count + k1 * (1 - b + b * len(document) / average))
    return scores


@pytest.mark.parametrize(
    "query", ["compost", "household compost smoke", "smoke smoke dust", "tax Surabaya unknownword", "dust"]
)
def test_scores_are_those_of_the_formula(query: str) -> None:
    index = LexicalIndex.build(TEXTS)
    np.testing.assert_allclose(index.scores(stems(query)), bm25(TEXTS, stems(query)), rtol=1e-5)


def embedded_texts(index: OpenIndex) -> list[str]:
    """What was indexed for each passage: its context and its text."""
    texts = []
    for row, document_row in enumerate(index.library.document_of):
        passage = index.library.passage(row)
        text = index.library.document(int(document_row)).text
        texts.append(f"{passage.context}\n{text[passage.start : passage.end]}")
    return texts


def test_scores_of_the_shipped_corpus_are_those_of_the_formula(
    opened_index: OpenIndex, questions: list[dict[str, str]]
) -> None:
    texts = embedded_texts(opened_index)
    for line in questions[::60]:
        query = stems(line["question"])
        np.testing.assert_allclose(opened_index.lexical.scores(query), bm25(texts, query), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("query", [[], ["unknownword"]])
def test_a_query_without_known_words_scores_nothing(query: list[str]) -> None:
    scores = LexicalIndex.build(TEXTS).scores(query)
    assert scores.shape == (len(TEXTS),)
    assert not scores.any()


def test_a_stored_index_scores_as_the_one_in_memory(tmp_path: Path) -> None:
    index = LexicalIndex.build(TEXTS)
    index.save(tmp_path / "lexical")
    loaded = LexicalIndex.load(tmp_path / "lexical", len(TEXTS))
    for text in TEXTS:
        np.testing.assert_array_equal(loaded.scores(stems(text)), index.scores(stems(text)))
        assert [loaded.idf(stem) for stem in stems(text)] == [index.idf(stem) for stem in stems(text)]


def test_the_same_texts_are_stored_as_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        LexicalIndex.build(TEXTS).save(tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_rare_words_weigh_more_and_unknown_ones_most() -> None:
    index = LexicalIndex.build(TEXTS)
    (common,), (rare,) = stems("smoke"), stems("Surabaya")
    assert index.idf(common) == pytest.approx(math.log(1 + (5 - 2 + 0.5) / 2.5))
    assert index.idf("unknownword") > index.idf(rare) > index.idf(common)
    assert rare in index
    assert "unknownword" not in index
