"""The prompt for an answer: its quotes under keys, as many as the model has room for."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

from kin_assistant.types import Answer, Citation, Kind
from kin_assistant.writing.checks import evidence_text
from kin_assistant.writing.model import Item, Prompt

__all__ = ["is_written", "make_prompt"]

_WRITTEN: Final = frozenset[Kind]({"explain", "overview", "compare", "advice"})
"""Kinds of request that prose is written for. A fact is one sentence as it is, and lists come from the library."""
_LETTERS: Final = "bcdfghjkmnpqrstvwxz"
_KEY_LETTERS: Final = 4
_CHARACTERS_OF_TOKEN: Final = 3
"""Of English, a token takes about four; of the names of places fewer."""
_MOST_REPLY_TOKENS: Final = 1024
_SHARE_OF_REPLY: Final = 0.3


def is_written(answer: Answer) -> bool:
    """Whether prose may be written for ``answer``: for no refusal, no fact and no list, and only about quotes."""
    quoted = not answer.abstained and bool(answer.citations) and answer.form in ("quotes", "table")
    return quoted and set(answer.kinds) <= _WRITTEN and answer.kind in _WRITTEN


def make_prompt(answer: Answer, *, context: int) -> tuple[Prompt, tuple[Citation, ...]]:
    """The prompt for ``answer`` in a model with room for ``context`` tokens, and the citations by the place of their key.

    Quotes that find no room are left out from the last one on; there may be none left.
    """
    reply = min(_MOST_REPLY_TOKENS, int(context * _SHARE_OF_REPLY))
    items: list[Item] = []
    request = answer.standalone_question
    room = (context - reply) * _CHARACTERS_OF_TOKEN
    for key, citation in zip(_keys(answer), answer.citations, strict=True):
        place = ", ".join((*citation.cities[:3], *citation.countries[:2]))
        items.append(Item(key, place, evidence_text(citation)))
        if _length(Prompt(request, answer.kind, tuple(items), reply)) > room:
            items.pop()
            break
    return Prompt(request, answer.kind, tuple(items), reply), answer.citations[: len(items)]


def _length(prompt: Prompt) -> int:
    return len(prompt.rules(as_json=True)) + len(prompt.data)


def _keys(answer: Answer) -> Sequence[str]:
    """A key for each citation: the same for the same answer, and nothing that a document could know."""
    keys: dict[str, None] = {}
    seed = hashlib.sha256(
        answer.model_dump_json(include={"question", "citations", "build_id"}).encode("utf-8", "replace")
    )
    count = 0
    while len(keys) < len(answer.citations):
        count += 1
        digest = hashlib.sha256(seed.digest() + count.to_bytes(4, "big")).digest()
        keys["".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:_KEY_LETTERS])] = None
    return list(keys)
