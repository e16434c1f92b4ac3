"""The values that pass between modules: frozen, without I/O.

Values that are stored or leave the program as JSON are pydantic models; their field names are the JSON keys.
All offsets are character offsets into ``Document.text``, half open: ``text[start:end]``.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "RECORD_FIELDS",
    "WANTED_FORMS",
    "Answer",
    "AnswerSentence",
    "Block",
    "Cell",
    "Citation",
    "Comparison",
    "ComparisonRow",
    "Document",
    "DocumentInfo",
    "DropReason",
    "Entry",
    "Filters",
    "Form",
    "Hit",
    "Kind",
    "LeadIn",
    "NearDocument",
    "NearSentence",
    "Origin",
    "Passage",
    "Prose",
    "ProseSentence",
    "Record",
    "RecordField",
    "RecordPart",
    "Retrieved",
    "SearchResult",
    "Section",
    "Sentence",
    "Source",
    "SourceMark",
    "Value",
    "WantedForm",
    "Years",
]

Origin = Literal["sources", "none named", "compiler", "document"]
"""Where a sentence comes from: the sources it is marked with, no named one, the compiler of the digest, or, in a document
that lists no sources, the document itself."""

Kind = Literal["talk", "catalogue", "overview", "fact", "explain", "list", "compare", "advice"]
"""What a question asks for: small talk, a listing over the documents, a description of one thing, one fact, how or why,
all of something, several things beside each other, or counsel."""

RecordField = Literal[
    "situation", "objectives", "process", "partners", "finance", "results", "sustainability", "lessons", "transferability",
    "dates", "contact",
]  # fmt: skip
"""A field of a good-practice record, as UN-Habitat's Best Practices Database asks for them: the situation before, objectives,
what was done (process), partners and their support, resources and finance, results, sustainability, lessons, transferability,
key dates, and whom to ask."""

RECORD_FIELDS: tuple[RecordField, ...] = get_args(RecordField)
"""In the order of such a record."""

Years = tuple[int, int]
"""First and last year, inclusive."""

Form = Literal["words", "entries", "quotes", "list", "table"]
"""How an answer is laid out: our own words, a list of documents or places, quotes under headings, a whole list, a row a place."""

WantedForm = Literal["shorter", "more", "list", "table"]
"""A form that a reader asks for in the place of the one that the question calls for."""

WANTED_FORMS: Final[tuple[WantedForm, ...]] = get_args(WantedForm)


DropReason = Literal[
    "no quote",
    "unknown quote",
    "length",
    "leaning",
    "figure",
    "name",
    "wording",
    "not supported",
    "contradicted",
    "repeated",
]
"""Why a sentence that a language model wrote is not shown: it names no quote or an unknown one, is too long, leans on a
sentence that is not shown, gives a figure or a name that the quotes do not, says something that they do not say, or is shown
already."""


class Value(BaseModel):
    """A frozen value that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Value):
    """A publication that a digest cites."""

    title: str
    publisher: str | None = None
    year: int | None = None
    url: str | None = None


class SourceMark(Value):
    """A source mark such as ``[2]`` that stood at ``at`` in the document and was taken out of its text."""

    at: int
    sources: tuple[int, ...]
    """Numbers of the sources, counted from 1 in ``Document.sources``."""


class Block(Value):
    """A heading, paragraph, list item or table row: the unit that no sentence crosses."""

    kind: Literal["heading", "paragraph", "item", "header_row", "row"]
    start: int
    end: int
    level: int = 0
    """Depth of a heading or a list item, counted from 1; 0 for other kinds."""
    page: int | None = None
    """Physical page, counted from 1; None where the format has no pages."""
    lead: int = 0
    """Characters of a run-in heading ("Results.") at the start that belong to the first sentence."""
    starts_table: bool = False
    """Whether a new table begins with this row, which the header of one before does not head."""


class DocumentInfo(Value):
    """What is known about a document without its text."""

    id: str
    path: str
    """POSIX path below the corpus folder."""
    sha256: str
    """Of the file's bytes."""
    title: str
    cities: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    region: str | None = None
    themes: tuple[str, ...] = ()
    years: Years | None = None
    sources: tuple[Source, ...] = ()
    compiled: str | None = None
    language: str | None = None
    """ISO 639-1 code of the language most of the text is in, where it can be told."""
    pages: int | None = None
    """Physical pages or slides; None where the format has none."""


