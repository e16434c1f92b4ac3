"""Passwords are kept as what scrypt makes of them, and compared in constant time."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading
import unicodedata
from typing import Final

from kin_assistant.errors import AccountError

__all__ = ["LEAST_LETTERS", "MOST_LETTERS", "check_password", "hash_password", "is_password"]

LEAST_LETTERS: Final = 10
MOST_LETTERS: Final = 500
_COST, _BLOCK, _PARALLEL = 2**15, 8, 3
"""As OWASP recommends: 32 MiB and about 0.2 s for each password."""
_MEMORY: Final = 64 * 1024 * 1024
_SALT_BYTES: Final = 16
_AT_ONCE = threading.BoundedSemaphore(2)
"""Whoever sends many passwords takes the memory of two."""


def check_password(password: str) -> None:
    """Raise ``AccountError`` for one that is too short or too long."""
    if not LEAST_LETTERS <= len(password) <= MOST_LETTERS:
        raise AccountError(f"A password has {LEAST_LETTERS} to {MOST_LETTERS} characters.")


def hash_password(password: str) -> str:
    """What is stored: the parameters, a salt of its own and the hash."""
    salt = secrets.token_bytes(_SALT_BYTES)
    parts = ("scrypt", str(_COST), str(_BLOCK), str(_PARALLEL), _text(salt))
    return "$".join((*parts, _text(_derive(password, salt, _COST, _BLOCK, _PARALLEL))))


def is_password(password: str, stored: str | None) -> bool:
    """Whether ``stored`` was made of it. Takes as long where nothing is stored, so that nobody learns which names there are."""
    known = stored or _NOBODY
    try:
        kind, cost, block, parallel, salt, wanted = known.split("$")
        derived = _derive(password, base64.b64decode(salt), int(cost), int(block), int(parallel))
        same = hmac.compare_digest(derived, base64.b64decode(wanted))
    except ValueError as error:
        raise AccountError("The accounts file holds a password that cannot be read.", details=repr(error)) from error
    return same and kind == "scrypt" and stored is not None


def _derive(password: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    # The same letters may be typed as different characters on different systems.
    letters = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    with _AT_ONCE:
        return hashlib.scrypt(letters, salt=salt, n=cost, r=block, p=parallel, maxmem=_MEMORY, dklen=32)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


_NOBODY: Final = "$".join(
    ("scrypt", str(_COST), str(_BLOCK), str(_PARALLEL), _text(bytes(_SALT_BYTES)), _text(bytes(32)))
)
