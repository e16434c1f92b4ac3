"""Every name in a written sentence stands in its quotes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from kin_assistant.text.words import STOP_WORDS, words
from kin_assistant.types import Citation, DropReason
from kin_assistant.writing.checks import evidence_text
from kin_assistant.writing.vocabulary import read_vocabulary

__all__ = ["NameCheck", "names_in"]

_TOKEN: Final = re.compile(r"[^\W_](?:[\w'\u2019.-]*[^\W_])?")


class NameCheck:
    """A word with a capital letter is a name, but for the first, which would have one anyway."""

    def find_fault(self, sentence: str, cited: Sequence[Citation]) -> DropReason | None:
        """A name that the quotes do not have."""
        known = {word for citation in cited for word in words(evidence_text(citation))}
        return None if names_in(sentence) <= known else "name"


def names_in(sentence: str) -> set[str]:
    """The words of ``sentence`` that are parts of names, folded. The first word is left to the check of the wording."""
    small = STOP_WORDS | read_vocabulary().neutral | read_vocabulary().binding
    return {
        word
        for token in _TOKEN.findall(sentence)[1:]
        if any(char.isupper() for char in token)
        for word in words(token)
        if word not in small
    }
