"""Whose documents these are: what corpus.toml says, what holds without one, and what is wrong with a bad one."""

from __future__ import annotations

from pathlib import Path

import pytest

from kin_assistant.corpus.profile import PROFILE_NAME, CorpusProfile, read_profile
from kin_assistant.errors import CorpusError


def write(folder: Path, text: str | bytes) -> Path:
    (folder / PROFILE_NAME).write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


def test_the_shipped_profile_names_the_network_and_offers_examples(shipped_corpus: Path) -> None:
    profile = read_profile(shipped_corpus)
    assert profile.title == "KIN Assistant"
    assert [body.name for body in profile.bodies] == ["the Kitakyushu Initiative Network", "the Kitakyushu Initiative"]
    assert profile.home is not None
    assert profile.home.city == "Kitakyushu"
    assert len(profile.examples) == 8


def test_without_a_file_the_profile_is_neutral(tmp_path: Path) -> None:
    profile = read_profile(tmp_path)
    assert profile == CorpusProfile()
    assert "Kitakyushu" not in profile.model_dump_json()
    assert "KIN" not in profile.model_dump_json()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("title = ", "cannot be read"),
        (b"\xff\xfe", "cannot be read"),
        ('titel = "Library"', "a mistake at titel"),
        ("title = 5", "a mistake at title"),
        ('[[bodies]]\nname = "the League"', "a mistake at bodies.0.nouns"),
        ("examples = [" + '"Why?", ' * 13 + "]", "a mistake at examples"),
        ("title = " + "x" * 70_000, "larger than 64 KB"),
    ],
)
def test_a_mistake_is_said_with_its_place(tmp_path: Path, text: str | bytes, words: str) -> None:
    with pytest.raises(CorpusError, match=words):
        read_profile(write(tmp_path, text))


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.toml"
    elsewhere.write_text('title = "Elsewhere"')
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / PROFILE_NAME).symlink_to(elsewhere)
    assert read_profile(folder) == CorpusProfile()
