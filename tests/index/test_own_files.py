"""A backup holds what nothing can make again, and putting it back replaces nothing."""

from __future__ import annotations

import json
import os
import stat
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kin_assistant.accounts.store import AccountStore
from kin_assistant.errors import AccountsUnavailable, KinError
from kin_assistant.index.backup import restore_backup, restore_own_files, write_backup
from kin_assistant.index.layout import IndexFolder
from kin_assistant.index.manifest import Recipe
from kin_assistant.index.own_files import OwnFiles, PutBack
from tests.conftest import write_corpus

ADDED = {
    "added/report.md": "# A report\n\nWith words.",
    "added/report.md.meta.yaml": "title: A better title",
    "added/more/a: b \\ c.txt": "An odd name that a system allows.",
}
VERDICTS = '{"verdict": "right"}\n'
WAITING = "practices/0123456789ab.json"
PRACTICE = '{"a": "practice"}'
NAMES = tuple(sorted([*ADDED, "feedback/feedback.jsonl", WAITING]))


@pytest.fixture
def own(tmp_path: Path) -> OwnFiles:
    """A corpus with added documents beside others, and verdicts."""
    corpus = write_corpus(tmp_path / "corpus", {**ADDED, "surabaya.md": "Not added.", "added/.hidden": "x"})
    (corpus / "added" / "link.md").symlink_to(corpus / "surabaya.md")
    (corpus / "added" / "elsewhere").symlink_to(tmp_path)
    feedback = tmp_path / "feedback"
    feedback.mkdir()
    (feedback / "feedback.jsonl").write_text(VERDICTS)
    (feedback / "feedback.jsonl.lock").touch()
    practices = tmp_path / "practices"
    practices.mkdir()
    for name in ("0123456789ab.json", ".0123.partial", ".lock"):
        (practices / name).write_text(PRACTICE)
    (practices / "abcdefabcdef.json").symlink_to(feedback / "feedback.jsonl")
    return OwnFiles(corpus, feedback, practices)


@pytest.fixture
def backup(own_builds: Path, own: OwnFiles, tmp_path: Path) -> Path:
    target = tmp_path / "backup.zip"
    assert write_backup(own_builds, target, own)[1] == 5
    return target


@pytest.fixture
def elsewhere(tmp_path: Path) -> OwnFiles:
    """Where nothing is yet."""
    return OwnFiles(tmp_path / "new" / "corpus", tmp_path / "new" / "verdicts", tmp_path / "new" / "waiting")


def files_of(own: OwnFiles) -> dict[str, str]:
    paths = (
        [*own.corpus.rglob("*"), *own.feedback.rglob("*"), *own.practices.glob("*.json")] if own.corpus.exists() else []
    )
    return {path.relative_to(own.corpus.parent).as_posix(): path.read_text() for path in paths if path.is_file()}


