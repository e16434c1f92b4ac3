"""``kin practices``: what waits is listed, shown, accepted and declined; a file is checked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kin_assistant.cli.main import main
from kin_assistant.practices.queue import PracticeQueue, WaitingPractice
from tests.practice_forms import SENT_AT, fill_in

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def queue(tmp_path: Path) -> PracticeQueue:
    return PracticeQueue(tmp_path / "practices")


@pytest.fixture
def waiting(queue: PracticeQueue) -> WaitingPractice:
    return queue.send(fill_in(), SENT_AT)


@pytest.fixture
def kin(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs ``kin practices`` on folders of this test: exit code, output, errors."""
    monkeypatch.setenv("KIN_PRACTICES", str(tmp_path / "practices"))
    (tmp_path / "corpus").mkdir()

    def run(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["practices", *map(str, arguments), "--corpus", str(tmp_path / "corpus")])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_what_waits_is_listed_with_its_id(kin: Run, waiting: WaitingPractice) -> None:
    line = f"{waiting.id}  2026-11-21  Donkey carts for the pits of Exampleville  (City of Exampleville, Sanitation Office)"
    assert kin("list") == (0, f"{line}\n", "")
    listed = json.loads(kin("list", "--json")[1])
    assert [one["id"] for one in listed["practices"]] == [waiting.id]
    assert listed["unreadable"] == []


def test_where_nothing_waits_that_is_said(kin: Run) -> None:
    assert kin("list") == (0, "No practice waits.\n", "")


def test_a_damaged_file_is_named_and_the_rest_listed(kin: Run, waiting: WaitingPractice, tmp_path: Path) -> None:
    (tmp_path / "practices" / "0123456789ab.json").write_text("no JSON")
    code, out, _ = kin("list")
    assert code == 3
    assert waiting.id in out and "0123456789ab.json holds no practice." in out


def test_one_is_shown_as_the_document_that_it_would_be(kin: Run, waiting: WaitingPractice) -> None:
    assert kin("show", waiting.id) == (0, waiting.write().markdown, "")
    assert json.loads(kin("show", waiting.id, "--json")[1])["submission"] == waiting.submission.model_dump(mode="json")


def test_no_escape_sequence_reaches_the_terminal(kin: Run, queue: PracticeQueue) -> None:
    practice = queue.send(fill_in(title="Carts \x1b[31mred\x1b[0m"), SENT_AT)
    for arguments in (("list",), ("show", practice.id)):
        assert "\x1b" not in kin(*arguments)[1]


def test_an_accepted_one_is_in_the_corpus_folder(kin: Run, waiting: WaitingPractice, tmp_path: Path) -> None:
    path = f"added/{waiting.write().name}"
    assert kin("accept", waiting.id) == (0, f"Accepted as {path}. It is quoted after: kin sync\n", "")
    assert (tmp_path / "corpus" / path).read_text("utf-8") == waiting.write().markdown
    code, out, errors = kin("accept", waiting.id)
    assert (code, out) == (1, "")
    assert "waits" in errors


def test_a_declined_one_is_gone(kin: Run, waiting: WaitingPractice, tmp_path: Path) -> None:
    assert json.loads(kin("decline", waiting.id, "--json")[1]) == {"id": waiting.id, "declined": True}
    assert kin("list")[1] == "No practice waits.\n"
    assert list((tmp_path / "corpus").iterdir()) == []


@pytest.mark.parametrize("action", ["show", "accept", "decline"])
def test_what_is_not_there_is_said_in_a_sentence(kin: Run, waiting: WaitingPractice, action: str) -> None:
    code, out, errors = kin(action, "../corpus")
    assert (code, out) == (1, "")
    assert errors.startswith("kin: No practice") and errors.count("\n") == 1


def test_a_downloaded_file_is_checked(kin: Run, waiting: WaitingPractice, tmp_path: Path) -> None:
    file = tmp_path / "carts.md"
    file.write_text(waiting.write().markdown, "utf-8")
    code, out, _ = kin("check", file)
    assert code == 0
    assert out.endswith("Nothing is wrong with it.\n") and "no city “Exampleville”" in out
    file.write_text(waiting.write().markdown.replace("2004-2011", "2011-2004").replace("sanitation", "magic"), "utf-8")
    code, out, _ = kin("check", file)
    assert code == 1
    assert "There is no theme “magic”." in out and "Nothing is wrong" not in out
    faults = json.loads(kin("check", file, "--json")[1])["faults"]
    assert [fault["field"] for fault in faults] == ["themes"]


def test_a_file_that_cannot_be_read_is_said(kin: Run, tmp_path: Path) -> None:
    code, _, errors = kin("check", tmp_path / "none.md")
    assert code == 1 and "cannot be read" in errors
