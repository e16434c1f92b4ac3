"""Which of the quotes that a sentence names bear it."""

from __future__ import annotations

from collections.abc import Sequence

from kin_assistant.types import Citation, DropReason
from kin_assistant.writing.checks import SentenceCheck, without_place
from kin_assistant.writing.vocabulary import split_parts

__all__ = ["find_bearing"]


def find_bearing(
    sentence: str, cited: Sequence[Citation], checks: Sequence[SentenceCheck]
) -> tuple[tuple[Citation, ...], DropReason | None]:
    """The quotes of ``cited`` that bear ``sentence``, or none and the reason.

    One quote has to bear all of it, or of a sentence of several parts each part: facts of two quotes make no third one. A quote
    that is named and bears nothing is not given.
    """
    if alone := _bearing(sentence, cited, checks):
        return alone, None
    parts = split_parts(sentence)
    by_part = [_bearing(part, cited, checks)[:1] for part in parts]
    if len(cited) > 1 and len(parts) > 1 and all(by_part):
        return tuple(dict.fromkeys(citation for found in by_part for citation in found)), None
    bare = without_place(sentence, cited[0])
    return (), next((fault for check in checks if (fault := check.find_fault(bare, cited))), "wording")


def _bearing(claim: str, cited: Sequence[Citation], checks: Sequence[SentenceCheck]) -> tuple[Citation, ...]:
    return tuple(
        citation
        for citation in cited
        if not any(check.find_fault(without_place(claim, citation), (citation,)) for check in checks)
    )