class Document(DocumentInfo):
    """A document as stored: what is quoted is a slice of ``text``."""

    text: str
    blocks: tuple[Block, ...] = ()
    marks: tuple[SourceMark, ...] = ()
    page_starts: tuple[tuple[int, int], ...] = ()
    """(offset, page) for each place of the text where another physical page begins, ascending; empty without pages."""
    page_labels: tuple[str, ...] = ()
    """Printed label of each physical page, where the file gives labels that differ from the page numbers."""
    ocr_pages: tuple[int, ...] = ()
    """Physical pages whose text was recognised from a picture."""

    def page_at(self, offset: int) -> int | None:
        """Physical page of ``text[offset]``, counted from 1; None without pages."""
        after = bisect_right(self.page_starts, offset, key=lambda start: start[0])
        return self.page_starts[after - 1][1] if after else None

    def sources_of(self, start: int, end: int) -> tuple[Source, ...]:
        """The sources whose marks stand within the words from ``start`` to ``end``, or right behind them, each once."""
        # A mark in front of the first words of a block has no sentence before it to belong to.
        opens_block = any(block.start == start for block in self.blocks)
        numbers = dict.fromkeys(
            number
            for mark in self.marks
            if start < mark.at <= end or (opens_block and mark.at == start)
            for number in mark.sources
        )
        return tuple(self.sources[number - 1] for number in numbers)

    @property
    def info(self) -> DocumentInfo:
        """This document without its text."""
        return DocumentInfo.model_construct(**{name: getattr(self, name) for name in DocumentInfo.model_fields})


class Sentence(Value):
    """A quotable span: a sentence, list item or table row."""

    start: int
    end: int
    lead_in: tuple[int, int] | None = None
    """Span of what introduces an item or row: the sentence before a list, the header of a table."""


class Passage(Value):
    """A run of sentences of one section, embedded as one."""

    id: str
    """Derived from document id, span and text: stable across rebuilds."""
    document_id: str
    start: int
    end: int
    heading: str
    """Headings above the passage without the document's title, joined by " > "; may be empty."""
    context: str
    """Title, places and section: embedded in front of the text, never quoted."""
    page: int | None = None
    sentences: tuple[Sentence, ...]


class Filters(Value):
    """Restricts a search to documents that carry one of the named values in every field that is set."""

    city: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    theme: tuple[str, ...] = ()
    years: Years | None = None
    """Documents whose years overlap these."""

    @property
    def empty(self) -> bool:
        """Whether nothing is restricted."""
        return self == Filters()


class Hit(Value):
    """A passage found for a query."""

    passage_id: str
    document_id: str
    score: float
    """Fused score, at most 1 but for the bonus of a place that the query names."""
    text: str
    heading: str
    page: int | None
    start: int
    end: int


class SearchResult(Value):
    """Passages found for one query, best first."""

    id: str | None = None
    query: str
    hits: tuple[Hit, ...]


class LeadIn(Value):
    """Header of a table, or the words that introduce a list: ``document.text[start:end] == text``."""

    start: int
    end: int
    text: str


class Citation(Value):
    """What a reader can check: ``document.text[start:end] == quote``."""

    number: int
    passage_id: str
    document_id: str
    title: str
    cities: tuple[str, ...]
    countries: tuple[str, ...]
    years: str | None
    heading: str
    page: int | None
    """Physical page on which the quote begins, counted from 1."""
    page_label: str | None = None
    """What is printed on that page as its number, where it differs."""
    recognised: bool = False
    """Whether the page is a picture whose text was recognised (OCR)."""
    start: int
    end: int
    quote: str
    answering: tuple[tuple[int, int], ...] = ()
    """Spans of ``quote`` that give the figure or date asked for, where it leads the answer to a question for a fact."""
    lead_in: LeadIn | None = None
    """What heads the list or table that the quote is an item or row of: shown before it, no evidence of its own."""
    sources: tuple[Source, ...] = ()
    """What the document itself cites for this sentence; empty unless ``origin`` is "sources"."""
    origin: Origin = "none named"
    why: str = ""
    """Why it was quoted, in words."""

    def continues(self, before: Citation) -> bool:
        """Whether it is the next sentence of the same paragraph; a table row is a line of its own."""
        next_to = self.document_id == before.document_id and self.start == before.end + 1
        return next_to and not self.quote.startswith("| ") and not before.quote.startswith("| ")


class AnswerSentence(Value):
    """A quoted sentence of an answer."""

    text: str
    citations: tuple[int, ...]


class Section(Value):
    """A part of an answer: quotes that belong together; a row, where the answer is a table."""

    heading: str = ""
    """What they are about, in a few words: a place, or what they tell (problem, cost, results)."""
    numbers: tuple[int, ...] = ()
    """Of their citations, in reading order."""
    shown: int = 0
    """Items quoted of a list or table; 0 where it is none."""
    of: int = 0
    """Items that the list or table has."""
    remark: str = ""
    """What the program says in the place of quotes, or about them."""


class Entry(Value):
    """A line of a list over the library: a document, a place, a theme."""

    label: str
    document_ids: tuple[str, ...]
    detail: str = ""
    """What the metadata says beside the label: places, years, a count."""
    number: int | None = None
    """Citation of the sentence that gives the reason, where one is asked for."""


