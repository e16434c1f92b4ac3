"""How a command ends: its exit code, and what it prints last."""

from __future__ import annotations

import sys

from kin_assistant.cli.batch import as_json

__all__ = ["DONE", "FAILED", "HUNG", "INTERRUPTED", "IN_PART", "TERMINATED", "WRONG_USE", "fail", "print_json"]

DONE, FAILED, WRONG_USE, IN_PART, HUNG, INTERRUPTED, TERMINATED = 0, 1, 2, 3, 4, 130, 143


def print_json(value: object, indent: int | None = 2) -> None:
    """Print ``value`` on standard output."""
    print(as_json(value, sys.stdout, indent=indent))


def fail(message: str, code: int = FAILED) -> int:
    """Say on standard error why it could not be done; gives ``code``."""
    print(f"kin: {message}", file=sys.stderr)
    return code
