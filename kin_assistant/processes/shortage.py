"""Whether the machine is short of something: told from what a library raised, or asked before one is loaded."""

from __future__ import annotations

import errno
import resource
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kin_assistant.errors import ResourceError

__all__ = ["find_shortage", "require_address_space"]


@dataclass(frozen=True, slots=True)
class _Shortage:
    sentence: str
    numbers: frozenset[int]
    """Of an ``OSError``."""
    words: tuple[str, ...]
    """Of which the text of any fault has some, in small letters: libraries in C++ and Rust raise what they like."""


_SHORTAGES = (
    _Shortage(
        "There is too little memory left for this program.",
        frozenset({errno.ENOMEM}),
        (
            "cannot allocate memory",
            "can't alloc",
            "bad_alloc",
            "bad allocation",
            "memory allocation",
            "out of memory",
            "failed to map segment",
        ),
    ),
    _Shortage(
        "This program may not open as many files as it needs. Raise the limit (ulimit -n).",
        frozenset({errno.EMFILE, errno.ENFILE}),
        ("too many open files",),
    ),
    _Shortage(
        "This program may not start as many threads or processes as it needs. Raise the limit (ulimit -u).",
        frozenset({errno.EAGAIN}),
        ("can't start new thread", "resource temporarily unavailable"),
    ),
    _Shortage(
        "There is no room left on the disk.",
        frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG}),
        ("no space left on device", "disk is full"),
    ),
)


def find_shortage(error: BaseException) -> ResourceError | None:
    """The shortage that ``error``, or what it came from, tells of; None if it tells of none."""
    for cause in _chain(error):
        if isinstance(cause, MemoryError):
            return ResourceError(_SHORTAGES[0].sentence, details=repr(error))
        text = str(cause).lower()
        for shortage in _SHORTAGES:
            known = isinstance(cause, OSError) and cause.errno in shortage.numbers
            if known or any(words in text for words in shortage.words):
                return ResourceError(shortage.sentence, details=repr(error))
    return None


def require_address_space(size: int) -> None:
    """Raise ``ResourceError`` where a limit (``ulimit -v``) leaves this process less than ``size`` bytes.

    For what cannot be told afterwards: libraries that end the process where they find no room for what they begin with.
    """
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except OSError:
        return  # not Linux
    used = pages * resource.getpagesize()
    if limit != resource.RLIM_INFINITY and limit - used < size:
        details = f"address space: {limit} bytes allowed, {used} in use, {size} needed"
        raise ResourceError(_SHORTAGES[0].sentence, details=details)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
