"""The walk over a corpus folder: every entry is either a file to read or is skipped with a reason."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

import pytest

from kin_assistant.corpus.files import MAX_FILE_BYTES, read_bytes, walk
from kin_assistant.documents.reading import SUFFIXES
from kin_assistant.errors import CorpusError
from tests.conftest import Write


def test_files_are_listed_by_posix_path_in_sorted_order(write: Write) -> None:
    folder = write({"b.md": "b", "a.txt": "a", "sub/deeper/c.html": "c", "Z.MD": "z"})
    assert [file.path for file in walk(folder, SUFFIXES).files] == ["Z.MD", "a.txt", "b.md", "sub/deeper/c.html"]


def test_a_file_is_known_by_the_hash_of_its_bytes(write: Write) -> None:
    folder = write({"a.txt": b"caf\xe9"})
    assert walk(folder, SUFFIXES).files[0].sha256 == hashlib.sha256(b"caf\xe9").hexdigest()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("notes.xyz", "x", "no reader for .xyz files"),
        ("NOTES", "x", "no reader for files without a suffix"),
        ("README.md", "x", "describes the folder"),
        (".hidden.md", "x", "hidden"),
        ("nothing.md", "", "empty"),
    ],
)
def test_what_is_not_read_is_listed_with_a_reason(write: Write, name: str, content: str, reason: str) -> None:
    listing = walk(write({name: content}), SUFFIXES)
    assert listing.files == ()
    assert [(file.path, reason in file.reason) for file in listing.skipped] == [(name, True)]


def test_what_describes_a_file_goes_with_it_and_is_listed(write: Write) -> None:
    folder = write({"a.html": "a", "a.html.meta.yaml": "title: A", "b.md": "b", "c.meta.yaml": "title: C"})
    listing = walk(folder, SUFFIXES)
    described, alone = listing.files
    assert (described.path, described.sidecar) == ("a.html", "a.html.meta.yaml")
    assert described.sidecar_sha256 == hashlib.sha256(b"title: A").hexdigest()
    assert (alone.path, alone.sidecar) == ("b.md", None)
    assert described.content != described.sha256
    assert alone.content == alone.sha256
    assert [(file.path, file.reason) for file in listing.skipped] == [
        ("a.html.meta.yaml", 'describes "a.html"'),
        ("c.meta.yaml", "describes a document that is not there"),
    ]
    write({"a.html.meta.yaml": "title: Another"})
    assert walk(folder, SUFFIXES).files[0].content != described.content


def test_a_readme_below_the_top_folder_is_a_document(write: Write) -> None:
    assert [file.path for file in walk(write({"sub/README.md": "x"}), SUFFIXES).files] == ["sub/README.md"]


def test_a_hidden_folder_is_one_entry_and_is_not_looked_into(write: Write) -> None:
    listing = walk(write({".git/config.txt": "x", "a.md": "a"}), SUFFIXES)
    assert [file.path for file in listing.skipped] == [".git"]


def test_symbolic_links_are_not_followed(write: Write, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("a secret")
    (tmp_path / "secrets").mkdir()
    folder = write({"a.md": "a"})
    (folder / "link.md").symlink_to(tmp_path / "secret.md")
    (folder / "links").symlink_to(tmp_path / "secrets", target_is_directory=True)
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "broken.md").symlink_to(tmp_path / "nowhere.md")
    listing = walk(folder, SUFFIXES)
    assert [file.path for file in listing.files] == ["a.md"]
    assert {file.path: file.reason for file in listing.skipped} == dict.fromkeys(
        ("broken.md", "link.md", "links", "loop"), "symbolic link, not followed"
    )


def test_a_link_put_in_place_of_a_file_after_the_walk_is_refused(write: Write, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("a secret")
    folder = write({"a.md": "a"})
    (folder / "a.md").unlink()
    (folder / "a.md").symlink_to(tmp_path / "secret.md")
    with pytest.raises(OSError, match=r"a\.md"):
        read_bytes(folder, "a.md")


def test_a_pipe_put_in_place_of_a_file_after_the_walk_is_not_waited_for(write: Write) -> None:
    folder = write({"a.md": "a"})
    (folder / "a.md").unlink()
    os.mkfifo(folder / "a.md")
    faults: list[OSError] = []

    def read() -> None:
        try:
            read_bytes(folder, "a.md")
        except OSError as error:
            faults.append(error)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    reader.join(2)
    waits = reader.is_alive()
    if waits:
        os.close(os.open(folder / "a.md", os.O_WRONLY | os.O_NONBLOCK))  # lets it go
    assert not waits
    assert len(faults) == 1


def test_a_pipe_neither_stops_the_walk_nor_is_read(write: Write) -> None:
    folder = write({"a.md": "a"})
    os.mkfifo(folder / "pipe.md")
    listing = walk(folder, SUFFIXES)
    assert [(file.path, file.reason) for file in listing.skipped] == [("pipe.md", "not a regular file")]


def test_a_file_that_is_too_large_is_listed_unread(write: Write) -> None:
    folder = write({"a.md": "a"})
    with (folder / "large.md").open("wb") as stream:
        stream.truncate(MAX_FILE_BYTES + 1)  # sparse: takes no room on the disk
    assert [(file.path, file.reason) for file in walk(folder, SUFFIXES).skipped] == [("large.md", "larger than 50 MB")]


def test_a_name_that_is_not_text_is_skipped(write: Write) -> None:
    folder = write({"a.md": "a"})
    (folder / os.fsdecode(b"caf\xe9.md")).write_text("x")
    (skipped,) = walk(folder, SUFFIXES).skipped
    assert skipped.reason == "file name is not valid text"


def test_a_very_deep_folder_is_walked_to_its_end(tmp_path: Path) -> None:
    deep = tmp_path / "corpus"
    for _ in range(600):  # well within what a path may be long, beyond what recursion would like
        deep /= "d"
    deep.mkdir(parents=True)
    (deep / "a.md").write_text("a")
    assert len(walk(tmp_path / "corpus", SUFFIXES).files) == 1


def test_the_folder_is_left_as_it_was(write: Write) -> None:
    folder = write({"a.md": "a", "sub/b.txt": "b"})
    before = {path: path.stat().st_mtime_ns for path in [folder, *folder.rglob("*")]}
    walk(folder, SUFFIXES)
    assert {path: path.stat().st_mtime_ns for path in [folder, *folder.rglob("*")]} == before


@pytest.mark.parametrize("make", [lambda _: None, lambda path: path.write_text("x")], ids=["nothing", "a file"])
def test_without_a_folder_there_is_a_clear_error(tmp_path: Path, make: object) -> None:
    make(tmp_path / "corpus")
    with pytest.raises(CorpusError, match="There is no corpus folder at"):
        walk(tmp_path / "corpus", SUFFIXES)
