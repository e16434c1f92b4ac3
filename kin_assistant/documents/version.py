"""What readers make of files has a version. It stands apart from them: who opens an index asks for it and reads no file."""

from __future__ import annotations

__all__ = ["READER_VERSION"]

READER_VERSION = 8
"""Raised whenever the same bytes would give another ``Document``."""
