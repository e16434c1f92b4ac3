"""A submitted practice read back from its document: what ``write_practice`` wrote, or what somebody made of it by hand."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from kin_assistant.documents.reading import read_document
from kin_assistant.errors import DocumentError
from kin_assistant.practices.checks import Checked, check
from kin_assistant.practices.document import LEVEL, NOTE, OPEN_END, PracticeDocument
from kin_assistant.practices.fields import CONTACT, NARRATIVE, TABLES, Table
from kin_assistant.practices.submission import PracticeRefused, Submission
from kin_assistant.text.rows import split_row
from kin_assistant.types import Block, Document

__all__ = ["check_document", "read_as_document", "read_practice"]

_ITEM: Final = "- "

_Part = tuple[Block, str]


def read_as_document(practice: PracticeDocument) -> Document:
    """The document as readers will see it, read as any document of the corpus is."""
    data = practice.markdown.encode()
    return read_document(practice.name, data, hashlib.sha256(data).hexdigest()).document


def check_document(name: str, data: bytes, *, today: date) -> Checked:
    """Check the practice in a Markdown file. Raises ``PracticeRefused`` if it cannot be read."""
    return check(read_practice(name, data), today=today)


def read_practice(name: str, data: bytes) -> Submission:
    """The fields of the practice in a Markdown file. Raises ``PracticeRefused`` if it cannot be read.

    What stands under other headings than those of the record is left out.
    """
    if not name.lower().endswith((".md", ".markdown")):
        raise PracticeRefused("faulty", f"{name} is no Markdown file.")
    try:
        document = read_document(name, data, hashlib.sha256(data).hexdigest()).document
    except DocumentError as error:
        raise PracticeRefused("faulty", f"{name} cannot be read: {error}.", details=error.details) from error
    sections = _sections_of(document)
    told = [words for _, words in sections.get(NOTE, ())]
    first, last = document.years or ("", "")
    values = {
        "title": document.title,
        "office": (document.sources[0].publisher or "") if document.sources else "",
        "cities": document.cities,
        "countries": document.countries,
        "themes": document.themes,
        "level": next((words.removeprefix(LEVEL).removesuffix(".") for words in told if words.startswith(LEVEL)), ""),
        "first_year": str(first),
        "last_year": "" if any(words.endswith(OPEN_END) for words in told) else str(last),
        **{field.name: _text_of(sections.get(field.heading, ())) for field in (*NARRATIVE, CONTACT)},
        **{table.name: tuple(_rows_of(table, sections)) for table in TABLES},
    }
    return Submission.model_validate(values)


def _sections_of(document: Document) -> Mapping[str, Sequence[_Part]]:
    """Blocks with their words, by the heading that they stand under."""
    sections: defaultdict[str, list[_Part]] = defaultdict(list)
    heading = ""
    for block in document.blocks:
        words = document.text[block.start : block.end]
        if block.kind == "heading":
            heading = words
        else:
            sections[heading].append((block, words))
    return sections


def _text_of(parts: Sequence[_Part]) -> str:
    return "\n".join(f"{_ITEM if block.kind == 'item' else ''}{words}" for block, words in parts)


def _rows_of(table: Table, sections: Mapping[str, Sequence[_Part]]) -> Iterator[dict[str, str]]:
    names = [column.name for column in table.columns]
    for block, words in sections.get(table.heading, ()):
        cells = [cell.words for cell in split_row(words)]
        if block.kind == "row" and len(cells) == len(names):
            yield dict(zip(names, cells, strict=True))
