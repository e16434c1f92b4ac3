"""What ``kin accounts`` does: accounts added, listed, removed, given another password, and the audit log printed."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kin_assistant.cli.ending import DONE, print_json
from kin_assistant.errors import AccountError

if TYPE_CHECKING:
    from kin_assistant.accounts.store import AccountStore
    from kin_assistant.settings import Settings

__all__ = ["ACCOUNTS"]


def add_account(options: argparse.Namespace, settings: Settings) -> int:
    """Add one; the file is made with the first."""
    store = _store(settings)
    store.create()
    added = store.add(options.name, options.role, None if options.no_password else _read_password(), now=time.time())
    return _say(options, f"Added {added.name} ({added.role}).", name=added.name, role=added.role)


def list_accounts(options: argparse.Namespace, settings: Settings) -> int:
    """Print them, a line each."""
    accounts = _store(settings).accounts()
    if options.json:
        told = [{"name": one.name, "role": one.role, "password": one.password is not None} for one in accounts]
        print_json({"accounts": told})
        return DONE
    for one in accounts:
        print(f"{one.name}  {one.role}{'' if one.password else '  (no password)'}")
    if not accounts:
        print("There is no account.")
    return DONE


def remove_account(options: argparse.Namespace, settings: Settings) -> int:
    """Remove one; its sessions end."""
    _store(settings).remove(options.name, now=time.time())
    return _say(options, "Removed. Its sessions have ended.", name=options.name)


def change_password(options: argparse.Namespace, settings: Settings) -> int:
    """Give one another password; its sessions end."""
    _store(settings).set_password(options.name, _read_password(), now=time.time())
    return _say(options, "Changed. Its sessions have ended.", name=options.name)


def print_log(options: argparse.Namespace, settings: Settings) -> int:
    """Print who changed what, the newest first."""
    from kin_assistant.rendering import plain

    entries = _store(settings).entries(options.limit)
    times = [datetime.fromtimestamp(entry.time, UTC).isoformat(timespec="seconds") for entry in entries]
    if options.json:
        told = [
            {"time": when, "who": entry.who, "what": entry.what, "document": entry.document}
            for when, entry in zip(times, entries, strict=True)
        ]
        print_json({"entries": told})
        return DONE
    for when, entry in zip(times, entries, strict=True):
        # The name of a file may hold a line break.
        print(plain(f"{when}  {entry.who}  {entry.what}  {entry.document}").replace("\n", " "))
    if not entries:
        print("Nothing has been changed yet.")
    return DONE


def _store(settings: Settings) -> AccountStore:
    from kin_assistant.accounts.store import AccountStore

    if not settings.accounts:
        raise AccountError("No accounts file is set. Name one first, such as: export KIN_ACCOUNTS=accounts.sqlite")
    return AccountStore(Path(settings.accounts))


def _read_password() -> str:
    """Asked for twice on a terminal, else the first line of standard input; never an argument, which others could see."""
    import getpass

    from kin_assistant.accounts.passwords import check_password

    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\r\n")
        check_password(password)
        return password
    try:
        password = getpass.getpass("Password: ")
        check_password(password)
        if getpass.getpass("Once more: ") != password:
            raise AccountError("The two passwords differ.")
    except EOFError:
        raise AccountError("No password was given.") from None
    return password


def _say(options: argparse.Namespace, sentence: str, **told: object) -> int:
    if options.json:
        print_json(told)
    else:
        print(sentence)
    return DONE


ACCOUNTS: Mapping[str, Callable[[argparse.Namespace, Settings], int]] = {
    "accounts add": add_account,
    "accounts list": list_accounts,
    "accounts remove": remove_account,
    "accounts passwd": change_password,
    "accounts log": print_log,
}
"""What runs each of these commands."""