def rewritten(backup: Path, change: Callable[[dict[str, bytes]], dict[str, bytes]]) -> Path:
    with zipfile.ZipFile(backup) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    target = backup.with_name("changed.zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in change(members).items():
            archive.writestr(name, data)
    return target


def listing(members: dict[str, bytes], **more: str) -> dict[str, bytes]:
    """With a list of files that names ``more``."""
    digests = {**json.loads(members["own/files.json"]), **more}
    return {**members, "own/files.json": json.dumps(digests).encode()}


def test_what_was_saved_is_put_back_where_it_belongs(backup: Path, elsewhere: OwnFiles) -> None:
    assert restore_own_files(backup, elsewhere) == PutBack(restored=NAMES)
    expected = {f"corpus/{name}": text for name, text in ADDED.items()} | {
        "verdicts/feedback.jsonl": VERDICTS, "waiting/0123456789ab.json": PRACTICE
    }  # fmt: skip
    assert files_of(elsewhere) == expected
    for private in (elsewhere.feedback / "feedback.jsonl", elsewhere.practices / "0123456789ab.json"):
        assert stat.S_IMODE(private.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(private.stat().st_mode) == 0o600


def test_accounts_are_saved_without_their_sessions(
    own_builds: Path, own: OwnFiles, elsewhere: OwnFiles, tmp_path: Path
) -> None:
    store, restored = AccountStore(tmp_path / "a.sqlite"), AccountStore(tmp_path / "new" / "b.sqlite")
    store.create()
    ada = store.add("ada", "administrator", "a long password", now=1)
    session = store.begin_session(ada, now=1)
    target = tmp_path / "backup.zip"
    assert write_backup(own_builds, target, replace(own, accounts=store.path))[1] == 6
    assert store.use_session(session, now=2, idle=9, longest=9) == ada, "those who are logged in stay so"

    assert restore_own_files(target, elsewhere) == PutBack(restored=NAMES), "here there are to be no accounts"
    assert "accounts/accounts.sqlite" in restore_own_files(target, replace(elsewhere, accounts=restored.path)).restored
    assert restored.accounts() == (ada,)
    assert restored.entries(9) == store.entries(9)
    assert restored.use_session(session, now=2, idle=9, longest=9) is None
    assert stat.S_IMODE(restored.path.stat().st_mode) == 0o600


def test_accounts_that_cannot_be_copied_are_told(own_builds: Path, own: OwnFiles, tmp_path: Path) -> None:
    (tmp_path / "a.sqlite").write_bytes(b"x" * 5000)
    with pytest.raises(AccountsUnavailable, match="missing, locked or damaged"):
        write_backup(own_builds, tmp_path / "backup.zip", replace(own, accounts=tmp_path / "a.sqlite"))
    assert not (tmp_path / "backup.zip").exists()


def test_nothing_that_is_there_is_replaced(backup: Path, own: OwnFiles) -> None:
    (own.corpus / "added" / "report.md").write_text("Changed since.")
    (own.corpus / "added" / "report.md.meta.yaml").unlink()
    (own.feedback / "feedback.jsonl").write_text(VERDICTS * 2)
    before = files_of(own)
    found = restore_own_files(backup, own)
    assert found == PutBack(
        restored=("added/report.md.meta.yaml",),
        unchanged=("added/more/a: b \\ c.txt", WAITING),
        kept=("added/report.md", "feedback/feedback.jsonl"),
    )
    assert files_of(own) == {**before, "corpus/added/report.md.meta.yaml": ADDED["added/report.md.meta.yaml"]}


def test_the_index_of_such_a_backup_is_restored_without_them(
    backup: Path, own_builds: Path, tmp_path: Path, recipe: Recipe
) -> None:
    restore_backup(backup, tmp_path / "index", recipe)
    names = {path.name for path in IndexFolder(tmp_path / "index").published().iterdir()}
    assert names == {path.name for path in IndexFolder(own_builds).published().iterdir()}


def test_a_backup_without_any_puts_nothing_back(own_builds: Path, tmp_path: Path, elsewhere: OwnFiles) -> None:
    assert write_backup(own_builds, tmp_path / "plain.zip")[1] == 0
    assert write_backup(own_builds, tmp_path / "empty.zip", elsewhere)[1] == 0
    for name in ("plain.zip", "empty.zip"):
        assert restore_own_files(tmp_path / name, elsewhere) == PutBack()
    assert not elsewhere.corpus.exists()


@pytest.mark.parametrize(
    "name",
    [
        *("../outside", "added/../../outside", "/added/x.md", "surabaya.md", "added", "added/", "added//x.md"),
        *("added/.hidden.md", "added/.git/config", "feedback/other.jsonl", "feedback/../x", "LICENSE"),
        *("practices/../0123456789ab.json", "practices/0123456789AB.json", "practices/0123456789ab.json/x"),
    ],
)
def test_files_go_nowhere_else(
    backup: Path, own_builds: Path, elsewhere: OwnFiles, recipe: Recipe, tmp_path: Path, name: str
) -> None:
    hostile = rewritten(backup, lambda members: {**listing(members, **{name: "0" * 64}), f"own/{name}": b"x"})
    before = IndexFolder(own_builds).published()
    with pytest.raises(KinError, match="names files that no backup has"):
        restore_own_files(hostile, elsewhere)
    with pytest.raises(KinError, match="names files that no backup has"):
        restore_backup(hostile, own_builds, recipe)
    assert IndexFolder(own_builds).published() == before
    assert not elsewhere.corpus.exists()
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda members: {**members, "own/added/extra.md": b"x"}, "does not hold the files that it lists"),
        (lambda members: listing(members, **{"added/missing.md": "0" * 64}), "does not hold the files that it lists"),
        (lambda members: {**members, "own/files.json": b"{"}, "is not listed"),
        (lambda members: {**members, "own/files.json": b'{"added/a.md": 1}'}, "is not listed"),
        (lambda members: {name: data for name, data in members.items() if name != "own/files.json"}, "is not listed"),
        (lambda members: {**members, "own/added/report.md": b"other"}, "report.md is not as it was saved"),
    ],
)
def test_damage_is_told(
    backup: Path, elsewhere: OwnFiles, change: Callable[[dict[str, bytes]], dict[str, bytes]], words: str
) -> None:
    with pytest.raises(KinError, match=words):
        restore_own_files(rewritten(backup, change), elsewhere)
    assert "corpus/added/report.md" not in files_of(elsewhere)
    assert not list(elsewhere.corpus.rglob(".*"))


def test_no_link_leads_out_of_the_corpus(backup: Path, elsewhere: OwnFiles, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    elsewhere.corpus.mkdir(parents=True)
    (elsewhere.corpus / "added").symlink_to(outside)
    with pytest.raises(KinError, match="is a link or no folder"):
        restore_own_files(backup, elsewhere)
    assert list(outside.iterdir()) == []


def test_a_link_in_the_place_of_a_file_stays(backup: Path, elsewhere: OwnFiles, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("precious")
    (elsewhere.corpus / "added").mkdir(parents=True)
    (elsewhere.corpus / "added" / "report.md").symlink_to(precious)
    assert "added/report.md" in restore_own_files(backup, elsewhere).kept
    assert precious.read_text() == "precious"


def test_a_name_that_is_no_text_is_told(own_builds: Path, own: OwnFiles, tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(own.corpus / "added") + b"/caf\xe9.txt")).touch()
    with pytest.raises(KinError, match="has a name that is not valid text"):
        write_backup(own_builds, tmp_path / "backup.zip", own)
    assert not (tmp_path / "backup.zip").exists()
