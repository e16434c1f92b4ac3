"""What was read is remembered: it comes back as it was, or not at all."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from kin_assistant.documents import read_document
from kin_assistant.errors import IndexDamaged
from kin_assistant.index.store import Facts, ReadingStore, passages_key, reading_key
from kin_assistant.passages import split_document
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
        key = reading_key(f"{number}.txt", SHA)
        store.put_reading(key, Facts(document_id=str(number), warnings=("caf\u00e9",)), document(number))
        store.put_passages(passages_key(key, "id", "model"), passages(number))
    store.close()


def test_what_was_put_in_comes_back_after_closing(tmp_path: Path) -> None:
    fill(tmp_path / "documents.sqlite", 3)
    store = ReadingStore(tmp_path / "documents.sqlite")
    for number in range(3):
        key = reading_key(f"{number}.txt", SHA)
        assert store.facts(key) == Facts(document_id=str(number), warnings=("caf\u00e9",))
        assert store.document(key) == document(number)
        assert store.passages(passages_key(key, "id", "model")) == passages(number)
        assert store.passages(passages_key(key, "id", "other model")) is None
        assert store.passages(passages_key(key, "other id", "model")) is None
    assert store.facts(reading_key("0.txt", "1" * 64)) is None
    assert store.facts(reading_key("other.txt", SHA)) is None
    store.close()


def test_failures_are_remembered_without_a_document(tmp_path: Path) -> None:
    store = ReadingStore(tmp_path / "documents.sqlite")
    store.put_reading(b"key", Facts(reason="its reader crashed"), None)
    found = store.facts(b"key")
    assert found is not None
    assert found.reason == "its reader crashed"
    store.close()


def test_only_what_is_used_is_kept(tmp_path: Path) -> None:
    fill(tmp_path / "documents.sqlite", 3)
    store = ReadingStore(tmp_path / "documents.sqlite")
    store.keep_only({reading_key("1.txt", SHA)})
    assert [store.facts(reading_key(f"{number}.txt", SHA)) is not None for number in range(3)] == [False, True, False]
    store.close()


def test_a_document_that_was_lost_meanwhile_is_damage(tmp_path: Path) -> None:
    store = ReadingStore(tmp_path / "documents.sqlite")
    with pytest.raises(IndexDamaged, match="run it once more"):
        store.document(b"key")
    store.close()


@pytest.mark.parametrize("damage", ["flipped", "zeroed", "truncated", "emptied", "text"])
def test_a_damaged_file_gives_nothing_wrong_and_takes_new_readings(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "documents.sqlite"
    count = 12
    fill(path, count)
    expected = [(document(number), passages(number)) for number in range(count)]
    whole = path.read_bytes()
    assert len(whole) > 16 * 1024
    for offset in [0] if damage in ("emptied", "text") else range(0, len(whole), 1171):
        damaged = bytearray(whole)
        match damage:
            case "flipped":
                damaged[offset] ^= 0x55
            case "zeroed":
                damaged[offset : offset + 512] = bytes(len(damaged[offset : offset + 512]))
            case "truncated":
                del damaged[offset:]
            case "emptied":
                damaged.clear()
            case "text":
                damaged[:] = b"This is no database. " * 200
        for leftover in tmp_path.iterdir():
            leftover.unlink()
        path.write_bytes(damaged)
        store = ReadingStore(path)
        for number, (sound, sound_passages) in enumerate(expected):
            key = reading_key(f"{number}.txt", SHA)
            if store.facts(key):
                assert store.document(key) == sound
            assert store.passages(passages_key(key, "id", "model")) in (None, sound_passages)
        store.put_reading(b"new", Facts(document_id="0"), expected[0][0])
        store.keep_only({b"new"})
        assert store.document(b"new") == expected[0][0]
        store.close()


def test_a_row_of_other_types_is_unknown(tmp_path: Path) -> None:
    path = tmp_path / "documents.sqlite"
    fill(path, 1)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE entries SET body = 'text', facts = x'00ff'")
    connection.close()
    store = ReadingStore(path)
    assert store.facts(reading_key("0.txt", SHA)) is None
    store.close()
