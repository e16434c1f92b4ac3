"""Makes the know-how package of a practice: a brief of its one document, by what whoever repeats it asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from kin_assistant.briefs.brief import Brief, BriefItem, BriefSection, OwnText, Quote
from kin_assistant.errors import BriefError
from kin_assistant.index.library import Library
from kin_assistant.records.reader import RecordReader
from kin_assistant.text.wording import count_words, join_words
from kin_assistant.types import Citation, DocumentInfo, Record, RecordField

__all__ = ["PackageMaker"]


@dataclass(frozen=True, slots=True)
class _Part:
    """A section of a package."""

    heading: str
    fields: tuple[RecordField, ...]
    about: str
    """What it is about, within a sentence."""


_PARTS: Final = (
    _Part("Why it was done", ("situation", "objectives"), "the situation before"),
    _Part("Steps", ("process", "dates"), "what was done"),
    _Part("Who took part", ("partners",), "partners"),
    _Part("What it cost and who paid", ("finance",), "cost and finance"),
    _Part("What came of it", ("results",), "results"),
    _Part("Conditions and lessons", ("transferability", "sustainability", "lessons"), "conditions and lessons"),
    _Part("Whom to ask", ("contact",), "contacts"),
)
_SOURCES: Final = "Sources of the document"
_NOTHING: Final = "The document does not say."
_NO_CONTACT: Final = "The document names no contact. Its sources, below, say who published what it follows."
_NO_SOURCE: Final = "The document lists no sources."
_GAPS: Final = "What the document does not say"


class PackageMaker:
    """Makes packages from one opened index. Safe to use from several threads."""

    def __init__(self, library: Library, records: RecordReader, build_id: str, *, name: str = "") -> None:
        """``name`` is what the corpus calls itself."""
        self._library, self._records, self._build_id, self._name = library, records, build_id, name

    def make(self, document_id: str) -> Brief:
        """All that a document tells in the fields of a record, in the order of the document within each section.

        Raises ``BriefError`` for an unknown document and for one of which no sentence tells a field.
        """
        try:
            record = self._records.read(document_id)
        except KeyError:
            raise BriefError(f"There is no document “{document_id}”. Run kin docs list to see what there is.") from None
        info = record.document
        if not record.parts:
            raise BriefError(f"No sentence of “{info.title}” tells a field of a record, so there is no package of it.")
        return Brief(
            title=info.title,
            topic=info.title,
            documents=(info.id,),
            library=self._name,
            build_id=self._build_id,
            remarks=tuple(_remark(info, record)),
            sections=tuple(self._write_sections(info, record)),
        )

    def _write_sections(self, info: DocumentInfo, record: Record) -> Iterator[BriefSection]:
        silent = []
        for part in _PARTS:
            items: list[BriefItem] = [Quote.of_citation(one, info.sha256) for one in _citations_of(record, part.fields)]
            if not items:
                silent.append(part.about)
                items = [OwnText(text=_NO_CONTACT if "contact" in part.fields and info.sources else _NOTHING)]
            yield BriefSection(heading=part.heading, items=tuple(items))
        yield BriefSection(heading=_SOURCES, items=(OwnText(text=_list_sources(info)),))
        if silent:
            told = f"On {join_words(silent, 'or')} no sentence of the document was found."
            yield BriefSection(heading=_GAPS, items=(OwnText(text=told),))


def _citations_of(record: Record, fields: tuple[RecordField, ...]) -> list[Citation]:
    """The sentences of some fields, field by field, each in the order of the document."""
    return [one for field in fields for part in record.parts if part.field == field for one in part.citations]


def _remark(info: DocumentInfo, record: Record) -> Iterator[str]:
    where = join_words(info.cities) if info.cities else join_words(info.countries) if info.countries else ""
    years = "-".join(dict.fromkeys(map(str, info.years))) if info.years else ""
    if where or years:
        yield f"A practice of {', '.join(filter(None, (where, years)))}."
    if info.themes:
        yield f"Themes: {join_words(info.themes)}."
    count = count_words(len(record.citations), "sentence")
    yield f"This package holds {count} of one document, sorted by what whoever repeats the practice asks."


def _list_sources(info: DocumentInfo) -> str:
    """A paragraph for each source that the document lists."""
    lines = []
    for number, source in enumerate(info.sources, 1):
        year = str(source.year) if source.year else None
        lines.append(f"{number}. {', '.join(filter(None, (source.publisher, year, source.title, source.url)))}")
    return "\n\n".join(lines) or _NO_SOURCE
