"""Cited sentences as text: in one run for a cell, and in lines for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Final

from kin_assistant.rendering.rows import head_of, join_run, remove_bars, row_head
from kin_assistant.rendering.words import plain
from kin_assistant.types import Citation

__all__ = ["INDENT", "WIDTH", "indent", "quote_lines", "sentence_text"]

WIDTH: Final = 110
"""Characters of a line on a terminal."""
INDENT: Final = " " * 6
"""Stands before lines that belong to the one above them."""


def sentence_text(citation: Citation) -> str:
    """The cited sentence in one run, with the head of its list or table."""
    if head := row_head(citation):
        return plain(join_run(citation.quote, head))
    return plain(" / ".join(filter(None, (remove_bars(head_of(citation)), remove_bars(citation.quote)))))


def quote_lines(citation: Citation) -> Iterator[str]:
    """The cited sentence with its number, in lines for a terminal."""
    text = f"\u201c{sentence_text(citation)}\u201d [{citation.number}]"
    yield from indent(text, break_long_words=False)


def indent(text: str, *, break_long_words: bool = True) -> list[str]:
    """``text`` in indented lines for a terminal."""
    return textwrap.wrap(
        text, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT, break_long_words=break_long_words
    )
