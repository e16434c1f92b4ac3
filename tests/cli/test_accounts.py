"""``kin accounts``: accounts are added, listed, removed and given another password; the log is printed."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kin_assistant.accounts.passwords import is_password
from kin_assistant.accounts.store import AccountStore
from kin_assistant.cli.main import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def kin(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs ``kin accounts`` on a file of this test: exit code, output, errors."""
    monkeypatch.setenv("KIN_ACCOUNTS", str(tmp_path / "accounts.sqlite"))

    def run(*arguments: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        capsys.readouterr()
        code = main(["accounts", *arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_an_account_is_added_listed_changed_and_removed(kin: Run, tmp_path: Path) -> None:
    assert kin("add", "Rita", "--role", "reader", typed="a long password\n")[:2] == (0, "Added rita (reader).\n")
    assert kin("list")[1] == "rita  reader\n"
    assert kin("passwd", "rita", typed="another password\n")[0] == 0
    (rita,) = AccountStore(tmp_path / "accounts.sqlite").accounts()
    assert is_password("another password", rita.password)
    assert kin("remove", "rita")[0] == 0
    assert kin("list")[1] == "There is no account.\n"
    told = json.loads(kin("log", "--json")[1])["entries"]
    assert [entry["what"] for entry in told] == [
        "removed the account", "changed the password of the account", "added the account (reader)",
    ]  # fmt: skip


def test_an_account_for_a_web_server_in_front_has_no_password(kin: Run) -> None:
    assert kin("add", "ann@example.org", "--role", "curator", "--no-password")[0] == 0
    assert json.loads(kin("list", "--json")[1]) == {
        "accounts": [{"name": "ann@example.org", "role": "curator", "password": False}]
    }


@pytest.mark.parametrize(
    ("arguments", "typed", "sentence"),
    [
        (("add", "rita", "--role", "reader"), "", "A password has 10 to 500 characters."),
        (("add", "rita", "--role", "reader"), "short\n", "A password has 10 to 500 characters."),
        (("add", "a b", "--role", "reader"), "a long password\n", "A name has"),
        (("list",), "", "missing, locked or damaged"),
        (("remove", "rita"), "", "missing, locked or damaged"),
        (("log",), "", "missing, locked or damaged"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(kin: Run, arguments: tuple[str, ...], typed: str, sentence: str) -> None:
    code, _, said = kin(*arguments, typed=typed)
    assert (code, said.count("\n")) == (1, 1)
    assert sentence in said


def test_no_password_is_an_argument(kin: Run) -> None:
    with pytest.raises(SystemExit):
        kin("add", "rita", "a long password", "--role", "reader")


def test_without_a_file_it_says_how_to_name_one(kin: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIN_ACCOUNTS", "")
    assert "KIN_ACCOUNTS" in kin("list")[2]
