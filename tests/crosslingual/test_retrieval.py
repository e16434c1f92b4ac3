"""What is near to a question in another language, by vectors, by its places, and without what its language has in common."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from kin_assistant.crosslingual.policy import CrosslingualPolicy
from kin_assistant.crosslingual.retrieval import DIRECTIONS, CrosslingualRetriever, Near, read_directions
from kin_assistant.errors import ModelError
from kin_assistant.index.build import build_documents
from kin_assistant.index.snapshot import OpenIndex, current_recipe, open_published
from kin_assistant.places.matching import Gazetteer, PlaceIndex
from tests.conftest import NOW
from tests.doubles import read_documents
from tests.embedders import HashingEmbedder, TranslatingEncoder


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenIndex]:
    root = tmp_path_factory.mktemp("crosslingual") / "index"
    embedder = HashingEmbedder()
    build_documents(read_documents().values(), root, embedder, now=NOW, multilingual=TranslatingEncoder())
    opened = open_published(root, current_recipe(embedder.name, embedder.dimension))
    yield opened
    opened.close()


def make_retriever(
    index: OpenIndex, policy: CrosslingualPolicy | None = None, **directions: np.ndarray
) -> CrosslingualRetriever:
    assert index.multilingual is not None
    places = PlaceIndex(Gazetteer.load(), index.library.infos, index.vocabulary)
    return CrosslingualRetriever(index.library, index.multilingual, TranslatingEncoder(), directions, places, policy)


def first_of(index: OpenIndex, near: Near) -> str:
    return index.library.infos[near.documents[0]].id


def test_the_document_that_says_it_in_english_is_the_nearest(index: OpenIndex) -> None:
    near = make_retriever(index).rank("The kota gave kompos keranjang to rumah and trained leaders", "id")
    assert first_of(index, near) == "surabaya-composting"
    assert list(near.scores) == sorted(near.scores, reverse=True)
    best = int(near.cosines.argmax())
    passage = int(np.searchsorted(index.library.first_sentence, best, side="right")) - 1
    assert "compost baskets" in index.library.text_of(passage)


def test_only_documents_that_are_allowed_are_found(index: OpenIndex) -> None:
    row = index.library.row_of("kitakyushu-air")
    near = make_retriever(index).rank("Bagaimana keranjang kompos", "id", np.array([row]))
    assert near.documents == (row,)


@pytest.mark.parametrize("question", ["Kitakyushu zzz", "北九州市 zzz", "คิตะกีวชู zzz"])
def test_a_document_on_a_place_that_is_named_is_nearer(index: OpenIndex, question: str) -> None:
    retriever = make_retriever(index, CrosslingualPolicy(named_place=1.0))
    assert index.library.row_of("kitakyushu-air") in retriever.find_named(question)
    assert first_of(index, retriever.rank(question, None)) == "kitakyushu-air"


def test_what_questions_in_a_language_have_in_common_is_taken_out(index: OpenIndex) -> None:
    common = np.arange(64, dtype=np.float32)
    plain, corrected = make_retriever(index), make_retriever(index, id=common)
    difference = plain.encode("kompos", "id") - corrected.encode("kompos", "id")
    np.testing.assert_allclose(difference, CrosslingualPolicy().direction * common, atol=1e-5)
    np.testing.assert_array_equal(corrected.encode("kompos", "ms"), corrected.encode("kompos", "id"))
    np.testing.assert_array_equal(corrected.encode("kompos", "sw"), plain.encode("kompos", "sw"))
    np.testing.assert_array_equal(corrected.encode("kompos", None), plain.encode("kompos", None))


def test_the_directions_that_ship_are_of_six_languages_and_of_the_models_width() -> None:
    directions = read_directions()
    assert set(directions) == {"id", "ja", "th", "tl", "vi", "zh"}
    assert {direction.shape for direction in directions.values()} == {(384,)}


def test_directions_that_are_missing_or_changed_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match="missing"):
        read_directions(tmp_path / "none.safetensors")
    changed = tmp_path / "changed.safetensors"
    changed.write_bytes(DIRECTIONS.read_bytes()[:-1] + b"?")
    monkeypatch.setattr("kin_assistant.crosslingual.retrieval.DIRECTIONS", changed)
    with pytest.raises(ModelError, match="damaged or were replaced"):
        read_directions(changed)
