"""The documents of a build: the same ones however little memory there is."""

from __future__ import annotations

import pytest

from kin_assistant.documents.passages import split_document
from kin_assistant.index.staging import StagedDocuments, embedded_text, sentence_spans
from kin_assistant.types import Document
from tests.doubles import read_documents
from tests.embedders import HashingEmbedder

DOCUMENTS = [document for _, document in sorted(read_documents().items())]


def stage(documents: list[Document], room: int) -> tuple[StagedDocuments, list[int]]:
    """A staged, and the rows that were fetched for it."""
    fetched: list[int] = []

    def fetch(row: int) -> Document:
        fetched.append(row)
        return documents[row]

    counter = HashingEmbedder().count_pieces
    return StagedDocuments(
        len(documents), fetch, lambda _, document: split_document(document, counter), room=room
    ), fetched


@pytest.mark.parametrize("room", [0, 500, 10**6])
def test_rows_give_the_same_whatever_is_kept_in_memory(room: int) -> None:
    staged, _ = stage(DOCUMENTS, room)
    expected = [
        (document, passage)
        for document in DOCUMENTS
        for passage in split_document(document, HashingEmbedder().count_pieces)
    ]
    assert [(document, passage) for _, document, passages in staged.walk() for passage in passages] == expected
    assert [staged.passage(row) for row in range(len(expected))] == expected
    assert list(staged.documents) == DOCUMENTS
    assert list(staged.passages) == [passage for _, passage in expected]
    assert staged.passages[1:3] == [passage for _, passage in expected[1:3]]
    assert list(staged.texts()) == [embedded_text(document, passage) for document, passage in expected]


def test_what_there_is_room_for_is_fetched_once() -> None:
    staged, fetched = stage(DOCUMENTS, 10**6)
    for _ in range(3):
        list(staged.walk())
    assert fetched == [0, 1, 2]


def test_without_room_nothing_is_kept_but_the_last() -> None:
    staged, fetched = stage(DOCUMENTS, 0)
    for _ in range(3):
        list(staged.walk())
    assert fetched == [0, 1, 2] * 3


def test_spans_are_those_of_the_sentences_in_what_is_embedded() -> None:
    staged, _ = stage(DOCUMENTS, 10**6)
    for _, document, passages in staged.walk():
        for passage in passages:
            text = embedded_text(document, passage)
            quotes = [document.text[sentence.start : sentence.end] for sentence in passage.sentences]
            assert [text[start:end] for start, end in sentence_spans(passage)] == quotes


def test_documents_without_passages_shift_nothing() -> None:
    empty = [document.model_copy(update={"blocks": (), "id": f"empty-{document.id}"}) for document in DOCUMENTS]
    mixed = [empty[0], DOCUMENTS[0], empty[1], empty[2], DOCUMENTS[1]]
    staged, _ = stage(mixed, 0)
    list(staged.walk())
    found = [staged.passage(row)[0].id for row in range(len(staged.passages))]
    assert list(dict.fromkeys(found)) == [DOCUMENTS[0].id, DOCUMENTS[1].id]
