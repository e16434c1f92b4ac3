"""The accounts file: a SQLite database with accounts, sessions by the hash of their id, and the audit log.

It is opened anew for each request, so that what the command line changes holds at once. A file that is missing, locked or
damaged raises ``AccountsUnavailable``; nobody is let in then.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kin_assistant.accounts.passwords import check_password, hash_password
from kin_assistant.accounts.roles import ROLES, Role
from kin_assistant.errors import AccountError, AccountsUnavailable

__all__ = ["Account", "AccountStore", "AuditEntry", "clean_name"]

_FORMAT: Final = 1
_NAME: Final = re.compile(r"[\w.@+-]{1,100}")
_WAIT_SECONDS: Final = 2.0
"""So long for another process that writes."""
_MOST_SESSIONS: Final = 32
"""Of one account; the oldest gives way."""
_MOST_ENTRIES: Final = 100_000
_STEP_SECONDS: Final = 30
"""The time of use is written this often at most."""
_TABLES: Final = f"""
PRAGMA user_version = {_FORMAT};
CREATE TABLE accounts (name TEXT PRIMARY KEY, role TEXT NOT NULL, password TEXT, created REAL NOT NULL) STRICT;
CREATE TABLE sessions (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL REFERENCES accounts(name) ON DELETE CASCADE,
    began REAL NOT NULL,
    used REAL NOT NULL
) STRICT;
CREATE TABLE audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT, time REAL NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, document TEXT NOT NULL
) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may log in, or whom a web server in front names."""

    name: str
    role: Role
    password: str | None
    """As ``hash_password`` stores it; none where the web server in front asks for it."""
    created: float
    """Seconds since 1970."""

    def __repr__(self) -> str:
        return f"Account({self.name!r}, {self.role!r})"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to which document or account, when (seconds since 1970)."""

    time: float
    who: str
    what: str
    document: str


def clean_name(text: str) -> str:
    """A name as it is stored: small letters. Raises ``AccountError`` for what cannot be one."""
    name = unicodedata.normalize("NFKC", text).strip().casefold()
    if not _NAME.fullmatch(name):
        raise AccountError("A name has up to 100 letters, digits and the signs . _ @ + -")
    return name


