"""What was read is remembered: it comes back as it was, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from kin_assistant.documents.passages import split_document
from kin_assistant.documents.reading import read_document
from kin_assistant.errors import IndexDamaged
from kin_assistant.index.store import (
    Facts,
    ReadingStore,
    make_passages_key,
    make_reading_key,
    pack_document,
    pack_passages,
)
from kin_assistant.types import Document, Passage
from tests.embedders import HashingEmbedder

SHA = "0" * 64


def document(number: int) -> Document:
    words = " ".join(f"Word{number} and w{number * place}." for place in range(200))
    return read_document(f"{number}.txt", words.encode(), SHA).document


def passages(number: int) -> tuple[Passage, ...]:
    return tuple(split_document(document(number), HashingEmbedder().count_pieces))


def fill(path: Path, count: int) -> None:
    store = ReadingStore(path)
    for number in range(count):
        key = make_reading_key(f"{number}.txt", SHA)
        facts = Facts(document_id=str(number), warnings=("caf\u00e9",))
        store.put(key, facts, pack_document(document(number)))
        store.put(make_passages_key(key, "id", "model"), facts, pack_passages(passages(number)))
    store.close()


def test_what_was_put_in_comes_back_after_closing(tmp_path: Path) -> None:
    fill(tmp_path / "documents.sqlite", 3)
    store = ReadingStore(tmp_path / "documents.sqlite")
    for number in range(3):
        key = make_reading_key(f"{number}.txt", SHA)
        assert store.facts(key) == Facts(document_id=str(number), warnings=("caf\u00e9",))
        assert store.document(key) == document(number)
        assert store.passages(make_passages_key(key, "id", "model")) == passages(number)
        assert store.facts(make_passages_key(key, "id", "other model")) is None
        assert store.facts(make_passages_key(key, "other id", "model")) is None
    assert store.facts(make_reading_key("0.txt", "1" * 64)) is None
    assert store.facts(make_reading_key("other.txt", SHA)) is None
    store.close()


def test_failures_are_remembered_without_a_document(tmp_path: Path) -> None:
    store = ReadingStore(tmp_path / "documents.sqlite")
    store.put(b"key", Facts(reason="its reader crashed"))
    found = store.facts(b"key")
    assert found is not None
    assert found.reason == "its reader crashed"
    store.close()


def test_what_was_lost_meanwhile_is_damage(tmp_path: Path) -> None:
    store = ReadingStore(tmp_path / "documents.sqlite")
    with pytest.raises(IndexDamaged, match="run it once more"):
        store.document(b"key")
    with pytest.raises(IndexDamaged, match="run it once more"):
        store.passages(b"key")
    store.close()
