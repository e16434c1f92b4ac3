"""A brief as a value: sections that hold quotes of documents and text of whoever writes it. Its JSON is the file format."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import Field

from kin_assistant.errors import BriefError
from kin_assistant.types import Citation, LeadIn, Origin, Source, Value

__all__ = ["FORMAT", "VERSION", "Brief", "BriefItem", "BriefSection", "OwnText", "Quote", "QuoteState", "Span"]

FORMAT: Final = "kin-brief"
"""Tells the file of a brief from other JSON."""
VERSION: Final = 1
"""Of the file format; raised when older programs would misread a file."""

QuoteState = Literal["exact", "moved", "gone", "altered"]
"""Where a quote stands: where it was; elsewhere in its document; nowhere, since the document is another or away; nowhere,
though its document is as it was, so that the quote was changed."""

_SPAN: Final = re.compile(r"(.+):([0-9]{1,9})-([0-9]{1,9})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a document's text, from ``start`` to ``end`` in characters; in words ``ID:START-END``."""

    document_id: str
    start: int
    end: int

    def __str__(self) -> str:
        return f"{self.document_id}:{self.start}-{self.end}"

    @classmethod
    def parse(cls, words: str) -> Span:
        """What ``str`` made of a span. Raises ``BriefError`` for other words."""
        match = _SPAN.fullmatch(words)
        if match is None:
            raise BriefError(f"“{words[:80]}” is no place in a document. It is written as ID:START-END.")
        return cls(match[1], int(match[2]), int(match[3]))

    def holds(self, document_id: str, start: int, end: int) -> bool:
        """Whether all of another stretch lies in this one."""
        return document_id == self.document_id and self.start <= start and end <= self.end


class Quote(Value):
    """A quote with all that is needed to find it again: ``document.text[start:end] == quote``, while it is "exact"."""

    kind: Literal["quote"] = "quote"
    quote: str
    document_id: str
    document_sha256: str
    """Of the document's file, as it was when the quote was last found in it."""
    title: str
    cities: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    years: str | None = None
    heading: str = ""
    """Headings above it, joined by " > "."""
    page: int | None = None
    page_label: str | None = None
    recognised: bool = False
    """Whether the page is a picture whose text was recognised (OCR)."""
    start: int
    end: int
    lead_in: LeadIn | None = None
    sources: tuple[Source, ...] = ()
    origin: Origin = "none named"
    why: str = ""
    """Why it was proposed, in words."""
    state: QuoteState = "exact"
    """As it was found last; found anew whenever the brief is opened or written."""

    @classmethod
    def of_citation(cls, citation: Citation, document_sha256: str) -> Quote:
        """What an answer, a record or a comparison cites, for a brief."""
        names = cls.model_fields.keys() & Citation.model_fields.keys()
        return cls(document_sha256=document_sha256, **{name: getattr(citation, name) for name in names})

    def as_citation(self, number: int) -> Citation:
        """This quote with a number."""
        names = Quote.model_fields.keys() & Citation.model_fields.keys()
        return Citation(number=number, passage_id="", **{name: getattr(self, name) for name in names})

    @property
    def stands(self) -> bool:
        """Whether it stands in its document, and so may be shown as a quote."""
        return self.state in ("exact", "moved")


class OwnText(Value):
    """What the writer of the brief says, or what the program counted for the writer; paragraphs with an empty line between."""

    kind: Literal["text"] = "text"
    text: str


BriefItem = Annotated[Quote | OwnText, Field(discriminator="kind")]
"""What a section holds, in the order in which it is read."""


class BriefSection(Value):
    """A section with its heading."""

    heading: str
    items: tuple[BriefItem, ...] = ()


class Brief(Value):
    """A brief. Whoever writes it may drop, move and add items and sections in its JSON, and open it again."""

    format: Literal["kin-brief"] = FORMAT
    version: Literal[1] = VERSION
    title: str
    topic: str
    """What evidence was looked for: the title without the place that the brief is written for."""
    place: str | None = None
    """The place that it is written for: "Hai Phong (Viet Nam)"."""
    cities: tuple[str, ...] = ()
    """Evidence was taken from documents on these alone; empty for all."""
    documents: tuple[str, ...] = ()
    """Evidence was taken from these documents alone, by id; empty for all."""
    library: str = ""
    """What the corpus calls itself."""
    build_id: str
    """The build in which its quotes were found last."""
    remarks: tuple[str, ...] = ()
    """What a reader should know first, a sentence each."""
    sections: tuple[BriefSection, ...] = ()

    @property
    def quotes(self) -> tuple[Quote, ...]:
        """All quotes in reading order, also those that no longer stand."""
        return tuple(item for section in self.sections for item in section.items if isinstance(item, Quote))

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The quotes that stand in their documents, numbered from 1 in reading order."""
        standing = (quote for quote in self.quotes if quote.stands)
        return tuple(quote.as_citation(number) for number, quote in enumerate(standing, 1))
