"""The accounts file: what it holds, and that it never lets anybody in when it cannot be read."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest

from kin_assistant.accounts.passwords import hash_password, is_password
from kin_assistant.accounts.store import AccountStore, clean_name
from kin_assistant.errors import AccountError, AccountsUnavailable

PASSWORD = "a long password"


@pytest.fixture
def store(tmp_path: Path) -> AccountStore:
    made = AccountStore(tmp_path / "accounts.sqlite")
    made.create()
    return made


def use(store: AccountStore, session: str, now: float) -> str | None:
    account = store.use_session(session, now=now, idle=100, longest=500)
    return account.name if account else None


def test_a_password_is_known_again_and_stored_with_a_salt_of_its_own() -> None:
    first, second = hash_password(PASSWORD), hash_password(PASSWORD)
    assert first != second
    assert PASSWORD not in first
    assert is_password(PASSWORD, first)
    assert not is_password("another password", first)
    assert not is_password(PASSWORD, None), "nobody has it"


def test_letters_may_be_typed_as_one_character_or_two() -> None:
    assert is_password("pass-e\u0301-word", hash_password("pass-\u00e9-word"))


@pytest.mark.parametrize("stored", ["", "scrypt$1", "scrypt$x$8$1$AA==$AA==", "md5$2$8$1$AA==$AA=="])
def test_a_stored_password_that_is_none_admits_nobody(stored: str) -> None:
    if stored.startswith(("scrypt$",)):
        with pytest.raises(AccountError):
            is_password(PASSWORD, stored)
    else:
        assert not is_password(PASSWORD, stored)


def test_the_file_is_its_owners_alone(store: AccountStore) -> None:
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_accounts_are_added_once_under_small_letters_and_removed(store: AccountStore) -> None:
    store.add("Rita@Example.org", "reader", PASSWORD, now=1)
    with pytest.raises(AccountError, match="already"):
        store.add("rita@example.ORG", "curator", PASSWORD, now=2)
    assert [(one.name, one.role) for one in store.accounts()] == [("rita@example.org", "reader")]
    store.remove("RITA@example.org", now=3)
    with pytest.raises(AccountError, match="no account"):
        store.remove("rita@example.org", now=4)
    assert not store.accounts()


@pytest.mark.parametrize("name", ["", "a b", "a\nb", "x" * 101, "(command line)", "a/b", "<b>"])
def test_what_cannot_be_a_name_is_refused(name: str) -> None:
    with pytest.raises(AccountError):
        clean_name(name)


@pytest.mark.parametrize("password", ["", "short", "x" * 501])
def test_short_and_endless_passwords_are_refused(store: AccountStore, password: str) -> None:
    with pytest.raises(AccountError, match="characters"):
        store.add("rita", "reader", password, now=1)


def test_neither_password_nor_session_is_in_the_file(store: AccountStore) -> None:
    session = store.begin_session(store.add("rita", "reader", PASSWORD, now=1), now=1)
    data = store.path.read_bytes()
    assert PASSWORD.encode() not in data
    assert session.encode() not in data


def test_a_session_ends_when_it_is_not_used(store: AccountStore) -> None:
    session = store.begin_session(store.add("rita", "reader", PASSWORD, now=0), now=0)
    assert [use(store, session, now) for now in (99, 198, 297)] == ["rita"] * 3
    assert use(store, session, 397) is None
    assert use(store, session, 298) is None, "it does not come back"


def test_a_session_ends_after_its_longest_time_however_it_is_used(store: AccountStore) -> None:
    session = store.begin_session(store.add("rita", "reader", PASSWORD, now=0), now=0)
    assert all(use(store, session, now) for now in range(0, 500, 60))
    assert use(store, session, 500) is None


def test_sessions_end_with_the_log_out_the_password_and_the_account(store: AccountStore) -> None:
    rita = store.add("rita", "reader", PASSWORD, now=0)
    session = store.begin_session(rita, now=0)
    store.end_session(session)
    assert use(store, session, 1) is None
    session = store.begin_session(rita, now=0)
    store.set_password("rita", "another password", now=1)
    assert use(store, session, 2) is None
    with pytest.raises(AccountError, match="log in again"):
        store.begin_session(rita, now=2)
    session = store.begin_session(store.accounts()[0], now=2)
    store.remove("rita", now=3)
    assert use(store, session, 4) is None


def test_an_account_has_32_sessions_and_the_one_that_was_used_last_stays(store: AccountStore) -> None:
    rita = store.add("rita", "reader", PASSWORD, now=0)
    sessions = [store.begin_session(rita, now=number) for number in range(40)]
    assert sum(use(store, session, 41) is not None for session in sessions) == 32
    assert use(store, sessions[-1], 41) == "rita"


def test_the_log_has_the_latest_first(store: AccountStore) -> None:
    store.add("rita", "reader", PASSWORD, now=1)
    store.note("carl", "added", "added/a.txt", now=2)
    told = [(entry.who, entry.what, entry.document) for entry in store.entries(10)]
    assert told == [("carl", "added", "added/a.txt"), ("(command line)", "added the account (reader)", "rita")]
    assert len(store.entries(1)) == 1


def test_a_file_that_is_missing_is_not_made(tmp_path: Path) -> None:
    store = AccountStore(tmp_path / "none.sqlite")
    with pytest.raises(AccountsUnavailable, match="missing"):
        store.find("rita")
    assert not store.path.exists()


@pytest.mark.parametrize("data", [b"", b"no database at all" * 100, b"SQLite format 3\x00" + bytes(4000)])
def test_a_damaged_file_lets_nobody_in(tmp_path: Path, data: bytes) -> None:
    store = AccountStore(tmp_path / "accounts.sqlite")
    store.path.write_bytes(data)
    with pytest.raises(AccountsUnavailable):
        store.find("rita")


def test_a_locked_file_lets_nobody_in(store: AccountStore) -> None:
    with sqlite3.connect(store.path, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(AccountsUnavailable, match="locked"):
            store.find("rita")
        other.execute("ROLLBACK")
    other.close()
    assert store.find("rita") is None


def test_an_unknown_role_lets_nobody_in(store: AccountStore) -> None:
    store.add("rita", "reader", PASSWORD, now=1)
    with sqlite3.connect(store.path) as other:
        other.execute("UPDATE accounts SET role = 'king'")
    other.close()
    with pytest.raises(AccountsUnavailable, match="role"):
        store.find("rita")
