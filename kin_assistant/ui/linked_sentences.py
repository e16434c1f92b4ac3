"""Finds the sentence that a link leads to in its document as it is now: where it was, elsewhere, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from kin_assistant.rendering import fingerprint
from kin_assistant.types import Document, Sentence

__all__ = ["LinkedSentence", "SentenceLink", "find_sentence"]


@dataclass(frozen=True, slots=True)
class SentenceLink:
    """What an address says of a sentence. Anybody may write one, so nothing of it is believed."""

    start: int
    end: int
    build_id: str
    fingerprint: str
    """Of its words; empty in an address of an earlier version, which leads nowhere once the library has changed."""


@dataclass(frozen=True, slots=True)
class LinkedSentence:
    """Where the sentence of a link stands."""

    state: Literal["none", "exact", "moved", "gone"]
    """No sentence is meant; it stands where the link says; elsewhere in the document; nowhere."""
    span: tuple[int, int] | None = None
    notice: str = ""
    """What a reader should know, a sentence or two."""


_STANDS = "The library was rebuilt since this link was made. The marked sentence stands where it stood then."
_MOVED = "The sentence of this link no longer stands where the link says. It is marked where it stands now."
_GONE = "The document no longer says the sentence that this link was made for, so nothing is marked."
_DAMAGED = "This link was cut off or changed: no sentence of the document fits it, so nothing is marked."
_REBUILT = "The documents were rebuilt after this link was made, so its sentence is not marked. Ask again to find it."


def find_sentence(
    link: SentenceLink, document: Document, sentences: Sequence[Sentence], build_id: str
) -> LinkedSentence:
    """The sentence of ``link`` in ``document``, whose ``sentences`` are given, in the build of ``build_id``."""
    start, end, text = link.start, link.end, document.text
    inside = 0 <= start < end <= len(text)
    same_build = link.build_id == build_id
    if not link.fingerprint:
        if not inside:
            return LinkedSentence("none")
        return LinkedSentence("exact", (start, end)) if same_build else LinkedSentence("gone", notice=_REBUILT)
    if inside and fingerprint(text[start:end]) == link.fingerprint:
        return LinkedSentence("exact", (start, end), "" if same_build else _STANDS)
    if moved := _nearest(link, text, sentences):
        return LinkedSentence("moved", moved, _MOVED)
    return LinkedSentence("gone", notice=_DAMAGED if same_build else _GONE)


def _nearest(link: SentenceLink, text: str, sentences: Sequence[Sentence]) -> tuple[int, int] | None:
    """The place with the link's words that is nearest to where they stood, from the begin of a sentence to the end of one."""
    length = link.end - link.start
    if length <= 0:
        return None
    ends = {one.end for one in sentences}
    spans = [(one.start, one.start + length) for one in sentences if one.start + length in ends]
    found = [span for span in spans if fingerprint(text[slice(*span)]) == link.fingerprint]
    return min(found, key=lambda span: (abs(span[0] - link.start), span[0]), default=None)