@dataclass(frozen=True, slots=True)
class AccountStore:
    """What the file at ``path`` holds. Times are given and told in seconds since 1970."""

    path: Path

    def create(self) -> None:
        """Make the file, readable by its owner alone, unless there is one."""
        try:
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            return
        except OSError as error:
            raise AccountsUnavailable(
                f"The accounts file {self.path} cannot be written: {error.strerror}.", details=repr(error)
            ) from error
        with self._opened(_FORMAT - 1) as database:
            database.executescript(_TABLES)

    def copy(self, target: Path) -> None:
        """Copy the file to ``target``, whole as it is at one moment, without the sessions. Raises ``AccountsUnavailable``."""
        try:
            with self._opened() as database, closing(sqlite3.connect(target)) as copied:
                database.backup(copied)
                copied.execute("DELETE FROM sessions")
                copied.commit()
                copied.execute("VACUUM")  # nothing of them is left on a free page
        except sqlite3.Error as error:
            raise AccountsUnavailable(
                f"The accounts file {self.path} cannot be copied.", details=repr(error)
            ) from error

    # Accounts

    def find(self, name: str) -> Account | None:
        """The account of this name."""
        with self._opened() as database:
            return _account(database.execute("SELECT * FROM accounts WHERE name = ?", (name,)).fetchone())

    def accounts(self) -> tuple[Account, ...]:
        """All of them, by name."""
        with self._opened() as database:
            rows = database.execute("SELECT * FROM accounts ORDER BY name").fetchall()
        return tuple(account for row in rows if (account := _account(row)))

    def add(self, name: str, role: Role, password: str | None, *, now: float) -> Account:
        """A new account; without a ``password`` only a web server in front can name it. Raises ``AccountError``."""
        name = clean_name(name)
        hashed = _hashed(password)
        with self._opened() as database:
            if database.execute("SELECT 1 FROM accounts WHERE name = ?", (name,)).fetchone():
                raise AccountError(f"There is an account {name} already.")
            database.execute("INSERT INTO accounts VALUES (?, ?, ?, ?)", (name, role, hashed, now))
            _note(database, AuditEntry(now, _COMMAND_LINE, f"added the account ({role})", name))
        return Account(name, role, hashed, now)

    def remove(self, name: str, *, now: float) -> None:
        """Its sessions end with it. Raises ``AccountError`` if there is none."""
        self._change(
            name, "DELETE FROM accounts WHERE name = ?", (), AuditEntry(now, _COMMAND_LINE, "removed the account", "")
        )

    def set_password(self, name: str, password: str, *, now: float) -> None:
        """Its sessions end. Raises ``AccountError`` if there is none, or for a password that will not do."""
        self._change(
            name,
            "UPDATE accounts SET password = ? WHERE name = ?",
            (_hashed(password),),
            AuditEntry(now, _COMMAND_LINE, "changed the password of the account", ""),
        )

    def _change(self, name: str, statement: str, values: tuple[object, ...], entry: AuditEntry) -> None:
        name = clean_name(name)
        with self._opened() as database:
            if not database.execute(statement, (*values, name)).rowcount:
                raise AccountError(f"There is no account {name}.")
            database.execute("DELETE FROM sessions WHERE name = ?", (name,))
            _note(database, AuditEntry(entry.time, entry.who, entry.what, name))

    # Sessions

    def begin_session(self, account: Account, *, now: float) -> str:
        """The id of a new session, which is stored as its hash alone.

        Raises ``AccountError`` if the account was removed or has got another password meanwhile.
        """
        made = secrets.token_urlsafe(32)
        with self._opened() as database:
            still = database.execute("SELECT password FROM accounts WHERE name = ?", (account.name,)).fetchone()
            if still is None or still[0] != account.password:
                raise AccountError("The account was changed just now. Please log in again.")
            database.execute("INSERT INTO sessions VALUES (?, ?, ?, ?)", (_digest(made), account.name, now, now))
            database.execute(
                "DELETE FROM sessions WHERE name = ? AND id NOT IN "
                "(SELECT id FROM sessions WHERE name = ? ORDER BY used DESC, began DESC, id LIMIT ?)",
                (account.name, account.name, _MOST_SESSIONS),
            )
        return made

    def use_session(self, session: str, *, now: float, idle: float, longest: float) -> Account | None:
        """Whose session this is, unless it was not used for ``idle`` seconds or is ``longest`` seconds old."""
        with self._opened() as database:
            # Looked up by hash, so that the time it takes tells nothing about the ids.
            row = database.execute(
                "SELECT a.*, s.began, s.used FROM sessions s JOIN accounts a ON a.name = s.name WHERE s.id = ?",
                (_digest(session),),
            ).fetchone()
            if row is None:
                return None
            began, used = row[4:]
            if now >= began + longest or now >= used + idle:
                database.execute("DELETE FROM sessions WHERE began <= ? OR used <= ?", (now - longest, now - idle))
                return None
            if now >= used + min(_STEP_SECONDS, idle / 2):
                database.execute("UPDATE sessions SET used = ? WHERE id = ?", (now, _digest(session)))
            return _account(row[:4])

    def end_session(self, session: str) -> None:
        """Whatever has its id is logged out."""
        with self._opened() as database:
            database.execute("DELETE FROM sessions WHERE id = ?", (_digest(session),))

    # Audit log

    def note(self, who: str, what: str, document: str, *, now: float) -> None:
        """Write down what ``who`` did."""
        with self._opened() as database:
            _note(database, AuditEntry(now, who, what, document))

    def entries(self, most: int) -> tuple[AuditEntry, ...]:
        """The latest first."""
        with self._opened() as database:
            rows = database.execute(
                "SELECT time, who, what, document FROM audit ORDER BY number DESC LIMIT ?", (most,)
            ).fetchall()
        return tuple(AuditEntry(*row) for row in rows)

    @contextmanager
    def _opened(self, wanted: int = _FORMAT) -> Iterator[sqlite3.Connection]:
        """The file in one transaction. Never makes one."""
        try:
            address = f"{self.path.absolute().as_uri()}?mode=rw"
            with closing(sqlite3.connect(address, uri=True, timeout=_WAIT_SECONDS)) as database, database:
                database.execute("PRAGMA foreign_keys = ON")
                if database.execute("PRAGMA user_version").fetchone()[0] != wanted:
                    raise AccountsUnavailable(f"{self.path} is no accounts file of this version.")
                yield database
        except (sqlite3.Error, OSError) as error:
            raise AccountsUnavailable(
                f"The accounts file {self.path} is missing, locked or damaged.", details=repr(error)
            ) from error


_COMMAND_LINE: Final = "(command line)"
"""No account can have this name."""


def _account(row: tuple[str, str, str | None, float] | None) -> Account | None:
    if row is None:
        return None
    name, role, password, created = row
    known = next((one for one in ROLES if one == role), None)
    if known is None:
        raise AccountsUnavailable(f"The accounts file holds an unknown role for {name}.")
    return Account(name, known, password, created)


def _hashed(password: str | None) -> str | None:
    if password is None:
        return None
    check_password(password)
    return hash_password(password)


def _note(database: sqlite3.Connection, entry: AuditEntry) -> None:
    values = (entry.time, entry.who, entry.what, entry.document)
    number = database.execute("INSERT INTO audit (time, who, what, document) VALUES (?, ?, ?, ?)", values).lastrowid
    database.execute("DELETE FROM audit WHERE number <= ?", ((number or 0) - _MOST_ENTRIES,))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
