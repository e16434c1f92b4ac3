"""What an answer is to hold, before its sentences are cited: each form of answer makes one of these."""

from __future__ import annotations

from dataclasses import dataclass

from kin_assistant.answer.evidence import Candidate
from kin_assistant.index.library import DocumentRow
from kin_assistant.text.wording import join_words
from kin_assistant.types import DocumentInfo, Form

__all__ = ["Draft", "DraftEntry", "DraftSection", "name_row"]

_MOST_NAMED = 2
"""Places of a document that are named in the place of its title, at most."""


@dataclass(frozen=True, slots=True)
class DraftSection:
    """Quotes that belong together, in reading order."""

    candidates: tuple[Candidate, ...] = ()
    heading: str = ""
    shown: int = 0
    """Items quoted of a list or table; 0 where it is none."""
    of: int = 0
    """Items that the list or table has."""
    remark: str = ""
    """What the program says in the place of quotes, or about them."""


@dataclass(frozen=True, slots=True)
class DraftEntry:
    """A line of a list over the library."""

    label: str
    documents: tuple[DocumentRow, ...]
    detail: str = ""
    reason: Candidate | None = None
    """The sentence that shows why it is listed."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer whose quotes have no numbers yet."""

    form: Form
    sections: tuple[DraftSection, ...] = ()
    entries: tuple[DraftEntry, ...] = ()
    said: str = ""
    caveats: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    only_near: bool = False
    """Whether it is a list of what comes near, and of nothing that is clearly meant."""

    @property
    def candidates(self) -> list[Candidate]:
        """All that is quoted, in the order in which it is numbered: entries first, each at most once."""
        reasons = [entry.reason for entry in self.entries if entry.reason]
        return list(dict.fromkeys([*reasons, *(one for section in self.sections for one in section.candidates)]))


def name_row(info: DocumentInfo) -> str:
    """The place of a document, or its title if it has many."""
    places = info.cities or info.countries
    return join_words(places) if 0 < len(places) <= _MOST_NAMED else info.title
