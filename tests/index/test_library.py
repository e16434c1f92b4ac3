"""Documents and passages in one file: what is read by row is what was written."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kin_assistant.documents.passages import split_document
from kin_assistant.index.library import Library, write_library
from kin_assistant.types import Document, Passage
from tests.doubles import read_documents
from tests.embedders import HashingEmbedder


@pytest.fixture
def documents() -> list[Document]:
    return [document for _, document in sorted(read_documents().items())]


@pytest.fixture
def passages(documents: list[Document]) -> list[Passage]:
    return [passage for document in documents for passage in split_document(document, HashingEmbedder().count_pieces)]


@pytest.fixture
def library(tmp_path: Path, documents: list[Document], passages: list[Passage]) -> Library:
    write_library(tmp_path / "library.sqlite", documents, passages)
    return Library(tmp_path / "library.sqlite")


def test_documents_and_passages_come_back_whole(
    library: Library, documents: list[Document], passages: list[Passage]
) -> None:
    assert [library.document(row) for row in range(len(documents))] == documents
    assert [library.passage(row) for row in range(len(passages))] == passages
    assert list(library.infos) == [document.info for document in documents]
    assert library.passage_ids() == [passage.id for passage in passages]


def test_rows_tie_passages_to_documents_and_sentences(
    library: Library, documents: list[Document], passages: list[Passage]
) -> None:
    for row, passage in enumerate(passages):
        assert documents[library.document_of[row]].id == passage.document_id
        assert library.first_sentence[row + 1] - library.first_sentence[row] == len(passage.sentences)
    assert library.first_sentence[0] == 0
    assert [library.row_of(document.id) for document in documents] == [0, 1, 2]


def test_an_unknown_document_is_a_key_error(library: Library) -> None:
    with pytest.raises(KeyError):
        library.row_of("nothing")


def test_reading_writes_nothing_beside_the_file(library: Library, tmp_path: Path) -> None:
    before = (tmp_path / "library.sqlite").read_bytes()
    library.document(0)
    library.close()
    assert [path.name for path in tmp_path.iterdir()] == ["library.sqlite"]
    assert (tmp_path / "library.sqlite").read_bytes() == before


def test_a_path_with_signs_of_an_address_is_a_path(tmp_path: Path, documents: list[Document]) -> None:
    folder = tmp_path / "odd ?mode=rw#name %41"
    folder.mkdir()
    write_library(folder / "library.sqlite", documents, [])
    assert len(Library(folder / "library.sqlite").infos) == 3


def test_threads_may_read_at_once(library: Library, documents: list[Document]) -> None:
    with ThreadPoolExecutor(8) as pool:
        rows = [number % 3 for number in range(300)]
        assert list(pool.map(library.document, rows)) == [documents[row] for row in rows]
