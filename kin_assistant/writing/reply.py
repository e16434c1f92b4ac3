"""Sentences and the keys of their quotes, read out of a reply while it comes.

A reply is JSON, ``{"sentences": [{"text": "...", "keys": ["..."]}]}``, or text with keys in square brackets behind what they
belong to. Which one it is can be told by its first character; a server that ignores the form that was asked for is read too.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final

from kin_assistant.documents.passages import split_sentences
from kin_assistant.text.cleaning import clean

__all__ = ["ReplyReader", "Written"]

_THINKS: Final = "<think>"
_THOUGHT_ENDS: Final = "</think>"
"""Some models think aloud first."""
_FENCE: Final = re.compile(r"\s*```\w*\n?")
_OPENS_JSON: Final = re.compile(r"\s*(?:\[\s*)?\{")
_KEY: Final = r"[\[\u3010][^\[\]\u3010\u3011\n]{1,80}[\]\u3011]"
_CLOSES: Final = frozenset("]\u3011")
_KEYS: Final = re.compile(rf"\s*({_KEY}(?:\s*,?\s*{_KEY})*)(\s*[.!?]+(?![\w.]))?")
_MARK: Final = re.compile(r"\A\s*(?:[-*\u2022]|\d{1,2}[.)])\s+")
_MAY_GO_ON: Final = re.compile(r"[\s,.!?]*(?:[\[\u3010][^\]\u3011]{0,80})?\Z")


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence as the model wrote it, with the keys that it names."""

    text: str
    keys: tuple[str, ...]


class ReplyReader:
    """Reads one reply. Feed it the pieces in their order, then end it."""

    def __init__(self) -> None:
        self._text = ""
        """What was fed and is not read yet."""
        self._is_json: bool | None = None
        self._at = 0
        """How far the JSON in ``_text`` was looked through."""
        self._opened: list[int] = []
        """Where the objects begin that are open there."""
        self._in_string = self._escaped = False

    def feed(self, piece: str) -> list[Written]:
        """The sentences that are complete with ``piece``."""
        self._text += piece
        if self._is_json is None and not self._tell_form():
            return []
        return self._read_json() if self._is_json else self._read_text(ended=False)

    def end(self) -> list[Written]:
        """The sentences that are complete now that nothing follows. Half a JSON object is none."""
        if self._is_json is None:
            self._is_json = False
        return [] if self._is_json else self._read_text(ended=True)

    def _tell_form(self) -> bool:
        """Whether it can be told yet what form the reply has; what is only wrapped around it is taken off."""
        start = self._text.lstrip()
        if start.startswith(_THINKS):
            if _THOUGHT_ENDS not in start:
                return False
            start = start.partition(_THOUGHT_ENDS)[2].lstrip()
        elif _THINKS.startswith(start):
            return False
        if "```".startswith(start[:3]) and "\n" not in start:
            return False
        self._text = start = _FENCE.sub("", start, count=1) if start.startswith("```") else start
        if not start.strip("[ \n\t"):
            return False
        self._is_json = bool(_OPENS_JSON.match(start))
        return True

    def _read_json(self) -> list[Written]:
        found: list[Written] = []
        while self._at < len(self._text):
            char = self._text[self._at]
            self._at += 1
            if self._escaped:
                self._escaped = False
            elif self._in_string:
                self._escaped, self._in_string = char == "\\", char != '"'
            elif char == '"':
                self._in_string = True
            elif char == "{":
                self._opened.append(self._at - 1)
            elif char == "}" and self._opened:
                found += _read_object(self._text[self._opened.pop() : self._at])
        return found

    def _read_text(self, *, ended: bool) -> list[Written]:
        found: list[Written] = []
        position = 0
        if not ended and _CLOSES.isdisjoint(self._text):
            return found
        for match in _KEYS.finditer(self._text):
            if not ended and _MAY_GO_ON.fullmatch(self._text, match.end()):
                break  # another key may follow
            found += _split(self._text[position : match.start()] + (match[2] or "").strip(), _keys_in(match[1]))
            position = match.end()
        self._text = self._text[position:]
        if ended:
            found += _split(self._text, ())
            self._text = ""
        return found


def _read_object(text: str) -> list[Written]:
    """The sentences of one JSON object that has a text; none of any other."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return []
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        return []
    keys = value.get("keys")
    named = tuple(key for key in keys if isinstance(key, str)) if isinstance(keys, list) else ()
    sentences = _sentences(value["text"])
    return [Written(sentence, named) for sentence in sentences]


def _split(text: str, keys: tuple[str, ...]) -> list[Written]:
    """The sentences of what stands before some keys: they belong to the last one."""
    sentences = _sentences(text)
    return [Written(one, keys if i == len(sentences) - 1 else ()) for i, one in enumerate(sentences)]


def _sentences(text: str) -> list[str]:
    found: list[str] = []
    for line in text.splitlines():
        line = _MARK.sub("", clean(line))
        found += [line[start:end] for start, end in split_sentences(line)]
    return [sentence for sentence in found if any(char.isalnum() for char in sentence)]


def _keys_in(marks: str) -> tuple[str, ...]:
    keys = (key.strip() for mark in re.findall(_KEY, marks) for key in mark[1:-1].split(","))
    return tuple(key for key in keys if key)
