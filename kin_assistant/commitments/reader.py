"""Reads commitments, and the years that sentences name, from an opened index. Nothing is stored: all follows from the text."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from kin_assistant.answer.evidence import lost_a_word
from kin_assistant.answer.origins import is_conclusion
from kin_assistant.contributions.extraction import place_of
from kin_assistant.index.library import DocumentRow, Library, PassageRow
from kin_assistant.indicators.dates import YearMention, find_years
from kin_assistant.places.matching import PlaceIndex
from kin_assistant.processes.caching import remember
from kin_assistant.records.reader import RecordReader
from kin_assistant.text.rows import ROW
from kin_assistant.text.vocabulary import alternatives
from kin_assistant.types import Document, Passage, Sentence

__all__ = ["CommitmentReader", "DatedSentence", "FoundCommitment"]

_DOCUMENTS_IN_MEMORY: Final = 1024
_FIELDS_ELSEWHERE: Final = frozenset({"lessons", "transferability", "contact"})
"""Fields that give advice, and bind nobody."""


@dataclass(frozen=True, slots=True)
class DatedSentence:
    """A sentence with the years that it names."""

    document: DocumentRow
    passage: PassageRow
    number: int
    """In its passage, from 0."""
    sentence: Sentence
    text: str
    years: tuple[int, ...]
    """The last of each span of years that it names and that it does not only aim at."""


@dataclass(frozen=True, slots=True)
class FoundCommitment:
    """A commitment, and where it stands: ``text[cue[0]:cue[1]]`` tells it."""

    at: DatedSentence
    cue: tuple[int, int]
    said_in: int | None
    deadline: int | None
    place: str | None
    country: str | None


@dataclass(frozen=True, slots=True)
class _Words:
    pledge: re.Pattern[str]
    plan: re.Pattern[str]
    deadline: re.Pattern[str]
    baseline: re.Pattern[str]
    not_pledged: re.Pattern[str]


class CommitmentReader:
    """The commitments and dated sentences of each document, read when first asked for. Safe to use from several threads."""

    def __init__(
        self, library: Library, places: PlaceIndex, records: RecordReader, compiler_sections: frozenset[str]
    ) -> None:
        self.library = library
        self._places, self._records, self._compiler_sections = places, records, compiler_sections
        self.commitments_of = remember(self._read, _DOCUMENTS_IN_MEMORY)
        """The commitments of a document, in reading order."""
        self.dated_of = remember(self._find_dated, _DOCUMENTS_IN_MEMORY)
        """The sentences of a document that name years, in reading order."""

    def _read(self, row: DocumentRow) -> tuple[FoundCommitment, ...]:
        document = self.library.document(row)
        fields = self._records.fields_of(row)
        found = []
        for passage, stored, number, sentence, text in self._sentences(row):
            if fields.get((passage, sentence.start)) in _FIELDS_ELSEWHERE or self._is_compilers(
                document, stored, sentence
            ):
                continue
            read = _read_commitment(text)
            if read is None:
                continue
            cue, said_in, deadline = read
            place, country = place_of(self._places.find_places(text), document)
            dated = DatedSentence(row, passage, number, sentence, text, ())
            found.append(FoundCommitment(dated, cue, said_in, deadline, place, country))
        return tuple(found)

    def _find_dated(self, row: DocumentRow) -> tuple[DatedSentence, ...]:
        document = self.library.document(row)
        dated = []
        for passage, stored, number, sentence, text in self._sentences(row):
            read = _read_commitment(text)
            aimed_at = read[2] if read else None
            years = tuple(one.years[1] for one in find_years(text) if one.years[1] != aimed_at)
            if years and not self._is_compilers(document, stored, sentence):
                dated.append(DatedSentence(row, passage, number, sentence, text, years))
        return tuple(dated)

    def _sentences(self, row: DocumentRow) -> list[tuple[PassageRow, Passage, int, Sentence, str]]:
        document = self.library.document(row)
        rows = [(passage, self.library.passage(passage)) for passage in self.library.passages_of(row)]
        heads = {one.lead_in for _, stored in rows for one in stored.sentences if one.lead_in}
        return [
            (passage, stored, number, sentence, document.text[sentence.start : sentence.end])
            for passage, stored in rows
            for number, sentence in enumerate(stored.sentences)
            if (sentence.start, sentence.end) not in heads and not lost_a_word(document, sentence)
        ]

    def _is_compilers(self, document: Document, passage: Passage, sentence: Sentence) -> bool:
        return is_conclusion(document, passage, sentence.start, sentence.end, self._compiler_sections)


def _read_commitment(text: str) -> tuple[tuple[int, int], int | None, int | None] | None:
    """The words that tell a commitment, the year in which it was said and that by which it is to be done; None if it is none."""
    words = _read_words()
    if words.not_pledged.search(text):
        return None
    pledge, plan = words.pledge.search(text), words.plan.search(text)
    cue = pledge or plan
    if cue is None:
        return None
    years = find_years(text)
    deadline = _find_deadline(text, years, cue.start())
    said = [
        one.years[0]
        for one in years
        if not words.baseline.search(text[: one.start])
        and (deadline is None or (one.years[1] < deadline and not words.deadline.search(text[: one.start])))
    ]
    said_in = said[0] if said else None
    if deadline is None and (pledge is None or text.startswith(ROW)):
        return None
    return cue.span(), said_in, deadline


def _find_deadline(text: str, years: list[YearMention], cue: int) -> int | None:
    """The last year with a word such as "by" in front, behind the words of the commitment if one is; None if another is later."""
    told = [one for one in years if _read_words().deadline.search(text[: one.start])]
    latest = max((one.years[1] for one in ([one for one in told if one.start > cue] or told)), default=None)
    return latest if latest is not None and all(one.years[1] <= latest for one in years) else None


@cache
def _read_words() -> _Words:
    table: dict[str, Any] = tomllib.loads(
        files("kin_assistant").joinpath("data/english/commitments.toml").read_text("utf-8")
    )

    def pattern(name: str) -> str:
        return rf"(?<![\w-])(?:{alternatives(table[name])})"

    return _Words(
        pledge=re.compile(rf"{pattern('pledge')}(?![\w-])", re.IGNORECASE),
        plan=re.compile(rf"{pattern('plan')}(?![\w-])", re.IGNORECASE),
        deadline=re.compile(rf"{pattern('deadline')}\s(?:\w+\s)?$", re.IGNORECASE),
        baseline=re.compile(rf"{pattern('baseline')}\s(?:\w+\s)?$", re.IGNORECASE),
        not_pledged=re.compile(rf"{pattern('not_pledged')}(?![\w-])", re.IGNORECASE),
    )