class Retrieved(Value):
    """A passage that was read and not cited."""

    passage_id: str
    document_id: str
    score: float
    why: str = ""
    """Why none of its sentences was quoted, in words."""


class NearSentence(Value):
    """A sentence that comes near a question and does not seem to answer it: ``document.text[start:end] == quote``."""

    start: int
    end: int
    quote: str


class NearDocument(Value):
    """A document that a refusal points to."""

    document_id: str
    title: str
    cities: tuple[str, ...] = ()
    sentences: tuple[NearSentence, ...] = ()
    """Those of its sentences that come nearest, if any does, the nearest first."""


class Answer(Value):
    """An answer made of quoted sentences, or a refusal with its reason."""

    id: str | None = None
    question: str
    """As it was typed; where the message only asks for another form, the question before it."""
    standalone_question: str
    """The question as it was searched, with what the history added."""
    leans: bool = False
    """Whether it was taken to lean on the history."""
    carried: tuple[str, ...] = ()
    """What it leans on in words of the history, where ``standalone_question`` is not a sentence made of both."""
    kind: Kind = "explain"
    """What the request asks for in the first place."""
    kinds: tuple[Kind, ...] = ("explain",)
    """All that it asks for, the main one first."""
    form: Form = "quotes"
    wanted_form: WantedForm | None = None
    """The form that was asked for; a caveat says so where it does not fit."""
    other_forms: tuple[WantedForm, ...] = ()
    """Further forms that the same answer can be had in."""
    abstained: bool
    reason: str | None = None
    """Why nothing is quoted; set exactly if ``abstained``."""
    said: str = ""
    """What the program says first in words of its own, counted from the index; for a request that is no search, all."""
    caveats: tuple[str, ...] = ()
    """What the answer lacks, a sentence each: to be read before the quotes."""
    notes: tuple[str, ...] = ()
    """What the program has to say about the quotes, a sentence each: to be read behind them."""
    sections: tuple[Section, ...] = ()
    """The quotes by what they are about; each citation stands in exactly one section or entry."""
    entries: tuple[Entry, ...] = ()
    sentences: tuple[AnswerSentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    also_retrieved: tuple[Retrieved, ...] = ()
    nearest: tuple[NearDocument, ...] = ()
    confidence: float = Field(ge=0, le=1)
    build_id: str
    elapsed_ms: dict[str, float] = Field(default_factory=dict)


class ProseSentence(Value):
    """A sentence that a language model wrote and that the quotes it names bear."""

    text: str
    citations: tuple[int, ...]
    """Numbers of the quotes, as the answer counts them; at least one."""


class Prose(Value):
    """What a language model made of an answer. It stands beside the answer's quotes and never in their place."""

    sentences: tuple[ProseSentence, ...] = ()
    """Those that passed the check, in the order in which they were written; none where ``failure`` is set."""
    dropped: tuple[DropReason, ...] = ()
    """A reason for each sentence that did not. What it said is kept nowhere."""
    failure: str = ""
    """What went wrong, in a sentence; empty if nothing did."""
    written_by: str
    """Name of the language model."""
    sent_to: str = ""
    """Host, with its port, that the question and the quotes were sent to; empty if they went to a model of the caller's own."""
    elapsed_ms: dict[str, float] = Field(default_factory=dict)
    """Until the first sentence is shown ("first"), in the check ("check") and in all ("total")."""


class RecordPart(Value):
    """What a document says in one field of a record."""

    field: RecordField
    citations: tuple[Citation, ...]
    """In the order of the document."""


class Record(Value):
    """A document as a good-practice record: each field holds sentences of the document, and a field that it lacks is empty."""

    document: DocumentInfo
    parts: tuple[RecordPart, ...] = ()
    """One for each field that something is said in, in the order of ``RECORD_FIELDS``; numbers run through all of them."""
    build_id: str

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Those of all parts, by number."""
        return tuple(citation for part in self.parts for citation in part.citations)


class Cell(Value):
    """What the documents on one city say of a topic in one field."""

    column: RecordField
    numbers: tuple[int, ...] = ()
    """Of its citations; empty where the documents hold no evidence."""


class ComparisonRow(Value):
    """A city in a comparison."""

    city: str
    document_ids: tuple[str, ...] = ()
    """The documents on this city that bear on the topic."""
    cells: tuple[Cell, ...]
    """One for each column, in their order."""


class Comparison(Value):
    """What cities did about a topic side by side. Each quote is of a document on the city of its row."""

    topic: str
    columns: tuple[RecordField, ...]
    rows: tuple[ComparisonRow, ...] = ()
    """Empty if nothing is known of the topic."""
    citations: tuple[Citation, ...] = ()
    reason: str | None = None
    """Why there is no row; set exactly then."""
    notes: tuple[str, ...] = ()
    """What makes the rows unequal, a sentence each."""
    build_id: str
